package places

import (
	"regexp"
	"slices"
	"strings"
)

var joinedKind = regexp.MustCompile(`^[pqf](?:[1-9]|\d[1-9]|[1-9]0)$`) // p5, q12, f07

// areaKinds are the words for units of today and of before, by what they may be the kind of.
var areaKinds = newPhrases(map[string]string{
	"ward":     "phường,p,f,xã,x,ward,commune,đặc khu,thị trấn,tt,px,tx,ph",
	"district": "quận,q,huyện,h,thành phố,tp,thị xã,district,dist,tx,tp cũ",
})

// bareLeads stand before an area without its kind: "ở Thủ Đức", "khu vực Hóc Môn".
var bareLeads = newLexicon("ở tại bên khu vực vùng địa bàn huyện dưới trên miệt in at")

// doubtfulNames mean something else in words without accents: đi ăn, nhà bể, con dao, học môn.
var doubtfulNames = map[string]bool{
	"di an": true, "nha be": true, "con dao": true, "hoc mon": true, "can gio": true, "phu my": true, "binh tan": true,
	"chau duc": true, "cu chi": true, "long dat": true,
}

// mention is an area that words from..to name: a ward or a district by its folded name, as it is in the table of names.
type mention struct {
	from, to int
	ward     bool
	former   bool   // "cũ" stands behind
	name     string // folded, without its kind
	tone     string // with its marks, "" when it has none
	raw      string
}

// areas finds the areas that are named with their kind: "phường Tân Phú", "p.5", "q gò vấp", "TP Thủ Đức".
func (r *reader) areas(names *areaNames) []mention {
	var found []mention
	for i := 0; i < len(r.words); i++ {
		m, ok := r.areaAt(i, names)
		if !ok {
			continue
		}
		if end := m.to; end < len(r.words) && r.near(end) && (r.words[end].fold == "cu" || r.words[end].fold == "old") {
			m.former, m.to = true, end+1
		}
		m.raw = r.raw(m.from, m.to)
		for j := m.from; j < m.to; j++ {
			r.taken[j] = true
		}
		found = append(found, m)
		i = m.to - 1
		for { // "phường 25 Bình Thạnh", "p12 q gò vấp": a district right behind its ward needs no kind
			d, ok := r.districtBehind(i+1, names)
			if !ok {
				break
			}
			found, i = append(found, d), d.to-1
		}
	}
	return found
}

// areaAt reads an area with its kind at i.
func (r *reader) areaAt(i int, names *areaNames) (mention, bool) {
	if r.taken[i] {
		return mention{}, false
	}
	if m, ok := r.joinedArea(i); ok {
		return m, true
	}
	kind, ok := areaKinds.at(r.words, i, r.strict && r.words[i].marked)
	if !ok || r.alleyOrNumber(i) {
		return mention{}, false
	}
	k := i + len(kind.words)
	if !r.near(k) {
		return mention{}, false
	}
	short := kind.words[0].fold
	if w := r.words[k].fold; r.words[k].digit && len(w) <= 2 && !slices.Contains([]string{"h", "x", "xa"}, short) {
		return r.newMention(i, k, k+1, kind.tag), r.strict || short != "quan" || !r.counts(k+1) // quán
	}
	if n := names.longest(r, k, kind.tag == "ward"); n > 0 {
		if r.lettered(k + n) { // "Vĩnh Lộc A" was another one than "Vĩnh Lộc" is
			n++
		}
		return r.newMention(i, k, k+n, kind.tag), true
	}
	if len(short) < 3 && !r.upper(k) || kind.tag != "ward" { // an unknown name needs a sure kind
		return mention{}, false
	}
	if n := r.name(k, r.gaz.places, !r.strict && short == "phuong"); n > 0 {
		return r.newMention(i, k, k+n, kind.tag), true
	}
	return mention{}, false
}

