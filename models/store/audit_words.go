package store

import (
	"encoding/json"
	"fmt"

	"github.com/vticket/vticket/models"
)

// story is a ticket with its timeline and the words that are kept of it.
type story struct {
	ticket models.Ticket
	events []models.Event
	notes  []eventNote // of the events
	words  []wordsRow
}

// wordsRow are words that somebody wrote, in the row that holds them, with the salt of their sum. Both are empty once
// they are erased.
type wordsRow struct {
	Source   string // the table
	ID       string
	TicketID string
	Salt     string
	Words    string
}

// wordsRows gives what residents and staff wrote: of what was said whatever has a sum, and all that are questions,
// replies and answers.
const wordsRows = `
	SELECT 'reports' AS source, id, ticket_id, words_salt AS salt, words FROM reports WHERE ticket_id IN ?
	UNION ALL SELECT 'notes', id, ticket_id, words_salt, text FROM notes WHERE ticket_id IN ?
	UNION ALL SELECT 'messages', id, ticket_id, words_salt, args FROM messages WHERE ticket_id IN ? AND
		(words_salt <> '' OR key IN ('question', 'reply_staff') OR key LIKE 'answer!_%' ESCAPE '!')`

// stories reads what is kept of some tickets, in two queries.
func (tx *Tx) stories(tickets []models.Ticket) ([]story, error) {
	all, at, ids := make([]story, len(tickets)), map[string]int{}, []string{}
	for i, t := range tickets {
		all[i].ticket, at[t.ID], ids = t, i, append(ids, t.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var events []models.Event
	if err := tx.db().Where("ticket_id IN ?", ids).Order("ticket_id, seq").Find(&events).Error; err != nil {
		return nil, fmt.Errorf("timelines: %w", err)
	}
	for _, e := range events {
		one := &all[at[e.TicketID]]
		one.events, one.notes = append(one.events, e), append(one.notes, noteOf(e))
	}
	var rows []wordsRow
	if err := tx.db().Raw(wordsRows, ids, ids, ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("words of tickets: %w", err)
	}
	for _, row := range rows {
		if row.Source == "messages" {
			var args struct{ Text string }
			_ = json.Unmarshal([]byte(row.Words), &args) // what cannot be read is no words: its sum differs
			row.Words = args.Text
		}
		one := &all[at[row.TicketID]]
		one.words = append(one.words, row)
	}
	return all, nil
}

// joined returns a ticket and all that were joined with it or taken out of it: rows have moved between them.
func (tx *Tx) joined(first story) ([]story, error) {
	all, seen := []story{first}, map[string]bool{first.ticket.ID: true}
	for level := all; len(level) > 0; {
		var ids []string
		for _, id := range linked(level) {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			break
		}
		var tickets []models.Ticket
		err := tx.db().Where("id IN ?", ids).Find(&tickets).Error
		if err == nil {
			level, err = tx.stories(tickets)
		}
		if err != nil {
			return nil, fmt.Errorf("joined tickets: %w", err)
		}
		all = append(all, level...)
	}
	return all, nil
}

// linked are the tickets that some timelines name as joined, or taken apart.
func linked(stories []story) (ids []string) {
	for _, one := range stories {
		for _, n := range one.notes {
			for _, id := range []string{n.Into, n.From, n.OutOf, n.BackTo} {
				if id != "" {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// verifyWords holds the words of a ticket, and of those that it was joined with, against the sums in their timelines,
// once: every row against its sum, and every sum against the row or the event that says why it is gone.
func (a *auditor) verifyWords(tx *Tx, one story) error {
	if a.joined[one.ticket.ID] {
		return nil
	}
	group, err := tx.joined(one)
	if err != nil {
		return err
	}
	kept := newSums()
	for _, one := range group {
		if len(group) > 1 {
			a.joined[one.ticket.ID] = true
		}
		kept.read(one)
	}
	for _, one := range group {
		for _, row := range one.words {
			if !kept.prove(row, one.ticket) {
				a.blame(row.Source, row.ID, one.ticket, "words do not match their hash")
			}
		}
	}
	for _, s := range kept.lost() {
		a.blame(s.source, s.row, s.ticket, "words are gone, and no event says why")
	}
	return nil
}
