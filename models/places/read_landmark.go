package places

import (
	"regexp"
	"slices"
	"strings"
)

var (
	quarterNumber  = regexp.MustCompile(`^\d{1,3}[a-z]?$`)
	quarterCode    = regexp.MustCompile(`^kp\d{1,3}[a-z]?$`)
	shortNumber    = regexp.MustCompile(`^\d{1,2}$`)
	crossingNumber = regexp.MustCompile(`^\d{3}$`)
	kilometre      = regexp.MustCompile(`^km\d{1,4}(?:\+\d{1,3})?$`)
	kilometreAt    = regexp.MustCompile(`^\d{1,4}(?:\+\d{1,3})?$`)
)

// suffixes are kinds that English puts behind the name.
var suffixes = newLexicon("street road avenue boulevard market bridge school park pagoda church hospital station " +
	"intersection roundabout apartment mall")

// inBuilding are parts of a building, which stay with its name: "chung cư 1A block B".
var inBuilding = newLexicon("block lô tòa tháp cổng")

// crossings finds crossings by their word ("ngã tư Bảy Hiền", "góc Lê Lợi - Pasteur") and two streets that cross
// ("Nguyễn Văn Linh giao Nguyễn Hữu Thọ").
func (r *reader) crossings() {
	for i := 0; i < len(r.words); i++ {
		if r.taken[i] {
			continue
		}
		if kind, ok := crossingKinds.at(r.words, i, r.strict); ok {
			if r.crossing(i, i+len(kind.words), kind.tag) {
				i = r.items[len(r.items)-1].to - 1
			}
			continue
		}
		first, ok := r.crossable(i)
		if !ok {
			continue
		}
		if second, ok := r.across(first, false); ok {
			r.takeCrossing(item{kind: crossing, from: i, to: second, sure: true}, i)
			i = second - 1
		}
	}
}

// crossing reads what stands behind the word for a crossing, from k on.
func (r *reader) crossing(i, k int, tag string) bool {
	one := item{kind: vague, from: r.lead(i), to: k}
	first, withWord := r.streetAt(k)
	if !r.near(k) {
		first = 0
	} else if !withWord {
		if tag == "named" && crossingNumber.MatchString(r.words[k].fold) && !r.counts(k+1) { // "ngã tư 550"
			first = k + 1
		} else if n := r.name(k, r.gaz.places, !r.strict || tag == "two"); n > 0 {
			first = r.firstOfTwo(k, k+n)
		}
	}
	if first == 0 {
		if tag != "named" {
			return false
		}
		r.take(one)
		return true
	}
	one.kind, one.to, one.sure = crossing, first, tag == "named" && !withWord
	if second, ok := r.across(first, true); ok {
		one.to, one.sure = second, true
	}
	r.takeCrossing(one, i)
	return true
}

func (r *reader) takeCrossing(one item, from int) {
	if r.found.Crossing == "" {
		r.found.Crossing = r.raw(from, one.to)
	}
	r.take(one)
}

// firstOfTwo cuts two known streets apart that stand side by side: "góc Lê Lợi Pasteur".
func (r *reader) firstOfTwo(from, to int) int {
	for cut := from + 1; cut < to; cut++ {
		if r.inList(from, r.gaz.streets) == cut-from && r.inList(cut, r.gaz.streets) == to-cut {
			return cut
		}
	}
	return to
}

// crossable returns the end of a street at i that may cross another without a word for the crossing.
func (r *reader) crossable(i int) (end int, ok bool) {
	if end, ok = r.streetAt(i); ok {
		return end, true
	}
	if i > 0 && r.upper(i) && r.upper(i-1) && r.words[i-1].gap == ' ' {
		return 0, false
	}
	n := r.name(i, r.gaz.streets, false)
	return i + n, n > 1 || n == 1 && r.inList(i, r.gaz.streets) == 1
}

// across reads the street that crosses the one which ends before i. Announced says that a crossing was spoken of; else
// only "giao" and "cắt" make one, or a dash between two streets that are known.
func (r *reader) across(i int, announced bool) (end int, ok bool) {
	if i >= len(r.words) || r.taken[i] {
		return 0, false
	}
	gap, k := r.words[i-1].gap, i
	dash := strings.ContainsRune("-/&+", gap)
	if !dash && gap != ' ' && (gap != ',' || !announced) {
		return 0, false
	}
	joined := false
	for n := 0; !dash && n < 3 && k+1 < len(r.words) && crossWord(r, k, announced || joined); n++ {
		k, joined = k+1, true
	}
	if k >= len(r.words) || r.taken[k] {
		return 0, false
	}
	if !joined && !dash { // side by side
		n := r.inList(k, r.gaz.streets)
		return k + n, announced && n > 0 && r.back(i) < i
	}
	if end, ok := r.withKind(k); ok {
		return end, true
	}
	n := r.name(k, r.gaz.streets, announced && !r.strict)
	if n == 0 || dash && !announced && (r.inList(k, r.gaz.streets) == 0 || r.back(i) == i) {
		return 0, false
	}
	return k + n, true
}

