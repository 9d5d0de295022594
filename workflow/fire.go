package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// Fire does what a timer is for, once a generation: it is what the task "fire" calls. A timer that is not due yet, was
// replaced, cancelled or fired does nothing.
func (d *Desk) Fire(ctx context.Context, s *store.Store, timerID string) error {
	err := s.Tx(ctx, func(tx *store.Tx) error {
		timer, err := tx.Timer(timerID)
		if err != nil {
			return err
		}
		// The ticket before its timer: the order in which every verb takes them.
		if _, err := tx.LockTicket(models.System(), timer.TicketID); err != nil {
			return err
		}
		fired, err := tx.FireTimer(timer)
		if err != nil || !fired {
			return err
		}
		return d.elapse(tx, timer)
	})
	if errors.Is(err, models.ErrNotFound) {
		return nil // the row is gone: nobody waits
	}
	if err != nil {
		return fmt.Errorf("fire timer %s: %w", timerID, err)
	}
	return nil
}

// elapse is what the passing of a timer's time means.
func (d *Desk) elapse(tx *store.Tx, timer models.Timer) error {
	act := Act{Actor: models.System(), Ticket: timer.TicketID}
	var err error
	switch {
	case timer.Kind == models.TimerClose:
		err = d.closeInSilence(tx, act)
	case timer.Kind == models.TimerAskExpire:
		_, err = d.Expire(tx, ExpireInput{act})
	case strings.HasPrefix(string(timer.Kind), string(models.TimerWarn)):
		err = d.remark(tx, act, models.VerbWarn, timer)
	case strings.HasPrefix(string(timer.Kind), string(models.TimerBreach)):
		err = d.remark(tx, act, models.VerbBreach, timer)
	default:
		return fmt.Errorf("timer kind %q is not known", timer.Kind)
	}
	if _, late := errors.AsType[models.IllegalMove](err); late {
		return nil // the ticket has moved on; the timer is spent
	}
	return err
}

// heldFor is how long a resolved ticket waits for somebody to have its answer: who has not written in a month will not.
const heldFor = 30 * 24 * time.Hour

// closeInSilence closes a ticket with whose answer nobody disagreed. While nobody has it, another ten days are given.
func (d *Desk) closeInSilence(tx *store.Tx, act Act) error {
	t, err := tx.LockTicket(act.Actor, act.Ticket)
	if err != nil || t.State != models.StateResolved {
		return err
	}
	waits, err := tx.AnswerWaits(t.ID, answerKey(t.Outcome))
	if err != nil {
		return err
	}
	if (waits || t.ToCall) && tx.Now.Before(t.ResolvedAt.Add(heldFor)) {
		return tx.ArmTimer(t.ID, models.TimerClose, tx.Now.Add(closeAfter))
	}
	_, err = d.Close(tx, CloseInput{act})
	return err
}

// remark writes a Warn (three quarters of a clock are used up) or a Breach (all of it) into the timeline, with when the
// clock is due.
func (d *Desk) remark(tx *store.Tx, act Act, verb models.Verb, timer models.Timer) error {
	_, kind, _ := strings.Cut(string(timer.Kind), "_")
	_, err := d.change(tx, act, verb, func(t *models.Ticket) (models.Args, error) {
		clocks, err := tx.Clocks(t.ID)
		due := timer.DueAt
		if at := clocks[models.ClockKind(kind)].DueAt; at != nil {
			due = *at
		}
		return models.Args{"clock": kind, "due_at": due.UnixMicro()}, err
	})
	return err
}

// Delivered notes that a message about a ticket has reached its resident: a question pauses the clock, an answer's ten
// days begin. Other messages mean nothing to a ticket.
func (d *Desk) Delivered(tx *store.Tx, m models.Message) error {
	if m.TicketID == nil {
		return nil
	}
	if m.Key == QuestionKey {
		_, err := d.Pause(tx, PauseInput{Act{Actor: models.System(), Ticket: *m.TicketID}})
		return err
	}
	if !strings.HasPrefix(m.Key, answerKey("")) {
		return nil
	}
	t, err := tx.LockTicket(models.System(), *m.TicketID)
	if err != nil || t.State != models.StateResolved {
		return err
	}
	return tx.ArmTimer(t.ID, models.TimerClose, tx.Now.Add(closeAfter))
}
