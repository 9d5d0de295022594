package dialogue_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// TestTalkTellsOfChoicesThatAreGone: a button that nothing stands behind any more is answered, once in a while; a double
// click is not.
func TestTalkTellsOfChoicesThatAreGone(t *testing.T) {
	type pressing struct {
		after   time.Duration
		payload string // with the ticket's code after a colon; "?" for one that nobody knows
	}
	t.Parallel()
	for name, tt := range map[string]struct {
		presses []pressing
		gone    int // times
		want    models.State
	}{
		"an unknown button":               {[]pressing{{0, "?"}}, 1, models.StateResolved},
		"two of them at once":             {[]pressing{{0, "?"}, {0, "later:"}}, 1, models.StateResolved},
		"another one six minutes later":   {[]pressing{{0, "?"}, {6 * time.Minute, "later:"}}, 2, models.StateResolved},
		"a double click on done":          {[]pressing{{0, "done:"}, {time.Second, "done:"}}, 0, models.StateClosed},
		"done again a day later":          {[]pressing{{0, "done:"}, {24 * time.Hour, "done:"}}, 1, models.StateClosed},
		"a double click on not done":      {[]pressing{{0, "not_done:"}, {0, "not_done:"}}, 0, models.StateAssigned},
		"done after not done":             {[]pressing{{0, "not_done:"}, {time.Second, "done:"}}, 1, models.StateAssigned},
		"a button that begins it all":     {[]pressing{{0, "get_started"}}, 0, models.StateResolved},
		"back to the bot, which is there": {[]pressing{{0, "bot"}}, 0, models.StateResolved},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				code := c.report(t)
				c.resolve(t, "Đã vá.")
				for _, p := range tt.presses {
					c.clock.Move(p.after)
					if p.payload[len(p.payload)-1] == ':' {
						p.payload += code
					}
					c.says(t, press(p.payload))
				}
				if n := c.saidTimes(t, "choice_gone"); n != tt.gone {
					t.Errorf("%d times they are told that a choice is gone, not %d: %q", n, tt.gone, c.outcome(t).Said)
				}
				c.expectState(t, "after all", code, tt.want)
			})
		})
	}
}

// TestTalkTellsOfStrangersChoices: a stranger's code under a button is no business of whoever presses it.
func TestTalkTellsOfStrangersChoices(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.who = "minh"
		for _, e := range []*bots.Incoming{press("done:" + code), press("rate:" + code + ":1")} {
			c.says(t, e)
			c.expectSaid(t, "the stranger", "choice_gone")
			c.expectState(t, "after a stranger's press", code, models.StateResolved)
			c.clock.Move(time.Hour)
		}
	})
}
