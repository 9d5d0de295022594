package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// feedLock is the advisory lock under which PostgreSQL gives out positions; any constant of our own does.
const feedLock = 0x7654_6665_6564

// FeedItem is an event at its place in the order of commits.
type FeedItem struct {
	Pos   int64
	Event models.Event
}

func (tx *Tx) queueForFeed(eventID string) error {
	query := "INSERT INTO feed (pos, event_id) SELECT coalesce(max(pos), 0) + 1, ? FROM feed"
	if tx.postgres {
		// Transactions commit in another order than they insert: a sequencer gives the positions afterwards.
		query = "INSERT INTO feed_queue (event_id) VALUES (?)"
	}
	return tx.later("feed", func(db *gorm.DB) *gorm.DB { return db.Exec(query, eventID) })
}

// Feed returns at most limit events after a position. Whoever reads on from the last position it saw misses none
// and sees none twice, however the transactions that made them overlapped.
func (s *Store) Feed(ctx context.Context, after int64, limit int) ([]FeedItem, error) {
	if err := s.sequence(ctx); err != nil {
		return nil, err
	}
	var items []FeedItem
	err := s.Read(ctx, func(tx *Tx) error {
		var rows []struct {
			Pos int64
			models.Event
		}
		err := tx.db().Raw(`SELECT f.pos, e.* FROM feed f JOIN ticket_events e ON e.id = f.event_id
			WHERE f.pos > ? ORDER BY f.pos LIMIT ?`, after, limit).Scan(&rows).Error
		for _, row := range rows {
			items = append(items, FeedItem{Pos: row.Pos, Event: row.Event})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	return items, nil
}

// feedBatch is how many queued events get their positions at once.
const feedBatch = 1000

// sequence gives some of what is queued its positions; nothing to do is found out without the lock. Whatever was
// committed is queued or in the feed: an empty queue hides nothing from who reads the feed next.
func (s *Store) sequence(ctx context.Context) error {
	if !s.postgres {
		return nil
	}
	var queued bool
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.db().Raw("SELECT EXISTS (SELECT 1 FROM feed_queue)").Scan(&queued).Error
	})
	if err == nil && queued {
		err = s.Tx(ctx, (*Tx).sequence)
	}
	if err != nil {
		return fmt.Errorf("sequence feed: %w", err)
	}
	return nil
}

// sequence moves the oldest that is queued into the feed, with all that is queued of the same tickets before it: a
// ticket's events keep their order. The lock is held until COMMIT, so positions grow in commit order.
func (tx *Tx) sequence() error {
	if err := tx.db().Exec("SELECT pg_advisory_xact_lock(?)", feedLock).Error; err != nil {
		return err
	}
	// A transaction that began earlier may get a ticket's lock later: the instants of a timeline may go back, its
	// numbers do not.
	return tx.db().Exec(`WITH oldest AS (
			SELECT e.ticket_id, max(e.seq) AS seq
			FROM (SELECT event_id FROM feed_queue ORDER BY event_id LIMIT ?) q JOIN ticket_events e ON e.id = q.event_id
			GROUP BY e.ticket_id),
		due AS (
			SELECT e.id FROM oldest JOIN ticket_events e ON e.ticket_id = oldest.ticket_id AND e.seq <= oldest.seq),
		taken AS (DELETE FROM feed_queue WHERE event_id IN (SELECT id FROM due) RETURNING event_id), placed AS (
			SELECT e.id, e.ticket_id, e.seq, max(e.at) OVER (PARTITION BY e.ticket_id ORDER BY e.seq) AS at
			FROM taken JOIN ticket_events e ON e.id = taken.event_id)
		INSERT INTO feed (pos, event_id)
		SELECT (SELECT coalesce(max(pos), 0) FROM feed) + row_number() OVER (ORDER BY at, ticket_id, seq), id
		FROM placed`, feedBatch).Error
}
