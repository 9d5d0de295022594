package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The tone marks of Vietnamese, decomposed. Hỏi and ngã are one: half of the country does not tell them apart.
const (
	grave, acute, tilde, hook, dot = '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'
)

// token is a word in two spellings: as models.Fold has it, and with its accents, the tone moved to the end, so that
// hoà and hòa, vỉa and vĩa are the same.
type token struct {
	fold    string
	accent  string
	capital bool // begins with a capital letter
}

// cut splits text into at most limit tokens.
func cut(text string, limit int) []token {
	decomposed := norm.NFD.String(text)
	s := splitter{tokens: make([]token, 0, min(limit, 8+len(text)/4))}
	s.fold.Grow(len(decomposed))
	s.accent.Grow(len(decomposed))
	for _, r := range decomposed {
		if len(s.tokens) == limit {
			return s.tokens
		}
		s.rune(r)
	}
	s.end()
	return s.tokens
}

type splitter struct {
	tokens         []token
	fold, accent   strings.Builder
	foldAt, markAt int // where the current token begins
	tone           rune
	capital, open  bool
}

func (s *splitter) rune(r rune) {
	switch {
	case r == grave || r == acute || r == dot:
		s.tone = r
	case r == tilde || r == hook:
		s.tone = hook
	case unicode.Is(unicode.Mn, r):
		if s.open {
			s.accent.WriteRune(r)
		}
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		lower := unicode.ToLower(r)
		if !s.open {
			s.open, s.capital, s.tone = true, lower != r, 0
		}
		s.accent.WriteRune(lower)
		if lower == 'đ' {
			lower = 'd'
		}
		s.fold.WriteRune(lower)
	default:
		s.end()
	}
}

func (s *splitter) end() {
	if !s.open {
		return
	}
	if s.tone != 0 {
		s.accent.WriteRune(s.tone)
	}
	// the builders never grow beyond what they began with, so what they have given out stays theirs
	s.tokens = append(s.tokens, token{
		fold: calm(s.fold.String()[s.foldAt:]), accent: calm(s.accent.String()[s.markAt:]), capital: s.capital,
	})
	s.foldAt, s.markAt, s.open = s.fold.Len(), s.accent.Len(), false
}

// calm makes one of a letter that is written three times or more: "lâuuuu" is "lâu". No word is spelt so.
func calm(word string) string {
	stretched := func(i int) bool {
		return i >= 2 && word[i] == word[i-1] && word[i] == word[i-2] && word[i] >= 'a' && word[i] <= 'z'
	}
	from := 2
	for from < len(word) && !stretched(from) {
		from++
	}
	if from >= len(word) {
		return word
	}
	out := []byte(word[:from-1])
	for i := from + 1; i < len(word); i++ {
		if word[i] != out[len(out)-1] {
			out = append(out, word[i])
		}
	}
	return string(out)
}

// accented tells whether enough of the words carry accents for accents to be evidence.
func accented(tokens []token) bool {
	words, marked := 0, 0
	for _, t := range tokens {
		if r, _ := utf8.DecodeRuneInString(t.fold); unicode.IsDigit(r) {
			continue
		}
		words++
		if t.fold != t.accent {
			marked++
		}
	}
	return marked*4 >= words && marked > 0
}

// head returns at most limit bytes of text, whole characters only.
func head(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
