package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// Talk is a conversation that waits for a person, or has one.
type Talk struct {
	models.Conversation

	Name     string // of the resident, empty when they did not say it
	Answered bool   // the last word is a colleague's
	Words    string // what they wrote last, empty when it was no words; only in a list
}

// Talks lists the conversations that residents have asked a person for, who waits longest first; answered ones last.
// Those that were given back are none, although the bot has not said so yet.
func (tx *Tx) Talks(limit int) ([]Talk, error) {
	var rows []Talk
	err := tx.db().Raw(`SELECT c.*, r.name,
			coalesce((SELECT m.direction = 'out' AND m.author <> 'bot' FROM messages m
				WHERE m.conversation_id = c.id AND (m.direction = 'in' OR m.author <> 'bot')
				ORDER BY m.id DESC LIMIT 1), ?) AS answered,
			coalesce((SELECT m.text FROM messages m WHERE m.conversation_id = c.id AND m.direction = 'in'
				AND m.hidden_at IS NULL ORDER BY m.id DESC LIMIT 1), '') AS words
		FROM conversations c JOIN reporters r ON r.id = c.reporter_id
		WHERE c.person_since IS NOT NULL AND (c.taken_over_until IS NULL OR c.taken_over_until > ?)
		ORDER BY answered, c.person_since, c.id LIMIT ?`,
		false, tx.Now, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("talks: %w", err)
	}
	return rows, nil
}

// CountTalks counts the conversations that a person has, or is waited for in.
func (tx *Tx) CountTalks() (n int64, err error) {
	held := tx.db().Model(&models.Conversation{}).
		Where("person_since IS NOT NULL AND (taken_over_until IS NULL OR taken_over_until > ?)", tx.Now)
	if err = held.Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count talks: %w", err)
	}
	return n, nil
}

// Talk returns one conversation that a person has, or is waited for in; ErrNotFound for any other.
func (tx *Tx) Talk(id string) (t Talk, err error) {
	if !models.ValidID(id) {
		return t, fmt.Errorf("talk: %w", models.ErrNotFound)
	}
	err = one(tx.db().Table("conversations").Select("conversations.*, r.name").
		Joins("JOIN reporters r ON r.id = conversations.reporter_id").
		Where("conversations.id = ? AND person_since IS NOT NULL", id).Take(&t).Error)
	if err != nil {
		return t, fmt.Errorf("talk %s: %w", id, err)
	}
	return t, nil
}

// SaidToPerson lists what a resident has written since a person has the conversation and no ticket holds, oldest first.
func (tx *Tx) SaidToPerson(c models.Conversation) (all []models.Message, err error) {
	err = tx.db().Where(`conversation_id = ? AND direction = 'in' AND ticket_id IS NULL AND hidden_at IS NULL
		AND created_at > ?`, c.ID, *c.PersonSince).Order("id").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("said to a person: %w", err)
	}
	return all, nil
}

// LockTalk takes a conversation that a person has. It comes before all else that a transaction locks, and locks no
// ticket.
func (tx *Tx) LockTalk(id string) (c models.Conversation, err error) {
	if !models.ValidID(id) {
		return c, fmt.Errorf("talk: %w", models.ErrNotFound)
	}
	lock := clause.Locking{Strength: forUpdate.Strength}
	if err = one(tx.db().Clauses(lock).Take(&c, "id = ? AND person_since IS NOT NULL", id).Error); err != nil {
		return c, fmt.Errorf("talk %s: %w", id, err)
	}
	return c, nil
}

// LeaveTalk lets a colleague have a conversation until an instant; after it the bot comes back.
func (tx *Tx) LeaveTalk(c models.Conversation, until time.Time) error {
	c.Epoch++
	err := tx.db().Exec("UPDATE conversations SET taken_over_until = ?, wake_at = ?, wakes = 0, epoch = ? WHERE id = ?",
		until, until, c.Epoch, c.ID).Error
	if err != nil {
		return fmt.Errorf("leave talk: %w", err)
	}
	tx.Wake(models.Wake{Kind: models.KindReturn, ID: c.ID, Epoch: c.Epoch, At: until})
	return nil
}

// ConversationMessages returns the last of what was said in a conversation, oldest first, with how far each delivery of
// it has come.
func (tx *Tx) ConversationMessages(id string, limit int) (all []models.Message, sent []models.Delivery, err error) {
	last := tx.db().Model(&models.Message{}).Where("conversation_id = ?", id).Order("id DESC").Limit(limit)
	if err := tx.db().Table("(?) AS last", last).Order("id").Find(&all).Error; err != nil {
		return nil, nil, fmt.Errorf("messages of conversation: %w", err)
	}
	ids := make([]string, 0, len(all))
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	if len(ids) == 0 {
		return all, nil, nil
	}
	if err := tx.db().Where("message_id IN ?", ids).Order(inOrder).Find(&sent).Error; err != nil {
		return nil, nil, fmt.Errorf("deliveries of conversation: %w", err)
	}
	return all, sent, nil
}
