package places

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models"
)

// word is a word or a number of a text, with where it stands.
type word struct {
	from, to int    // bytes of the text
	fold     string // as models.Fold leaves it, but signs within a number stay: "27a/5"
	tone     string // lower case, its marks behind its letters: "hoà" and "hòa" are one
	marked   bool   // it has accents or đ
	upper    bool   // begins with a capital
	digit    bool   // begins with a digit
	gap      rune   // what ends it: ' ' lets a name go on, any other sign does not
}

// abbreviations are followed by a full stop that ends no sentence.
var abbreviations = " p q d dg tp tx tt h kp ql tl f x st no so "

// split cuts a text in NFC into its words.
func split(text string) []word {
	var words []word
	runes := []rune(text)
	at := 0 // bytes
	for i := 0; i < len(runes); {
		if !wordRune(runes[i]) {
			if len(words) > 0 {
				widen(&words[len(words)-1], runes, i)
			}
			at += len(string(runes[i]))
			i++
			continue
		}
		from, first := at, i
		for i < len(runes) && (wordRune(runes[i]) || i > first && joins(runes, i)) {
			at += len(string(runes[i]))
			i++
		}
		words = append(words, newWord(text[from:at], from))
	}
	return words
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// joins tells whether the sign at i stands within a number: 27A/5, 20-22, 10.000, PA-2611-00007.
func joins(runes []rune, i int) bool {
	if i+1 >= len(runes) || !wordRune(runes[i+1]) {
		return false
	}
	before, behind := unicode.IsDigit(runes[i-1]), unicode.IsDigit(runes[i+1])
	switch runes[i] {
	case '/':
		return before || behind
	case '-':
		return before || behind
	case '.', ':', ',', '+':
		return before && behind
	default:
		return false
	}
}

// widen takes the sign at i into the gap behind a word.
func widen(w *word, runes []rune, i int) {
	switch r := runes[i]; {
	case w.gap != ' ', r == ' ', r == '\t', r == '\u00a0':
	case r == '.' && strings.Contains(abbreviations, " "+w.fold+" "):
	case r == '.' && i+1 < len(runes) && unicode.IsLetter(runes[i+1]) && len(w.fold) <= 2: // Co.opmart
	case r == '\n' || r == '\r':
		w.gap = ','
	case r == '–' || r == '—':
		w.gap = '-'
	default:
		w.gap = r
	}
}

func newWord(raw string, from int) word {
	w := word{from: from, to: from + len(raw), gap: ' '}
	first := []rune(raw)[0]
	w.upper, w.digit = unicode.IsUpper(first), unicode.IsDigit(first)
	w.tone, w.marked = toned(raw)
	w.fold = models.Fold(raw)
	if strings.ContainsAny(raw, "0123456789") {
		w.fold = strings.ToLower(raw)
		if !w.digit {
			w.fold = strings.ReplaceAll(w.fold, "đ", "d")
		}
	}
	return w
}

// toned returns a word in lower case with its marks behind its letters, so that both ways to place a tone are one.
func toned(s string) (tone string, marked bool) {
	var letters, marks strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if unicode.Is(unicode.Mn, r) {
			marks.WriteRune(r)
			continue
		}
		marked = marked || r == 'đ'
		letters.WriteRune(r)
	}
	return letters.String() + marks.String(), marked || marks.Len() > 0
}

// lexicon is a set of words that are recognised with or without their accents.
type lexicon struct{ tones, folds map[string]bool }

func newLexicon(lists ...string) lexicon {
	l := lexicon{map[string]bool{}, map[string]bool{}}
	for _, list := range lists {
		for _, w := range split(norm.NFC.String(list)) {
			l.tones[w.tone], l.folds[w.fold] = true, true
		}
	}
	return l
}

// has tells whether a word is meant; strict says that it is in a text with accents, where a word without any is none
// of those that have some.
func (l lexicon) has(w word, strict bool) bool {
	if w.marked || strict {
		return l.tones[w.tone]
	}
	return l.folds[w.fold]
}

// phrase is a fixed expression of some words; tag says what it stands for.
type phrase struct {
	words []word
	tag   string
}

// phrases are fixed expressions by the fold of their first word.
type phrases map[string][]phrase

// newPhrases reads lists of expressions, separated by commas, by their tags.
func newPhrases(lists map[string]string) phrases {
	p := phrases{}
	for tag, list := range lists {
		for part := range strings.SplitSeq(norm.NFC.String(list), ",") {
			words := split(part)
			p[words[0].fold] = append(p[words[0].fold], phrase{words, tag})
		}
	}
	return p
}

// at returns the longest expression that begins at word i.
func (p phrases) at(words []word, i int, strict bool) (best phrase, found bool) {
	for _, one := range p[words[i].fold] {
		if len(one.words) > len(best.words) && matches(words, i, one.words, strict) {
			best, found = one, true
		}
	}
	return best, found
}

// matches tells whether words stand in the text from i on, with nothing but spaces between them.
func matches(text []word, i int, words []word, strict bool) bool {
	if i+len(words) > len(text) {
		return false
	}
	for n, w := range words {
		got := text[i+n]
		if got.fold != w.fold || (got.marked || strict && w.marked) && got.tone != w.tone ||
			n+1 < len(words) && got.gap != ' ' {
			return false
		}
	}
	return true
}
