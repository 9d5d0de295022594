package workflow_test

import (
	"fmt"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// start is where the clock of every test stands at first.
const start = "2026-03-06T09:00:00Z"

var (
	desk = &workflow.Desk{}
	lead = models.Actor{Kind: models.ActorStaff, ID: "01a201df-0000-7000-8000-000000000001", Role: models.RoleHotlineLead}
)

// eachStore runs a test on both databases.
func eachStore(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	modelstest.EachStore(t, modelstest.NewClock(t, start).Now, test)
}

// do runs one verb in a transaction of its own.
func do(t *testing.T, s *store.Store, verb func(tx *store.Tx) (models.Ticket, error)) (models.Ticket, error) {
	t.Helper()
	var ticket models.Ticket
	err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
		ticket, err = verb(tx)
		return err
	})
	return ticket, err
}

// must runs verbs that have to succeed, one after the other, and returns the ticket after the last.
func must(t *testing.T, s *store.Store, verbs ...func(tx *store.Tx) (models.Ticket, error)) (ticket models.Ticket) {
	t.Helper()
	for _, verb := range verbs {
		var err error
		if ticket, err = do(t, s, verb); err != nil {
			t.Fatalf("the verb is to succeed: %v", err)
		}
	}
	return ticket
}

// submit makes a ticket of what a resident says in the web chat.
func submit(t *testing.T, s *store.Store, resident string) models.Ticket {
	t.Helper()
	return must(t, s, func(tx *store.Tx) (models.Ticket, error) {
		c, ok, err := tx.LockConversation("webchat", "web", resident)
		if err != nil || !ok {
			return models.Ticket{}, fmt.Errorf("lock of a free conversation gave %t: %w", ok, err)
		}
		heard, err := tx.Heard(models.Message{ConversationID: c.ID, Author: "resident", Text: "ổ gà"})
		if err != nil {
			return models.Ticket{}, err
		}
		lat, lon := 10.77, 106.69
		return desk.Submit(tx, workflow.SubmitInput{
			Actor:      models.Actor{Kind: models.ActorResident, ID: c.ReporterID},
			ReporterID: c.ReporterID, ConversationID: &c.ID, Channel: "webchat", Words: "ổ gà", Lat: &lat, Lon: &lon,
			MessageIDs: []string{heard.ID},
		})
	})
}

func resolve(act workflow.Act) func(tx *store.Tx) (models.Ticket, error) {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Resolve(tx, workflow.ResolveInput{Act: act, Outcome: models.OutcomeFixed, Text: "Đã vá xong."})
	}
}

func reopen(act workflow.Act) func(tx *store.Tx) (models.Ticket, error) {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Reopen(tx, workflow.ReopenInput{Act: act}) }
}

func closing(act workflow.Act) func(tx *store.Tx) (models.Ticket, error) {
	return func(tx *store.Tx) (models.Ticket, error) { return desk.Close(tx, workflow.CloseInput{Act: act}) }
}
