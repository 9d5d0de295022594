package store

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// Spoken is the ticket that a conversation spoke of last, or that a message answers.
type Spoken struct {
	Code     string
	Category string
	Address  string
	Untold   bool // nobody has said what it is about
	State    models.State
	Answered bool      // its answer was said here
	Key      string    // of what was said of it, "" for a resident's or a colleague's own words
	At       time.Time // when that was
	Answers  bool      // the message named by replyTo is about it
}

// untold is models.Ticket.Untold, of a ticket t.
var untold = fmt.Sprintf("(t.category = '%[1]s' AND t.read_category = '%[1]s' AND t.confidence < %[2]v) AS untold",
	models.OtherCategory, models.Telling)

// answeredHere tells of a ticket t whether something was said of it since it was resolved, in the conversation of m.
var answeredHere = `(t.resolved_at IS NOT NULL AND EXISTS (SELECT 1 FROM messages a WHERE a.ticket_id = t.id AND
	a.conversation_id = m.conversation_id AND a.direction = 'out' AND a.created_at >= t.resolved_at AND ` +
	said("a") + `)) AS answered`

// AnswerWaits tells whether the answer that resolved a ticket, of a message key, is still on its way, and has reached
// none of its residents. Who blocked us is not waited for.
func (tx *Tx) AnswerWaits(ticketID, key string) (waits bool, err error) {
	err = tx.db().Raw(`SELECT
			count(CASE WHEN d.status IN ('queued','sending','held') AND d.error_class <> 'blocked' THEN 1 END) > 0 AND
			count(CASE WHEN d.status = 'sent' OR d.ambiguous THEN 1 END) = 0
		FROM tickets t JOIN messages m ON m.ticket_id = t.id JOIN deliveries d ON d.message_id = m.id
		WHERE t.id = ? AND m.key = ? AND m.created_at >= t.resolved_at`, ticketID, key).Scan(&waits).Error
	if err != nil {
		return false, fmt.Errorf("answer of ticket: %w", err)
	}
	return waits, nil
}

// SpokenOf returns the ticket that the message with a platform id is about (replyTo, may be empty), else the one that
// was spoken of last: what has not been said does not count.
func (tx *Tx) SpokenOf(conversationID, replyTo string) (s Spoken, found bool, err error) {
	q := tx.db().Table("messages m").
		Select("t.code, t.category, t.address, t.state, m.key, m.created_at AS at, "+untold+", "+answeredHere).
		Joins("JOIN tickets t ON t.id = m.ticket_id").Where("m.conversation_id = ?", conversationID)
	if replyTo != "" {
		var answered []Spoken
		err := q.Session(&gorm.Session{}).Where(`(m.external_id = ? OR EXISTS
			(SELECT 1 FROM deliveries d WHERE d.message_id = m.id AND d.platform_id = ?))`, replyTo, replyTo).
			Limit(1).Scan(&answered).Error
		if err != nil {
			return s, false, fmt.Errorf("ticket of an answered message: %w", err)
		}
		if len(answered) > 0 {
			answered[0].Answers = true
			return answered[0], true, nil
		}
	}
	var last []Spoken
	q = q.Where("(m.direction = 'in' OR " + said("m") + ")")
	if err := q.Session(&gorm.Session{}).Order("m.id DESC").Limit(1).Scan(&last).Error; err != nil {
		return s, false, fmt.Errorf("ticket spoken of: %w", err)
	}
	if len(last) == 0 {
		return s, false, nil
	}
	return last[0], true, nil
}

// Place is the point that a message carried, nil without one, and its words.
type Place struct {
	Lat, Lon *float64
	Words    string
}

// MessagesPlace returns the last point that messages carried, and the words of all.
func (tx *Tx) MessagesPlace(ids []string) (p Place, err error) {
	rows, err := tx.Messages(ids)
	for _, m := range rows {
		if m.HiddenAt != nil {
			continue
		}
		if p.Words += m.Text + "\n"; m.Lat != nil {
			p.Lat, p.Lon = m.Lat, m.Lon
		}
	}
	return p, err
}

// Messages returns messages by their ids, oldest first.
func (tx *Tx) Messages(ids []string) (rows []models.Message, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := tx.db().Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return rows, nil
}

// ToldLately tells whether a conversation was told something since an instant.
func (tx *Tx) ToldLately(conversationID, key string, since time.Time) (bool, error) {
	var n int64
	err := tx.db().Model(&models.Message{}).
		Where("conversation_id = ? AND direction = 'out' AND key = ? AND created_at > ?", conversationID, key, since).
		Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("told lately: %w", err)
	}
	return n > 0, nil
}

// ToldOf tells whether a conversation was told something about a ticket since an instant.
func (tx *Tx) ToldOf(conversationID, ticketID, key string, since time.Time) (bool, error) {
	var n int64
	err := tx.db().Model(&models.Message{}).
		Where("conversation_id = ? AND ticket_id = ? AND direction = 'out'", conversationID, ticketID).
		Where("key = ? AND created_at > ?", key, since).Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("told of ticket: %w", err)
	}
	return n > 0, nil
}

