package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// WithdrawInput names the ticket and the reporter who takes it back.
type WithdrawInput struct{ Act }

// Withdraw takes a report back before anybody has begun on it.
func (d *Desk) Withdraw(tx *store.Tx, in WithdrawInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbWithdraw, func(t *models.Ticket) (models.Args, error) {
		t.ClosedAt = &tx.Now
		err := d.finishClocks(tx, t, models.ClockTriage, models.ClockAccept, models.ClockResolve)
		if err != nil {
			return nil, err
		}
		return models.Args{}, tx.CancelTimers(t.ID)
	})
}
