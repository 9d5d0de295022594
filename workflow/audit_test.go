package workflow_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// TestAuditNamesChangedWords: what residents and staff wrote is what the timeline has the sums of. A row that says
// something else is named, wherever a merge has brought it, and so is a sum of words that are nowhere.
func TestAuditNamesChangedWords(t *testing.T) {
	const differ, gone = "words do not match their hash", "words are gone, and no event says why"
	for name, tt := range map[string]struct {
		statement string // its argument is the id of the ticket
		want      []store.Fault
	}{
		"nothing is touched": {"", nil},
		"the first reporter's words, amended": {
			"UPDATE reports SET words = 'ổ gà' WHERE ticket_id = $1 AND words LIKE '%giữa đường%'",
			[]store.Fault{{Table: "reports", Fault: differ}},
		},
		"words of a report that came by a merge": {
			"UPDATE reports SET words = 'không có gì' WHERE ticket_id = $1 AND words = 'ổ gà của chi'",
			[]store.Fault{{Table: "reports", Fault: differ}},
		},
		"words that lost their salt": {
			"UPDATE reports SET words_salt = '' WHERE ticket_id = $1 AND words = 'ổ gà bự'",
			[]store.Fault{{Table: "reports", Fault: differ}},
		},
		"a note": {
			"UPDATE notes SET text = 'đã xong' WHERE ticket_id = $1 AND text = 'Đội 3 tới chiều nay.'",
			[]store.Fault{{Table: "notes", Fault: differ}},
		},
		"the official answer, to both who have a chat": {
			"UPDATE messages SET args = replace(args, 'Đã vá.', 'Chưa vá.') WHERE ticket_id = $1 AND key = 'answer_fixed'",
			append(slices.Repeat([]store.Fault{{Table: "messages", Fault: differ}}, 3), store.Fault{Table: "ticket_events", Fault: gone}),
		},
		"a reply": {
			"UPDATE messages SET args = '{\"text\":\"x\"}' WHERE ticket_id = $1 AND key = 'reply_staff'",
			append(slices.Repeat([]store.Fault{{Table: "messages", Fault: differ}}, 3), store.Fault{Table: "ticket_events", Fault: gone}),
		},
		"the official answer, with its salts": {
			"UPDATE messages SET args = replace(args, 'Đã vá.', 'Chưa vá.'), words_salt = '' WHERE ticket_id = $1 AND key = 'answer_fixed'",
			append(slices.Repeat([]store.Fault{{Table: "messages", Fault: differ}}, 3), store.Fault{Table: "ticket_events", Fault: gone}),
		},
		"one blanked copy of the official answer": {
			`UPDATE messages SET args = '{}', words_salt = '' WHERE id =
				(SELECT id FROM messages WHERE ticket_id = $1 AND key = 'answer_fixed' LIMIT 1)`,
			[]store.Fault{{Table: "messages", Fault: differ}},
		},
		"an answer and a reply that look as if they were erased": {
			"UPDATE messages SET args = '{}', words_salt = '', key = 'erased' WHERE ticket_id = $1 AND words_salt <> ''",
			slices.Repeat([]store.Fault{{Table: "ticket_events", Fault: gone}}, 2),
		},
		"reports that were blanked": {
			"UPDATE reports SET words = '', words_salt = '' WHERE ticket_id = $1",
			slices.Repeat([]store.Fault{{Table: "reports", Fault: gone}}, 3),
		},
		"a report that was deleted": {
			"DELETE FROM reports WHERE ticket_id = $1 AND words = 'ổ gà bự'", []store.Fault{{Table: "reports", Fault: gone}},
		},
		"notes that were blanked": {
			"UPDATE notes SET text = '', words_salt = '' WHERE ticket_id = $1",
			slices.Repeat([]store.Fault{{Table: "notes", Fault: gone}}, 2),
		},
		"notes that were deleted": {
			"DELETE FROM notes WHERE ticket_id = $1", slices.Repeat([]store.Fault{{Table: "notes", Fault: gone}}, 2),
		},
		"other words in a note's place": {
			"UPDATE notes SET id = '01930000-0000-7000-8000-000000000000', words_salt = '', text = 'khác hẳn' " +
				"WHERE ticket_id = $1 AND text = 'Đội 3 tới chiều nay.'",
			[]store.Fault{{Table: "notes", Fault: gone}},
		},
		"a note that nobody wrote": {
			`INSERT INTO notes (id, ticket_id, author_id, text, created_at) SELECT 'ffffffff-0000-7000-8000-000000000000',
				ticket_id, author_id, 'khác hẳn', created_at FROM notes WHERE ticket_id = $1 AND text = 'Đội 3 tới chiều nay.'`,
			[]store.Fault{{Table: "notes", Fault: differ}},
		},
		"a note of before there were sums": {
			`INSERT INTO notes (id, ticket_id, author_id, text, created_at) SELECT '01930000-0000-7000-8000-000000000000',
				ticket_id, author_id, 'xưa', created_at FROM notes WHERE ticket_id = $1 AND text = 'Đội 3 tới chiều nay.'`, nil,
		},
		"an answer of before there were sums": {
			`INSERT INTO messages (id, conversation_id, ticket_id, direction, author, key, args, created_at)
				SELECT '01930000-0000-7000-8000-000000000000', conversation_id, ticket_id, direction, author, key,
				'{"text":"xưa"}', created_at FROM messages WHERE ticket_id = $1 AND key = 'answer_fixed' LIMIT 1`, nil,
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

// TestAuditKnowsWhatWasErased: words that a redaction has blanked are not missed, nor an answer that was told by phone;
// another reporter's words, blanked without a redaction of theirs, are.
func TestAuditKnowsWhatWasErased(t *testing.T) {
	clock := modelstest.NewClock(t, start)
	modelstest.EachDatabase(t, clock.Now, func(t *testing.T, s *store.Store, behind *sql.DB) {
		t.Helper()
		c := newCity(t, s, clock)
		called := c.called(t, desk, workflow.SubmitInput{Words: "ổ gà", Lat: &here.lat, Lon: &here.lon})
		c.must(t, resolve(act(c.hotline, called)))
		ticket, over := c.pothole(t, "lan"), c.pothole(t, "vy")
		c.follow(t, "mai", ticket)
		c.must(t, reply(act(c.hotline, ticket)), note(act(c.hotline, ticket)), merge(act(c.hotline, ticket), over),
			resolve(act(c.hotline, over)), closing(act(models.System(), over)),
			redact(act(models.System(), over), c.people["lan"]), redact(act(models.System(), over), c.people["mai"]))
		c.expectSound(t, called, ticket, over)
		_, err := behind.ExecContext(t.Context(), "UPDATE reports SET words = '', words_salt = '' WHERE ticket_id = $1", over.ID)
		if err != nil {
			t.Fatal(err)
		}
		audit, err := c.VerifyAudit(t.Context())
		want := []store.Fault{{Table: "reports", Ticket: over.Code, Fault: "words are gone, and no event says why"}}
		if diff := cmp.Diff(want, audit.Faults, cmpopts.IgnoreFields(store.Fault{}, "ID")); diff != "" || err != nil {
			t.Errorf("of three blank reports the one that no event erased is named, %v (-want +got):\n%s", err, diff)
		}
	})
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
