package places

import (
	"regexp"
	"strings"
)

var (
	houseNumber = regexp.MustCompile(`^(?:[1-9]\d{0,4}[a-z]{0,2}(?:/[a-z]?\d{1,4}[a-z]{0,2})*(?:-\d{1,5}[a-z]?)?|` +
		`[a-z]\d{1,4}[a-z]?(?:/[a-z]?\d{1,4}[a-z]{0,2})+)$`)
	unitNumber   = regexp.MustCompile(`^\d+[ghkm]$`)                       // 10k, 8h, 5m
	streetNumber = regexp.MustCompile(`^(?:[a-z]{1,2})?\d{1,4}[a-eg-z]?$`) // 14, D2, N1A, 10C
	dateStreet   = regexp.MustCompile(`^\d{1,2}/\d{1,2}$`)
	roadCode     = regexp.MustCompile(`^(?:ql|tl|hl|dt)\d{1,3}[a-d]?$`)
)

// streetAt returns the end of a street that begins at i with its word: "đường số 14", "quốc lộ 50", "đ. Lê Lợi".
func (r *reader) streetAt(i int) (end int, ok bool) {
	if !r.open(i) {
		return 0, false
	}
	if roadCode.MatchString(r.words[i].fold) {
		return i + 1, true
	}
	kind, found := streetKinds.at(r.words, i, false)
	if n := r.inList(i, r.gaz.streets); found && n > len(kind.words) {
		return i + n, true // "xa lộ Hà Nội"
	}
	k := i + len(kind.words)
	if !found || !r.near(k) || r.words[i].fold == "d" && i > 0 && r.words[i-1].digit {
		return 0, false
	}
	if r.otherKind(i, k) {
		return 0, false
	}
	if end := r.numbered(k, kind.tag); end > 0 {
		return end, true
	}
	if len(kind.words[0].fold) < 3 && kind.tag == "city" {
		return 0, false // "đt 0909", "tl": only with a number
	}
	if _, not := notStreets.at(r.words, k, r.strict); not && !r.upper(k) && r.inList(k, r.gaz.streets) == 0 {
		return 0, false
	}
	if n := r.name(k, r.gaz.streets, true); n > 0 {
		return k + n, true
	}
	return 0, false
}

// otherKind tells whether a short word at i, with k behind it, is none for a street: "khu phố 2", "thành phố", "lộ ra".
func (r *reader) otherKind(i, k int) bool {
	switch r.words[i].fold {
	case "lo":
		return !r.upper(k) && !r.words[k].digit
	case "pho":
		return !r.upper(k) || r.words[k].digit || i > 0 && (r.words[i-1].fold == "khu" || r.words[i-1].fold == "thanh")
	default:
		return false
	}
}

// numbered returns the end of a street's number at k: "số 14", "D2", "3/2", "30 tháng 4"; 0 when there is none.
func (r *reader) numbered(k int, kind string) int {
	said := false
	if streetNo.has(r.words[k], false) && r.near(k+1) {
		k, said = k+1, true
	}
	w := r.words[k].fold
	if r.housed(k) {
		return 0
	}
	if n := r.inList(k, r.gaz.streets); n > 1 && r.words[k].digit {
		return k + n
	}
	switch {
	case dateStreet.MatchString(w):
	case !streetNumber.MatchString(w), unitNumber.MatchString(w) && !said && kind == "":
		return 0
	case !said && kind == "" && r.words[k].gap == ' ' && r.counts(k+1):
		return 0 // "đường 2 chiều", "đường 3 ngày nay"
	}
	return k + 1
}

// housed tells whether the number at k is a house's of the street behind it, and the "đường" before it no street's
// word: "đèn đường 15 Nguyễn Trãi", "mặt đường số 15 Nguyễn Trãi".
func (r *reader) housed(k int) bool {
	way := k - 1
	if way > 0 && streetNo.has(r.words[way], false) {
		way--
	}
	return way > 0 && r.words[way].fold == "duong" && (r.words[way-1].fold == "den" || r.words[way-1].fold == "mat") &&
		k+1 < len(r.words) && r.words[k].gap == ' ' && r.inList(k+1, r.gaz.streets) > 0
}

