package store

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// SimilarFilter says where tickets of the same thing may be found. Whoever asks measures and decides: the database
// gives all that can be meant.
type SimilarFilter struct {
	models.Clue

	Metres    float64   // around the clue's point
	From, To  time.Time // when they were made
	Answered  time.Time // those that have their answer: since when
	Addresses []string  // folded, as they may have been written
	AnyType   bool      // pictures may show the same under another type
}

// SimilarRow is a ticket that may be meant.
type SimilarRow struct {
	models.Ticket
	Mine bool // one of the clue's reporters reports it
}

// similarLimit is how many tickets are looked at, those of the same type first.
const similarLimit = 200

// SimilarTickets returns the tickets within the actor's scope that may be about the same thing: by a point in a box
// around it, by their reporters, or by the words of the address.
func (tx *Tx) SimilarTickets(who models.Actor, f SimilarFilter) ([]SimilarRow, error) {
	meant := tx.meant(f)
	if meant == nil {
		return nil, nil
	}
	q := scoped(tx.db(), who).Table("tickets").
		Select(`tickets.*, EXISTS (SELECT 1 FROM reports r WHERE r.ticket_id = tickets.id AND r.withdrawn_at IS NULL
			AND r.reporter_id IN ?) AS mine`, f.Reporters).
		Where("tickets.id IN (?)", meant).
		Where("tickets.created_at BETWEEN ? AND ?", f.From, f.To).
		Where(`(tickets.state IN ('new', 'assigned', 'in_progress', 'waiting')
			OR tickets.state IN ('resolved', 'closed') AND coalesce(tickets.closed_at, tickets.resolved_at) >= ?)`,
			f.Answered)
	if f.Except != "" {
		q = q.Where("tickets.id <> ?", f.Except)
	}
	if !f.AnyType {
		q = q.Where("tickets.category = ?", f.Category)
	}
	var rows []SimilarRow
	err := q.Order(clause.OrderBy{
		Expression: gorm.Expr("CASE WHEN tickets.category = ? THEN 0 ELSE 1 END, tickets.id DESC", f.Category),
	}).Limit(similarLimit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("similar tickets: %w", err)
	}
	return rows, nil
}

// meant gives the ids of tickets that are near, of the same reporters or of the same address, each by its own index;
// nil when nothing is known to look by.
func (tx *Tx) meant(f SimilarFilter) *gorm.DB {
	var ways []string
	var args []any
	if f.Lat != nil && f.Lon != nil {
		up := f.Metres / models.MetresPerDegree
		aside := up / max(math.Cos(*f.Lat*math.Pi/180), 0.01)
		ways = append(ways, "SELECT id FROM tickets WHERE lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?")
		args = append(args, *f.Lat-up, *f.Lat+up, *f.Lon-aside, *f.Lon+aside)
	}
	if len(f.Reporters) > 0 {
		ways = append(ways, "SELECT ticket_id FROM reports WHERE reporter_id IN ? AND withdrawn_at IS NULL")
		args = append(args, f.Reporters)
	}
	if len(f.Addresses) > 0 {
		ways = append(ways, "SELECT id FROM tickets WHERE substr(search, 1, 120) IN ? AND search <> ''")
		args = append(args, f.Addresses)
	}
	if len(ways) == 0 {
		return nil
	}
	return tx.db().Raw(strings.Join(ways, " UNION "), args...)
}

// Picture is a picture that residents sent for a ticket.
type Picture struct {
	ID       string
	TicketID string
	DHash    int64 `gorm:"column:dhash"`
}

// TicketPictures returns the pictures that residents sent for some tickets and did not take back, oldest first.
func (tx *Tx) TicketPictures(ticketIDs []string) (rows []Picture, err error) {
	if len(ticketIDs) == 0 {
		return nil, nil
	}
	err = tx.db().Raw(`SELECT a.id, a.ticket_id, a.dhash FROM attachments a WHERE a.ticket_id IN ? AND `+evidence+`
		UNION ALL SELECT a.id, m.ticket_id, a.dhash FROM messages m JOIN attachments a ON a.message_id = m.id
			WHERE m.ticket_id IN ? AND m.hidden_at IS NULL AND `+evidence+` ORDER BY 1`,
		ticketIDs, ticketIDs).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("pictures of tickets: %w", err)
	}
	return rows, nil
}

// Survivor follows a merged ticket to the one that has its reports now; any other is its own.
func (tx *Tx) Survivor(t models.Ticket) (models.Ticket, error) {
	for range 10 { // merged again and again: nobody does it more often
		if t.State != models.StateMerged || t.RelatedID == nil {
			break
		}
		var err error
		if t, err = tx.Ticket(*t.RelatedID); err != nil {
			return t, err
		}
	}
	return t, nil
}

// moved are the tables whose rows go with a ticket's reports. The pictures that it shows of others stay: see shownBy.
var moved = []string{"reports", "messages", "attachments", "notes"}

// MoveReports gives the reports of a ticket to another one, with all that was said, noted and shown of it; each
// remembers the ticket that it was made for.
func (tx *Tx) MoveReports(from, to string) error {
	for _, table := range moved {
		err := tx.set(table, func(db *gorm.DB) *gorm.DB {
			return db.Exec("UPDATE "+table+" SET ticket_id = ?, origin_id = coalesce(origin_id, ?) WHERE ticket_id = ?",
				to, from, from)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Origins lists the tickets whose reports came to a ticket when another one was merged into it: that one, and those
// that had been merged into that before.
func (tx *Tx) Origins(ticketID, through string) (ids []string, err error) {
	err = tx.db().Raw(`WITH RECURSIVE way(origin, at_id) AS (
			SELECT origin_id, origin_id FROM reports WHERE ticket_id = ? AND origin_id IS NOT NULL
			UNION SELECT way.origin, t.related_id FROM way JOIN tickets t ON t.id = way.at_id
				WHERE t.state = 'merged' AND t.id <> ?)
		SELECT origin FROM way WHERE at_id = ?`, ticketID, through, through).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("origins of reports: %w", err)
	}
	return ids, nil
}

// ReturnReports gives a ticket back what came to another one with it, of these origins, and is still there. What is its
// own forgets where it was; the rest remembers for which ticket it was made.
func (tx *Tx) ReturnReports(from, to string, origins []string) error {
	for _, table := range moved {
		err := tx.set(table, func(db *gorm.DB) *gorm.DB {
			return db.Exec("UPDATE "+table+" SET ticket_id = ?, origin_id = nullif(origin_id, ?)"+
				" WHERE ticket_id = ? AND origin_id IN ?", to, to, from, origins)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// JudgeReport keeps what a reporter says of an answer, or that they take their report back.
func (tx *Tx) JudgeReport(r models.Report) error {
	return tx.set("reports", func(db *gorm.DB) *gorm.DB {
		return db.Model(&r).Select("WithdrawnAt", "Verdict", "VerdictRound").UpdateColumns(&r)
	})
}

// TicketCodes returns the codes of tickets within the actor's scope, by id.
func (tx *Tx) TicketCodes(who models.Actor, ids []string) (map[string]string, error) {
	codes := map[string]string{}
	if len(ids) == 0 {
		return codes, nil
	}
	var rows []struct{ ID, Code string }
	err := scoped(tx.db(), who).Table("tickets").Select("id, code").Where("id IN ?", ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("codes of tickets: %w", err)
	}
	for _, row := range rows {
		codes[row.ID] = row.Code
	}
	return codes, nil
}
