package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// CloseInput names the ticket and who is content with it.
type CloseInput struct{ Act }

// Close ends a resolved ticket: the resident said that it is done, or said nothing for ten days.
func (d *Desk) Close(tx *store.Tx, in CloseInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbClose, func(t *models.Ticket) (models.Args, error) {
		t.ClosedAt = &tx.Now
		if _, err := d.keepVerdict(tx, *t, in.Actor, models.VerdictDone, t.Reopens); err != nil {
			return nil, err
		}
		return models.Args{}, tx.CancelTimers(t.ID)
	})
}
