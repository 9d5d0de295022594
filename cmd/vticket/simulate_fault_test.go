package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// wholeLife is a report from its first words to its stars. Between what follows from each other there is room for a
// lease to end and a sweep to come.
const wholeLife = `{"id":"LIFE","channel":"telegram","messages":[
	{"at_s":0,"type":"text","text":"ổ gà to lắm, xe máy sụp hoài"},
	{"at_s":1,"type":"photo","file":"oga.jpg"},
	{"at_s":2,"type":"location","lat":10.8347,"lon":106.6263},
	{"at_s":300,"type":"system_resolved","ticket":"T1"},
	{"at_s":600,"type":"button","payload":"reopen_no"},
	{"at_s":720,"type":"button","payload":"rate_5"}]}`

// fault lets one statement fail, once. It counts while it is armed.
type fault struct {
	armed atomic.Bool
	count atomic.Int64
	at    int64 // 0: none fails
	with  error
	what  atomic.Pointer[string] // the statement that failed
}

func (f *fault) ask(statement string) error {
	if !f.armed.Load() || f.count.Add(1) != f.at {
		return nil
	}
	f.what.Store(&statement)
	return f.with
}

// failed is the statement that failed, for whoever reads a failure.
func (f *fault) failed() string {
	if what := f.what.Load(); what != nil {
		return *what
	}
	return "no statement"
}

// endState is all that is left of a run that two runs have in common.
type endState struct {
	Tickets     []string
	Events      []string
	Said        []string
	Heard       []string
	Attachments []string
	Ratings     []int
}

// endure plays a script to its end: a task that fails is tried again, as asynq does, and after a fault the sweep comes
// when what was held has been let go of, as the worker's does.
func endure(ctx context.Context, p *play, f *fault) error {
	p.plan()
	f.armed.Store(true)
	defer f.armed.Store(false)
	swept := false
	for tries := 0; ; {
		what, more := p.next()
		if !more {
			return nil
		}
		p.clock.moveTo(what.at)
		if err := what.do(ctx); err != nil {
			if tries++; tries > 5 {
				return fmt.Errorf("a task goes on failing: %w", err)
			}
			p.at(p.clock.now().Add(200*time.Millisecond), what.do)
		}
		if swept || f.what.Load() == nil {
			continue
		}
		swept = true
		for _, wait := range []time.Duration{store.LeaseFor + time.Second, 2*store.LeaseFor + time.Second} {
			p.at(p.clock.now().Add(wait), p.sweep)
		}
	}
}

func (p *play) sweep(ctx context.Context) error {
	wakes, err := p.store.Sweep(ctx)
	for _, w := range wakes {
		p.at(p.clock.now(), func(ctx context.Context) error {
			if w.Kind == models.KindConverse {
				return p.talk.Converse(ctx, w.ID)
			}
			return p.handle(ctx, w)
		})
	}
	return err
}

// left reads what is left.
func (p *play) left(ctx context.Context) (e endState, err error) {
	o, err := p.review(ctx)
	if err != nil {
		return e, err
	}
	for _, s := range o.Said {
		e.Said = append(e.Said, s.Key)
	}
	for _, t := range o.Tickets {
		e.Ratings, t.Code = append(e.Ratings, t.Rating), ""
		e.Tickets = append(e.Tickets, fmt.Sprintf("%+v", t))
	}
	err = p.store.Read(ctx, func(tx *store.Tx) error {
		all, err := p.tickets(tx)
		if err != nil {
			return err
		}
		for _, t := range all {
			events, err := tx.Timeline(t.ID)
			if err != nil {
				return err
			}
			for _, event := range events {
				e.Events = append(e.Events, fmt.Sprintf("%d %s by %s", event.Seq, event.Verb, event.ActorKind))
			}
			said, err := tx.TicketMessages(t.ID)
			if err != nil {
				return err
			}
			for _, m := range said {
				e.Heard = append(e.Heard, string(m.Direction)+" "+m.Key+" "+m.Text)
			}
			attachments, err := tx.TicketAttachments(t.ID)
			if err != nil {
				return err
			}
			for _, a := range attachments {
				e.Attachments = append(e.Attachments, fmt.Sprint(a.Kind, a.Status, a.Bytes))
			}
		}
		return nil
	})
	slices.Sort(e.Attachments)
	return e, err
}

