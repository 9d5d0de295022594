//go:build bench

package api_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// TestMillion measures how long the console's pages take among a million tickets (VTICKET_MILLION: another number) on
// PostgreSQL, as the browsers of a department's colleague and of the hotline's ask for them. It judges nothing:
// scripts/bench.sh does.
func TestMillion(t *testing.T) {
	tickets, err := strconv.Atoi(os.Getenv("VTICKET_MILLION"))
	if err != nil {
		tickets = 1_000_000
	}
	now := time.Now().Truncate(time.Second)
	modelstest.EachDatabase(t, func() time.Time { return now }, func(t *testing.T, s *store.Store, behind *sql.DB) {
		t.Helper()
		if !s.Postgres() {
			return
		}
		m := million{door: openDoor(t, s), tickets: tickets, took: map[string][]time.Duration{}}
		began := time.Now()
		m.fill(t, behind, now)
		t.Logf("filled %d seconds %.0f", tickets, time.Since(began).Seconds())
		for n := range 20 + 200 {
			if n == 20 { // it is warm now
				clear(m.took)
			}
			for _, who := range m.staff {
				m.ask(t, who, n)
			}
		}
		for _, what := range slices.Sorted(maps.Keys(m.took)) {
			took := m.took[what]
			slices.Sort(took)
			t.Logf("million %s asked %d p50_ms %.1f p99_ms %.1f", what, len(took), millis(took[len(took)/2]),
				millis(took[(len(took)*99+99)/100-1]))
		}
	})
}

// million is a door behind which there are many tickets.
type million struct {
	*door

	tickets int
	words   []string // the most frequent first
	codes   []string // of some tickets of the department
	staff   []colleague
	took    map[string][]time.Duration // by page and colleague
}

type colleague struct{ name, cookie string }

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// fill makes the tickets, and who asks for them.
func (m *million) fill(t *testing.T, behind *sql.DB, now time.Time) {
	t.Helper()
	ctx := t.Context()
	m.words = frequentWords(m.desk.Catalogue)
	var words, types []string
	for i, word := range m.words {
		words = append(words, fmt.Sprintf("(%d, '%s')", i+1, word))
	}
	for i, key := range m.desk.Catalogue.Order {
		name := models.Fold(m.desk.Catalogue.Categories[key].NameVi)
		types = append(types, fmt.Sprintf("(%d, '%s', '%s')", i+1, key, name))
	}
	script, err := os.ReadFile("testdata/million.sql")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(strings.NewReplacer("{N}", strconv.Itoa(m.tickets), "{NOW}", now.UTC().Format(time.RFC3339)).
		Replace(string(script)), "-- part\n")
	err = do(ctx, behind, `CREATE TABLE bench_words AS SELECT * FROM (VALUES `+strings.Join(words, ",")+`) w (rank, word);
		CREATE TABLE bench_types AS SELECT * FROM (VALUES `+strings.Join(types, ",")+`) t (rank, type, words);`+
		parts[0])
	if err != nil {
		t.Fatal(err)
	}
	faults := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts[1:] {
		all.Go(func() { faults[i] = do(ctx, behind, part) })
	}
	all.Wait()
	if err := errors.Join(append(faults, do(ctx, behind, "VACUUM ANALYZE"))...); err != nil {
		t.Fatal(err)
	}
	m.meet(t, behind)
}

// do runs statements on a connection of their own.
func do(ctx context.Context, behind *sql.DB, statements string) error {
	conn, err := behind.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if statements != "VACUUM ANALYZE" {
		statements = `SET session_replication_role = replica; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB';
			SET synchronous_commit = off; ` + statements + "; RESET ALL"
	}
	_, err = conn.ExecContext(ctx, statements)
	return err
}

