package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// AssignInput gives a ticket to a department; the department's clocks begin anew with it.
type AssignInput struct {
	Act
	DepartmentID string
}

// Assign gives a ticket to another department. The one that has it already gets no new clocks: it is refused.
func (d *Desk) Assign(tx *store.Tx, in AssignInput) (models.Ticket, error) {
	owner, err := tx.Department(in.DepartmentID)
	if err != nil {
		return models.Ticket{}, models.Invalid{Field: "department", Key: "error_department"}
	}
	return d.change(tx, in.Act, models.VerbAssign, func(t *models.Ticket) (models.Args, error) {
		if deref(t.DepartmentID) == owner.ID {
			return nil, models.Invalid{Field: "department", Key: "error_department_same"}
		}
		if d.Catalogue.Category(t.Category).Conflict && owner.Code != models.HotlineCode {
			return nil, models.Invalid{Field: "department", Key: "error_conflict"}
		}
		t.DepartmentID, t.AssigneeID, t.Why = &owner.ID, nil, models.WhyHotline
		return models.Args{}, d.handOver(tx, t, &owner)
	})
}

// handOver starts the clocks of a ticket that has come to a department, or to the hotline when owner is nil.
func (d *Desk) handOver(tx *store.Tx, t *models.Ticket, owner *models.Department) error {
	if err := d.endClocks(tx, t); err != nil {
		return err
	}
	return d.keepClocks(tx, d.plan(t, owner, tx.Now))
}
