package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
)

// trainer knows the classes and has read every line once.
type trainer struct {
	catalogue models.Catalogue
	model     *understand.Model
	classes   []string
	at        map[string]int
	lines     []line
	samples   [][]sample // by line: as written, and without its accents where it has some
	keywords  []sample   // the catalogue's own words, of all registers
}

// questionIntent is a question about a procedure, which is a type of its own.
const questionIntent = "intent.question"

func newTrainer(lines []line) (*trainer, error) {
	catalogue, err := models.DefaultCatalogue()
	if err != nil {
		return nil, err
	}
	t := &trainer{catalogue: catalogue, model: understand.Untrained(catalogue), at: map[string]int{}, lines: lines}
	t.classes = slices.Clone(catalogue.Order)
	var intents []string
	for i := range lines {
		for j, key := range lines[i].keys {
			switch {
			case key == questionIntent:
				lines[i].keys[j] = "admin.info_request"
			case strings.HasPrefix(key, "intent."):
				intents = append(intents, key)
			case catalogue.Categories[key].Key == "":
				return nil, fmt.Errorf("%s:%d: there is no type %q", lines[i].file, lines[i].number, key)
			}
		}
	}
	slices.Sort(intents)
	t.classes = append(t.classes, slices.Compact(intents)...)
	for i, c := range t.classes {
		t.at[c] = i
	}
	for _, l := range lines {
		t.samples = append(t.samples, t.sample(l))
	}
	for _, key := range catalogue.Order {
		c := catalogue.Categories[key]
		for _, keyword := range slices.Concat([]string{c.NameVi, c.NameEn}, c.Keywords, c.KeywordsEn) {
			t.keywords = append(t.keywords, t.sample(line{keys: []string{key}, text: keyword})...)
		}
	}
	return t, nil
}

// foldedWeight is what a line counts for again without its accents.
const foldedWeight = 0.5

func (t *trainer) sample(l line) []sample {
	p := t.priority(l)
	s := sample{
		features: t.model.Features(l.text), class: -1, weight: 1,
	}
	s.truths[understand.ColumnHigh] = yes(p.Rank() >= models.PriorityHigh.Rank())
	s.truths[understand.ColumnCritical] = yes(p == models.PriorityCritical)
	s.truths[understand.ColumnReport] = yes(!strings.HasPrefix(l.keys[0], "intent."))
	if len(l.keys) == 1 {
		s.class = t.at[l.keys[0]]
	}
	out := []sample{s}
	if folded := models.Fold(l.text); folded != strings.ToLower(l.text) {
		s.features, s.weight, s.again = t.model.Features(folded), foldedWeight, true
		out = append(out, s)
	}
	return out
}

func yes(so bool) float32 {
	if so {
		return 1
	}
	return 0
}

// priority is the line's own, or that of the most urgent of its types.
func (t *trainer) priority(l line) models.Priority {
	if l.priority != "" {
		return l.priority
	}
	var p models.Priority
	for _, k := range l.keys {
		if q := t.catalogue.Categories[k].Priority; q.Rank() > p.Rank() {
			p = q
		}
	}
	return p
}

// without are the samples of all but the lines of a register.
func (t *trainer) without(register string) []sample {
	out := slices.Clone(t.keywords)
	for i, l := range t.lines {
		if l.register != register {
			out = append(out, t.samples[i]...)
		}
	}
	return out
}

// pack makes weights of what was learnt, a byte for each cell.
func (t *trainer) pack(l *learner, cool float32) *understand.Weights {
	w := &understand.Weights{
		Classes: slices.Concat(t.classes, []string{"high", "critical", "report"}),
		Cool:    cool, Bias: l.bias, Scale: make([]float32, l.columns),
		Keys: slices.Sorted(maps.Keys(l.rows)), Cells: make([]byte, 0, len(l.weights)),
	}
	for i, v := range l.weights {
		w.Scale[i%l.columns] = max(w.Scale[i%l.columns], float32(math.Abs(float64(v)))/127)
	}
	for _, key := range w.Keys {
		at := int(l.rows[key]) * l.columns
		for i, v := range l.weights[at : at+l.columns] {
			cell := int8(0)
			if scale := w.Scale[i]; scale > 0 {
				cell = int8(math.Round(float64(v / scale)))
			}
			w.Cells = append(w.Cells, byte(cell))
		}
	}
	return w
}

