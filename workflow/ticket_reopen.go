package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ReopenInput names the ticket and who is not content with it.
type ReopenInput struct{ Act }

// Reopen puts a resolved ticket back to work because its reporter is not satisfied.
func (d *Desk) Reopen(tx *store.Tx, in ReopenInput) (models.Ticket, error) {
	t, err := d.change(tx, in.Act, models.VerbReopen, func(t *models.Ticket) (models.Args, error) {
		t.Reopens++
		t.Outcome, t.ResolvedAt, t.ClosedAt = "", nil, nil
		return models.Args{}, nil
	})
	if err != nil {
		return t, err
	}
	department, err := departmentName(tx, t)
	if err != nil {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{
		Author: "bot", Key: "reopened",
		Args: models.Args{"code": models.SpokenCode(t.Code), "department": department},
	})
}
