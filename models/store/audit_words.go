package store

import (
	"encoding/json"
	"fmt"

	"github.com/vticket/vticket/models"
)

// wordsRow are words that somebody wrote, in the row that holds them, with the salt of their sum. Both are empty once
// they are erased.
type wordsRow struct {
	Source   string // the table
	ID       string
	TicketID string
	Salt     string
	Words    string
}

const wordsRows = `
	SELECT 'reports' AS source, id, ticket_id, words_salt AS salt, words FROM reports WHERE ticket_id IN ?
	UNION ALL SELECT 'notes', id, ticket_id, words_salt, text FROM notes WHERE ticket_id IN ?
	UNION ALL SELECT 'messages', id, ticket_id, words_salt, args FROM messages
		WHERE ticket_id IN ? AND words_salt <> ''`

// wordsOf returns what residents and staff wrote of some tickets, by ticket.
func (tx *Tx) wordsOf(tickets []models.Ticket) (map[string][]wordsRow, error) {
	of := map[string][]wordsRow{}
	if len(tickets) == 0 {
		return of, nil
	}
	ids := make([]string, 0, len(tickets))
	for _, t := range tickets {
		ids = append(ids, t.ID)
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
		of[row.TicketID] = append(of[row.TicketID], row)
	}
	return of, nil
}

// verifyWords compares words with the last sum that a timeline has of them. Rows of before there were sums have none,
// and pass.
func (a *Audit) verifyWords(tx *Tx, t models.Ticket, events []models.Event, words []wordsRow) error {
	if len(words) == 0 {
		return nil
	}
	kept, err := tx.sums(t.ID, events)
	if err != nil {
		return err
	}
	for _, row := range words {
		if !kept.prove(row) {
			a.blame(row.Source, row.ID, t, "words do not match their hash")
		}
	}
	return nil
}

// sums are what timelines keep of words.
type sums struct {
	named   map[string]namedSum // by report or note: the last
	unnamed map[string]bool     // of what staff said, and of corrections of before they named their report
}

type namedSum struct{ sum, event string }

// sums returns what a ticket's timeline keeps of words, and the timelines of the tickets with which it was joined: who
// joins tickets, or takes them apart, moves the rows.
func (tx *Tx) sums(ticketID string, events []models.Event) (sums, error) {
	all := sums{map[string]namedSum{}, map[string]bool{}}
	seen := map[string]bool{ticketID: true}
	joined := all.read(events)
	for len(joined) > 0 {
		id := joined[0]
		joined = joined[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		others, err := tx.Timeline(id)
		if err != nil {
			return all, err
		}
		joined = append(joined, all.read(others)...)
	}
	return all, nil
}

// read takes the sums of one timeline, and returns the ids of the tickets whose rows came here.
func (s sums) read(timeline []models.Event) (joined []string) {
	last := map[string]namedSum{}
	for _, e := range timeline {
		var data struct {
			Note struct {
				Report, Note, From string
				OutOf              string `json:"out_of"`
				WordsSum           string `json:"words_sha256"`
				NoteSum            string `json:"note_sha256"`
				SaidSum            string `json:"said_sha256"`
			}
		}
		if json.Unmarshal([]byte(e.Data), &data) != nil {
			continue // the chain of hashes and the fold have their say about it
		}
		n := data.Note
		switch {
		case n.WordsSum != "" && n.Report != "":
			last[n.Report] = namedSum{n.WordsSum, e.ID}
		case n.WordsSum != "":
			s.unnamed[n.WordsSum] = true
		}
		if n.NoteSum != "" {
			last[n.Note] = namedSum{n.NoteSum, e.ID}
		}
		if n.SaidSum != "" {
			s.unnamed[n.SaidSum] = true
		}
		for _, id := range []string{n.From, n.OutOf} {
			if id != "" {
				joined = append(joined, id)
			}
		}
	}
	for id, sum := range last {
		if sum.event > s.named[id].event { // ids of events grow
			s.named[id] = sum
		}
	}
	return joined
}

// prove tells whether a row's words are those of its sum, or erased, or of before there were sums.
func (s sums) prove(row wordsRow) bool {
	if row.Salt == "" && row.Words == "" {
		return true
	}
	sum := models.SaltedSum(row.Salt, row.Words)
	named, known := s.named[row.ID]
	return sum == named.sum || s.unnamed[sum] || !known && row.Source != "messages"
}
