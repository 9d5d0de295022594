package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ReopenInput names the ticket and who is not content with it.
type ReopenInput struct{ Act }

// Reopen puts a resolved ticket back to work because its reporter is not satisfied. It goes to the department that
// answered, and its clocks begin anew; the hotline has it when it had no department.
func (d *Desk) Reopen(tx *store.Tx, in ReopenInput) (models.Ticket, error) {
	t, err := d.change(tx, in.Act, models.VerbReopen, func(t *models.Ticket) (models.Args, error) {
		t.Reopens++
		t.Outcome, t.ResolvedAt, t.ClosedAt = "", nil, nil
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
	if err != nil {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{Author: "bot", Key: "reopened"})
}
