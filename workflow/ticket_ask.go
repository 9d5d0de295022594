package workflow

import (
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// AskInput is a question to the resident.
type AskInput struct {
	Act
	Text string // 1 to 4,000 characters
}

// QuestionKey is the locale key of a question; when its delivery is recorded, Pause follows.
const QuestionKey = "question"

// Ask puts a question to the resident, of several to the one who reported first and can be reached; where nobody is in
// a chat it is refused. The clock runs on until the question is delivered. A question that never arrives is as good as
// unanswered after 48 working hours; they begin anew when it is delivered.
func (d *Desk) Ask(tx *store.Tx, in AskInput) (models.Ticket, error) {
	text, err := said(in.Text, "error_text_missing")
	if err != nil {
		return models.Ticket{}, err
	}
	salt := models.NewToken()
	var asked []models.Report
	t, err := d.change(tx, in.Act, models.VerbAsk, func(t *models.Ticket) (models.Args, error) {
		reports, err := tx.Reports(t.ID)
		if err != nil {
			return nil, err
		}
		if asked = first(reports); len(asked) == 0 {
			return nil, models.Invalid{Field: "text", Key: "error_ask_nobody"}
		}
		sum := models.Args{"said_sha256": models.SaltedSum(salt, text)}
		return sum, tx.ArmTimer(t.ID, models.TimerAskExpire, d.askUntil(tx.Now))
	})
	if err != nil {
		return t, err
	}
	return t, d.tell(tx, t, asked, models.Message{
		Author: in.Actor.ID, Key: QuestionKey, Args: models.Args{"text": text}, WordsSalt: salt,
	})
}

// askUntil is when a question that was put now is no longer waited for.
func (d *Desk) askUntil(now time.Time) time.Time {
	return d.Calendars[models.CalendarHCMC].Add(now, askFor)
}

// PauseInput names the ticket whose question was delivered.
type PauseInput struct{ Act }

// Pause lets the department's clock stand once its question is delivered: at most once a ticket, for 48 working hours,
// never when it is critical. A question that may not pause is answered just the same.
func (d *Desk) Pause(tx *store.Tx, in PauseInput) (models.Ticket, error) {
	t, err := tx.LockTicket(in.Actor, in.Ticket)
	if err != nil {
		return t, err
	}
	clocks, err := tx.Clocks(t.ID)
	if err != nil {
		return t, err
	}
	c := clocks[models.ClockResolve]
	if t.State != models.StateWaiting || c.State != models.ClockRunning {
		return t, nil
	}
	expires := d.askUntil(tx.Now)
	if t.Pauses > 0 || t.Priority == models.PriorityCritical {
		return t, tx.ArmTimer(t.ID, models.TimerAskExpire, expires) // the clock runs on; silence ends the waiting
	}
	return d.change(tx, in.Act, models.VerbPause, func(t *models.Ticket) (models.Args, error) {
		t.Pauses++
		t.TargetDue = nil
		c.Pause(d.Calendars[c.Calendar], tx.Now)
		if err := d.keepClock(tx, c); err != nil {
			return nil, err
		}
		return models.Args{}, tx.ArmTimer(t.ID, models.TimerAskExpire, expires)
	})
}

// ExpireInput names the ticket whose question nobody answered.
type ExpireInput struct{ Act }

// Expire gives a ticket back to its department because its question stayed unanswered; the event marks it so.
func (d *Desk) Expire(tx *store.Tx, in ExpireInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbExpire, func(t *models.Ticket) (models.Args, error) {
		return models.Args{"unanswered": true}, d.resumeWork(tx, t)
	})
}
