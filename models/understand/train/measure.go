package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
)

// share is a count with its whole.
type share struct{ hits, of int }

func (s *share) count(hit bool) {
	s.of++
	if hit {
		s.hits++
	}
}

func (s *share) String() string {
	if s.of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(s.hits)/float64(s.of))
}

// truth is what a text is, whoever says so: a line of training text that was left out, or a report to be judged by.
type truth struct {
	id, text string
	keys     []string // the right type first, then those that are accepted; none: no report
	urgency  models.Priority
}

func truthOf(r report) truth {
	t := truth{id: r.ID, text: r.Text, urgency: r.Priority}
	if r.IsReport {
		t.keys = append([]string{r.Category}, r.Accept...)
	}
	return t
}

// answer is what the model says of a truth.
type answer struct {
	truth
	understand.Result
}

// figures is how good answers are.
type figures struct {
	reports, talks             int
	top, field, four           share
	report, falseReports       share
	critical, alarms, priority share
	sure, sureRight            share
	buckets                    [10]share // by confidence
	confused                   map[[2]string]int
	fields                     map[[2]string]int
}

func measure(c models.Catalogue, answers []answer) figures {
	f := figures{confused: map[[2]string]int{}, fields: map[[2]string]int{}}
	for _, a := range answers {
		f.report.count(a.IsReport == (len(a.keys) > 0))
		if len(a.keys) == 0 {
			f.talks++
			f.falseReports.count(a.IsReport)
			continue
		}
		f.reports++
		right := slices.Contains(a.keys, a.Category)
		f.top.count(right)
		f.field.count(slices.ContainsFunc(a.keys, func(key string) bool { return c.Categories[key].Field == a.Field }))
		f.four.count(slices.ContainsFunc(a.Alternatives, func(s understand.Scored) bool {
			return slices.Contains(a.keys, s.Category)
		}))
		if a.urgency == models.PriorityCritical {
			f.critical.count(a.Priority == models.PriorityCritical)
		} else {
			f.alarms.count(a.Priority == models.PriorityCritical)
		}
		f.priority.count(a.Priority == a.urgency)
		if f.sure.count(a.Sure); a.Sure {
			f.sureRight.count(right)
		}
		f.buckets[min(9, int(10*a.Confidence))].count(right)
		if !right {
			f.confused[[2]string{a.keys[0], a.Category}]++
		}
		f.fields[[2]string{c.Categories[a.keys[0]].Field, a.Field}]++
	}
	return f
}

func ask(m *understand.Model, truths []truth) []answer {
	out := make([]answer, 0, len(truths))
	for _, t := range truths {
		out = append(out, answer{t, m.Classify(t.text)})
	}
	return out
}

// fold is what a model that never saw a register makes of it.
type fold struct {
	register string
	answers  []answer
}

// folds leaves out one register after the other, and returns by what scores are to be multiplied as well.
func (t *trainer) folds() ([]fold, float32) {
	var out []fold
	var models []*understand.Weights
	var left [][]int
	for i, l := range t.lines {
		at := slices.IndexFunc(out, func(f fold) bool { return f.register == l.register })
		if at < 0 {
			at = len(out)
			out, left = append(out, fold{register: l.register}), append(left, nil)
		}
		if len(l.keys) == 1 {
			left[at] = append(left[at], i)
		}
	}
	for _, f := range out {
		models = append(models, t.pack(learn(t.without(f.register), len(t.classes)), 1))
	}
	cool := t.cool(models, left)
	for i, w := range models {
		w.Cool = cool
		var truths []truth
		for _, n := range left[i] {
			truths = append(truths, t.truth(t.lines[n]))
		}
		out[i].answers = ask(understand.With(t.catalogue, w), truths)
	}
	return out, cool
}

func (t *trainer) truth(l line) truth {
	out := truth{id: fmt.Sprintf("%s:%d", l.file, l.number), text: l.text, urgency: t.priority(l)}
	if !strings.HasPrefix(l.keys[0], "intent.") {
		out.keys = l.keys
	}
	return out
}

// cool finds by what scores are to be multiplied for their probabilities to be true of lines that were left out.
func (t *trainer) cool(weights []*understand.Weights, left [][]int) float32 {
	best, cool := math.Inf(1), float32(1)
	for tried := float32(0.3); tried < 3; tried += 0.05 {
		var loss float64
		for i, w := range weights {
			for _, n := range left[i] {
				scores := w.Score(t.samples[n][0].features)[:len(t.classes)]
				softmax(scores, tried)
				loss -= math.Log(float64(scores[t.at[t.lines[n].keys[0]]]) + 1e-9)
			}
		}
		if loss < best {
			best, cool = loss, tried
		}
	}
	return cool
}