// meet finds who asks, and some tickets to ask for.
func (m *million) meet(t *testing.T, behind *sql.DB) {
	t.Helper()
	var department string
	row := behind.QueryRowContext(t.Context(), "SELECT id FROM bench_department ORDER BY rank OFFSET 2 LIMIT 1")
	if err := row.Scan(&department); err != nil {
		t.Fatal(err)
	}
	m.staff = []colleague{
		{"department", m.cookie(models.RoleStaff, &department)},
		{"hotline", m.cookie(models.RoleHotline, nil)},
	}
	var ids string
	row = behind.QueryRowContext(t.Context(), `SELECT string_agg(id::text, ' ') FROM
		(SELECT id FROM tickets WHERE department_id = $1 ORDER BY md5(code) LIMIT 220) AS drawn`, department)
	if err := row.Scan(&ids); err != nil {
		t.Fatal(err)
	}
	for id := range strings.FieldsSeq(ids) {
		code := models.NewCode() // as people write them, with its check digit
		m.codes = append(m.codes, code)
		if _, err := behind.ExecContext(t.Context(), "UPDATE tickets SET code = $1 WHERE id = $2", code, id); err != nil {
			t.Fatal(err)
		}
	}
}

// frequentWords are folded words that people write, the most frequent first.
func frequentWords(c models.Catalogue) []string {
	often := map[string]int{}
	for _, category := range c.Categories {
		for _, said := range category.Keywords {
			for word := range strings.FieldsSeq(models.Fold(said)) {
				often[word]++
			}
		}
	}
	words := slices.Sorted(maps.Keys(often))
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(often[b], often[a]) })
	return words[:min(len(words), 700)]
}

// ask opens each kind of page once; n chooses among many of a kind.
func (m *million) ask(t *testing.T, who colleague, n int) {
	t.Helper()
	groups := []string{"open", "new", "today", "late", "waiting", "reopened", "answered", "closed", "all"}
	show := groups[n%len(groups)]
	search := []string{"all", "open", "all", "closed"}[n%4]
	common, other := m.words[n%10], m.words[(n*7+3)%40]
	some := m.desk.Catalogue.Order
	for what, query := range map[string]url.Values{
		"queue":           {"show": {show}},
		"queue_by_type":   {"show": {show}, "category": {some[n%len(some)]}},
		"queue_by_area":   {"show": {show}, "area": {strconv.Itoa(26734 + n%168*3)}},
		"search_common":   {"show": {search}, "q": {common}},
		"search_two":      {"show": {search}, "q": {common + " " + other}},
		"search_rare":     {"show": {search}, "q": {"can" + strconv.Itoa(n*31)}},
		"search_mixed":    {"show": {search}, "q": {common + " " + m.words[len(m.words)-1-n] + " " + other}},
		"search_seldom":   {"show": {search}, "q": {m.words[60+n*3%(len(m.words)-60)]}},
		"search_types":    {"show": {search}, "q": {nameOf(m.desk.Catalogue, n) + " " + nameOf(m.desk.Catalogue, n+7)}},
		"search_letters":  {"show": {search}, "q": {common[:1] + " " + other[:1] + " can" + strconv.Itoa(n)}},
		"search_code":     {"q": {m.codes[n]}, "show": {search}},
		"search_external": {"q": {"1022-" + strconv.Itoa(n*10)}, "show": {"all"}},
		"search_phone":    {"q": {fmt.Sprintf("03%08d", n*5)}, "show": {"all"}},
	} {
		m.open(t, what, who, "/console?"+query.Encode())
	}
	m.open(t, "ticket", who, "/console/tickets/"+m.codes[n])
}

func nameOf(c models.Catalogue, n int) string {
	return strings.Fields(models.Fold(c.Categories[c.Order[n%len(c.Order)]].NameVi))[0]
}

func (m *million) open(t *testing.T, what string, who colleague, path string) {
	t.Helper()
	began := time.Now()
	status, _, body := m.do(ask{method: http.MethodGet, path: path, cookie: who.cookie})
	took := time.Since(began)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %.300s", path, status, body)
	}
	if took > 100*time.Millisecond && testing.Verbose() && os.Getenv("VTICKET_SLOW") != "" {
		t.Logf("slow %.0f ms %s %s", millis(took), who.name, path)
	}
	m.took[what+" "+who.name] = append(m.took[what+" "+who.name], took)
}
