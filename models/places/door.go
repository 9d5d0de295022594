package places

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models"
)

// Door is a house as maps number it: a house of an alley has the alley's number before its own.
type Door struct {
	Number string // "140", "27A/5"; "47/12" for number 12 in alley 47
	Street string // without the abbreviation of its word: "Tô Ký", "đường số 14"
}

// Door returns the house that words name: false unless number, alley and street stand beside each other.
func (p Place) Door() (Door, bool) {
	if p.House == "" || p.Street == "" {
		return Door{}, false
	}
	d := Door{Number: houseNumberOf(p.House), Street: spelledOut(p.Street)}
	last := p.House
	if p.Alley != "" {
		alley := houseNumberOf(p.Alley)
		if !p.joins(p.House, p.Alley) || alley == "" {
			return Door{}, false
		}
		if last = p.Alley; !strings.HasPrefix(d.Number, alley+"/") {
			d.Number = alley + "/" + d.Number
		}
	}
	return d, p.joins(last, p.Street)
}

// joins tells whether a piece of the address stands right before another.
func (p Place) joins(before, behind string) bool {
	return strings.Contains(p.Address, before+" "+behind) || strings.Contains(p.Address, before+", "+behind)
}

// Is tells whether this is the house of that number in that street, as a map writes them. Numbers count whole; accents
// do not count, nor does the word "đường".
func (d Door) Is(number, street string) bool {
	same := models.Fold(d.Street) == models.Fold(street) || streetKey(d.Street) == streetKey(street)
	return same && d.Street != "" && d.Number != "" && numberKey(d.Number) == numberKey(number)
}

// Key is the same for two ways to write one house.
func (d Door) Key() string { return numberKey(d.Number) + " " + streetKey(d.Street) }

// houseNumberOf is a number without what it is called, and with a stroke where one is said: "47 xẹt 12" is 47/12.
func houseNumberOf(said string) string {
	var b strings.Builder
	for _, w := range split(norm.NFC.String(said)) {
		raw := norm.NFC.String(said)[w.from:w.to]
		switch {
		case b.Len() == 0 && !strings.ContainsAny(raw, "0123456789"): // "hẻm số"
		case b.Len() > 0 && joiner.has(w, false):
			b.WriteByte('/')
		default:
			b.WriteString(raw)
		}
	}
	return b.String()
}

func numberKey(number string) string {
	number = strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(number))), "")
	return strings.ReplaceAll(number, "đ", "d")
}

// streetWord returns how many of the words before a street's name say that it is one.
func streetWord(words []word) int {
	if len(words) == 0 {
		return 0
	}
	if kind, ok := streetKinds.at(words, 0, false); ok && kind.tag == "" && len(kind.words) < len(words) {
		return len(kind.words)
	}
	return 0
}

// spelledOut writes "đ. Lê Lợi" and "dg Lê Lợi" as "đường Lê Lợi": maps know no abbreviations of ours.
func spelledOut(street string) string {
	street = norm.NFC.String(street)
	words := split(street)
	if n := streetWord(words); n == 1 && len(words[0].fold) < 3 {
		return "đường " + street[words[1].from:]
	}
	return street
}

// streetKey is a street's name folded, without "đường" and "số".
func streetKey(street string) string {
	words := split(norm.NFC.String(street))
	words = words[streetWord(words):]
	if len(words) > 1 && streetNo.has(words[0], false) && words[1].digit {
		words = words[1:]
	}
	return folded(words)
}