// counts tells whether word i says what the number before it counts.
func (r *reader) counts(i int) bool {
	return i < len(r.words) && (i == 0 || r.words[i-1].gap == ' ') && measures.has(r.words[i], r.strict) && !r.upper(i)
}

// bareStreetAt returns the end of a street without its word behind a number. Said tells that the number was called one.
func (r *reader) bareStreetAt(i int, said bool) (end int, ok bool) {
	if !r.open(i) {
		return 0, false
	}
	if n := r.inList(i, r.gaz.streets); n > 0 {
		if dateStreet.MatchString(r.words[i].fold) && !said {
			return 0, false
		}
		return i + max(n, r.name(i, r.gaz.streets, false)), true
	}
	if r.words[i].digit || r.counts(i) || r.beginsKind(i) {
		return 0, false
	}
	if _, other := landmarkKinds.at(r.words, i, r.strict); other {
		return 0, false
	}
	if n := r.name(i, r.gaz.streets, said || !r.strict); n > 1 || n == 1 && said && r.upper(i) {
		return i + n, true
	}
	return 0, false
}

// number returns the end of a house or alley number at i, with what branches off: "47 xẹt 12".
func (r *reader) number(i int, said bool) int {
	if i >= len(r.words) || r.taken[i] {
		return 0
	}
	w := r.words[i].fold
	if !houseNumber.MatchString(w) || unitNumber.MatchString(w) && !said || r.phone(i) {
		return 0
	}
	end := i + 1
	for end+1 < len(r.words) && r.words[end-1].gap == ' ' && joiner.has(r.words[end], r.strict) &&
		houseNumber.MatchString(r.words[end+1].fold) {
		end += 2
	}
	if end < len(r.words) && r.words[end].fold == "bis" {
		end++
	}
	return end
}

// phone tells whether the number at i is one of several in a row: 0909 123 456, 4812 77356.
func (r *reader) phone(i int) bool {
	digits := func(i int) bool {
		return strings.Trim(r.words[i].fold, "0123456789.") == ""
	}
	if !digits(i) {
		return false
	}
	return i > 0 && r.words[i-1].gap == ' ' && digits(i-1) && len(r.words[i-1].fold) > 2 ||
		i+1 < len(r.words) && r.words[i].gap == ' ' && digits(i+1) && len(r.words[i+1].fold) > 2
}

// streets finds houses and alleys with their streets, numbers without one, and streets alone.
func (r *reader) streets() {
	for i := 0; i < len(r.words); i++ {
		if r.taken[i] {
			continue
		}
		if r.alley(i) || r.house(i) || r.street(i) {
			i = r.items[len(r.items)-1].to - 1
		}
	}
}

func (r *reader) street(i int) bool {
	end, ok := r.streetAt(i)
	if !ok {
		return false
	}
	if r.found.Street == "" {
		r.found.Street = r.raw(i, end)
	}
	r.take(item{kind: street, from: i, to: end})
	return true
}

// alleyNumber returns the end of an alley with its number at i: "hẻm 47/12/3".
func (r *reader) alleyNumber(i int) (end int, ok bool) {
	if i >= len(r.words) {
		return 0, false
	}
	kind, found := alleyKinds.at(r.words, i, false)
	if !found || i > 0 && r.upper(i) && r.upper(i-1) && r.words[i-1].gap == ' ' {
		return 0, false // "Võ Văn Kiệt 12"
	}
	k := i + len(kind.words)
	if k < len(r.words) && streetNo.has(r.words[k], false) {
		k++
	}
	if !r.near(k) {
		return 0, false
	}
	if end = r.number(k, true); end == 0 {
		return 0, false
	}
	if short := r.words[i].fold; short == "h" && !strings.Contains(r.words[k].fold, "/") && !r.streetFollows(end) {
		return 0, false
	}
	return end, true
}

