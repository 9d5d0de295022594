package workflow

import (
	"fmt"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

// LocateInput is the point that a ticket's address has on a map.
type LocateInput struct {
	Act
	Lat, Lon float64
}

// Locate gives a ticket the point that was computed from its address, and the area of that point where nobody has named
// one. A ticket that waited for its place alone goes to its department; any other stays where it is. The point that
// somebody has said goes before every other: ErrConflict.
func (d *Desk) Locate(tx *store.Tx, in LocateInput) (models.Ticket, error) {
	if err := checkPoint(&in.Lat, &in.Lon); err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbLocate, func(t *models.Ticket) (models.Args, error) {
		if t.Lat != nil {
			return nil, fmt.Errorf("ticket %s has a point: %w", t.Code, models.ErrConflict)
		}
		before := *t
		t.Lat, t.Lon, t.Geocoded = &in.Lat, &in.Lon, true
		if t.AreaCode == "" {
			d.areaOfPoint(t)
		}
		note := models.Args{"geocoder": true}
		if before.Why == models.WhyNoPlace {
			return note, d.dispatchAgain(tx, t, before)
		}
		if _, _, err := d.dispatch(tx, t); err != nil {
			return nil, err
		}
		t.Why = before.Why // somebody has decided, has to listen, has to choose
		return note, nil
	})
}

// Sought is the house whose point a ticket lacks: false when it has a point, its address names no house in a street, or
// a department has begun or answered.
func (d *Desk) Sought(t models.Ticket) (places.Door, bool) {
	if t.Lat != nil || t.Address == "" || t.State != models.StateNew && t.State != models.StateAssigned {
		return places.Door{}, false
	}
	return d.Areas.Read(t.Address).Door()
}

// seek has the point of a ticket's address looked up, if there is anybody to ask.
func (d *Desk) seek(tx *store.Tx, t models.Ticket) error {
	if !d.Geocode {
		return nil
	}
	if _, ok := d.Sought(t); !ok {
		return nil
	}
	return tx.AskPoint(t.ID)
}
