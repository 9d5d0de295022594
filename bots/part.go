package bots

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// Parts cuts a message into what a platform takes at once: its words between words, then its pictures. The choices
// stand under the last of the words; what the message answers is quoted by the first of them.
func Parts(out Outgoing, limits Limits) []Outgoing {
	texts := split(norm.NFC.String(out.Text), limits.Text)
	parts := make([]Outgoing, 0, len(texts)+1)
	for i, text := range texts {
		part := Outgoing{Delivery: out.Delivery, To: out.To, Text: text}
		if i == len(texts)-1 {
			part.Buttons, part.AskLocation = out.Buttons, out.AskLocation
		}
		parts = append(parts, part)
	}
	parts[0].Quote = out.Quote
	if limits.Photos == 0 {
		return parts
	}
	for rest := out.Photos; len(rest) > 0; {
		n := min(len(rest), limits.Photos)
		parts = append(parts, Outgoing{Delivery: out.Delivery, To: out.To, Photos: rest[:n]})
		rest = rest[n:]
	}
	if limits.Fleeting {
		parts[len(parts)-1].Buttons = out.Buttons
	}
	return parts
}

// split cuts text into pieces of at most limit UTF-16 units: at the last line's end that fits, else at the last space,
// else between two letters.
func split(text string, limit int) []string {
	var pieces []string
	for limit > 0 {
		end := fit(text, limit)
		if end == len(text) {
			break
		}
		if cut := strings.LastIndexByte(text[:end], '\n'); cut > 0 {
			end = cut
		} else if cut := strings.LastIndexByte(text[:end], ' '); cut > 0 {
			end = cut
		}
		pieces = append(pieces, text[:end])
		text = strings.TrimLeft(text[end:], " \n")
	}
	return append(pieces, text)
}

// fit is the length in bytes of the longest beginning of text that has at most limit UTF-16 units.
func fit(text string, limit int) int {
	units := 0
	for at, r := range text {
		if units += utf16.RuneLen(r); units > limit {
			return at
		}
	}
	return len(text)
}
