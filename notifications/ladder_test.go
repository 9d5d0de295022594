package notifications_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
)

const day = 24 * time.Hour

// answered is a round with a ticket whose answer waits to be brought; the resident wrote that long ago.
func answered(t *testing.T, r *round, ago time.Duration, author string) {
	t.Helper()
	var ticket models.Ticket
	r.tx(t, func(tx *store.Tx) (err error) {
		ticket, err = desk.Submit(tx, workflow.SubmitInput{
			Actor: models.Actor{Kind: models.ActorResident, ID: r.talk.ReporterID}, ReporterID: r.talk.ReporterID,
			Words: "ổ gà to trước chợ", Channel: "webchat",
		})
		return err
	})
	r.clock.Move(ago)
	r.tx(t, func(tx *store.Tx) error {
		_, err := tx.Say(models.Message{
			ConversationID: r.talk.ID, TicketID: &ticket.ID, Author: author, Key: "answer_fixed",
			Args: models.Args{"text": "Đã vá xong", "code": "4812 77356"},
		})
		return err
	})
}

// ladder is what became of the last message, step by step: "0 window" was dead for the window, "2" was sent.
func (r *round) ladder(t *testing.T) (steps []string) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) error {
		m, _, err := tx.LastQuestion(r.talk.ID)
		if err != nil {
			return err
		}
		all, err := tx.TicketDeliveries(*m.TicketID)
		for _, d := range all {
			switch d.Status {
			case models.DeliverySent:
				steps = append(steps, fmt.Sprint(d.Step))
			default:
				steps = append(steps, fmt.Sprintf("%d %s %s", d.Step, d.Status, d.ErrorClass))
			}
		}
		return err
	})
	return steps
}

func TestLadder(t *testing.T) {
	const staff = "01a202f1-b98c-7006-95cb-bbbbec0a2100"
	facebook := bots.Limits{Window: day, HumanWindow: 7 * day}
	zalo := bots.Limits{Window: 2 * day, PaidWindow: 7 * day}
	template := map[string]map[string]string{"webchat": {"answer_fixed": "7"}}
	costs := func(daily int64) map[string]notifications.Cost {
		return map[string]notifications.Cost{"webchat": {Reply: 55, Template: 300, Daily: daily}}
	}
	for name, tt := range map[string]struct {
		limits bots.Limits
		ladder notifications.Ladder
		ago    time.Duration
		author string
		fails  []error
		want   []string
	}{
		"in the window": {limits: facebook, ago: time.Hour, want: []string{"0"}},
		"staff's words a day later": {
			limits: facebook, ago: 2 * day, author: staff,
			want: []string{"0 dead window", "1"},
		},
		"staff's words a week later": {
			limits: facebook, ago: 8 * day, author: staff,
			want: []string{"0 dead window", "4 held window"},
		},
		"the bot's words a day later are no person's": {
			limits: facebook, ago: 2 * day, author: "bot",
			want: []string{"0 dead window", "4 held window"},
		},
		"by an approved text": {
			limits: facebook, ago: 2 * day, author: "bot",
			ladder: notifications.Ladder{Templates: template, Costs: costs(1000)}, want: []string{"0 dead window", "2"},
		},
		"an approved text that is refused": {
			limits: facebook, ago: 2 * day, author: "bot",
			ladder: notifications.Ladder{Templates: template, Costs: costs(1000)},
			fails:  []error{&bots.SendError{Class: bots.ErrRejected, Cause: "template off"}},
			want:   []string{"0 dead window", "2 dead rejected", "4 held rejected"},
		},
		"for money while there is some": {
			limits: zalo, ago: 3 * day, ladder: notifications.Ladder{Costs: costs(55)},
			want: []string{"0"},
		},
		"without money": {
			limits: zalo, ago: 3 * day, ladder: notifications.Ladder{Templates: template, Costs: costs(54)},
			want: []string{"0 dead budget", "2 dead budget", "4 held budget"},
		},
		"the platform knows the window better": {
			limits: bots.Limits{}, ago: time.Hour,
			fails: []error{&bots.SendError{Class: bots.ErrWindow, Cause: "-230"}},
			want:  []string{"0 dead window", "4 held window"},
		},
		"blocked": {
			limits: bots.Limits{}, ago: time.Hour,
			fails: []error{&bots.SendError{Class: bots.ErrBlocked, Cause: "403"}},
			want:  []string{"0 dead blocked", "4 held blocked"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.limits, r.Ladder, r.fails = tt.limits, tt.ladder, tt.fails
				answered(t, r, tt.ago, tt.author)
				r.deliver(t)
				if got := r.ladder(t); !slices.Equal(got, tt.want) {
					t.Errorf("the answer is to climb %q, climbed %q", tt.want, got)
				}
			})
		})
	}
}

