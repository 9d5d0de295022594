package main

import (
	"bytes"
	"errors"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// sheetFile writes a real XLSX file.
func sheetFile(tb testing.TB, rows ...[]string) string {
	tb.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range rows {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := book.SetSheetRow("Sheet1", at, &row); err != nil {
			tb.Fatal(err)
		}
	}
	path := filepath.Join(tb.TempDir(), "sheet.xlsx")
	if err := book.SaveAs(path); err != nil {
		tb.Fatal(err)
	}
	return path
}

// loaded runs an import and returns its JSON lines and its error.
func loaded(tb testing.TB, s *store.Store, kind string, job importJob) (string, error) {
	tb.Helper()
	var out, notes bytes.Buffer
	job.out, job.notes = &out, &notes
	if job.lang == "" {
		job.lang = "en"
	}
	var err error
	if kind == "departments" {
		err = importDepartments(tb.Context(), s, job)
	} else {
		err = importStaff(tb.Context(), s, staffJob{importJob: job, address: "https://1022.example.vn"})
	}
	return out.String(), err
}

func staffOf(tb testing.TB, s *store.Store) (all []models.Staff, departments map[string]models.Department) {
	tb.Helper()
	departments = map[string]models.Department{}
	err := s.Read(tb.Context(), func(tx *store.Tx) (err error) {
		if all, err = tx.StaffList(); err != nil {
			return err
		}
		rows, err := tx.Departments()
		for _, d := range rows {
			departments[d.Code] = d
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all, departments
}

var onceForm = regexp.MustCompile(`[acdefhjkmnprtwxy3479]{4}(-[acdefhjkmnprtwxy3479]{4}){3}`)

func TestImportDepartmentsAndStaff(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-11-23T08:00:00+07:00")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) { //nolint:thelper // the test itself
		head := []string{"MÃ ĐƠN VỊ", "Tên", "vai trò", "Mã khu vực", "Mã cấp trên", "STT"}
		child := []string{"ward", "Phường Sài Gòn", "ward_urban", "26740", "city", "1"}
		city := []string{"city", "Sở Xây dựng", "construction_dept"}
		good := sheetFile(t, head, child, nil, city)
		out, err := loaded(t, s, "departments", importJob{path: good})
		if _, d := staffOf(t, s); err != nil || out != `{"rows":2,"faults":0,"applied":false}`+"\n" || len(d) != 1 {
			t.Fatalf("dry run: %v, %s, %d departments", err, out, len(d))
		}
		faulty := sheetFile(t, head, city, nil, []string{"city", "X", "mayor", "7"})
		out, err = loaded(t, s, "departments", importJob{path: faulty, apply: true})
		if _, d := staffOf(t, s); !errors.Is(err, errSheetFaults) || strings.Count(out, `{"row":4,`) != 3 ||
			!strings.HasSuffix(out, `{"rows":2,"faults":3,"applied":false}`+"\n") || len(d) != 1 {
			t.Fatalf("faulty: %v, %s, %d departments", err, out, len(d))
		}
		for range 2 { // the second time it changes what it made
			out, err = loaded(t, s, "departments", importJob{path: good, apply: true})
			_, d := staffOf(t, s)
			if err != nil || out != `{"rows":2,"faults":0,"applied":true}`+"\n" || len(d) != 3 ||
				d["ward"].ParentID == nil || *d["ward"].ParentID != d["city"].ID {
				t.Fatalf("applied: %v, %s, %+v", err, out, d)
			}
		}
		testImportStaff(t, s)
	})
}

// TestSetDepartment: one department by hand, through the check of the sheet.
func TestSetDepartment(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-11-23T08:00:00+07:00")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) { //nolint:thelper // the test itself
		for _, step := range []struct {
			name  string
			cells map[string]string
			made  bool
			fault string // flags that are wrong, in order
			want  string // its line in the list afterwards
		}{
			{"a new one needs name and role", map[string]string{"code": "ward"}, true, "--name --role", ""},
			{"an unknown role", map[string]string{"code": "ward", "name": "P", "role": "mayor"}, true, "--role", ""},
			{
				"a new one",
				map[string]string{"code": " ward", "name": "Phường <1>", "role": "ward_urban", "area code": "26740"},
				true, "", `{"code":"ward","name":"Phường <1>","role":"ward_urban","area":"26740"}`,
			},
			{
				"what is not given stays",
				map[string]string{"code": "ward", "phone": "1022", "parent code": "hotline"},
				false, "",
				`{"code":"ward","name":"Phường <1>","role":"ward_urban","area":"26740","parent":"hotline","phone":"1022"}`,
			},
			{
				"what is given empty goes",
				map[string]string{"code": "ward", "area code": "", "parent code": ""},
				false, "", `{"code":"ward","name":"Phường <1>","role":"ward_urban","phone":"1022"}`,
			},
			{"a name does not go", map[string]string{"code": "ward", "name": ""}, false, "--name", ""},
			{"the hotline stays the hotline", map[string]string{"code": "hotline", "role": "ward_urban"}, false, "--role", ""},
		} {
			made, faults, err := setDepartment(t.Context(), s, step.cells)
			wrong := ""
			if fault := flagFaults("en", faults); fault != nil {
				wrong = strings.Join(regexp.MustCompile(`(?m)^--\w+`).FindAllString(fault.Error(), -1), " ")
			}
			if err != nil || made != step.made || wrong != step.fault {
				t.Errorf("%s: made %t, wrong are %q, %v", step.name, made, wrong, err)
			}
			_, departments := staffOf(t, s)
			var out bytes.Buffer
			if err := listDepartments(&out, slices.Collect(maps.Values(departments))); err != nil {
				t.Fatal(err)
			}
			if step.want != "" && !strings.Contains(out.String(), step.want+"\n") {
				t.Errorf("%s: the list is to have %s; it is %s", step.name, step.want, out.String())
			}
		}
		if _, departments := staffOf(t, s); len(departments) != 2 {
			t.Errorf("refused ones are not made: %v", departments)
		}
	})
}

