package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// demoCast is the staff of a demo.
type demoCast struct {
	password   string
	hired      int // accounts that were made, with this password
	hash       string
	hotline    []models.Staff
	hotlineID  string
	colleagues map[string]models.Staff // by department
	named      []string                // e-mail and role of those to sign in as
}

// busyRole is the department whose lead, staff and viewer have short e-mails: it gets the most tickets.
const busyRole = "infra_center"

// engage makes departments where there are none, and the staff that everybody may sign in as.
func (d *demo) engage(ctx context.Context, password string) error {
	d.cast = demoCast{password: password, colleagues: map[string]models.Staff{}}
	if password == "" {
		d.cast.password = models.NewToken()[:12]
	}
	var err error
	if d.cast.hash, err = web.HashPassword(d.cast.password); err != nil {
		return err
	}
	type post struct {
		email string
		role  models.Role
		name  string
	}
	posts := []post{
		{"admin", models.RoleAdmin, "Nguyễn Minh Quân"},
		{"hotline-lead", models.RoleHotlineLead, "Trần Thị Hạnh"},
		{"hotline", models.RoleHotline, "Lê Ngọc Mai"},
		{"hotline2", models.RoleHotline, "Phạm Quốc Bình"},
		{"lead", models.RoleLead, "Huỳnh Thanh Sơn"},
		{"staff", models.RoleStaff, "Võ Thị Thu Hà"},
		{"viewer", models.RoleViewer, "Đặng Văn Phúc"},
	}
	return d.store.Tx(ctx, func(tx *store.Tx) error {
		cast := d.cast // the transaction may run twice
		cast.colleagues = map[string]models.Staff{}
		busy, err := d.departments(tx, &cast)
		if err != nil {
			return err
		}
		for _, p := range posts {
			who := models.Staff{Email: p.email + "@demo.vticket", Name: p.name, Role: p.role}
			if !p.role.CityWide() {
				who.DepartmentID = &busy.ID
			}
			if who, err = cast.hire(tx, who); err != nil {
				return err
			}
			cast.named = append(cast.named, fmt.Sprintf("%-26s %s", who.Email, p.role))
			switch p.role {
			case models.RoleHotline, models.RoleHotlineLead:
				cast.hotline = append(cast.hotline, who)
			case models.RoleLead:
				cast.colleagues[busy.ID] = who
			default:
			}
		}
		d.cast = cast
		return nil
	})
}

// departments makes those of the city where nobody has made any, and returns the busiest one.
func (d *demo) departments(tx *store.Tx, cast *demoCast) (busy models.Department, err error) {
	if err := workflow.FoundDepartments(tx, d.desk.Catalogue, d.desk.Areas.All()); err != nil {
		return busy, err
	}
	hotline, err := tx.DepartmentByCode(models.HotlineCode)
	if err != nil {
		return busy, err
	}
	cast.hotlineID = hotline.ID
	owners, err := tx.Owners(busyRole, "")
	if err == nil && len(owners) > 0 {
		return owners[0], nil
	}
	return hotline, err
}

// hire makes an account, or returns the one that has this e-mail.
func (c *demoCast) hire(tx *store.Tx, who models.Staff) (models.Staff, error) {
	known, err := tx.StaffByEmail(who.Email)
	if err == nil || !errors.Is(err, models.ErrNotFound) {
		return known, err
	}
	who.PasswordHash = c.hash
	c.hired++
	return who, tx.InsertStaff(&who)
}

// colleague is who works for a department; the first ticket brings the first one.
func (d *demo) colleague(ctx context.Context, departmentID string) (who models.Staff, err error) {
	if departmentID == d.cast.hotlineID {
		return pick(d, d.cast.hotline), nil
	}
	if known, ok := d.cast.colleagues[departmentID]; ok {
		return known, nil
	}
	name := d.name()
	err = d.store.Tx(ctx, func(tx *store.Tx) error {
		department, err := tx.Department(departmentID)
		if err != nil {
			return err
		}
		who, err = d.cast.hire(tx, models.Staff{
			Email: strings.ReplaceAll(department.Code, "_", "-") + "@demo.vticket", Name: name, Role: models.RoleLead,
			DepartmentID: &departmentID,
		})
		return err
	})
	d.cast.colleagues[departmentID] = who
	return who, err
}
