package workflow

import (
	"fmt"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// Done is what a reporter's "done" does: it closes the ticket, unless another of its reporters says that it is not
// done. Then it is kept as theirs, and closed is false.
func (d *Desk) Done(tx *store.Tx, in CloseInput) (t models.Ticket, closed bool, err error) {
	waits, err := d.objected(tx, in.Act)
	if err != nil {
		return t, false, err
	}
	if waits {
		t, err = d.Judge(tx, JudgeInput{Act: in.Act, Verdict: models.VerdictDone})
		return t, false, err
	}
	t, err = d.Close(tx, in)
	return t, err == nil, err
}

// NotDone is what a reporter's "not done" does: it reopens the ticket, whatever the others say. When another reporter
// has reopened it before, it is kept as theirs, and they are told so; reopened is false.
func (d *Desk) NotDone(tx *store.Tx, in ReopenInput) (t models.Ticket, reopened bool, err error) {
	if t, err = tx.LockTicket(in.Actor, in.Ticket); err != nil {
		return t, false, err
	}
	if !t.State.Open() || t.Reopens == 0 {
		t, err = d.Reopen(tx, in)
		return t, err == nil, err
	}
	if t, err = d.Judge(tx, JudgeInput{Act: in.Act, Verdict: models.VerdictNotDone}); err != nil {
		return t, false, err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return t, false, err
	}
	kept := models.Message{Author: "bot", Key: "not_done_kept"}
	return t, false, d.tell(tx, t, ofReporter(reports, in.Actor.ID), kept)
}

// JudgeInput is what a reporter says of the last answer, for themselves.
type JudgeInput struct {
	Act
	Verdict models.Verdict
}

// Judge keeps what one of several reporters says of an answer where it moves nothing: "not done" once the ticket is
// back at work, "done" while others disagree. Saying the same again is ErrConflict; who does not report the ticket has
// no verdict: ErrForbidden.
func (d *Desk) Judge(tx *store.Tx, in JudgeInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbJudge, func(t *models.Ticket) (models.Args, error) {
		round := t.Reopens
		if t.State.Open() {
			round-- // the answer before it was reopened
		}
		own, err := d.keepVerdict(tx, *t, in.Actor, in.Verdict, round)
		if err != nil {
			return nil, err
		}
		if len(own) == 0 {
			return nil, fmt.Errorf("judge %s: %w", t.Code, models.ErrForbidden)
		}
		for _, r := range own {
			if r.Verdict != in.Verdict || r.VerdictRound != round {
				return models.Args{"report": r.ID, "verdict": string(in.Verdict)}, nil
			}
		}
		return nil, fmt.Errorf("judge %s again: %w", t.Code, models.ErrConflict)
	})
}

// keepVerdict notes on a resident's own reports what they say of an answer, and returns the reports as they were. Staff
// and the clock have no verdict.
func (*Desk) keepVerdict(
	tx *store.Tx, t models.Ticket, who models.Actor, v models.Verdict, round int,
) ([]models.Report, error) {
	if who.Kind != models.ActorResident {
		return nil, nil
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return nil, err
	}
	own := ofReporter(reports, who.ID)
	for _, r := range own {
		r.Verdict, r.VerdictRound = v, round
		if err := tx.JudgeReport(r); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// objected tells whether another reporter of a ticket says that it is not done, and has not said since that it is.
func (*Desk) objected(tx *store.Tx, act Act) (bool, error) {
	if _, err := tx.LockTicket(act.Actor, act.Ticket); err != nil {
		return false, err
	}
	reports, err := tx.Reports(act.Ticket)
	if err != nil {
		return false, err
	}
	for _, r := range reports {
		if r.ReporterID != act.Actor.ID && r.WithdrawnAt == nil && r.Verdict == models.VerdictNotDone {
			return true, nil
		}
	}
	return false, nil
}