func testImportStaff(t *testing.T, s *store.Store) {
	t.Helper()
	head := []string{"E-mail", "Họ và tên", "Vai trò", "Mã đơn vị"}
	path := sheetFile(t, head, []string{"An@b.vn", "<An>", "staff", "ward"}, []string{"binh@b.vn", "Bình", "hotline"})
	slips := filepath.Join(t.TempDir(), "slips.html")
	if out, err := loaded(t, s, "staff", importJob{path: path, apply: true}); err == nil || !strings.Contains(out, "false") {
		t.Fatalf("new people without slips: %v, %s", err, out)
	}
	job := importJob{path: path, apply: true, slips: slips, lang: "vi"}
	out, err := loaded(t, s, "staff", job)
	people, departments := staffOf(t, s)
	if err != nil || out != `{"rows":2,"faults":0,"applied":true}`+"\n" || len(people) != 2 {
		t.Fatalf("applied: %v, %s, %d people", err, out, len(people))
	}
	raw, err := os.ReadFile(slips)
	info, _ := os.Stat(slips)
	passwords := onceForm.FindAllString(string(raw), -1)
	if err != nil || info.Mode().Perm() != 0o600 || len(passwords) != 2 || !bytes.Contains(raw, []byte("&lt;An&gt;")) ||
		!bytes.Contains(raw, []byte("08:00 thứ Hai 7/12")) {
		t.Fatalf("slips: %v, %v, %s", err, info.Mode(), raw)
	}
	signin, err := web.NewSignin(s)
	if err != nil {
		t.Fatal(err)
	}
	typed := strings.ToUpper(strings.ReplaceAll(passwords[0], "-", " "))
	opened, err := signin.Open(t.Context(), web.SigninInput{Email: "an@b.vn", Password: typed})
	if err != nil || !opened.MustChangePassword || *people[0].DepartmentID != departments["ward"].ID {
		t.Errorf("sign in from the slip: %+v, %v", opened, err)
	}
	again := sheetFile(t, head, []string{"an@b.vn", "An", "lead", "city"})
	if out, err = loaded(t, s, "staff", importJob{path: again, apply: true}); err != nil {
		t.Fatalf("known people need no slips: %v, %s", err, out)
	}
	changed, _ := staffOf(t, s)
	if a := changed[0]; a.Name != "An" || a.Role != models.RoleLead || *a.DepartmentID != departments["city"].ID ||
		a.PasswordHash != people[0].PasswordHash || !a.MustChangePassword() || a.ID != people[0].ID {
		t.Errorf("changed: %+v", a)
	}
	newcomer := sheetFile(t, head, []string{"chi@b.vn", "Chi", "admin"})
	if _, err = loaded(t, s, "staff", importJob{path: newcomer, apply: true, slips: slips}); err == nil {
		t.Error("slips not yet printed were replaced")
	}
}

