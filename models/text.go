package models

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces words to what search and rules compare: decomposed, marks dropped, đ as d, lower case, letters and
// digits only, single spaces. "Ổ gà, đường Tô Ký" becomes "o ga duong to ky", however it was typed.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case r == 'đ' || r == 'Đ':
			r = 'd'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			r = unicode.ToLower(r)
		default:
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Clean makes text from outside fit to keep: composed (NFC), valid UTF-8, without NUL and other control characters
// except line breaks and tabs, cut after limit characters.
func Clean(s string, limit int) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	n := 0
	return strings.Map(func(r rune) rune {
		if n >= limit || (unicode.IsControl(r) && r != '\n' && r != '\t') {
			return -1
		}
		n++
		return r
	}, s)
}