// TestApprovedTexts: every parameter of the texts that a city has approved is filled in, and no other.
func TestApprovedTexts(t *testing.T) {
	page, err := os.ReadFile("../docs/channels/zalo-templates.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for _, m := range regexp.MustCompile(`<([a-z]+)>`).FindAllStringSubmatch(string(page), -1) {
		asked[m[1]]++
	}
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		var sent bots.Template
		r.on = func(out bots.Outgoing) { sent = out.Template }
		r.limits, r.PublicURL = bots.Limits{Window: day}, "https://1022.example.vn/"
		r.Ladder = notifications.Ladder{Templates: map[string]map[string]string{"webchat": {"answer_fixed": "7"}}}
		var ticket models.Ticket
		r.tx(t, func(tx *store.Tx) (err error) {
			ticket, err = desk.Submit(tx, workflow.SubmitInput{
				Actor: models.Actor{Kind: models.ActorResident, ID: r.talk.ReporterID}, ReporterID: r.talk.ReporterID,
				ConversationID: &r.talk.ID, Words: "ổ gà to trước chợ", Channel: "webchat",
			})
			return err
		})
		r.clock.Move(2 * day)
		r.tx(t, func(tx *store.Tx) error {
			_, err = tx.Say(models.Message{
				ConversationID: r.talk.ID, TicketID: &ticket.ID, Author: "bot", Key: "answer_fixed",
				Args: models.Args{"text": "Đã vá\n xong. " + strings.Repeat("à", 200), "code": "4812 77356"},
			})
			return err
		})
		r.deliver(t)
		link := sent.Params["link"]
		want := map[string]string{
			"code": "4812 77356", "category": "Ổ gà, mặt đường hư hỏng", "department": "–", "date": r.clock.Now().In(models.Zone).Format("02/01/2006"), "link": link,
			"text": "Đã vá xong. " + strings.Repeat("à", 87) + "…",
		}
		if diff := cmp.Diff(want, sent.Params); diff != "" || sent.ID != "7" || !strings.HasPrefix(link, "https://1022.example.vn/t/") {
			t.Errorf("the parameters of %q, with the link %q (-want +got):\n%s", sent.ID, link, diff)
		}
		for name, value := range sent.Params {
			if asked[name] < 4 || utf8.RuneCountInString(value) > 100 {
				t.Errorf("%s is to be in each of the four texts, and short: there %d times, %q", name, asked[name], value)
			}
		}
		if len(asked) != len(sent.Params) {
			t.Errorf("the texts ask for %v, given is %v", asked, sent.Params)
		}
	})
}

func TestLadderHoldsUntilTheyWrite(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.limits = bots.Limits{Window: day}
		answered(t, r, 2*day, "bot")
		r.deliver(t)
		if len(r.taken) != 0 {
			t.Fatalf("nothing is to be sent outside of the window: %q", r.taken)
		}
		r.tx(t, func(tx *store.Tx) error {
			talk, err := tx.MeetConversation(r.address)
			if err != nil {
				return err
			}
			talk.LastInteractionAt = tx.Now
			if err := tx.SaveConversation(talk); err != nil {
				return err
			}
			return tx.Resume(r.address.ID)
		})
		r.say(t, "trả lời tin vừa rồi")
		r.deliver(t)
		if len(r.taken) != 2 || r.taken[1] != "trả lời tin vừa rồi" {
			t.Errorf("what was held comes first when they write again, then the reply: %q", r.taken)
		}
	})
}

func TestLadderTakesAnotherAddress(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.fails = []error{&bots.SendError{Class: bots.ErrBlocked, Cause: "403"}}
		other := &platform{}
		r.Adapters["phone"] = other
		answered(t, r, time.Hour, "bot")
		var second models.Address
		r.tx(t, func(tx *store.Tx) error {
			// The only addresses of one reporter so far: a chat, and the number that they called from. It stands for a
			// second chat here.
			const number = "0912345678"
			if _, err := tx.PhoneReporter(number); err != nil {
				return err
			}
			if err := tx.ProvePhone(r.talk.ReporterID, number); err != nil {
				return err
			}
			var err error
			if second, _, err = tx.FindAddress("phone", "hotline", number); err != nil {
				return err
			}
			_, err = tx.MeetConversation(second)
			return err
		})
		r.deliver(t)
		if err := r.Deliver(t.Context(), second.ID); err != nil {
			t.Fatal(err)
		}
		if len(other.taken) != 1 {
			t.Errorf("an answer that one chat refuses goes to the reporter's other one, which got %q; %q", other.taken, r.ladder(t))
		}
	})
}

