package understand

import "slices"

// What a match counts for, by how and where it stands.
const (
	foldedShare   = 0.35 // of a match that an accented text has only without accents
	nameWordShare = 0.4  // of a capitalised word inside a sentence: the name of a street or a market
	placeShare    = 0.6  // of the three words after "trước", "gần"
)

// read finds what the keywords of the catalogue say about a text.
func (m *Model) read(text string) reading {
	tokens := cut(head(text, maxBytes), maxTokens)
	withAccents := accented(tokens)
	tokens = m.spellOut(tokens)
	r := reading{
		tokens: tokens, credit: make([]float32, len(tokens)*len(m.categories)), shares: make([]float32, len(tokens)),
		accented: withAccents,
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
	return r
}

// sums adds up what of a text speaks for each category.
func (m *Model) sums(r *reading) []float64 {
	out := make([]float64, len(m.categories))
	for i := range out {
		for _, worth := range r.credit[i*len(r.tokens) : (i+1)*len(r.tokens)] {
			out[i] += float64(worth)
		}
	}
	return out
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
	tokens             []token
	ids                []int32
	shares             []float32 // what each word counts for, by where it stands
	credit             []float32 // by category, then by word: the best of what the word is part of
	raises             []int32
	life, self, urgent bool
	accented           bool
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

// signals finds where words stand, danger and raise words.
func (r *reading) signals(s *spelling) {
	loud := !slices.ContainsFunc(r.tokens, func(t token) bool { return !t.capital })
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
	}
	r.grams(s, 1, func(from, _ int, e *entry) {
		if (e.life || e.urgent || len(e.raises) > 0) && !r.negated(s, from) {
			r.life, r.self = r.life || e.life, r.self || e.self
			r.urgent = r.urgent || e.urgent
			r.raises = append(r.raises, e.raises...)
		}
	})
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