func train(o options, out io.Writer) error {
	lines, err := readLines(o.training)
	if err != nil {
		return err
	}
	dev, err := readReports(o.dev)
	if err != nil {
		return err
	}
	t, err := newTrainer(lines)
	if err != nil {
		return err
	}
	sum := summary{lines: len(lines)}
	var known int
	sum.shared, known, err = overlap(lines, dev)
	fmt.Fprintf(out, "%d lines; %.1f %% share %d words in a row with another line (at most %.0f %%), ",
		len(lines), 100*float64(sum.shared)/float64(len(lines)), runWords, 100*mostShared)
	fmt.Fprintf(out, "%d with a report of %s (at most 0)\n", known, o.dev)
	if err != nil {
		return err
	}
	cool := float32(1)
	if o.folds {
		cool = t.leaveOut(&sum, out)
	}
	w := t.pack(learn(t.without(""), len(t.classes)), cool)
	if sum.weights, err = write(o.weights, w); err != nil {
		return err
	}
	fmt.Fprintln(out, sum.weights)
	if err := t.judge(o, w, &sum, out); err != nil || !o.folds {
		return err
	}
	return os.WriteFile(o.report, []byte(sum.write()), 0o600)
}

// leaveOut measures by leaving out registers, and returns by what scores are to be multiplied.
func (t *trainer) leaveOut(sum *summary, out io.Writer) float32 {
	folds, cool := t.folds()
	var all []answer
	fmt.Fprint(out, head)
	for _, f := range folds {
		n := named{f.register, measure(t.catalogue, f.answers)}
		fmt.Fprint(out, n.line(n.name))
		sum.registers = append(sum.registers, n)
		all = append(all, f.answers...)
	}
	sum.all = measure(t.catalogue, all)
	fmt.Fprint(out, sum.all.line("all"))
	return cool
}

// write keeps the weights and says what they are.
func write(file string, w *understand.Weights) (string, error) {
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		return "", err
	}
	said := fmt.Sprintf("%d features × %d classes, %.1f MB; scores are multiplied by %.2f",
		len(w.Keys), len(w.Classes)-understand.Columns, float64(b.Len())/1e6, w.Cool)
	return said, os.WriteFile(file, b.Bytes(), 0o600)
}

// judge measures the weights on reports that were never learnt from.
func (t *trainer) judge(o options, w *understand.Weights, sum *summary, out io.Writer) error {
	m := understand.With(t.catalogue, w)
	for _, file := range append([]string{o.dev}, o.judge...) {
		reports, err := readReports(file)
		if err != nil {
			return err
		}
		truths := make([]truth, 0, len(reports))
		for _, r := range reports {
			truths = append(truths, truthOf(r))
		}
		answers := ask(m, truths)
		n := named{strings.TrimSuffix(filepath.Base(file), ".jsonl"), measure(t.catalogue, answers)}
		fmt.Fprint(out, n.line(n.name))
		fmt.Fprintf(out, "sure %v, then right %v\n", &n.sure, &n.sureRight)
		sum.judged = append(sum.judged, n)
		if o.verbose {
			wrong(out, answers)
		}
	}
	return nil
}

// wrong lists what was read wrongly.
func wrong(out io.Writer, answers []answer) {
	for _, a := range answers {
		talk := len(a.keys) == 0
		right := !talk && slices.Contains(a.keys, a.Category) && a.Priority == a.urgency
		if !right && (!talk || a.IsReport) {
			fmt.Fprintf(out, "  %s is %v %s, read as %s %s %.2f %v: %s\n",
				a.id, a.keys, a.urgency, a.Intent, a.Priority, a.Confidence, a.Alternatives, a.text)
		}
	}
}
