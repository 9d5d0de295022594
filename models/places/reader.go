package places

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models"
)

// addressRunes is the most characters that an address has.
const addressRunes = 200

// Place is what words say of where something is. Its strings are spelled as the resident wrote them.
type Place struct {
	Address  string // everything below but the road, cut out of the text, at most 200 characters; "" for no place
	House    string // "88", "27A/5"
	Alley    string // "hẻm 47/12/3"
	Street   string // with its word where it has one: "Tô Ký", "đường số 14"
	Crossing string // "ngã tư Bảy Hiền", "Lê Lợi - Pasteur"
	Landmark string // "chợ Hóc Môn", "cầu Phú Mỹ", "km 5 quốc lộ 13"
	Quarter  string // "tổ 5 khu phố 2"

	Road models.Road // as far as the words say it: "" when they do not
	// Sure says that a crew would find it: house or alley number and street, a crossing, a landmark with its name.
	Sure  bool
	Areas []Candidate // the areas that the words may mean, none when they name none
}

// Area returns the area that is meant: false when the words name none, leave several to choose from, or only name
// something after an area.
func (p Place) Area() (Area, bool) {
	if len(p.Areas) == 1 && p.Areas[0].How != HowLandmark {
		return p.Areas[0].Area, true
	}
	return Area{}, false
}

// Ward returns the name of the one area that is mentioned, with the tone where most people write it ("Phú Thọ Hòa");
// empty when none or several are.
func (p Place) Ward() string {
	if len(p.Areas) != 1 {
		return ""
	}
	words := strings.Fields(p.Areas[0].Name)
	for i, w := range words {
		for on, before := range map[string]string{"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa"} {
			if stem, ok := strings.CutSuffix(w, on); ok {
				words[i] = stem + before
			}
		}
	}
	return strings.Join(words, " ")
}

// beside are the words, folded, that say nothing more beside an address; former districts' initials among them.
const beside = " o tai truoc sau canh gan ngay doi dien cho nha so dia chi la day ne nha a da em anh minh toi " +
	"at in near gv tb bt td pn hcm tphcm sg q p vn "

// Only tells whether the text that a place was read from says nothing else.
func (p Place) Only(text string) bool {
	return p.Address != "" && all(text, " "+models.Fold(p.Address)+beside)
}

// Nowhere tells whether words point at a place and name none, as "nhà tôi" does.
func Nowhere(text string) bool { return all(text, beside) }

// all tells whether every word of a text is among those, folded.
func all(text, words string) bool {
	for word := range strings.FieldsSeq(models.Fold(text)) {
		if !strings.Contains(words, " "+word+" ") {
			return false
		}
	}
	return true
}

// Elsewhere tells whether two places name another street, crossing or landmark each. Who names none says nothing of it.
func (p Place) Elsewhere(than Place) bool {
	here, there := p.spot(), than.spot()
	return here != "" && there != "" && here != there
}

func (p Place) spot() string {
	return cmp.Or(streetKey(p.Street), models.Fold(p.Crossing), models.Fold(p.Landmark))
}

// Read reads a place from words, with or without accents and capitals. It never fails; words that name no place give
// an empty one.
func (x *Index) Read(text string) Place {
	return x.recent.Of(text, func(text string) Place { return read(text, x.names) })
}

func read(text string, names *areaNames) Place {
	r := newReader(text)
	areas := r.areas(names)
	r.crossings()
	r.streets()
	r.quarters()
	r.landmarks()
	r.bareStreets()
	areas = append(areas, r.bareAreas(names)...)
	p := r.place(areas)
	if p.Areas = names.resolve(areas); len(p.Areas) == 0 {
		p.Areas = names.ofLandmark(r.named)
	}
	return p
}

// Kinds of what stands in a text, the better place first.
type itemKind int

const (
	house itemKind = iota
	crossing
	landmark
	street
	quarter
	area
	vague // "trước cổng chợ": better than nothing
)

// item is a piece of a place: words from..to of the text.
type item struct {
	kind     itemKind
	from, to int
	sure     bool
}

// reader goes through the words of a text, the surest kinds of place first; what one has taken is no longer there for
// the next.
type reader struct {
	text     string
	words    []word
	taken    []bool
	strict   bool // the text has accents
	caseless bool // capitals say nothing: all words have them
	gaz      *gazetteer
	items    []item
	found    Place
	named    []string // names of industrial zones and offices, which may be those of areas
}

func newReader(text string) *reader {
	text = norm.NFC.String(strings.ToValidUTF8(text, " "))
	r := &reader{text: text, words: split(text), gaz: known()}
	r.taken = make([]bool, len(r.words))
	letters, uppers, shouted := 0, 0, 0
	for _, w := range r.words {
		if r.strict = r.strict || w.marked; w.digit {
			continue
		}
		raw := r.text[w.from:w.to]
		if letters++; w.upper {
			uppers++
		}
		if raw == strings.ToUpper(raw) {
			shouted++
		}
	}
	r.caseless = letters >= 4 && shouted*10 >= letters*8 || letters >= 8 && uppers*10 >= letters*9
	return r
}

func (r *reader) take(one item) {
	for i := one.from; i < one.to; i++ {
		r.taken[i] = true
	}
	r.items = append(r.items, one)
}

// raw returns words from..to as they were written.
func (r *reader) raw(from, to int) string {
	if from >= to {
		return ""
	}
	return strings.Join(strings.Fields(r.text[r.words[from].from:r.words[to-1].to]), " ")
}

