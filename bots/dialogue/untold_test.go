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
	"github.com/vticket/vticket/workflow"
)

// TestFirstWords come when a picture and a place have been submitted already: they say what the ticket is about.
func TestFirstWords(t *testing.T) {
	t.Parallel()
	type result struct {
		Category string
		State    models.State
		Priority models.Priority
		Said     []string // in answer to the last words
	}
	for name, tt := range map[string]struct {
		words []string
		want  result
	}{
		"a report": {
			[]string{"ổ gà sâu giữa đường"},
			result{"road.pothole", models.StateAssigned, models.PriorityNormal, []string{"understood"}},
		},
		"words that report nothing, then a report": {
			[]string{"hình đó em mới chụp xong", "ổ gà sâu giữa đường"},
			result{"road.pothole", models.StateAssigned, models.PriorityNormal, []string{"understood"}},
		},
		"a danger": {
			[]string{"dây điện đứt rơi xuống đường, đang xẹt lửa"},
			result{"utility.power_hazard", models.StateNew, models.PriorityCritical, []string{"danger", "understood"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, sent(bots.KindImage), pin())
				c.settle(t, 3*time.Second)
				c.deliver(t)
				var told int
				for _, words := range tt.words {
					told = len(c.outcome(t).Said)
					c.clock.Move(10 * time.Second)
					c.says(t, said(words))
				}
				if n := c.count(t, "tickets"); n != 1 {
					t.Fatalf("picture, place and words are one report; there are %d tickets", n)
				}
				ticket, _, _ := c.ticket(t, c.lastCode(t))
				got := result{ticket.Category, ticket.State, ticket.Priority, c.outcome(t).Said[told:]}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("the ticket after the words (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestFirstWordsAfterTheHotline has assigned it as what it seemed: the clocks go by what the words say.
func TestFirstWordsAfterTheHotline(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, sent(bots.KindImage), pin())
		c.settle(t, 3*time.Second)
		c.deliver(t)
		c.staff(t, func(tx *store.Tx, act workflow.Act) error {
			owner, err := tx.DepartmentByCode("infra_center")
			if err != nil {
				return err
			}
			_, err = c.Desk.Assign(tx, workflow.AssignInput{Act: act, DepartmentID: owner.ID})
			return err
		})
		before, _, _ := c.ticket(t, c.lastCode(t))
		c.says(t, said("dây điện đứt rơi xuống đường, đang xẹt lửa"))
		after, _, _ := c.ticket(t, c.lastCode(t))
		if after.Priority != models.PriorityCritical || after.Why != models.WhyHotline ||
			after.TargetDue == nil || !after.TargetDue.Before(*before.TargetDue) {
			t.Errorf("it stays where the hotline sent it (%s), critical (%s), and is due sooner than %v: %v",
				after.Why, after.Priority, before.TargetDue, after.TargetDue)
		}
	})
}

// TestADangerHasTheRightNumber: the one that helps where a life is in danger, and several only where nobody can tell.
func TestADangerHasTheRightNumber(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		danger: "Gọi ngay 114. ",
		"trụ đèn rò điện, có người bị điện giật":       "Gọi ngay 115. ",
		"cây đổ, có người bị đè":                       "Gọi ngay 114. ",
		"mất nắp cống, có người té xuống bị thương":    "Gọi ngay 115 nếu có người bị thương, 114 nếu cháy",
		"ổ gà to, có người té xe bất tỉnh, mau tới đi": "Gọi ngay 115 nếu có người bị thương, 114 nếu cháy",
	} {
		t.Run(words, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, said(words))
				all := c.messages(t)
				if shown := all[len(all)-1].Shown; !strings.Contains("\n"+shown, "\n"+want) {
					t.Errorf("a line of the warning is to begin with %q:\n%s", want, shown)
				}
			})
		})
	}
}

