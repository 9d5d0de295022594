package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// WithdrawInput names the ticket and who takes it back: its reporter, or staff whom the reporter has asked.
type WithdrawInput struct{ Act }

// Withdraw takes a report back before anybody has begun on it. One of several reporters takes back only their own, at
// any time: the ticket goes on for the others. Staff do not take back what several report; whose report they take back
// is told.
func (d *Desk) Withdraw(tx *store.Tx, in WithdrawInput) (models.Ticket, error) {
	if in.Actor.Kind == models.ActorResident {
		t, err := tx.LockTicket(in.Actor, in.Ticket)
		if err != nil {
			return t, err
		}
		reports, err := tx.Reports(in.Ticket)
		if err != nil {
			return t, err
		}
		if own := ofReporter(reports, in.Actor.ID); len(own) > 0 && models.People(reports) > 1 {
			return d.unfollow(tx, in.Act, reports, own)
		}
	}
	t, err := d.change(tx, in.Act, models.VerbWithdraw, func(t *models.Ticket) (models.Args, error) {
		if in.Actor.Kind == models.ActorStaff && t.Reports > 1 {
			return nil, models.Invalid{Field: "reports", Key: "error_withdraw_several"}
		}
		t.ClosedAt = &tx.Now
		return models.Args{}, d.endClocks(tx, t)
	})
	if err != nil || in.Actor.Kind != models.ActorStaff {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{Author: "bot", Key: "withdrawn_for_you"})
}
