package places

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// How says by which kind of name an area was found.
type How string

// The kinds of name.
const (
	HowUnit     How = "unit"     // of a unit of today
	HowOldWard  How = "old_ward" // of a ward that went into it
	HowDistrict How = "district" // of a district that it was cut out of
	HowLandmark How = "landmark" // of something called after it: it need not lie there
)

// Candidate is an area that words may mean.
type Candidate struct {
	Area

	NamedAs string // as the resident wrote it
	How     How
}

// areaNames is what areas are and were called.
type areaNames struct {
	units     map[string][]int            // of today, folded, without their kind
	oldWards  map[string]map[string][]int // by ward, then by district
	districts map[string][]int
	tones     map[string]bool // every name with its marks
	areas     []Area
}

// newAreaNames makes the table for some areas. Districts that the imported names know are taken from there.
func newAreaNames(areas []Area, old []OldWard) *areaNames {
	n := &areaNames{
		units: map[string][]int{}, oldWards: map[string]map[string][]int{}, districts: map[string][]int{},
		tones: map[string]bool{}, areas: areas,
	}
	byCode := map[string]int{}
	for i, a := range areas {
		byCode[a.Code] = i
		key := n.key(a.Name)
		n.units[key] = append(n.units[key], i)
	}
	imported := map[string]bool{}
	for _, o := range old {
		area, ok := byCode[o.Code]
		if !ok {
			continue
		}
		district := n.key(second(districtName(o.District)))
		imported[district] = true
		n.districts[district] = insert(n.districts[district], area)
		if o.Ward == "" {
			continue
		}
		ward := n.key(second(wardName(o.Ward)))
		if n.oldWards[ward] == nil {
			n.oldWards[ward] = map[string][]int{}
		}
		n.oldWards[ward][district] = insert(n.oldWards[ward][district], area)
	}
	for line := range strings.Lines(districtCodes) {
		name, codes, ok := strings.Cut(strings.TrimSpace(line), ",")
		key := folded(split(norm.NFC.String(second(districtName(name)))))
		if !ok || strings.HasPrefix(line, "#") || imported[key] {
			continue
		}
		for code := range strings.FieldsSeq(codes) {
			if area, ok := byCode[code]; ok {
				n.districts[n.key(second(districtName(name)))] = insert(n.districts[key], area)
			}
		}
	}
	return n
}

// key is a name as it is looked up; its marks are noted.
func (n *areaNames) key(name string) string {
	words := split(norm.NFC.String(name))
	n.tones[tonesOf(words)] = true
	return strings.TrimLeft(folded(words), "0")
}

func insert(list []int, area int) []int {
	if at, found := slices.BinarySearch(list, area); !found {
		return slices.Insert(list, at, area)
	}
	return list
}

func second(_, name string) string { return name }

// districtName parts the name of a district from its kind.
func districtName(full string) (kind, name string) {
	return cutKind(full, "Quận ", "Huyện ", "Thành phố ", "Thị xã ")
}

func wardName(full string) (kind, name string) {
	return cutKind(full, "Phường ", "Xã ", "Thị trấn ", "Đặc khu ")
}

func cutKind(full string, kinds ...string) (kind, name string) {
	full = strings.TrimSpace(norm.NFC.String(full))
	for _, kind := range kinds {
		if len(full) > len(kind) && strings.EqualFold(full[:len(kind)], kind) {
			return strings.TrimSpace(kind), full[len(kind):]
		}
	}
	return "", full
}

// longest returns how many words from i on are the name of a ward, or of a district; 0 for none.
func (n *areaNames) longest(r *reader, i int, ward bool) int {
	end := i
	for end < len(r.words) && end-i < longestName && !r.taken[end] {
		end++
		if r.words[end-1].gap != ' ' {
			break
		}
	}
	for ; end > i; end-- {
		name := folded(r.words[i:end])
		_, unit := n.units[name]
		_, old := n.oldWards[name]
		_, district := n.districts[name]
		if (ward && (unit || old) || !ward && district) && !r.words[i].digit && n.spelled(r.words[i:end], r.strict) {
			return end - i
		}
	}
	return 0
}

