// Package modelstest gives tests a fresh database of each kind and a clock that they move themselves.
package modelstest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops databases

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// Clock is a clock that stands until it is moved. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that stands at an instant of RFC 3339.
func NewClock(tb testing.TB, at string) *Clock {
	tb.Helper()
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		tb.Fatalf("the clock is to stand at an instant of RFC 3339: %v", err)
	}
	return &Clock{at: when}
}

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move moves the clock.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// DatabaseURL names the PostgreSQL server on which tests may create databases; scripts/services.sh sets it.
const DatabaseURL = "VTICKET_TEST_DATABASE_URL"

// EachStore runs a test on a fresh, migrated database of each kind: SQLite always, PostgreSQL when a server is named.
func EachStore(t *testing.T, now func() time.Time, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, now)) })
	if server() == "" {
		return // make test-fast: SQLite only; make test names a server or fails
	}
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t, now)) })
}

// EachDatabase is EachStore with the database itself beside the store, to look behind it.
func EachDatabase(t *testing.T, now func() time.Time, test func(t *testing.T, s *store.Store, behind *sql.DB)) {
	t.Helper()
	run := func(t *testing.T, driver, dsn, address string) {
		t.Helper()
		s := open(t, dsn, now)
		behind, err := sql.Open(driver, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = behind.Close() })
		test(t, s, behind)
	}
	t.Run("sqlite", func(t *testing.T) {
		path := file(t)
		run(t, "sqlite", "sqlite:"+path, path)
	})
	if server() == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		dsn := create(t, " TEMPLATE "+template(t))
		run(t, "pgx", dsn, dsn)
	})
}

// SQLite returns a fresh, migrated database in a file of the test's own folder.
func SQLite(tb testing.TB, now func() time.Time) *store.Store {
	tb.Helper()
	return open(tb, "sqlite:"+file(tb), now)
}

// file is a copy of an SQLite database that was migrated once, in a folder of the test's own.
func file(tb testing.TB) string {
	tb.Helper()
	fileOnce.Do(func() {
		path := filepath.Join(tb.TempDir(), "template.db")
		prepare(tb, "sqlite:"+path)
		var err error
		if fileBytes, err = os.ReadFile(path); err != nil {
			tb.Fatal(err)
		}
	})
	path := filepath.Join(tb.TempDir(), "test.db")
	if err := os.WriteFile(path, fileBytes, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Postgres returns a fresh database on the named server, dropped after the test. It is a copy of one that was migrated
// once: that takes a fraction of the time.
func Postgres(tb testing.TB, now func() time.Time) *store.Store {
	tb.Helper()
	return open(tb, create(tb, " TEMPLATE "+template(tb)), now)
}

// PostgresDSN makes an empty database on the named server, dropped after the test, and returns its address.
func PostgresDSN(tb testing.TB) string {
	tb.Helper()
	return create(tb, "")
}

func create(tb testing.TB, from string) string {
	tb.Helper()
	name := "test_" + models.NewToken()
	manage(tb, "CREATE DATABASE "+name+from)
	tb.Cleanup(func() { manage(tb, "DROP DATABASE "+name+" WITH (FORCE)") })
	return addressOf(tb, name)
}

func addressOf(tb testing.TB, name string) string {
	tb.Helper()
	address, err := url.Parse(server())
	if err != nil || server() == "" {
		tb.Fatalf("%s must name a PostgreSQL server: run the tests through make test", DatabaseURL)
	}
	address.Path = "/" + name
	return address.String()
}

// template names a migrated database of this test process, made when it is first asked for.
func template(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("template_%d", os.Getpid())
	templateOnce.Do(func() {
		manage(tb, "DROP DATABASE IF EXISTS "+name)
		manage(tb, "CREATE DATABASE "+name)
		prepare(tb, addressOf(tb, name))
	})
	return name
}

//nolint:gochecknoglobals // one template of each kind for all tests of a process
var (
	templateOnce, fileOnce sync.Once
	fileBytes              []byte
)

// prepare migrates a database and opens the hotline in it, which every city has.
func prepare(tb testing.TB, dsn string) {
	tb.Helper()
	s, err := store.Open(dsn, store.Options{Now: time.Now}) //nolint:forbidigo // only to migrate
	if err != nil {
		tb.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(context.Background()); err != nil {
		tb.Fatal(err)
	}
	err = s.Tx(context.Background(), func(tx *store.Tx) error {
		return tx.SaveDepartments([]models.Department{models.Hotline()})
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func manage(tb testing.TB, statement string) {
	tb.Helper()
	db, err := sql.Open("pgx", addressOf(tb, "postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		tb.Fatal(fmt.Errorf("%s: %w", statement, err))
	}
}

func open(tb testing.TB, dsn string, now func() time.Time) *store.Store {
	tb.Helper()
	s, err := store.Open(dsn, store.Options{Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func server() string {
	return os.Getenv(DatabaseURL) //nolint:forbidigo // tests are told where to find a server as the program is
}
