package dialogue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// saidTimes counts how often the bot said something.
func (c *chat) saidTimes(t *testing.T, key string) (n int) {
	t.Helper()
	for _, k := range c.outcome(t).Said {
		if k == key {
			n++
		}
	}
	return n
}

// reporterID is who the resident is.
func (c *chat) reporterID(t *testing.T) string {
	t.Helper()
	a, found := c.address(t)
	if !found {
		t.Fatal("the resident is to have written")
	}
	return a.ReporterID
}

func (c *chat) within(t *testing.T, do func(tx *store.Tx) error) {
	t.Helper()
	if err := c.Store.Tx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func TestAFloodIsKeptAndAskedToSlowDownOnce(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		for n := range 30 {
			c.says(t, said(fmt.Sprintf("trạng thái %d", n)), said("trạng thái"))
		}
		o := c.outcome(t)
		if o.Heard != 62 || len(o.Tickets) != 1 || c.saidTimes(t, "slow_down") != 1 {
			t.Errorf("62 messages are kept, one ticket is made, and one request to slow down is said: %d, %q, %q",
				o.Heard, o.Tickets, o.Said)
		}
		if n := c.saidTimes(t, "status_own"); n > 20 {
			t.Errorf("beyond the limit no question is answered: %d answers", n)
		}
		c.says(t, said(lamp))
		c.settle(t, 3*time.Second)
		if o := c.outcome(t); len(o.Tickets) != 1 {
			t.Errorf("a flood's report of another kind goes with the last ticket: %q", o.Tickets)
		}
		c.says(t, said(danger))
		c.expectSaid(t, "a danger is heard amid a flood", "danger")
		c.says(t, pin())
		c.settle(t, 3*time.Second)
		if again := c.lastCode(t); again == code {
			t.Error("a danger amid a flood is a ticket of its own")
		}
	})
}

func TestTooManyTicketsADayGoTogether(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		for range 10 {
			c.report(t)
			c.clock.Move(20 * time.Minute)
		}
		last := c.lastCode(t)
		c.report(t)
		if o := c.outcome(t); len(o.Tickets) != 10 || c.saidTimes(t, "slow_down") != 1 {
			t.Fatalf("the eleventh of a day is no ticket: %d, %q", len(o.Tickets), o.Said)
		}
		if _, _, about := c.ticket(t, last); len(about) < 5 {
			t.Errorf("its pieces are the last ticket's: %d messages", len(about))
		}
		c.clock.Move(20 * time.Minute)
		c.says(t, said(danger), pin())
		c.settle(t, 3*time.Second)
		if o := c.outcome(t); len(o.Tickets) != 11 {
			t.Errorf("a danger is not held back: %d tickets", len(o.Tickets))
		}
		c.clock.Move(24 * time.Hour)
		c.report(t)
		if o := c.outcome(t); len(o.Tickets) != 12 {
			t.Errorf("the next day is a new one: %d tickets", len(o.Tickets))
		}
	})
}

// TestTooManyWaitForTheNextDay: where no ticket takes them, pieces wait and become a ticket of the next day.
func TestTooManyWaitForTheNextDay(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		for range 10 {
			c.report(t)
			c.clock.Move(time.Minute)
			c.says(t, said("huỷ"))
		}
		c.report(t)
		if o := c.outcome(t); len(o.Tickets) != 10 {
			t.Fatalf("the eleventh waits: %d tickets", len(o.Tickets))
		}
		c.settle(t, 24*time.Hour)
		if o := c.outcome(t); len(o.Tickets) != 11 {
			t.Errorf("it is a ticket the day after: %d tickets", len(o.Tickets))
		}
	})
}

func TestTrustedResidentsHaveTenTimesTheLimits(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.report(t)
		who := c.reporterID(t)
		c.within(t, func(tx *store.Tx) error { return tx.Trust(who, true) })
		for range 11 {
			c.clock.Move(20 * time.Minute)
			c.report(t)
		}
		for range 30 {
			c.says(t, said("trạng thái"))
		}
		if o := c.outcome(t); len(o.Tickets) != 12 || slices.Contains(o.Said, "slow_down") {
			t.Errorf("a trusted resident is not asked to slow down: %d tickets, %q", len(o.Tickets), o.Said)
		}
	})
}

func TestInsultsSilenceTheBotAndNothingElse(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		for range 4 {
			c.says(t, said("đồ ngu"))
			c.clock.Move(time.Minute)
		}
		c.says(t, said("trợ giúp"))
		c.expectSaid(t, "after the third insult the bot says once that it falls silent", "insults_pause")
		c.says(t, said(danger))
		c.expectSaid(t, "a danger is heard all the same", "insults_pause", "danger")
		c.says(t, photo(), pin())
		c.settle(t, 3*time.Second)
		if o := c.outcome(t); len(o.Tickets) == 0 {
			t.Error("evidence still makes a ticket")
		}
		c.clock.Move(31 * time.Minute)
		c.says(t, said("trợ giúp"))
		c.expectSaid(t, "after half an hour it answers again", "help")
	})
}

func TestATicketOfAFloodKeepsItsState(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		for range 25 {
			c.says(t, said("trạng thái"))
		}
		c.says(t, press("done:"+code))
		c.expectState(t, "a verdict counts amid a flood:", code, models.StateClosed)
	})
}
