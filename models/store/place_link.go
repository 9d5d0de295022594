package store

import (
	"fmt"
	"time"

	"github.com/vticket/vticket/models"
)

// PlaceAsked is the question that a place link answers: whose it is, and about what.
type PlaceAsked struct {
	Channel    string
	Account    string
	ExternalID string
	BegunAt    time.Time // of the draft
	Code       string    // of the ticket that the draft became without a place; empty: it is a draft still
}

// InsertPlaceLink keeps a link that is about to be said.
func (tx *Tx) InsertPlaceLink(l models.PlaceLink) error { return tx.add("place_links", &l) }

// PlaceLink returns what a link asks for. ErrConflict says that it has done its duty: it was used, it has expired, or
// nobody waits for the place any more; ErrNotFound that there never was one.
func (tx *Tx) PlaceLink(token string) (PlaceAsked, error) {
	var rows []struct {
		PlaceAsked
		ExpiresAt time.Time
		UsedAt    *time.Time
		Waits     bool
	}
	err := tx.db().Raw(`SELECT a.channel, a.account, a.external_id, d.created_at AS begun_at, l.expires_at, l.used_at,
			coalesce(t.code, '') AS code,
			d.status = ? OR t.state IN ? AND t.lat IS NULL AND t.address = '' AS waits
		FROM place_links l JOIN drafts d ON d.id = l.draft_id JOIN conversations c ON c.id = d.conversation_id
			JOIN reporter_addresses a ON a.id = c.address_id
			LEFT JOIN tickets t ON t.id = d.ticket_id AND d.status = ?
		WHERE l.token_hash = ?`, models.DraftOpen, []models.State{models.StateNew, models.StateAssigned},
		models.DraftSubmitted, models.TokenKey(token)).Scan(&rows).Error
	switch {
	case err != nil:
		return PlaceAsked{}, fmt.Errorf("place link: %w", err)
	case len(rows) == 0:
		return PlaceAsked{}, fmt.Errorf("place link: %w", models.ErrNotFound)
	}
	l := rows[0]
	if l.UsedAt != nil || !tx.Now.Before(l.ExpiresAt) || !l.Waits {
		return PlaceAsked{}, fmt.Errorf("place link: %w", models.ErrConflict)
	}
	return l.PlaceAsked, nil
}

// UsePlaceLink takes the link for this transaction; of two at once one gets ErrConflict.
func (tx *Tx) UsePlaceLink(token string) (PlaceAsked, error) {
	asked, err := tx.PlaceLink(token)
	if err != nil {
		return asked, err
	}
	took := tx.db().Exec("UPDATE place_links SET used_at = ? WHERE token_hash = ? AND used_at IS NULL",
		tx.Now, models.TokenKey(token))
	if took.Error != nil {
		return asked, fmt.Errorf("use place link: %w", took.Error)
	}
	if took.RowsAffected == 0 {
		return asked, fmt.Errorf("use place link: %w", models.ErrConflict)
	}
	return asked, nil
}
