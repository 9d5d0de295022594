package dialogue_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
)

// desk is one for all tests: it is safe for concurrent use and slow to make.
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

// chat is a resident's side of a conversation, on one database.
type chat struct {
	*dialogue.Talk
	who     string
	clock   *modelstest.Clock
	inbox   *store.Inbox
	courier *notifications.Courier
	phone   *phone
	events  []models.InboxEvent
	drafts  map[string]bool // what asked to be settled
	made    int             // reports
	behind  *sql.DB         // of the store
}

// phone is the resident's: it shows what it is sent.
type phone struct {
	shows  []bots.Outgoing
	limits bots.Limits
	fails  error // every send, until it is nil
}

func (p *phone) Name() string                                             { return "webchat" }
func (p *phone) Verify(http.Header, []byte) error                         { return nil }
func (p *phone) Parse([]byte) ([]bots.Incoming, error)                    { return nil, io.EOF }
func (p *phone) Limits() bots.Limits                                      { return p.limits }
func (p *phone) Fetch(context.Context, bots.Media) (io.ReadCloser, error) { return nil, io.EOF }

func (p *phone) Send(_ context.Context, out bots.Outgoing) (bots.Sent, error) {
	if p.fails != nil {
		return bots.Sent{}, p.fails
	}
	p.shows = append(p.shows, out)
	return bots.Sent{ID: fmt.Sprintf("p%d", len(p.shows))}, nil
}

// eachChat runs a test on both databases.
func eachChat(t *testing.T, test func(t *testing.T, c *chat)) {
	t.Helper()
	t.Parallel()
	clock := modelstest.NewClock(t, "2026-03-06T09:00:00Z")
	modelstest.EachDatabase(t, clock.Now, func(t *testing.T, s *store.Store, behind *sql.DB) {
		t.Helper()
		c := newChat(t, s, clock)
		c.behind = behind
		test(t, c)
	})
}

