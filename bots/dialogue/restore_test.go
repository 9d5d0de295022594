package dialogue_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// TestTalkRestoresWhatWasTakenBackLast: LẠI undoes the last HUỶ, whichever draft ended last.
func TestTalkRestoresWhatWasTakenBackLast(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		first := c.report(t)
		receipt := fmt.Sprintf("p%d", len(c.phone.shows))
		c.clock.Move(20 * time.Minute)
		if c.report(t) == first {
			t.Fatal("the second report is to be a ticket of its own")
		}
		cancel := func() *bots.Incoming {
			in := said("huỷ")
			in.ReplyTo = receipt
			return in
		}
		c.says(t, cancel())
		c.expectState(t, "after HUỶ under its receipt", first, models.StateWithdrawn)
		c.says(t, said("lại"))
		c.expectState(t, "after LẠI, though another was reported since", first, models.StateAssigned)
		c.says(t, said(lamp), said("huỷ"))
		c.clock.Move(time.Minute)
		c.says(t, cancel())
		c.says(t, said("lại"))
		c.expectState(t, "after LẠI, though a draft was dropped before", first, models.StateAssigned)
		c.says(t, cancel())
		c.clock.Move(time.Minute)
		c.says(t, said(lamp), said("huỷ"))
		c.says(t, said("lại"))
		c.expectSaid(t, "a draft that was dropped after it is first", "draft_cancelled", "draft_restored")
		c.expectState(t, "then", first, models.StateWithdrawn)
	})
}

// TestTalkNotesEachAddition: what is added is acknowledged once for an album, and for each ticket.
func TestTalkNotesEachAddition(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		var receipts []string
		for range 2 {
			c.clock.Move(20 * time.Minute)
			c.report(t)
			receipts = append(receipts, fmt.Sprintf("p%d", len(c.phone.shows)))
		}
		for _, receipt := range receipts {
			one, two := photo(), photo()
			one.ReplyTo, two.ReplyTo = receipt, receipt
			c.says(t, one, two)
		}
		c.expectSaid(t, "pictures of both", "receipt", "receipt", "attached", "attached")
	})
}
