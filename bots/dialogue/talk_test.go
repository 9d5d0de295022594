package dialogue_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/models"
)

func TestTalkMakesOneTicket(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		id := c.put(t, said("ổ gà to"), pin())
		c.converse(t, id)
		c.expect(t, "before it has settled nothing is said", outcome{Heard: 2})
		c.settle(t, 2500*time.Millisecond)
		want := outcome{Tickets: []string{"assigned ổ gà to"}, Heard: 2, Said: []string{"receipt"}}
		c.expect(t, "what has settled is one ticket and one receipt", want)
		c.converse(t, id)
		c.settle(t, time.Minute)
		c.expect(t, "the same event again, and the same draft, change nothing", want)
	})
}

// TestTalkSettlesWithoutABell: the bell was lost, and the sweep has moved the draft's row on before it asks.
func TestTalkSettlesWithoutABell(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.converse(t, c.put(t, said("ổ gà"), pin()))
		c.clock.Move(3 * time.Second)
		wakes, err := c.Store.Sweep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wakes {
			if w.Kind != models.KindSettle {
				continue
			}
			if err := c.Settle(t.Context(), w.ID); err != nil {
				t.Fatal(err)
			}
		}
		c.expect(t, "a draft that the sweep brings is submitted",
			outcome{Tickets: []string{"assigned ổ gà"}, Heard: 2, Said: []string{"receipt"}})
	})
}

func TestTalkSetsUnreadableEventsAside(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.keep(t, models.InboxEvent{
			ID: models.NewID(), Channel: "webchat", Account: "web", Sender: "lan", Kind: "text", Payload: "{",
		})
		nul := "m\x00"
		words := said("ổ \x00gà")
		words.Channel, words.User, words.Message = "webchat", "lan", &nul
		row, err := words.Inbox("web")
		if err != nil {
			t.Fatal(err)
		}
		c.keep(t, row)
		c.converse(t, c.put(t, press("done:\x00"), pin()))
		c.settle(t, 3*time.Second)
		c.expect(t, "one event is set aside and those after it still make a ticket", outcome{
			Tickets: []string{"assigned ổ gà"}, Heard: 3, Said: []string{"receipt"}, Faults: []string{"payload"},
		})
	})
}

func TestTalkHearsTheVerdict(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.converse(t, c.put(t, said("ổ gà"), pin()))
		c.settle(t, 3*time.Second)
		stranger := press("done:" + models.NewCode())
		c.converse(t, c.put(t, stranger, press("done:"+c.lastCode(t))))
		c.expect(t, "a choice that is not possible yet, or on a stranger's ticket, is harmless",
			outcome{Tickets: []string{"assigned ổ gà"}, Heard: 4, Said: []string{"receipt"}})
		c.resolve(t)
		c.converse(t, c.put(t, said("2")))
		c.expect(t, "2 under the answer reopens", outcome{
			Tickets: []string{"assigned ổ gà"}, Heard: 5, Said: []string{"receipt", "answer_fixed", "reopened"},
		})
		c.resolve(t)
		c.converse(t, c.put(t, said("1")))
		c.expect(t, "1 under the answer closes, with thanks", outcome{
			Tickets: []string{"closed ổ gà"}, Heard: 6,
			Said: []string{"receipt", "answer_fixed", "reopened", "answer_fixed", "closed_thanks"},
		})
	})
}
