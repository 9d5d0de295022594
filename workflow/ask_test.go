package workflow_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// pass moves the clock to a timer of a ticket and fires it from eight sides at once.
func (c *city) pass(t *testing.T, id string, kind models.TimerKind) {
	t.Helper()
	timer, ok := c.armed(t, id)[kind]
	if !ok {
		t.Fatalf("timer %s is to be armed; %v are", kind, c.times(t, id))
	}
	before := c.ticket(t, id).Version
	c.clock.Move(timer.DueAt.Sub(c.clock.Now()) - time.Microsecond)
	c.fire(t, timer)
	if now := c.ticket(t, id).Version; now != before {
		t.Errorf("a microsecond early %s is to do nothing; version %d became %d", kind, before, now)
	}
	c.clock.Move(time.Microsecond)
	c.fire(t, timer)
	if now := c.ticket(t, id).Version; now != before+1 {
		t.Errorf("%s fires once among eight; version %d became %d", kind, before, now)
	}
}

func (c *city) fire(t *testing.T, timer models.Timer) {
	t.Helper()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := desk.Fire(t.Context(), c.Store, timer.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// last is a ticket's last event.
func (c *city) last(t *testing.T, id string) (last models.Event) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		events, err := tx.Timeline(id)
		last = events[len(events)-1]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func TestTimersFire(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		end := c.armed(t, ticket.ID)
		for _, step := range []struct {
			timer, end models.TimerKind
			want       models.Verb
		}{
			{"warn_accept", "breach_accept", models.VerbWarn},
			{"breach_accept", "breach_accept", models.VerbBreach},
			{"warn_resolve", "breach_resolve", models.VerbWarn},
			{"breach_resolve", "breach_resolve", models.VerbBreach},
		} {
			c.pass(t, ticket.ID, step.timer)
			last := c.last(t, ticket.ID)
			if last.Verb != step.want {
				t.Errorf("%s leads to %s, want %s", step.timer, last.Verb, step.want)
			}
			if due := fmt.Sprintf(`"due_at":%d`, end[step.end].DueAt.UnixMicro()); !strings.Contains(last.Data, due) {
				t.Errorf("%s is to tell when its clock is due, %s: %s", step.timer, due, last.Data)
			}
		}
		c.must(t, resolve(act(c.hotline, ticket)))
		c.deliver(t, "lan")
		c.pass(t, ticket.ID, models.TimerClose)
		if got := c.ticket(t, ticket.ID); got.State != models.StateClosed || len(c.armed(t, ticket.ID)) > 0 {
			t.Errorf("ten days after the delivered answer it is closed and nothing is timed: %+v", got)
		}
	})
}

// TestOnlyADeliveredAnswerCloses: while an answer still waits for its resident nobody's silence means anything.
func TestOnlyADeliveredAnswerCloses(t *testing.T) {
	for name, tt := range map[string]struct {
		status models.DeliveryStatus
		class  string
		want   models.State
	}{
		"held until they write":       {models.DeliveryHeld, "window", models.StateResolved},
		"waiting for a retry":         {models.DeliveryQueued, "retry", models.StateResolved},
		"held for who has left us":    {models.DeliveryHeld, "blocked", models.StateClosed},
		"given up, as staff are told": {models.DeliveryDead, "rejected", models.StateClosed},
	} {
		t.Run(name, func(t *testing.T) {
			eachCity(t, func(t *testing.T, c *city) {
				t.Helper()
				ticket := c.pothole(t, "lan")
				c.deliver(t, "lan")
				c.must(t, resolve(act(c.hotline, ticket)))
				err := c.Tx(t.Context(), func(tx *store.Tx) error {
					a, _, err := tx.FindAddress("webchat", "web", "lan")
					if err != nil {
						return err
					}
					d, _, err := tx.NextDelivery(a.ID)
					d.Status, d.ErrorClass = tt.status, tt.class
					return errors.Join(err, tx.SaveDelivery(d))
				})
				if err != nil {
					t.Fatal(err)
				}
				timer := c.armed(t, ticket.ID)[models.TimerClose]
				c.clock.Move(timer.DueAt.Sub(c.clock.Now()))
				if err := desk.Fire(t.Context(), c.Store, timer.ID); err != nil {
					t.Fatal(err)
				}
				if got := c.ticket(t, ticket.ID).State; got != tt.want {
					t.Errorf("after ten days it is to be %s, is %s", tt.want, got)
				}
				if _, armed := c.armed(t, ticket.ID)[models.TimerClose]; armed != (tt.want == models.StateResolved) {
					t.Errorf("it is timed only while it is resolved, not %s: %t", tt.want, armed)
				}
				for range 2 { // a month after it was resolved nobody is waited for any more
					if timer, armed := c.armed(t, ticket.ID)[models.TimerClose]; armed {
						c.clock.Move(timer.DueAt.Sub(c.clock.Now()))
						if err := desk.Fire(t.Context(), c.Store, timer.ID); err != nil {
							t.Fatal(err)
						}
					}
				}
				if got := c.ticket(t, ticket.ID).State; got != models.StateClosed {
					t.Errorf("after thirty days it is to be closed, is %s", got)
				}
			})
		})
	}
}

