package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

func TestTxRunsAgain(t *testing.T) {
	if !postgres(t) {
		return
	}
	s := modelstest.Postgres(t, modelstest.NewClock(t, start).Now)
	for name, tt := range map[string]struct {
		state string // SQLSTATE that every try but the last fails with
		fails int
		want  int // tries
		err   bool
	}{
		"after a serialization failure":       {"40001", 1, 2, false},
		"after three deadlocks":               {"40P01", 3, 4, false},
		"not after an error of the statement": {"22012", 1, 1, true},
		"five times at most":                  {"40001", 9, 5, true},
	} {
		t.Run(name, func(t *testing.T) {
			var rung []models.Wake
			s.OnCommit = func(_ context.Context, wakes []models.Wake) { rung = append(rung, wakes...) }
			tries := 0
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				tries++
				tx.Wake(models.Wake{Kind: models.KindFire, Epoch: int64(tries)})
				if tries > tt.fails {
					return nil
				}
				return tx.DB().Exec("DO $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '" + tt.state + "'; END $$").Error
			})
			if tries != tt.want || (err != nil) != tt.err {
				t.Errorf("the closure ran %d times and gave %v; want %d times, an error: %t", tries, err, tt.want, tt.err)
			}
			var want []models.Wake
			if !tt.err {
				want = []models.Wake{{Kind: models.KindFire, Epoch: int64(tt.want)}}
			}
			if diff := cmp.Diff(want, rung); diff != "" {
				t.Errorf("only what the committed try asked for is rung (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTx(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		t.Run("inside a Tx it fails at once", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			began, ran := time.Now(), false
			err := s.Tx(ctx, func(*store.Tx) error {
				return s.Tx(ctx, func(*store.Tx) error {
					ran = true
					return nil
				})
			})
			if took := time.Since(began); err == nil || ran || took > time.Second {
				t.Errorf("a Tx inside a Tx is to fail at once; it gave %v after %v, and the inner ran: %t", err, took, ran)
			}
			within(t, s, func(*store.Tx) error { return nil }) // and the next one goes on
		})
		t.Run("in OnCommit it is not inside another", func(t *testing.T) {
			var inner error
			s.OnCommit = func(ctx context.Context, _ []models.Wake) {
				inner = s.Tx(ctx, func(*store.Tx) error { return nil })
			}
			within(t, s, func(tx *store.Tx) error {
				tx.Wake(models.Wake{Kind: models.KindFire})
				return nil
			})
			if inner != nil {
				t.Errorf("OnCommit runs after COMMIT, so a Tx in it is not inside another: %v", inner)
			}
		})
		t.Run("rolled back it leaves nothing", func(t *testing.T) {
			defer func() { s.OnCommit = func(context.Context, []models.Wake) {} }()
			s.OnCommit = func(context.Context, []models.Wake) { t.Error("nothing is rung for what was rolled back") }
			stop := errors.New("stop")
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.Address("webchat", "web", "lan"); err != nil {
					return err
				}
				tx.Wake(models.Wake{Kind: models.KindFire})
				return stop
			})
			if n := count(t, s, "SELECT count(*) FROM reporters"); !errors.Is(err, stop) || n != 0 {
				t.Errorf("the closure's own error comes back and no row stays; got %v and %d rows", err, n)
			}
		})
		t.Run("Read cannot write", func(t *testing.T) {
			err := s.Read(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Address("webchat", "web", "lan")
				return err
			})
			if n := count(t, s, "SELECT count(*) FROM reporters"); err == nil || n != 0 {
				t.Errorf("writing inside Read is to fail; it gave %v and left %d rows", err, n)
			}
		})
		t.Run("the timeline is append-only", func(t *testing.T) {
			ticket := submit(t, s)
			for name, statement := range map[string]string{
				"UPDATE": "UPDATE ticket_events SET data = '{}' WHERE ticket_id = ?",
				"DELETE": "DELETE FROM ticket_events WHERE ticket_id = ?",
			} {
				err := s.Tx(t.Context(), func(tx *store.Tx) error { return tx.DB().Exec(statement, ticket.ID).Error })
				if err == nil {
					t.Errorf("%s on ticket_events is to be refused by its trigger", name)
				}
			}
		})
	})
}

func TestKeepTime(t *testing.T) {
	if !postgres(t) { // SQLite has no clock of its own
		return
	}
	s := modelstest.Postgres(t, modelstest.NewClock(t, start).Now)
	brief := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	s.KeepTime(brief())
	if off := time.Since(s.Now()).Abs(); off > time.Minute {
		t.Errorf("the store is to go by the server's clock; it is %v off", off)
	}
	s = modelstest.Postgres(t, modelstest.NewClock(t, start).Now)
	_ = s.Close()
	s.KeepTime(brief()) // without a database it waits for one, and does not panic
}
