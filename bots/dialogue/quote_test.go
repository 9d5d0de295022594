package dialogue_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// quotes lists what the phone shows: the platform's id of what each message answers, with its key.
func (c *chat) quotes(t *testing.T) (all []string) {
	t.Helper()
	var keys []string
	for _, m := range c.messages(t) {
		if m.Direction == models.DirectionOut {
			keys = append(keys, m.Key)
		}
	}
	for i, out := range c.phone.shows {
		all = append(all, out.Quote+" "+keys[i])
	}
	return all
}

// TestAnswersQuoteWhatTheyAnswer: the first message of a report, the question for its status, what is added to it and
// what was corrected of it. What was pressed and what a colleague says quotes nothing.
func TestAnswersQuoteWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		then func(code string) *bots.Incoming
		want string
	}{
		"a status":         {func(string) *bots.Incoming { return said("trạng thái") }, "m2 status_own"},
		"a pressed status": {func(code string) *bots.Incoming { return press("status:" + code) }, " status_own"},
		"a late picture":   {func(string) *bots.Incoming { return photo() }, "m2 attached"},
		"an edit": {
			func(string) *bots.Incoming { return about("m0", "Đèn trước chợ tắt ba đêm rồi") }, "m0 attached",
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, said(lamp), pin())
				c.settle(t, 3*time.Second)
				c.deliver(t)
				c.says(t, tt.then(c.lastCode(t)))
				if diff := cmp.Diff([]string{"m0 receipt", tt.want}, c.quotes(t)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestEveryReceiptOfASplitQuotesTheReport(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, photo(), said(two))
		c.settle(t, 6*time.Second)
		c.settle(t, 4*time.Second)
		c.deliver(t)
		c.says(t, said("1"))
		if diff := cmp.Diff([]string{" ask_split", "m0 receipt", "m0 receipt"}, c.quotes(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAColleaguesWordsQuoteNothing(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said(lamp), pin())
		c.settle(t, 3*time.Second)
		c.accept(t)
		c.staff(t, func(tx *store.Tx, act workflow.Act) error {
			_, err := c.Desk.Ask(tx, workflow.AskInput{Act: act, Text: "Trụ số mấy ạ?"})
			return err
		})
		if diff := cmp.Diff([]string{"m0 receipt", " question"}, c.quotes(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
