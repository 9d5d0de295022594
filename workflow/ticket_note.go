package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// NoteInput is what a colleague writes for colleagues.
type NoteInput struct {
	Act
	Text string // 1 to 4,000 characters
}

// Note keeps a colleague's words on a ticket; residents never see them. One of the hotline on an answered ticket says
// that whoever telephoned was called: the ten days begin in which they may disagree.
func (d *Desk) Note(tx *store.Tx, in NoteInput) (models.Ticket, error) {
	text, err := said(in.Text, "error_text_missing")
	if err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbNote, func(t *models.Ticket) (models.Args, error) {
		if t.ToCall && in.Actor.Role.CityWide() {
			t.ToCall = false
			if err := tx.ArmTimer(t.ID, models.TimerClose, tx.Now.Add(closeAfter)); err != nil {
				return nil, err
			}
		}
		return d.keepNote(tx, t.ID, in.Actor, text)
	})
}
