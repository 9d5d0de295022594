package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the driver with which somebody tampers

	"github.com/vticket/vticket/models/store"
)

func TestAdminCreateRefuses(t *testing.T) {
	t.Parallel()
	env := embeddedStack(t)
	start(t, binary, env).stop() // makes the departments
	const password = "mật khẩu dài\n"
	for name, tt := range map[string]struct {
		args, stdin, want string
	}{
		"an unknown role":         {"--role boss --password-stdin", password, `--role: "boss" is not`},
		"no role":                 {"--password-stdin", password, `required flag(s) "role"`},
		"an empty role":           {"--role= --password-stdin", password, `--role: "" is not`},
		"a lead of nothing":       {"--role lead --password-stdin", password, "--department: a lead sees"},
		"a member of nothing":     {"--role staff --password-stdin", password, "--department: a staff sees"},
		"a viewer of nothing":     {"--role viewer --password-stdin", password, "--department: a viewer sees"},
		"no e-mail":               {"--email mai@ --role admin --password-stdin", password, `--email: "mai@" is not`},
		"a name with an e-mail":   {"--email Mai<m@b.vn> --role admin --password-stdin", password, "--email:"},
		"an unknown department":   {"--role lead --department x --password-stdin", password, "--department: department x: not found"},
		"a password in the open":  {"--role admin", password, "--password-stdin"},
		"a short password":        {"--role admin --password-stdin", "1234567\n", "8 characters or more\n"},
		"a password of NULs":      {"--role admin --password-stdin", strings.Repeat("\x00", 12) + "\n", "cannot be typed"},
		"a password without end":  {"--role admin --password-stdin", strings.Repeat("a", 201) + "\n", "200 characters at most"},
		"no password":             {"--role admin --password-stdin", "", "8 characters or more\n"},
		"an e-mail that is taken": {"--email ADMIN@localhost --role admin --password-stdin", password, "e-mail taken"},
		"an argument too many":    {"--role admin --password-stdin more", password, "more"},
		"an empty department":     {"--role viewer --department= --password-stdin", password, "--department: a viewer sees"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"admin", "create", "--email", "a@b.vn"}, strings.Fields(tt.args)...)
			if out, err := attempt(t, env, tt.stdin, args...); err == nil || !strings.Contains(out, tt.want) {
				t.Errorf("said %q and %v, not %q", out, err, tt.want)
			}
		})
	}
}

// TestAdminPassword: who lost their password gets one that opens nothing but the choice of their own.
func TestAdminPassword(t *testing.T) {
	t.Parallel()
	env := embeddedStack(t)
	p := start(t, binary, env)
	command(t, env, "mật khẩu dài", "admin", "create", "--email", "a@b.vn", "--role", "hotline", "--password-stdin")
	before := signIn(p, "a@b.vn", "mật khẩu dài")
	var got struct {
		Email    string
		Password string    `json:"password_once"`
		Until    time.Time `json:"password_once_until"`
	}
	if err := json.Unmarshal([]byte(command(t, env, "", "admin", "password", "--email", " A@b.vn ")), &got); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(got.Until); got.Email != "a@b.vn" || left < 13*24*time.Hour || left > 14*24*time.Hour {
		t.Errorf("want a@b.vn and 14 days, got %+v", got)
	}
	if status, _, _, err := before.exchange(http.MethodGet, "/tickets", "", nil); status != http.StatusUnauthorized {
		t.Errorf("the session of before is to have ended, it was answered %d, %v", status, err)
	}
	renewed := signIn(p, "a@b.vn", got.Password)
	if status, _, _, err := renewed.exchange(http.MethodGet, "/tickets", "", nil); status != http.StatusForbidden {
		t.Errorf("a one-time password is to open nothing but the choice of another, it was answered %d, %v", status, err)
	}
	if out := command(t, env, "", "admin", "disable", "--email", "a@b.vn"); strings.Contains(out, "no admin is left") {
		t.Errorf("the first admin is still there: %s", out)
	}
	out, err := attempt(t, env, "", "admin", "password", "--email", "a@b.vn")
	if err == nil || !strings.Contains(out, "nobody who may sign in has the e-mail a@b.vn") {
		t.Errorf("somebody who was shut out is to be refused, said %q and %v", out, err)
	}
	command(t, env, "", "admin", "enable", "--email", "a@b.vn")
	if out, err := attempt(t, env, "", "admin", "enable", "--email", "a@b.vn"); err == nil ||
		!strings.Contains(out, "nobody who is disabled has the e-mail a@b.vn") {
		t.Errorf("who is let in again is disabled no more: %v: %s", err, out)
	}
	command(t, env, "", "admin", "password", "--email", "a@b.vn")
}

