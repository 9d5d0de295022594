package workflow

import (
	"fmt"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// StaffEntry is a person as a sheet has them. New says that nobody has the e-mail yet.
type StaffEntry struct {
	models.Staff

	DepartmentCode string
	New            bool
}

// StaffSheet is a sheet of staff beside the people and departments that there are.
type StaffSheet struct {
	Rows        []SheetRow
	Known       []models.Staff
	Departments []models.Department
}

// OncePasswords are the hashes of the one-time passwords of new people, by e-mail, and when those passwords end.
type OncePasswords struct {
	Until  time.Time
	Hashes map[string]string
}

// ReadStaffSheet puts the rows of a sheet beside the people and departments that there are.
func ReadStaffSheet(tx *store.Tx, rows []SheetRow) (sheet StaffSheet, err error) {
	sheet.Rows = rows
	if sheet.Known, err = tx.StaffList(); err != nil {
		return sheet, err
	}
	sheet.Departments, err = tx.Departments()
	return sheet, err
}

// Check reads a sheet of staff and returns all its faults together. An e-mail that is known changes that person's
// name, role and department; nobody is ever removed.
func (s StaffSheet) Check() ([]StaffEntry, []SheetFault) {
	c := staffCheck{
		sheetCheck: sheetCheck{seen: map[string]int{}},
		known:      map[string]models.Staff{}, ids: map[string]string{}, codes: map[string]string{},
	}
	for _, k := range s.Known {
		c.known[k.Email] = k
	}
	for _, d := range s.Departments {
		c.ids[d.Code], c.codes[d.ID] = d.ID, d.Code
	}
	for _, role := range models.Roles {
		c.roles = append(c.roles, string(role))
	}
	entries := make([]StaffEntry, 0, len(s.Rows))
	for _, row := range s.Rows {
		entries = append(entries, c.read(row))
	}
	return entries, c.faults
}

type staffCheck struct {
	sheetCheck

	known map[string]models.Staff // by e-mail
	ids   map[string]string       // departments' ids by code
	codes map[string]string       // and codes by id
	roles []string
}

func (c *staffCheck) read(row SheetRow) StaffEntry {
	email := strings.ToLower(c.required(row, ColumnEmail))
	before, known := c.known[email]
	code := ""
	if before.DepartmentID != nil {
		code = c.codes[*before.DepartmentID]
	}
	e := StaffEntry{
		Staff: models.Staff{
			Email: email, Name: c.required(row, ColumnName),
			Role: models.Role(strings.ToLower(c.required(row, ColumnRole))),
		},
		DepartmentCode: c.text(row, ColumnDepartment, code), New: !known,
	}
	c.mail(row, email)
	c.once(row, ColumnEmail, email)
	if e.Role != "" && !e.Role.Valid() {
		c.unknown(row, ColumnRole, "import_staff_role", string(e.Role), c.roles...)
	}
	id, found := c.ids[e.DepartmentCode]
	switch {
	case e.DepartmentCode != "" && !found:
		c.unknown(row, ColumnDepartment, "import_department", e.DepartmentCode)
	case found:
		e.DepartmentID = &id
	case e.Role.Valid() && !e.Role.CityWide():
		c.fault(row, ColumnDepartment, "import_department_needed", map[string]any{"role": string(e.Role)})
	}
	return e
}

// ImportStaff keeps the people of a sheet, or returns its faults and keeps nobody. New people get the passwords that
// were made for them; ErrConflict says that somebody is new who was not when those were made.
func ImportStaff(tx *store.Tx, rows []SheetRow, once OncePasswords) ([]SheetFault, error) {
	sheet, err := ReadStaffSheet(tx, rows)
	if err != nil {
		return nil, err
	}
	entries, faults := sheet.Check()
	if len(faults) > 0 {
		return faults, nil
	}
	all := make([]models.Staff, 0, len(entries))
	made := 0
	for _, e := range entries {
		if e.New {
			hash, ok := once.Hashes[e.Email]
			if !ok {
				return nil, fmt.Errorf("import staff: no password for a new person: %w", models.ErrConflict)
			}
			e.PasswordHash, e.PasswordOnceUntil = hash, &once.Until
			made++
		}
		all = append(all, e.Staff)
	}
	if made != len(once.Hashes) {
		return nil, fmt.Errorf("import staff: a new person is known by now: %w", models.ErrConflict)
	}
	return nil, tx.SaveStaff(all)
}
