package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ReturnInput gives a ticket back to the hotline: it is not the department's.
type ReturnInput struct {
	Act
	Text string // why, 1 to 4,000 characters
}

// Return gives a ticket back with a reason, as long as the department may take to accept it. Each return is a hop; the
// hotline decides where it goes.
func (d *Desk) Return(tx *store.Tx, in ReturnInput) (models.Ticket, error) {
	reason, err := said(in.Text, "error_reason_missing")
	if err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbReturn, func(t *models.Ticket) (models.Args, error) {
		clocks, err := tx.Clocks(t.ID)
		if err != nil {
			return nil, err
		}
		if due := clocks[models.ClockAccept].DueAt; due != nil && tx.Now.After(*due) {
			return nil, models.Invalid{Field: "text", Key: "error_return_late"}
		}
		t.Hops++
		t.DepartmentID, t.AssigneeID, t.SuggestedID, t.Why = nil, nil, nil, models.WhyReturned
		note, err := d.keepNote(tx, t.ID, in.Actor, reason)
		if err != nil {
			return nil, err
		}
		return note, d.handOver(tx, t, nil)
	})
}

// keepNote keeps words of a colleague in a row that can be erased, and returns how an event refers to it.
func (d *Desk) keepNote(tx *store.Tx, ticketID string, author models.Actor, text string) (models.Args, error) {
	n := models.Note{
		ID: models.NewID(), TicketID: ticketID, AuthorID: author.ID, Text: text, WordsSalt: models.NewToken(),
		CreatedAt: tx.Now,
	}
	return models.Args{"note": n.ID, "note_sha256": models.SaltedSum(n.WordsSalt, n.Text)}, tx.InsertNote(n)
}
