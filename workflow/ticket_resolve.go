package workflow

import (
	"strings"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ResolveInput is a department's answer.
type ResolveInput struct {
	Act
	Outcome models.Outcome // fixed, answered or cannot_fix
	Text    string         // the answer to the resident, 1 to 4,000 characters
}

// Resolve answers a ticket. The resident is told and asked whether it is done.
func (d *Desk) Resolve(tx *store.Tx, in ResolveInput) (models.Ticket, error) {
	in.Text = strings.TrimSpace(models.Clean(in.Text, 4000))
	if in.Text == "" {
		return models.Ticket{}, models.Invalid{Field: "text", Key: "error_answer_missing"}
	}
	switch in.Outcome {
	case models.OutcomeFixed, models.OutcomeAnswered, models.OutcomeCannotFix:
	default:
		return models.Ticket{}, models.Invalid{Field: "outcome", Key: "error_outcome"}
	}
	t, err := d.change(tx, in.Act, models.VerbResolve, func(t *models.Ticket) (models.Args, error) {
		t.Outcome, t.ResolvedAt = in.Outcome, &tx.Now
		return nil, tx.CancelTimers(t.ID)
	})
	if err != nil {
		return t, err
	}
	department, err := departmentName(tx, t)
	if err != nil {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{
		Author: in.Actor.ID, Key: "answer_" + string(in.Outcome),
		Args: models.Args{"code": models.SpokenCode(t.Code), "department": department, "text": in.Text},
		Buttons: []models.Button{
			{Key: "button_done", Payload: "done:" + t.Code}, {Key: "button_not_done", Payload: "not_done:" + t.Code},
		},
	})
}