func newChat(t *testing.T, s *store.Store, clock *modelstest.Clock) *chat {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	c := &chat{who: "lan", clock: clock, inbox: store.NewInbox(s), phone: &phone{limits: bots.Limits{Text: 4000}}, drafts: map[string]bool{}}
	err := s.Tx(t.Context(), func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, desk.Catalogue, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Talk = &dialogue.Talk{Store: s, Desk: desk, Log: log}
	c.courier = &notifications.Courier{
		Store: s, Desk: desk, Adapters: map[string]bots.Adapter{"webchat": c.phone}, Catalogue: desk.Catalogue, Log: log,
	}
	var guard sync.Mutex
	s.OnCommit = func(_ context.Context, wakes []models.Wake) {
		guard.Lock()
		defer guard.Unlock()
		for _, w := range wakes {
			if w.Kind == models.KindSettle {
				c.drafts[w.ID] = true
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		c.inbox.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-stopped
	})
	return c
}

// put keeps events of the resident in the inbox and returns the id of the last; nobody converses yet.
func (c *chat) put(t *testing.T, events ...*bots.Incoming) (id string) {
	t.Helper()
	for _, in := range events {
		n := len(c.events)
		in.Channel, in.User, in.Sequence = "webchat", c.who, int64(n)
		if in.Dedupe = fmt.Sprintf("u%d", n); in.Message == nil {
			in.Message = new(fmt.Sprintf("m%d", n))
		}
		if in.At == nil {
			in.At = new(c.clock.Now())
		}
		row, err := in.Inbox("web")
		if err != nil {
			t.Fatal(err)
		}
		id = c.keep(t, row)
	}
	return id
}

func (c *chat) keep(t *testing.T, row models.InboxEvent) string {
	t.Helper()
	if err := c.inbox.Put(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	c.events = append(c.events, row)
	return row.ID
}

func (c *chat) converse(t *testing.T, id string) {
	t.Helper()
	if err := c.Converse(t.Context(), id); err != nil {
		t.Fatalf("the turn is to succeed: %v", err)
	}
}

// says lets the resident send something, lets the bot read it, and shows what it answers.
func (c *chat) says(t *testing.T, events ...*bots.Incoming) {
	t.Helper()
	c.converse(t, c.put(t, events...))
	c.deliver(t)
}

// report makes a ticket of a pothole, each some 300 m from the last, and returns its code.
func (c *chat) report(t *testing.T) string {
	t.Helper()
	place := pin()
	*place.Lat += 0.003 * float64(c.made)
	c.made++
	c.says(t, said("ổ gà to"), place)
	c.settle(t, 3*time.Second)
	c.deliver(t)
	return c.lastCode(t)
}

// settle moves the clock and looks at every draft that asked for it.
func (c *chat) settle(t *testing.T, after time.Duration) {
	t.Helper()
	c.clock.Move(after)
	for _, id := range slices.Sorted(maps.Keys(c.drafts)) {
		if err := c.Settle(t.Context(), id); err != nil {
			t.Fatalf("the turn is to succeed: %v", err)
		}
	}
}

// outcome is all that can be seen of a chat from outside.
type outcome struct {
	Tickets []string // "state words"
	Heard   int
	Said    []string // keys, as they wait to be sent
	Unread  int
	Faults  []string // of events that were set aside
}

func (c *chat) outcome(t *testing.T) (o outcome) {
	t.Helper()
	err := c.Store.Read(t.Context(), func(tx *store.Tx) error {
		a, found, err := tx.FindAddress("webchat", "web", c.who)
		if err != nil || !found {
			return err
		}
		tickets, err := tx.ReporterTickets(a.ReporterID, 100)
		if err != nil {
			return err
		}
		for _, ticket := range tickets {
			reports, err := tx.Reports(ticket.ID)
			if err != nil {
				return err
			}
			o.Tickets = append(o.Tickets, string(ticket.State)+" "+reports[0].Words)
		}
		for _, row := range c.events {
			e, err := tx.InboxEvent(row.ID)
			if err != nil {
				return err
			}
			if e.DoneAt == nil {
				o.Unread++
			}
			if e.Fault != "" {
				o.Faults = append(o.Faults, e.Fault)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.messages(t) {
		if m.Direction == models.DirectionIn {
			o.Heard++
		} else {
			o.Said = append(o.Said, m.Key)
		}
	}
	return o
}

// deliver sends all that waits, as people read it.
func (c *chat) deliver(t *testing.T) {
	t.Helper()
	if a, found := c.address(t); found {
		if err := c.courier.Deliver(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *chat) address(t *testing.T) (a models.Address, found bool) {
	t.Helper()
	err := c.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
		a, found, err = tx.FindAddress("webchat", "web", c.who)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, found
}

// messages are all that was said so far, what the bot said with its key.
func (c *chat) messages(t *testing.T) (all []store.Said) {
	t.Helper()
	c.deliver(t)
	a, found := c.address(t)
	if !found {
		return nil
	}
	err := c.Store.Read(t.Context(), func(tx *store.Tx) error {
		conversation, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		all, err = tx.MessagesAfter(conversation.ID, "", 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// expectSaid wants the keys of the last things that the bot said.
func (c *chat) expectSaid(t *testing.T, when string, want ...string) {
	t.Helper()
	var got []string
	for _, m := range c.messages(t) {
		if m.Direction == models.DirectionOut {
			got = append(got, m.Key)
		}
	}
	if diff := cmp.Diff(want, got[max(0, len(got)-len(want)):]); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// ticket is a ticket with its report and its messages.
func (c *chat) ticket(t *testing.T, code string) (ticket models.Ticket, report models.Report, about []models.Message) {
	t.Helper()
	err := c.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
		if ticket, err = tx.TicketByCode(models.System(), code); err != nil {
			return err
		}
		reports, err := tx.Reports(ticket.ID)
		if err != nil {
			return err
		}
		report = reports[0]
		about, err = tx.TicketMessages(ticket.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ticket, report, about
}

func (c *chat) expectState(t *testing.T, when, code string, want models.State) {
	t.Helper()
	if ticket, _, _ := c.ticket(t, code); ticket.State != want {
		t.Errorf("%s the ticket is %s, want %s", when, ticket.State, want)
	}
}

func (c *chat) expect(t *testing.T, when string, want outcome) {
	t.Helper()
	if diff := cmp.Diff(want, c.outcome(t)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// lastCode is the code of the resident's newest ticket.
func (c *chat) lastCode(t *testing.T) (code string) {
	t.Helper()
	err := c.Store.Read(t.Context(), func(tx *store.Tx) error {
		tickets, err := tx.Tickets(models.System(), store.TicketFilter{Limit: 1})
		if len(tickets) > 0 {
			code = tickets[0].Code
		}
		return err
	})
	if err != nil || code == "" {
		t.Fatalf("there is to be a ticket: %v", err)
	}
	return code
}

// staff makes somebody of the hotline and lets them do something with the resident's newest ticket.
func (c *chat) staff(t *testing.T, do func(tx *store.Tx, act workflow.Act) error) {
	t.Helper()
	code := c.lastCode(t)
	staff := models.Staff{Email: models.NewID() + "@example.vn", Name: "Hoa", Role: models.RoleHotline}
	err := c.Store.Tx(t.Context(), func(tx *store.Tx) error {
		if err := tx.InsertStaff(&staff); err != nil {
			return err
		}
		ticket, err := tx.TicketByCode(models.System(), code)
		if err != nil {
			return err
		}
		return do(tx, workflow.Act{Actor: staff.Actor(), Ticket: ticket.ID})
	})
	if err != nil {
		t.Fatal(err)
	}
	c.deliver(t)
}

// resolve answers the resident's newest ticket.
func (c *chat) resolve(t *testing.T, text string) {
	t.Helper()
	c.staff(t, func(tx *store.Tx, act workflow.Act) error {
		_, err := c.Desk.Resolve(tx, workflow.ResolveInput{
			Act: act, Outcome: models.OutcomeFixed, Text: text, NoPhoto: "máy hư",
		})
		return err
	})
}

func (c *chat) accept(t *testing.T) {
	t.Helper()
	c.staff(t, func(tx *store.Tx, act workflow.Act) error {
		_, err := c.Desk.Accept(tx, workflow.AcceptInput{Act: act})
		return err
	})
}
