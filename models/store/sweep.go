package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vticket/vticket/models"
)

// sweepable lists the tables whose rows ask for work by wake_at, and the kind of task that does it.
var sweepable = []struct{ table, kind string }{
	{"inbox_events", models.KindConverse},
	{"drafts", models.KindSettle},
	{"reporter_addresses", models.KindDeliver},
	{"timers", models.KindFire},
	{"attachments", models.KindFetch},
	{"conversations", models.KindReturn},
	{"reporters", models.KindErase},
	{"lookups", models.KindLocate},
}

const sweepLimit = 2000

// Sweep claims the rows that are due, so that no two sweeps bring the same row, and returns what to ring. It is what
// makes the bell dispensable: whatever Redis lost or a dead process left is found here. A row that was asked for
// before and is still not done gets a new epoch, because its old task may be stuck under the old name; each further
// asking waits twice as long, from 20 s to 5 min. It also gives positions to what waits for the feed.
func (s *Store) Sweep(ctx context.Context) ([]models.Wake, error) {
	var wakes []models.Wake
	for _, t := range sweepable {
		var rows []models.Wake
		err := s.Tx(ctx, func(tx *Tx) error {
			var err error
			rows, err = tx.claim(t.table)
			return err
		})
		if err != nil {
			return wakes, fmt.Errorf("sweep %s: %w", t.table, err)
		}
		for _, row := range rows {
			row.Kind = t.kind
			wakes = append(wakes, row)
		}
	}
	return wakes, s.sequence(ctx)
}

func (tx *Tx) claim(table string) ([]models.Wake, error) {
	lock, when := "", "?"
	if tx.postgres { // which takes an argument inside CASE for text unless told
		lock, when = " FOR NO KEY UPDATE SKIP LOCKED", "?::timestamptz"
	}
	at := func(wait time.Duration) time.Time { return tx.Now.Add(wait) }
	var wakes []models.Wake
	err := tx.db().Raw("UPDATE "+table+` SET epoch = epoch + CASE WHEN wakes > 0 THEN 1 ELSE 0 END, wakes = wakes + 1,
		wake_at = CASE WHEN wakes <= 1 THEN `+when+` WHEN wakes = 2 THEN `+when+` WHEN wakes = 3 THEN `+when+`
			WHEN wakes = 4 THEN `+when+` ELSE `+when+` END
		WHERE id IN (SELECT id FROM `+table+` WHERE wake_at <= ? ORDER BY wake_at LIMIT ?`+lock+`)
		RETURNING id, epoch`,
		at(wakeAfter), at(2*wakeAfter), at(4*wakeAfter), at(8*wakeAfter), at(5*time.Minute),
		tx.Now, sweepLimit).Scan(&wakes).Error
	return wakes, err
}

// Rearm gives a row a new epoch and asks for it in a minute: its task has failed for good under the old name.
func (s *Store) Rearm(ctx context.Context, kind, id string) error {
	for _, t := range sweepable {
		if t.kind != kind {
			continue
		}
		return s.Tx(ctx, func(tx *Tx) error {
			return tx.db().Exec("UPDATE "+t.table+` SET epoch = epoch + 1, wake_at = ?
				WHERE id = ? AND wake_at IS NOT NULL`, tx.Now.Add(time.Minute), id).Error
		})
	}
	return nil
}
