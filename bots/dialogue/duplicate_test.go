package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// near is a pin so many metres north of the others'.
func near(metres float64) *bots.Incoming {
	p := pin()
	p.Lat = new(*p.Lat + metres/models.MetresPerDegree)
	return p
}

// reports lets somebody report a pothole near the others' and wait until it has settled.
func (c *chat) reports(t *testing.T, who string, metres float64) {
	t.Helper()
	c.who, c.drafts = who, map[string]bool{}
	c.says(t, said("ổ gà to"), near(metres))
	c.settle(t, 3*time.Second)
}

// stand is how a ticket stands to another one, and how many report it.
type stand struct {
	State    models.State
	People   int
	Relation models.Relation
	To       string // "" or "first"
}

// stands are all tickets, the first one first.
func (c *chat) stands(t *testing.T) (all []stand) {
	t.Helper()
	err := c.Store.Read(t.Context(), func(tx *store.Tx) error {
		tickets, err := tx.Tickets(models.System(), store.TicketFilter{Limit: 100})
		for _, row := range slices.Backward(tickets) {
			s := stand{State: row.State, People: row.Reports, Relation: row.Relation}
			if row.RelatedID != nil && *row.RelatedID == tickets[len(tickets)-1].ID {
				s.To = "first"
			}
			all = append(all, s)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTalkAsksAboutTheSame: lan has reported a pothole, and minh or she herself reports one 20 metres away.
func TestTalkAsksAboutTheSame(t *testing.T) {
	t.Parallel()
	const open, again, ended = models.StateAssigned, models.StateAssigned, models.StateResolved
	for name, tt := range map[string]struct {
		who    string
		answer string        // what is said to the question
		waits  time.Duration // instead of an answer
		solved bool          // lan's was answered before
		want   []stand
		said   []string
	}{
		"the same": {
			who: "minh", answer: "1", want: []stand{{State: open, People: 2}}, said: []string{"ask_same", "followed"},
		},
		"the same, in words": {
			who: "minh", answer: "Cùng việc", want: []stand{{State: open, People: 2}}, said: []string{"ask_same", "followed"},
		},
		"the same, in other words": {
			who: "minh", answer: "đúng rồi", want: []stand{{State: open, People: 2}}, said: []string{"ask_same", "followed"},
		},
		"something else": {
			who: "minh", answer: "2", said: []string{"ask_same", "receipt"},
			want: []stand{{State: open, People: 1}, {open, 1, models.RelationDistinct, "first"}},
		},
		"no answer": {
			who: "minh", waits: 5 * time.Minute, said: []string{"ask_same", "receipt"},
			want: []stand{{State: open, People: 1}, {open, 1, models.RelationMaybe, "first"}},
		},
		"her own again": {
			who: "lan", answer: "1", want: []stand{{State: open, People: 1}}, said: []string{"receipt", "ask_same", "attached"},
		},
		"her own, not done": {
			who: "lan", answer: "1", solved: true, want: []stand{{State: again, People: 1}},
			said: []string{"answer_fixed", "ask_still", "reopened"},
		},
		"her own, something else": {
			who: "lan", answer: "việc khác", solved: true, said: []string{"ask_still", "receipt"},
			want: []stand{{State: ended, People: 1}, {open, 1, models.RelationDistinct, "first"}},
		},
		"another's, not done": {
			who: "minh", answer: "chưa xong", solved: true, said: []string{"ask_still", "receipt"},
			want: []stand{{State: ended, People: 1}, {open, 1, models.RelationRecurs, "first"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.reports(t, "lan", 0)
				if tt.solved {
					c.deliver(t)
					c.resolve(t, "Đã vá.")
				}
				c.clock.Move(48 * time.Hour)
				c.reports(t, tt.who, 20)
				if c.deliver(t); tt.answer != "" {
					c.says(t, said(tt.answer))
				}
				c.settle(t, tt.waits)
				c.expectSaid(t, "the conversation", tt.said...)
				if diff := cmp.Diff(tt.want, c.stands(t)); diff != "" {
					t.Errorf("the tickets (-want +got):\n%s", diff)
				}
				c.settle(t, 10*time.Minute)
				c.expectSaid(t, "nothing comes after it", tt.said...)
			})
		})
	}
}

// TestTalkAsksAboutTheSameOnce: what comes while the question stands is no answer, is not lost, and asks nothing anew.
func TestTalkAsksAboutTheSameOnce(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.reports(t, "lan", 0)
		c.reports(t, "minh", 20)
		c.says(t, photo(), said("có người té rồi"))
		c.settle(t, time.Minute)
		c.expectSaid(t, "the question stands", "ask_same")
		var question string
		for _, m := range c.messages(t) {
			if m.Key == "ask_same" {
				question = m.Shown
			}
		}
		for _, secret := range []string{"10.77", "ổ gà to", models.SpokenCode(c.lastCode(t))} {
			if strings.Contains(question, secret) {
				t.Errorf("the question tells nothing of another's report but what everybody may know, not %q: %s", secret, question)
			}
		}
		c.says(t, press("same:"+c.lastCode(t)))
		c.expectSaid(t, "joined", "ask_same", "followed")
		_, _, about := c.ticket(t, c.lastCode(t))
		heard := 0
		for _, m := range about {
			if m.Direction == models.DirectionIn {
				heard++
			}
		}
		if heard != 6 { // lan's words and pin; minh's words, pin, picture and words
			t.Errorf("all that both have sent is the ticket's, got %d", heard)
		}
		c.says(t, press("same:"+c.lastCode(t)))
		c.expectSaid(t, "pressed twice it does nothing more", "ask_same", "followed")
		c.says(t, press("other:"+c.lastCode(t)))
		c.settle(t, 10*time.Minute)
		c.expectSaid(t, "the other choice is gone", "followed", "choice_gone")
	})
}

// TestTalkFollowerHearsTheAnswer: whoever reports the same is told of the answer in their own chat, may disagree for
// themselves, and takes back only their own part.
func TestTalkFollowerHearsTheAnswer(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.reports(t, "lan", 0)
		c.deliver(t)
		c.reports(t, "minh", 20)
		c.deliver(t)
		c.says(t, said("1"))
		c.resolve(t, "Đã vá.")
		c.says(t, said("2"))
		c.expectSaid(t, "minh disagrees for himself", "followed", "answer_fixed", "reopened")
		c.says(t, said("huỷ"))
		c.expectSaid(t, "and takes back his own part", "reopened", "unfollowed")
		c.who = "lan"
		c.expectSaid(t, "lan was told the same, once each", "receipt", "answer_fixed", "reopened")
		if diff := cmp.Diff([]stand{{State: models.StateAssigned, People: 1}}, c.stands(t)); diff != "" {
			t.Errorf("the ticket goes on for her (-want +got):\n%s", diff)
		}
	})
}

