package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/models/modelstest"
)

// TestServeEndsWhenItCannotListen: an operator whose port is taken is to read so at once, not to watch a program that
// serves nobody.
func TestServeEndsWhenItCannotListen(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, err := binary(); err != nil { // building it is not its time
		t.Fatal(err)
	}
	began := time.Now()
	out, err := attempt(t, append(embeddedStack(t), "LISTEN_ADDR="+taken.Addr().String()), "", "serve")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it is to end by itself, it ran for %v", took)
	}
	if strings.Contains(out, "password") {
		t.Errorf("a password that is shown once is not to be shown by a start that fails:\n%s", out)
	}
	for _, words := range []string{"LISTEN_ADDR=" + taken.Addr().String(), "address already in use", "set another port"} {
		if err == nil || !strings.Contains(out, words) {
			t.Errorf("it is to fail and say %q, got %v:\n%s", words, err, out)
		}
	}
}

// TestOneRoleOfTheEmbeddedStackWarns: an api or a worker that lost its settings is not to look like a city's. It ends
// because no machine has the address (RFC 5737).
func TestOneRoleOfTheEmbeddedStackWarns(t *testing.T) {
	t.Parallel()
	for role, warns := range map[string]bool{"all": false, "api": true} {
		out, err := attempt(t, append(embeddedStack(t), "LISTEN_ADDR=192.0.2.1:80"), "", "serve", "--role", role)
		if err == nil || strings.Contains(out, "level=WARN msg=\"for trying only") != warns {
			t.Errorf("role %s: a warning is there to be: %t; it ended with %v:\n%s", role, warns, err, out)
		}
	}
}

// TestUnmigratedDatabaseIsRefused: on a schema that is not this program's a worker would give events up for good; so it
// does not begin, nor does any command, and each says what to do.
func TestUnmigratedDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	env, _, _ := externalStack(t, 6)
	env = append(env, "DATABASE_URL="+modelstest.PostgresDSN(t))
	for _, args := range []string{"serve --role worker", "serve --role api", "departments list", "demo"} {
		out, err := attempt(t, env, "", strings.Fields(args)...)
		if err == nil || !strings.Contains(out, "run vticket migrate") {
			t.Errorf("vticket %s is to end and say what to run, got %v:\n%s", args, err, out)
		}
	}
}

// TestOlderProgramSaysSo: a program that is older than its database is to say so; it ends because no machine has the
// address (RFC 5737).
func TestOlderProgramSaysSo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := stackEnv{"DATA_DIR=" + folder, "LISTEN_ADDR=192.0.2.1:80"}
	if out, _ := attempt(t, env, "", "serve"); strings.Contains(out, "newer program") {
		t.Errorf("nothing is newer yet:\n%s", out)
	}
	db := rawDB(t, folder)
	const later = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (29991231000000, 1)"
	if _, err := db.ExecContext(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if out, _ := attempt(t, env, "", "serve"); !strings.Contains(out, "migrated by a newer program") {
		t.Errorf("a warning is to say that the program is old:\n%s", out)
	}
}

// TestReadySaysWhatToDo: whoever reads /readyz must not migrate a database that is down.
func TestReadySaysWhatToDo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := newStack(t.Context(), Config{DataDir: folder, LogLevel: "error"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	behind := rawDB(t, folder)
	if err := s.ready(t.Context()); err != nil {
		t.Errorf("a migrated database is to be ready: %v", err)
	}
	if _, err := behind.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = 20261122060000"); err != nil {
		t.Fatal(err)
	}
	if err := s.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "run vticket migrate") {
		t.Errorf("without a migration it is to say that one migrates: %v", err)
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.ready(t.Context()); err == nil || err.Error() != "the database does not answer" {
		t.Errorf("a database that is down is to be called that, and no more told to anybody who asks: %v", err)
	}
}
