package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

func TestBacklogCountsWhatIsLate(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		_, c := meet(t, s, "lan")
		ticket := submit(t, s)
		b, work := inbox(t, s)
		work()
		aside, stale := event("aside"), event("stale")
		aside.Fault, stale.Fault = "parse", "stale"
		if err := b.Put(t.Context(), event("late"), aside, stale); err != nil {
			t.Fatal(err)
		}
		within(t, s, func(tx *store.Tx) error {
			for _, key := range []string{"late", "dead", "blocked"} {
				if _, err := tx.Say(models.Message{ConversationID: c.ID, Author: "bot", Key: key}); err != nil {
					return err
				}
			}
			return nil
		})
		for key, class := range map[string]string{"dead": "rejected", "blocked": "blocked"} {
			exec(t, s, "UPDATE deliveries SET status = 'dead', error_class = ? "+
				"WHERE message_id IN (SELECT id FROM messages WHERE key = ?)", class, key)
		}
		exec(t, s, "INSERT INTO timers (id, ticket_id, kind, due_at) VALUES (?, ?, 'close', ?)",
			models.NewID(), ticket.ID, clock.Now())
		exec(t, s, "INSERT INTO attachments (id, kind, media, status, created_at) VALUES (?, 'evidence', 'image', 'waiting', ?)",
			models.NewID(), clock.Now())

		for _, step := range []struct {
			wait time.Duration
			want store.Backlog
		}{
			{4 * time.Minute, store.Backlog{Dead: 1, Aside: 1}},
			{2 * time.Minute, store.Backlog{Unread: 1, Overdue: 1, Late: 1, Dead: 1, Aside: 1}},
			{25 * time.Hour, store.Backlog{Unread: 1, Overdue: 1, Late: 1, Waiting: 1, Aside: 1}},
			{30 * 24 * time.Hour, store.Backlog{Unread: 1, Overdue: 1, Late: 1, Waiting: 1}},
		} {
			clock.Move(step.wait)
			var got store.Backlog
			err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
				got, err = tx.Backlog()
				return err
			})
			if diff := cmp.Diff(step.want, got); diff != "" || err != nil {
				t.Errorf("%v later (-want +got): %v\n%s", step.wait, err, diff)
			}
		}
	})
}

func TestSchemaIsComparedWithTheProgram(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		if missing, unknown, err := s.Schema(t.Context()); len(missing) != 0 || unknown != 0 || err != nil {
			t.Errorf("a migrated database: missing %v, unknown %d, %v", missing, unknown, err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("a migrated database is to be ready: %v", err)
		}
		exec(t, s, "UPDATE goose_db_version SET version_id = 20991231000000 WHERE version_id = 20261122060000")
		missing, unknown, err := s.Schema(t.Context())
		if diff := cmp.Diff([]string{"20261122060000_skeleton"}, missing); diff != "" || unknown != 1 || err != nil {
			t.Errorf("another program's database: unknown %d, %v\n%s", unknown, err, diff)
		}
		if err := s.Ping(t.Context()); !errors.Is(err, store.ErrNotMigrated) {
			t.Errorf("a database that lacks an older migration than its newest is to be not migrated: %v", err)
		}
		exec(t, s, "DROP TABLE goose_db_version")
		if missing, _, err := s.Schema(t.Context()); len(missing) < 2 || err != nil {
			t.Errorf("an empty database: missing %v, %v", missing, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Ping(t.Context()); err == nil || errors.Is(err, store.ErrNotMigrated) {
			t.Errorf("a database that does not answer is not one without migrations: %v", err)
		}
	})
}

func TestDatabaseTellsOfItself(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		name, number, err := s.Version(t.Context())
		if err != nil || (number >= 150000) != s.Postgres() || !strings.ContainsAny(name, "123456789") {
			t.Errorf("the version is %q, %d, %v", name, number, err)
		}
		if size, err := s.Size(t.Context()); size < 4096 || err != nil {
			t.Errorf("the size is %d, %v", size, err)
		}
		want := time.Since(clock.Now())
		apart, err := s.ClockDifference(t.Context())
		if err != nil || (s.Postgres() && (apart-want).Abs() > 10*time.Second) || (!s.Postgres() && apart != 0) {
			t.Errorf("the clocks are %v apart, not %v: %v", apart, want, err)
		}
	})
}
