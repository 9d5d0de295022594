package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// try counts a try of a lookup.
func try(t *testing.T, s *store.Store, id string) (l models.Lookup, ok bool) {
	t.Helper()
	within(t, s, func(tx *store.Tx) (err error) {
		l, ok, err = tx.TryLookup(id)
		return err
	})
	return l, ok
}

func TestLookupIsAskedForAnew(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		ticket := submit(t, s)
		if _, ok := try(t, s, ticket.ID); ok {
			t.Error("nobody has asked for the point of this ticket")
		}
		ask := func() {
			within(t, s, func(tx *store.Tx) error {
				if err := tx.AskPoint(ticket.ID); err != nil {
					return err
				}
				return tx.AskPoint(ticket.ID) // told twice in one turn
			})
		}
		ask()
		old, ok := try(t, s, ticket.ID)
		if !ok || old.Attempts != 1 {
			t.Fatalf("the first try is counted: %+v, %t", old, ok)
		}
		clock.Move(time.Second)
		ask()
		within(t, s, func(tx *store.Tx) error {
			if err := tx.DelayLookup(old, time.Hour); err != nil {
				return err
			}
			if dropped, err := tx.DropLookup(old); err != nil || dropped {
				t.Errorf("what was learned of the place as it was told before ends nothing: %t, %v", dropped, err)
			}
			return nil
		})
		clock.Move(20 * time.Second)
		if wakes := sweep(t, s); len(wakes) != 1 || wakes[0].ID != ticket.ID || wakes[0].Kind != models.KindLocate {
			t.Errorf("the sweep brings the lookup that nobody began: %+v", wakes)
		}
		again, ok := try(t, s, ticket.ID)
		if !ok || again.Attempts != 1 || again.Epoch <= old.Epoch {
			t.Errorf("asked for anew it counts anew, under a higher epoch than %d: %+v", old.Epoch, again)
		}
		within(t, s, func(tx *store.Tx) error {
			if dropped, err := tx.DropLookup(again); err != nil || !dropped {
				t.Errorf("a lookup is over once: %t, %v", dropped, err)
			}
			return nil
		})
		clock.Move(time.Hour)
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("what is over is not asked for again: %+v", wakes)
		}
	})
}

func TestLookupThatIsDelayed(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		ticket := submit(t, s)
		within(t, s, func(tx *store.Tx) error { return tx.AskPoint(ticket.ID) })
		l, _ := try(t, s, ticket.ID)
		within(t, s, func(tx *store.Tx) error { return tx.DelayLookup(l, time.Minute) })
		clock.Move(time.Minute - time.Second)
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("it is not asked for before its time: %+v", wakes)
		}
		clock.Move(time.Second)
		want := []models.Wake{{Kind: models.KindLocate, ID: ticket.ID, Epoch: l.Epoch + 1}}
		if diff := cmp.Diff(want, sweep(t, s)); diff != "" {
			t.Errorf("then it is, under its next epoch (-want +got):\n%s", diff)
		}
	})
}
