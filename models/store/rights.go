package store

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// Known is what we know of a reporter beside what they reported.
type Known struct {
	models.Reporter

	Channels []string // by which they have written or called
	Reports  int64
	Notices  []models.Notice
}

// KnownOf returns what we know of a reporter; their number is the one they gave us, or left with their last report.
func (tx *Tx) KnownOf(reporterID string) (k Known, err error) {
	if err := one(tx.db().Take(&k.Reporter, "id = ?", reporterID).Error); err != nil {
		return k, fmt.Errorf("reporter %s: %w", reporterID, err)
	}
	if k.Phone == "" {
		err = tx.db().Model(&models.Report{}).Where("reporter_id = ? AND phone <> ''", reporterID).
			Order("id DESC").Limit(1).Pluck("phone", &k.Phone).Error
	}
	err = errors.Join(
		err,
		tx.db().Model(&models.Address{}).Where("reporter_id = ?", reporterID).Distinct().Order("channel").
			Pluck("channel", &k.Channels).Error,
		tx.db().Model(&models.Report{}).Where("reporter_id = ?", reporterID).Count(&k.Reports).Error,
		tx.db().Where("reporter_id = ?", reporterID).Order("told_at, id").Find(&k.Notices).Error,
	)
	if err != nil {
		return k, fmt.Errorf("what is known of reporter %s: %w", reporterID, err)
	}
	return k, nil
}

// FirstReporter returns who reported a ticket first.
func (tx *Tx) FirstReporter(ticketID string) (string, error) {
	reports, err := tx.Reports(ticketID)
	if err == nil && len(reports) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("first reporter: %w", err)
	}
	return reports[0].ReporterID, nil
}

// Trust widens a reporter's limits, or narrows them again.
func (tx *Tx) Trust(reporterID string, trusted bool) error {
	err := tx.db().Exec("UPDATE reporters SET trusted = ? WHERE id = ?", trusted, reporterID).Error
	if err != nil {
		return fmt.Errorf("trust reporter: %w", err)
	}
	return nil
}

// AskErasure notes that a reporter is to be erased at an instant, and returns that instant: the first one that was
// asked for counts.
func (tx *Tx) AskErasure(reporterID string, at time.Time) (time.Time, error) {
	err := tx.db().Exec(`UPDATE reporters SET erase_at = ?, wake_at = ?, wakes = 0, epoch = epoch + 1
		WHERE id = ? AND erase_at IS NULL`, at, at, reporterID).Error
	var r models.Reporter
	if err == nil {
		err = one(tx.db().Take(&r, "id = ?", reporterID).Error)
	}
	if err != nil || r.EraseAt == nil {
		return at, fmt.Errorf("ask for erasure: %w", errors.Join(err, models.ErrNotFound))
	}
	tx.Wake(models.Wake{Kind: models.KindErase, ID: r.ID, Epoch: r.Epoch, At: *r.EraseAt})
	return *r.EraseAt, nil
}

// KeepReporter ends the erasing of a reporter; what is gone by then is gone.
func (tx *Tx) KeepReporter(reporterID string) error {
	err := tx.db().Exec(`UPDATE reporters SET erase_at = NULL, erased_at = NULL, wake_at = NULL, epoch = epoch + 1
		WHERE id = ?`, reporterID).Error
	if err != nil {
		return fmt.Errorf("keep reporter: %w", err)
	}
	return nil
}

// ErasureDue tells whether a reporter is to be erased now; one whose time has not come is asked for again then.
func (tx *Tx) ErasureDue(reporterID string) (bool, error) {
	var r models.Reporter
	err := one(tx.db().Clauses(forUpdate).Take(&r, "id = ?", reporterID).Error)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("erasure: %w", err)
	}
	switch {
	case r.EraseAt == nil:
		return false, tx.KeepReporter(reporterID)
	case r.EraseAt.After(tx.Now):
		return false, tx.EraseLater(reporterID, *r.EraseAt)
	default:
		return true, nil
	}
}

// EraseLater asks for the erasing of a reporter to go on at an instant.
func (tx *Tx) EraseLater(reporterID string, at time.Time) error {
	var w models.Wake
	err := tx.db().Raw(`UPDATE reporters SET wake_at = ?, wakes = 0, epoch = epoch + 1 WHERE id = ?
		RETURNING id, epoch`, at, reporterID).Scan(&w).Error
	if err != nil {
		return fmt.Errorf("erase later: %w", err)
	}
	w.Kind, w.At = models.KindErase, at
	tx.Wake(w)
	return nil
}

// EraseName forgets how a reporter is called and under which number, and asks for the rest at an instant.
func (tx *Tx) EraseName(reporterID string, then time.Time) error {
	err := tx.db().Exec(`UPDATE reporters SET name = '', phone = '', phone_proved_at = NULL, erased_at = ?
		WHERE id = ?`, tx.Now, reporterID).Error
	if err != nil {
		return fmt.Errorf("erase name: %w", err)
	}
	return tx.EraseLater(reporterID, then)
}