// open tells whether word i is there, follows its predecessor without a stop between, and is not taken.
func (r *reader) open(i int) bool {
	return i < len(r.words) && !r.taken[i] && (i == 0 || r.words[i-1].gap == ' ' || r.words[i-1].gap == ',')
}

// near is open, without a comma before the word either.
func (r *reader) near(i int) bool { return r.open(i) && (i == 0 || r.words[i-1].gap == ' ') }

// upper tells whether word i has a capital that says something.
func (r *reader) upper(i int) bool { return r.words[i].upper && !r.caseless }

func (r *reader) stop(i int) bool { return stops.has(r.words[i], r.strict) }

// inList returns how many words from i on are a name of a list: the longest, 0 for none.
func (r *reader) inList(i int, list map[string]bool) int {
	end := i
	for end < len(r.words) && end-i < longestName && !r.taken[end] {
		end++
		if r.words[end-1].gap != ' ' {
			break
		}
	}
	for ; end > i; end-- {
		if list[folded(r.words[i:end])] {
			return end - i
		}
	}
	return 0
}

// name returns how many words from i on are a proper name. Loose takes unknown names in words without capitals, if they
// are made of the syllables of names.
func (r *reader) name(i int, list map[string]bool, loose bool) int {
	if i >= len(r.words) || r.taken[i] {
		return 0
	}
	n := r.inList(i, list)
	if r.upper(i) {
		if n > 0 && r.inList(i+n, r.gaz.places) > 0 { // "Nguyễn Thị Định Thủ Đức"
			return n
		}
		return max(n, r.capitals(i, n))
	}
	if n > 0 || !loose {
		return n
	}
	for n < 4 && i+n < len(r.words) && !r.taken[i+n] && !r.stop(i+n) && r.gaz.syllables.has(r.words[i+n], r.strict) {
		n++
		if r.words[i+n-1].gap != ' ' {
			break
		}
	}
	if n < 2 {
		return 0
	}
	return n
}

// capitals counts the words with capitals from i on; within those of a name from a list nothing is looked at.
func (r *reader) capitals(i, known int) int {
	n := 0
	for n < longestName && i+n < len(r.words) && !r.taken[i+n] {
		w := r.words[i+n]
		if n >= known && (!w.upper || n > 0 && r.beginsKind(i+n) ||
			n > 1 && r.inList(i+n, r.gaz.districts) > 0) {
			break
		}
		n++
		if w.gap != ' ' {
			break
		}
	}
	return n
}

// beginsKind tells whether a word with a capital begins another place: "Tô Ký Phường 5", "Lê Lợi Quận 1".
func (r *reader) beginsKind(i int) bool {
	if _, ok := areaKinds.at(r.words, i, r.strict); ok {
		return true
	}
	k, ok := streetKinds.at(r.words, i, r.strict)
	return ok && len(k.words[0].fold) > 1
}

// lead returns where the words begin that stand before word i and belong to its place: "đối diện số".
func (r *reader) lead(i int) int {
	for n := 0; n < 4 && i > 0 && !r.taken[i-1] && r.words[i-1].gap == ' ' && leads.has(r.words[i-1], false); n++ {
		if r.words[i-1].marked != r.strict && r.strict && !leads.tones[r.words[i-1].tone] {
			break
		}
		i--
	}
	return i
}

// place puts together what was found.
func (r *reader) place(areas []mention) Place {
	p := r.found
	items := slices.Clone(r.items)
	for _, m := range areas {
		if !slices.ContainsFunc(items, func(i item) bool { return i.from <= m.from && m.to <= i.to }) {
			items = append(items, item{kind: area, from: m.from, to: m.to})
		}
	}
	slices.SortFunc(items, func(a, b item) int { return a.from - b.from })
	best, streets, number := vague, 0, false
	for _, one := range items {
		if one.kind != area {
			best = min(best, one.kind)
		}
		p.Sure = p.Sure || one.sure
		number = number || one.kind == house
		if one.kind == street {
			streets++
		}
	}
	if number && p.House != "" && streets == 1 && p.Street != "" { // "nhà số 21 …, đường Trương Phước Phan"
		p.Sure = true
	}
	p.Address = r.address(items, best)
	p.Road = r.road()
	return p
}

// address joins the pieces in the order of the text: what is vague only when there is nothing better, and no area
// alone.
func (r *reader) address(items []item, best itemKind) string {
	var parts []string
	length, pieces := 0, 0
	for _, one := range items {
		if one.kind == vague && best < vague {
			continue
		}
		part := r.raw(one.from, one.to)
		length += len([]rune(part)) + 2
		if length > addressRunes || slices.Contains(parts, part) || len(parts) >= 5 {
			continue
		}
		if parts = append(parts, part); one.kind != area {
			pieces++
		}
	}
	if pieces == 0 {
		return ""
	}
	return strings.Join(parts, ", ")
}

// road is what the words say of the kind of road: an alley belongs to the ward, whatever street it leads to.
func (r *reader) road() models.Road {
	road := models.Road("")
	for i := range r.words {
		if _, ok := alleyWords.at(r.words, i, r.strict); ok {
			return models.RoadAlley
		}
		if _, ok := r.alleyNumber(i); ok {
			return models.RoadAlley
		}
		if kind, ok := streetKinds.at(r.words, i, false); ok && kind.tag == "city" && len(kind.words[0].fold) > 2 {
			road = models.RoadCity
		}
		if roadCode.MatchString(r.words[i].fold) {
			road = models.RoadCity
		}
	}
	return road
}
