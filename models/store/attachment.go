package store

import (
	"fmt"

	"github.com/vticket/vticket/models"
)

// InsertAttachment keeps a new attachment and asks for it to be fetched. Id, status and time are given here.
func (tx *Tx) InsertAttachment(a *models.Attachment) error {
	wakeAt := tx.Now.Add(wakeAfter)
	a.ID, a.Status, a.CreatedAt = models.NewID(), models.AttachmentWaiting, tx.Now
	a.WakeAt, a.Epoch, a.Wakes = &wakeAt, 1, 1
	if err := tx.add("attachments", a); err != nil {
		return err
	}
	tx.Wake(models.Wake{Kind: models.KindFetch, ID: a.ID, Epoch: a.Epoch})
	return nil
}

// ClaimAttachment takes the lease of a waiting attachment under a new token and counts the try; ok is false when it
// is done or somebody else has it. Should its holder die, the sweep brings it again when the lease has ended.
func (tx *Tx) ClaimAttachment(id string) (a models.Attachment, ok bool, err error) {
	rows, until := []models.Attachment{}, tx.Now.Add(LeaseFor)
	err = tx.db().Raw(`UPDATE attachments SET lease_until = ?, lease_token = ?, attempts = attempts + 1, wake_at = ?
		WHERE id = ? AND status = 'waiting' AND (lease_until IS NULL OR lease_until <= ?) RETURNING *`,
		until, models.NewToken(), until, id, tx.Now).Scan(&rows).Error
	if err != nil {
		return a, false, fmt.Errorf("claim attachment: %w", err)
	}
	if len(rows) == 0 {
		return a, false, nil
	}
	return rows[0], true, nil
}

// SaveAttachment keeps what became of a claimed attachment and gives the lease back; ErrConflict means that the lease
// was lost: whatever its holder learned is stale. One that still waits is asked for again at its WakeAt.
func (tx *Tx) SaveAttachment(a *models.Attachment) error {
	token := a.LeaseToken
	a.LeaseUntil, a.LeaseToken = nil, ""
	if a.Status != models.AttachmentWaiting {
		a.WakeAt = nil
	} else if a.WakeAt == nil {
		a.WakeAt = &tx.Now
	}
	a.Epoch++
	a.Wakes = 0
	res := tx.db().Model(&models.Attachment{}).Where("id = ? AND lease_token = ? AND lease_token <> ''", a.ID, token).
		Select("*").
		Omit("ID", "ConversationID", "MessageID", "TicketID", "OriginID", "Kind", "CreatedAt").UpdateColumns(a)
	if res.Error != nil {
		return fmt.Errorf("save attachment: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("lease of attachment %s: %w", a.ID, models.ErrConflict)
	}
	if a.WakeAt != nil {
		tx.Wake(models.Wake{Kind: models.KindFetch, ID: a.ID, Epoch: a.Epoch, At: *a.WakeAt})
	}
	return nil
}

// Attachment returns one attachment, or ErrNotFound.
func (tx *Tx) Attachment(id string) (models.Attachment, error) {
	var a models.Attachment
	if err := one(tx.db().Take(&a, "id = ?", id).Error); err != nil {
		return a, fmt.Errorf("attachment %s: %w", id, err)
	}
	return a, nil
}

// Attachments returns those of some ids that there are, oldest first.
func (tx *Tx) Attachments(ids []string) ([]models.Attachment, error) {
	return tx.attachments("id IN ?", ids)
}

// MessageAttachments returns what came with some messages, oldest first.
func (tx *Tx) MessageAttachments(messageIDs []string) ([]models.Attachment, error) {
	return tx.attachments("message_id IN ?", messageIDs)
}

// SharePictures lets a ticket show what came with messages of another.
func (tx *Tx) SharePictures(messageIDs []string, ticketID string) error {
	if len(messageIDs) == 0 {
		return nil
	}
	err := tx.db().Exec(`INSERT INTO shared_pictures (attachment_id, ticket_id)
		SELECT id, ? FROM attachments WHERE message_id IN ? ON CONFLICT DO NOTHING`, ticketID, messageIDs).Error
	if err != nil {
		return fmt.Errorf("share pictures: %w", err)
	}
	return nil
}

// SharedWith lists the tickets that show an attachment besides its own, and those that have their reports now.
func (tx *Tx) SharedWith(attachmentID string) (ticketIDs []string, err error) {
	err = tx.db().Raw(`WITH RECURSIVE shown(id) AS (
			SELECT ticket_id FROM shared_pictures WHERE attachment_id = ?
			UNION SELECT t.related_id FROM shown JOIN tickets t ON t.id = shown.id
				WHERE t.state = 'merged' AND t.related_id IS NOT NULL)
		SELECT id FROM shown ORDER BY id`, attachmentID).Scan(&ticketIDs).Error
	if err != nil {
		return nil, fmt.Errorf("tickets of a picture: %w", err)
	}
	return ticketIDs, nil
}

// shownBy gives the pictures of others that a ticket shows: its sisters', and those that the tickets show whose reports
// it has now.
const shownBy = `SELECT attachment_id FROM shared_pictures WHERE ticket_id = ?
	UNION SELECT s.attachment_id FROM reports r JOIN shared_pictures s ON s.ticket_id = r.origin_id
		WHERE r.ticket_id = ?`

// TicketAttachments returns what belongs to a ticket, by itself, through a message or as a sister's, oldest first.
func (tx *Tx) TicketAttachments(ticketID string) ([]models.Attachment, error) {
	var rows []models.Attachment
	err := tx.db().Where("ticket_id = ? OR message_id IN (SELECT id FROM messages WHERE ticket_id = ?) OR id IN ("+
		shownBy+")", ticketID, ticketID, ticketID, ticketID).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("attachments of ticket: %w", err)
	}
	return rows, nil
}

func (tx *Tx) attachments(where string, ids []string) ([]models.Attachment, error) {
	var rows []models.Attachment
	if len(ids) == 0 {
		return rows, nil
	}
	if err := tx.db().Where(where, ids).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	return rows, nil
}

// SaysPhoto tells whether something that was said to a conversation carries an attachment.
func (tx *Tx) SaysPhoto(conversationID, attachmentID string) (bool, error) {
	var n int64
	err := tx.db().Model(&models.Message{}).Where(`conversation_id = ? AND direction = 'out' AND args LIKE ?`,
		conversationID, `%"`+attachmentID+`"%`).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("photo of message: %w", err)
	}
	return n > 0, nil
}
