package dialogue_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
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
	clock  *modelstest.Clock
	inbox  *store.Inbox
	events []models.InboxEvent
	drafts map[string]bool // what asked to be settled
}

// eachChat runs a test on both databases.
func eachChat(t *testing.T, test func(t *testing.T, c *chat)) {
	t.Helper()
	clock := modelstest.NewClock(t, "2026-03-06T09:00:00Z")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		c := &chat{clock: clock, inbox: store.NewInbox(s), drafts: map[string]bool{}}
		seed := func(tx *store.Tx) error {
			_, err := workflow.SeedDepartments(tx, desk.Catalogue, nil)
			return err
		}
		if err := s.Tx(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
		c.Talk = &dialogue.Talk{Store: s, Desk: desk, Log: slog.New(slog.DiscardHandler)}
		s.OnCommit = func(_ context.Context, wakes []models.Wake) {
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
		test(t, c)
	})
}

// put keeps events of the resident in the inbox and returns the id of the last; nobody converses yet.
func (c *chat) put(t *testing.T, events ...*bots.Incoming) (id string) {
	t.Helper()
	for _, in := range events {
		message := fmt.Sprintf("m%d", len(c.events))
		in.Channel, in.User, in.Message, in.Sequence = "webchat", "lan", &message, int64(len(c.events))
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

// settle moves the clock and looks at every draft that asked for it.
func (c *chat) settle(t *testing.T, after time.Duration) {
	t.Helper()
	c.clock.Move(after)
	for id := range c.drafts {
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
		a, found, err := tx.FindAddress("webchat", "web", "lan")
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
	o.Heard, o.Said = c.messages(t)
	return o
}

// messages sends all that waits, and counts what came in.
func (c *chat) messages(t *testing.T) (heard int, said []string) {
	t.Helper()
	err := c.Store.Tx(t.Context(), func(tx *store.Tx) error {
		heard, said = 0, nil
		a, _, err := tx.FindAddress("webchat", "web", "lan")
		if err != nil {
			return err
		}
		for {
			d, found, err := tx.NextDelivery(a.ID)
			if err != nil {
				return err
			}
			if !found {
				break
			}
			d.Status = models.DeliverySent
			if err := tx.SaveDelivery(d); err != nil {
				return err
			}
		}
		conversation, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		all, err := tx.MessagesAfter(conversation.ID, "", 1000)
		for _, m := range all {
			if m.Direction == models.DirectionIn {
				heard++
			} else {
				said = append(said, m.Key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return heard, said
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
		code = tickets[0].Code
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// resolve answers the resident's newest ticket.
func (c *chat) resolve(t *testing.T) {
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
		_, err = c.Desk.Resolve(tx, workflow.ResolveInput{
			Act:     workflow.Act{Actor: staff.Actor(), Ticket: ticket.ID},
			Outcome: models.OutcomeFixed, Text: "Đã vá.", NoPhoto: "máy hư",
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
