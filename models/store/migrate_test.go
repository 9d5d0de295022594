package store_test

import (
	"io/fs"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// tables are the models that have one.
var tables = []any{
	models.Address{},
	models.Attachment{},
	models.Clock{},
	models.Conversation{},
	models.Delivery{},
	models.Department{},
	models.Draft{},
	models.Event{},
	models.Grant{},
	models.InboxEvent{},
	models.Interaction{},
	models.Lease{},
	models.Lookup{},
	models.Message{},
	models.MessageRevision{},
	models.Note{},
	models.Notice{},
	models.PlaceLink{},
	models.Rating{},
	models.Report{},
	models.Reporter{},
	models.Session{},
	models.Staff{},
	models.Ticket{},
	models.Timer{},
}

// withoutModel are the tables that only SQL, or a row type of the store's own, knows.
var withoutModel = []string{
	"area_names", "areas", "day_seals", "feed", "feed_queue", "goose_db_version", "idempotency_keys", "shared_pictures",
	"spendings", "sqlite_sequence",
}

func TestMigrationsComeInPairs(t *testing.T) {
	names := map[string][]string{}
	for _, dialect := range []string{"postgres", "sqlite"} {
		files, err := fs.ReadDir(store.Migrations(), "migrations/"+dialect)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			names[dialect] = append(names[dialect], f.Name())
		}
	}
	if diff := cmp.Diff(names["postgres"], names["sqlite"]); diff != "" {
		t.Errorf("each migration is to exist for both databases (-postgres +sqlite):\n%s", diff)
	}
}

// column is a column of the migrated database. Needed: an INSERT that leaves it out is refused.
type column struct {
	Name   string
	Needed bool
}

func columns(t *testing.T, s *store.Store, table string) (all []column) {
	t.Helper()
	query := `SELECT name, "notnull" = 1 AND dflt_value IS NULL AS needed FROM pragma_table_info(?)`
	if s.Postgres() {
		query = `SELECT column_name AS name, is_nullable = 'NO' AND column_default IS NULL AS needed
			FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?`
	}
	err := s.Read(t.Context(), func(tx *store.Tx) error { return tx.DB().Raw(query, table).Scan(&all).Error })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestModelsMatchTheirTables(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		known := slices.Clone(withoutModel)
		for _, model := range tables {
			parsed, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			known = append(known, parsed.Table)
			have, needed := []string{}, []string{}
			for _, c := range columns(t, s, parsed.Table) {
				have = append(have, c.Name)
				if c.Needed {
					needed = append(needed, c.Name)
				}
			}
			for _, name := range parsed.DBNames {
				if !slices.Contains(have, name) {
					t.Errorf("%s.%s is in the model and not in the table", parsed.Table, name)
				}
			}
			for _, name := range needed {
				if !slices.Contains(parsed.DBNames, name) {
					t.Errorf("%s.%s must be given on INSERT and is not in the model", parsed.Table, name)
				}
			}
		}
		query := "SELECT name FROM sqlite_master WHERE type = 'table'"
		if s.Postgres() {
			query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
		}
		var all []string
		err := s.Read(t.Context(), func(tx *store.Tx) error { return tx.DB().Raw(query).Scan(&all).Error })
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range all {
			if !slices.Contains(known, table) {
				t.Errorf("table %s is to be listed in this test, with its model or as one without", table)
			}
		}
	})
}