// TestTalkKeepsWhatATicketDoesNotTake: what comes to a ticket that is no more theirs begins a report.
func TestTalkKeepsWhatATicketDoesNotTake(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.reports(t, "lan", 0)
		c.reports(t, "minh", 20)
		c.says(t, said("1"))
		c.says(t, said("huỷ"))
		c.expectSaid(t, "minh takes back his own part", "followed", "unfollowed")
		c.says(t, photo())
		c.settle(t, 7*time.Second)
		c.expectSaid(t, "his picture is asked about", "unfollowed", "ask_place")
	})
}

// TestTalkGoneTwin: the ticket that is chosen was closed meanwhile: the report is one of its own at once.
func TestTalkGoneTwin(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.reports(t, "lan", 0)
		c.deliver(t)
		c.reports(t, "minh", 20)
		c.deliver(t)
		c.resolve(t, "Đã vá.")
		c.says(t, said("1"))
		c.expectSaid(t, "nothing is lost", "ask_same", "receipt")
		want := []stand{{State: models.StateResolved, People: 1}, {models.StateAssigned, 1, models.RelationMaybe, "first"}}
		if diff := cmp.Diff(want, c.stands(t)); diff != "" {
			t.Errorf("the tickets (-want +got):\n%s", diff)
		}
	})
}

// TestTalkNeverAsksAboutADanger: it is submitted at once, and staff see that it may be the same.
func TestTalkNeverAsksAboutADanger(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		for _, who := range []string{"lan", "minh"} {
			c.who, c.drafts = who, map[string]bool{}
			c.says(t, said("dây điện đứt rơi xuống đường"), pin())
			c.settle(t, 3*time.Second)
			c.expectSaid(t, who, "danger", "receipt")
		}
		all := c.stands(t)
		if len(all) != 2 || all[1].Relation != models.RelationMaybe || all[1].To != "first" {
			t.Errorf("both are tickets, the second marked: %+v", all)
		}
	})
}