// over are the states in which nobody needs a reporter any more.
var over = []models.State{models.StateClosed, models.StateRejected, models.StateMerged, models.StateWithdrawn}

// TicketsToErase lists the tickets that are over and still say something of a reporter, by id.
func (tx *Tx) TicketsToErase(reporterID string) (ids []string, err error) {
	err = tx.db().Model(&models.Ticket{}).Where(`state IN ? AND id IN
		(SELECT ticket_id FROM reports WHERE reporter_id = ? AND words_salt <> '')`, over, reporterID).
		Order("id").Pluck("id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("tickets to erase: %w", err)
	}
	return ids, nil
}

// EvidenceOf lists what a reporter sent of a ticket, as far as it is kept.
func (tx *Tx) EvidenceOf(reporterID, ticketID string) ([]models.Attachment, error) {
	return tx.evidence(evidenceOf, reporterID, ticketID, ticketID)
}

// LooseEvidence lists what a reporter sent before an instant that belongs to no ticket.
func (tx *Tx) LooseEvidence(reporterID string, before time.Time) ([]models.Attachment, error) {
	return tx.evidence(looseEvidence, reporterID, before)
}

const (
	conversationsOf = "(SELECT id FROM conversations WHERE reporter_id = ?)"
	keptEvidence    = `kind = 'evidence' AND status <> '` + string(models.AttachmentErased) + `' AND `
	evidenceOf      = keptEvidence + `conversation_id IN ` + conversationsOf + ` AND
		(ticket_id = ? OR message_id IN (SELECT id FROM messages WHERE ticket_id = ?))`
	looseEvidence = keptEvidence + `conversation_id IN ` + conversationsOf + ` AND created_at < ? AND
		ticket_id IS NULL AND (message_id IS NULL OR message_id IN (SELECT id FROM messages WHERE ticket_id IS NULL))`
)

func (tx *Tx) evidence(where string, args ...any) (rows []models.Attachment, err error) {
	if err := tx.db().Where(where, args...).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return rows, nil
}

// Erasure is what is left of a reporter who asked to be erased.
type Erasure struct {
	Due           bool
	ErasedAt      *time.Time // all is gone but their addresses
	Open          int64      // tickets that are worked on, or may be reopened
	Unsent        int64      // parts of messages on their way
	Conversations []models.Conversation
}

// WroteSince tells whether the reporter has written since an instant.
func (e Erasure) WroteSince(at time.Time) bool {
	for _, c := range e.Conversations {
		if c.LastInteractionAt.After(at) {
			return true
		}
	}
	return false
}

// LockErasure takes a reporter's conversations and tells what is left to erase. It comes before all that a transaction
// locks of tickets.
func (tx *Tx) LockErasure(reporterID string) (e Erasure, err error) {
	err = tx.db().Clauses(forUpdate).Where("reporter_id = ?", reporterID).Order("id").Find(&e.Conversations).Error
	if err != nil {
		return e, fmt.Errorf("lock erasure: %w", err)
	}
	var r models.Reporter
	if err := one(tx.db().Clauses(forUpdate).Take(&r, "id = ?", reporterID).Error); err != nil {
		return e, fmt.Errorf("lock erasure: %w", err)
	}
	e.Due, e.ErasedAt = r.EraseAt != nil && !r.EraseAt.After(tx.Now), r.ErasedAt
	err = errors.Join(
		tx.db().Model(&models.Ticket{}).Where(`state NOT IN ? AND id IN
			(SELECT ticket_id FROM reports WHERE reporter_id = ?)`, over, reporterID).Count(&e.Open).Error,
		tx.db().Model(&models.Delivery{}).Where(`status IN ('queued', 'sending') AND address_id IN
			(SELECT id FROM reporter_addresses WHERE reporter_id = ?)`, reporterID).Count(&e.Unsent).Error,
	)
	if err != nil {
		return e, fmt.Errorf("lock erasure: %w", err)
	}
	return e, nil
}

// Erasures counts the reporters who asked to be erased and are not: all of them, and those whose time is over, who wait
// for open tickets.
func (tx *Tx) Erasures() (asked, waiting int64, err error) {
	q := tx.db().Model(&models.Reporter{}).Where("erase_at IS NOT NULL")
	err = errors.Join(
		q.Session(&gorm.Session{}).Count(&asked).Error,
		q.Session(&gorm.Session{}).Where("erase_at <= ?", tx.Now).Count(&waiting).Error,
	)
	if err != nil {
		return 0, 0, fmt.Errorf("erasures: %w", err)
	}
	return asked, waiting, nil
}