// busy is the error of a database that another has locked, as the driver makes it: the transaction runs again.
func busy(t *testing.T) error {
	t.Helper()
	path := "file:" + filepath.Join(t.TempDir(), "busy.db") + "?_txlock=exclusive&_pragma=busy_timeout(0)"
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Rollback() }()
	if _, err = db.BeginTx(t.Context(), nil); err == nil {
		t.Fatal("a locked database is to refuse a second writer")
	}
	return err
}

// liveThrough plays the script of a whole life in a new city, and returns what is left.
func liveThrough(t *testing.T, f *fault, raise func(fault func(string) error) (*play, error)) endState {
	t.Helper()
	p, err := raise(f.ask)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { p.close() }()
	if err := endure(t.Context(), p, f); err != nil {
		t.Errorf("statement %d (%s) failed with %v: %v", f.at, f.failed(), f.with, err)
	}
	left, err := p.left(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// same fails when a life with a fault left something else than one without.
func (f *fault) same(t *testing.T, want, got endState) {
	t.Helper()
	if f.what.Load() == nil {
		t.Errorf("statement %d was to fail, and there was none", f.at)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statement %d (%s) failed with %v, and what is left is not the same (-without +with):\n%s",
			f.at, f.failed(), f.with, diff)
	}
}

var errLost = errors.New("connection lost")

func newTheatre(t *testing.T) (*theatre, script) {
	t.Helper()
	theatre, err := openTheatre(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = theatre.close() })
	s, err := parseScript([]byte(wholeLife), theatre.desk.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return theatre, s
}

// TestFaultAnyStatement lets the k-th statement of a report's whole life fail, for every k, as if the connection were
// lost, and for some as if the database were busy, after which the transaction runs again: what is left is what is left
// of a life without faults.
//
//nolint:tparallel // the subtest around the workers waits for them
func TestFaultAnyStatement(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("LEFT OUT by make test-fast: a story for each statement that fails; make test runs it")
	}
	theatre, s := newTheatre(t)
	raise := func(fault func(string) error) (*play, error) { return theatre.raise(t.Context(), s, fault) }
	without := &fault{}
	want := liveThrough(t, without, raise)
	if len(want.Said) != 4 || len(want.Tickets) != 1 {
		t.Fatalf("a life without faults is to end well: %+v", want)
	}
	last, locked := without.count.Load(), busy(t)
	t.Run("each", func(t *testing.T) {
		for worker := range int64(4) {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for k := 1 + worker; k <= last; k += 4 {
					f := &fault{at: k, with: errLost}
					f.same(t, want, liveThrough(t, f, raise))
					if k%5 == 0 {
						f := &fault{at: k, with: locked}
						f.same(t, want, liveThrough(t, f, raise))
					}
				}
			})
		}
	})
	t.Logf("each of %d statements failed once: the same %d messages, %d events, %d pictures", last, len(want.Said),
		len(want.Events), len(want.Attachments))
}

// TestFaultSomeStatementsPostgres is the same on PostgreSQL, where statements go together, for every 16th.
func TestFaultSomeStatementsPostgres(t *testing.T) {
	t.Parallel()
	needServices(t)
	theatre, s := newTheatre(t)
	raise := func(fault func(string) error) (*play, error) {
		c, city := Config{DatabaseURL: modelstest.PostgresDSN(t), DataDir: t.TempDir()}, *theatre
		if err := city.found(t.Context(), c); err != nil {
			return nil, err
		}
		return city.enter(t.Context(), c, s, fault)
	}
	without := &fault{}
	want := liveThrough(t, without, raise)
	for k := int64(8); k <= without.count.Load(); k += 16 {
		f := &fault{at: k, with: errLost}
		f.same(t, want, liveThrough(t, f, raise))
	}
}
