package store_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// reader reads the feed on from where it stopped.
type reader struct {
	store *store.Store
	after int64
	seen  []string // event ids, in the order of the feed
}

func (r *reader) read(t *testing.T) {
	t.Helper()
	for {
		items, err := r.store.Feed(t.Context(), r.after, 7)
		if err != nil {
			t.Error(err)
			return
		}
		for _, item := range items {
			if item.Pos <= r.after {
				t.Errorf("positions are to grow; %d came after %d", item.Pos, r.after)
			}
			r.after = item.Pos
			r.seen = append(r.seen, item.Event.ID)
		}
		if len(items) == 0 {
			return
		}
	}
}

// head returns the id of the last event of a ticket.
func head(t *testing.T, s *store.Store, ticket models.Ticket) (id string) {
	t.Helper()
	within(t, s, func(tx *store.Tx) error {
		events, err := tx.Timeline(ticket.ID)
		id = events[len(events)-1].ID
		return err
	})
	return id
}

// TestFeedOfOverlappingTransactions lets the first of two writers commit last: the reader in between must neither
// pass over its event nor see the other's twice.
func TestFeedOfOverlappingTransactions(t *testing.T) {
	if !postgres(t) { // SQLite has one writer
		return
	}
	s := modelstest.Postgres(t, modelstest.NewClock(t, start).Now)
	first, second := submit(t, s), submit(t, s)
	r := &reader{store: s}
	r.read(t)
	for range 10 {
		inserted, commit, committed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			committed <- s.Tx(t.Context(), func(tx *store.Tx) error {
				if err := reopen(tx, &first, tx.Now); err != nil {
					return err
				}
				close(inserted)
				<-commit
				return nil
			})
		}()
		<-inserted
		within(t, s, func(tx *store.Tx) error { return reopen(tx, &second, tx.Now) })
		r.read(t)
		if got := r.seen[len(r.seen)-1]; got != head(t, s, second) {
			t.Errorf("what was committed is to be read while the other transaction is open; the last read is %s", got)
		}
		close(commit)
		if err := <-committed; err != nil {
			t.Fatal(err)
		}
		r.read(t)
		if got := r.seen[len(r.seen)-1]; got != head(t, s, first) {
			t.Errorf("what was inserted first and committed last is to be read last, not missed; the last read is %s", got)
		}
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(r.seen)))); n != 22 || len(r.seen) != 22 {
		t.Errorf("22 events are to be read once each; read %d, of them %d different", len(r.seen), n)
	}
}

func TestFeedUnderLoad(t *testing.T) {
	const writers, each = 8, 12
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		var writing atomic.Int32
		writing.Store(writers)
		r := &reader{store: s}
		together(writers+1, func(i int) {
			if i == writers {
				for writing.Load() > 0 {
					r.read(t)
				}
				return
			}
			defer writing.Add(-1)
			ticket := submit(t, s)
			for range each - 1 {
				within(t, s, func(tx *store.Tx) error { return reopen(tx, &ticket, tx.Now) })
			}
		})
		r.read(t)
		different := slices.Compact(slices.Sorted(slices.Values(r.seen)))
		if len(r.seen) != writers*each || len(different) != writers*each {
			t.Errorf("%d events are to be read once each; read %d, of them %d different", writers*each, len(r.seen), len(different))
		}
	})
}

// TestSweepEmptiesTheFeedQueue: nobody has to read the feed for its events to get their positions. The events of each
// ticket were numbered against the order of their ids, as by two replicas whose clocks differ.
func TestSweepEmptiesTheFeedQueue(t *testing.T) {
	if !postgres(t) { // SQLite has no queue
		return
	}
	const tickets = 1100
	s := modelstest.Postgres(t, modelstest.NewClock(t, start).Now)
	var later []string
	for range tickets {
		later = append(later, models.NewID())
	}
	within(t, s, func(tx *store.Tx) error {
		for i := range tickets {
			ticket := models.Ticket{
				ID: models.NewID(), State: models.StateAssigned, Priority: models.PriorityNormal, CreatedAt: tx.Now,
				UpdatedAt: tx.Now,
			}
			err := tx.InsertTicket(&ticket, "")
			for seq, id := range []string{models.NewID(), later[i]} {
				err = errors.Join(err, tx.AppendEvent(models.Event{
					ID: id, TicketID: ticket.ID, Seq: int64(seq + 1), Verb: models.VerbReopen,
					ActorKind: models.ActorSystem, At: tx.Now, Data: "{}",
				}))
			}
			if err = errors.Join(err, tx.DB().Error); err != nil {
				return err
			}
		}
		return nil
	})
	var left []int64
	for range 3 {
		sweep(t, s)
		left = append(left, count(t, s, "SELECT count(*) FROM feed_queue"))
	}
	if diff := cmp.Diff([]int64{200, 0, 0}, left); diff != "" {
		t.Errorf("a sweep takes the oldest 1,000 of 2,200 and what comes before them, the next the rest (-want +got):\n%s", diff)
	}
	items, err := s.Feed(t.Context(), 0, 2*tickets+1)
	seen := map[string]int64{}
	for i, item := range items {
		if item.Pos != int64(i+1) || item.Event.Seq != seen[item.Event.TicketID]+1 {
			t.Fatalf("event %d of %s is at %d, after its event %d", item.Event.Seq, item.Event.TicketID, item.Pos,
				seen[item.Event.TicketID])
		}
		seen[item.Event.TicketID]++
	}
	if len(items) != 2*tickets || err != nil {
		t.Errorf("%d events are in the feed, want %d: %v", len(items), 2*tickets, err)
	}
}

func TestOneTimeline(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		t.Run("the feed keeps its order", func(t *testing.T) {
			// A transaction that began earlier may get the ticket's lock later: instants go back while numbers go on.
			ticket := submit(t, s)
			for i := range 3 {
				within(t, s, func(tx *store.Tx) error { return reopen(tx, &ticket, tx.Now.Add(-time.Duration(i)*time.Second)) })
			}
			items, err := s.Feed(t.Context(), 0, 10)
			var got []int64
			for _, item := range items {
				got = append(got, item.Event.Seq)
			}
			if diff := cmp.Diff([]int64{1, 2, 3, 4}, got); diff != "" || err != nil {
				t.Errorf("the feed is to bring a ticket's events in the order of their numbers (-want +got):\n%s%v", diff, err)
			}
		})
		t.Run("an old version is refused", func(t *testing.T) {
			ticket := submit(t, s)
			stale := ticket
			within(t, s, func(tx *store.Tx) error { return reopen(tx, &ticket, tx.Now) })
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				stale.Category = "pothole"
				return tx.SaveTicket(&stale, 1, "")
			})
			if !errors.Is(err, models.ErrConflict) {
				t.Errorf("saving over version 2 what was read at version 1 is to be ErrConflict; got %v", err)
			}
			if n := count(t, s, "SELECT count(*) FROM tickets WHERE version = 2 AND category = '' AND reopens = 1"); n != 1 {
				t.Error("the refused change must leave the row alone")
			}
		})
	})
}