// spelled tells whether the marks of a name, as far as it has any, are right: "Thạnh An" is not "Thanh An", and none at
// all are right too. A text with accents may still leave them out.
func (n *areaNames) spelled(words []word, _ bool) bool {
	tone := tonesOf(words)
	return tone == "" || n.tones[tone]
}

// resolve returns the areas that the mentions of a text mean together: wards within the districts that are named.
func (n *areaNames) resolve(mentions []mention) []Candidate {
	var found []Candidate
	var districts []mention
	wards := 0
	for _, m := range mentions {
		if !m.ward {
			districts = append(districts, m)
		} else {
			wards++
		}
	}
	for _, m := range mentions {
		if m.ward {
			found = append(found, n.ward(m, districts)...)
		}
	}
	if wards == 0 || len(found) == 0 {
		for _, d := range districts {
			found = append(found, n.candidates(n.districts[d.name], d.raw, HowDistrict)...)
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int { return cmp.Compare(a.Code, b.Code) })
	return slices.CompactFunc(found, func(a, b Candidate) bool { return a.Code == b.Code })
}

// ward returns the areas that a ward means in the districts that the text names, in any when it names none. A unit of
// today that does not lie in the district is not meant: the ward of before is, and may be unknown.
func (n *areaNames) ward(m mention, districts []mention) []Candidate {
	unit := n.rightlyMarked(m, n.units[m.name])
	if len(districts) == 0 {
		if len(unit) > 0 && !m.former {
			return n.candidates(unit, m.raw, HowUnit)
		}
		var all []int
		for _, areas := range n.oldWards[m.name] {
			for _, a := range areas {
				all = insert(all, a)
			}
		}
		if len(all) == 0 {
			return n.candidates(unit, m.raw, HowUnit)
		}
		return n.candidates(all, m.raw, HowOldWard)
	}
	var found []Candidate
	for _, d := range districts {
		raw := m.raw + " " + d.raw
		within := n.districts[d.name]
		inside := slices.DeleteFunc(slices.Clone(unit), func(a int) bool { return !slices.Contains(within, a) })
		old := n.oldWards[m.name][d.name]
		if len(old) == 0 {
			old = n.joined(m.name, within)
		}
		switch {
		case len(inside) > 0 && (!m.former || len(old) == 0):
			found = append(found, n.candidates(inside, raw, HowUnit)...)
		default:
			found = append(found, n.candidates(old, raw, HowOldWard)...)
		}
	}
	return found
}

// joined returns the areas of a ward whose district had joined another one before: "An Phú, quận 2" was last in Thủ
// Đức.
func (n *areaNames) joined(ward string, within []int) (joined []int) {
	for _, areas := range n.oldWards[ward] {
		if !slices.ContainsFunc(areas, func(a int) bool { return !slices.Contains(within, a) }) {
			for _, a := range areas {
				joined = insert(joined, a)
			}
		}
	}
	return joined
}

// rightlyMarked leaves out the areas whose names differ in their accents, when the mention has any.
func (n *areaNames) rightlyMarked(m mention, areas []int) []int {
	if m.tone == "" || len(areas) < 2 {
		return areas
	}
	return slices.DeleteFunc(slices.Clone(areas), func(a int) bool {
		return tonesOf(split(norm.NFC.String(n.areas[a].Name))) != m.tone
	})
}

// ofLandmark returns the areas after which industrial zones and offices of a text are called.
func (n *areaNames) ofLandmark(names []string) []Candidate {
	var found []Candidate
	for _, name := range names {
		found = append(found, n.candidates(n.units[folded(split(name))], name, HowLandmark)...)
	}
	return found
}

func (n *areaNames) candidates(areas []int, named string, how How) []Candidate {
	found := make([]Candidate, 0, len(areas))
	for _, a := range areas {
		found = append(found, Candidate{n.areas[a], named, how})
	}
	return found
}
