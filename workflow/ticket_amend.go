package workflow

import (
	"maps"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// AmendInput is a reporter's correction; empty fields stay as they are.
type AmendInput struct {
	Act
	Words      string // added to what was said; of a colleague 4,000 characters at most
	Lat, Lon   *float64
	Address    string // of a colleague 400 characters at most
	MessageIDs []string
}

// Amend corrects a ticket for its reporter. Before a department has taken it on the place moves and, with it, the
// department; after that the words are there for the department to read and the ticket stays as it is. So it does when
// another than its first reporter corrects their own report. What a colleague writes in a reporter's name stands in no
// message: where the ticket stays as it is the words are kept as a note. A danger makes it critical in any case.
func (d *Desk) Amend(tx *store.Tx, in AmendInput) (models.Ticket, error) {
	if err := checkPoint(in.Lat, in.Lon); err != nil {
		return models.Ticket{}, err
	}
	if err := in.fit(); err != nil {
		return models.Ticket{}, err
	}
	return d.change(tx, in.Act, models.VerbAmend, func(t *models.Ticket) (models.Args, error) {
		if err := d.takeIn(tx, t, in.MessageIDs, in.Words); err != nil {
			return nil, err
		}
		note := models.Args{"messages": in.MessageIDs}
		if t.State != models.StateNew && t.State != models.StateAssigned {
			note["late"] = true
			return note, d.noteLate(tx, t.ID, in, note)
		}
		aside, err := d.aside(tx, in.Act)
		if err != nil {
			return nil, err
		}
		if aside {
			return note, d.correctReport(tx, t, in, note)
		}
		before := *t
		place := correction{Lat: in.Lat, Lon: in.Lon, Words: in.Words}
		if in.Address != "" {
			place.Address = &in.Address
		}
		if err := d.relocate(tx, t, place); err != nil {
			return nil, err
		}
		if err := d.correctReport(tx, t, in, note); err != nil {
			return nil, err
		}
		if err := d.learn(tx, t, in.Words); err != nil {
			return nil, err
		}
		return note, d.dispatchAgain(tx, t, before)
	})
}

// fit makes what a colleague corrects fit to keep; a correction that says nothing is refused.
func (in *AmendInput) fit() (err error) {
	if in.Actor.Kind != models.ActorStaff {
		return nil
	}
	if in.Words, err = fit("text", in.Words, saidLimit); err != nil {
		return err
	}
	if in.Address, err = fit("address", in.Address, lineLimit); err != nil {
		return err
	}
	if in.Words == "" && in.Address == "" && in.Lat == nil {
		return models.Invalid{Field: "text", Key: "error_ticket_same"}
	}
	return nil
}

// noteLate keeps the words of a colleague's correction that comes when a department has begun, and adds to the event
// where.
func (d *Desk) noteLate(tx *store.Tx, ticketID string, in AmendInput, event models.Args) error {
	if in.Actor.Kind != models.ActorStaff {
		return nil
	}
	if in.Words == "" {
		return models.Invalid{Field: "text", Key: "error_text_missing"}
	}
	kept, err := d.keepNote(tx, ticketID, in.Actor, in.Words)
	maps.Copy(event, kept)
	return err
}

// learn lets the first words of a ticket say what it is about: a picture and a place came before them.
func (d *Desk) learn(tx *store.Tx, t *models.Ticket, words string) error {
	if words == "" || !t.Untold() || !d.Model.Classify(words).IsReport {
		return nil
	}
	priority := t.Priority
	t.Category, t.Priority = "", ""
	d.understand(t, words)
	t.Priority = higher(priority, t.Priority)
	if err := d.takeBackConflict(tx, t); err != nil {
		return err
	}
	return d.retime(tx, t)
}

// aside tells whether a resident reports what somebody else has reported before, and reports still.
func (*Desk) aside(tx *store.Tx, act Act) (bool, error) {
	if act.Actor.Kind != models.ActorResident {
		return false, nil
	}
	reports, err := tx.Reports(act.Ticket)
	for _, r := range reports {
		if r.WithdrawnAt == nil {
			return r.ReporterID != act.Actor.ID, err
		}
	}
	return false, err
}

// dispatchAgain gives an amended ticket to whom it now belongs, when that is somebody else. Where a person has decided,
// or a department has given it back, a person decides again: the suggestion is all that changes.
func (d *Desk) dispatchAgain(tx *store.Tx, t *models.Ticket, before models.Ticket) error {
	owner, sure, err := d.dispatch(tx, t)
	if err != nil {
		return err
	}
	decided := before.Hops > 0 || before.Why == models.WhyHotline || before.Why == models.WhyListen
	if t.Why != models.WhyConflict && (decided || !sure && before.DepartmentID != nil) {
		t.Why = before.Why // it stays where it is: the reason stays too
	}
	if decided || !sure || owner.ID == deref(before.DepartmentID) {
		return nil
	}
	t.State, t.DepartmentID, t.AssigneeID = models.StateAssigned, &owner.ID, nil
	return d.handOver(tx, t, &owner)
}

// correctReport writes the correction into the reporter's own report, and which one it was and the salted sum of its
// words into what the event is to be remembered by.
func (d *Desk) correctReport(tx *store.Tx, t *models.Ticket, in AmendInput, note models.Args) error {
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return err
	}
	for _, r := range reports {
		if r.WithdrawnAt != nil || in.Actor.Kind == models.ActorResident && r.ReporterID != in.Actor.ID {
			continue
		}
		if in.Words != "" {
			words := r.Words + "\n" + in.Words
			if r.Words = models.Clean(words, wordsMost); in.Actor.Kind == models.ActorStaff {
				if r.Words, err = fit("text", words, wordsMost); err != nil { // a resident's stand in their message
					return err
				}
			}
		}
		if in.Lat != nil {
			r.Lat, r.Lon = in.Lat, in.Lon
		}
		if in.Address != "" {
			r.Address = models.Clean(in.Address, lineLimit)
		}
		note["report"], note["words_sha256"] = r.ID, models.SaltedSum(r.WordsSalt, r.Words)
		return tx.SaveReport(r)
	}
	return models.ErrNotFound
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
