package store

import (
	"fmt"
	"time"

	"github.com/vticket/vticket/models"
)

// statement is SQL with its arguments.
type statement struct {
	sql  string
	args []any
}

// run does statements in their order.
func (tx *Tx) run(what string, all []statement) error {
	for _, s := range all {
		if err := tx.db().Exec(s.sql, s.args...).Error; err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

const eraseAttachments = `UPDATE attachments SET status = '` + string(models.AttachmentErased) + `', source = '{}',
	sha256 = '', dhash = 0, taken_at = NULL, lat = NULL, lon = NULL, fault = '', lease_until = NULL, lease_token = '',
	wake_at = NULL WHERE `

// EraseReports blanks what a reporter said of a ticket, and what was said to them: the words and their salts, places,
// numbers, links, and what search knows of them. Official answers stay.
func (tx *Tx) EraseReports(ticketID, reporterID string) error {
	all := []statement{{eraseAttachments + evidenceOf, []any{reporterID, ticketID, ticketID}}}
	all = append(all, eraseMessages(
		"conversation_id IN "+conversationsOf+" AND ticket_id = ?", reporterID, ticketID)...)
	return tx.run("erase reports", append(
		all,
		statement{`UPDATE drafts SET slots = '{}', wake_at = NULL WHERE ticket_id = ? AND
			conversation_id IN ` + conversationsOf, []any{ticketID, reporterID}},
		statement{`UPDATE reports SET words = '', words_salt = '', address = '', lat = NULL, lon = NULL, search = '',
			phone = '', track_token = '' WHERE ticket_id = ? AND reporter_id = ?`, []any{ticketID, reporterID}},
	))
}

// eraseMessages blanks the messages that a condition names: of ours all but official answers, of theirs everything.
// What was asked of platforms for them is deleted.
func eraseMessages(where string, args ...any) []statement {
	of := " IN (SELECT id FROM messages WHERE " + where + ")"
	return []statement{
		{"DELETE FROM message_revisions WHERE message_id" + of, args},
		{"DELETE FROM interactions WHERE delivery_id IN (SELECT id FROM deliveries WHERE message_id" + of + ")", args},
		{"UPDATE deliveries SET text = '' WHERE message_id" + of, args},
		{`UPDATE messages SET text = '', lat = NULL, lon = NULL, external_id = '', inbox_id = NULL, buttons = '[]',
			args = CASE WHEN key LIKE 'answer!_%' ESCAPE '!' THEN args ELSE '{}' END,
			words_salt = CASE WHEN key LIKE 'answer!_%' ESCAPE '!' THEN words_salt ELSE '' END,
			key = CASE WHEN key LIKE 'answer!_%' ESCAPE '!' THEN key ELSE '` + models.KeyErased + `' END
			WHERE ` + where, args},
	}
}

// EraseLoose blanks what a reporter and the bot said to each other before an instant that belongs to no ticket, the
// drafts that ended by then, and what their platforms brought us of it.
func (tx *Tx) EraseLoose(reporterID string, before time.Time) error {
	all := []statement{{eraseAttachments + looseEvidence, []any{reporterID, before}}}
	all = append(all, eraseMessages(
		"conversation_id IN "+conversationsOf+" AND ticket_id IS NULL AND created_at < ?", reporterID, before)...)
	return tx.run("erase what belongs to no ticket", append(
		all,
		statement{`UPDATE drafts SET slots = '{}' WHERE status <> 'open' AND created_at < ? AND
			conversation_id IN ` + conversationsOf, []any{before, reporterID}},
		statement{"UPDATE inbox_events SET payload = '{}' WHERE done_at < ? AND " + sentBy, []any{before, reporterID}},
	))
}

// sentBy are the inbox events that came from a reporter's addresses.
const sentBy = `EXISTS (SELECT 1 FROM reporter_addresses a WHERE a.reporter_id = ? AND
	a.external_id = inbox_events.sender AND a.channel = inbox_events.channel AND a.account = inbox_events.account)`

// EraseAddresses forgets by which addresses a reporter could be reached, and with them the last of what was said.
// Whoever writes from there again is somebody new.
func (tx *Tx) EraseAddresses(reporterID string) error {
	return tx.run("erase addresses", append(
		eraseMessages("conversation_id IN "+conversationsOf, reporterID),
		statement{`UPDATE drafts SET slots = '{}', wake_at = NULL,
			status = CASE WHEN status = 'open' THEN 'cancelled' ELSE status END
			WHERE conversation_id IN ` + conversationsOf, []any{reporterID}},
		statement{
			"UPDATE inbox_events SET payload = '{}', sender = '' WHERE done_at IS NOT NULL AND " + sentBy,
			[]any{reporterID},
		},
		statement{`UPDATE conversations SET person_since = NULL, taken_over_until = NULL, wake_at = NULL, unsent = ''
			WHERE reporter_id = ?`, []any{reporterID}},
		statement{`UPDATE reporter_addresses SET external_id = 'erased:' || CAST(id AS text), blocked_at = ?,
			held = ?, wake_at = NULL WHERE reporter_id = ?`, []any{tx.Now, false, reporterID}},
		statement{
			"UPDATE reporters SET erase_at = NULL, wake_at = NULL, trusted = ? WHERE id = ?",
			[]any{false, reporterID},
		},
	))
}
