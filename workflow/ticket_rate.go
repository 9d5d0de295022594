package workflow

import (
	"fmt"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// RateInput is a reporter's verdict.
type RateInput struct {
	Act
	Stars int // 1 to 5
}

// Rate keeps a reporter's verdict on the present answer, once: a second one is ErrConflict. Four and five stars close
// the ticket, unless another of its reporters says that it is not done; one to three never do.
func (d *Desk) Rate(tx *store.Tx, in RateInput) (models.Ticket, error) {
	if in.Stars < 1 || in.Stars > 5 {
		return models.Ticket{}, models.Invalid{Field: "stars", Key: "error_stars"}
	}
	t, err := d.change(tx, in.Act, models.VerbRate, func(t *models.Ticket) (models.Args, error) {
		fresh, err := tx.InsertRating(models.Rating{
			ID: models.NewID(), TicketID: t.ID, ReporterID: in.Actor.ID, Generation: t.Reopens, Stars: in.Stars,
			CreatedAt: tx.Now,
		})
		if err == nil && !fresh {
			err = fmt.Errorf("rate %s again: %w", t.Code, models.ErrConflict)
		}
		return models.Args{"stars": in.Stars}, err
	})
	if err != nil || in.Stars < 4 || t.State != models.StateResolved {
		return t, err
	}
	if waits, err := d.objected(tx, in.Act); err != nil || waits {
		return t, err
	}
	return d.Close(tx, CloseInput{Act{Actor: in.Actor, Ticket: t.ID}})
}
