package workflow_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// start is where the clock of every test stands at first: Friday 16:00 in the city, an hour before the offices close.
const start = "2026-03-06T09:00:00Z"

// point is a place on the map.
type point struct{ lat, lon float64 }

// Two places in two wards, and one that is in no ward.
var (
	here    = point{10.77, 106.69}
	there   = point{10.85, 106.77}
	outside = point{0, 0}
)

var desk *workflow.Desk

func TestMain(m *testing.M) {
	areas, err := places.Approximate()
	if err == nil {
		desk, err = workflow.NewDesk(areas)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// city is a database with the departments of two wards and of the city, and the bell that its timers ring.
type city struct {
	*store.Store
	clock  *modelstest.Clock
	rung   *sync.Map // ids of timers that were ever armed
	people map[string]models.Actor

	hotline models.Actor
}

// eachCity runs a test on both databases.
func eachCity(t *testing.T, test func(t *testing.T, c *city)) {
	t.Helper()
	clock := modelstest.NewClock(t, start)
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		clock.Move(modelstest.NewClock(t, start).Now().Sub(clock.Now())) // the other database has moved it
		test(t, newCity(t, s, clock))
	})
}

func newCity(tb testing.TB, s *store.Store, clock *modelstest.Clock) *city {
	tb.Helper()
	c := &city{Store: s, clock: clock, rung: &sync.Map{}, people: map[string]models.Actor{}}
	s.OnCommit = func(_ context.Context, wakes []models.Wake) {
		for _, w := range wakes {
			if w.Kind == models.KindFire {
				c.rung.Store(w.ID, true)
			}
		}
	}
	err := s.Tx(tb.Context(), func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, desk.Catalogue, []places.Area{ward(here), ward(there)})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	c.hotline = c.employ(tb, models.RoleHotline, "")
	return c
}

// employ makes a member of staff, of a department unless it is empty.
func (c *city) employ(tb testing.TB, role models.Role, department string) models.Actor {
	tb.Helper()
	s := models.Staff{Email: models.NewID() + "@example.vn", Name: "Lan", Role: role}
	if department != "" {
		s.DepartmentID = &department
	}
	if err := c.Tx(tb.Context(), func(tx *store.Tx) error { return tx.InsertStaff(&s) }); err != nil {
		tb.Fatal(err)
	}
	return s.Actor()
}

func ward(p point) places.Area {
	found, _ := desk.Areas.Find(p.lat, p.lon)
	return found.Area
}

// verb is one verb with all that it needs.
type verb = func(tx *store.Tx) (models.Ticket, error)

// do runs one verb in a transaction of its own.
func (c *city) do(t *testing.T, v verb) (ticket models.Ticket, err error) {
	t.Helper()
	err = c.Tx(t.Context(), func(tx *store.Tx) (err error) {
		ticket, err = v(tx)
		return err
	})
	return ticket, err
}

// must runs verbs that have to succeed, one after the other, and returns the ticket after the last.
func (c *city) must(t *testing.T, verbs ...verb) (ticket models.Ticket) {
	t.Helper()
	for _, v := range verbs {
		var err error
		if ticket, err = c.do(t, v); err != nil {
			t.Fatalf("the verb is to succeed: %v", err)
		}
	}
	return ticket
}

// submission is what a resident says in the web chat; a nil place is none.
type submission struct {
	resident, words, address, category string
	at                                 *point
}

func (c *city) submit(t *testing.T, in submission) models.Ticket {
	t.Helper()
	return c.must(t, func(tx *store.Tx) (models.Ticket, error) {
		talk, ok, err := tx.LockConversation("webchat", "web", in.resident)
		if err != nil || !ok {
			return models.Ticket{}, fmt.Errorf("lock of a free conversation gave %t: %w", ok, err)
		}
		heard, err := tx.Heard(models.Message{ConversationID: talk.ID, Author: "resident", Text: in.words})
		if err != nil {
			return models.Ticket{}, err
		}
		c.people[in.resident] = models.Actor{Kind: models.ActorResident, ID: talk.ReporterID}
		s := workflow.SubmitInput{
			Actor: c.people[in.resident], ReporterID: talk.ReporterID, ConversationID: &talk.ID, Channel: "webchat",
			Words: in.words, Address: in.address, Category: in.category, MessageIDs: []string{heard.ID},
		}
		if in.at != nil {
			s.Lat, s.Lon = &in.at.lat, &in.at.lon
		}
		return desk.Submit(tx, s)
	})
}

// pothole is a submission that goes to the city's infrastructure centre at once.
func (c *city) pothole(t *testing.T, resident string) models.Ticket {
	t.Helper()
	return c.submit(t, submission{resident: resident, words: "ổ gà", at: &here})
}

// department returns the id of a department by its code; a role with a place is the ward's.
func (c *city) department(t *testing.T, role string, in ...point) (id string) {
	t.Helper()
	for _, p := range in {
		role += "-" + ward(p).Code
	}
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		d, err := tx.DepartmentByCode(role)
		id = d.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// deliver brings a resident all that waits, as a courier does.
func (c *city) deliver(t *testing.T, resident string) {
	t.Helper()
	err := c.Tx(t.Context(), func(tx *store.Tx) error {
		a, _, err := tx.FindAddress("webchat", "web", resident)
		if err != nil {
			return err
		}
		for {
			d, found, err := tx.NextDelivery(a.ID)
			if err != nil || !found {
				return err
			}
			m, err := tx.Message(d.MessageID)
			if err != nil {
				return err
			}
			if err := desk.Delivered(tx, m); err != nil {
				return err
			}
			d.Status, d.SentAt = models.DeliverySent, &tx.Now
			if err := tx.SaveDelivery(d); err != nil {
				return err
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ticket reads a ticket again.
func (c *city) ticket(t *testing.T, id string) (ticket models.Ticket) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) (err error) {
		ticket, err = tx.Ticket(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// armed returns the timers of a ticket that wait to fire.
func (c *city) armed(t *testing.T, ticketID string) map[models.TimerKind]models.Timer {
	t.Helper()
	timers := map[models.TimerKind]models.Timer{}
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		for id := range c.rung.Range {
			timer, err := tx.Timer(id.(string))
			if err != nil {
				return err
			}
			if timer.TicketID == ticketID && timer.FiredAt == nil && timer.CancelledAt == nil {
				timers[timer.Kind] = timer
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return timers
}

// times tells how the clocks of a ticket stand and which timers are armed, one to a line, in local time.
func (c *city) times(t *testing.T, id string) []string {
	t.Helper()
	var lines []string
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		clocks, err := tx.Clocks(id)
		for kind, clock := range clocks {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", kind, clock.State, wall(clock.DueAt))))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, timer := range c.armed(t, id) {
		lines = append(lines, fmt.Sprintf("timer %s %s", kind, wall(&timer.DueAt)))
	}
	slices.Sort(lines)
	return append([]string{strings.TrimSpace("target " + wall(c.ticket(t, id).TargetDue))}, lines...)
}

func wall(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.In(models.Zone).Format("Mon 02/01 15:04")
}
