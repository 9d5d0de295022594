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

// Triage corrects what a ticket is, how urgent and where, and works out again whom to suggest.
func (d *Desk) Triage(tx *store.Tx, in TriageInput) (models.Ticket, error) {
	if in.Category != "" && !d.Catalogue.Has(in.Category) {
		return models.Ticket{}, models.Invalid{Field: "category", Key: "error_category"}
	}
	if in.Priority != "" && !in.Priority.Valid() {
		return models.Ticket{}, models.Invalid{Field: "priority", Key: "error_priority"}
	}
	if err := checkPoint(in.Lat, in.Lon); err != nil {
		return models.Ticket{}, err
	}
	if err := fitLine("address", in.Address); err != nil {
		return models.Ticket{}, err
	}
	if err := fitLine("external_refs", in.ExternalRefs); err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbTriage, func(t *models.Ticket) (models.Args, error) {
		category, priority := t.Category, t.Priority
		if in.Category != "" {
			t.Category, t.Confidence = in.Category, 1
			t.Priority = d.Catalogue.Category(in.Category).Priority
		}
		if in.Priority != "" {
			t.Priority = in.Priority
		}
		if in.ExternalRefs != nil {
			t.ExternalRefs = references(*in.ExternalRefs)
		}
		if err := d.relocate(tx, t, correction{Lat: in.Lat, Lon: in.Lon, Address: in.Address}); err != nil {
			return nil, err
		}
		if err := d.takeBackConflict(tx, t); err != nil || category == t.Category && priority == t.Priority {
			return models.Args{}, err
		}
		return models.Args{}, d.retime(tx, t)
	})
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
	told := len(d.Areas.Read(c.Words).Areas) > 0 // the words say anew where it is
	if c.Address != nil {
		was := t.Address
		t.Address = models.Clean(*c.Address, lineLimit)
		told = told || t.Address != was
	}
	switch {
	case c.Lat != nil:
		t.Lat, t.Lon, t.Geocoded = c.Lat, c.Lon, false
	case t.Geocoded && told: // that point was of the place as it was told before
		t.Lat, t.Lon, t.Geocoded = nil, nil, false
	}
	road, area, approximate := t.Road, t.AreaCode, t.AreaApprox
	d.locate(t, c.Words)
	if c.Lat == nil && c.Address == nil && (t.AreaCode == "" || t.Geocoded) {
		t.AreaCode, t.AreaApprox = area, approximate // the first words named it, and nothing says otherwise
	}
	if told {
		if err := d.seek(tx, *t); err != nil {
			return err
		}
	}
	if (c.Address == nil || t.Address == "") && road == models.RoadAlley {
		t.Road = road // it was said once, and no other address says otherwise
	}
	why := t.Why
	if _, _, err := d.dispatch(tx, t); err != nil {
		return err
	}
	if t.DepartmentID != nil {
		t.Why = why // it stays where it is: the reason stays too
	}
	return nil
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
