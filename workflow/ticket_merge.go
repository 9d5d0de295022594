package workflow

import (
	"fmt"
	"slices"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// MergeInput names the ticket that ends, and the one that goes on with its reports.
type MergeInput struct {
	Act
	Into string // id
}

// Merge joins two open tickets about the same thing: reports and all that was said of the one are the other's, whose
// promise is the earlier of the two and whose priority the higher. Its reporters are told, and follow the other one
// from now on. It returns the ticket that goes on.
func (d *Desk) Merge(tx *store.Tx, in MergeInput) (models.Ticket, error) {
	if !in.Actor.May(models.VerbMerge) {
		return models.Ticket{}, fmt.Errorf("merge: %w", models.ErrForbidden)
	}
	from, into, err := lockTwo(tx, in.Actor, in.Ticket, in.Into)
	if err != nil {
		return from, err
	}
	if err := d.joinable(from, into); err != nil {
		return from, err
	}
	reports, err := tx.Reports(from.ID)
	if err != nil {
		return from, err
	}
	from, err = d.change(tx, in.Act, models.VerbMerge, func(t *models.Ticket) (models.Args, error) {
		t.RelatedID, t.Relation, t.ClosedAt, t.Reports = &into.ID, models.RelationMerged, &tx.Now, 0
		if err := d.endClocks(tx, t); err != nil {
			return nil, err
		}
		return models.Args{"into": into.ID, "reports": idsOf(reports)}, tx.MoveReports(t.ID, into.ID)
	})
	if err != nil {
		return from, err
	}
	into, err = d.change(tx, Act{Actor: in.Actor, Ticket: into.ID}, models.VerbFollow,
		func(t *models.Ticket) (models.Args, error) {
			all, err := tx.Reports(t.ID)
			if err != nil {
				return nil, err
			}
			t.Reports = models.People(all)
			return models.Args{"from": from.ID, "reports": idsOf(reports)}, d.hurry(tx, t, from)
		})
	if err != nil {
		return into, err
	}
	return into, d.tell(tx, into, reports, models.Message{Author: "bot", Key: "merged", Args: models.Args{
		"old": models.SpokenCode(from.Code), "count": into.Reports, "promise_due": rfc3339(into.PromiseDue),
	}})
}

// hurry lets a ticket be as urgent, and promised as early, as the one that was joined to it.
func (d *Desk) hurry(tx *store.Tx, t *models.Ticket, from models.Ticket) error {
	before := t.Priority
	t.Priority = higher(before, from.Priority)
	if from.PromiseDue != nil && (t.PromiseDue == nil || from.PromiseDue.Before(*t.PromiseDue)) {
		t.PromiseDue = from.PromiseDue
	}
	late := t.TargetDue != nil && t.PromiseDue != nil && t.TargetDue.After(*t.PromiseDue)
	if t.Priority != before || late {
		if err := d.retime(tx, t); err != nil {
			return err
		}
	}
	return d.shortenPause(tx, *t)
}

// lockTwo takes two tickets in ascending order of id, and returns them in the order they were named.
func lockTwo(tx *store.Tx, who models.Actor, a, b string) (first, second models.Ticket, err error) {
	if b < a {
		second, first, err = lockTwo(tx, who, b, a)
		return first, second, err
	}
	if first, err = tx.LockTicket(who, a); err != nil {
		return first, second, err
	}
	second, err = tx.LockTicket(who, b)
	return first, second, err
}

// joinable refuses what must not go together: a ticket with itself or with one that is over, and reports whose owner is
// not to learn who reported with others of which they may.
func (d *Desk) joinable(from, into models.Ticket) error {
	if from.ID == into.ID {
		return models.Invalid{Field: "into", Key: "error_merge_self"}
	}
	if !into.State.Open() {
		return models.Invalid{Field: "into", Key: "error_merge_over"}
	}
	a, b := d.Catalogue.Category(from.Category), d.Catalogue.Category(into.Category)
	if a.ReporterHidden != b.ReporterHidden || a.Conflict != b.Conflict || a.PublicOK != b.PublicOK {
		return models.Invalid{Field: "into", Key: "error_merge_hidden"}
	}
	return nil
}

func idsOf(reports []models.Report) []string {
	ids := make([]string, 0, len(reports))
	for _, r := range reports {
		ids = append(ids, r.ID)
	}
	return ids
}

// UnmergeInput names the ticket that was merged.
type UnmergeInput struct{ Act }

// Unmerge takes a ticket out of the one that it was merged into: its reports come back, with those of what was merged
// into it before; it is at work again and its clocks begin anew; what was said since stays where it was said. It is
// refused while the reports have gone on from there.
func (d *Desk) Unmerge(tx *store.Tx, in UnmergeInput) (models.Ticket, error) {
	if !in.Actor.May(models.VerbUnmerge) {
		return models.Ticket{}, fmt.Errorf("unmerge: %w", models.ErrForbidden)
	}
	t, err := tx.Ticket(in.Ticket) // whom to lock first depends on it; what it says is read again under the lock
	if err != nil {
		return t, err
	}
	if t.RelatedID == nil || t.State != models.StateMerged {
		return t, models.IllegalMove{Verb: models.VerbUnmerge, From: t.State}
	}
	t, into, err := lockTwo(tx, in.Actor, t.ID, *t.RelatedID)
	if err != nil {
		return t, err
	}
	origins, err := tx.Origins(into.ID, t.ID)
	if err != nil {
		return t, err
	}
	back, err := cameFrom(tx, into.ID, origins)
	if err != nil {
		return t, err
	}
	if t, err = d.change(tx, in.Act, models.VerbUnmerge, func(t *models.Ticket) (models.Args, error) {
		t.Relation, t.ClosedAt, t.Reports = models.RelationDistinct, nil, models.People(back)
		note := models.Args{"out_of": into.ID, "reports": idsOf(back)}
		if err := tx.ReturnReports(into.ID, t.ID, origins); err != nil {
			return nil, err
		}
		if t.DepartmentID == nil {
			t.State = models.StateNew
			return note, d.handOver(tx, t, nil)
		}
		owner, err := tx.Department(*t.DepartmentID)
		if err != nil {
			return nil, err
		}
		return note, d.handOver(tx, t, &owner)
	}); err != nil {
		return t, err
	}
	_, err = d.change(tx, Act{Actor: in.Actor, Ticket: into.ID}, models.VerbUnfollow,
		func(into *models.Ticket) (models.Args, error) {
			rest, err := tx.Reports(into.ID)
			if err != nil {
				return nil, err
			}
			into.Reports = models.People(rest)
			note := models.Args{"back_to": t.ID, "reports": idsOf(back)}
			return note, d.letGo(tx, into, slices.Concat(rest, back), back)
		})
	if err != nil {
		return t, err
	}
	return t, d.tell(tx, t, back, models.Message{Author: "bot", Key: "unmerged", Args: models.Args{
		"old": models.SpokenCode(into.Code), "promise_due": rfc3339(t.PromiseDue),
	}})
}

// cameFrom are the reports of a ticket that were made for others.
func cameFrom(tx *store.Tx, ticketID string, origins []string) (back []models.Report, err error) {
	reports, err := tx.Reports(ticketID)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		if r.OriginID != nil && slices.Contains(origins, *r.OriginID) {
			back = append(back, r)
		}
	}
	if len(back) == 0 {
		err = models.Invalid{Field: "into", Key: "error_unmerge"}
	}
	return back, err
}
