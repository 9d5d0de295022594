package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// AskPoint asks for the point of a ticket's address to be looked up: anew where that was asked before, because the
// place is told otherwise now.
func (tx *Tx) AskPoint(ticketID string) error {
	wakeAt := tx.Now.Add(wakeAfter)
	// An instant counts up like any other epoch, and needs no look at what the row had before.
	row := models.Lookup{ID: ticketID, WakeAt: &wakeAt, Epoch: tx.Now.UnixMicro(), Wakes: 1, CreatedAt: tx.Now}
	tx.Wake(models.Wake{Kind: models.KindLocate, ID: row.ID, Epoch: row.Epoch})
	return tx.set("lookups", func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row)
	})
}

// TryLookup counts a try, also one that its worker does not survive; ok is false when nothing is asked of this ticket.
func (tx *Tx) TryLookup(ticketID string) (l models.Lookup, ok bool, err error) {
	rows := []models.Lookup{}
	err = tx.db().Raw("UPDATE lookups SET attempts = attempts + 1 WHERE id = ? RETURNING *", ticketID).
		Scan(&rows).Error
	if err != nil {
		return l, false, fmt.Errorf("try lookup: %w", err)
	}
	if len(rows) == 0 {
		return l, false, nil
	}
	return rows[0], true, nil
}

// DropLookup ends a lookup; false when it is over already, or was asked for anew since it was read.
func (tx *Tx) DropLookup(l models.Lookup) (bool, error) {
	res := tx.db().Exec("DELETE FROM lookups WHERE id = ? AND epoch = ?", l.ID, l.Epoch)
	if res.Error != nil {
		return false, fmt.Errorf("drop lookup: %w", res.Error)
	}
	return res.RowsAffected == 1, nil
}

// DelayLookup tries a lookup again after a while, unless it was asked for anew since it was read.
func (tx *Tx) DelayLookup(l models.Lookup, wait time.Duration) error {
	at := tx.Now.Add(wait)
	res := tx.db().Exec("UPDATE lookups SET wake_at = ?, epoch = epoch + 1, wakes = 0 WHERE id = ? AND epoch = ?",
		at, l.ID, l.Epoch)
	if res.Error != nil {
		return fmt.Errorf("delay lookup: %w", res.Error)
	}
	if res.RowsAffected == 1 {
		tx.Wake(models.Wake{Kind: models.KindLocate, ID: l.ID, Epoch: l.Epoch + 1, At: at})
	}
	return nil
}
