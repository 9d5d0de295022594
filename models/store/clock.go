package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// SaveClock keeps a clock of a ticket, one of each kind.
func (tx *Tx) SaveClock(c *models.Clock) error {
	if c.ID == "" {
		c.ID = models.NewID()
	}
	c.Version++
	if err := tx.db.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "ticket_id"}, {Name: "kind"}}, UpdateAll: true,
	}).Create(c).Error; err != nil {
		return fmt.Errorf("save clock %s: %w", c.Kind, err)
	}
	return nil
}

// Clocks returns the clocks of a ticket by kind.
func (tx *Tx) Clocks(ticketID string) (map[models.ClockKind]models.Clock, error) {
	var rows []models.Clock
	if err := tx.db.Where("ticket_id = ?", ticketID).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("clocks: %w", err)
	}
	clocks := make(map[models.ClockKind]models.Clock, len(rows))
	for _, c := range rows {
		clocks[c.Kind] = c
	}
	return clocks, nil
}

// ArmTimer sets the timer of a kind for an instant, replacing what it was set for; the generation tells an old
// firing from a new one.
func (tx *Tx) ArmTimer(ticketID string, kind models.TimerKind, due time.Time) error {
	var w models.Wake
	err := tx.db.Raw(`INSERT INTO timers (id, ticket_id, kind, due_at, generation, wake_at, epoch, wakes)
		VALUES (?, ?, ?, ?, 1, ?, 1, 0)
		ON CONFLICT (ticket_id, kind) DO UPDATE SET due_at = excluded.due_at, generation = timers.generation + 1,
		fired_at = NULL, cancelled_at = NULL, wake_at = excluded.wake_at, epoch = timers.epoch + 1, wakes = 0
		RETURNING id, epoch`, models.NewID(), ticketID, kind, due, due).Scan(&w).Error
	if err != nil {
		return fmt.Errorf("arm timer %s: %w", kind, err)
	}
	w.Kind, w.At = models.KindFire, due
	tx.Wake(w)
	return nil
}

// CancelTimers stops timers of a ticket that have not fired: the named kinds, or all.
func (tx *Tx) CancelTimers(ticketID string, kinds ...models.TimerKind) error {
	q := tx.db.Model(&models.Timer{}).Where("ticket_id = ? AND fired_at IS NULL AND cancelled_at IS NULL", ticketID)
	if len(kinds) > 0 {
		q = q.Where("kind IN ?", kinds)
	}
	if err := q.UpdateColumns(map[string]any{"cancelled_at": tx.Now, "wake_at": nil}).Error; err != nil {
		return fmt.Errorf("cancel timers: %w", err)
	}
	return nil
}

// Timer returns one timer, or ErrNotFound.
func (tx *Tx) Timer(id string) (models.Timer, error) {
	var t models.Timer
	if err := one(tx.db.Take(&t, "id = ?", id).Error); err != nil {
		return t, fmt.Errorf("timer %s: %w", id, err)
	}
	return t, nil
}

// FireTimer marks a timer as fired if this generation has not fired, was not cancelled and is due; of many who try
// at once one gets true.
func (tx *Tx) FireTimer(t models.Timer) (bool, error) {
	res := tx.db.Exec(`UPDATE timers SET fired_at = ?, wake_at = NULL
		WHERE id = ? AND generation = ? AND fired_at IS NULL AND cancelled_at IS NULL AND due_at <= ?`,
		tx.Now, t.ID, t.Generation, tx.Now)
	if res.Error != nil {
		return false, fmt.Errorf("fire timer: %w", res.Error)
	}
	return res.RowsAffected == 1, nil
}
