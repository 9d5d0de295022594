package workflow

import (
	"slices"

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
// place while others report it who are not forgotten, else the street and a point to about 100 m. The same goes for the
// places of the tickets that were merged into it for which the reporter's own reports were made. Once is enough: again
// changes nothing, and is no event.
func (d *Desk) Redact(tx *store.Tx, in RedactInput) (models.Ticket, error) {
	if !in.Actor.May(models.VerbRedact) {
		return models.Ticket{}, models.ErrForbidden
	}
	merged, err := lockOrigins(tx, in)
	if err != nil {
		return models.Ticket{}, err
	}
	t, err := tx.LockTicket(in.Actor, in.Ticket)
	if err != nil {
		return t, err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return t, err
	}
	var gone []models.Report
	for _, r := range reports {
		if r.ReporterID == in.ReporterID && r.WordsSalt != "" {
			gone = append(gone, r)
		}
	}
	if len(gone) == 0 {
		return t, nil
	}
	t, err = d.change(tx, in.Act, models.VerbRedact, func(t *models.Ticket) (models.Args, error) {
		if onlyOf(in.ReporterID, reports) {
			blur(t)
		}
		return models.Args{"reports": idsOf(gone)}, tx.EraseReports(t.ID, in.ReporterID)
	})
	if err != nil {
		return t, err
	}
	for _, id := range merged {
		made := madeFor(id, reports)
		if len(madeFor(id, gone)) == 0 || !onlyOf(in.ReporterID, made) {
			continue
		}
		_, err := d.change(tx, Act{Actor: in.Actor, Ticket: id}, models.VerbRedact,
			func(t *models.Ticket) (models.Args, error) {
				blur(t)
				return models.Args{"reports": idsOf(made)}, nil
			})
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// lockOrigins takes, in ascending order of id, the ticket and those for which a reporter's reports of it were made
// before they were merged; it returns the latter.
func lockOrigins(tx *store.Tx, in RedactInput) (origins []string, err error) {
	reports, err := tx.Reports(in.Ticket)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		if r.ReporterID == in.ReporterID && r.OriginID != nil && !slices.Contains(origins, *r.OriginID) {
			origins = append(origins, *r.OriginID)
		}
	}
	for _, id := range slices.Sorted(slices.Values(append(origins, in.Ticket))) {
		if _, err := tx.LockTicket(in.Actor, id); err != nil {
			return nil, err
		}
	}
	return origins, nil
}

// madeFor are the reports that were made for a ticket which is merged now.
func madeFor(ticketID string, reports []models.Report) (made []models.Report) {
	for _, r := range reports {
		if r.OriginID != nil && *r.OriginID == ticketID {
			made = append(made, r)
		}
	}
	return made
}

// onlyOf tells whether everybody else who made these reports is forgotten.
func onlyOf(reporterID string, reports []models.Report) bool {
	return !slices.ContainsFunc(reports, func(r models.Report) bool {
		return r.ReporterID != reporterID && r.WordsSalt != ""
	})
}

// blur leaves of a ticket's place the street and a point to about 100 m.
func blur(t *models.Ticket) {
	t.Address, _ = places.Street(t.Address)
	t.Lat, t.Lon = rounded(t.Lat), rounded(t.Lon)
}

// rounded is a coordinate to three decimals: about 110 m.
func rounded(degrees *float64) *float64 {
	if degrees == nil {
		return nil
	}
	return new(float64(int64(*degrees*1000)) / 1000)
}
