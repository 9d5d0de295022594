package workflow_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// walk is a random walk of many tickets through the verbs, in long transactions on SQLite.
type walk struct {
	*city
	rand    *rand.Rand
	actors  []models.Actor
	offices []string
	talk    *string         // the resident's conversation
	tickets []models.Ticket // as the last verb left them
	steps   int             // verbs tried
	moved   map[models.Verb]int
}

const (
	walkSteps = 50_000
	walkBatch = 1000 // steps in one transaction
	walkAlive = 40   // tickets that walk at a time
	walkLong  = 16   // events after which a ticket retires
)

// TestPropertyMoves: whoever tries whatever in whichever order and at whatever time, only legal moves succeed, a
// refused verb changes nothing, versions have no gap, and the timeline folds to the row after every success.
func TestPropertyMoves(t *testing.T) {
	if testing.Short() {
		t.Skip("LEFT OUT by make test-fast: 50,000 steps; make test runs it")
	}
	t.Parallel() // beside TestInterleaving, which waits for PostgreSQL
	clock := modelstest.NewClock(t, start)
	w := &walk{
		city: newCity(t, modelstest.SQLite(t, clock.Now), clock), rand: rand.New(rand.NewPCG(20261122, 2)),
		moved: map[models.Verb]int{},
	}
	w.offices = []string{
		w.department(t, "infra_center"), w.department(t, "ward_urban", here), w.department(t, models.HotlineCode),
	}
	first := w.pothole(t, "lan")
	err := w.Read(t.Context(), func(tx *store.Tx) error {
		reports, err := tx.Reports(first.ID)
		w.talk = reports[0].ConversationID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.tickets = append(w.tickets, first)
	w.actors = []models.Actor{
		w.people["lan"], w.people["lan"], models.System(), w.hotline, w.hotline,
		w.employ(t, models.RoleLead, w.offices[0]), w.employ(t, models.RoleStaff, w.offices[0]),
		w.employ(t, models.RoleStaff, w.offices[1]), w.employ(t, models.RoleViewer, w.offices[0]),
		w.employ(t, models.RoleAdmin, ""), w.employ(t, models.RoleViewer, ""),
		{},
	}
	for w.steps < walkSteps {
		err := w.Tx(t.Context(), func(tx *store.Tx) error {
			for range walkBatch {
				tx.Now = tx.Now.Add(time.Duration(w.rand.IntN(120)) * time.Second)
				w.step(t, tx)
			}
			clock.Move(tx.Now.Sub(clock.Now()))
			return nil
		})
		if err != nil || t.Failed() {
			t.Fatalf("after %d steps: %v", w.steps, err)
		}
		w.fire(t)
	}
	audit, err := w.VerifyAudit(t.Context())
	if err != nil || len(audit.Faults) > 0 {
		t.Errorf("the chain is to verify at the end: %v, %v", audit.Faults, err)
	}
	for _, m := range models.Moves {
		switch m.Verb {
		case models.VerbFollow, models.VerbUnfollow, models.VerbMerge, models.VerbUnmerge, models.VerbInspect:
			continue // tests of their own
		default:
		}
		if w.moved[m.Verb] == 0 {
			t.Errorf("the walk never got through a %s", m.Verb)
		}
	}
	t.Logf("%d verbs tried on %d tickets, %d events: %v", w.steps, audit.Tickets, audit.Events, w.moved)
}

// step lets somebody try something on some ticket.
func (w *walk) step(t *testing.T, tx *store.Tx) {
	t.Helper()
	if len(w.tickets) < walkAlive {
		w.begin(t, tx)
		return
	}
	at := w.rand.IntN(len(w.tickets))
	before, who := w.tickets[at], w.actors[w.rand.IntN(len(w.actors))]
	name := w.any()
	a := act(who, before)
	if w.rand.IntN(20) == 0 {
		a.Version = before.Version - 1 // somebody was quicker
	}
	w.steps++
	after, err := w.verb(name, a)(tx)
	legal := slices.Contains(models.Legal(before.State), name)
	allowed := who.May(name) && who.Sees(before.DepartmentID) && (a.Version == 0 || a.Version == before.Version)
	if err != nil {
		w.refused(t, tx, before, name, err)
		if before.State == models.StateWithdrawn && tx.Now.Sub(*before.ClosedAt) > 24*time.Hour {
			w.tickets = slices.Delete(w.tickets, at, at+1) // nothing is possible with it any more
		}
		return
	}
	if (name == models.VerbPause || name == models.VerbRedact) && after.Version == before.Version {
		return // a question that may not pause, a reporter who is forgotten
	}
	if !legal || !allowed {
		t.Fatalf("%s by %s %s on a ticket that is %s is to be refused", name, who.Kind, who.Role, before.State)
	}
	w.moved[name]++
	w.check(t, tx, name, before, after)
	if next := after; len(models.Legal(next.State)) == 0 || next.LastSeq > walkLong {
		w.tickets = slices.Delete(w.tickets, at, at+1)
	} else {
		w.tickets[at] = next
	}
}

// any is a verb to try. Timers warn, whoever submits begins a ticket of their own, and what leaves the state as it is
// comes less often: a walk is to get somewhere.
func (w *walk) any() models.Verb {
	name := models.Moves[w.rand.IntN(len(models.Moves))].Verb
	switch name {
	case models.VerbWarn, models.VerbBreach, models.VerbSubmit, // and what takes two tickets, two reporters, or pictures
		models.VerbFollow, models.VerbUnfollow, models.VerbMerge, models.VerbUnmerge, models.VerbInspect:
		return models.VerbRate
	case models.VerbNote, models.VerbReply, models.VerbAttach, models.VerbAmend, models.VerbTriage:
		if w.rand.IntN(8) > 0 {
			return models.VerbRate
		}
	default:
	}
	return name
}

// refused wants one of the refusals that people see, and the row as it was.
func (w *walk) refused(t *testing.T, tx *store.Tx, before models.Ticket, name models.Verb, err error) {
	t.Helper()
	_, correctable := errors.AsType[models.Invalid](err)
	if !correctable && !errors.Is(err, models.ErrConflict) && !errors.Is(err, models.ErrForbidden) &&
		!errors.Is(err, models.ErrNotFound) {
		t.Fatalf("%s on a ticket that is %s: %v", name, before.State, err)
	}
	if w.rand.IntN(32) != 0 {
		return // every row is read again before long
	}
	if row, err := tx.Ticket(before.ID); err != nil || row.Version != before.Version || row.HeadHash != before.HeadHash {
		t.Fatalf("a refused %s leaves the row as it was: %+v, %v", name, row, err)
	}
}

// check holds a ticket against its timeline after a verb.
func (w *walk) check(t *testing.T, tx *store.Tx, name models.Verb, before, after models.Ticket) {
	t.Helper()
	events, err := tx.Timeline(after.ID)
	if err != nil {
		t.Fatal(err)
	}
	row, err := tx.Ticket(after.ID)
	if err != nil {
		t.Fatal(err)
	}
	differ, err := models.FoldTimeline(events, row)
	if err != nil || len(differ) > 0 {
		t.Fatalf("after %s the timeline folds to another row in %v, %v", name, differ, err)
	}
	grown := after.Version - before.Version
	if row.Version != after.Version || row.State != after.State || int64(len(events)) != row.LastSeq || row.LastSeq != row.Version {
		t.Fatalf("after %s: version %d, %d events, last %d", name, row.Version, len(events), row.LastSeq)
	}
	if grown != 1 && (name != models.VerbRate || grown != 2) {
		t.Fatalf("%s is one event (a good verdict closes, with a second), got %d", name, grown)
	}
	if events[before.LastSeq].Verb != name {
		t.Fatalf("the event of a %s is called %s", name, events[before.LastSeq].Verb)
	}
	if after.DepartmentID != nil && after.TargetDue != nil && after.TargetDue.After(*after.PromiseDue) {
		t.Fatalf("after %s it is due %v, after its promise %v", name, after.TargetDue, after.PromiseDue)
	}
	if owner := after.DepartmentID; owner != nil && desk.Catalogue.Category(after.Category).Conflict && *owner != w.offices[2] {
		t.Fatalf("after %s a department has a ticket about a department's conduct", name)
	}
}

func (w *walk) begin(t *testing.T, tx *store.Tx) {
	t.Helper()
	category := []string{"", "road.pothole", "noise.karaoke", "admin.staff_conduct", "drainage.manhole_cover"}[w.rand.IntN(5)]
	in := workflow.SubmitInput{
		Actor: w.people["lan"], ReporterID: w.people["lan"].ID, ConversationID: w.talk, Channel: "form", Words: "ổ gà",
		Category: category,
	}
	if w.rand.IntN(4) > 0 {
		in.Lat, in.Lon = &here.lat, &here.lon
	}
	w.steps++
	ticket, err := desk.Submit(tx, in)
	if err != nil {
		t.Fatal(err)
	}
	w.moved[models.VerbSubmit]++
	w.check(t, tx, models.VerbSubmit, models.Ticket{}, ticket)
	w.tickets = append(w.tickets, ticket)
}

// verb is a verb with what it needs chosen at random.
func (w *walk) verb(name models.Verb, a workflow.Act) verb {
	at := []*point{nil, &here, &there}[w.rand.IntN(3)]
	category := []string{"", "", "road.pothole", "admin.staff_conduct", "env.odor"}[w.rand.IntN(5)]
	switch name {
	case models.VerbAmend:
		return amend(a, "trong hẻm", at)
	case models.VerbTriage:
		return triage(a, category, "")
	case models.VerbAssign:
		return assign(a, w.offices[w.rand.IntN(len(w.offices))])
	case models.VerbJudge:
		return judge(a, []models.Verdict{models.VerdictDone, models.VerdictNotDone}[w.rand.IntN(2)])
	case models.VerbRate:
		return rate(a, w.rand.IntN(7))
	case models.VerbLocate:
		return locate(a, here)
	case models.VerbRedact:
		return redact(a, w.people["lan"])
	default:
		return plain[name](a)
	}
}

// plain are the verbs that need nothing but who and which ticket.
var plain = map[models.Verb]func(workflow.Act) verb{
	models.VerbWithdraw: withdraw, models.VerbAttach: attach, models.VerbAccept: accept, models.VerbReturn: returning,
	models.VerbAsk: ask, models.VerbReply: reply, models.VerbNote: note, models.VerbResolve: resolve,
	models.VerbReopen: reopen, models.VerbClose: closing, models.VerbPause: pause, models.VerbExpire: expire,
}

// fire lets the sweep find what is due and fires some of it.
func (w *walk) fire(t *testing.T) {
	t.Helper()
	wakes, err := w.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, wake := range wakes[:min(len(wakes), 10)] {
		if wake.Kind != models.KindFire {
			continue
		}
		if err := desk.Fire(t.Context(), w.Store, wake.ID); err != nil {
			t.Fatal(err)
		}
		w.steps++
	}
	err = w.Read(t.Context(), func(tx *store.Tx) error {
		for i, before := range w.tickets {
			after, err := tx.Ticket(before.ID)
			if err != nil {
				return err
			}
			events, err := tx.Timeline(before.ID)
			if err != nil {
				return err
			}
			for _, e := range events[before.LastSeq:] {
				w.moved[e.Verb]++
			}
			if differ, err := models.FoldTimeline(events, after); err != nil || len(differ) > 0 {
				t.Errorf("after the timers the timeline folds to another row in %v, %v", differ, err)
			}
			w.tickets[i] = after
		}
		w.tickets = slices.DeleteFunc(w.tickets, func(x models.Ticket) bool { return len(models.Legal(x.State)) == 0 })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
