package workflow_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// trace is what a ticket's story leaves behind.
type trace struct {
	Row       fields
	Verbs     []string // of the timeline, with the kind of their doer
	Said      []string // keys of what was said about it, in order
	Waiting   int      // deliveries of what we said that are not sent
	ClosedAt  bool
	Resolved  bool
	Faultless bool
}

type fields struct {
	State   models.State
	Outcome models.Outcome
	Reopens int
	Version int64
}

func traceOf(t *testing.T, c *city, resident, id string) (got trace) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		ticket, err := tx.Ticket(id)
		if err != nil {
			return err
		}
		got.Row = fields{ticket.State, ticket.Outcome, ticket.Reopens, ticket.Version}
		got.ClosedAt, got.Resolved = ticket.ClosedAt != nil, ticket.ResolvedAt != nil
		events, err := tx.Timeline(id)
		if err != nil {
			return err
		}
		for _, e := range events {
			got.Verbs = append(got.Verbs, string(e.ActorKind)+" "+string(e.Verb))
		}
		said, err := tx.TicketMessages(id)
		for _, m := range said {
			got.Said = append(got.Said, m.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got.Waiting = waiting(t, c, resident)
	audit, err := c.VerifyAudit(t.Context())
	got.Faultless = err == nil && len(audit.Faults) == 0
	return got
}

// waiting counts what waits to be sent to a resident, by sending it and rolling back.
func waiting(t *testing.T, c *city, resident string) (n int) {
	t.Helper()
	stop := errors.New("roll back")
	err := c.Tx(t.Context(), func(tx *store.Tx) error {
		n = 0
		a, _, err := tx.FindAddress("webchat", "web", resident)
		if err != nil {
			return err
		}
		for ; ; n++ {
			d, found, err := tx.NextDelivery(a.ID)
			if err != nil {
				return err
			}
			if !found {
				return stop
			}
			d.Status = models.DeliverySent
			if err := tx.SaveDelivery(d); err != nil {
				return err
			}
		}
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	return n
}

// step is one verb of a story.
type step func(c *city, resident models.Actor, t models.Ticket) verb

func answered(c *city, _ models.Actor, t models.Ticket) verb {
	return resolve(workflow.Act{Actor: c.hotline, Ticket: t.ID, Version: t.Version})
}

func agreed(_ *city, resident models.Actor, t models.Ticket) verb { return closing(act(resident, t)) }

func disagreed(_ *city, resident models.Actor, t models.Ticket) verb { return reopen(act(resident, t)) }

func TestDeskTellsAStory(t *testing.T) {
	stories := map[string]struct {
		verbs []step
		want  trace
	}{
		"a submission is assigned and receipted": {nil, trace{
			Row: fields{models.StateAssigned, "", 0, 1}, Verbs: []string{"resident submit"},
			Said: []string{"verbatim", "receipt"}, Waiting: 1, Faultless: true,
		}},
		"resolving answers the resident": {
			[]step{answered},
			trace{
				Row: fields{models.StateResolved, models.OutcomeFixed, 0, 2}, Resolved: true,
				Verbs: []string{"resident submit", "staff resolve"},
				Said:  []string{"verbatim", "receipt", "answer_fixed"}, Waiting: 2, Faultless: true,
			},
		},
		"reopening takes the outcome back and says so": {
			[]step{answered, disagreed},
			trace{
				Row: fields{models.StateAssigned, "", 1, 3}, Verbs: []string{"resident submit", "staff resolve", "resident reopen"},
				Said: []string{"verbatim", "receipt", "answer_fixed", "reopened"}, Waiting: 3, Faultless: true,
			},
		},
		"closing ends it": {
			[]step{answered, agreed},
			trace{
				Row: fields{models.StateClosed, models.OutcomeFixed, 0, 3}, Resolved: true, ClosedAt: true,
				Verbs: []string{"resident submit", "staff resolve", "resident close"},
				Said:  []string{"verbatim", "receipt", "answer_fixed"}, Waiting: 2, Faultless: true,
			},
		},
		"a closed ticket can be reopened": {
			[]step{answered, agreed, disagreed},
			trace{
				Row:   fields{models.StateAssigned, "", 1, 4},
				Verbs: []string{"resident submit", "staff resolve", "resident close", "resident reopen"},
				Said:  []string{"verbatim", "receipt", "answer_fixed", "reopened"}, Waiting: 3, Faultless: true,
			},
		},
	}
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range stories {
			t.Run(name, func(t *testing.T) {
				ticket := c.pothole(t, name)
				for _, verb := range tt.verbs {
					ticket = c.must(t, verb(c, c.people[name], ticket))
				}
				if diff := cmp.Diff(tt.want, traceOf(t, c, name, ticket.ID)); diff != "" {
					t.Errorf("row, timeline and messages after the story (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func TestDeskRefuses(t *testing.T) {
	elsewhere := models.Actor{Kind: models.ActorStaff, Role: models.RoleLead, Scope: models.NewID()}
	refusals := map[string]struct {
		verb func(*city, models.Ticket) verb
		want error
	}{
		"closing what nobody answered": {
			func(_ *city, t models.Ticket) verb {
				return closing(workflow.Act{Actor: models.System(), Ticket: t.ID})
			}, models.IllegalMove{Verb: models.VerbClose, From: models.StateAssigned},
		},
		"reopening what is open": {
			func(c *city, t models.Ticket) verb {
				return reopen(workflow.Act{Actor: c.hotline, Ticket: t.ID})
			}, models.ErrConflict,
		},
		"a version that has passed": {
			func(c *city, t models.Ticket) verb {
				return resolve(workflow.Act{Actor: c.hotline, Ticket: t.ID, Version: t.Version + 1})
			}, models.ErrConflict,
		},
		"a ticket of another department": {
			func(_ *city, t models.Ticket) verb {
				return resolve(workflow.Act{Actor: elsewhere, Ticket: t.ID})
			}, models.ErrNotFound,
		},
		"a ticket that never was": {
			func(c *city, _ models.Ticket) verb {
				return resolve(workflow.Act{Actor: c.hotline, Ticket: models.NewID()})
			}, models.ErrNotFound,
		},
		"an answer without words": {
			func(c *city, t models.Ticket) verb {
				return func(tx *store.Tx) (models.Ticket, error) {
					act := workflow.Act{Actor: c.hotline, Ticket: t.ID}
					return desk.Resolve(tx, workflow.ResolveInput{Act: act, Outcome: models.OutcomeFixed, Text: " \x00\n", NoPhoto: "x"})
				}
			}, models.Invalid{Field: "text", Key: "error_answer_missing"},
		},
		"an outcome that only the clock may give": {
			func(c *city, t models.Ticket) verb {
				return func(tx *store.Tx) (models.Ticket, error) {
					act := workflow.Act{Actor: c.hotline, Ticket: t.ID}
					return desk.Resolve(tx, workflow.ResolveInput{Act: act, Outcome: models.OutcomeNoAnswer, Text: "x"})
				}
			}, models.Invalid{Field: "outcome", Key: "error_outcome"},
		},
	}
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range refusals {
			t.Run(name, func(t *testing.T) {
				ticket := c.pothole(t, name)
				before := traceOf(t, c, name, ticket.ID)
				if _, err := c.do(t, tt.verb(c, ticket)); !errors.Is(err, tt.want) {
					t.Errorf("want %v, got %v", tt.want, err)
				}
				if diff := cmp.Diff(before, traceOf(t, c, name, ticket.ID)); diff != "" {
					t.Errorf("a refused verb leaves nothing behind (-before +after):\n%s", diff)
				}
			})
		}
	})
}

func TestSubmitKeepsWordsOutOfTheTimeline(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		err := c.Read(t.Context(), func(tx *store.Tx) error {
			events, err := tx.Timeline(ticket.ID)
			if err != nil {
				return err
			}
			var data struct{ Note map[string]string }
			if err := json.Unmarshal([]byte(events[0].Data), &data); err != nil {
				return err
			}
			reports, err := tx.Reports(ticket.ID)
			if err != nil {
				return err
			}
			if strings.Contains(events[0].Data, "ổ gà") || strings.Contains(events[0].Data, "10.77") {
				t.Errorf("an event holds neither words nor points: %s", events[0].Data)
			}
			if reports[0].Words != "ổ gà" || reports[0].ID != data.Note["report"] || len(data.Note["words_sha256"]) != 64 {
				t.Errorf("the words are in the report that the event names, with their salted hash: %s", events[0].Data)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
