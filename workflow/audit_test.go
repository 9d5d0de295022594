package workflow_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// TestAuditNamesChangedWords: what residents and staff wrote is what the timeline has the sums of, and a row that says
// something else is named, wherever a merge has brought it.
func TestAuditNamesChangedWords(t *testing.T) {
	for name, tt := range map[string]struct {
		statement string // its argument is the id of the ticket
		want      []store.Fault
	}{
		"nothing is touched": {"", nil},
		"the first reporter's words, amended": {
			"UPDATE reports SET words = 'ổ gà' WHERE ticket_id = $1 AND words LIKE '%giữa đường%'",
			[]store.Fault{{Table: "reports", Fault: "words do not match their hash"}},
		},
		"words of a report that came by a merge": {
			"UPDATE reports SET words = 'không có gì' WHERE ticket_id = $1 AND words = 'ổ gà của chi'",
			[]store.Fault{{Table: "reports", Fault: "words do not match their hash"}},
		},
		"words that lost their salt": {
			"UPDATE reports SET words_salt = '' WHERE ticket_id = $1 AND words = 'ổ gà bự'",
			[]store.Fault{{Table: "reports", Fault: "words do not match their hash"}},
		},
		"a note": {
			"UPDATE notes SET text = 'đã xong' WHERE ticket_id = $1 AND text = 'Đội 3 tới chiều nay.'",
			[]store.Fault{{Table: "notes", Fault: "words do not match their hash"}},
		},
		"the official answer, to both who have a chat": {
			"UPDATE messages SET args = replace(args, 'Đã vá.', 'Chưa vá.') WHERE ticket_id = $1 AND key = 'answer_fixed'",
			[]store.Fault{
				{Table: "messages", Fault: "words do not match their hash"},
				{Table: "messages", Fault: "words do not match their hash"},
				{Table: "messages", Fault: "words do not match their hash"},
			},
		},
		"a reply": {
			"UPDATE messages SET args = '{\"text\":\"x\"}' WHERE ticket_id = $1 AND key = 'reply_staff'",
			[]store.Fault{
				{Table: "messages", Fault: "words do not match their hash"},
				{Table: "messages", Fault: "words do not match their hash"},
				{Table: "messages", Fault: "words do not match their hash"},
			},
		},
		"rows that were erased": {
			"UPDATE reports SET words = '', words_salt = '' WHERE ticket_id = $1", nil,
		},
		"notes of before there were sums": {
			"UPDATE notes SET id = '01930000-0000-7000-8000-000000000000', words_salt = '' WHERE ticket_id = $1 AND " +
				"text = 'Đội 3 tới chiều nay.'", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := modelstest.NewClock(t, start)
			modelstest.EachDatabase(t, clock.Now, func(t *testing.T, s *store.Store, behind *sql.DB) {
				t.Helper()
				c := newCity(t, s, clock)
				ticket := c.written(t)
				if tt.statement != "" {
					if _, err := behind.ExecContext(t.Context(), tt.statement, ticket.ID); err != nil {
						t.Fatal(err)
					}
				}
				audit, err := c.VerifyAudit(t.Context())
				for i := range tt.want {
					tt.want[i].Ticket = ticket.Code
				}
				diff := cmp.Diff(tt.want, audit.Faults, cmpopts.IgnoreFields(store.Fault{}, "ID"), cmpopts.EquateEmpty())
				if diff != "" || err != nil {
					t.Errorf("the audit names the rows that were changed, and no other (-want +got):\n%s%v", diff, err)
				}
			})
		})
	}
}

// written is a ticket with all that can be written about one: three reports, of which one was corrected and one came by
// a merge, a note, a reply, an answer and why it has no photo.
func (c *city) written(t *testing.T) models.Ticket {
	t.Helper()
	ticket := c.submit(t, submission{resident: "an", words: "ổ gà", at: &here})
	other := c.submit(t, submission{resident: "chi", words: "ổ gà của chi", at: &here})
	c.follow(t, "binh", ticket)
	hotline := workflow.Act{Actor: c.hotline, Ticket: ticket.ID}
	lead := workflow.Act{Actor: c.employ(t, models.RoleLead, *ticket.DepartmentID), Ticket: ticket.ID}
	return c.must(
		t,
		func(tx *store.Tx) (models.Ticket, error) {
			return desk.Amend(tx, workflow.AmendInput{
				Act: workflow.Act{Actor: c.people["an"], Ticket: ticket.ID}, Words: "nằm giữa đường",
			})
		},
		func(tx *store.Tx) (models.Ticket, error) {
			return desk.Merge(tx, workflow.MergeInput{Act: workflow.Act{Actor: c.hotline, Ticket: other.ID}, Into: ticket.ID})
		},
		func(tx *store.Tx) (models.Ticket, error) {
			return desk.Note(tx, workflow.NoteInput{Act: hotline, Text: "Đội 3 tới chiều nay."})
		},
		func(tx *store.Tx) (models.Ticket, error) {
			return desk.Reply(tx, workflow.ReplyInput{Act: hotline, Text: "Đội đang tới."})
		},
		func(tx *store.Tx) (models.Ticket, error) { return desk.Accept(tx, workflow.AcceptInput{Act: lead}) },
		func(tx *store.Tx) (models.Ticket, error) {
			return desk.Resolve(tx, workflow.ResolveInput{
				Act: lead, Outcome: models.OutcomeFixed, Text: "Đã vá.", NoPhoto: strings.Repeat("Trời tối. ", 3),
			})
		},
	)
}
