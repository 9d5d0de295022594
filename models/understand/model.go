// Package understand knows how residents word their reports: from words alone it tells what kind of thing they are
// about, how urgent it is, and whether they are a report at all. It never asks, stores or looks anything up: the
// same words and the same catalogue always give the same answer.
//
// Each keyword of the catalogue is worth the rarity of its words; parts of it, and its words apart from each other,
// are worth less. A word of the text counts once for each category, by the best of what it is part of. Everything is
// kept in two spellings: words typed with accents are compared with accents (ồn is not ổn), and count little without.
//
// What the keywords say is, for each category, one feature of a linear model; the other features are the words
// themselves (feature.go). Its weights are learnt from the lines in training/ by the command in train/: make train.
package understand

import (
	"math"
	"strings"

	"github.com/vticket/vticket/models"
)

// Weights, found by trying: what a keyword's parts are worth, and how much longer matches are worth than shorter.
const (
	longer       = 0.25 // for each word after the first
	partShare    = 0.7
	wordShare    = 0.45 // a part of one word
	apartShare   = 0.7  // two words of a keyword that are not neighbours
	reach        = 5    // words between which two count as belonging together
	synonymShare = 0.9
	nameShare    = 0.7
	stopWeight   = 0.15
	phraseFloor  = 3.5 // what a keyword of several words is worth at least, each for itself
	maxGram      = 4
)

// Model is a catalogue made ready for scoring. It is safe for concurrent use.
type Model struct {
	catalogue  models.Catalogue
	categories []models.Category
	shorthand  map[string][]token
	plain      spelling // as folded
	marked     spelling // with accents
	weights    *Weights
	unknown    []bool   // by class: a category that this catalogue does not have
	lexicon    []uint32 // by category: the feature of what its keywords say
	recent     models.Memo[Result]
}

// spelling is the whole vocabulary in one of the two spellings.
type spelling struct {
	ids    map[string]int32
	rarity []float32 // by id
	near   []bool    // by id
	negate []bool    // by id
	grams  map[gram]*entry
	pairs  map[[2]int32][]weight
}

// gram is 1 to 4 words that follow each other; the rest is 0.
type gram [maxGram]int32

// entry is what a gram tells.
type entry struct {
	weights []weight
	raises  []int32 // categories whose priority it lifts
	life    bool
	self    bool // of one's own will
	urgent  bool
}

type weight struct {
	category int32
	value    float32
}

// New makes a catalogue ready. It returns ErrWeights when the weights of the program cannot be read.
func New(c models.Catalogue) (*Model, error) {
	w, err := trained()
	if err != nil {
		return nil, err
	}
	return With(c, w), nil
}

// With makes a catalogue ready with weights of its own.
func With(c models.Catalogue, w *Weights) *Model {
	m := Untrained(c)
	m.weights = w
	for _, class := range w.Classes {
		_, known := c.Categories[class]
		m.unknown = append(m.unknown, !known && !strings.HasPrefix(class, intentPrefix))
	}
	return m
}

// Untrained makes a catalogue ready without weights: its Features are what weights are learnt from.
func Untrained(c models.Catalogue) *Model {
	m := &Model{catalogue: c, shorthand: map[string][]token{}}
	for _, key := range c.Order {
		m.categories = append(m.categories, c.Categories[key])
		m.lexicon = append(m.lexicon, hash(familyLexicon, key))
	}
	for pair := range strings.FieldsSeq(shorthand) {
		form, meaning, _ := strings.Cut(pair, "=")
		m.shorthand[cut(form, 1)[0].accent] = cut(strings.ReplaceAll(meaning, "_", " "), maxGram)
	}
	keywords := expand(m.categories)
	m.plain = newSpelling(func(t token) string { return t.fold }, m.categories, keywords)
	m.marked = newSpelling(func(t token) string { return t.accent }, m.categories, keywords)
	return m
}

// keyword is a phrase that speaks for a category.
type keyword struct {
	category int32
	words    []token
	share    float32
}

// expand lists the keywords of all categories, their names, and the same with one synonym put in.
func expand(categories []models.Category) []keyword {
	var classes [][]string
	for line := range strings.SplitSeq(synonyms, "\n") {
		classes = append(classes, phrases(line))
	}
	var out []keyword
	for i, c := range categories {
		add := func(phrase string, share float32) {
			if words := cut(phrase, 2*maxGram); len(words) > 0 {
				out = append(out, keyword{int32(i), words, share})
			}
		}
		for _, k := range c.Keywords {
			k = strings.ToLower(k)
			add(k, 1)
			for _, variant := range variants(k, classes) {
				add(variant, synonymShare)
			}
		}
		for _, k := range c.KeywordsEn {
			add(k, 1)
		}
		separates := func(r rune) bool { return strings.ContainsRune(",:/()", r) }
		for name := range strings.FieldsFuncSeq(c.NameVi, separates) {
			add(name, nameShare)
		}
	}
	return out
}

func variants(phrase string, classes [][]string) []string {
	var out []string
	padded := " " + phrase + " "
	for _, class := range classes {
		for _, word := range class {
			before, after, found := strings.Cut(padded, " "+word+" ")
			if !found {
				continue
			}
			for _, other := range class {
				if other != word {
					out = append(out, strings.TrimSpace(before+" "+other+" "+after))
				}
			}
			break
		}
	}
	return out
}

// lift is how much more words are worth for standing together.
func lift(words int) float32 { return 1 + longer*float32(words-1) }

func newSpelling(spell func(token) string, categories []models.Category, keywords []keyword) spelling {
	b := builder{
		spell: spell,
		s: spelling{
			ids: map[string]int32{"": 0}, grams: map[gram]*entry{}, pairs: map[[2]int32][]weight{},
		},
		grams: map[gram]map[int32]float32{}, pairs: map[[2]int32]map[int32]float32{},
	}
	b.vocabulary(keywords, len(categories))
	for _, k := range keywords {
		b.keyword(k)
	}
	b.settle()
	for _, p := range phrases(lifeDanger) {
		b.entry(p).life = true
	}
	for _, p := range phrases(selfHarm) {
		e := b.entry(p)
		e.life, e.self = true, true
	}
	for _, p := range phrases(urgentDanger) {
		b.entry(p).urgent = true
	}
	for i, c := range categories {
		for _, p := range c.Raise.Words {
			e := b.entry(p)
			e.raises = append(e.raises, int32(i))
		}
	}
	b.s.near, b.s.negate = b.flags(nearWords), b.flags(negations)
	return b.s
}

func rarity(categories, holding int) float32 {
	return float32(math.Log(1 + float64(categories)/float64(holding)))
}
