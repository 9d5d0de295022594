package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// TriageInput is what a person knows better than the machine; empty fields stay as they are. A pointer to nothing
// removes what was wrong.
type TriageInput struct {
	Act
	Category     string
	Priority     models.Priority
	Lat, Lon     *float64
	Address      *string
	ExternalRefs *string
}

// Triage corrects what a ticket is, how urgent and where. A type raises the priority to its own, and never lowers it:
// that is done by naming one. A type or a place lets it work out again whom to suggest.
func (d *Desk) Triage(tx *store.Tx, in TriageInput) (models.Ticket, error) {
	if err := in.check(d.Catalogue); err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbTriage, func(t *models.Ticket) (models.Args, error) {
		category, priority := t.Category, t.Priority
		if in.Category != "" {
			t.Category, t.Confidence = in.Category, 1
			t.Priority = higher(priority, d.Catalogue.Category(in.Category).Priority)
		}
		if in.Priority != "" {
			t.Priority = in.Priority
		}
		if in.ExternalRefs != nil {
			t.ExternalRefs = references(*in.ExternalRefs)
		}
		if in.Category != "" || in.Lat != nil || in.Address != nil {
			if err := d.relocate(tx, t, correction{Lat: in.Lat, Lon: in.Lon, Address: in.Address}); err != nil {
				return nil, err
			}
		}
		if err := d.takeBackConflict(tx, t); err != nil || category == t.Category && priority == t.Priority {
			return models.Args{}, err
		}
		return models.Args{}, d.retime(tx, t)
	})
}

// higher is the more urgent of two priorities.
func higher(a, b models.Priority) models.Priority {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// check refuses what no ticket can be.
func (in TriageInput) check(catalogue models.Catalogue) error {
	said := in.Category != "" || in.Priority != "" || in.Lat != nil || in.Lon != nil
	if !said && in.Address == nil && in.ExternalRefs == nil {
		return models.Invalid{Field: "category", Key: "error_ticket_same"}
	}
	if in.Category != "" && !catalogue.Has(in.Category) {
		return models.Invalid{Field: "category", Key: "error_category"}
	}
	if in.Priority != "" && !in.Priority.Valid() {
		return models.Invalid{Field: "priority", Key: "error_priority"}
	}
	if err := checkPoint(in.Lat, in.Lon); err != nil {
		return err
	}
	if err := fitLine("address", in.Address); err != nil {
		return err
	}
	return fitLine("external_refs", in.ExternalRefs)
}

// takeBackConflict takes a ticket that turns out to be about a department's own conduct away from its department.
func (d *Desk) takeBackConflict(tx *store.Tx, t *models.Ticket) error {
	if t.DepartmentID == nil || !d.Catalogue.Category(t.Category).Conflict {
		return nil
	}
	owner, err := tx.Department(*t.DepartmentID)
	if err != nil || owner.Code == models.HotlineCode {
		return err
	}
	t.State, t.DepartmentID, t.AssigneeID, t.Why = models.StateNew, nil, nil, models.WhyConflict
	return d.handOver(tx, t, nil)
}

// correction is a better place; empty fields say nothing new. An empty Address says that the present one is wrong.
type correction struct {
	Lat, Lon *float64
	Address  *string
	Words    string
}

// relocate moves a ticket to another place, as far as one is given, and works out again whom to suggest.
func (d *Desk) relocate(tx *store.Tx, t *models.Ticket, c correction) error {
	before := *t
	told := len(d.Areas.Read(c.Words).Areas) > 0 // the words say anew where it is
	if c.Address != nil {
		t.Address = models.Clean(*c.Address, lineLimit)
		told = told || t.Address != before.Address
	}
	switch {
	case c.Lat != nil:
		t.Lat, t.Lon, t.Geocoded = c.Lat, c.Lon, false
	case t.Geocoded && told: // that point was of the place as it was told before
		t.Lat, t.Lon, t.Geocoded = nil, nil, false
	}
	d.locate(t, c.Words)
	if d.stays(before, *t, c) {
		t.AreaCode, t.AreaApprox = before.AreaCode, before.AreaApprox
	}
	if told {
		if err := d.seek(tx, *t); err != nil {
			return err
		}
	}
	if (c.Address == nil || t.Address == "") && before.Road == models.RoadAlley {
		t.Road = before.Road // it was said once, and no other address says otherwise
	}
	if _, _, err := d.dispatch(tx, t); err != nil {
		return err
	}
	undecided := t.Why != models.WhyConflict && (before.Why == models.WhyReturned || before.Why == models.WhyListen)
	if t.DepartmentID != nil || undecided {
		t.Why = before.Why // it stays where it is: the reason stays too
	}
	return nil
}

// stays tells whether a ticket without a better point is still in the area that it was in: it was named once, and
// nothing names another one, or another street, which may lie elsewhere.
func (d *Desk) stays(was, is models.Ticket, c correction) bool {
	if c.Lat != nil || is.AreaCode != "" && !is.Geocoded {
		return false
	}
	if c.Address == nil {
		return true
	}
	if was.Geocoded && is.Lat == nil { // an area that was that point's goes with it
		of := was
		of.AreaCode = ""
		if d.areaOfPoint(&of); of.AreaCode == was.AreaCode {
			return false
		}
	}
	told := d.Areas.Read(is.Address)
	return is.Address != "" && len(told.Areas) == 0 && !told.Elsewhere(d.Areas.Read(was.Address))
}

// checkPoint refuses half a point and points that are not on the globe.
func checkPoint(lat, lon *float64) error {
	switch {
	case lat == nil && lon == nil:
		return nil
	case lat == nil || lon == nil, !(*lat >= -90 && *lat <= 90), !(*lon >= -180 && *lon <= 180):
		return models.Invalid{Field: "lat", Key: "error_point"}
	default:
		return nil
	}
}
