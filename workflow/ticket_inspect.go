package workflow

import (
	"slices"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// InspectInput names a picture of the finished work that has come home, or could not.
type InspectInput struct {
	Act
	Photo string // id of the attachment
}

// Inspect looks at a picture of the finished work that came home only after the answer: an event remembers when it is
// one that a resident sent, or cannot be shown. Nothing is remembered of any other, nor before the answer: Resolve
// looks for itself.
func (d *Desk) Inspect(tx *store.Tx, in InspectInput) (models.Ticket, error) {
	t, err := tx.LockTicket(in.Actor, in.Ticket)
	if err != nil || t.State != models.StateResolved && t.State != models.StateClosed {
		return t, err
	}
	all, err := tx.TicketAttachments(t.ID)
	if err != nil {
		return t, err
	}
	i := slices.IndexFunc(all, func(a models.Attachment) bool {
		return a.ID == in.Photo && a.Kind == models.AttachmentAfter
	})
	if i < 0 {
		return t, nil
	}
	note := models.Args{"photo": in.Photo}
	switch after := all[i]; {
	case !after.Proves():
		note["refused"] = true
	case after.Picture() && resembles([]models.Attachment{after}, all):
		note["same_picture"] = true
	default:
		return t, nil
	}
	return d.change(tx, in.Act, models.VerbInspect, func(*models.Ticket) (models.Args, error) { return note, nil })
}
