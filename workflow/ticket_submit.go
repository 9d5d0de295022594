package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// SubmitInput is one submission, from any door.
type SubmitInput struct {
	Actor          models.Actor
	ReporterID     string
	ConversationID *string // who is to be answered in a chat
	Channel        string
	Words          string
	Lat, Lon       *float64
	Address        string
	MessageIDs     []string // what was said of it so far
}

// promiseFor is the longest that the city may take to answer (domain.md §1.2: 10 days).
const promiseFor = 10 * 24 * time.Hour

// Submit makes a ticket of a submission, gives it to a department, starts its clock and says the receipt.
func (d *Desk) Submit(tx *store.Tx, in SubmitInput) (models.Ticket, error) {
	owner, err := tx.DepartmentByCode(models.HotlineCode)
	if err != nil {
		return models.Ticket{}, err
	}
	due := tx.Now.Add(promiseFor)
	t := models.Ticket{
		ID: models.NewID(), State: models.StateAssigned, Priority: models.PriorityNormal, Lat: in.Lat, Lon: in.Lon,
		Address: in.Address, DepartmentID: &owner.ID, PromiseDue: &due, TargetDue: &due, Reports: 1, CreatedAt: tx.Now,
	}
	r := models.Report{
		ID: models.NewID(), TicketID: t.ID, ReporterID: in.ReporterID, ConversationID: in.ConversationID,
		Channel: in.Channel, Words: in.Words, WordsSalt: models.NewToken(), Lat: in.Lat, Lon: in.Lon,
		Address: in.Address, CreatedAt: tx.Now,
	}
	note := models.Args{"report": r.ID, "channel": in.Channel, "words_sha256": saltedSum(r.WordsSalt, r.Words)}
	err = d.record(tx, record{verb: models.VerbSubmit, actor: in.Actor, after: &t, note: note})
	if err != nil {
		return t, err
	}
	if err := tx.InsertReport(r); err != nil {
		return t, err
	}
	if err := tx.LinkMessages(in.MessageIDs, t.ID); err != nil {
		return t, err
	}
	if err := d.startClock(tx, t.ID, due); err != nil {
		return t, err
	}
	return t, d.receipt(tx, t, in, owner.Name)
}

func (d *Desk) startClock(tx *store.Tx, ticketID string, due time.Time) error {
	now := tx.Now
	return tx.SaveClock(&models.Clock{
		TicketID: ticketID, Kind: models.ClockResolve, Calendar: "calendar", TargetS: int64(due.Sub(now) / time.Second),
		RunningSince: &now, DueAt: &due, State: models.ClockRunning,
	})
}

func (d *Desk) receipt(tx *store.Tx, t models.Ticket, in SubmitInput, department string) error {
	if in.ConversationID == nil {
		return nil
	}
	_, err := tx.Say(models.Message{
		ConversationID: *in.ConversationID, TicketID: &t.ID, Author: "bot", Key: "receipt", Args: models.Args{
			"summary": in.Words, "code": models.SpokenCode(t.Code), "department": department,
			"promise_due": rfc3339(t.PromiseDue),
		},
	})
	return err
}

// saltedSum lets an event prove what the words were without holding them; blanking the salt makes it prove nothing.
func saltedSum(salt, words string) string {
	sum := sha256.Sum256([]byte(salt + words))
	return hex.EncodeToString(sum[:])
}