func TestQuestions(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range map[string]struct {
			priority models.Priority
			pauses   int
		}{
			"a question pauses the clock once":    {models.PriorityNormal, 1},
			"what is critical never stands still": {models.PriorityCritical, 0},
		} {
			t.Run(name, func(t *testing.T) {
				ticket := c.pothole(t, name)
				a := act(c.hotline, ticket)
				c.must(t, triage(a, "", tt.priority), accept(a))
				for round := range 2 {
					c.must(t, ask(a))
					c.deliver(t, name)
					if got := c.ticket(t, ticket.ID); got.Pauses != tt.pauses || (got.TargetDue == nil) != (round == 0 && tt.pauses == 1) {
						t.Errorf("question %d: %d pauses, target %v", round+1, got.Pauses, got.TargetDue)
					}
					c.pass(t, ticket.ID, models.TimerAskExpire)
					if got := c.ticket(t, ticket.ID); got.State != models.StateInProgress || c.last(t, ticket.ID).Verb != models.VerbExpire {
						t.Errorf("silence gives it back to its department: %s", got.State)
					}
				}
			})
		}
		t.Run("a pause that ends with the answer is counted", func(t *testing.T) {
			ticket := c.pothole(t, "thu")
			a := act(c.hotline, ticket)
			c.must(t, accept(a), ask(a))
			c.deliver(t, "thu")
			c.clock.Move(time.Hour)
			if got := c.must(t, resolve(a)); got.PausedS != 3600 {
				t.Errorf("want 3600 s, got %d", got.PausedS)
			}
		})
	})
}

// TestNoPauseOutlastsThePromise: a department's clock stands no longer than the resident was told to wait; then the
// ticket is its department's again, and late. A ticket that is late before its question arrives stays so.
func TestNoPauseOutlastsThePromise(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		const promise = "Mon 16/03 16:00"
		for name, tt := range map[string]struct {
			asked  time.Duration // after the report
			older  bool          // a report of two days before is joined to it then
			ends   string        // what waits for an answer
			pauses int
		}{
			"the promise ends first":                 {3 * 24 * time.Hour, false, promise, 1},
			"the promise of a joined one ends first": {3 * 24 * time.Hour, true, "Sat 14/03 16:00", 1},
			"the promise is over":                    {11 * 24 * time.Hour, false, "Wed 25/03 16:00", 0},
		} {
			t.Run(name, func(t *testing.T) {
				c.clock.Move(modelstest.NewClock(t, start).Now().Sub(c.clock.Now()))
				c.clock.Move(-48 * time.Hour)
				older := c.pothole(t, "minh")
				c.clock.Move(48 * time.Hour)
				ticket := c.pothole(t, "lan")
				a := act(c.hotline, ticket)
				c.must(t, accept(a))
				c.clock.Move(tt.asked)
				c.must(t, ask(a))
				c.deliver(t, "lan")
				if tt.older {
					c.must(t, merge(act(c.hotline, older), ticket))
				}
				got, timer := c.ticket(t, ticket.ID), c.armed(t, ticket.ID)[models.TimerAskExpire]
				if ends := wall(&timer.DueAt); ends != tt.ends || got.Pauses != tt.pauses || (got.TargetDue == nil) != (tt.pauses == 1) {
					t.Errorf("the question is to be waited for until %s with %d pauses, not %s, %d, target %s", tt.ends,
						tt.pauses, ends, got.Pauses, wall(got.TargetDue))
				}
				c.pass(t, ticket.ID, models.TimerAskExpire)
				got = c.ticket(t, ticket.ID)
				if got.State != models.StateInProgress || got.TargetDue == nil || got.TargetDue.After(c.clock.Now()) {
					t.Errorf("unanswered it is its department's again, and late; it is %s, due %s", got.State, wall(got.TargetDue))
				}
			})
		}
	})
}

