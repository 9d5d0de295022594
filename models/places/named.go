package places

import (
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
)

// Named returns the area whose full name stands in a text, with or without accents: "140 Tô Ký, phuong Dong Hung
// Thuan". A name within a longer one that stands there is not meant; two areas are no answer.
func (x *Index) Named(text string) (Area, bool) {
	folded := " " + models.Fold(text) + " "
	var found []Area
	var names []string
	for _, area := range x.areas {
		if name := " " + models.Fold(area.FullName) + " "; strings.Contains(folded, name) && name != "  " {
			found, names = append(found, area), append(names, name)
		}
	}
	var meant []Area
	for i, name := range names {
		within := func(other string) bool { return other != name && strings.Contains(other, name) }
		if !slices.ContainsFunc(names, within) {
			meant = append(meant, found[i])
		}
	}
	if len(meant) != 1 {
		return Area{}, false
	}
	return meant[0], true
}