// withKind returns the end of a street with its word at k, whatever sign stands before it.
func (r *reader) withKind(k int) (end int, ok bool) {
	kind, ok := streetKinds.at(r.words, k, false)
	from := k + len(kind.words)
	if !ok || from >= len(r.words) {
		return 0, false
	}
	if number := r.numbered(from, kind.tag); number > 0 {
		return number, true
	}
	n := r.name(from, r.gaz.streets, true)
	return from + n, n > 0
}

// back returns where the known street begins that ends before i, or i.
func (r *reader) back(i int) int {
	for from := max(0, i-longestName); from < i; from++ {
		if r.gaz.streets[folded(r.words[from:i])] {
			return from
		}
	}
	return i
}

func crossWord(r *reader, i int, announced bool) bool {
	w := r.words[i]
	if announced {
		return crossed.has(w, r.strict) || w.fold == "nhau"
	}
	return (w.fold == "giao" || w.tone == "cat\u0301\u0302" || w.tone == "cat\u0302\u0301" || w.fold == "x") && !w.upper
}

// quarters finds the smallest units of neighbours, in a row: "tổ 5, khu phố 2", "ấp 3", "KP4".
func (r *reader) quarters() {
	for i := 0; i < len(r.words); i++ {
		from, end := i, r.quarterAt(i)
		if end == 0 {
			continue
		}
		for end < len(r.words) && r.open(end) {
			next := r.quarterAt(end)
			if next == 0 {
				break
			}
			end = next
		}
		if r.found.Quarter == "" {
			r.found.Quarter = r.raw(from, end)
		}
		r.take(item{kind: quarter, from: r.lead(from), to: end})
		i = end - 1
	}
}

func (r *reader) quarterAt(i int) (end int) {
	if r.taken[i] {
		return 0
	}
	if quarterCode.MatchString(r.words[i].fold) {
		return i + 1
	}
	kind, ok := quarterKinds.at(r.words, i, r.strict)
	k := i + len(kind.words)
	if !ok || !r.near(k) {
		return 0
	}
	if quarterNumber.MatchString(r.words[k].fold) && !unitNumber.MatchString(r.words[k].fold) && !r.counts(k+1) {
		return k + 1
	}
	if n := r.name(k, r.gaz.places, false); n > 0 && r.upper(k) && kind.words[0].fold != "to" {
		return k + n
	}
	return 0
}

// landmarks finds what has a name that people know, kilometre posts, and, as vague places, what has none but is said
// to be where something is: "trước cổng chợ".
func (r *reader) landmarks() {
	for i := 0; i < len(r.words); i++ {
		if r.taken[i] {
			continue
		}
		if not, ok := notKinds.at(r.words, i, r.strict); ok {
			i += len(not.words) - 1
			continue
		}
		if r.kilometrePost(i) || r.english(i) || r.landmark(i) {
			i = r.items[len(r.items)-1].to - 1
		}
	}
}

// kilometrePost takes a post on the road beside it, which may have been read before: "km 5 quốc lộ 13".
func (r *reader) kilometrePost(i int) bool {
	end := i + 1
	if r.words[i].fold == "km" && r.open(end) && kilometreAt.MatchString(r.words[end].fold) {
		end++
	} else if !kilometre.MatchString(r.words[i].fold) {
		return false
	}
	at := slices.IndexFunc(r.items, func(one item) bool {
		return one.kind == street && (one.from == end || one.to == i)
	})
	if at < 0 {
		return false
	}
	one := item{kind: landmark, from: min(i, r.items[at].from), to: max(end, r.items[at].to), sure: true}
	r.items = slices.Delete(r.items, at, at+1)
	r.found.Landmark = r.raw(one.from, one.to)
	r.take(one)
	return true
}