// TestMisspeltCommandsFail: a nightly job that misspells "verify" is not to look like proof.
func TestMisspeltCommandsFail(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"audit verfy", "residents earse 481277358", "areas template x.xlsx", "verfy"} {
		if out, err := attempt(t, embeddedStack(t), "", strings.Fields(args)...); err == nil || !strings.Contains(out, "unknown command") {
			t.Errorf("vticket %s is to fail and say that there is no such command: %v: %s", args, err, out)
		}
	}
	if out, err := attempt(t, embeddedStack(t), "", "audit"); err != nil || !strings.Contains(out, "verify") {
		t.Errorf("a command alone is to tell what it has: %v: %s", err, out)
	}
}

// TestWhoStaysOutIsTold: an operator is to learn at once that nobody administers any more, and that a sheet lets nobody in.
func TestWhoStaysOutIsTold(t *testing.T) {
	t.Parallel()
	env := embeddedStack(t)
	command(t, env, "mật khẩu dài", "admin", "create", "--email", "a@b.vn", "--role", "admin", "--password-stdin")
	if out := command(t, env, "", "admin", "disable", "--email", "a@b.vn"); !strings.Contains(out, "no admin is left") {
		t.Errorf("the last admin was disabled, said was %q", out)
	}
	sheet := sheetFile(t, []string{"email", "name", "role"}, []string{"A@b.vn", "An", "hotline"})
	if out := command(t, env, "", "staff", "import", sheet, "--apply"); !strings.Contains(out, "a@b.vn is disabled and stays so") {
		t.Errorf("the sheet names somebody who is disabled, said was %q", out)
	}
}

// Neither the tables nor an admin made before the first start keep that start from making the departments.
func TestAdminBeforeFirstStart(t *testing.T) {
	t.Parallel()
	env := embeddedStack(t)
	command(t, env, "", "migrate")
	command(t, env, "mật khẩu dài", "admin", "create", "--email", " A@b.vn ", "--role", "hotline", "--password-stdin")
	p := start(t, binary, env)
	lan := resident(p)
	lan.say(words("1", coverIsGone))
	lan.say(pin())
	lan.await(5*time.Second, "the receipt is there", isReceipt)
	if got := signIn(p, "a@b.vn", "mật khẩu dài").queue(); len(got) != 1 || got[0].Why != "rule" {
		t.Errorf("the queue of the hotline: %+v", got)
	}
}

// TestMigrateKeepsTheHotline: every upgrade runs migrate, and what a city has said of its hotline stays.
func TestMigrateKeepsTheHotline(t *testing.T) {
	t.Parallel()
	env := embeddedStack(t)
	command(t, env, "", "migrate")
	command(t, env, "", "departments", "set", "--code", "hotline", "--name", "Tổng đài", "--phone", "1022", "--calendar", "calendar")
	before := command(t, env, "", "departments", "list")
	command(t, env, "", "migrate")
	if diff := cmp.Diff(before, command(t, env, "", "departments", "list")); diff != "" {
		t.Errorf("a second migrate is to change no department (-before +after):\n%s", diff)
	}
}

func TestAuditVerifyNamesTheRow(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := stackEnv{"DATA_DIR=" + folder}
	p := start(t, binary, env)
	lan := resident(p)
	lan.say(words("1", coverIsGone))
	lan.say(pin())
	lan.await(5*time.Second, "the receipt is there", isReceipt)
	code := lan.myTickets()[0].Code
	p.stop()

	db := rawDB(t, folder)
	var id string
	if err := db.QueryRowContext(t.Context(), "SELECT id FROM ticket_events").Scan(&id); err != nil {
		t.Fatal(err)
	}
	const change = "UPDATE ticket_events SET data = replace(data, 'webchat', 'webchAt')"
	if _, err := db.ExecContext(t.Context(), change); err == nil {
		t.Error("a timeline was changed in spite of its trigger")
	}
	for _, statement := range []string{"DROP TRIGGER ticket_events_no_update", change} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	out, err := attempt(t, env, "", "audit", "verify")
	if err == nil {
		t.Error("audit verify is content with a changed byte")
	}
	report, _, _ := strings.Cut(out, "\n")
	var got store.Audit
	if err := json.Unmarshal([]byte(report), &got); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	want := store.Audit{Tickets: 1, Events: 1, Faults: []store.Fault{
		{Table: "ticket_events", ID: id, Ticket: code, Fault: "content does not match its hash"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the report (-want +got):\n%s", diff)
	}
}