// HeardSince returns the payloads of the events by which messages of a conversation came in since an instant, newest
// first, at most 20.
func (tx *Tx) HeardSince(conversationID string, since time.Time) (payloads []string, err error) {
	err = tx.db().Raw(`SELECT e.payload FROM messages m JOIN inbox_events e ON e.id = m.inbox_id
		WHERE m.conversation_id = ? AND m.direction = 'in' AND m.created_at >= ? ORDER BY m.id DESC LIMIT 20`,
		conversationID, since).Scan(&payloads).Error
	if err != nil {
		return nil, fmt.Errorf("heard since: %w", err)
	}
	return payloads, nil
}

// LastDraft returns the draft of a conversation that ended last.
func (tx *Tx) LastDraft(conversationID string) (d models.Draft, found bool, err error) {
	rows := []models.Draft{}
	err = tx.db().Where("conversation_id = ? AND status <> ?", conversationID, models.DraftOpen).Order("id DESC").
		Limit(1).Find(&rows).Error
	if err != nil {
		return d, false, fmt.Errorf("last draft: %w", err)
	}
	if len(rows) == 0 {
		return d, false, nil
	}
	return rows[0], true, nil
}

// LastWithdrawn returns the ticket of a reporter that was withdrawn last, when that was no earlier than since.
func (tx *Tx) LastWithdrawn(reporterID string, since time.Time) (t models.Ticket, found bool, err error) {
	rows := []models.Ticket{}
	err = tx.db().Where("state = ? AND closed_at >= ?", models.StateWithdrawn, since).
		Where("id IN (SELECT ticket_id FROM reports WHERE reporter_id = ? AND withdrawn_at IS NULL)", reporterID).
		Order("closed_at DESC, id DESC").Limit(1).Find(&rows).Error
	if err != nil {
		return t, false, fmt.Errorf("last withdrawn ticket: %w", err)
	}
	if len(rows) == 0 {
		return t, false, nil
	}
	return rows[0], true, nil
}

// HideMessage hides what was unsent from staff; the row stays, as the trace that something was said. found is false for
// a message that has not come.
func (tx *Tx) HideMessage(conversationID, externalID string) (m models.Message, found bool, err error) {
	rows := []models.Message{}
	err = tx.db().Where("conversation_id = ? AND external_id = ?", conversationID, externalID).Limit(1).
		Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return m, false, err
	}
	err = tx.db().Exec("UPDATE messages SET hidden_at = coalesce(hidden_at, ?) WHERE id = ?", tx.Now, rows[0].ID).Error
	if err != nil {
		return m, false, fmt.Errorf("hide message: %w", err)
	}
	return rows[0], true, nil
}

// Pin returns the message of a resident that carried a place, by its platform's id; found is false for one that was
// unsent, or has not come.
func (tx *Tx) Pin(conversationID, externalID string) (m models.Message, found bool, err error) {
	rows := []models.Message{}
	err = tx.db().Where("conversation_id = ? AND external_id = ? AND direction = 'in' AND lat IS NOT NULL AND "+
		"lon IS NOT NULL AND hidden_at IS NULL", conversationID, externalID).Limit(1).Find(&rows).Error
	if err != nil {
		return m, false, fmt.Errorf("pin: %w", err)
	}
	if len(rows) == 0 {
		return m, false, nil
	}
	return rows[0], true, nil
}

// MovePin gives the place of a message its next point; the one before is kept as a revision once it belongs to a
// ticket.
func (tx *Tx) MovePin(m models.Message, lat, lon float64) (err error) {
	if m.TicketID != nil {
		err = tx.db().Create(&models.MessageRevision{
			ID: models.NewID(), MessageID: m.ID, Text: fmt.Sprintf("%.6f, %.6f", *m.Lat, *m.Lon), CreatedAt: tx.Now,
		}).Error
	}
	if err == nil {
		err = tx.db().Exec("UPDATE messages SET lat = ?, lon = ? WHERE id = ?", lat, lon, m.ID).Error
	}
	if err != nil {
		return fmt.Errorf("move pin: %w", err)
	}
	return nil
}

// ReviseMessage gives a message the words it was edited to; the words before are kept as a revision.
func (tx *Tx) ReviseMessage(conversationID, externalID, text string) (m models.Message, found bool, err error) {
	err = one(tx.db().Take(&m, "conversation_id = ? AND external_id = ? AND direction = 'in'", conversationID,
		externalID).Error)
	if errors.Is(err, models.ErrNotFound) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("revise message: %w", err)
	}
	if m.Text == text {
		return m, false, nil
	}
	err = tx.db().Create(&models.MessageRevision{
		ID: models.NewID(), MessageID: m.ID, Text: m.Text, CreatedAt: tx.Now,
	}).Error
	if err == nil {
		err = tx.db().Exec("UPDATE messages SET text = ? WHERE id = ?", text, m.ID).Error
	}
	if err != nil {
		return m, false, fmt.Errorf("revise message: %w", err)
	}
	m.Text = text
	return m, true, nil
}
