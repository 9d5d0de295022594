package store_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// start is where the clock of every test stands at first.
const start = "2026-03-06T09:00:00Z"

// eachStore runs a test on both databases, each with its own clock.
func eachStore(t *testing.T, test func(t *testing.T, s *store.Store, clock *modelstest.Clock)) {
	t.Helper()
	clock := modelstest.NewClock(t, start)
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		clock.Move(modelstest.NewClock(t, start).Now().Sub(clock.Now()))
		test(t, s, clock)
	})
}

// within runs fn in a transaction that must succeed.
func within(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Tx(t.Context(), fn); err != nil {
		t.Fatalf("the transaction is to commit: %v", err)
	}
}

// count returns the one number that a query gives.
func count(t *testing.T, s *store.Store, query string, args ...any) (n int64) {
	t.Helper()
	err := s.Read(t.Context(), func(tx *store.Tx) error { return tx.DB().Raw(query, args...).Row().Scan(&n) })
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// exec changes the database behind the store's back.
func exec(t *testing.T, s *store.Store, statement string, args ...any) {
	t.Helper()
	within(t, s, func(tx *store.Tx) error { return tx.DB().Exec(statement, args...).Error })
}

// event is one inbox event, whose external id is its name.
func event(name string) models.InboxEvent {
	return models.InboxEvent{
		ID: models.InboxKey("webchat", "web", name, "message"), Channel: "webchat", Account: "web", Sender: "lan",
		Kind: "text", Payload: `{"text":"` + name + `"}`,
	}
}

// submit keeps a new ticket with the first event of its timeline.
func submit(t *testing.T, s *store.Store) (ticket models.Ticket) {
	t.Helper()
	within(t, s, func(tx *store.Tx) error {
		ticket = models.Ticket{
			ID: models.NewID(), State: models.StateAssigned, Priority: models.PriorityNormal, Reports: 1,
			Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now,
		}
		e, err := sealed(models.Ticket{}, &ticket, tx.Now)
		if err != nil {
			return err
		}
		if err := tx.InsertTicket(&ticket, ""); err != nil {
			return err
		}
		return tx.AppendEvent(e)
	})
	return ticket
}

// reopen counts a reopening, which is all that these tests change of a ticket.
func reopen(tx *store.Tx, t *models.Ticket, at time.Time) error {
	before := *t
	t.Reopens++
	e, err := sealed(before, t, at)
	if err != nil {
		return err
	}
	if err := tx.SaveTicket(t, before.Version, ""); err != nil {
		return err
	}
	return tx.AppendEvent(e)
}

// sealed makes the event that leads from one row to the next, and notes it as the head.
func sealed(before models.Ticket, after *models.Ticket, at time.Time) (models.Event, error) {
	data, err := models.EventData{Set: models.Changed(before, *after)}.Encode()
	if err != nil {
		return models.Event{}, err
	}
	e := models.Event{
		ID: models.NewID(), TicketID: after.ID, Seq: before.LastSeq + 1, Verb: models.VerbReopen,
		ActorKind: models.ActorSystem, At: at, Data: data, PrevHash: before.HeadHash,
	}
	e.Hash = e.Seal()
	after.LastSeq, after.HeadHash = e.Seq, e.Hash
	return e, nil
}

// meet returns the address of a new resident and the conversation with it.
func meet(t *testing.T, s *store.Store, name string) (a models.Address, c models.Conversation) {
	t.Helper()
	within(t, s, func(tx *store.Tx) error {
		var ok bool
		var err error
		if c, ok, err = tx.LockConversation("webchat", "web", name); err != nil || !ok {
			return fmt.Errorf("lock of a free conversation gave %t: %w", ok, err)
		}
		a, _, err = tx.FindAddress("webchat", "web", name)
		return err
	})
	return a, c
}

// together runs fn in n goroutines that begin at one moment, and waits for them.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			fn(i)
		})
	}
	close(begin)
	all.Wait()
}

// postgres tells whether a PostgreSQL server is named. Without one, tests of PostgreSQL alone have nothing to do, but
// for CI, where they must fail.
func postgres(t *testing.T) bool {
	t.Helper()
	named := os.Getenv(modelstest.DatabaseURL) != ""
	if !named && os.Getenv("CI") == "true" {
		t.Fatalf("%s must name a PostgreSQL server in CI", modelstest.DatabaseURL)
	}
	return named
}
