package understand

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// builder gathers what a spelling knows, in the form that is easy to write; settle turns it into the one that is
// quick to read.
type builder struct {
	s     spelling
	spell func(token) string
	grams map[gram]map[int32]float32
	pairs map[[2]int32]map[int32]float32
}

func (b *builder) id(word string) int32 {
	id, known := b.s.ids[word]
	if !known {
		id = int32(len(b.s.ids))
		b.s.ids[word] = id
	}
	return id
}

// vocabulary gives every word of the keywords an id and its rarity among the categories.
func (b *builder) vocabulary(keywords []keyword, categories int) {
	holders := map[int32]map[int32]bool{}
	for _, k := range keywords {
		for _, w := range k.words {
			id := b.id(b.spell(w))
			if holders[id] == nil {
				holders[id] = map[int32]bool{}
			}
			holders[id][k.category] = true
		}
	}
	b.s.rarity = make([]float32, len(b.s.ids))
	for id, by := range holders {
		b.s.rarity[id] = rarity(categories, len(by))
	}
	for _, w := range cut(stopWords, math.MaxInt) {
		if id, known := b.s.ids[b.spell(w)]; known {
			b.s.rarity[id] = min(b.s.rarity[id], stopWeight)
		}
	}
}

func (b *builder) keyword(k keyword) {
	ids := make([]int32, len(k.words))
	var whole float32
	for i, w := range k.words {
		ids[i] = b.id(b.spell(w))
		whole += b.s.rarity[ids[i]]
	}
	for from := range ids {
		var sum float32
		for n := 1; n <= maxGram && from+n <= len(ids); n++ {
			sum += b.s.rarity[ids[from+n-1]]
			worth := k.share * sum * lift(n)
			switch {
			case n == len(ids) && n > 1:
				// "ổ gà" is rare although both its words, folded, are common
				worth = k.share * max(sum, phraseFloor) * lift(n)
			case n == len(ids):
			case n == 1:
				worth *= wordShare * sum / whole
			default:
				worth *= partShare * sum / whole
			}
			var g gram
			copy(g[:], ids[from:from+n])
			raise(b.grams, g, k.category, worth)
		}
		for to := from + 1; to < len(ids); to++ {
			one, two := b.s.rarity[ids[from]], b.s.rarity[ids[to]]
			if one > stopWeight && two > stopWeight {
				worth := k.share * (one + two) * lift(2) * apartShare * (one + two) / whole
				raise(b.pairs, pair(ids[from], ids[to]), k.category, worth)
			}
		}
	}
}

// pair is two words in either order.
func pair(a, b int32) [2]int32 { return [2]int32{min(a, b), max(a, b)} }

func raise[K comparable](in map[K]map[int32]float32, key K, category int32, worth float32) {
	if in[key] == nil {
		in[key] = map[int32]float32{}
	}
	in[key][category] = max(in[key][category], worth)
}

// settle makes what many categories share worth less to each.
func (b *builder) settle() {
	for g, by := range b.grams {
		b.s.grams[g] = &entry{weights: spread(by)}
	}
	for p, by := range b.pairs {
		b.s.pairs[p] = spread(by)
	}
}

func spread(by map[int32]float32) []weight {
	order := slices.Sorted(maps.Keys(by)) // sums of floats depend on it, and weights are to be the same each time
	var total float32
	for _, category := range order {
		total += by[category]
	}
	var out []weight
	for _, category := range order {
		v := by[category]
		if v *= float32(math.Sqrt(float64(v / total))); v > 0.2 {
			out = append(out, weight{category, v})
		}
	}
	return out
}

// entry finds or makes what is known of a phrase of at most four words.
func (b *builder) entry(phrase string) *entry {
	var g gram
	for i, w := range cut(phrase, maxGram) {
		g[i] = b.id(b.spell(w))
	}
	if b.s.grams[g] == nil {
		b.s.grams[g] = &entry{}
	}
	return b.s.grams[g]
}

// flags marks the ids of a list of words.
func (b *builder) flags(list string) []bool {
	for w := range strings.FieldsSeq(list) {
		b.id(b.spell(cut(w, 1)[0]))
	}
	out := make([]bool, len(b.s.ids))
	for w := range strings.FieldsSeq(list) {
		out[b.s.ids[b.spell(cut(w, 1)[0])]] = true
	}
	return out
}

func flagged(flags []bool, id int32) bool { return int(id) < len(flags) && flags[id] }
