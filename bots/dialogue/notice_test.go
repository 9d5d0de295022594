package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
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
		if c.count(t, "reporters WHERE name = 'Lan' AND phone <> '' AND phone_proved_at IS NULL") != 1 {
			t.Error("name and phone are to be kept, the phone as one that was typed")
		}
	})
}

// TestANumberIsProvedByItsPlatformOnly: not by being typed, and not any more once another was typed.
func TestANumberIsProvedByItsPlatformOnly(t *testing.T) {
	t.Parallel()
	contact := func(own bool) *bots.Incoming {
		return &bots.Incoming{Kind: bots.KindContact, Actionable: true, ContactPhone: "84912345678", ContactIsSelf: &own}
	}
	typed := func(number string) []*bots.Incoming { return []*bots.Incoming{press("data:phone"), said(number)} }
	for name, tt := range map[string]struct {
		events []*bots.Incoming
		want   string
	}{
		"an own contact":          {[]*bots.Incoming{contact(true)}, "phone = '0912345678' AND phone_proved_at IS NOT NULL"},
		"somebody else's contact": {[]*bots.Incoming{contact(false)}, "phone = ''"},
		"typed":                   {typed("0912 345 678"), "phone = '0912345678' AND phone_proved_at IS NULL"},
		"the same typed again": {
			append([]*bots.Incoming{contact(true)}, typed("0912345678")...),
			"phone = '0912345678' AND phone_proved_at IS NOT NULL",
		},
		"another typed later": {
			append([]*bots.Incoming{contact(true)}, typed("0987654321")...),
			"phone = '0987654321' AND phone_proved_at IS NULL",
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				for _, e := range tt.events {
					c.says(t, e)
				}
				if c.count(t, "reporters WHERE "+tt.want) != 1 {
					t.Errorf("the reporter is to have %s", tt.want)
				}
			})
		})
	}
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

// TestALivePlaceMovesTheTicket: until its department has taken it on the ticket goes along, without a word; after that
// the department is told, once. Steps that a lying phone makes by itself, and a place that another has replaced, count
// for nothing.
func TestALivePlaceMovesTheTicket(t *testing.T) {
	t.Parallel()
	here, there := *pin().Lat, *pin().Lat+0.001 // 111 m
	for name, tt := range map[string]struct {
		before func(t *testing.T, c *chat)
		steps  []float64 // of latitude
		at     float64   // where the ticket is then
		events []string
	}{
		"before a department has it": {steps: []float64{there}, at: there, events: []string{"submit", "amend"}},
		"step by step": {
			steps: []float64{here + 0.0005, there}, at: there, events: []string{"submit", "amend", "amend"},
		},
		"by less than 30 m": {steps: []float64{here + 0.0002}, at: here, events: []string{"submit"}},
		"slowly": {
			steps: []float64{here + 0.0002, here + 0.0004}, at: here + 0.0004, events: []string{"submit", "amend"},
		},
		"after a department has taken it on": {
			before: func(t *testing.T, c *chat) { t.Helper(); c.accept(t) },
			steps:  []float64{there, there + 0.001}, at: here, events: []string{"submit", "accept", "amend late"},
		},
		"after another place was given": {
			before: func(t *testing.T, c *chat) {
				t.Helper()
				other := pin()
				*other.Lat += 0.005
				c.says(t, other)
			},
			steps: []float64{there}, at: here + 0.005, events: []string{"submit", "amend"},
		},
		"after the hotline has corrected the place": {
			before: func(t *testing.T, c *chat) {
				t.Helper()
				c.staff(t, func(tx *store.Tx, act workflow.Act) error {
					_, err := c.Desk.Triage(tx, workflow.TriageInput{Act: act, Lat: new(here - 0.005), Lon: pin().Lon})
					return err
				})
			},
			steps: []float64{there}, at: here - 0.005, events: []string{"submit", "triage"},
		},
		"on the way home": {
			before: func(t *testing.T, c *chat) { t.Helper(); c.clock.Move(10 * time.Minute) },
			steps:  []float64{there}, at: here, events: []string{"submit"},
		},
		"after it was unsent": {
			before: func(t *testing.T, c *chat) { t.Helper(); c.says(t, about("m1", "")) },
			steps:  []float64{there}, at: here, events: []string{"submit"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, said(lamp), pin())
				c.settle(t, 3*time.Second)
				if tt.before != nil {
					tt.before(t, c)
				}
				told := len(c.messages(t))
				for _, lat := range tt.steps {
					next := pin()
					*next.Lat = lat
					next.Message, next.Edited, next.Live, next.Actionable = new("m1"), true, new(true), false
					c.clock.Move(time.Minute)
					c.says(t, next)
				}
				ticket, _, _ := c.ticket(t, c.lastCode(t))
				if ticket.Lat == nil || *ticket.Lat != tt.at {
					t.Errorf("the ticket is at %v, want %v", *ticket.Lat, tt.at)
				}
				if got := c.timeline(t, ticket.ID); !slices.Equal(got, tt.events) {
					t.Errorf("its timeline is %q, want %q", got, tt.events)
				}
				if n := len(c.messages(t)) - told; n != 0 {
					t.Errorf("nothing is to be said of it, %d messages were", n)
				}
			})
		})
	}
}

// TestALivePlaceOfASecondReporter moves their own report, and not the ticket of who was first; nor does it undo another
// place that they gave since.
func TestALivePlaceOfASecondReporter(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.reports(t, "lan", 0)
		c.reports(t, "minh", 20)
		c.says(t, press("same:"+c.lastCode(t)))
		moves := func(metres float64) {
			next := near(metres)
			next.Message, next.Edited, next.Live = new("m3"), true, new(true)
			c.says(t, next)
		}
		where := func() (ticket, report float64) {
			c.read(t, func(tx *store.Tx) error {
				found, err := tx.TicketByCode(models.System(), c.lastCode(t))
				if err != nil {
					return err
				}
				reports, err := tx.Reports(found.ID)
				ticket, report = *found.Lat, *reports[1].Lat
				return err
			})
			return ticket, report
		}
		first := *near(0).Lat
		moves(120)
		if ticket, report := where(); ticket != first || report != *near(120).Lat {
			t.Errorf("the ticket stays at %v, the report goes to %v: they are at %v and %v", first, *near(120).Lat, ticket, report)
		}
		c.says(t, near(300))
		moves(500)
		if ticket, report := where(); ticket != first || report != *near(300).Lat {
			t.Errorf("the place that was given counts, %v: the ticket is at %v, the report at %v", *near(300).Lat, ticket, report)
		}
	})
}

// timeline lists what happened to a ticket, and what of it came late.
func (c *chat) timeline(t *testing.T, ticketID string) (verbs []string) {
	t.Helper()
	c.read(t, func(tx *store.Tx) error {
		events, err := tx.Timeline(ticketID)
		for _, e := range events {
			verb := string(e.Verb)
			if strings.Contains(e.Data, `"late":true`) {
				verb += " late"
			}
			verbs = append(verbs, verb)
		}
		return err
	})
	return verbs
}
