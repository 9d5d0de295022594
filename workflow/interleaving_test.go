package workflow_test

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// TestInterleaving plays a turn of the bot against a verb of the staff on one ticket, a thousand times. The bot takes
// the conversation before the ticket, the staff the ticket alone, and both end at the address of the resident:
// PostgreSQL must never see them wait for each other.
func TestInterleaving(t *testing.T) {
	if os.Getenv(modelstest.DatabaseURL) == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s must name a PostgreSQL server in CI", modelstest.DatabaseURL)
		}
		return // make test names a server or fails
	}
	t.Parallel()
	const rounds = 1000
	dsn := modelstest.PostgresDSN(t)
	s := openPostgres(t, dsn)
	ticket := s.pothole(t, "lan")
	done := map[models.Verb]int{models.VerbSubmit: 1}
	for round := range rounds {
		name, who := models.VerbReopen, s.people["lan"]
		turn := reopen(act(who, ticket))
		if round%2 == 1 {
			name, turn = models.VerbClose, closing(act(who, ticket))
		}
		var bot, staff error
		var both sync.WaitGroup
		both.Go(func() {
			bot = s.Tx(t.Context(), func(tx *store.Tx) error {
				if _, ok, err := tx.LockConversation("webchat", "web", "lan"); err != nil || !ok {
					return errors.Join(errors.New("the conversation is not free"), err)
				}
				_, err := turn(tx)
				return err
			})
		})
		both.Go(func() { _, staff = s.do(t, resolve(act(s.hotline, ticket))) })
		both.Wait()
		for v, err := range map[models.Verb]error{name: bot, models.VerbResolve: staff} {
			var illegal models.IllegalMove
			var database *pgconn.PgError
			switch {
			case err == nil:
				done[v]++
			case errors.As(err, &database):
				t.Fatalf("round %d, %s: SQLSTATE %s: %v", round, v, database.Code, err)
			case !errors.As(err, &illegal): // which only says that the other was quicker
				t.Fatalf("round %d, %s: %v", round, v, err)
			}
		}
	}
	audit, err := s.VerifyAudit(t.Context())
	events := 0
	for verb, n := range done {
		events += n
		if n == 0 || n == 2*rounds {
			t.Errorf("%s was done %d times: the test is to play all verbs", verb, n)
		}
	}
	if err != nil || len(audit.Faults) > 0 || audit.Events != events || len(done) != 4 {
		t.Errorf("after %v the timeline is to hold %d events and verify: %+v, %v", done, events, audit, err)
	}
	if err := s.Close(); err != nil { // its connections report what they counted when they end
		t.Fatal(err)
	}
	if n := deadlocks(t, dsn); n != 0 {
		t.Errorf("PostgreSQL counted %d deadlocks (SQLSTATE 40P01); want none, not even one that was tried again", n)
	}
}

func openPostgres(t *testing.T, dsn string) *city {
	t.Helper()
	clock := modelstest.NewClock(t, start)
	s, err := store.Open(dsn, store.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return newCity(t, s, clock)
}

// deadlocks is what the server counted in the database of an address.
func deadlocks(t *testing.T, dsn string) (n int64) {
	t.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", os.Getenv(modelstest.DatabaseURL))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.QueryRowContext(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = $1",
		strings.TrimPrefix(address.Path, "/")).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
