package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
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
				"timer ask_expire Mon 16/03 15:00", "timer breach_resolve Fri 13/03 14:00",
				"timer warn_resolve Thu 12/03 10:30", "triage done",
			}},
			{"delivered, the clock stands, until what was promised ends", time.Hour, nil, []string{
				"target", "accept done", "resolve paused", "timer ask_expire Mon 16/03 13:00", "triage done",
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

// work are the lines of times that tell of a department's work, not of its taking a ticket on.
func (c *city) work(t *testing.T, id string) []string {
	t.Helper()
	return slices.DeleteFunc(c.times(t, id), func(line string) bool {
		return !strings.HasPrefix(line, "target") && !strings.Contains(line, "resolve")
	})
}

// TestNothingIsDueAfterThePromise: a tree that hangs over the street has 80 working hours, which end days after what
// its resident was told; whatever happens to it, its department is warned and late by that day.
func TestNothingIsDueAfterThePromise(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.submit(t, submission{resident: "lan", words: "cây chìa ra đường", category: "green.pruning", at: &here})
		a, resident := act(c.hotline, ticket), act(c.people["lan"], ticket)
		promised := func(warn string) []string {
			return []string{
				"target Mon 16/03 16:00", "resolve running Mon 16/03 16:00", "timer breach_resolve Mon 16/03 16:00",
				"timer warn_resolve " + warn,
			}
		}
		for _, step := range []struct {
			name string
			wait time.Duration // before it
			do   []verb
			want []string
		}{
			{"submitted", 0, nil, promised("Fri 13/03 10:30")},
			{"given to another", 72 * time.Hour, []verb{assign(a, c.department(t, "ward_urban", here))}, promised("Fri 13/03 14:00")},
			{"called another type", 0, []verb{triage(a, "green.park", "")}, promised("Fri 13/03 14:00")},
			{"asked about", 0, []verb{accept(a), ask(a), pause(act(models.System(), ticket))}, []string{"target", "resolve paused"}},
			{"answered", 48 * time.Hour, []verb{attach(resident)}, promised("Mon 16/03 08:30")},
			{"reopened in time", 0, []verb{resolve(a), reopen(resident)}, promised("Mon 16/03 08:30")},
			{"reopened after the promise, which is given anew", 6 * 24 * time.Hour, []verb{resolve(a), reopen(resident)}, []string{
				"target Fri 27/03 16:00", "resolve running Fri 27/03 16:00", "timer breach_resolve Fri 27/03 16:00",
				"timer warn_resolve Wed 25/03 16:00",
			}},
			{"late before it was given to another", 11 * 24 * time.Hour, []verb{assign(a, c.department(t, "infra_center"))}, []string{
				"target Fri 27/03 16:00", "resolve running Fri 27/03 16:00", "timer breach_resolve Fri 27/03 16:00",
			}},
		} {
			c.clock.Move(step.wait)
			c.must(t, step.do...)
			if diff := cmp.Diff(step.want, c.work(t, ticket.ID)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}
		if got := wall(c.ticket(t, ticket.ID).PromiseDue); got != "Fri 27/03 16:00" {
			t.Errorf("reopened on 17/03 after its promise, it is promised for ten days later; got %s", got)
		}
	})
}

// TestMergeKeepsTheEarlierPromise: who waits longer is not to wait longer still.
func TestMergeKeepsTheEarlierPromise(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		first := c.pothole(t, "lan")
		c.clock.Move(5 * 24 * time.Hour)
		second := c.submit(t, submission{resident: "minh", words: "cây chìa ra đường", category: "green.pruning", at: &here})
		if got := c.work(t, second.ID)[0]; got != "target Sat 21/03 16:00" {
			t.Errorf("alone it is due when its own promise ends; got %s", got)
		}
		c.must(t, merge(act(c.hotline, first), second))
		want := []string{
			"target Mon 16/03 16:00", "resolve running Mon 16/03 16:00", "timer breach_resolve Mon 16/03 16:00",
			"timer warn_resolve Mon 16/03 08:30",
		}
		if diff := cmp.Diff(want, c.work(t, second.ID)); diff != "" {
			t.Errorf("joined it is due when the earlier one ends (-want +got):\n%s", diff)
		}
	})
}

// TestNoWarningAfterTheEnd: a pothole that turns out to be karaoke has used up three quarters of its new hours before;
// the warning that it had as a pothole, a day after its new end, is taken back.
func TestNoWarningAfterTheEnd(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		c.clock.Move(66 * time.Hour) // Monday 10:00: three and a half working hours
		c.must(t, triage(act(c.hotline, ticket), "noise.karaoke", ""))
		want := []string{"target Mon 09/03 10:30", "resolve running Mon 09/03 10:30", "timer breach_resolve Mon 09/03 10:30"}
		if diff := cmp.Diff(want, c.work(t, ticket.ID)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestMergeKeepsTheHigherPriority: what is critical stays so in the ticket that goes on, by day and night.
func TestMergeKeepsTheHigherPriority(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range map[string]struct {
			from, into models.Priority
			want       models.Priority
			due        string
		}{
			"critical into normal": {models.PriorityCritical, models.PriorityNormal, models.PriorityCritical, "target Sun 08/03 08:00"},
			"low into normal":      {models.PriorityLow, models.PriorityNormal, models.PriorityNormal, "target Fri 13/03 16:00"},
		} {
			from, into := c.pothole(t, "lan"), c.pothole(t, "minh")
			c.must(t, triage(act(c.hotline, from), "", tt.from), triage(act(c.hotline, into), "", tt.into))
			after := c.must(t, merge(act(c.hotline, from), into))
			if got := c.times(t, into.ID)[0]; after.Priority != tt.want || got != tt.due {
				t.Errorf("%s: want %s, %s; got %s, %s", name, tt.want, tt.due, after.Priority, got)
			}
			c.expectSound(t, into)
		}
	})
}

