package dialogue_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// TestWhatNobodyHasReadIsNotJudged: whatever keeps an answer from its resident, neither a bare number nor words decide
// about it before it was shown; then both do.
func TestWhatNobodyHasReadIsNotJudged(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]struct {
		from func(t *testing.T, c *chat) // keeps the answer from coming
		to   func(t *testing.T, c *chat) // nil: it comes when they write
	}{
		"the platform's window": {from: func(t *testing.T, c *chat) {
			t.Helper()
			c.phone.limits.Window = 24 * time.Hour
			c.clock.Move(48 * time.Hour)
			c.resolve(t, "Đã vá.")
		}},
		"quiet hours": {from: func(t *testing.T, c *chat) {
			t.Helper()
			c.phone.fails = &bots.SendError{Class: bots.ErrThrottled, RetryAfter: 9 * time.Hour}
			c.resolve(t, "Đã vá.")
			c.phone.fails = nil
			a, _ := c.address(t)
			c.change(t, "UPDATE deliveries SET error_class = 'quiet' WHERE status = 'queued'")
			c.change(t, "UPDATE reporter_addresses SET held = TRUE WHERE id = '"+a.ID+"'")
		}},
		"an outage": {from: func(t *testing.T, c *chat) {
			t.Helper()
			c.phone.fails = &bots.SendError{Class: bots.ErrRetry}
			c.resolve(t, "Đã vá.")
			c.phone.fails = nil
		}},
		"a throttle": {
			from: func(t *testing.T, c *chat) {
				t.Helper()
				c.phone.fails = &bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Minute}
				c.resolve(t, "Đã vá.")
				c.phone.fails = nil
			},
			to: func(t *testing.T, c *chat) {
				t.Helper()
				c.clock.Move(time.Minute)
				c.deliver(t)
			},
		},
	} {
		for words, tt := range map[string]struct {
			again string
			want  models.State
			added int // messages of the ticket
		}{
			"1":                {again: "1", want: models.StateClosed},
			"2":                {again: "2", want: models.StateAssigned},
			"xong rồi":         {again: "xong", want: models.StateClosed},
			"chưa thấy ai làm": {again: "2", want: models.StateAssigned, added: 1},
		} {
			t.Run(name+" and "+words, func(t *testing.T) {
				eachChat(t, func(t *testing.T, c *chat) {
					t.Helper()
					code := c.report(t)
					c.clock.Move(time.Hour)
					_, _, before := c.ticket(t, code)
					keep.from(t, c)
					c.says(t, said(words))
					c.expectState(t, "before the answer is shown", code, models.StateResolved)
					if keep.to != nil {
						keep.to(t, c)
					}
					c.expectSaid(t, "the answer is shown, and is the last that was said", "receipt", "answer_fixed")
					if _, _, about := c.ticket(t, code); len(about) != len(before)+1+tt.added {
						t.Errorf("%d words are to be added to the report besides the answer; %d messages after %d",
							tt.added, len(about), len(before))
					}
					c.says(t, said(tt.again))
					c.expectState(t, "chosen again", code, tt.want)
				})
			})
		}
	}
}

// change changes the database behind everybody's back.
func (c *chat) change(t *testing.T, statement string) {
	t.Helper()
	if _, err := c.behind.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