// english takes a name before its kind: "Ben Thanh market", "Nguyen Hue street".
func (r *reader) english(i int) bool {
	if !r.upper(i) {
		return false
	}
	n := r.capitals(i, 0)
	end := i + n
	if n == 0 || end >= len(r.words) || r.taken[end] || r.words[end-1].gap != ' ' || !suffixes.has(r.words[end], true) {
		return false
	}
	one := item{kind: landmark, from: r.lead(i), to: end + 1, sure: true}
	if kind := r.words[end].fold; kind == "street" || kind == "road" || kind == "avenue" || kind == "boulevard" {
		one.kind, one.sure, r.found.Street = street, false, r.raw(i, end)
	} else {
		r.found.Landmark = r.raw(i, end+1)
	}
	r.take(one)
	return true
}

// landmark takes a landmark with its name at i, or a vague place where it has none.
func (r *reader) landmark(i int) bool {
	kind, ok := landmarkKinds.at(r.words, i, r.strict)
	if !ok || r.upper(i) && r.inList(i, r.gaz.streets) > 1 { // "Trường Chinh"
		return false
	}
	k := i + len(kind.words)
	said := i > 0 && r.words[i-1].gap == ' ' && prepositions.has(r.words[i-1], r.strict)
	one := item{kind: vague, from: r.landmarkLead(i), to: k}
	if kind.tag == "office" {
		if at := r.takenAt(k); at > k {
			one.kind, one.to, one.sure = landmark, at, true
		}
	}
	n := 0
	if one.kind == vague && r.near(k) {
		n = r.landmarkName(k, said)
	}
	switch {
	case one.kind == landmark:
	case n > 0:
		one.kind, one.to = landmark, k+n
		one.sure = kind.tag == "sure" || kind.tag == "office"
		if kind.tag == "industry" || kind.tag == "office" {
			r.named = append(r.named, r.raw(k, k+n))
		}
	case !said || len(kind.words) == 1 && !r.strict && vagueWords.has(r.words[i], false):
		return false
	}
	one.to = r.part(one.to)
	if one.kind == landmark && r.found.Landmark == "" {
		r.found.Landmark = r.raw(i, one.to)
	}
	r.take(one)
	return true
}

// vagueWords mean something else more often than a place, in words without accents and without a name.
var vagueWords = newLexicon("cho chua ho ga ca quan truong cau phà dinh kho dh ub sông")

// landmarkName returns how many words from k on name a landmark.
func (r *reader) landmarkName(k int, said bool) int {
	n := r.name(k, r.gaz.places, said)
	end := k + n
	if n > 0 && r.upper(k) && r.near(end) && shortNumber.MatchString(r.words[end].fold) && !r.counts(end+1) {
		return n + 1 // "Nhi Đồng 1"
	}
	w := r.words[k]
	if n == 0 && w.digit && !unitNumber.MatchString(w.fold) && strings.ContainsAny(w.fold, "abcd/") {
		return 1 // "chung cư 1A", "công viên 23/9"
	}
	return n
}

// landmarkLead is lead, with the part of a building before its name and the way that leads there: "đường vào khu công
// nghiệp".
func (r *reader) landmarkLead(i int) int {
	if i > 1 && !r.taken[i-1] && !r.taken[i-2] && r.words[i-1].gap == ' ' && r.words[i-2].gap == ' ' &&
		inBuilding.has(r.words[i-2], r.strict) && (r.words[i-1].digit || len(r.words[i-1].fold) == 1) {
		i -= 2 // "lô C chung cư Bình Khánh"
	}
	from := r.lead(i)
	if from == i && i > 1 && !r.taken[i-1] && !r.taken[i-2] && r.words[i-1].gap == ' ' && r.words[i-2].gap == ' ' {
		way, to := r.words[i-2].fold, r.words[i-1].fold
		if (way == "duong" || way == "loi" || way == "cong") && (to == "vao" || to == "vo" || to == "ra") {
			return i - 2
		}
	}
	return from
}

// takenAt returns the end of the area that was read at k.
func (r *reader) takenAt(k int) int {
	for k < len(r.words) && r.taken[k] && r.words[k-1].gap == ' ' {
		k++
	}
	return k
}

// part takes the part of a building that follows its name: "block B".
func (r *reader) part(i int) int {
	k := i + 1
	if k+1 < len(r.words) && streetNo.has(r.words[k], r.strict) && r.words[k].gap == ' ' {
		k++
	}
	if k < len(r.words) && r.near(i) && r.near(k) && inBuilding.has(r.words[i], r.strict) &&
		(r.words[k].digit || len(r.words[k].fold) == 1) {
		return k + 1
	}
	return i
}
