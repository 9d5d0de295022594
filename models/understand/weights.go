package understand

import (
	"bytes"
	_ "embed" // the weights are part of the program
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
)

// Weights is a trained linear model: what each feature says for each class. A class is a category's key or an intent;
// the last columns are no classes.
type Weights struct {
	Classes []string
	Cool    float32   // by which scores are multiplied before they are probabilities
	Scale   []float32 // by class: what a cell of 1 is worth
	Bias    []float32 // by class
	Keys    []uint32  // by row, ascending: the feature that it speaks of
	Cells   []byte    // by row, then by class: an int8 each
}

//go:embed weights.bin
var weightsFile []byte

//nolint:gochecknoglobals // read once, never changed
var trained = sync.OnceValues(func() (*Weights, error) { return DecodeWeights(weightsFile) })

// magic begins a file of weights, with the version of its form.
const magic = "vtw1"

// The columns that follow the classes, each a yes or no of its own.
const (
	ColumnHigh     = iota // to be seen to within the day, or sooner
	ColumnCritical        // danger to life or traffic now
	ColumnReport          // it speaks of something to be seen to
	Columns
)

// ErrWeights is returned for bytes that are no weights.
var ErrWeights = errors.New("not a file of weights")

// Encode writes the weights: magic, sizes, classes, scales, and rows by ascending key. All numbers are little-endian.
func (w *Weights) Encode(to io.Writer) error {
	var b bytes.Buffer
	b.WriteString(magic)
	number := func(n uint32) { b.Write(binary.LittleEndian.AppendUint32(nil, n)) }
	number(uint32(len(w.Classes)))
	number(uint32(len(w.Keys)))
	number(math.Float32bits(w.Cool))
	for i, class := range w.Classes {
		b.WriteByte(byte(len(class)))
		b.WriteString(class)
		number(math.Float32bits(w.Scale[i]))
		number(math.Float32bits(w.Bias[i]))
	}
	for _, key := range w.Keys {
		number(key)
	}
	b.Write(w.Cells)
	_, err := to.Write(b.Bytes())
	return err
}

// row is what a feature says for each class, if it was learnt.
func (w *Weights) row(key uint32) (cells []byte, learnt bool) {
	at, learnt := slices.BinarySearch(w.Keys, key)
	if !learnt {
		return nil, false
	}
	n := len(w.Classes)
	return w.Cells[at*n : (at+1)*n], true
}

// DecodeWeights reads what Encode wrote, whose cells it keeps: raw must not change. It returns ErrWeights for anything
// else.
func DecodeWeights(raw []byte) (*Weights, error) {
	take := func(n int) []byte {
		if len(raw) < n {
			raw = nil
			return make([]byte, n)
		}
		out := raw[:n]
		raw = raw[n:]
		return out
	}
	number := func() uint32 { return binary.LittleEndian.Uint32(take(4)) }
	if string(take(len(magic))) != magic {
		return nil, ErrWeights
	}
	classes, rows := int(number()), int(number())
	if classes == 0 || rows == 0 || classes*rows > len(raw) {
		return nil, ErrWeights
	}
	w := &Weights{Cool: math.Float32frombits(number()), Keys: make([]uint32, rows)}
	for range classes {
		w.Classes = append(w.Classes, string(take(int(take(1)[0]))))
		w.Scale = append(w.Scale, math.Float32frombits(number()))
		w.Bias = append(w.Bias, math.Float32frombits(number()))
	}
	for i := range w.Keys {
		w.Keys[i] = number()
	}
	if len(raw) != classes*rows {
		return nil, fmt.Errorf("%w: %d bytes of cells, not %d", ErrWeights, len(raw), classes*rows)
	}
	if !slices.IsSorted(w.Keys) {
		return nil, fmt.Errorf("%w: keys out of order", ErrWeights)
	}
	w.Cells = raw
	return w, nil
}

// Score adds up what features say for each class, before they are probabilities.
func (w *Weights) Score(features []Feature) []float32 {
	out := make([]float32, len(w.Classes))
	for _, f := range features {
		cells, _ := w.row(f.Key)
		for class, cell := range cells {
			out[class] += f.Value * float32(int8(cell))
		}
	}
	for class := range out {
		out[class] = out[class]*w.Scale[class] + w.Bias[class]
	}
	return out
}

// probabilities turns scores into what adds up to 1 over all classes but those left out.
func (w *Weights) probabilities(scores []float32, leftOut []bool) []float64 {
	out := make([]float64, len(w.Classes)-Columns)
	most := float32(math.Inf(-1))
	for i := range out {
		if !leftOut[i] {
			most = max(most, scores[i])
		}
	}
	var sum float64
	for i := range out {
		if !leftOut[i] {
			out[i] = math.Exp(float64(w.Cool * (scores[i] - most)))
			sum += out[i]
		}
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
