package workflow

import (
	"encoding/json"
	"fmt"
	"slices"
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
		note := models.Args{"said_sha256": models.SaltedSum(salt, text), "report": asked[0].ID}
		return note, tx.ArmTimer(t.ID, models.TimerAskExpire, d.askUntil(tx.Now))
	})
	if err != nil {
		return t, err
	}
	return t, d.tell(tx, t, asked, models.Message{
		Author: in.Actor.ID, Key: QuestionKey, Args: models.Args{"text": text}, WordsSalt: salt,
	})
}

// asked is the report that the question of a waiting ticket went to, none where nobody could be asked. Questions of
// before 23 November do not name it: theirs is the first that can be reached.
func asked(tx *store.Tx, ticketID string, reports []models.Report) ([]models.Report, error) {
	events, err := tx.Timeline(ticketID)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(events) {
		if e.Verb != models.VerbAsk {
			continue
		}
		var data models.EventData
		if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
			return nil, fmt.Errorf("decode event %d: %w", e.Seq, err)
		}
		for _, r := range reports {
			if r.ID == data.Note["report"] {
				return []models.Report{r}, nil
			}
		}
		break
	}
	return first(reports), nil
}

// Asked tells whether a reporter is the one of several whose answer a waiting ticket waits for.
func Asked(tx *store.Tx, ticketID, reporterID string) (bool, error) {
	reports, err := tx.Reports(ticketID)
	if err != nil {
		return false, err
	}
	whom, err := asked(tx, ticketID, reports)
	return len(whom) > 0 && whom[0].ReporterID == reporterID, err
}

// letGo puts a ticket back to work when its question went to one of the reports that are its own no longer; all are
// its reports with these.
func (d *Desk) letGo(tx *store.Tx, t *models.Ticket, all, gone []models.Report) error {
	if t.State != models.StateWaiting {
		return nil
	}
	whom, err := asked(tx, t.ID, all)
	if err != nil || len(whom) == 0 || !slices.Contains(idsOf(gone), whom[0].ID) {
		return err
	}
	t.State = models.StateInProgress
	return d.resumeWork(tx, t)
}

// askUntil is when a question that was put now is no longer waited for.
func (d *Desk) askUntil(now time.Time) time.Time {
	return d.Calendars[models.CalendarHCMC].Add(now, askFor)
}

// PauseInput names the ticket whose question was delivered.
type PauseInput struct{ Act }

// Pause lets the department's clock stand once its question is delivered, if the ticket may: for 48 working hours, and
// no longer than the resident was promised to wait. A question that may not pause is answered just the same.
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
	if !t.MayPause(tx.Now) {
		// The clock runs on; silence ends the waiting.
		return t, tx.ArmTimer(t.ID, models.TimerAskExpire, d.askUntil(tx.Now))
	}
	return d.change(tx, in.Act, models.VerbPause, func(t *models.Ticket) (models.Args, error) {
		t.Pauses++
		t.TargetDue = nil
		c.Pause(d.Calendars[c.Calendar], tx.Now)
		if err := d.keepClock(tx, c); err != nil {
			return nil, err
		}
		return models.Args{}, tx.ArmTimer(t.ID, models.TimerAskExpire, d.pauseUntil(*t, tx.Now))
	})
}

// pauseUntil is when a pause that began at an instant ends without an answer.
func (d *Desk) pauseUntil(t models.Ticket, began time.Time) time.Time {
	until := d.askUntil(began)
	if t.PromiseDue != nil && t.PromiseDue.Before(until) {
		return *t.PromiseDue
	}
	return until
}

// shortenPause lets a pause end with the promise, which is an earlier one now.
func (d *Desk) shortenPause(tx *store.Tx, t models.Ticket) error {
	if t.State != models.StateWaiting || t.TargetDue != nil {
		return nil
	}
	clocks, err := tx.Clocks(t.ID)
	if err != nil {
		return err
	}
	began := clocks[models.ClockResolve].PausedAt
	if began == nil {
		return nil
	}
	return tx.ArmTimer(t.ID, models.TimerAskExpire, d.pauseUntil(t, *began))
}

// ExpireInput names the ticket whose question nobody answered.
type ExpireInput struct{ Act }

// Expire gives a ticket back to its department because its question stayed unanswered; the event marks it so.
func (d *Desk) Expire(tx *store.Tx, in ExpireInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbExpire, func(t *models.Ticket) (models.Args, error) {
		return models.Args{"unanswered": true}, d.resumeWork(tx, t)
	})
}
