package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ResolveInput is a department's answer.
type ResolveInput struct {
	Act
	Outcome models.Outcome // fixed, answered or cannot_fix
	Text    string         // the answer to the resident, 1 to 4,000 characters
	NoPhoto string         // why there is no photo, where the type asks for one
}

// answerKey is the locale key of an answer, by its outcome; when its delivery is recorded, Delivered follows.
func answerKey(o models.Outcome) string { return "answer_" + string(o) }

// Resolve answers a ticket. The resident is told and asked whether it is done.
func (d *Desk) Resolve(tx *store.Tx, in ResolveInput) (models.Ticket, error) {
	text, err := said(in.Text, "error_answer_missing")
	if err != nil {
		return models.Ticket{}, err
	}
	switch in.Outcome {
	case models.OutcomeFixed, models.OutcomeAnswered, models.OutcomeCannotFix:
	default:
		return models.Ticket{}, models.Invalid{Field: "outcome", Key: "error_outcome"}
	}
	t, err := d.change(tx, in.Act, models.VerbResolve, func(t *models.Ticket) (models.Args, error) {
		if err := d.checkProof(tx, *t, in); err != nil {
			return nil, err
		}
		err := d.finishClocks(tx, t, models.ClockTriage, models.ClockAccept, models.ClockResolve)
		if err != nil {
			return nil, err
		}
		if err := tx.CancelTimers(t.ID); err != nil {
			return nil, err
		}
		t.Outcome, t.ResolvedAt = in.Outcome, &tx.Now
		if in.NoPhoto != "" {
			return d.keepNote(tx, t.ID, in.Actor, models.Clean(in.NoPhoto, 4000))
		}
		return models.Args{}, nil
	})
	if err != nil {
		return t, err
	}
	if err := tx.ArmTimer(t.ID, models.TimerClose, tx.Now.Add(closeAfter)); err != nil {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{
		Author: in.Actor.ID, Key: answerKey(in.Outcome), Args: models.Args{"text": text},
		Buttons: []models.Button{
			{Key: "button_done", Payload: "done:" + t.Code}, {Key: "button_not_done", Payload: "not_done:" + t.Code},
		},
	})
}

// checkProof asks for what the type is proved by: a photo of the mended place, or why there is none.
func (d *Desk) checkProof(_ *store.Tx, t models.Ticket, in ResolveInput) error {
	if in.Outcome == models.OutcomeFixed && d.Catalogue.Category(t.Category).Proof == "photo" && in.NoPhoto == "" {
		return models.Invalid{Field: "photo", Key: "error_proof_photo"}
	}
	return nil
}
