package workflow

import (
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ReopenInput names the ticket and who is not content with it.
type ReopenInput struct{ Act }

// RestoreWithin is how long something taken back, a ticket or a draft, can be had again.
const RestoreWithin = 24 * time.Hour

// Restorable tells whether a ticket was not withdrawn, or so lately that it can be had again.
func Restorable(t models.Ticket, now time.Time) bool {
	return t.ResolvedAt != nil || t.ClosedAt == nil || now.Sub(*t.ClosedAt) <= RestoreWithin
}

// Reopen puts a resolved ticket back to work because its reporter is not satisfied, or a withdrawn one because they
// have changed their mind within a day. It goes to the department that had it, and its clocks begin anew; the hotline
// has it when it had no department. A promise that was still to come stays; one that is past is given anew, as to who
// reports today, and told.
func (d *Desk) Reopen(tx *store.Tx, in ReopenInput) (models.Ticket, error) {
	withdrawn := false
	t, err := d.change(tx, in.Act, models.VerbReopen, func(t *models.Ticket) (models.Args, error) {
		withdrawn = t.ResolvedAt == nil
		if !Restorable(*t, tx.Now) {
			return nil, models.IllegalMove{Verb: models.VerbReopen, From: models.StateWithdrawn}
		}
		if !withdrawn {
			if _, err := d.keepVerdict(tx, *t, in.Actor, models.VerdictNotDone, t.Reopens); err != nil {
				return nil, err
			}
			t.Reopens++
		}
		t.Outcome, t.ResolvedAt, t.ClosedAt, t.ToCall = "", nil, nil, false
		if t.PromiseDue == nil || !t.PromiseDue.After(tx.Now) {
			promise := tx.Now.Add(promiseFor)
			t.PromiseDue = &promise
		}
		if t.DepartmentID == nil {
			t.State = models.StateNew
			return models.Args{}, d.handOver(tx, t, nil)
		}
		owner, err := tx.Department(*t.DepartmentID)
		if err != nil {
			return nil, err
		}
		return models.Args{}, d.handOver(tx, t, &owner)
	})
	if err != nil || withdrawn {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{Author: "bot", Key: "reopened", Args: models.Args{
		"promise_due": rfc3339(t.PromiseDue),
	}})
}
