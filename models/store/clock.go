package store

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// StartClocks keeps the clocks and the timers of a new ticket. Timers get their ids here.
func (tx *Tx) StartClocks(clocks []models.Clock, timers []models.Timer) error {
	for i := range clocks {
		clocks[i].ID, clocks[i].Version = models.NewID(), 1
	}
	if err := tx.add("clocks", &clocks); err != nil || len(timers) == 0 {
		return err
	}
	for i := range timers {
		t := &timers[i]
		t.ID, t.Generation, t.WakeAt, t.Epoch = models.NewID(), 1, &t.DueAt, 1
		tx.Wake(models.Wake{Kind: models.KindFire, ID: t.ID, Epoch: t.Epoch, At: t.DueAt})
	}
	return tx.add("timers", &timers)
}

// SaveClock keeps a clock of a ticket, one of each kind.
func (tx *Tx) SaveClock(c *models.Clock) error {
	if c.ID == "" {
		c.ID = models.NewID()
	}
	c.Version++
	if err := tx.db().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "ticket_id"}, {Name: "kind"}}, UpdateAll: true,
	}).Create(c).Error; err != nil {
		return fmt.Errorf("save clock %s: %w", c.Kind, err)
	}
	return nil
}

// Clocks returns the clocks of a ticket by kind.
func (tx *Tx) Clocks(ticketID string) (map[models.ClockKind]models.Clock, error) {
	var rows []models.Clock
	if err := tx.db().Where("ticket_id = ?", ticketID).Find(&rows).Error; err != nil {
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
	return tx.ArmTimers(ticketID, map[models.TimerKind]time.Time{kind: due})
}

// ArmTimers is ArmTimer for several kinds, in one statement.
func (tx *Tx) ArmTimers(ticketID string, due map[models.TimerKind]time.Time) error {
	if len(due) == 0 {
		return nil
	}
	var rows []string
	var args []any
	for kind, at := range due {
		rows = append(rows, "(?, ?, ?, ?, 1, ?, 1, 0)")
		args = append(args, models.NewID(), ticketID, kind, at, at)
	}
	var armed []models.Timer
	err := tx.db().Raw(`INSERT INTO timers (id, ticket_id, kind, due_at, generation, wake_at, epoch, wakes)
		VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT (ticket_id, kind) DO UPDATE SET due_at = excluded.due_at, generation = timers.generation + 1,
		fired_at = NULL, cancelled_at = NULL, wake_at = excluded.wake_at, epoch = timers.epoch + 1, wakes = 0
		RETURNING id, kind, epoch`, args...).Scan(&armed).Error
	if err != nil {
		return fmt.Errorf("arm timers: %w", err)
	}
	for _, t := range armed {
		tx.Wake(models.Wake{Kind: models.KindFire, ID: t.ID, Epoch: t.Epoch, At: due[t.Kind]})
	}
	return nil
}

// CancelTimers stops timers of a ticket that have not fired: the named kinds, or all.
func (tx *Tx) CancelTimers(ticketID string, kinds ...models.TimerKind) error {
	q := tx.db().Model(&models.Timer{}).Where("ticket_id = ? AND fired_at IS NULL AND cancelled_at IS NULL", ticketID)
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
	if err := one(tx.db().Take(&t, "id = ?", id).Error); err != nil {
		return t, fmt.Errorf("timer %s: %w", id, err)
	}
	return t, nil
}

// FireTimer marks a timer as fired if this generation has not fired, was not cancelled and is due; of many who try
// at once one gets true.
func (tx *Tx) FireTimer(t models.Timer) (bool, error) {
	res := tx.db().Exec(`UPDATE timers SET fired_at = ?, wake_at = NULL
		WHERE id = ? AND generation = ? AND fired_at IS NULL AND cancelled_at IS NULL AND due_at <= ?`,
		tx.Now, t.ID, t.Generation, tx.Now)
	if res.Error != nil {
		return false, fmt.Errorf("fire timer: %w", res.Error)
	}
	return res.RowsAffected == 1, nil
}
