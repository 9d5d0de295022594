package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// InsertTicket keeps a new ticket under a code that no other has.
func (tx *Tx) InsertTicket(t *models.Ticket) error {
	for range 10 {
		t.Code = models.NewCode()
		made := tx.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoNothing: true}).Create(t)
		if made.Error != nil {
			return fmt.Errorf("insert ticket: %w", made.Error)
		}
		if made.RowsAffected == 1 {
			return nil
		}
	}
	return fmt.Errorf("insert ticket: %w: no free code in ten tries", models.ErrConflict)
}

// LockTicket takes a ticket for this transaction. Several are taken in ascending order of id (design §4).
func (tx *Tx) LockTicket(id string) (models.Ticket, error) {
	var t models.Ticket
	if err := one(tx.db.Clauses(forUpdate).Take(&t, "id = ?", id).Error); err != nil {
		return t, fmt.Errorf("ticket %s: %w", id, err)
	}
	return t, nil
}

// SaveTicket keeps a ticket that was at version from; ErrConflict when it has moved on.
func (tx *Tx) SaveTicket(t *models.Ticket, from int64) error {
	t.Version, t.UpdatedAt = from+1, tx.Now
	res := tx.db.Model(&models.Ticket{}).Where("id = ? AND version = ?", t.ID, from).
		Select("*").Omit("ID", "Code", "CreatedAt").UpdateColumns(t)
	if res.Error != nil {
		return fmt.Errorf("save ticket %s: %w", t.Code, res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("save ticket %s: %w", t.Code, models.ErrConflict)
	}
	return nil
}

// AppendEvent keeps one event of a timeline and queues it for the feed.
func (tx *Tx) AppendEvent(e models.Event) error {
	if err := tx.db.Create(&e).Error; err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	return tx.queueForFeed(e.ID)
}

// InsertReport keeps one submission.
func (tx *Tx) InsertReport(r models.Report) error {
	if err := tx.db.Create(&r).Error; err != nil {
		return fmt.Errorf("insert report: %w", err)
	}
	return nil
}

// Reports returns the submissions that a ticket stands for, oldest first.
func (tx *Tx) Reports(ticketID string) ([]models.Report, error) {
	var rows []models.Report
	if err := tx.db.Where("ticket_id = ?", ticketID).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	return rows, nil
}

// Timeline returns the events of a ticket in order.
func (tx *Tx) Timeline(ticketID string) ([]models.Event, error) {
	var rows []models.Event
	if err := tx.db.Where("ticket_id = ?", ticketID).Order("seq").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("timeline: %w", err)
	}
	return rows, nil
}

// scoped limits a query on tickets to what an actor may know of.
func scoped(q *gorm.DB, who models.Actor) *gorm.DB {
	if who.Scope == "" {
		return q
	}
	return q.Where("tickets.department_id = ?", who.Scope)
}

// TicketByCode returns a ticket within the actor's scope; one outside it is ErrNotFound like one that never was.
func (tx *Tx) TicketByCode(who models.Actor, code string) (models.Ticket, error) {
	var t models.Ticket
	if err := one(scoped(tx.db, who).Take(&t, "code = ?", code).Error); err != nil {
		return t, fmt.Errorf("ticket %s: %w", code, err)
	}
	return t, nil
}

// TicketFilter narrows a list of tickets; empty fields do not.
type TicketFilter struct {
	States     []models.State
	Department string
	Category   string
	Area       string
	Overdue    bool
	After      string // id of the last ticket of the page before
	Limit      int    // at most 100
}

// Tickets lists tickets within the actor's scope, newest first.
func (tx *Tx) Tickets(who models.Actor, f TicketFilter) ([]models.Ticket, error) {
	q := scoped(tx.db, who)
	if len(f.States) > 0 {
		q = q.Where("state IN ?", f.States)
	}
	for column, value := range map[string]string{
		"department_id": f.Department, "category": f.Category, "area_code": f.Area,
	} {
		if value != "" {
			q = q.Where(clause.Eq{Column: column, Value: value})
		}
	}
	if f.Overdue {
		q = q.Where("closed_at IS NULL AND resolved_at IS NULL AND target_due < ?", tx.Now)
	}
	if f.After != "" {
		q = q.Where("id < ?", f.After)
	}
	var rows []models.Ticket
	if err := q.Order("id DESC").Limit(min(max(f.Limit, 1), 100)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("tickets: %w", err)
	}
	return rows, nil
}

// ReporterTickets lists the tickets a reporter has reported, newest first.
func (tx *Tx) ReporterTickets(reporterID string, limit int) ([]models.Ticket, error) {
	var rows []models.Ticket
	err := tx.db.Where("id IN (SELECT ticket_id FROM reports WHERE reporter_id = ?)", reporterID).
		Order("id DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("tickets of reporter: %w", err)
	}
	return rows, nil
}

// Ticket returns one ticket without regard to scope: for the bot and the clock.
func (tx *Tx) Ticket(id string) (models.Ticket, error) {
	var t models.Ticket
	if err := one(tx.db.Take(&t, "id = ?", id).Error); err != nil {
		return t, fmt.Errorf("ticket %s: %w", id, err)
	}
	return t, nil
}

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

// ReporterTicket returns a ticket by its code if this reporter has reported it, or ErrNotFound.
func (tx *Tx) ReporterTicket(reporterID, code string) (models.Ticket, error) {
	var t models.Ticket
	err := tx.db.Take(&t, "code = ? AND id IN (SELECT ticket_id FROM reports WHERE reporter_id = ?)",
		code, reporterID).Error
	if err = one(err); err != nil {
		return t, fmt.Errorf("ticket %s: %w", code, err)
	}
	return t, nil
}
