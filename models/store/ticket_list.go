package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// TicketFilter narrows a list of tickets; empty fields do not.
type TicketFilter struct {
	Open       bool // somebody still owes something
	States     []models.State
	Department string
	Assignee   string // the id of who has taken it on
	Category   string
	Area       string
	Phone      string // of who has reported it
	Overdue    bool
	DueBy      *time.Time
	Reopened   bool
	ToCall     bool // who telephoned is to be told the answer
	Search     models.Search
	ByDue      bool // nearest due first, without a due time last; else newest first
	After      TicketCursor
	Limit      int // at most 100
}

// TicketCursor is where a page of a list ended; the zero value is before the first. Due counts in a list by due time
// only: nil stands behind every time.
type TicketCursor struct {
	ID  string
	Due *time.Time
}

// String writes the cursor as addresses carry it.
func (c TicketCursor) String() string {
	if c.Due == nil {
		return c.ID
	}
	return strconv.FormatInt(c.Due.UnixMicro(), 10) + "_" + c.ID
}

// ParseTicketCursor reads what String wrote.
func ParseTicketCursor(text string) (c TicketCursor, ok bool) {
	due, id, timed := strings.Cut(text, "_")
	if !timed {
		id = text
	}
	if !models.ValidID(id) {
		return c, false
	}
	c.ID = id
	if !timed {
		return c, true
	}
	micros, err := strconv.ParseInt(due, 10, 64)
	const centuries = 1 << 57 // microseconds: more than 4,000 years, which both databases can hold
	if err != nil || micros < 0 || micros > centuries {
		return TicketCursor{}, false
	}
	at := time.UnixMicro(micros).UTC()
	c.Due = &at
	return c, true
}

// TicketCard is a ticket as a list shows it.
type TicketCard struct {
	models.Ticket

	DepartmentName string // empty: the hotline has it
	Calendar       string // of the department; empty: the city's
	AssigneeName   string // empty: nobody has taken it on
	Channel        string // by which it was reported first
	PhotoID        string // the first picture that residents sent, empty without one
}

// Cursor is where the list goes on behind this ticket.
func (c TicketCard) Cursor(byDue bool) TicketCursor {
	if byDue {
		return TicketCursor{ID: c.ID, Due: c.TargetDue}
	}
	return TicketCursor{ID: c.ID}
}

// Tickets lists tickets within the actor's scope.
func (tx *Tx) Tickets(who models.Actor, f TicketFilter) ([]models.Ticket, error) {
	var rows []models.Ticket
	err := tx.look(who, f, func(q *gorm.DB) (int, error) {
		err := q.Find(&rows).Error
		return len(rows), err
	})
	if err != nil {
		return nil, fmt.Errorf("tickets: %w", err)
	}
	return rows, nil
}

// TicketCards lists the same with what else a list shows of them.
func (tx *Tx) TicketCards(who models.Actor, f TicketFilter) ([]TicketCard, error) {
	var rows []TicketCard
	err := tx.look(who, f, func(q *gorm.DB) (int, error) {
		err := q.Table("tickets").Select(cardColumns).Find(&rows).Error
		return len(rows), err
	})
	if err != nil {
		return nil, fmt.Errorf("ticket cards: %w", err)
	}
	return rows, nil
}

const cardColumns = `tickets.*,
		coalesce((SELECT d.name FROM departments d WHERE d.id = tickets.department_id), '') AS department_name,
		coalesce((SELECT d.calendar FROM departments d WHERE d.id = tickets.department_id), '') AS calendar,
		coalesce((SELECT s.name FROM staff s WHERE s.id = tickets.assignee_id), '') AS assignee_name,
		coalesce((SELECT r.channel FROM reports r WHERE r.ticket_id = tickets.id
			ORDER BY r.created_at, r.id LIMIT 1), '') AS channel,
		coalesce(
			(SELECT CAST(a.id AS text) FROM messages m JOIN attachments a ON a.message_id = m.id
				WHERE m.ticket_id = tickets.id AND m.hidden_at IS NULL AND ` + evidence + ` ORDER BY a.id LIMIT 1),
			(SELECT CAST(a.id AS text) FROM attachments a
				WHERE a.ticket_id = tickets.id AND ` + evidence + ` ORDER BY a.id LIMIT 1),
			(SELECT CAST(a.id AS text) FROM shared_pictures s JOIN attachments a ON a.id = s.attachment_id
				WHERE (s.ticket_id = tickets.id OR s.ticket_id IN
						(SELECT r.origin_id FROM reports r WHERE r.ticket_id = tickets.id))
				AND ` + evidence + ` ORDER BY a.id LIMIT 1), '') AS photo_id`

const evidence = "a.kind = 'evidence' AND a.media = 'image' AND a.status = 'ready'"

// filtered is the query behind a list of tickets within the actor's scope.
func (tx *Tx) filtered(who models.Actor, f TicketFilter) *gorm.DB {
	q := tx.narrowed(who, f)
	if f.Assignee != "" {
		q = q.Where("tickets.assignee_id = ?", f.Assignee)
	}
	if f.Phone != "" {
		q = q.Where("tickets.id IN ("+reportedBy+")", f.Phone, f.Phone, models.ChannelPhone, phoneAccount)
	}
	if f.Overdue {
		q = q.Where(openTickets+" AND tickets.target_due < ?", tx.Now)
	}
	if f.DueBy != nil {
		q = q.Where("tickets.target_due <= ?", *f.DueBy)
	}
	if f.Reopened {
		q = q.Where("tickets.reopens > 0")
	}
	if f.ToCall {
		q = q.Where("tickets.to_call")
	}
	return page(q, f).Limit(min(max(f.Limit, 1), 100))
}

// narrowed are the tickets of an actor's scope, narrowed by state, department, type and area. What PostgreSQL's terms
// say the columns do not say again: it would multiply what always goes together.
func (tx *Tx) narrowed(who models.Actor, f TicketFilter) *gorm.DB {
	q := tx.db()
	if len(f.States) > 0 {
		q = q.Where("tickets.state IN ?", f.States)
	}
	if marks := tx.marks(who, f); marks != "" {
		return q.Where("tickets.terms @@ CAST(? AS tsquery)", marks)
	}
	q = scoped(q, who)
	if f.Open {
		q = q.Where(openTickets)
	}
	for column, value := range map[string]string{
		"tickets.department_id": f.Department, "tickets.category": f.Category, "tickets.area_code": f.Area,
	} {
		if value != "" {
			q = q.Where(clause.Eq{Column: column, Value: value})
		}
	}
	return q
}

// page puts a list in its order, behind its cursor.
func page(q *gorm.DB, f TicketFilter) *gorm.DB {
	after := f.After
	if !f.ByDue {
		if after.ID != "" {
			q = q.Where("tickets.id < ?", after.ID)
		}
		return q.Order("tickets.id DESC")
	}
	switch {
	case after.Due != nil:
		q = q.Where(`(tickets.target_due > ? OR tickets.target_due = ? AND tickets.id > ?
			OR tickets.target_due IS NULL)`, *after.Due, *after.Due, after.ID)
	case after.ID != "":
		q = q.Where("tickets.target_due IS NULL AND tickets.id > ?", after.ID)
	}
	return q.Order("tickets.target_due ASC NULLS LAST, tickets.id")
}
