package understand

import (
	"slices"

	"github.com/vticket/vticket/models"
)

// Limits and thresholds of Classify.
const (
	maxBytes  = 6000 // of a text that are read
	maxTokens = 400
	shown     = 4 // alternatives

	foldedShare   = 0.35 // of a match that an accented text has only without accents
	nameWordShare = 0.4  // of a capitalised word inside a sentence: the name of a street or a market
	placeShare    = 0.6  // of the three words after "trước", "gần"
	criticalLift  = 1.08 // near a tie, the category that cannot wait wins

	leastScore  = 2.5 // below it, words tell nothing
	politeScore = 3.5 // above it, a greeting inside a report is only polite
	wordsToTell = 6   // a text of so many unknown words is still somebody telling something
	softening   = 3.0 // how much evidence it takes to be confident at all
)

// Result is what Classify makes of a text.
type Result struct {
	Category     string // "" when the words tell nothing
	Field        string
	Priority     models.Priority
	Confidence   float64 // 0..1
	Sure         bool    // confident enough for this category
	Alternatives []Scored
	IsReport     bool
	Danger       bool // tell them first what to do and whom to call
}

// Scored is a category and how much of the text speaks for it.
type Scored struct {
	Category string
	Score    float64
}

// Classify tells what a text is about. Beyond 6,000 bytes it reads no further.
func (m *Model) Classify(text string) Result {
	tokens := cut(head(text, maxBytes), maxTokens)
	withAccents := accented(tokens)
	tokens = m.spellOut(tokens)
	r := reading{
		tokens: tokens, credit: make([]float32, len(tokens)*len(m.categories)), shares: make([]float32, len(tokens)),
	}
	if withAccents {
		r.ids = m.marked.number(tokens, func(t token) string { return t.accent })
		r.signals(&m.marked)
		r.score(&m.marked, 1, 1)
		r.ids = m.plain.number(tokens, func(t token) string { return t.fold })
		r.score(&m.plain, foldedShare, 2)
	} else {
		r.ids = m.plain.number(tokens, func(t token) string { return t.fold })
		r.signals(&m.plain)
		r.score(&m.plain, 1, 1)
	}
	return m.judge(&r)
}

// spellOut replaces shorthand by what it means.
func (m *Model) spellOut(tokens []token) []token {
	for i := 0; i < len(tokens); i++ {
		if long, short := m.shorthand[tokens[i].accent]; short {
			tokens = slices.Replace(tokens, i, i+1, long...)
			i += len(long) - 1
		}
	}
	return tokens
}

func (s *spelling) number(tokens []token, spell func(token) string) []int32 {
	ids := make([]int32, len(tokens))
	for i, t := range tokens {
		ids[i] = s.ids[spell(t)] // 0: a word of nobody
	}
	return ids
}

// reading is one text while it is read.
type reading struct {
	tokens       []token
	ids          []int32
	shares       []float32 // what each word counts for, by where it stands
	credit       []float32 // by category, then by word: the best of what the word is part of
	raises       []int32
	life, urgent bool
	chatter      bool // something of it is talk
	talk         bool // all of it is
}

// grams calls f for every known gram that is long enough.
func (r *reading) grams(s *spelling, least int, f func(from, n int, e *entry)) {
	for from := range r.ids {
		var g gram
		for n := 1; n <= maxGram && from+n <= len(r.ids) && r.ids[from+n-1] != 0; n++ {
			g[n-1] = r.ids[from+n-1]
			if n < least {
				continue
			}
			if e := s.grams[g]; e != nil {
				f(from, n, e)
			}
		}
	}
}