// TestQuestionThatNobodyGets: nobody is asked who reads no chat, and a question that never arrives does not hold its
// ticket for ever.
func TestQuestionThatNobodyGets(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		a := act(c.hotline, ticket)
		c.must(t, accept(a), ask(a))
		got := c.ticket(t, ticket.ID)
		if left := desk.Left(got, "", c.clock.Now()); got.State != models.StateWaiting || left.Key == "left_paused" {
			t.Errorf("until it arrives the clock runs, and the queue says so; it is %s, %s", got.State, left.Key)
		}
		c.pass(t, ticket.ID, models.TimerAskExpire)
		if got := c.ticket(t, ticket.ID); got.State != models.StateInProgress || c.last(t, ticket.ID).Verb != models.VerbExpire {
			t.Errorf("after 48 working hours its department has it back; it is %s", got.State)
		}
		c.deliver(t, "lan")
		if got := c.ticket(t, ticket.ID); got.Pauses > 0 || len(c.armed(t, ticket.ID)[models.TimerAskExpire].ID) > 0 {
			t.Errorf("delivered after that it pauses nothing; %d pauses, %v", got.Pauses, c.times(t, ticket.ID))
		}

		called := c.called(t, desk, workflow.SubmitInput{Words: "ổ gà", Lat: &here.lat, Lon: &here.lon})
		c.must(t, accept(act(c.hotline, called)))
		_, err := c.do(t, ask(act(c.hotline, called)))
		if !errors.Is(err, models.Invalid{Field: "text", Key: "error_ask_nobody"}) {
			t.Errorf("a question to a caller is refused, got %v", err)
		}
		if got := c.ticket(t, called.ID); got.State != models.StateInProgress {
			t.Errorf("refused, it leaves the ticket where it was; it is %s", got.State)
		}
		c.must(t, resolve(act(c.hotline, called)))
		err = c.Read(t.Context(), func(tx *store.Tx) error {
			notes, err := tx.Notes(called.ID)
			if !slices.ContainsFunc(notes, func(n models.Note) bool { return n.Text == "Đã vá xong." }) {
				t.Errorf("an answer that nobody reads in a chat is kept as a note, to be told by phone: %v", notes)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestRate(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for stars := range 7 {
			name := fmt.Sprintf("%d stars", stars)
			ticket := c.pothole(t, name)
			a := act(c.people[name], ticket)
			c.must(t, resolve(act(c.hotline, ticket)))
			got, err := c.do(t, rate(a, stars))
			if stars < 1 || stars > 5 {
				if !errors.Is(err, models.Invalid{Field: "stars", Key: "error_stars"}) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil || (got.State == models.StateClosed) != (stars >= 4) {
				t.Errorf("%s: 4 and 5 close, others do not; it is %s, %v", name, got.State, err)
			}
			if _, err := c.do(t, rate(a, stars)); !errors.Is(err, models.ErrConflict) {
				t.Errorf("%s: a second verdict on one answer is a conflict, got %v", name, err)
			}
			c.must(t, reopen(a), resolve(act(c.hotline, ticket)), rate(a, stars))
		}
	})
}

func TestReturnIsForAPerson(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		crew := c.employ(t, models.RoleLead, *ticket.DepartmentID)
		c.must(t, returning(act(crew, ticket)))
		if _, err := c.do(t, note(act(crew, ticket))); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("who gave it back sees it no more, got %v", err)
		}
		ticket = c.must(t, amend(act(c.people["lan"], ticket), "sâu lắm", nil))
		if ticket.State != models.StateNew || ticket.Hops != 1 || ticket.Why != models.WhyReturned || ticket.DepartmentID != nil {
			t.Errorf("the resident's words do not send it back to who returned it: %+v", ticket)
		}
		office := c.department(t, "ward_urban", here)
		c.must(t, assign(act(c.hotline, ticket), office))
		ticket = c.must(t, amend(act(c.people["lan"], ticket), "sâu lắm", &there))
		if *ticket.DepartmentID != office || ticket.Why != models.WhyHotline {
			t.Errorf("what the hotline chose stays: %s, %s", c.code(t, ticket.DepartmentID), ticket.Why)
		}
		c.must(t, accept(act(c.hotline, ticket)))
		late := c.must(t, amend(act(c.people["lan"], ticket), "nhầm", &here))
		if *late.Lat != there.lat {
			t.Error("once accepted, a correction moves nothing")
		}
		if _, err := c.do(t, withdraw(act(c.people["lan"], ticket))); !errors.Is(err, models.ErrConflict) {
			t.Errorf("once accepted it cannot be withdrawn, got %v", err)
		}
	})
}