// TestCriticalStandsNoLonger: a clock that stands for a question runs on as soon as its ticket is critical; the question
// stands on.
func TestCriticalStandsNoLonger(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		a := act(c.hotline, ticket)
		c.must(t, accept(a), ask(a), pause(act(models.System(), ticket)))
		c.clock.Move(time.Hour)
		c.must(t, triage(a, "", models.PriorityHigh))
		if got := c.times(t, ticket.ID)[0]; got != "target" {
			t.Errorf("while it is not critical it stands: %s", got)
		}
		got := c.must(t, triage(a, "", models.PriorityCritical))
		if got.State != models.StateWaiting || got.PausedS != 3600 {
			t.Errorf("it waits on, and the hour that it stood is counted: %s, %d s", got.State, got.PausedS)
		}
		want := []string{
			"target Sun 08/03 09:00", "accept done", "resolve running Sun 08/03 09:00",
			"timer ask_expire Mon 16/03 16:00", "timer breach_resolve Sun 08/03 09:00", "timer warn_resolve Sat 07/03 23:00",
		}
		if diff := cmp.Diff(want, c.times(t, ticket.ID)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestAddedDangerIsCritical: words that tell of a danger hurry their ticket, in the event by which they were added.
func TestAddedDangerIsCritical(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		const hurt = "có người té xe ở ổ gà này bất tỉnh rồi"
		for name, tt := range map[string]struct {
			before  []func(workflow.Act) verb
			words   string
			amended bool // the words are an edit's, and no message of their own
			want    models.Priority
			due     string
		}{
			"added":                       {nil, hurt, false, models.PriorityCritical, "target Sun 08/03 08:00"},
			"an edit":                     {nil, hurt, true, models.PriorityCritical, "target Sun 08/03 08:00"},
			"an edit when they are at it": {[]func(workflow.Act) verb{accept}, hurt, true, models.PriorityCritical, "target Sun 08/03 08:00"},
			"the answer to a question":    {[]func(workflow.Act) verb{accept, ask}, hurt, false, models.PriorityCritical, "target Sun 08/03 08:00"},
			"no danger":                   {nil, "ổ gà này sâu lắm", false, models.PriorityNormal, "target Fri 13/03 16:00"},
		} {
			t.Run(name, func(t *testing.T) {
				ticket := c.pothole(t, "lan")
				for _, v := range tt.before {
					c.must(t, v(act(c.hotline, ticket)))
				}
				events := c.ticket(t, ticket.ID).LastSeq
				got := c.must(t, c.adds(ticket, "lan", tt.words, tt.amended))
				if due := c.times(t, ticket.ID)[0]; got.Priority != tt.want || due != tt.due {
					t.Errorf("want %s, %s; got %s, %s", tt.want, tt.due, got.Priority, due)
				}
				if got.LastSeq != events+1 {
					t.Errorf("one event is to be written, %d were", got.LastSeq-events)
				}
				c.expectSound(t, ticket)
			})
		}
	})
}

// TestAnotherReportersDangerIsCritical: the same hurries it when somebody else reports it so, in the event of that.
func TestAnotherReportersDangerIsCritical(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		same := c.follow(t, "hai", ticket)
		if same.Priority != models.PriorityNormal {
			t.Errorf("another report without a danger is to leave the priority, made it %s", same.Priority)
		}
		got := c.followIn(t, "minh", same, "có người té xe ở ổ gà này bất tỉnh rồi")
		if due := c.times(t, ticket.ID)[0]; got.Priority != models.PriorityCritical || due != "target Sun 08/03 08:00" {
			t.Errorf("want critical, target Sun 08/03 08:00; got %s, %s", got.Priority, due)
		}
		if got.LastSeq != same.LastSeq+1 {
			t.Errorf("one event is to be written, %d were", got.LastSeq-same.LastSeq)
		}
		c.expectSound(t, ticket)
	})
}

// adds lets a resident add words to their ticket, or edit what they said of it.
func (c *city) adds(t models.Ticket, resident, words string, edit bool) verb {
	a := act(c.people[resident], t)
	return func(tx *store.Tx) (models.Ticket, error) {
		if edit {
			return desk.Amend(tx, workflow.AmendInput{Act: a, Words: words})
		}
		address, _, err := tx.FindAddress("webchat", "web", resident)
		if err != nil {
			return t, err
		}
		talk, err := tx.ConversationWith(address.ID)
		if err != nil {
			return t, err
		}
		heard, err := tx.Heard(models.Message{ConversationID: talk.ID, Author: "resident", Text: words})
		if err != nil {
			return t, err
		}
		return desk.Attach(tx, workflow.AttachInput{Act: a, MessageIDs: []string{heard.ID}})
	}
}
