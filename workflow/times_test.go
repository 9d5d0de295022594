package workflow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

// TestTimes follows the clocks and timers of one ticket through its verbs. A pothole has 4 working hours to be
// accepted and 40 to be mended; it comes in on a Friday at 13:00, so that the first are used up with the day.
func TestTimes(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		c.clock.Move(-3 * time.Hour)
		ticket := c.pothole(t, "lan")
		crew := c.employ(t, models.RoleStaff, c.department(t, "infra_center"))
		resident := c.people["lan"]
		for _, step := range []struct {
			name string
			wait time.Duration
			do   verb // nil: bring what waits
			want []string
		}{
			{"it came", 0, reply(act(crew, ticket)), []string{
				"target Fri 13/03 11:30", "accept running Fri 06/03 17:00", "resolve running Fri 13/03 11:30",
				"timer breach_accept Fri 06/03 17:00", "timer breach_resolve Fri 13/03 11:30",
				"timer warn_accept Fri 06/03 16:00", "timer warn_resolve Thu 12/03 09:30",
			}},
			{"returned, the hotline has five minutes", time.Hour, returning(act(crew, ticket)), []string{
				"target Fri 06/03 14:05", "accept done", "resolve done", "timer breach_triage Fri 06/03 14:05",
				"timer warn_triage Fri 06/03 14:03", "triage running Fri 06/03 14:05",
			}},
			{"assigned, its clocks begin anew", 0, assign(act(c.hotline, ticket), c.department(t, "infra_center")), []string{
				"target Fri 13/03 14:00", "accept running Mon 09/03 08:30", "resolve running Fri 13/03 14:00",
				"timer breach_accept Mon 09/03 08:30", "timer breach_resolve Fri 13/03 14:00",
				"timer warn_accept Fri 06/03 17:00", "timer warn_resolve Thu 12/03 10:30", "triage done",
			}},
			{"accepted, only the work is timed", time.Hour, accept(act(crew, ticket)), []string{
				"target Fri 13/03 14:00", "accept done", "resolve running Fri 13/03 14:00",
				"timer breach_resolve Fri 13/03 14:00", "timer warn_resolve Thu 12/03 10:30", "triage done",
			}},
			{"a question that nobody has read yet pauses nothing", 0, ask(act(crew, ticket)), []string{
				"target Fri 13/03 14:00", "accept done", "resolve running Fri 13/03 14:00",
				"timer breach_resolve Fri 13/03 14:00", "timer warn_resolve Thu 12/03 10:30", "triage done",
			}},
			{"delivered, the clock stands for 48 working hours", time.Hour, nil, []string{
				"target", "accept done", "resolve paused", "timer ask_expire Mon 16/03 16:00", "triage done",
			}},
			{"answered a day later, the clock runs on", 24 * time.Hour, attach(act(resident, ticket)), []string{
				"target Fri 13/03 15:00", "accept done", "resolve running Fri 13/03 15:00",
				"timer breach_resolve Fri 13/03 15:00", "timer warn_resolve Thu 12/03 11:30", "triage done",
			}},
			{"resolved, it closes in ten days", 0, resolve(act(crew, ticket)), []string{
				"target Fri 13/03 15:00", "accept done", "resolve done", "timer close Tue 17/03 16:00", "triage done",
			}},
			{"the ten days begin when the answer is delivered", 2 * time.Hour, nil, []string{
				"target Fri 13/03 15:00", "accept done", "resolve done", "timer close Tue 17/03 18:00", "triage done",
			}},
			{"reopened, everything begins anew", 0, reopen(act(resident, ticket)), []string{
				"target Fri 13/03 17:00", "accept running Mon 09/03 11:30", "resolve running Fri 13/03 17:00",
				"timer breach_accept Mon 09/03 11:30", "timer breach_resolve Fri 13/03 17:00",
				"timer warn_accept Mon 09/03 10:30", "timer warn_resolve Thu 12/03 15:00", "triage done",
			}},
			{"withdrawn, nothing is timed", 0, withdraw(act(resident, ticket)), []string{
				"target Fri 13/03 17:00", "accept done", "resolve done", "triage done",
			}},
		} {
			c.clock.Move(step.wait)
			if step.do == nil {
				c.deliver(t, "lan")
			} else {
				c.must(t, step.do)
			}
			if diff := cmp.Diff(step.want, c.times(t, ticket.ID)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}
		if got := c.ticket(t, ticket.ID).PausedS; got != 24*3600 {
			t.Errorf("the pause is counted by day and night, a day; got %d s", got)
		}
	})
}

// TestUrgentCountsDayAndNight: what is critical has its hours on Friday evening as on any other.
func TestUrgentCountsDayAndNight(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.submit(t, submission{resident: "lan", words: "mất nắp cống", category: "drainage.manhole_cover", at: &here})
		want := []string{
			"target Fri 06/03 20:00", "accept running Fri 06/03 16:30", "resolve running Fri 06/03 20:00",
			"timer breach_accept Fri 06/03 16:30", "timer breach_resolve Fri 06/03 20:00",
			"timer warn_accept Fri 06/03 16:22", "timer warn_resolve Fri 06/03 19:00",
		}
		if diff := cmp.Diff(want, c.times(t, ticket.ID)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		unclear := c.submit(t, submission{resident: "minh", words: "mất nắp cống", category: "drainage.manhole_cover"})
		if got := c.times(t, unclear.ID)[0]; got != "target Fri 06/03 17:00" {
			t.Errorf("the hotline has an hour to find an unclear owner; got %s", got)
		}
	})
}
