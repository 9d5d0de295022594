package main

import (
	"math"
	"math/rand/v2"

	"github.com/vticket/vticket/models/understand"
)

// How the weights are learnt, found by leaving out registers.
const (
	epochs     = 12
	rate       = 0.3  // of the first round; it falls to nothing by the last
	biasRate   = 0.1  // of rate
	decay      = 2e-3 // of weights that are touched
	leastSeen  = 3    // lines that a feature has to be seen in
	negligible = 2e-3 // of a gradient
	hurtWeight = 1.5  // what a dangerous line counts for to the columns of danger
)

// sample is one line as the learner sees it.
type sample struct {
	features []understand.Feature
	class    int // -1: of several; taught to the other columns alone
	weight   float32
	truths   [understand.Columns]float32 // 0 or 1 for each column that is no class
	again    bool                        // the same line, without its accents
}

// learner is multinomial logistic regression by gradient descent, with more columns, each a logistic regression of its
// own.
type learner struct {
	classes int
	columns int
	keys    []uint32 // of rows
	rows    map[uint32]int32
	weights []float32 // by row, then by column
	bias    []float32
	active  []int
}

func learn(samples []sample, classes int) *learner {
	l := &learner{classes: classes, columns: classes + understand.Columns, rows: map[uint32]int32{}}
	seen := map[uint32]int{}
	for _, s := range samples {
		for _, f := range s.features {
			if !s.again {
				seen[f.Key]++
			}
		}
	}
	for _, s := range samples { // in the order of the lines: the same lines give the same rows
		for _, f := range s.features {
			if _, known := l.rows[f.Key]; !known && seen[f.Key] >= leastSeen {
				l.rows[f.Key] = int32(len(l.keys))
				l.keys = append(l.keys, f.Key)
			}
		}
	}
	l.weights = make([]float32, len(l.keys)*l.columns)
	l.bias = make([]float32, l.columns)
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // an order that is the same every time, no secret
	for e := range epochs {
		now := rate * (1 - float32(e)/epochs)
		for _, i := range dice.Perm(len(samples)) {
			l.step(samples[i], now)
		}
	}
	return l
}

func (l *learner) row(at int32) []float32 {
	return l.weights[int(at)*l.columns : (int(at)+1)*l.columns]
}

func (l *learner) scores(features []understand.Feature) []float32 {
	out := make([]float32, l.columns)
	copy(out, l.bias)
	for _, f := range features {
		if at, known := l.rows[f.Key]; known {
			for c, w := range l.row(at) {
				out[c] += f.Value * w
			}
		}
	}
	return out
}

// step moves the weights along the gradient of one sample. Columns that are right already are left alone: after the
// first rounds that is most of them.
func (l *learner) step(s sample, rate float32) {
	gradient := l.scores(s.features)
	if s.class >= 0 {
		softmax(gradient[:l.classes], 1)
		gradient[s.class]--
	} else {
		clear(gradient[:l.classes])
	}
	for i, truth := range s.truths {
		g := &gradient[l.classes+i]
		*g = sigmoid(*g) - truth
		if i != understand.ColumnReport && truth == 1 {
			*g *= hurtWeight
		}
	}
	l.active = l.active[:0]
	for c, g := range gradient {
		if g > negligible || g < -negligible {
			gradient[c] *= s.weight * rate
			l.active = append(l.active, c)
			l.bias[c] -= biasRate * gradient[c]
		}
	}
	for _, f := range s.features {
		at, known := l.rows[f.Key]
		if !known {
			continue
		}
		row := l.row(at)
		for _, c := range l.active {
			row[c] -= gradient[c]*f.Value + rate*decay*row[c]
		}
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func softmax(x []float32, cool float32) {
	most := x[0]
	for _, v := range x {
		most = max(most, v)
	}
	var sum float32
	for i, v := range x {
		x[i] = float32(math.Exp(float64(cool * (v - most))))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}
