package workflow

import (
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// WarningKey is the message that says first what to do about a danger, and whom to call.
const WarningKey = "danger"

// warnedLook is among how many messages a warning is looked for.
const warnedLook = 100

// takeIn adds messages to a ticket. It becomes critical when what is added, in words or else in messages, tells of a
// danger that would have made it so from the beginning.
func (d *Desk) takeIn(tx *store.Tx, t *models.Ticket, messageIDs []string, words string) error {
	if err := tx.LinkMessages(messageIDs, t.ID); err != nil || t.Priority == models.PriorityCritical {
		return err
	}
	if words == "" {
		said, err := tx.MessagesPlace(messageIDs)
		if err != nil {
			return err
		}
		words = said.Words
	}
	if read := d.Model.Classify(words); !read.SureDanger() || read.Priority != models.PriorityCritical {
		return nil
	}
	t.Priority = models.PriorityCritical
	return d.retime(tx, t)
}

// Warned tells whether a conversation was given a warning since an instant: one that says to do the same and to call
// the same number.
func (d *Desk) Warned(tx *store.Tx, conversationID string, warning models.Args, since time.Time) (bool, error) {
	told, err := tx.ToldLately(conversationID, WarningKey, since)
	if err != nil || !told {
		return false, err
	}
	all, _, err := tx.ConversationMessages(conversationID, warnedLook)
	for _, m := range all {
		if m.Key == WarningKey && m.CreatedAt.After(since) && d.sameWarning(m.Args, warning) {
			return true, nil
		}
	}
	return false, err
}

func (d *Desk) sameWarning(a, b models.Args) bool {
	safety := func(of models.Args) string {
		key, _ := of["safety"].(string)
		return d.Catalogue.Category(key).SafetyVi
	}
	return a["number"] == b["number"] && safety(a) == safety(b)
}