// TestCorrectedPlaceTakesItFromItsColleague: whoever had it in hand is not in charge of it in another department.
func TestCorrectedPlaceTakesItFromItsColleague(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		lead, resident := act(c.employ(t, models.RoleLead, *ticket.DepartmentID), ticket), act(c.people["lan"], ticket)
		c.must(t, accept(lead), resolve(lead), reopen(resident))
		got := c.must(t, func(tx *store.Tx) (models.Ticket, error) {
			return desk.Amend(tx, workflow.AmendInput{Act: resident, Words: "trong hẻm", Address: "hẻm 12 Tô Ký"})
		})
		if *got.DepartmentID == *ticket.DepartmentID || got.AssigneeID != nil {
			t.Errorf("the alley is another department's, and nobody's there yet: %s, %v", c.code(t, got.DepartmentID), got.AssigneeID)
		}
	})
}

func TestConflictStaysWithTheHotline(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		a := act(c.hotline, ticket)
		ticket = c.must(t, triage(a, "admin.staff_conduct", ""))
		if ticket.DepartmentID != nil || ticket.State != models.StateNew || ticket.Why != models.WhyConflict {
			t.Errorf("a ticket that turns out to be about conduct leaves its department: %+v", ticket)
		}
		_, err := c.do(t, assign(a, c.department(t, "infra_center")))
		if !errors.Is(err, models.Invalid{Field: "department", Key: "error_conflict"}) {
			t.Errorf("no department may have it, got %v", err)
		}
		c.must(t, assign(a, c.department(t, models.HotlineCode)))
	})
}

func TestScopeAndRole(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		other := act(c.employ(t, models.RoleStaff, c.department(t, "ward_urban", there)), ticket)
		viewer := act(c.employ(t, models.RoleViewer, *ticket.DepartmentID), ticket)
		own := act(c.employ(t, models.RoleLead, *ticket.DepartmentID), ticket)
		for name, v := range plain {
			if _, err := c.do(t, v(viewer)); !errors.Is(err, models.ErrForbidden) {
				if name != models.VerbPause { // it looks before it asks, and changes nothing
					t.Errorf("a viewer may not %s, got %v", name, err)
				}
			}
			want := models.ErrForbidden
			if other.Actor.May(name) {
				want = models.ErrNotFound
			}
			if _, err := c.do(t, v(other)); !errors.Is(err, want) && name != models.VerbPause {
				t.Errorf("%s by another department: want %v, got %v", name, want, err)
			}
		}
		for _, name := range []models.Verb{models.VerbClose, models.VerbReopen, models.VerbWithdraw, models.VerbExpire} {
			if _, err := c.do(t, plain[name](own)); !errors.Is(err, models.ErrForbidden) {
				t.Errorf("a department's lead may not %s, got %v", name, err)
			}
		}
	})
}

// TestReplyThatNobodyGets: words that would be stored nowhere are refused, and no event says that they were said.
func TestReplyThatNobodyGets(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		called := c.called(t, desk, workflow.SubmitInput{Words: "ổ gà", Lat: &here.lat, Lon: &here.lon})
		_, err := c.do(t, reply(act(c.hotline, called)))
		if !errors.Is(err, models.Invalid{Field: "text", Key: "error_ask_nobody"}) {
			t.Errorf("a reply to a caller is refused, got %v", err)
		}
		if got := c.last(t, called.ID).Verb; got != models.VerbSubmit {
			t.Errorf("refused, it leaves no event; the last is %s", got)
		}
	})
}

// TestReturnInTime: a department gives back what is not its own as long as it may take to accept it, no longer.
func TestReturnInTime(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range map[string]struct {
			after time.Duration // of the end of the clock
			want  error
		}{
			"at its last moment": {0, nil},
			"after it":           {time.Microsecond, models.Invalid{Field: "text", Key: "error_return_late"}},
		} {
			ticket := c.pothole(t, "lan")
			crew := c.employ(t, models.RoleStaff, *ticket.DepartmentID)
			due := c.armed(t, ticket.ID)["breach_accept"].DueAt
			c.clock.Move(due.Sub(c.clock.Now()) + tt.after)
			if _, err := c.do(t, returning(act(crew, ticket))); !errors.Is(err, tt.want) {
				t.Errorf("%s: want %v, got %v", name, tt.want, err)
			}
		}
	})
}
