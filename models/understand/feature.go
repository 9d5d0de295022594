package understand

import (
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Feature is something seen in a text, by its hash, and how much it counts.
type Feature struct {
	Key   uint32
	Value float32
}

// What features count for, found by leaving out registers (docs/understanding.md).
const (
	textLength    = 3   // of all features of the words together, however many they are
	lettersShare  = 0.3 // of letters within a word, beside the word
	lexiconShare  = 4   // of keywords
	lexiconMost   = 12  // the score of keywords beyond which only their proportions count
	shortestWord  = 4   // letters of a word that is cut into runs of them
	longestWord   = 30
	shortestRun   = 3
	longestRun    = 5
	numberFeature = "0" // all numbers are one word
)

// The families of features.
const (
	familyWord    = 'w' // a folded word
	familyAccent  = 'a' // a word with its accents
	familyPair    = 'p' // two folded words that follow each other
	familyAccents = 'q' // two words with their accents
	familyLetters = 'c' // letters within a folded word, with its ends
	familyLexicon = 'l' // what the catalogue's keywords say for a category
)

// hash is FNV-1a over a family and parts.
func hash(family byte, parts ...string) uint32 {
	const offset, prime = 2166136261, 16777619
	h := (uint32(offset) ^ uint32(family)) * prime
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint32(p[i])) * prime
		}
		h = (h ^ ' ') * prime
	}
	return h
}

// collector gathers features; one that is seen again counts once, by its best.
type collector struct {
	at  map[uint32]int
	out []Feature
}

func (c *collector) add(key uint32, value float32) {
	if i, seen := c.at[key]; seen {
		c.out[i].Value = max(c.out[i].Value, value)
		return
	}
	c.at[key] = len(c.out)
	c.out = append(c.out, Feature{key, value})
}

// Features lists what is seen in a text: what the weights are learnt from, and read by.
func (m *Model) Features(text string) []Feature {
	r := m.read(text)
	return m.features(&r)
}

func (m *Model) features(r *reading) []Feature {
	c := collector{at: make(map[uint32]int, 16*len(r.tokens)), out: make([]Feature, 0, 16*len(r.tokens))}
	words := slices.Clone(r.tokens)
	for i, t := range words {
		if first, _ := utf8.DecodeRuneInString(t.fold); unicode.IsDigit(first) {
			words[i].fold, words[i].accent = numberFeature, numberFeature
		}
	}
	for i, t := range words {
		share := r.shares[i]
		c.add(hash(familyWord, t.fold), share)
		if r.accented && t.accent != t.fold {
			c.add(hash(familyAccent, t.accent), share)
		}
		c.letters(t.fold, lettersShare*share)
		if i+1 < len(words) {
			share, next := min(share, r.shares[i+1]), words[i+1]
			c.add(hash(familyPair, t.fold, next.fold), share)
			if r.accented {
				c.add(hash(familyAccents, t.accent, next.accent), share)
			}
		}
	}
	c.scale()
	sums := m.sums(r)
	most := max(lexiconMost, slices.Max(sums))
	for i, s := range sums {
		if s > 0 {
			c.out = append(c.out, Feature{m.lexicon[i], float32(lexiconShare * s / most)})
		}
	}
	return c.out
}

// letters adds the runs of letters of longer words: what is left of a word that is misspelt, or English.
func (c *collector) letters(word string, share float32) {
	if len(word) < shortestWord || len(word) > longestWord {
		return
	}
	padded := "<" + word + ">"
	for n := shortestRun; n <= longestRun; n++ {
		for i := 0; i+n <= len(padded); i++ {
			c.add(hash(familyLetters, padded[i:i+n]), share)
		}
	}
}

// scale gives short and long texts the same length.
func (c *collector) scale() {
	var squares float64
	for _, f := range c.out {
		squares += float64(f.Value) * float64(f.Value)
	}
	if squares == 0 {
		return
	}
	by := float32(textLength / math.Sqrt(squares))
	for i := range c.out {
		c.out[i].Value *= by
	}
}

// knows tells whether any word of a text was learnt or stands in a keyword. Of one or two words one has to stand in a
// keyword: others were learnt from what stood around them.
func (m *Model) knows(r *reading) bool {
	return slices.ContainsFunc(r.tokens, func(t token) bool {
		_, learnt := m.weights.row(hash(familyWord, t.fold))
		return learnt && len(r.tokens) > 2 || m.plain.ids[t.fold] != 0
	})
}
