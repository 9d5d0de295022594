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
