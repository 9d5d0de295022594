package dialogue_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// benchTasks is how many turns run at once.
const benchTasks = 8

// BenchmarkTickets is hops 5 and 6 without a network: the inbox holds words and a pin of one resident after another,
// each is read and settled, and is a ticket with its receipt. Bound to 1,000 tickets a second.
func BenchmarkTickets(b *testing.B) {
	needPostgres(b)
	clock := modelstest.NewClock(b, "2026-03-06T09:00:00Z")
	dsn := modelstest.PostgresDSN(b)
	s := openPostgres(b, dsn, clock)
	crowd := newCrowd(b, s, clock)
	crowd.report(b, "warm", 500)
	analyze(b, dsn)
	crowd.report(b, "warmer", 50)
	crowd.write(b, "timed", b.N)
	b.ResetTimer()
	crowd.answer(b)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
}

// BenchmarkTicketStatements counts what a ticket asks of the database. Bound to 12 statements, without the beginnings
// and ends of transactions.
func BenchmarkTicketStatements(b *testing.B) {
	needPostgres(b)
	clock := modelstest.NewClock(b, "2026-03-06T09:00:00Z")
	dsn, counted := countStatements(b, modelstest.PostgresDSN(b))
	crowd := newCrowd(b, openPostgres(b, dsn, clock), clock)
	crowd.report(b, "warm", 50)
	crowd.write(b, "counted", b.N)
	statements, borders := counted.statements.Load(), counted.borders.Load()
	crowd.answer(b)
	b.ReportMetric(float64(counted.statements.Load()-statements)/float64(b.N), "statements/ticket")
	b.ReportMetric(float64(counted.borders.Load()-borders)/float64(b.N), "begins-and-commits/ticket")
}

func openPostgres(b *testing.B, dsn string, clock *modelstest.Clock) *store.Store {
	b.Helper()
	s, err := store.Open(dsn, store.Options{Now: clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

// analyze does what autovacuum does within a minute: the plans that were made while the tables were empty read them
// from end to end, and would be measured instead of ours.
func analyze(b *testing.B, dsn string) {
	b.Helper()
	conn, err := sql.Open("pgx", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
}

func needPostgres(b *testing.B) {
	b.Helper()
	if os.Getenv(modelstest.DatabaseURL) == "" {
		if os.Getenv("CI") == "true" {
			b.Fatalf("%s is not set: run the benchmarks through make bench", modelstest.DatabaseURL)
		}
		b.Skipf("LEFT OUT: %s is not set; make bench finds or starts what it names", modelstest.DatabaseURL)
	}
}

// crowd is many residents who report at once.
type crowd struct {
	talk   *dialogue.Talk
	clock  *modelstest.Clock
	inbox  *store.Inbox
	events []string // that nobody has read
	pins   int

	guard  sync.Mutex
	drafts []string // that ask to be settled
}

func newCrowd(b *testing.B, s *store.Store, clock *modelstest.Clock) *crowd {
	b.Helper()
	c := &crowd{
		talk:  &dialogue.Talk{Store: s, Desk: desk, Log: slog.New(slog.DiscardHandler)},
		clock: clock, inbox: store.NewInbox(s),
	}
	err := s.Tx(b.Context(), func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, desk.Catalogue, desk.Areas.All())
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	s.OnCommit = func(_ context.Context, wakes []models.Wake) {
		c.guard.Lock()
		defer c.guard.Unlock()
		for _, w := range wakes {
			if w.Kind == models.KindSettle {
				c.drafts = append(c.drafts, w.ID)
			}
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { c.inbox.Run(ctx) })
	b.Cleanup(func() { stop(); running.Wait() })
	return c
}

// write keeps words and a pin of n residents in the inbox.
func (c *crowd) write(b *testing.B, name string, n int) {
	b.Helper()
	for i := range n {
		var rows []models.InboxEvent
		for part, in := range []*bots.Incoming{said(fmt.Sprintf("ổ gà to trước chợ, hố thứ %d", c.pins)), c.apart()} {
			in.Channel, in.User, in.Sequence = "webchat", fmt.Sprintf("%s%d", name, i), int64(part)
			in.Message, in.At = new(fmt.Sprintf("%s%d:%d", name, i, part)), new(c.clock.Now())
			row, err := in.Inbox("web")
			if err != nil {
				b.Fatal(err)
			}
			rows = append(rows, row)
		}
		if err := c.inbox.Put(b.Context(), rows...); err != nil {
			b.Fatal(err)
		}
		c.events = append(c.events, rows[1].ID)
	}
}

// apart is a pin more than 40 metres from all others, in the city: nobody reports the same, and no place is doubted.
func (c *crowd) apart() *bots.Incoming {
	p := pin()
	lat, lon := *p.Lat+float64(c.pins/190)*0.00042, *p.Lon+float64(c.pins%190)*0.00042
	p.Lat, p.Lon = &lat, &lon
	c.pins++
	return p
}

// answer reads all that was written and settles it.
func (c *crowd) answer(b *testing.B) {
	b.Helper()
	c.each(b, c.events, c.talk.Converse)
	want := len(c.events)
	c.events = nil
	c.clock.Move(3 * time.Second)
	drafts := slices.Clone(c.drafts)
	if len(drafts) != want {
		b.Fatalf("%d residents wrote, %d drafts are to be settled", want, len(drafts))
	}
	c.drafts = nil
	c.each(b, drafts, c.talk.Settle)
	if len(c.drafts) > 0 {
		b.Fatalf("%d drafts are not settled", len(c.drafts))
	}
}

func (c *crowd) report(b *testing.B, name string, n int) {
	b.Helper()
	c.write(b, name, n)
	c.answer(b)
}

// each does something to every row, benchTasks at once.
func (c *crowd) each(b *testing.B, ids []string, do func(context.Context, string) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range benchTasks {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)); i = next.Add(1) - 1 {
				if err := do(b.Context(), ids[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// counters are of what a database was asked through a wire.
type counters struct{ statements, borders atomic.Int64 }

// countStatements puts a wire between us and the database that counts what passes: the database's own count is an
// extension that need not be there.
func countStatements(b *testing.B, dsn string) (string, *counters) {
	b.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		b.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	n, host := &counters{}, address.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go n.carry(client, host)
		}
	}()
	address.Host = listener.Addr().String()
	return address.String(), n
}

// carry passes one connection on until either side ends it.
func (n *counters) carry(client net.Conn, host string) {
	defer client.Close()
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", host)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	_ = n.read(bufio.NewReader(client), server)
}

// read passes messages on: the first one has no type (postgresql.org/docs/15/protocol-message-formats.html). Execute
// is a prepared statement; Query is what the driver begins and ends transactions with.
func (n *counters) read(from *bufio.Reader, to io.Writer) error {
	for first := true; ; first = false {
		head := make([]byte, 5)
		if first {
			head = head[1:]
		}
		if _, err := io.ReadFull(from, head); err != nil {
			return err
		}
		size := int64(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
		switch {
		case first:
		case head[0] == 'E':
			n.statements.Add(1)
		case head[0] == 'Q':
			n.borders.Add(1)
		}
		if _, err := to.Write(head); err != nil {
			return err
		}
		if _, err := io.CopyN(to, from, size); err != nil {
			return err
		}
	}
}
