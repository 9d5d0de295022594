package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// AttachInput is what comes in later: messages and what they carry.
type AttachInput struct {
	Act
	MessageIDs []string
}

// Attach adds later pieces to a ticket. The first one from the resident answers a standing question: the
// department's clock runs on. What another reporter or a colleague adds is no answer to it. A danger that they tell of
// makes the ticket critical.
func (d *Desk) Attach(tx *store.Tx, in AttachInput) (models.Ticket, error) {
	waits, err := beside(tx, in.Act)
	if err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbAttach, func(t *models.Ticket) (models.Args, error) {
		if err := d.takeIn(tx, t, in.MessageIDs, ""); err != nil {
			return nil, err
		}
		note := models.Args{"messages": in.MessageIDs}
		if waits {
			t.State = models.StateWaiting
		}
		if t.State != models.StateInProgress {
			return note, nil
		}
		return note, d.resumeWork(tx, t)
	})
}

// beside tells whether a question stands that was put to another than the one who acts.
func beside(tx *store.Tx, act Act) (bool, error) {
	if act.Actor.Kind == models.ActorSystem {
		return false, nil
	}
	t, err := tx.LockTicket(act.Actor, act.Ticket)
	if err != nil || t.State != models.StateWaiting {
		return false, err
	}
	if act.Actor.Kind == models.ActorStaff {
		return true, nil
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return false, err
	}
	whom, err := asked(tx, t.ID, reports)
	return len(whom) > 0 && whom[0].ReporterID != act.Actor.ID, err
}