func TestReadSheetRefusesWhatIsNoSheet(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "x.xlsx")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	many := [][]string{{"code", "name", "role"}}
	for range sheetRows + 1 {
		many = append(many, []string{"a"})
	}
	for name, tt := range map[string]struct{ path, want string }{
		"not a workbook": {file("code,name,role\n"), "import_file_kind"},
		"too large":      {file(strings.Repeat(" ", sheetBytes+1)), "import_file_size"},
		"too many rows":  {sheetFile(t, many...), "import_file_rows"},
		"no rows":        {sheetFile(t, []string{"code", "name", "role"}), "import_file_empty"},
		"nothing at all": {sheetFile(t), "import_file_empty"},
		"column missing": {sheetFile(t, []string{"code", "name"}, []string{"a", "b"}), "import_column_missing"},
		"column twice":   {sheetFile(t, []string{"code", "name", "role", "Mã"}, []string{"a"}), "import_column_twice"},
	} {
		t.Run(name, func(t *testing.T) {
			var notes bytes.Buffer
			_, faults, err := readSheet(tt.path, departmentColumns(), &notes)
			if err != nil || len(faults) != 1 || faults[0].Key != tt.want {
				t.Errorf("got %v, %v", faults, err)
			}
			if notes.Len() > 0 {
				t.Errorf("nothing else is to be said, before it least of all: %s", notes.String())
			}
		})
	}
}

// TestReadSheetKeepsTheSystemsWords: a file that the system does not open is no matter of its form.
func TestReadSheetKeepsTheSystemsWords(t *testing.T) {
	t.Chdir(t.TempDir())
	socket, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", "x.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if _, faults, err := readSheet("x.xlsx", departmentColumns(), &bytes.Buffer{}); err == nil || len(faults) > 0 {
		t.Errorf("a socket is to be an error of the system: %v, %v", faults, err)
	}
}

// TestTemplatesCanBeImported is a newcomer's way in: both example files, as they are, through the whole program.
func TestTemplatesCanBeImported(t *testing.T) {
	for _, name := range []string{"DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"} {
		t.Setenv(name, "")
	}
	folder := t.TempDir()
	t.Setenv("DATA_DIR", folder)
	slips, departments, staff := filepath.Join(folder, "s.html"), filepath.Join(folder, "d.xlsx"), filepath.Join(folder, "p.xlsx")
	for _, args := range [][]string{
		{"departments", "template", departments},
		{"departments", "import", departments},
		{"departments", "import", departments, "--apply"},
		{"departments", "set", "--code", "by-hand", "--name", "Tổ dân phố 5", "--role", "ward_urban", "--area", "26740"},
		{"departments", "set", "--code", "by-hand", "--phone", "02812345678"},
		{"departments", "list"},
		{"staff", "template", staff},
		{"staff", "import", staff},
		{"staff", "import", staff, "--apply", "--slips", slips},
		{"admin", "list"},
		{"admin", "disable", "--email", "Nguyen.Van.An@example.vn"},
	} {
		if code := run(args); code != 0 {
			t.Errorf("vticket %v: exit %d", args, code)
		}
	}
	for _, args := range [][]string{
		{"departments", "template", departments}, // never over a file that is there
		{"departments", "import", staff},
		{"departments", "set", "--code", "unheard-of", "--phone", "02812345678"},
		{"departments", "set", "--name", "Without a code"},
		{"admin", "disable", "--email", "nobody@example.vn"},
	} {
		if code := run(args); code != 1 {
			t.Errorf("vticket %v: exit %d", args, code)
		}
	}
}

// TestTemplateKeepsOneOwner: the example row changes the department of the zero-configuration city that it names; beside
// a second owner of the same role and area all reports would go to the hotline.
func TestTemplateKeepsOneOwner(t *testing.T) {
	s := modelstest.SQLite(t, modelstest.NewClock(t, "2026-11-23T08:00:00+07:00").Now)
	desk, err := newDesk(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "d.xlsx")
	if err := writeTemplate(path, departmentColumns(), nil); err != nil {
		t.Fatal(err)
	}
	err = s.Tx(t.Context(), func(tx *store.Tx) error {
		return workflow.FoundDepartments(tx, desk.Catalogue, desk.Areas.All())
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := loaded(t, s, "departments", importJob{path: path, apply: true}); err != nil {
		t.Fatalf("the template is to be imported: %v, %s", err, out)
	}
	err = s.Read(t.Context(), func(tx *store.Tx) error {
		owners, err := tx.Owners("ward_urban", "26740")
		if len(owners) != 1 || owners[0].Phone == "" {
			t.Errorf("the row of the template is to be the only owner, there are %+v", owners)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
