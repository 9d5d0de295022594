package dialogue_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestAMachineThatAnswersIsLeftAlone: at most ten automatic answers go to one conversation within a minute. What is
// said for somebody's safety, receipts and what a department says go out all the same.
func TestAMachineThatAnswersIsLeftAlone(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		var log bytes.Buffer
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		code := c.report(t)
		c.clock.Move(time.Minute)
		for n := range 15 {
			c.says(t, said(fmt.Sprintf("trạng thái %d", n)))
		}
		if n := c.saidTimes(t, "status_own") + c.saidTimes(t, "status_unknown") + c.saidTimes(t, "status_list"); n != 10 {
			t.Errorf("of fifteen answers within a minute ten are said: %d, %q", n, c.outcome(t).Said)
		}
		if n := strings.Count(log.String(), "falling silent"); n != 1 {
			t.Errorf("that it falls silent is logged once: %d\n%s", n, log.String())
		}
		c.resolve(t, "Đã vá.")
		if n := c.saidTimes(t, "answer_fixed"); n != 1 {
			t.Errorf("the answer of a department to %s is said: %d, %q", code, n, c.outcome(t).Said)
		}
		c.says(t, said(danger))
		c.expectSaid(t, "a danger is answered amid too many answers", "danger")
		receipts := c.saidTimes(t, "receipt")
		c.says(t, pin())
		c.settle(t, 3*time.Second)
		if n := c.saidTimes(t, "receipt"); n != receipts+1 {
			t.Errorf("the danger's receipt is said: %d of %d, %q", n, receipts+1, c.outcome(t).Said)
		}
		c.clock.Move(time.Minute)
		c.says(t, said("trợ giúp"))
		c.expectSaid(t, "a minute later the bot answers again", "help")
	})
}
