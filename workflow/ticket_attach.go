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
// department's clock runs on.
func (d *Desk) Attach(tx *store.Tx, in AttachInput) (models.Ticket, error) {
	return d.change(tx, in.Act, models.VerbAttach, func(t *models.Ticket) (models.Args, error) {
		if err := tx.LinkMessages(in.MessageIDs, t.ID); err != nil {
			return nil, err
		}
		note := models.Args{"messages": in.MessageIDs}
		if t.State != models.StateInProgress {
			return note, nil
		}
		return note, d.resumeWork(tx, t)
	})
}
