package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/models/understand"
)

// locate fills in what a ticket's place says: the area of the point that somebody gave, else the one that the words
// name, else that of a computed point; and the kind of its road. Words that leave several areas to choose from give
// none: the hotline asks.
func (d *Desk) locate(t *models.Ticket, words string) {
	t.AreaCode, t.AreaApprox = "", false
	address, told := d.Areas.Read(t.Address), d.Areas.Read(words)
	if t.Lat != nil && t.Lon != nil && !t.Geocoded {
		d.areaOfPoint(t)
	} else if named, ok := address.Area(); ok {
		t.AreaCode = named.Code // the resident or the call-taker wrote which
	} else if named, ok := told.Area(); ok && len(address.Areas) == 0 {
		t.AreaCode = named.Code
	} else if t.Geocoded {
		d.areaOfPoint(t)
	}
	t.Road = roadOf(address, told)
}

// areaOfPoint fills in the area in which a ticket's point lies.
func (d *Desk) areaOfPoint(t *models.Ticket) {
	if found, ok := d.Areas.Find(*t.Lat, *t.Lon); ok {
		t.AreaCode, t.AreaApprox = found.Code, found.Approximate
	}
}

// roadOf is the kind of road that the address or the words name: an alley belongs to the ward, a street to the city
// (domain.md §1.5). What nobody names is a street.
func roadOf(address, told places.Place) models.Road {
	if address.Road == models.RoadAlley || told.Road == models.RoadAlley {
		return models.RoadAlley
	}
	return models.RoadCity
}

// understand fills in what a submission's words say, unless a person has said it. A danger in the words is one whatever
// the type is.
func (d *Desk) understand(t *models.Ticket, words string) {
	result := d.Model.Classify(words)
	if d.Areas.Read(words).Only(words) { // an address alone is about nothing
		result = understand.Result{}
	}
	if t.Category == "" {
		t.Category, t.Confidence = result.Category, result.Confidence
		if t.Category == "" || t.Confidence < models.Telling {
			t.Category = models.OtherCategory
		}
		t.ReadCategory = t.Category
	}
	if t.Priority == "" {
		t.Priority = d.Catalogue.Category(t.Category).Priority
		if result.Category == t.Category || result.Danger && result.Priority.Rank() > t.Priority.Rank() {
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
	case category.Dispatch != models.DispatchAuto:
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
