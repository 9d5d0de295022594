package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// AcceptInput names the ticket and who takes it on.
type AcceptInput struct{ Act }

// Accept takes a ticket on: its department has begun.
func (d *Desk) Accept(tx *store.Tx, in AcceptInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbAccept, func(t *models.Ticket) (models.Args, error) {
		t.AssigneeID = &in.Actor.ID
		return models.Args{}, d.finish(tx, t, models.ClockAccept)
	})
}
