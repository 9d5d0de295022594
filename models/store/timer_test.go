package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// arm sets the one timer of a ticket and returns it.
func arm(t *testing.T, s *store.Store, ticket models.Ticket, in time.Duration) (timer models.Timer) {
	t.Helper()
	within(t, s, func(tx *store.Tx) error {
		if err := tx.ArmTimer(ticket.ID, "warn", tx.Now.Add(in)); err != nil {
			return err
		}
		return tx.DB().Take(&timer, "ticket_id = ?", ticket.ID).Error
	})
	return timer
}

// fire tries to fire a timer from eight sides at once and returns how often it fired.
func fire(t *testing.T, s *store.Store, timer models.Timer) int32 {
	t.Helper()
	var fired atomic.Int32
	together(8, func(int) {
		within(t, s, func(tx *store.Tx) error {
			ok, err := tx.FireTimer(timer)
			if ok {
				fired.Add(1)
			}
			return err
		})
	})
	return fired.Load()
}

func TestTimerFiresOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		ticket := submit(t, s)
		first := arm(t, s, ticket, time.Minute)
		second := arm(t, s, ticket, 2*time.Minute)
		cancelled := arm(t, s, submit(t, s), time.Minute)
		within(t, s, func(tx *store.Tx) error { return tx.CancelTimers(cancelled.TicketID) })

		clock.Move(2*time.Minute - time.Microsecond)
		if n := fire(t, s, second); n != 0 {
			t.Errorf("1 µs before it is due a timer must not fire; it fired %d times", n)
		}
		clock.Move(time.Microsecond)
		for _, step := range []struct {
			name  string
			timer models.Timer
			want  int32
		}{
			{"an old generation never fires", first, 0},
			{"a due generation fires once among eight", second, 1},
			{"and never again", second, 0},
			{"a cancelled timer never fires", cancelled, 0},
		} {
			if n := fire(t, s, step.timer); n != step.want {
				t.Errorf("%s: it fired %d times, want %d", step.name, n, step.want)
			}
		}
		third := arm(t, s, ticket, 0)
		if n := fire(t, s, third); n != 1 || third.Generation != 3 {
			t.Errorf("armed again it fires again, as generation 3; generation %d fired %d times", third.Generation, n)
		}
		clock.Move(time.Hour)
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("fired and cancelled timers are not asked for: %v", wakes)
		}
	})
}
