package store_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// inbox returns an inbox that nobody empties before work is called.
func inbox(t *testing.T, s *store.Store) (b *store.Inbox, work func()) {
	t.Helper()
	b = store.NewInbox(s)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	began := false
	t.Cleanup(func() {
		stop()
		if began {
			<-done
		}
	})
	return b, func() {
		began = true
		go func() {
			defer close(done)
			b.Run(ctx)
		}()
	}
}

func TestInboxKeepsOneEventOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		b, work := inbox(t, s)
		work()
		together(16, func(int) {
			if err := b.Put(t.Context(), event("one")); err != nil {
				t.Errorf("a repeat of an event is no failure: %v", err)
			}
		})
		if n := count(t, s, "SELECT count(*) FROM inbox_events"); n != 1 {
			t.Errorf("16 Puts of one event are to leave 1 row, there are %d", n)
		}
	})
}

func TestInboxTellsWhatIsNew(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		b, work := inbox(t, s)
		work()
		for i, tt := range []struct {
			events []models.InboxEvent
			want   bool
		}{
			{nil, true},
			{[]models.InboxEvent{event("one"), event("two")}, true},
			{[]models.InboxEvent{event("one")}, false},
			{[]models.InboxEvent{event("three"), event("two")}, false},
			{[]models.InboxEvent{event("four"), event("four")}, false},
		} {
			if fresh, err := b.PutNew(t.Context(), tt.events...); err != nil || fresh != tt.want {
				t.Errorf("put %d is all new: %t, %v; want %t", i, fresh, err, tt.want)
			}
		}
	})
}

func TestInboxSetsRefusedRowApart(t *testing.T) {
	nul, id := event("nul"), event("no id")
	nul.Sender, id.ID = "l\x00an", "not a uuid"
	for name, tt := range map[string]struct {
		puts     [][]models.InboxEvent
		wantRows int64
	}{
		"a refused row among other callers": {[][]models.InboxEvent{{event("a")}, {nul}, {event("b")}, {id}, {event("c")}}, 3},
		"a refused row among its caller's":  {[][]models.InboxEvent{{event("a"), nul, event("b"), id}, {event("c")}}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
				t.Helper()
				if !s.Postgres() { // refuses neither by itself
					exec(t, s, `CREATE TRIGGER refuse BEFORE INSERT ON inbox_events
						WHEN instr(new.sender, char(0)) > 0 OR length(new.id) <> 36 BEGIN SELECT RAISE(ABORT, 'refused'); END`)
				}
				b, work := inbox(t, s)
				results := make([]error, len(tt.puts))
				var queued atomic.Int32
				go func() { // all callers wait before the first is served, so that they share a batch
					for b.Waiting() < len(tt.puts) && queued.Add(1) < 1000 {
						time.Sleep(time.Millisecond)
					}
					work()
				}()
				together(len(tt.puts), func(i int) { results[i] = b.Put(t.Context(), tt.puts[i]...) })
				for i, events := range tt.puts {
					refused := false
					for _, e := range events {
						refused = refused || e.ID == nul.ID || e.ID == id.ID
					}
					if (results[i] != nil) != refused || refused && !errors.Is(results[i], store.ErrUnavailable) {
						t.Errorf("Put %d has a refused row: %t; it gave %v", i, refused, results[i])
					}
				}
				if n := count(t, s, "SELECT count(*) FROM inbox_events"); n != tt.wantRows {
					t.Errorf("the neighbours of a refused row are to be kept: %d rows, want %d", n, tt.wantRows)
				}
			})
		})
	}
}

func TestInboxSaysWhenTheDatabaseStops(t *testing.T) {
	clock := modelstest.NewClock(t, start)
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		stop, resume := lockedUp(t, s)
		if s.Postgres() {
			s, stop, resume = behindGate(t, clock.Now)
		}
		b, work := inbox(t, s)
		work()
		stop()
		began := time.Now()
		err := b.Put(t.Context(), event("late"))
		if took := time.Since(began); !errors.Is(err, store.ErrUnavailable) || took > 1700*time.Millisecond {
			t.Errorf("a stopped database is to give ErrUnavailable within 1.5 s; it gave %v after %v", err, took)
		}
		resume()
		for range 50 { // a pool may need a moment to find its dead connections
			if err = b.Put(t.Context(), event("late")); err == nil {
				break
			}
		}
		if n := count(t, s, "SELECT count(*) FROM inbox_events"); err != nil || n != 1 {
			t.Errorf("once the database is back the repeat is kept, once; there are %d rows, %v", n, err)
		}
	})
}

// lockedUp stops an SQLite database by a transaction that keeps the writer.
func lockedUp(t *testing.T, s *store.Store) (stop, resume func()) {
	t.Helper()
	held, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	return func() {
			go func() {
				defer close(ended)
				_ = s.Tx(context.Background(), func(*store.Tx) error {
					close(held)
					<-end
					return nil
				})
			}()
			<-held
		}, func() {
			close(end)
			<-ended
		}
}

func TestInboxRingsOncePerConversation(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		bells := make(chan []models.Wake, 8)
		s.OnCommit = func(_ context.Context, wakes []models.Wake) { bells <- wakes }
		b, work := inbox(t, s)
		work()
		other := event("third")
		other.Sender = "minh"
		together(4, func(i int) { // an album comes as so many requests
			if err := b.Put(t.Context(), event("part "+strconv.Itoa(i)), event("first"), other); err != nil {
				t.Errorf("part %d: %v", i, err)
			}
		})
		select {
		case wakes := <-bells:
			if len(wakes) != 2 {
				t.Errorf("what two people send at once rings once for each of them, not %d times: %v", len(wakes), wakes)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("what was committed is to be rung for after the pause")
		}
	})
}

func TestInstantsAreKeptAsMicroseconds(t *testing.T) {
	saigon := time.FixedZone("+07", 7*3600)
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		b, work := inbox(t, s)
		work()
		e := event("instant")
		e.OccurredAt = time.Date(2026, 3, 6, 16, 30, 59, 123_456_789, saigon)
		if err := b.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		within(t, s, func(tx *store.Tx) error {
			got, err := tx.InboxEvent(e.ID)
			if want := e.OccurredAt.Truncate(time.Microsecond); !got.OccurredAt.Equal(want) || !got.ReceivedAt.Equal(tx.Now) {
				t.Errorf("instants are read back as written, cut to µs: occurred %v, want %v; received %v, want %v",
					got.OccurredAt, want, got.ReceivedAt, tx.Now)
			}
			return err
		})
		if s.Postgres() {
			return
		}
		integers := count(t, s, `SELECT count(*) FROM inbox_events WHERE typeof(occurred_at) = 'integer'
			AND typeof(received_at) = 'integer' AND typeof(wake_at) = 'integer' AND occurred_at = ?`, e.OccurredAt.UnixMicro())
		if integers != 1 {
			t.Error("SQLite is to hold instants as INTEGER microseconds: as TEXT they compare wrongly")
		}
	})
}