func TestQuietHours(t *testing.T) {
	for name, tt := range map[string]struct {
		at    string
		awake time.Duration // since they wrote
		want  string        // when it goes out, by the clock of the city
	}{
		"by day at once":                   {"2026-03-06T12:00:00+07:00", day, "12:00"},
		"by night in the morning":          {"2026-03-06T23:10:00+07:00", day, "06:30"},
		"before dawn the same morning":     {"2026-03-06T04:00:00+07:00", day, "06:30"},
		"in a running conversation always": {"2026-03-06T23:10:00+07:00", 5 * time.Minute, "23:10"},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				at, err := time.Parse(time.RFC3339, tt.at)
				if err != nil {
					t.Fatal(err)
				}
				r.move(t, "telegram")
				r.clock.Move(at.Sub(r.clock.Now()) - tt.awake)
				r.tx(t, func(tx *store.Tx) error {
					r.talk.LastInteractionAt = tx.Now
					return tx.SaveConversation(r.talk)
				})
				r.clock.Move(tt.awake)
				r.say(t, "xong rồi")
				r.deliver(t)
				for len(r.taken) == 0 && r.clock.Now().Sub(at) < day {
					r.clock.Move(10 * time.Minute)
					r.deliver(t)
				}
				if got := r.clock.Now().In(models.Zone).Format("15:04"); got != tt.want {
					t.Errorf("a message of %s is to go out at %s, went at %s", tt.at, tt.want, got)
				}
			})
		})
	}
}

// move makes the round's resident one of another channel.
func (r *round) move(t *testing.T, channel string) {
	t.Helper()
	r.Adapters = map[string]bots.Adapter{channel: r.platform}
	r.tx(t, func(tx *store.Tx) (err error) {
		if r.talk, _, err = tx.LockConversation(channel, "1", "lan"); err != nil {
			return err
		}
		r.address, _, err = tx.FindAddress(channel, "1", "lan")
		return err
	})
}

// TestStormOfOneChannel has a platform that throttles everybody: it is left alone for as long as it says, and the
// other one is not.
func TestStormOfOneChannel(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-03-06T02:00:00Z")
	s := modelstest.SQLite(t, clock.Now)
	var guard sync.Mutex
	asked := map[string]int{}
	busy, calm := &stormy{name: "busy", throttle: time.Minute}, &stormy{name: "calm"}
	for _, p := range []*stormy{busy, calm} {
		p.on = func() { guard.Lock(); asked[p.name]++; guard.Unlock() }
	}
	c := &notifications.Courier{
		Store: s, Desk: desk, Catalogue: desk.Catalogue, Log: discard,
		Adapters: map[string]bots.Adapter{"busy": busy, "calm": calm},
	}
	var addresses []string
	err := s.Tx(t.Context(), func(tx *store.Tx) error {
		for _, channel := range []string{"busy", "calm"} {
			for i := range 20 {
				talk, _, err := tx.LockConversation(channel, "1", fmt.Sprint(i))
				if err != nil {
					return err
				}
				if _, err = tx.Say(models.Message{ConversationID: talk.ID, Author: "bot", Key: "welcome"}); err != nil {
					return err
				}
				addresses = append(addresses, talk.AddressID)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, id := range addresses {
			if err := c.Deliver(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		clock.Move(15 * time.Second)
	}
	if asked["busy"] > 5 || asked["calm"] != 20 {
		t.Errorf("a platform that says: wait a minute, is asked by a few chats only, the other by all 20: %v", asked)
	}
	busy.throttle = 0
	clock.Move(2 * time.Minute)
	for _, id := range addresses {
		if err := c.Deliver(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if busy.took != 20 {
		t.Errorf("after the storm everything is brought: want 20, got %d", busy.took)
	}
}

type stormy struct {
	platform
	name     string
	throttle time.Duration
	took     int
	on       func()
}

func (s *stormy) Send(context.Context, bots.Outgoing) (bots.Sent, error) {
	s.on()
	if s.throttle > 0 {
		return bots.Sent{}, &bots.SendError{Class: bots.ErrThrottled, RetryAfter: s.throttle, Cause: "429"}
	}
	s.took++
	return bots.Sent{ID: "1"}, nil
}
