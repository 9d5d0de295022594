package bots

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// phones are Vietnamese telephone numbers, however they are written: 0…, 84…, +84…, 0084…, with spaces, dots, hyphens
// and brackets. The ids of platforms are longer, or begin otherwise.
var phones = regexp.MustCompile(`(?:\b0084|\+84|\b84|\(?\b0)(?:[ \x{a0}.\-–()+]{0,2}[0-9]){8,10}\b`)

// lastDigits is what may be seen of a telephone number: its last three digits.
func lastDigits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	return "•••" + digits[max(0, len(digits)-3):]
}

// Redact is a text fit for an error and a log: without secrets, without telephone numbers, and without what somebody
// said, should a platform repeat it.
func Redact(text string, secrets []string, said ...string) string {
	var all told
	for _, one := range said {
		all.hear(one)
	}
	return all.strike(phones.ReplaceAllString(strikeSecrets(plain(text), secrets), "[phone]"))
}

// escapes are characters as addresses and JSON write them: what is repeated may be repeated so.
var escapes = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+|(?:\\u[0-9A-Fa-f]{4})+|\\[nrt"]`)

// plain is a text without escapes.
func plain(text string) string {
	return escapes.ReplaceAllStringFunc(text, func(escaped string) string {
		if escaped[0] == '%' {
			if said, err := url.PathUnescape(escaped); err == nil && utf8.ValidString(said) {
				return said
			}
			return escaped
		}
		var said string
		if json.Unmarshal([]byte(`"`+escaped+`"`), &said) != nil {
			return escaped
		}
		return said
	})
}

// strikeSecrets takes secrets out of a text.
func strikeSecrets(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	return text
}

// wordsIn are the runs of letters, marks and digits of a text: where each begins and ends.
func wordsIn(text string) (spans [][2]int) {
	from := -1
	for at, r := range text {
		switch part := unicode.In(r, unicode.L, unicode.M, unicode.N); {
		case part && from < 0:
			from = at
		case !part && from >= 0:
			spans, from = append(spans, [2]int{from, at}), -1
		}
	}
	if from >= 0 {
		spans = append(spans, [2]int{from, len(text)})
	}
	return spans
}

// A repetition is known by three words in a row, or by all words of what is shorter; one short word means nothing.
const (
	repeated = 3
	oneWord  = 4 // letters
)

// told knows what was said, to find it again where it is repeated: by its words in a row. The zero value has heard
// nothing.
type told struct {
	whole map[string]bool
	heard map[string]bool
}

// hear remembers what somebody said.
func (t *told) hear(said string) {
	if t.whole[said] {
		return
	}
	if t.whole == nil {
		t.whole, t.heard = map[string]bool{}, map[string]bool{}
	}
	t.whole[said] = true
	folded := fold(said)
	spans := wordsIn(folded)
	spoken := make([]string, len(spans))
	for i, span := range spans {
		spoken[i] = folded[span[0]:span[1]]
	}
	size := min(repeated, len(spoken))
	if size == 0 || size == 1 && len([]rune(spoken[0])) < oneWord {
		return
	}
	for i := 0; i+size <= len(spoken); i++ {
		t.heard[strings.Join(spoken[i:i+size], " ")] = true
	}
}

// strike takes out of a text what repeats something that was said, also where only a part of it is repeated.
func (t *told) strike(text string) string {
	if len(t.heard) == 0 {
		return text
	}
	text = norm.NFC.String(text)
	at := wordsIn(text)
	read := make([]string, len(at))
	for i, span := range at {
		read[i] = fold(text[span[0]:span[1]])
	}
	var out strings.Builder
	from := 0
	for i := 0; i < len(at); {
		end := t.repetition(read, i)
		if end == i {
			i++
			continue
		}
		out.WriteString(text[from:at[i][0]] + "[words]")
		from, i = at[end-1][1], end
	}
	return out.String() + text[from:]
}

// repetition is where a repetition ends that begins with the word number i; i itself where none does.
func (t *told) repetition(read []string, i int) int {
	end := i
	for start := i; start <= end && start < len(read); start++ { // repetitions that overlap are one
		for size := repeated; size > 0; size-- {
			if start+size <= len(read) && t.heard[strings.Join(read[start:start+size], " ")] {
				end = max(end, start+size)
				break
			}
		}
	}
	return end
}

func fold(text string) string { return strings.ToLower(norm.NFC.String(text)) }

// Unsaid is the error of a send without what the message said: a platform may repeat it when it refuses it.
func Unsaid(err error, out Outgoing) error {
	failed, ok := errors.AsType[*SendError](err)
	if !ok {
		return err
	}
	said := []string{out.Text, out.Template.Phone}
	for _, value := range out.Template.Params {
		said = append(said, value)
	}
	quiet := *failed
	quiet.Cause = Redact(failed.Cause, nil, said...)
	return &quiet
}
