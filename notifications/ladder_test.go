package notifications_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
)

const day = 24 * time.Hour

// answered is a round with a ticket whose answer waits to be brought; the resident wrote that long ago.
func answered(t *testing.T, r *round, ago time.Duration, author string) {
	t.Helper()
	answeredTo(t, r, ago, author, nil)
}

// answeredTo quotes a message of theirs.
func answeredTo(t *testing.T, r *round, ago time.Duration, author string, quote *string) {
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
			Args: models.Args{"text": "Đã vá xong", "code": "4812 77356"}, QuoteID: quote,
		})
		return err
	})
}

// ladder is what became of the last message, step by step: "0 window" was dead for the window, "2" was sent.
func (r *round) ladder(t *testing.T) (steps []string) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) error {
		said, _, err := tx.ConversationMessages(r.talk.ID, 1)
		if err != nil {
			return err
		}
		all, err := tx.TicketDeliveries(*said[0].TicketID)
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

const staff = "01a202f1-b98c-7006-95cb-bbbbec0a2100"

func TestLadder(t *testing.T) {
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
		"an approved text that a person must mend": {
			limits: facebook, ago: 2 * day, author: "bot",
			ladder: notifications.Ladder{Templates: template, Costs: costs(1000)},
			fails:  []error{&bots.SendError{Class: bots.ErrToken, Template: true, Cause: "-146"}},
			want:   []string{"0 dead window", "2 dead template", "4 held template"},
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
		r.wrote(t)
		r.say(t, "trả lời tin vừa rồi")
		r.deliver(t)
		if len(r.taken) != 2 || r.taken[1] != "trả lời tin vừa rồi" {
			t.Errorf("what was held comes first when they write again, then the reply: %q", r.taken)
		}
	})
}

// TestLadderOutlivesAnOutage: an answer that a platform was not able to take for half a day comes when they write; one
// that may have arrived does not come again.
func TestLadderOutlivesAnOutage(t *testing.T) {
	for name, tt := range map[string]struct {
		first       *bots.SendError
		given, then []string
	}{
		"it cannot have arrived": {
			first: &bots.SendError{Class: bots.ErrRetry},
			given: []string{"0 dead retry", "4 held retry"}, then: []string{"0 dead retry", "4"},
		},
		"it may have arrived": {
			first: &bots.SendError{Class: bots.ErrRetry, Ambiguous: true},
			given: []string{"0 dead retry"}, then: []string{"0 dead retry"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				answered(t, r, time.Hour, staff)
				r.fails = []error{tt.first}
				for range 15 {
					r.fails = append(r.fails, &bots.SendError{Class: bots.ErrRetry})
				}
				for len(r.fails) > 0 {
					r.deliver(t)
					r.clock.Move(2 * time.Hour)
				}
				if got := r.ladder(t); !slices.Equal(got, tt.given) {
					t.Errorf("after the outage the answer is to be %q, is %q", tt.given, got)
				}
				r.wrote(t)
				r.deliver(t)
				if got := r.ladder(t); !slices.Equal(got, tt.then) {
					t.Errorf("once they write it is to be %q, is %q", tt.then, got)
				}
			})
		})
	}
}

// wrote has the resident write to us.
func (r *round) wrote(t *testing.T) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) error {
		talk, err := tx.MeetConversation(r.address)
		if err != nil {
			return err
		}
		talk.LastInteractionAt = tx.Now
		if err := tx.SaveConversation(talk); err != nil {
			return err
		}
		if a, _, err := tx.FindAddress(r.address.Channel, "web", "lan"); err != nil || !a.Held {
			t.Errorf("it is to be noted that something waits for them to write: %v", err)
			return err
		}
		return tx.Resume(r.address.ID)
	})
}

// TestLadderWaitingTextGoesAsAnswer: an approved text that waits for tomorrow, or for a person, is an answer as soon as
// they write, and holds back nothing.
func TestLadderWaitingTextGoesAsAnswer(t *testing.T) {
	for name, refused := range map[string]*bots.SendError{
		"until tomorrow":             {Class: bots.ErrThrottled, RetryAfter: 15 * time.Hour, Alone: true},
		"until the account has paid": {Class: bots.ErrToken},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.limits, r.fails = bots.Limits{Window: day}, []error{refused}
				r.Ladder = notifications.Ladder{Templates: map[string]map[string]string{"webchat": {"answer_fixed": "7"}}}
				answered(t, r, 2*day, "bot")
				r.deliver(t)
				var steps []bots.Step
				r.on = func(out bots.Outgoing) { steps = append(steps, out.Step) }
				r.wrote(t)
				r.say(t, "trả lời tin vừa rồi")
				r.deliver(t)
				if len(r.taken) != 2 || r.taken[1] != "trả lời tin vừa rồi" || slices.Contains(steps, bots.StepTemplate) {
					t.Errorf("the waiting answer goes first and is no approved text, then the reply: %q by %q", r.taken, steps)
				}
			})
		})
	}
}

