package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// ReplyKey is the locale key of what staff say to a reporter without asking.
const ReplyKey = "reply_staff"

// ReplyInput is what a colleague writes to the resident.
type ReplyInput struct {
	Act
	Text string // 1 to 4,000 characters
}

// Reply says something to the resident; the ticket stays as it is.
func (d *Desk) Reply(tx *store.Tx, in ReplyInput) (models.Ticket, error) {
	text, err := said(in.Text, "error_text_missing")
	if err != nil {
		return models.Ticket{}, err
	}
	salt := models.NewToken()
	t, err := d.change(tx, in.Act, models.VerbReply, func(*models.Ticket) (models.Args, error) {
		return models.Args{"said_sha256": models.SaltedSum(salt, text)}, nil
	})
	if err != nil {
		return t, err
	}
	return t, d.tellReporters(tx, t, models.Message{
		Author: in.Actor.ID, Key: ReplyKey, Args: models.Args{"text": text}, WordsSalt: salt,
	})
}