// lettered tells whether the letter of a ward stands at i: "A" in "Vĩnh Lộc A". A small one may be a word of courtesy.
func (r *reader) lettered(i int) bool {
	if !r.near(i) || !slices.Contains([]string{"a", "b", "c"}, r.words[i].fold) || r.words[i].marked {
		return false
	}
	more := false
	if i+1 < len(r.words) && r.words[i].gap == ' ' {
		_, more = areaKinds.at(r.words, i+1, r.strict)
	}
	return r.words[i].upper || r.words[i].fold != "a" || more
}

// alleyOrNumber tells whether "h", "x" and the like stand for something else: behind a number they are a measure.
func (r *reader) alleyOrNumber(i int) bool {
	w := r.words[i].fold
	return len(w) == 1 && i > 0 && r.words[i-1].digit && r.words[i-1].gap == ' ' && w != "p" && w != "q"
}

// joinedArea reads a letter and its number in one word: "p5", "Q12", "f7".
func (r *reader) joinedArea(i int) (mention, bool) {
	w := r.words[i].fold
	if !joinedKind.MatchString(w) {
		return mention{}, false
	}
	tag := "ward"
	if w[0] == 'q' {
		tag = "district"
	}
	m := r.newMention(i, i, i+1, tag)
	m.name, m.tone = strings.TrimPrefix(w[1:], "0"), ""
	return m, true
}

func (r *reader) newMention(from, name, to int, tag string) mention {
	m := mention{from: from, to: to, ward: tag == "ward", name: folded(r.words[name:to]), raw: r.raw(from, to)}
	if r.words[name].digit {
		m.name = strings.TrimLeft(m.name, "0")
	}
	m.tone = tonesOf(r.words[name:to])
	return m
}

// tonesOf returns the words with their marks; empty when they have none.
func tonesOf(words []word) string {
	parts, marked := make([]string, 0, len(words)), false
	for _, w := range words {
		parts, marked = append(parts, w.tone), marked || w.marked
	}
	if !marked {
		return ""
	}
	return strings.Join(parts, " ")
}

// districtBehind reads a district without its kind at i, right behind a ward.
func (r *reader) districtBehind(i int, names *areaNames) (mention, bool) {
	if !r.open(i) {
		return mention{}, false
	}
	n := names.longest(r, i, false)
	if n == 0 {
		return mention{}, false
	}
	m := r.newMention(i, i, i+n, "district")
	for j := m.from; j < m.to; j++ {
		r.taken[j] = true
	}
	return m, true
}

// bareAreas finds areas that are named without their kind, in what no street and no landmark has taken: former
// districts anywhere ("Gò Vấp ngập quá"), wards only behind an address or a word for where ("140 Tô Ký, Trung Mỹ Tây").
func (r *reader) bareAreas(names *areaNames) []mention {
	var found []mention
	for i := 0; i < len(r.words); i++ {
		if r.taken[i] || i > 0 && r.upper(i) && r.upper(i-1) && r.words[i-1].gap == ' ' && !r.taken[i-1] {
			continue
		}
		n, tag := r.bareAreaAt(i, names)
		if n == 0 {
			continue
		}
		found = append(found, r.newMention(i, i, i+n, tag))
		for j := i; j < i+n; j++ {
			r.taken[j] = true
		}
		i += n - 1
	}
	return found
}

// bareAreaAt returns how many words from i on are an area without its kind, and which kind that is.
func (r *reader) bareAreaAt(i int, names *areaNames) (n int, tag string) {
	behind := i > 0 && r.taken[i-1] && r.open(i)
	led := i > 0 && r.words[i-1].gap == ' ' && bareLeads.has(r.words[i-1], r.strict)
	n, tag = names.longest(r, i, false), "district"
	if n == 0 && (behind || led) {
		n, tag = names.longest(r, i, true), "ward"
	}
	switch {
	case n == 0, r.upper(i) && r.capitals(i, n) > n:
		return 0, ""
	case !r.upper(i) && !behind && (tag == "ward" || !r.means(i, n)):
		return 0, ""
	default:
		return n, tag
	}
}

// means tells whether words without capitals do name a district: with their accents, or without where they mean nothing
// else.
func (r *reader) means(i, n int) bool {
	if r.strict {
		return tonesOf(r.words[i:i+n]) != ""
	}
	return !doubtfulNames[folded(r.words[i:i+n])]
}
