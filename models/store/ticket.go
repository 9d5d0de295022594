package store

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// InsertTicket keeps a new ticket under a new code, to be found by so many words. A code that another ticket has fails
// the transaction, which then runs again.
func (tx *Tx) InsertTicket(t *models.Ticket, said string) error {
	t.Search = models.Fold(t.Address)
	t.Code = models.NewCode()
	return tx.add("tickets", &ticketRow{Ticket: *t, Said: saidWords{words: models.Fold(said)}})
}

// LockTicket takes a ticket within the actor's scope for this transaction. Several are taken in ascending order of id
// (design §4).
func (tx *Tx) LockTicket(who models.Actor, id string) (models.Ticket, error) {
	var t models.Ticket
	if err := one(scoped(tx.db().Clauses(forUpdate), who).Take(&t, "id = ?", id).Error); err != nil {
		return t, fmt.Errorf("ticket %s: %w", id, err)
	}
	return t, nil
}

// SaveTicket keeps a ticket that was at version from, to be found by the name of its type and by what its reports say
// now; ErrConflict when it has moved on.
func (tx *Tx) SaveTicket(t *models.Ticket, from int64, named string) error {
	t.Version, t.UpdatedAt, t.Search = from+1, tx.Now, models.Fold(t.Address)
	row := ticketRow{Ticket: *t, Said: saidWords{models.Fold(named), t.ID}}
	res := tx.db().Model(&ticketRow{}).Where("id = ? AND version = ?", t.ID, from).
		Select("*").Omit("ID", "Code", "CreatedAt").UpdateColumns(&row)
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
	if err := tx.add("ticket_events", &e); err != nil {
		return err
	}
	return tx.queueForFeed(e.ID)
}

// InsertReport keeps one submission.
func (tx *Tx) InsertReport(r models.Report) error {
	r.Search = models.Fold(r.Words + "\n" + r.Address)
	return tx.add("reports", &r)
}

// Reports returns the submissions that a ticket stands for, oldest first.
func (tx *Tx) Reports(ticketID string) ([]models.Report, error) {
	var rows []models.Report
	if err := tx.db().Where("ticket_id = ?", ticketID).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	return rows, nil
}

// Tracked returns the ticket and the submission behind a tracking token, or ErrNotFound.
func (tx *Tx) Tracked(token string) (t models.Ticket, r models.Report, err error) {
	if err := one(tx.db().Take(&r, "track_token = ? AND track_token <> ''", token).Error); err != nil {
		return t, r, fmt.Errorf("tracked report: %w", err)
	}
	t, err = tx.Ticket(r.TicketID)
	return t, r, err
}

// Timeline returns the events of a ticket in order.
func (tx *Tx) Timeline(ticketID string) ([]models.Event, error) {
	var rows []models.Event
	if err := tx.db().Where("ticket_id = ?", ticketID).Order("seq").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("timeline: %w", err)
	}
	return rows, nil
}

// scope is the department whose tickets alone an actor may know of, or whether there is no such limit. A colleague
// without a department may know of none.
func scope(who models.Actor) (department string, all bool) {
	if who.Kind != models.ActorStaff || who.Role.CityWide() {
		return "", true
	}
	return who.Scope, false
}

// scoped limits a query on tickets to what an actor may know of.
func scoped(q *gorm.DB, who models.Actor) *gorm.DB {
	switch department, all := scope(who); {
	case all:
		return q
	case department == "":
		return q.Where("1 = 0")
	default:
		return q.Where("tickets.department_id = ?", department)
	}
}

// TicketByCode returns a ticket within the actor's scope by its code as people write it; one outside it is ErrNotFound
// like one that never was.
func (tx *Tx) TicketByCode(who models.Actor, code string) (t models.Ticket, err error) {
	digits, ok := models.ParseCode(code)
	if !ok {
		return t, models.ErrNotFound
	}
	if err := one(scoped(tx.db(), who).Take(&t, "code = ?", digits).Error); err != nil {
		return t, fmt.Errorf("ticket %s: %w", digits, err)
	}
	return t, nil
}

// ReporterTickets lists the tickets a reporter has reported, newest first.
func (tx *Tx) ReporterTickets(reporterID string, limit int) ([]models.Ticket, error) {
	var rows []models.Ticket
	err := tx.db().
		Where("id IN (SELECT ticket_id FROM reports WHERE reporter_id = ? AND withdrawn_at IS NULL)", reporterID).
		Order("id DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("tickets of reporter: %w", err)
	}
	return rows, nil
}

// Ticket returns one ticket without regard to scope: for the bot and the clock.
func (tx *Tx) Ticket(id string) (models.Ticket, error) {
	var t models.Ticket
	if err := one(tx.db().Take(&t, "id = ?", id).Error); err != nil {
		return t, fmt.Errorf("ticket %s: %w", id, err)
	}
	return t, nil
}

// ReporterTicket returns a ticket by its code if this reporter reports it, or ErrNotFound. The code of one that was
// merged is as good as that of the ticket that has its reports now.
func (tx *Tx) ReporterTicket(reporterID, code string) (models.Ticket, error) {
	var t models.Ticket
	err := one(tx.db().Take(&t, "code = ?", code).Error)
	if err == nil {
		t, err = tx.Survivor(t)
	}
	if err == nil {
		err = one(tx.db().Take(&models.Report{}, "ticket_id = ? AND reporter_id = ? AND withdrawn_at IS NULL",
			t.ID, reporterID).Error)
	}
	if err != nil {
		return models.Ticket{}, fmt.Errorf("ticket %s: %w", code, err)
	}
	return t, nil
}

// InsertNote keeps a colleague's note.
func (tx *Tx) InsertNote(n models.Note) error {
	if err := tx.db().Create(&n).Error; err != nil {
		return fmt.Errorf("insert note: %w", err)
	}
	return nil
}

// Notes returns what colleagues wrote on a ticket, oldest first: also what has gone elsewhere with its reports, as its
// events speak of it, and what has come with those of others.
func (tx *Tx) Notes(ticketID string) ([]models.Note, error) {
	var rows []models.Note
	err := tx.db().Where("ticket_id = ? OR origin_id = ?", ticketID, ticketID).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("notes: %w", err)
	}
	return rows, nil
}

// InsertRating keeps a verdict; false when this reporter has judged this answer before.
func (tx *Tx) InsertRating(r models.Rating) (bool, error) {
	made := tx.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
	if made.Error != nil {
		return false, fmt.Errorf("insert rating: %w", made.Error)
	}
	return made.RowsAffected == 1, nil
}

// Rated returns the stars that a reporter gave to an answer; generation says how often the ticket was reopened before.
func (tx *Tx) Rated(ticketID, reporterID string, generation int) (stars int, found bool, err error) {
	rows := []models.Rating{}
	err = tx.db().Where("ticket_id = ? AND reporter_id = ? AND generation = ?", ticketID, reporterID, generation).
		Limit(1).Find(&rows).Error
	if err != nil {
		return 0, false, fmt.Errorf("rating: %w", err)
	}
	if len(rows) == 0 {
		return 0, false, nil
	}
	return rows[0].Stars, true, nil
}

// SaveReport keeps what a reporter corrected.
func (tx *Tx) SaveReport(r models.Report) error {
	r.Search = models.Fold(r.Words + "\n" + r.Address)
	err := tx.db().Model(&r).Select("Words", "WordsSalt", "Lat", "Lon", "Address", "Search").UpdateColumns(&r).Error
	if err != nil {
		return fmt.Errorf("save report: %w", err)
	}
	return nil
}
