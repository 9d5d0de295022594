package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// TestAColleagueHidesNothingFromTheBot: what the resident takes back, corrects or gives on our page counts while a
// colleague has the thread, without a word of the bot.
func TestAColleagueHidesNothingFromTheBot(t *testing.T) {
	t.Parallel()
	const number = "căn cước 079012345678"
	for name, tt := range map[string]struct {
		event *bots.Incoming
		words string // of the report when the bot is back
	}{
		"an unsend": {about("m1", ""), lamp},
		"an edit":   {about("m1", "trước chợ"), lamp + "\ntrước chợ"},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, said(lamp), said(number), pin(), said("gặp nhân viên"))
				c.says(t, tt.event)
				c.expectSaid(t, "the bot says nothing", "person_called")
				c.clock.Move(13 * time.Hour)
				c.bringBack(t)
				_, report, _ := c.ticket(t, c.lastCode(t))
				if report.Words != tt.words {
					t.Errorf("the report is %q, want %q", report.Words, tt.words)
				}
			})
		})
	}
}

func TestAPlaceFromALinkCountsWhileAColleagueHasTheThread(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.offer(true)
		c.asking(t, bots.Limits{Text: 2000}, lamp)
		c.says(t, said("gặp nhân viên"))
		c.says(t, located(12, ""))
		c.expectSaid(t, "the bot says nothing", "person_called")
		c.clock.Move(13 * time.Hour)
		c.bringBack(t)
		if ticket, _, _ := c.ticket(t, c.lastCode(t)); ticket.Lat == nil || *ticket.Lat != 10.77 {
			t.Errorf("the ticket has the place of the link: %v", ticket.Lat)
		}
	})
}

func TestABlockCountsWhileAColleagueHasTheThread(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("gặp nhân viên"))
		c.says(t, quiet(bots.KindBlock))
		if a, _ := c.address(t); a.BlockedAt == nil {
			t.Error("the block is to be noted")
		}
	})
}

// count counts the rows that a condition finds.
func (c *chat) count(t *testing.T, from string) (n int64) {
	t.Helper()
	if err := c.behind.QueryRowContext(t.Context(), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestUnsendingTheLastPieceEndsTheDraftOnce(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said(lamp))
		c.says(t, about("m0", ""))
		if n := c.count(t, "drafts"); n != 1 {
			t.Errorf("%d drafts, want the one", n)
		}
	})
}

// TestAPublicCommentIsNeverAReport, whatever becomes of it.
func TestAPublicCommentIsNeverAReport(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		at := func(kind bots.Kind, text string) *bots.Incoming {
			return &bots.Incoming{Kind: kind, Message: new("1_2"), Text: &text, Actionable: true, Public: true}
		}
		c.who = "5"
		c.says(t, at(bots.KindComment, "đèn tắt"))
		c.says(t, at(bots.KindEdit, "đèn đường tắt trước 140 Tô Ký"))
		c.who = bots.CommentPrefix + "1_2"
		all := c.messages(t)
		if len(all) != 2 || !strings.Contains(all[0].Text, "140 Tô Ký") {
			t.Fatalf("the comment has its new words, and one invitation: %+v", all)
		}
		c.says(t, at(bots.KindDelete, ""))
		if all = c.messages(t); all[0].HiddenAt == nil {
			t.Error("a comment that is removed is hidden")
		}
		c.settle(t, time.Minute)
		if o := c.outcome(t); len(o.Tickets) > 0 || len(c.messages(t)) != 2 || c.count(t, "reporters") != 1 {
			t.Errorf("nothing else comes of it: %+v", o)
		}
	})
}

// TestALivePlaceMovesThePinOfTheDraft, without a word and without a message of its own.
func TestALivePlaceMovesThePinOfTheDraft(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, pin(), said(lamp))
		next := pin()
		*next.Lat += 0.001
		next.Message, next.Edited, next.Live, next.Actionable = new("m0"), true, new(true), false
		want := *next.Lat
		c.clock.Move(2 * time.Second)
		c.says(t, next)
		c.settle(t, time.Second)
		c.expect(t, "one report of two messages", outcome{
			Tickets: []string{"assigned " + lamp}, Heard: 2, Said: []string{"receipt"},
		})
		if ticket, _, _ := c.ticket(t, c.lastCode(t)); ticket.Lat == nil || *ticket.Lat != want {
			t.Errorf("the ticket is at %v, want where the resident went: %v", ticket.Lat, want)
		}
	})
}

// TestAFormWithoutAnAddressIsNoReport: name and phone are kept, and nobody is asked for a place.
func TestAFormWithoutAnAddressIsNoReport(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, &bots.Incoming{
			Kind: bots.KindSharedInfo, Actionable: true, Info: &bots.SharedInfo{Name: "Lan", Phone: "84912345678"},
		})
		c.settle(t, time.Minute)
		if o := c.outcome(t); len(o.Said) > 0 || c.count(t, "drafts") != 0 {
			t.Errorf("nothing is asked: %q", o.Said)
		}
		if c.count(t, "reporters WHERE name = 'Lan' AND phone <> ''") != 1 {
			t.Error("name and phone are to be kept")
		}
	})
}

// TestAReceiptIsMatchedToItsDelivery: by the id that we gave along where the platform names a phone number, and nobody
// is met by that.
func TestAReceiptIsMatchedToItsDelivery(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("chào"))
		c.says(t, said("trợ giúp"))
		var id string
		err := c.behind.QueryRowContext(t.Context(), "SELECT min(CAST(id AS text)) FROM deliveries WHERE status = 'sent'").Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		c.who = "84912345678"
		for _, tracking := range []string{id, "none of ours"} {
			c.converse(t, c.put(t, &bots.Incoming{Kind: bots.KindDelivery, Tracking: tracking}))
		}
		c.who = "lan"
		if n := c.count(t, "deliveries WHERE arrived_at IS NOT NULL AND id = '"+id+"'"); n != 1 {
			t.Error("the delivery is to have come")
		}
		if n := c.count(t, "deliveries WHERE arrived_at IS NOT NULL"); n != 1 {
			t.Errorf("%d deliveries have come, want 1", n)
		}
		if o := c.outcome(t); o.Unread != 0 || c.count(t, "reporters") != 1 {
			t.Errorf("the event is read and nobody is met: %+v", o)
		}
		if slices.ContainsFunc(c.events, func(e models.InboxEvent) bool { return strings.Contains(e.Payload+e.Sender, "84912345678") }) {
			t.Error("the number is not kept")
		}
	})
}
