package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

func TestLeaseHasOneHolder(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		take := func() (l models.Lease, held bool) {
			within(t, s, func(tx *store.Tx) (err error) {
				l, held, err = tx.TakeLease("poll:telegram:1")
				return err
			})
			return l, held
		}
		keep := func(l models.Lease) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.KeepLease(l) })
		}
		first, held := take()
		if !held || first.Position != 0 {
			t.Fatalf("a new lease is free and begins at 0: %+v %v", first, held)
		}
		if _, held := take(); held {
			t.Error("a lease that somebody has is taken by another")
		}
		first.Position = 7
		clock.Move(15 * time.Second)
		if err := keep(first); err != nil {
			t.Errorf("its holder prolongs it: %v", err)
		}
		clock.Move(15 * time.Second)
		if _, held := take(); held {
			t.Error("a prolonged lease is taken by another")
		}
		clock.Move(5 * time.Second)
		second, held := take()
		if !held || second.Position != 7 {
			t.Errorf("who takes over goes on at 7: %+v %v", second, held)
		}
		first.Position = 9
		if err := keep(first); !errors.Is(err, models.ErrConflict) {
			t.Errorf("who lost the lease writes nothing, got %v", err)
		}
		for _, l := range []models.Lease{first, second} {
			within(t, s, func(tx *store.Tx) error { return tx.EndLease(l) })
		}
		if third, held := take(); !held || third.Position != 7 {
			t.Errorf("given back, it is free at 7: %+v %v", third, held)
		}
	})
}
