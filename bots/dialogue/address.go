package dialogue

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
)

// corrections are the words, folded, with which people take back a part of what they said.
var corrections = []string{
	" nham ", " lon ", " sai ", " sua lai ", " doi lai ", " moi dung ", " dung la ", " phai la ",
	" khong phai ", " ko phai ", " sorry ", " actually ", " wrong ", " mistake ", " not ", " i mean ", " correct ",
}

var houseNumber = regexp.MustCompile(`^[0-9]+[a-zA-Z]?(/[0-9]+[a-zA-Z]?)*$`)

// rehoused is an address with the house, or the alley, that words correct it to, which name nothing else of a place;
// empty when they correct none.
func (m Mind) rehoused(address, text string) string {
	was, told := m.Areas.Read(address), m.Areas.Read(text)
	house, alley := was.House, strings.Fields(was.Alley)
	if len(alley) > 0 && (house == "" || told.Alley != "") {
		house = alley[len(alley)-1]
	}
	_, area := told.Area()
	elsewhere := area || told.Street+told.Crossing+told.Landmark+told.Quarter != ""
	if !houseNumber.MatchString(house) || elsewhere || !amends(text) {
		return ""
	}
	var numbers []string
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, ".,:;?!()")
		if houseNumber.MatchString(word) && !strings.EqualFold(word, house) {
			numbers = append(numbers, word)
		}
	}
	if len(numbers) != 1 {
		return ""
	}
	return strings.Replace(address, house, numbers[0], 1)
}

// amends tells whether words take back a part of what was said.
func amends(text string) bool { return anyOf(" "+models.Fold(text)+" ", corrections...) }

// corrected is an address with the street or the house that words correct it to; empty when they correct neither.
func (m Mind) corrected(address, text string) string {
	return cmp.Or(m.renamed(address, text), m.rehoused(address, text))
}

// renamed is an address with the street that words correct it to by its name alone: "không phải Lê Văn Thọ, là Lê Đức
// Thọ". Empty when they name none, more than one, or somebody.
func (m Mind) renamed(address, text string) string {
	was, told, folded := m.Areas.Read(address).Street, m.Areas.Read(text), " "+models.Fold(text)+" "
	if told.House+told.Alley+told.Crossing+told.Landmark+told.Quarter != "" {
		return ""
	}
	street := strings.Fields(strings.TrimPrefix(models.Fold(was), "duong "))
	meant := strings.Contains(folded, " "+strings.Join(street, " ")+" ") ||
		anyOf(folded, " duong ", " moi dung ", " dung la ", " nham ")
	if was == "" || !amends(text) || !meant || anyOf(folded, " ten ", " toi la ", " phuong ", " xa ", " quan ") {
		return ""
	}
	old := was
	if word, rest, _ := strings.Cut(was, " "); models.Fold(word) == "duong" {
		old = rest
	}
	var others []string
	for _, name := range capitalised(text) {
		if models.Fold(name) != models.Fold(old) && !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	if len(others) != 1 {
		return ""
	}
	return strings.Replace(address, old, others[0], 1)
}

// capitalised are the words of a text that stand together with capitals: two or more, none of them the first of a
// sentence that says that something was wrong.
func capitalised(text string) (all []string) {
	var run []string
	end := func() {
		if len(run) > 1 {
			all = append(all, strings.Join(run, " "))
		}
		run = nil
	}
	for i, word := range strings.Fields(text) {
		bare := strings.TrimFunc(word, unicode.IsPunct)
		first, _ := utf8.DecodeRuneInString(bare)
		if !unicode.IsUpper(first) || i == 0 && slices.Contains(beginnings, models.Fold(bare)) {
			end()
			continue
		}
		if run = append(run, bare); !strings.HasSuffix(word, bare) {
			end()
		}
	}
	end()
	return all
}

// beginnings are the words, folded, with which a correction begins: capitals there are no name's.
var beginnings = []string{
	"khong", "ko", "nham", "a", "sai", "xin", "sorry", "duong", "la", "phai", "dung", "sua", "doi", "not", "it", "the",
}

// readdressed is an address after words that surely say one. A landmark or a crossing stands beside a house, whichever
// was told first, and a ward that is known stays; any other address takes the place of the former.
func (m Mind) readdressed(address, text string) string {
	was, told := m.Areas.Read(address), m.Areas.Read(text)
	switch {
	case len(told.Areas) == 0 && m.wide(address) != "":
		return models.Clean(told.Address+", "+address, addressRunes)
	case amends(text):
		return told.Address
	case sameDoor(was, told) && len(told.Areas) == 0 && len(was.Areas) > 0:
		return address
	case was.House != "" && was.Street != "" && told.House+told.Alley+told.Street == "":
		return models.Clean(address+", "+told.Address, addressRunes)
	case told.House != "" && told.Street != "" && was.House+was.Alley+was.Street == "" && was.Sure:
		return models.Clean(told.Address+", "+address, addressRunes)
	default:
		return told.Address
	}
}

// sameDoor tells whether two places are one house of one street.
func sameDoor(a, b places.Place) bool {
	return a.House != "" && a.House == b.House && models.Fold(a.Street) == models.Fold(b.Street)
}

// elsewhere tells whether a report names another house than the one that a ticket is about, and corrects nothing.
func (m Mind) elsewhere(address, text string) bool {
	was, told := m.Areas.Read(address), m.Areas.Read(text)
	return was.Sure && told.Sure && was.House != "" && told.House != "" && !sameDoor(was, told) && !amends(text)
}
