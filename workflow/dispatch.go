package workflow

import (
	"strings"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// locate fills in what a ticket's place says: the area of its point and the kind of its road.
func (d *Desk) locate(t *models.Ticket, words string) {
	t.AreaCode, t.AreaApprox = "", false
	if t.Lat != nil && t.Lon != nil {
		if found, ok := d.Areas.Find(*t.Lat, *t.Lon); ok {
			t.AreaCode, t.AreaApprox = found.Code, found.Approximate
		}
	} else if named, ok := d.Areas.Named(t.Address); ok {
		t.AreaCode = named.Code // the resident or the call-taker wrote which
	}
	t.Road = roadOf(t.Address + " " + words)
}

// roadOf reads the kind of road from words: an alley belongs to the ward, a street to the city (domain.md §1.5).
func roadOf(words string) models.Road {
	folded := " " + models.Fold(words) + " "
	for _, alley := range []string{" hem ", " ngo ", " kiet ", " ngach ", " duong noi bo "} {
		if strings.Contains(folded, alley) {
			return models.RoadAlley
		}
	}
	return models.RoadCity
}

// understand fills in what a submission's words say, unless a person has said it.
func (d *Desk) understand(t *models.Ticket, words string) {
	result := d.Model.Classify(words)
	if t.Category == "" {
		t.Category, t.Confidence = result.Category, result.Confidence
		if t.Category == "" {
			t.Category = models.OtherCategory
		}
	}
	if t.Priority == "" {
		t.Priority = d.Catalogue.Category(t.Category).Priority
		if result.Category == t.Category {
			t.Priority = result.Priority
		}
	}
}

// dispatch chooses the department of a ticket and says why. sure is false when a person has to decide; whom it
// would have chosen is then the ticket's suggestion.
func (d *Desk) dispatch(tx *store.Tx, t *models.Ticket) (owner models.Department, sure bool, err error) {
	category := d.Catalogue.Category(t.Category)
	t.SuggestedID = nil
	if category.Conflict {
		t.Why = models.WhyConflict
		return owner, false, nil
	}
	role := category.DepartmentRole
	if t.Road == models.RoadAlley && category.RoadRole != "" {
		role = category.RoadRole
	}
	owners, err := tx.Owners(role, t.AreaCode)
	if err != nil {
		return owner, false, err
	}
	if len(owners) != 1 {
		t.Why = models.WhyNoDepartment
		if t.AreaCode == "" {
			t.Why = models.WhyNoPlace
		}
		return owner, false, nil
	}
	t.SuggestedID = &owners[0].ID
	switch {
	case category.Dispatch != "auto":
		t.Why = models.WhyHotlineType
	case t.Confidence < category.MinConfidence:
		t.Why = models.WhyUnsureType
	case t.AreaCode == "":
		t.Why = models.WhyNoPlace
	default:
		t.Why = models.WhyRule
		return owners[0], true, nil
	}
	return owner, false, nil
}