// TestAddedDangers are warned of as first words are, each kind once; what they are added to is critical from then on.
func TestAddedDangers(t *testing.T) {
	t.Parallel()
	const hurt, sparks, despair = "có người té xe ở ổ gà này bất tỉnh rồi", "dây điện ở đó đang xẹt lửa", "tôi muốn chết"
	quote := func(text string) *bots.Incoming {
		in := said(text)
		in.ReplyTo = "m0"
		return in
	}
	for name, tt := range map[string]struct {
		then     []*bots.Incoming
		after    time.Duration // between them
		want     []string      // in answer to them
		priority models.Priority
	}{
		"a life":                     {[]*bots.Incoming{said(hurt)}, time.Minute, []string{"danger", "attached"}, models.PriorityCritical},
		"the same again":             {[]*bots.Incoming{said(hurt), said(hurt)}, time.Minute, []string{"danger", "attached"}, models.PriorityCritical},
		"its own danger hours later": {[]*bots.Incoming{quote(hurt), quote(hurt)}, 5 * time.Hour, []string{"danger", "attached", "attached"}, models.PriorityCritical},
		"another danger":             {[]*bots.Incoming{said(hurt), quote(sparks)}, time.Minute, []string{"danger", "attached", "danger"}, models.PriorityCritical},
		"another one hours later":    {[]*bots.Incoming{quote(sparks), quote(sparks)}, 5 * time.Hour, []string{"danger", "attached", "danger", "attached"}, models.PriorityCritical},
		"despair":                    {[]*bots.Incoming{said(despair)}, time.Minute, []string{"self_harm", "person_called", "attached"}, models.PriorityCritical},
		"despair after a danger":     {[]*bots.Incoming{said(hurt), said(despair)}, time.Minute, []string{"danger", "attached", "self_harm", "person_called"}, models.PriorityCritical},
		"an edit":                    {[]*bots.Incoming{about("m0", "ổ gà to, "+hurt)}, time.Minute, []string{"danger", "attached"}, models.PriorityCritical},
		"despair in an edit":         {[]*bots.Incoming{about("m0", despair)}, time.Minute, []string{"self_harm", "person_called", "attached"}, models.PriorityCritical},
		"no danger":                  {[]*bots.Incoming{said("ổ gà này sâu lắm")}, time.Minute, []string{"attached"}, models.PriorityNormal},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				code := c.report(t)
				told := len(c.outcome(t).Said)
				for _, in := range tt.then {
					again := *in // the other database hears it too
					c.clock.Move(tt.after)
					c.says(t, &again)
				}
				if diff := cmp.Diff(tt.want, c.outcome(t).Said[told:]); diff != "" {
					t.Errorf("in answer (-want +got):\n%s", diff)
				}
				if ticket, _, _ := c.ticket(t, code); ticket.Priority != tt.priority {
					t.Errorf("the ticket is to be %s, is %s", tt.priority, ticket.Priority)
				}
			})
		})
	}
}

// TestAnEditOfWhatBecameNothing is warned of as well.
func TestAnEditOfWhatBecameNothing(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("xin chào"))
		c.says(t, about("m0", "tôi muốn chết"))
		c.expectSaid(t, "an edited greeting", "welcome", "self_harm", "person_called")
	})
}

// TestWhoDespairsIsNotToldTwice: a person has been called, and the bot does not repeat itself under each sentence.
func TestWhoDespairsIsNotToldTwice(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, sent(bots.KindImage), pin())
		c.settle(t, 3*time.Second)
		c.deliver(t)
		for range 3 {
			c.says(t, said("tôi không muốn sống nữa"))
			c.clock.Move(30 * time.Second)
		}
		all := c.outcome(t).Said
		for _, key := range []string{"self_harm", "person_called"} {
			if n := len(slices.DeleteFunc(slices.Clone(all), func(said string) bool { return said != key })); n != 1 {
				t.Errorf("%s is to be said once, was %d times: %q", key, n, all)
			}
		}
	})
}

// TestWhoDespairsGetsNoReceipt: the hotline has a ticket within three minutes; its date is no answer to them.
func TestWhoDespairsGetsNoReceipt(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("tôi không muốn sống nữa"))
		c.settle(t, 7*time.Second)
		c.settle(t, 4*time.Minute)
		got := c.outcome(t)
		if want := []string{"self_harm", "person_called"}; !slices.Equal(got.Said, want) {
			t.Errorf("they are told of help and of a colleague, and nothing by rote: %q, want %q", got.Said, want)
		}
		if want := []string{"new tôi không muốn sống nữa"}; !slices.Equal(got.Tickets, want) {
			t.Errorf("the hotline has a ticket of it: %q, want %q", got.Tickets, want)
		}
	})
}

// TestALatePlaceIsAnswered also when the last addition was: it may have given the report to somebody else.
func TestALatePlaceIsAnswered(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("ổ gà sâu trước nhà số 140 đường Tô Ký"))
		c.settle(t, time.Minute)
		c.deliver(t)
		if n := c.count(t, "tickets"); n != 1 {
			t.Fatalf("an address is place enough; there are %d tickets", n)
		}
		told := len(c.outcome(t).Said)
		c.says(t, sent(bots.KindImage))
		c.clock.Move(10 * time.Second)
		c.says(t, pin())
		c.clock.Move(10 * time.Second)
		c.says(t, pin())
		if diff := cmp.Diff([]string{"attached", "placed"}, c.outcome(t).Said[told:]); diff != "" {
			t.Errorf("the picture and the first place are answered, the same place again is not (-want +got):\n%s", diff)
		}
	})
}
