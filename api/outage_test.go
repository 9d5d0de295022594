package api_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// answerLimit is how soon a message must be refused that cannot be kept, so that its sender tries again.
const answerLimit = 2 * time.Second

func TestDatabaseStopped(t *testing.T) {
	t.Run("sqlite closed", func(t *testing.T) {
		d := openDoorSQLite(t)
		stopped(t, d, func() { _ = d.store.Close() })
	})
	for name, stop := range map[string]func(*relay){"postgres gone": (*relay).cut, "postgres silent": (*relay).freeze} {
		t.Run(name, func(t *testing.T) {
			if os.Getenv(modelstest.DatabaseURL) == "" {
				if os.Getenv("CI") == "true" {
					t.Fatal("CI is to name a PostgreSQL: run the tests through make test")
				}
				t.Skip("LEFT OUT: no PostgreSQL is named; make test finds or starts one")
			}
			clock := modelstest.NewClock(t, "2026-03-02T08:00:00+07:00")
			dsn := modelstest.PostgresDSN(t)
			r, relayed := newRelay(t, dsn)
			s, err := store.Open(relayed, store.Options{Now: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { r.cut(); _ = s.Close() })
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			stopped(t, openDoor(t, s), func() { stop(r) })
		})
	}
}

func stopped(t *testing.T, d *door, stop func()) {
	t.Helper()
	token := d.resident()
	send := ask{method: http.MethodPost, path: chatPath, token: token, body: `{"client_id":"1","text":"Ổ gà"}`}
	if status, _, body := d.do(send); status != http.StatusAccepted {
		t.Fatalf("before: %d %s", status, body)
	}
	stop()
	for range 3 {
		began := time.Now()
		d.refused(t, send, refusal{Status: 503, Code: "unavailable"})
		if took := time.Since(began); took > answerLimit {
			t.Errorf("refused after %v", took)
		}
	}
	if strings.Contains(t.Name(), "gone") { // a database that says nothing is waited for, and is no refusal
		for _, other := range []ask{
			{method: http.MethodPost, path: "/api/v1/chat/sessions"}, {method: http.MethodGet, path: chatPath, token: token},
		} {
			d.refused(t, other, refusal{Status: 503, Code: "unavailable"})
		}
	}
	if status, _, _ := d.do(ask{method: http.MethodGet, path: "/readyz"}); status != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d", status)
	}
}

// relay stands between the program and PostgreSQL: it can hang up on everyone, or fall silent.
type relay struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	conns    []net.Conn
	frozen   bool
}

func newRelay(t *testing.T, dsn string) (*relay, string) {
	t.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, to: address.Host}
	go r.accept()
	address.Host = listener.Addr().String()
	return r, address.String()
}

func (r *relay) accept() {
	for {
		in, err := r.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", r.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		r.mu.Lock()
		r.conns = append(r.conns, in, out)
		r.mu.Unlock()
		go r.copy(in, out)
		go r.copy(out, in)
	}
}

// copy passes bytes on until either side ends; a frozen relay reads them and keeps them to itself.
func (r *relay) copy(to, from net.Conn) {
	_, _ = io.Copy(silencer{r, to}, from)
	_ = to.Close()
	_ = from.Close()
}

type silencer struct {
	r  *relay
	to net.Conn
}

// Write passes on what is written, or drops it.
func (s silencer) Write(p []byte) (int, error) {
	s.r.mu.Lock()
	frozen := s.r.frozen
	s.r.mu.Unlock()
	if frozen {
		return len(p), nil
	}
	return s.to.Write(p)
}

func (r *relay) freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frozen = true
}

func (r *relay) cut() {
	_ = r.listener.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		_ = c.Close()
	}
}
