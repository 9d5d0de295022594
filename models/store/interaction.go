package store

import (
	"context"
	"fmt"

	"github.com/vticket/vticket/models"
)

// KeepInteractions keeps what was asked of platforms: one statement for all of them.
func (s *Store) KeepInteractions(ctx context.Context, rows []models.Interaction) error {
	if len(rows) == 0 {
		return nil
	}
	err := s.Tx(ctx, func(tx *Tx) error { return tx.db().Create(rows).Error })
	if err != nil {
		return fmt.Errorf("keep interactions: %w", err)
	}
	return nil
}

// PurgeInteractions deletes so many interactions, the oldest first, that are kept for too long; it returns how many
// there were.
func (tx *Tx) PurgeInteractions(limit int) (int, error) {
	res := tx.db().Exec(`DELETE FROM interactions WHERE id IN
		(SELECT id FROM interactions WHERE at < ? ORDER BY at LIMIT ?)`, tx.Now.Add(-models.InteractionsFor), limit)
	if res.Error != nil {
		return 0, fmt.Errorf("purge interactions: %w", res.Error)
	}
	return int(res.RowsAffected), nil
}

// SendLog is what became of one message: its deliveries in their order, and what was asked of platforms for them.
type SendLog struct {
	Message      models.Message
	Deliveries   []LoggedDelivery
	Interactions []models.Interaction // oldest first
}

// LoggedDelivery is a delivery and the channel by which it goes.
type LoggedDelivery struct {
	models.Delivery

	Channel string
}

// logLimit is how many interactions of one message are shown: the last ones.
const logLimit = 200

// SendLog returns what became of a message that was said about a ticket within the actor's scope; ErrNotFound for any
// other.
func (tx *Tx) SendLog(who models.Actor, code, messageID string) (log SendLog, err error) {
	if !models.ValidID(messageID) {
		return log, fmt.Errorf("send log: %w", models.ErrNotFound)
	}
	q := tx.db().Table("messages").Select("messages.*").Joins("JOIN tickets ON tickets.id = messages.ticket_id").
		Where("messages.id = ? AND messages.direction = 'out' AND tickets.code = ?", messageID, code)
	if err = one(scoped(q, who).Take(&log.Message).Error); err != nil {
		return log, fmt.Errorf("send log: %w", err)
	}
	err = tx.db().Table("deliveries d").Select("d.*, a.channel").
		Joins("JOIN reporter_addresses a ON a.id = d.address_id").Where("d.message_id = ?", messageID).
		Order("d.step, d.part").Scan(&log.Deliveries).Error
	if err != nil {
		return log, fmt.Errorf("deliveries of a message: %w", err)
	}
	last := tx.db().Model(&models.Interaction{}).
		Where("delivery_id IN (SELECT id FROM deliveries WHERE message_id = ?)", messageID).
		Order("at DESC, id DESC").Limit(logLimit)
	err = tx.db().Table("(?) AS last", last).Order("at, id").Find(&log.Interactions).Error
	if err != nil {
		return log, fmt.Errorf("interactions of a message: %w", err)
	}
	return log, nil
}
