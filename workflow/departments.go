package workflow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

// SeedDepartments makes the departments of a city that has imported none: one for each role of the catalogue, and for
// the roles of wards one in each area. Those that are there stay as they are. It returns how many there are.
func SeedDepartments(tx *store.Tx, catalogue models.Catalogue, areas []places.Area) (int, error) {
	var all []models.Department
	for _, role := range catalogue.Roles {
		switch role.Kind {
		case "ward":
			for _, a := range areas {
				all = append(all, models.Department{
					Code: fmt.Sprintf("%s-%s", role.Key, a.Code), Name: role.In(a.FullName), Role: role.Key,
					AreaCode: a.Code,
				})
			}
		default:
			all = append(all, models.Department{Code: role.Key, Name: role.NameVi, Role: role.Key})
		}
	}
	return len(all), tx.AddDepartments(all)
}

// FoundDepartments gives a city what it begins with: the departments of the catalogue while it has none but the
// hotline, afterwards only a hotline that is missing. Two owners for one role and area would send all to the hotline.
func FoundDepartments(tx *store.Tx, catalogue models.Catalogue, areas []places.Area) error {
	known, err := tx.Departments()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known, func(d models.Department) bool { return d.Code != models.HotlineCode }) {
		return tx.AddDepartments([]models.Department{models.Hotline()})
	}
	_, err = SeedDepartments(tx, catalogue, areas)
	return err
}

// DepartmentEntry is a department as a sheet has it. Parents are codes there: the one above may be in the same sheet.
type DepartmentEntry struct {
	models.Department

	ParentCode string
}

// departmentCheck is a sheet of departments beside the departments that there are.
type departmentCheck struct {
	sheetCheck

	desk    *Desk
	known   map[string]models.Department // by code
	parents map[string]string            // code to code of the one above, as it would be afterwards
	roles   []string
	lists   []string // the keys of the calendars
}

// CheckDepartments reads a sheet of departments beside those that there are, and returns all its faults together. A
// code that is known changes that department; nothing is ever removed.
func (d *Desk) CheckDepartments(rows []SheetRow, known []models.Department) ([]DepartmentEntry, []SheetFault) {
	c := departmentCheck{
		sheetCheck: sheetCheck{seen: map[string]int{}}, desk: d,
		known: map[string]models.Department{}, parents: map[string]string{},
		lists: slices.Sorted(maps.Keys(d.Calendars)),
	}
	for _, role := range d.Catalogue.Roles {
		c.roles = append(c.roles, role.Key)
	}
	codes := map[string]string{}
	for _, k := range known {
		codes[k.ID], c.known[k.Code] = k.Code, k
	}
	for _, k := range known {
		c.parents[k.Code] = ""
		if k.ParentID != nil {
			c.parents[k.Code] = codes[*k.ParentID]
		}
	}
	entries := make([]DepartmentEntry, 0, len(rows))
	for _, row := range rows {
		e := c.read(row)
		entries = append(entries, e)
		c.parents[e.Code] = e.ParentCode
	}
	for i, e := range entries {
		c.parent(rows[i], e)
	}
	slices.SortStableFunc(c.faults, func(a, b SheetFault) int { return cmp.Compare(a.Row, b.Row) })
	return entries, c.faults
}

func (c *departmentCheck) read(row SheetRow) DepartmentEntry {
	code := c.required(row, ColumnCode)
	before := c.known[code]
	e := DepartmentEntry{
		Department: models.Department{
			Code: code, Name: c.required(row, ColumnName), Role: c.required(row, ColumnRole),
			AreaCode: c.text(row, ColumnArea, before.AreaCode), Calendar: c.text(row, ColumnCalendar, before.Calendar),
			Phone: c.text(row, ColumnPhone, before.Phone), Email: c.text(row, ColumnEmail, before.Email),
		},
		ParentCode: c.text(row, ColumnParent, c.parents[code]),
	}
	if code != "" && !codeForm.MatchString(code) {
		c.fault(row, ColumnCode, "import_code_form", nil)
	}
	c.once(row, ColumnCode, code)
	switch {
	case e.Role != "" && !slices.Contains(c.roles, e.Role):
		c.unknown(row, ColumnRole, "import_department_role", e.Role, c.roles...)
	case code == models.HotlineCode && e.Role != "" && e.Role != models.HotlineCode:
		c.fault(row, ColumnRole, "import_hotline_role", nil)
	}
	if e.AreaCode != "" && e.AreaCode != before.AreaCode {
		if _, ok := c.desk.Areas.Area(e.AreaCode); !ok {
			c.unknown(row, ColumnArea, "import_area", e.AreaCode)
		}
	}
	if _, ok := c.desk.Calendars[e.Calendar]; e.Calendar != "" && !ok {
		c.unknown(row, ColumnCalendar, "import_calendar", e.Calendar, c.lists...)
	}
	c.mail(row, e.Email)
	return e
}

// parent checks the department above, once all rows are read.
func (c *departmentCheck) parent(row SheetRow, e DepartmentEntry) {
	if e.ParentCode == "" {
		return
	}
	if _, ok := c.parents[e.ParentCode]; !ok {
		c.unknown(row, ColumnParent, "import_parent", e.ParentCode)
		return
	}
	above := e.ParentCode
	for range len(c.parents) {
		if above == "" || above == e.Code {
			break
		}
		above = c.parents[above]
	}
	if above == e.Code {
		c.fault(row, ColumnParent, "import_parent_loop", nil)
	}
}

// ImportDepartments keeps the departments of a sheet, or returns its faults and keeps none.
func (d *Desk) ImportDepartments(tx *store.Tx, rows []SheetRow) ([]SheetFault, error) {
	known, err := tx.Departments()
	if err != nil {
		return nil, err
	}
	entries, faults := d.CheckDepartments(rows, known)
	if len(faults) > 0 || len(entries) == 0 {
		return faults, nil
	}
	all := make([]models.Department, 0, len(entries))
	for _, e := range entries {
		all = append(all, e.Department)
	}
	if err := tx.SaveDepartments(all); err != nil {
		return nil, err
	}
	if known, err = tx.Departments(); err != nil { // the ids: new ones were made, known ones kept
		return nil, err
	}
	ids := make(map[string]string, len(known))
	for _, k := range known {
		ids[k.Code] = k.ID
	}
	var below []models.Department
	for _, e := range entries {
		if id, ok := ids[e.ParentCode]; ok {
			e.ParentID = &id
			below = append(below, e.Department)
		}
	}
	if len(below) == 0 {
		return nil, nil
	}
	return nil, tx.SaveDepartments(below)
}
