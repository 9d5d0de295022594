package workflow_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func importDesk(tb testing.TB) *workflow.Desk {
	tb.Helper()
	catalogue, err := models.DefaultCatalogue()
	if err != nil {
		tb.Fatal(err)
	}
	calendars, err := models.DefaultCalendars()
	if err != nil {
		tb.Fatal(err)
	}
	areas, err := places.Approximate()
	if err != nil {
		tb.Fatal(err)
	}
	return &workflow.Desk{Catalogue: catalogue, Calendars: calendars, Areas: areas}
}

// numbered gives cells the row numbers that they have below a header.
func numbered(cells ...map[string]string) []workflow.SheetRow {
	rows := make([]workflow.SheetRow, 0, len(cells))
	for i, c := range cells {
		rows = append(rows, workflow.SheetRow{Number: i + 2, Cells: c})
	}
	return rows
}

func brief(faults []workflow.SheetFault) []string {
	out := []string{}
	for _, f := range faults {
		out = append(out, fmt.Sprintf("%d %s %s", f.Row, f.Column, f.Key))
	}
	return out
}

type cells = map[string]string

func TestCheckDepartments(t *testing.T) {
	id := "1"
	known := []models.Department{
		{ID: "1", Code: "city", Role: "env_dept"},
		{ID: "2", Code: "ward", Role: "ward_urban", AreaCode: "gone", ParentID: &id, Phone: "1022"},
	}
	good := func(code string, more ...string) cells {
		c := cells{"code": code, "name": "N", "role": "ward_urban"}
		for i := 0; i < len(more); i += 2 {
			c[more[i]] = more[i+1]
		}
		return c
	}
	for name, tt := range map[string]struct {
		rows []cells
		want []string
	}{
		"a good row, a child before its parent": {
			[]cells{good("b", "parent code", "a", "area code", "26740", "calendar", "hcmc", "email", "a@b.vn"), good("a")}, nil,
		},
		"a parent that is known":              {[]cells{good("a", "parent code", "city")}, nil},
		"an area that went stays where it is": {[]cells{good("ward", "area code", "gone")}, nil},
		"all faults of all rows together, in order": {
			[]cells{
				{"code": "", "name": " ", "role": "mayor", "area code": "7", "email": "x@", "calendar": "moon"},
				good("a b", "parent code", "none"),
			},
			[]string{
				"2 code import_missing", "2 name import_missing", "2 role import_department_role",
				"2 area code import_area", "2 calendar import_calendar", "2 email import_email",
				"3 code import_code_form", "3 parent code import_parent",
			},
		},
		"one code twice, whatever the case":  {[]cells{good("a"), good("A")}, []string{"3 code import_duplicate"}},
		"above itself":                       {[]cells{good("a", "parent code", "a")}, []string{"2 parent code import_parent_loop"}},
		"above itself by way of a known one": {[]cells{good("city", "parent code", "ward")}, []string{"2 parent code import_parent_loop"}},
		"the hotline stays the hotline":      {[]cells{good("hotline")}, []string{"2 role import_hotline_role"}},
		"a name with a display name is no e-mail": {
			[]cells{good("a", "email", "A <a@b.vn>")}, []string{"2 email import_email"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := importDesk(t).CheckDepartments(numbered(tt.rows...), known)
			if diff := cmp.Diff(append([]string{}, tt.want...), brief(faults)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	entries, _ := importDesk(t).CheckDepartments(numbered(good("ward")), known)
	if e := entries[0]; e.Phone != "1022" || e.ParentCode != "city" {
		t.Errorf("columns that are not in the sheet were lost: %+v", e)
	}
}

func TestCheckStaff(t *testing.T) {
	sheet := workflow.StaffSheet{
		Departments: []models.Department{{ID: "1", Code: "ward"}},
		Known:       []models.Staff{{ID: "9", Email: "old@b.vn"}},
	}
	row := func(email, role, department string) cells {
		return cells{"email": email, "name": "N", "role": role, "department code": department}
	}
	for name, tt := range map[string]struct {
		rows []cells
		want []string
	}{
		"good rows":               {[]cells{row("A@b.vn", "Staff", "ward"), row("c@b.vn", "admin", "")}, nil},
		"one e-mail twice":        {[]cells{row("a@b.vn", "admin", ""), row("A@B.vn", "admin", "")}, []string{"3 email import_duplicate"}},
		"unknown role":            {[]cells{row("a@b.vn", "boss", "")}, []string{"2 role import_staff_role"}},
		"unknown department":      {[]cells{row("a@b.vn", "admin", "x")}, []string{"2 department code import_department"}},
		"bad e-mail":              {[]cells{row("a.b.vn", "admin", "")}, []string{"2 email import_email"}},
		"nothing but a name":      {[]cells{{"name": "N"}}, []string{"2 email import_missing", "2 role import_missing"}},
		"lead of no department":   {[]cells{row("a@b.vn", "lead", "")}, []string{"2 department code import_department_needed"}},
		"staff of no department":  {[]cells{row("a@b.vn", "staff", "")}, []string{"2 department code import_department_needed"}},
		"viewer of no department": {[]cells{row("a@b.vn", "viewer", "")}, []string{"2 department code import_department_needed"}},
	} {
		t.Run(name, func(t *testing.T) {
			sheet.Rows = numbered(tt.rows...)
			_, faults := sheet.Check()
			if diff := cmp.Diff(append([]string{}, tt.want...), brief(faults)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	sheet.Rows = numbered(row("OLD@b.vn", "admin", ""), row("new@b.vn", "admin", ""))
	if entries, _ := sheet.Check(); entries[0].New || !entries[1].New {
		t.Error("who is new was not told")
	}
}

// TestFoundDepartments: the departments of the catalogue are for a city that has made none, and replace nothing.
func TestFoundDepartments(t *testing.T) {
	clock := modelstest.NewClock(t, start)
	seeded := len(desk.Catalogue.Roles)
	for _, r := range desk.Catalogue.Roles {
		if r.Kind == "ward" {
			seeded++ // two areas
		}
	}
	hotline := models.Department{Code: models.HotlineCode, Name: "Tổng đài", Role: models.HotlineCode, Calendar: models.CalendarAlways}
	imported := models.Department{Code: "ward", Name: "Phường", Role: "ward_urban", AreaCode: "26740"}
	for name, tt := range map[string]struct {
		before []models.Department
		want   int
		called string // the hotline
	}{
		"nothing there":            {nil, seeded, ""},
		"a hotline of the city's":  {[]models.Department{hotline}, seeded, hotline.Name},
		"imported, and no hotline": {[]models.Department{imported}, 2, models.Hotline().Name},
		"imported with a hotline":  {[]models.Department{imported, hotline}, 2, hotline.Name},
	} {
		t.Run(name, func(t *testing.T) {
			modelstest.EachDatabase(t, clock.Now, func(t *testing.T, s *store.Store, behind *sql.DB) { //nolint:thelper // the test itself
				if _, err := behind.ExecContext(t.Context(), "DELETE FROM departments"); err != nil { // the hotline
					t.Fatal(err)
				}
				err := s.Tx(t.Context(), func(tx *store.Tx) error {
					if err := tx.SaveDepartments(slices.Clone(tt.before)); err != nil {
						return err
					}
					if err := workflow.FoundDepartments(tx, desk.Catalogue, []places.Area{ward(here), ward(there)}); err != nil {
						return err
					}
					all, err := tx.Departments()
					if len(all) != tt.want {
						t.Errorf("%d departments are to be there, there are %d", tt.want, len(all))
					}
					if err != nil {
						return err
					}
					found, err := tx.DepartmentByCode(models.HotlineCode)
					if tt.called != "" && found.Name != tt.called {
						t.Errorf("the hotline is to be %q, it is %q", tt.called, found.Name)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}