func (r *reader) streetFollows(i int) bool {
	if _, ok := r.streetAt(i); ok {
		return true
	}
	_, ok := r.bareStreetAt(i, true)
	return ok
}

// alley takes an alley with its number and, where it follows, its street.
func (r *reader) alley(i int) bool {
	end, ok := r.alleyNumber(i)
	if !ok {
		return false
	}
	one := item{kind: house, from: r.lead(i), to: end}
	r.found.Alley = r.raw(i, end)
	if to, ok := r.joined(end, true); ok {
		one.to, one.sure = to, true
	}
	r.take(one)
	return true
}

// joined reads the street that belongs to a number which ends before i, and notes its name.
func (r *reader) joined(i int, said bool) (end int, ok bool) {
	if end, ok = r.streetAt(i); !ok {
		end, ok = r.bareStreetAt(i, said && (i == 0 || r.words[i-1].gap == ' '))
	}
	if ok {
		r.found.Street = r.raw(i, end)
	}
	return end, ok
}

// house takes a house number with its street or alley; a number that is only called one is taken as a vague place.
func (r *reader) house(i int) bool {
	said := i > 0 && r.words[i-1].gap == ' ' && leads.has(r.words[i-1], r.strict)
	called := said && (r.words[i-1].fold == "so" || r.words[i-1].fold == "nha" || r.words[i-1].fold == "sn")
	end := r.number(i, called)
	if end == 0 || r.isOther(i) {
		return false
	}
	one := item{kind: house, from: r.lead(i), to: end, sure: true}
	number := r.raw(i, end)
	if to, ok := r.alleyNumber(end); ok && r.open(end) {
		r.found.Alley, one.to = r.raw(end, to), to
		if to, ok = r.joined(to, true); ok {
			one.to = to
		}
		one.sure = ok
	} else if to, ok := r.joined(end, called); ok {
		one.to = to
	} else if one.sure = false; !r.inQuarter(end) && (!r.calledHouse(i) || r.counts(end)) {
		return false
	}
	r.found.House = number
	r.take(one)
	return true
}

// inQuarter tells whether an "ấp" or a quarter follows, as it does behind numbers in the countryside: "81/2 ấp Đình".
func (r *reader) inQuarter(i int) bool { return r.open(i) && r.quarterAt(i) > 0 }

// isOther tells whether the number at i is a date, a bus line, a ward, a floor.
func (r *reader) isOther(i int) bool {
	before := i
	if before > 0 && streetNo.has(r.words[before-1], false) && r.words[before-1].gap == ' ' {
		before--
	}
	if before == 0 || r.words[before-1].gap != ' ' {
		return false
	}
	w := r.words[before-1]
	return notHouse.has(w, r.strict) && w.fold != "trong" && w.fold != "tu"
}

// calledHouse tells whether a number without a street is called one of a house: "trước nhà 33", "số nhà 12".
func (r *reader) calledHouse(i int) bool {
	from := r.lead(i)
	var home, other bool
	for _, w := range r.words[from:i] {
		home = home || w.fold == "nha" || w.fold == "sn"
		other = other || w.fold != "nha"
	}
	return home && other || other && i-from > 1
}

// bareStreets takes streets by their known names, with capitals but without their word: "kẹt xe Trường Chinh".
func (r *reader) bareStreets() {
	for i := range r.words {
		if r.found.Street != "" || r.taken[i] || !r.upper(i) || i > 0 && r.upper(i-1) && r.words[i-1].gap == ' ' {
			continue
		}
		if n := r.inList(i, r.gaz.streets); n > 1 && n >= r.capitals(i, n) {
			r.found.Street = r.raw(i, i+n)
			r.take(item{kind: street, from: i, to: i + n})
		}
	}
}
