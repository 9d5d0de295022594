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

// Reply says something to everyone who reports a ticket through a chat, and is refused where nobody does: it would be
// kept nowhere. The ticket stays as it is.
func (d *Desk) Reply(tx *store.Tx, in ReplyInput) (models.Ticket, error) {
	text, err := said(in.Text, "error_text_missing")
	if err != nil {
		return models.Ticket{}, err
	}
	salt := models.NewToken()
	var reports []models.Report
	t, err := d.change(tx, in.Act, models.VerbReply, func(t *models.Ticket) (_ models.Args, err error) {
		if reports, err = tx.Reports(t.ID); err != nil {
			return nil, err
		}
		if len(first(reports)) == 0 {
			return nil, models.Invalid{Field: "text", Key: "error_ask_nobody"}
		}
		return models.Args{"said_sha256": models.SaltedSum(salt, text)}, nil
	})
	if err != nil {
		return t, err
	}
	return t, d.tell(tx, t, reports, models.Message{
		Author: in.Actor.ID, Key: ReplyKey, Args: models.Args{"text": text}, WordsSalt: salt,
	})
}
