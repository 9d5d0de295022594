package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// Turn is what a turn of a conversation begins with: the conversation, taken for this transaction, whom it is with, and
// what is unread, in the order of the platform. New means that nothing was said before.
type Turn struct {
	models.Conversation
	Account    string
	ExternalID string
	BlockedAt  *time.Time
	Held       bool                // something waits for them to write
	Trusted    bool                // their limits are wider
	Waits      bool                // something was unread when the lock was asked for
	Unread     []models.InboxEvent `gorm:"-"`
	New        bool                `gorm:"-"`
}

const platformOrder = "occurred_at, sequence, received_at, id"

const skipLocked = " SKIP LOCKED"

// unreadLimit is how many events one turn reads.
const unreadLimit = 200

// TakeTurn takes the conversation that an inbox event belongs to, made on first contact. ok is false when everything is
// read, or another turn has it.
func (tx *Tx) TakeTurn(inboxID string) (t Turn, ok bool, err error) {
	var found []struct {
		models.InboxEvent
		AddressID      *string
		ConversationID *string
	}
	// Subqueries, not joins: on tables that have just begun to grow PostgreSQL would read them from end to end.
	err = tx.db().Raw(`SELECT e.*, (SELECT a.id FROM reporter_addresses a
			WHERE a.external_id = e.sender AND a.channel = e.channel AND a.account = e.account) AS address_id,
			(SELECT c.id FROM conversations c JOIN reporter_addresses a ON a.id = c.address_id
			WHERE a.external_id = e.sender AND a.channel = e.channel AND a.account = e.account) AS conversation_id
		FROM inbox_events e WHERE e.done_at IS NULL AND
			(e.sender, e.channel, e.account) = (SELECT sender, channel, account FROM inbox_events WHERE id = ?)
		ORDER BY `+platformOrder+` LIMIT ?`, inboxID, unreadLimit).Scan(&found).Error
	if err != nil {
		return t, false, fmt.Errorf("take turn: %w", err)
	}
	if len(found) == 0 {
		return t, false, nil
	}
	first := found[0]
	if id, ok := strings.CutPrefix(first.Sender, models.TrackedSender); ok {
		for _, e := range found {
			if err := tx.tracked(e.InboxEvent, id); err != nil {
				return t, false, err
			}
		}
		return t, false, nil
	}
	switch {
	case first.ConversationID != nil:
		return tx.takeTurn("?", *first.ConversationID, skipLocked)
	case first.AddressID != nil: // somebody who opened the chat and wrote nothing so far
		c, ok, err := tx.LockConversation(first.Channel, first.Account, first.Sender)
		if err != nil || !ok {
			return t, false, err
		}
		return tx.takeTurn("?", c.ID, skipLocked)
	}
	for _, e := range found {
		t.Unread = append(t.Unread, e.InboxEvent)
	}
	t.New, t.Account, t.ExternalID = true, first.Account, first.Sender
	t.Conversation, err = tx.greet(first.InboxEvent)
	return t, true, err
}

// TakeDraftsTurn takes the conversation that a draft belongs to; ok is false when there is no such draft. It waits for
// the turn that has it, which is short and may have looked a moment before the draft was due.
func (tx *Tx) TakeDraftsTurn(draftID string) (Turn, bool, error) {
	return tx.takeTurn("(SELECT conversation_id FROM drafts WHERE id = ?)", draftID, "")
}

// TakeConversationsTurn takes a conversation; ok is false when there is no such one. It waits like TakeDraftsTurn.
func (tx *Tx) TakeConversationsTurn(id string) (Turn, bool, error) { return tx.takeTurn("?", id, "") }

// takeTurn takes the conversation of an id; busy says what to do when another turn has it, to wait if nothing. What
// comes in during that wait is found by the look that follows every turn.
func (tx *Tx) takeTurn(where, id, busy string) (t Turn, ok bool, err error) {
	lock := ""
	if tx.postgres {
		lock = " FOR NO KEY UPDATE OF c" + busy
	}
	rows := []Turn{}
	err = tx.db().Raw(`SELECT c.*, a.account, a.external_id, a.blocked_at, a.held,
			(SELECT r.trusted FROM reporters r WHERE r.id = c.reporter_id) AS trusted,
			EXISTS (SELECT 1 FROM inbox_events e WHERE e.sender = a.external_id AND e.channel = a.channel
				AND e.account = a.account AND e.done_at IS NULL) AS waits
		FROM conversations c JOIN reporter_addresses a ON a.id = c.address_id WHERE c.id = `+where+lock,
		id).Scan(&rows).Error
	if err != nil {
		return t, false, fmt.Errorf("take turn: %w", err)
	}
	if len(rows) == 0 {
		return t, false, nil
	}
	if t = rows[0]; !t.Waits {
		return t, true, nil
	}
	t.Unread, err = unread(tx.db(), t.Channel, t.Account, t.ExternalID, unreadLimit)
	return t, true, err
}

// greet makes reporter, address and conversation of somebody who writes for the first time. Should another turn do the
// same, one of the two fails, runs again and finds what the other made.
func (tx *Tx) greet(e models.InboxEvent) (models.Conversation, error) {
	r := models.Reporter{ID: models.NewID(), CreatedAt: tx.Now}
	a := models.Address{
		ID: models.NewID(), ReporterID: r.ID, Channel: e.Channel, Account: e.Account, ExternalID: e.Sender,
		CreatedAt: tx.Now,
	}
	c := models.Conversation{
		ID: models.NewID(), AddressID: a.ID, ReporterID: r.ID, Channel: e.Channel, Language: "vi",
		LastInteractionAt: tx.Now, CreatedAt: tx.Now,
	}
	if err := tx.add("reporters", &r); err != nil {
		return c, err
	}
	if err := tx.add("reporter_addresses", &a); err != nil {
		return c, err
	}
	tx.begin(c)
	return c, nil
}

// Waiting tells whether a sender has written something that no turn has read.
func (s *Store) Waiting(ctx context.Context, channel, account, sender string) (bool, error) {
	rows, err := unread(s.read.WithContext(ctx), channel, account, sender, 1)
	return len(rows) > 0, err
}

// Unread returns the events of one sender that no turn has read, in the order of the platform, at most 200.
func (tx *Tx) Unread(channel, account, sender string) ([]models.InboxEvent, error) {
	return unread(tx.db(), channel, account, sender, unreadLimit)
}

func unread(db *gorm.DB, channel, account, sender string, limit int) ([]models.InboxEvent, error) {
	var events []models.InboxEvent
	err := db.Where("sender = ? AND channel = ? AND account = ? AND done_at IS NULL", sender, channel, account).
		Order(platformOrder).Limit(limit).Find(&events).Error
	if err != nil {
		return nil, fmt.Errorf("unread events: %w", err)
	}
	return events, nil
}
