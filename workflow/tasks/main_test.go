package tasks

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/vticket/vticket/models"
)

// patience is for a busy machine; no passing test waits for it.
const patience = 15 * time.Second

var quiet = slog.New(slog.DiscardHandler)

func TestMain(m *testing.M) {
	LogRedis(quiet)
	os.Exit(m.Run())
}

// run is one call of a handler.
type run struct {
	id string
	at time.Time
}

// everyRedis is a fresh embedded Redis and, when VTICKET_TEST_REDIS_URL is set, a real one, where each test empties
// one of the databases 8 to 15 and has it for itself.
func everyRedis(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"embedded": embedded(t).URL()}
	if address := os.Getenv("VTICKET_TEST_REDIS_URL"); address != "" {
		all["real"] = ownDatabase(t, address)
		if err := newBell(t, all["real"]).redis.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// taken says which databases of the real Redis a test is using now.
var taken struct {
	sync.Mutex
	numbers [16]bool
}

func ownDatabase(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	taken.Lock()
	defer taken.Unlock()
	for number := 8; number < len(taken.numbers); number++ {
		if taken.numbers[number] {
			continue
		}
		taken.numbers[number] = true
		t.Cleanup(func() {
			taken.Lock()
			defer taken.Unlock()
			taken.numbers[number] = false
		})
		parsed.Path = fmt.Sprintf("/%d", number)
		return parsed.String()
	}
	t.Fatal("more tests at once than databases")
	return ""
}

func embedded(t *testing.T) *Embedded {
	t.Helper()
	e, err := StartEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func newBell(t *testing.T, redisURL string) *Bell {
	t.Helper()
	bell, err := NewBell(redisURL, time.Now, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bell.Close() })
	return bell
}

func newRow() string { return rand.Text() }

func wake(kind, row string) models.Wake { return models.Wake{Kind: kind, ID: row, Epoch: 1} }

func newWorker(t *testing.T, redisURL string, options Options) *Worker {
	t.Helper()
	worker, err := NewWorker(redisURL, options, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return worker
}

// start runs the worker until stop or the end of the test.
func start(t *testing.T, worker *Worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx); close(ended) }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// record makes a handler that succeeds and tells.
func record(runs chan<- run) func(context.Context, string) error {
	return func(_ context.Context, id string) error {
		runs <- run{id, time.Now()}
		return nil
	}
}

func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatal("nothing came")
		var none T
		return none
	}
}

func inspector(t *testing.T, redisURL string) *asynq.Inspector {
	t.Helper()
	option, err := parse(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	i := asynq.NewInspector(option)
	t.Cleanup(func() { _ = i.Close() })
	return i
}