// TestLadderBooksOnce: a message is paid once, when it has arrived or may have, however often it was tried.
func TestLadderBooksOnce(t *testing.T) {
	retry, unsure := &bots.SendError{Class: bots.ErrRetry}, &bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	for name, tt := range map[string]struct {
		fails []error
		dies  bool // at the first try
		want  int64
	}{
		"after two faults":         {fails: []error{retry, retry}, want: 300},
		"when the answer was lost": {fails: []error{unsure}, want: 300},
		"when it was lost twice":   {fails: []error{unsure, unsure}, want: 300},
		"when its sender died":     {dies: true, want: 300},
		"not when it was refused":  {fails: []error{retry, &bots.SendError{Class: bots.ErrRejected}}, want: 0},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.limits, r.fails = bots.Limits{Window: day}, tt.fails
				r.Ladder = notifications.Ladder{
					Templates: map[string]map[string]string{"webchat": {"answer_fixed": "7"}},
					Costs:     map[string]notifications.Cost{"webchat": {Template: 300, Daily: 300}},
				}
				answered(t, r, 2*day, "bot")
				r.on = func(bots.Outgoing) {
					if tt.dies { // the lease runs out, somebody else takes it, and what we learn is stale
						tt.dies = false
						r.clock.Move(time.Minute)
						r.tx(t, func(tx *store.Tx) error {
							_, _, err := tx.ClaimAddress(r.address.ID)
							return err
						})
					}
				}
				for range 5 {
					r.deliver(t)
					r.clock.Move(time.Minute)
				}
				var spent int64
				r.tx(t, func(tx *store.Tx) (err error) {
					spent, err = tx.Spent("webchat", tx.Now.In(models.Zone).Format(time.DateOnly))
					return err
				})
				if spent != tt.want || len(r.fails) > 0 {
					t.Errorf("%d đồng are to be booked, are %d; %q", tt.want, spent, r.ladder(t))
				}
			})
		})
	}
}

// TestLadderGoesByPhone: an approved text that does not reach the account goes to their number once, if it is known.
func TestLadderGoesByPhone(t *testing.T) {
	away := &bots.SendError{Class: bots.ErrWindow, ByPhone: true, Cause: "-227"}
	busy := &bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Second}
	for name, tt := range map[string]struct {
		phone   string
		typed   string // later than phone
		called  bool   // from phone, before
		blocked bool
		fails   []error
		tries   []string
		want    []string
	}{
		"one try": {
			phone: "0912345678", fails: []error{away}, tries: []string{"", "0912345678"}, want: []string{"0 dead window", "2"},
		},
		"the same try again when it has to wait": {
			phone: "0912345678", fails: []error{away, busy}, tries: []string{"", "0912345678", "0912345678"},
			want: []string{"0 dead window", "2"},
		},
		"not twice": {
			phone: "0912345678", fails: []error{away, away}, tries: []string{"", "0912345678"},
			want: []string{"0 dead window", "2 dead window", "4 held window"},
		},
		"without a number": {
			fails: []error{away}, tries: []string{""}, want: []string{"0 dead window", "2 dead window", "4 held window"},
		},
		"not to a number that was only typed": {
			typed: "0912345678", fails: []error{away}, tries: []string{""},
			want: []string{"0 dead window", "2 dead unproved", "4 held unproved"},
		},
		"not to another than the one that was proved": {
			phone: "0987654321", typed: "0912345678", fails: []error{away}, tries: []string{""},
			want: []string{"0 dead window", "2 dead unproved", "4 held unproved"},
		},
		"but to the one that they called from": {
			phone: "0987654321", called: true, typed: "0912345678", fails: []error{away}, tries: []string{"", "0987654321"},
			want: []string{"0 dead window", "2"},
		},
		"nor when they blocked us": {
			typed: "0912345678", blocked: true, want: []string{"0 dead blocked", "2 dead unproved", "4 held unproved"},
		},
		"to one that was typed again": {
			phone: "0912345678", typed: "0912345678", fails: []error{away}, tries: []string{"", "0912345678"},
			want: []string{"0 dead window", "2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.limits, r.fails = bots.Limits{Window: day}, tt.fails
				r.Ladder = notifications.Ladder{Templates: map[string]map[string]string{"webchat": {"answer_fixed": "7"}}}
				var tries []string
				r.on = func(out bots.Outgoing) { tries = append(tries, out.Template.Phone) }
				r.tx(t, func(tx *store.Tx) error {
					if tt.called {
						if _, err := tx.PhoneReporter(tt.phone); err != nil {
							return err
						}
					}
					if tt.phone != "" {
						if err := tx.ProvePhone(r.talk.ReporterID, tt.phone); err != nil {
							return err
						}
					}
					return tx.Introduce(r.talk.ReporterID, "", tt.typed)
				})
				answered(t, r, 2*day, "bot")
				r.tx(t, func(tx *store.Tx) error { return tx.BlockAddress(r.address.ID, tt.blocked) })
				for range 3 {
					r.deliver(t)
					r.clock.Move(time.Minute)
				}
				if got := r.ladder(t); !slices.Equal(got, tt.want) || !slices.Equal(tries, tt.tries) {
					t.Errorf("to the numbers %q, then %q; it went to %q, then %q", tt.tries, tt.want, tries, got)
				}
			})
		})
	}
}

func TestLadderTakesAnotherAddress(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.fails = []error{&bots.SendError{Class: bots.ErrBlocked, Cause: "403"}}
		other := &platform{}
		quotes := ""
		other.on = func(out bots.Outgoing) { quotes += out.Quote }
		r.Adapters["phone"] = other
		asked := r.heard(t, "lan", "m1")
		answeredTo(t, r, time.Hour, "bot", &asked.ID)
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
		if quotes != "" {
			t.Errorf("what is answered does not stand in the other chat, which is to quote nothing, not %q", quotes)
		}
	})
}
