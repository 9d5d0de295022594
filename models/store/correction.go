package store

import (
	"fmt"

	"github.com/vticket/vticket/models"
)

// Correction is a submission whose type a person has corrected.
type Correction struct {
	Category string // as the person chose
	Priority models.Priority
	Words    string
	Name     string // of the reporter, to be taken out of the words
}

// Corrections lists submissions whose type was read from their words and which a person has given another one, newest
// first. Reporters who asked to be erased are left out.
func (tx *Tx) Corrections(limit int) (rows []Correction, err error) {
	err = tx.db().Raw(`SELECT t.category, t.priority, r.words, p.name FROM tickets t
		JOIN reports r ON r.id = (SELECT f.id FROM reports f WHERE f.ticket_id = t.id
			ORDER BY f.created_at, f.id LIMIT 1)
		JOIN reporters p ON p.id = r.reporter_id
		WHERE t.read_category <> '' AND t.category <> t.read_category AND t.confidence = 1 AND r.words <> ''
			AND p.erase_at IS NULL AND p.erased_at IS NULL
		ORDER BY t.id DESC LIMIT ?`, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("corrections: %w", err)
	}
	return rows, nil
}