// signals finds where words stand, danger, raise words and talk.
func (r *reading) signals(s *spelling) {
	loud := !slices.ContainsFunc(r.tokens, func(t token) bool { return !t.capital })
	talk := make([]bool, len(r.ids))
	near := 0
	for i, id := range r.ids {
		r.shares[i] = 1
		if near > 0 {
			r.shares[i] = placeShare
			near--
		}
		if flagged(s.near, id) {
			near = 3
		}
		if r.tokens[i].capital && i > 0 && !loud {
			r.shares[i] = nameWordShare
		}
		talk[i] = flagged(s.stop, id)
	}
	r.grams(s, 1, func(from, n int, e *entry) {
		if (e.life || e.urgent || len(e.raises) > 0) && !r.negated(s, from) {
			r.life = r.life || e.life
			r.urgent = r.urgent || e.urgent
			r.raises = append(r.raises, e.raises...)
		}
		if e.chatter {
			r.chatter = true
			for i := range n {
				talk[from+i] = true
			}
		}
	})
	r.talk = !slices.Contains(talk, false)
}

func (r *reading) negated(s *spelling, at int) bool {
	for i := max(0, at-2); i < at; i++ {
		if flagged(s.negate, r.ids[i]) {
			return true
		}
	}
	return false
}

// score adds what a spelling knows about grams that are long enough and, when single words are, about words apart.
func (r *reading) score(s *spelling, share float32, least int) {
	r.grams(s, least, func(from, n int, e *entry) {
		for _, w := range e.weights {
			for i := range n {
				r.add(w.category, from+i, share*w.value/float32(n))
			}
		}
	})
	if least > 1 {
		return
	}
	for i := range r.ids {
		for j := i + 1; j < min(i+1+reach, len(r.ids)); j++ {
			if r.ids[i] == 0 || r.ids[j] == 0 {
				continue
			}
			for _, w := range s.pairs[pair(r.ids[i], r.ids[j])] {
				r.add(w.category, i, share*w.value/2)
				r.add(w.category, j, share*w.value/2)
			}
		}
	}
}

func (r *reading) add(category int32, at int, worth float32) {
	slot := &r.credit[int(category)*len(r.tokens)+at]
	*slot = max(*slot, worth*r.shares[at])
}

// judge turns credit into a result.
func (m *Model) judge(r *reading) Result {
	out := Result{Priority: models.PriorityNormal}
	if len(r.tokens) == 0 {
		return out
	}
	best := m.ranked(r)
	out.IsReport = r.life || !r.talk && (!r.chatter && (len(r.tokens) >= wordsToTell || best[0].Score >= leastScore) ||
		best[0].Score >= politeScore)
	if !out.IsReport {
		return out
	}
	if r.life {
		out.Priority, out.Danger = models.PriorityCritical, true
	}
	if best[0].Score < leastScore {
		return out
	}
	var squares float64
	for i, s := range best {
		if s.Score < leastScore/2 {
			best = best[:i]
			break
		}
		squares += s.Score * s.Score
	}
	out.Alternatives = best
	category := m.catalogue.Categories[best[0].Category]
	out.Category, out.Field = category.Key, category.Field
	out.Confidence = best[0].Score * best[0].Score / (squares + softening*softening)
	out.Sure = out.Confidence >= category.MinConfidence
	out.Priority = m.priority(r, category)
	out.Danger = out.Priority == models.PriorityCritical || len(category.CallFirst) > 0 && r.urgent
	return out
}

// ranked lists the categories that most speaks for, best first.
func (m *Model) ranked(r *reading) []Scored {
	best := make([]Scored, 0, shown+1)
	for i, c := range m.categories {
		var score float64
		for _, worth := range r.credit[i*len(r.tokens) : (i+1)*len(r.tokens)] {
			score += float64(worth)
		}
		if c.Priority == models.PriorityCritical {
			score *= criticalLift
		}
		at := len(best)
		for at > 0 && best[at-1].Score < score {
			at--
		}
		if at < shown {
			best = slices.Insert(best, at, Scored{c.Key, score})
			best = best[:min(len(best), shown)]
		}
	}
	return best
}

// priority is the category's own, lifted by its raise words and by danger.
func (m *Model) priority(r *reading, c models.Category) models.Priority {
	p := c.Priority
	if slices.ContainsFunc(r.raises, func(i int32) bool { return m.categories[i].Key == c.Key }) {
		p = c.Raise.To
	}
	if r.urgent && p.Rank() < models.PriorityHigh.Rank() {
		p = models.PriorityHigh
	}
	if r.life {
		p = models.PriorityCritical
	}
	return p
}
