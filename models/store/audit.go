package store

import (
	"context"
	"fmt"

	"github.com/vticket/vticket/models"
)

// Fault is a row that does not say what it said when it was written.
type Fault struct {
	Table  string `json:"table"`
	ID     string `json:"id"`
	Ticket string `json:"ticket"`
	Fault  string `json:"fault"`
}

// Audit counts what VerifyAudit has read.
type Audit struct {
	Tickets int     `json:"tickets"`
	Events  int     `json:"events"`
	Faults  []Fault `json:"faults"`
}

// auditor is an audit at work.
type auditor struct {
	Audit

	joined map[string]bool // tickets whose words were looked at with another's
}

// VerifyAudit reads every timeline and checks its chain of hashes, the head that the ticket's row holds, that the
// timeline folds to the row, that what people wrote is what the timeline has the sums of, and that whatever it has a
// sum of is still there or was erased by a verb.
func (s *Store) VerifyAudit(ctx context.Context) (Audit, error) {
	a := auditor{Audit{Faults: []Fault{}}, map[string]bool{}}
	after := ""
	for {
		var page []models.Ticket
		err := s.Read(ctx, func(tx *Tx) (err error) {
			page, err = a.page(tx, after)
			return err
		})
		if err != nil {
			return a.Audit, fmt.Errorf("verify audit: %w", err)
		}
		if len(page) == 0 {
			return a.Audit, nil
		}
		after = page[len(page)-1].ID
	}
}

// page verifies some tickets after an id and returns them: none at the end.
func (a *auditor) page(tx *Tx, after string) (page []models.Ticket, err error) {
	q := tx.db().Order("id").Limit(500)
	if after != "" {
		q = q.Where("id > ?", after)
	}
	if err := q.Find(&page).Error; err != nil {
		return nil, err
	}
	all, err := tx.stories(page)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		a.verify(one.ticket, one.events)
		if err := a.verifyWords(tx, one); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func (a *auditor) verify(t models.Ticket, events []models.Event) {
	a.Tickets++
	a.Events += len(events)
	head := ""
	for i, e := range events {
		switch {
		case e.Seq != int64(i+1):
			a.blame("ticket_events", e.ID, t, fmt.Sprintf("seq %d stands at place %d", e.Seq, i+1))
		case e.PrevHash != head:
			a.blame("ticket_events", e.ID, t, "prev_hash is not the hash of the event before")
		case e.Seal() != e.Hash:
			a.blame("ticket_events", e.ID, t, "content does not match its hash")
		}
		head = e.Hash
	}
	if head != t.HeadHash || int64(len(events)) != t.LastSeq {
		a.blame("tickets", t.ID, t, "head does not match the last event")
	}
	differ, err := models.FoldTimeline(events, t)
	if err != nil {
		a.blame("ticket_events", t.ID, t, "data cannot be read") // a finding, not a failure of the audit
		return
	}
	for _, field := range differ {
		a.blame("tickets", t.ID, t, field+" is not what the timeline says")
	}
}

func (a *auditor) blame(table, id string, t models.Ticket, fault string) {
	a.Faults = append(a.Faults, Fault{Table: table, ID: id, Ticket: t.Code, Fault: fault})
}
