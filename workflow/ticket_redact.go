package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

// RedactInput names a ticket that is over, and the reporter whose part in it is to be forgotten.
type RedactInput struct {
	Act
	ReporterID string
}

// Redact forgets who a reporter was and what they said of a ticket that is over. The city's own words stay; so does the
// place while others have reported it, else the street and a point to about 100 m. Once is enough: again changes
// nothing, and is no event.
func (d *Desk) Redact(tx *store.Tx, in RedactInput) (models.Ticket, error) {
	if !in.Actor.May(models.VerbRedact) {
		return models.Ticket{}, models.ErrForbidden
	}
	t, err := tx.LockTicket(in.Actor, in.Ticket)
	if err != nil {
		return t, err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return t, err
	}
	left, others := 0, false
	for _, r := range reports {
		switch {
		case r.ReporterID != in.ReporterID:
			others = true
		case r.WordsSalt != "":
			left++
		}
	}
	if left == 0 {
		return t, nil
	}
	return d.change(tx, in.Act, models.VerbRedact, func(t *models.Ticket) (models.Args, error) {
		if !others {
			t.Address, _ = places.Street(t.Address)
			t.Lat, t.Lon = rounded(t.Lat), rounded(t.Lon)
		}
		return models.Args{"reports": left}, tx.EraseReports(t.ID, in.ReporterID)
	})
}

// rounded is a coordinate to three decimals: about 110 m.
func rounded(degrees *float64) *float64 {
	if degrees == nil {
		return nil
	}
	return new(float64(int64(*degrees*1000)) / 1000)
}
