package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// anyOrder compares faults as a set: those of one row come in no order.
var anyOrder = cmp.Options{
	cmpopts.SortSlices(func(a, b store.Fault) bool { return a.Fault < b.Fault }), cmpopts.EquateEmpty(),
}

// unguard opens the timelines to changes, as somebody with the database's password could.
func unguard(t *testing.T, s *store.Store) {
	t.Helper()
	drop := []string{"DROP TRIGGER ticket_events_no_update", "DROP TRIGGER ticket_events_no_delete"}
	if s.Postgres() {
		drop = []string{"DROP TRIGGER ticket_events_no_change ON ticket_events"}
	}
	for _, trigger := range drop {
		exec(t, s, trigger)
	}
}

// faultsOf returns what the audit has to say about one ticket.
func faultsOf(t *testing.T, s *store.Store, ticket models.Ticket) (faults []store.Fault) {
	t.Helper()
	audit, err := s.VerifyAudit(t.Context())
	if n := count(t, s, "SELECT count(*) FROM tickets"); err != nil || int64(audit.Tickets) != n {
		t.Fatalf("the audit is to read all %d tickets; it read %d, %v", n, audit.Tickets, err)
	}
	for _, fault := range audit.Faults {
		if fault.Ticket == ticket.Code {
			faults = append(faults, fault)
		}
	}
	return faults
}

func TestVerifyAudit(t *testing.T) {
	cases := map[string]struct {
		statement string // its argument is the id of the second event, or of the ticket
		onTicket  bool
		want      []store.Fault // of the second event, or of the ticket
	}{
		"an untouched timeline has no fault": {"", false, nil},
		"one changed byte of an event": {
			`UPDATE ticket_events SET data = replace(data, ':1}', ':1 }') WHERE id = ?`, false,
			[]store.Fault{{Table: "ticket_events", Fault: "content does not match its hash"}},
		},
		"another doer of an event": {
			"UPDATE ticket_events SET actor_id = 'x' WHERE id = ?", false,
			[]store.Fault{{Table: "ticket_events", Fault: "content does not match its hash"}},
		},
		"a row that its timeline does not lead to": {
			"UPDATE tickets SET category = 'x' WHERE id = ?", true,
			[]store.Fault{{Table: "tickets", Fault: "category is not what the timeline says"}},
		},
		"a head of another timeline": {
			"UPDATE tickets SET head_hash = 'x' WHERE id = ?", true,
			[]store.Fault{{Table: "tickets", Fault: "head does not match the last event"}},
		},
		"a timeline that lost all its events": {
			"DELETE FROM ticket_events WHERE ticket_id = ?", true,
			[]store.Fault{
				{Table: "tickets", Fault: "head does not match the last event"},
				{Table: "tickets", Fault: "priority is not what the timeline says"},
				{Table: "tickets", Fault: "reopens is not what the timeline says"},
				{Table: "tickets", Fault: "reports is not what the timeline says"},
				{Table: "tickets", Fault: "state is not what the timeline says"},
			},
		},
	}
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		unguard(t, s)
		neighbour := submit(t, s)
		for name, tt := range cases {
			t.Run(name, func(t *testing.T) {
				ticket := submit(t, s)
				within(t, s, func(tx *store.Tx) error { return reopen(tx, &ticket, tx.Now) })
				id := head(t, s, ticket)
				within(t, s, func(tx *store.Tx) error { return reopen(tx, &ticket, tx.Now) })
				if tt.onTicket {
					id = ticket.ID
				}
				if tt.statement != "" {
					exec(t, s, tt.statement, id)
				}
				var want []store.Fault
				for _, fault := range tt.want {
					fault.ID, fault.Ticket = id, ticket.Code
					want = append(want, fault)
				}
				if diff := cmp.Diff(want, faultsOf(t, s, ticket), anyOrder); diff != "" {
					t.Errorf("the audit is to name what was touched, and nothing else (-want +got):\n%s", diff)
				}
			})
		}
		if faults := faultsOf(t, s, neighbour); len(faults) > 0 {
			t.Errorf("a ticket that nobody touched has no fault: %v", faults)
		}
	})
}

// TestVerifyAuditNamesARemovedEvent takes an event out of the middle: the next one shows the gap.
func TestVerifyAuditNamesARemovedEvent(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		ticket := submit(t, s)
		ids := []string{head(t, s, ticket)}
		for range 2 {
			within(t, s, func(tx *store.Tx) error { return reopen(tx, &ticket, tx.Now) })
			ids = append(ids, head(t, s, ticket))
		}
		unguard(t, s)
		exec(t, s, "DELETE FROM ticket_events WHERE id = ?", ids[1])
		want := []store.Fault{
			{Table: "ticket_events", ID: ids[2], Ticket: ticket.Code, Fault: "seq 3 stands at place 2"},
			{Table: "tickets", ID: ticket.ID, Ticket: ticket.Code, Fault: "head does not match the last event"},
		}
		if diff := cmp.Diff(want, faultsOf(t, s, ticket), anyOrder); diff != "" {
			t.Errorf("a removed event is found (-want +got):\n%s", diff)
		}
	})
}
