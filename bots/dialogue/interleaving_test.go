package dialogue_test

import (
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// TestTurnsTakeTicketsBeforeAddresses plays a turn of a resident for whom something is held, or who had blocked us,
// against a verb of staff and the courier, on one ticket. All three end at the resident's address: PostgreSQL must
// never see them wait for each other.
func TestTurnsTakeTicketsBeforeAddresses(t *testing.T) {
	const rounds = 120
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		ticket, _, _ := c.ticket(t, code)
		a, _ := c.address(t)
		staff := models.Staff{Email: "hoa@example.vn", Name: "Hoa", Role: models.RoleHotline}
		c.within(t, func(tx *store.Tx) error { return tx.InsertStaff(&staff) })
		act := workflow.Act{Actor: staff.Actor(), Ticket: ticket.ID}
		for round := range rounds {
			c.clock.Move(time.Hour)
			c.change(t, "UPDATE deliveries SET error_class = 'quiet' WHERE status = 'queued'")
			if round%2 == 0 {
				c.change(t, "UPDATE reporter_addresses SET held = TRUE")
			} else {
				c.change(t, "UPDATE reporter_addresses SET blocked_at = created_at")
			}
			id := c.put(t, press("not_done:"+code))
			var all sync.WaitGroup
			for _, do := range []func() error{
				func() error { return c.Converse(t.Context(), id) },
				func() error { return c.courier.Deliver(t.Context(), a.ID) },
				func() error {
					return c.Store.Tx(t.Context(), func(tx *store.Tx) error {
						_, err := c.Desk.Reply(tx, workflow.ReplyInput{Act: act, Text: "Chúng tôi đang làm."})
						return err
					})
				},
			} {
				all.Go(func() {
					if err := do(); err != nil {
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			if all.Wait(); t.Failed() {
				return
			}
			if a, _ = c.address(t); a.BlockedAt != nil {
				t.Fatalf("round %d: who writes has not blocked us", round)
			}
		}
		if !c.Store.Postgres() {
			return
		}
		if err := c.Store.Close(); err != nil { // its connections report what they counted when they end
			t.Fatal(err)
		}
		var deadlocks int
		err := c.behind.QueryRowContext(t.Context(),
			"SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks)
		if err != nil || deadlocks != 0 {
			t.Errorf("PostgreSQL counted %d deadlocks in %d rounds, not even one is wanted: %v", deadlocks, rounds, err)
		}
	})
}
