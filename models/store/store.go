package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/vticket/vticket/models"
)

// Store is the database, and the time by which everything is decided.
type Store struct {
	// OnCommit is told the wake-ups of every committed transaction. It is set once, before the first transaction;
	// it must not block for long and its failure is nobody's: the sweep finds the same rows.
	OnCommit func(context.Context, []models.Wake)
	// BeforeCommit is told the same just before COMMIT. It is set like OnCommit, by tests of recovery.
	BeforeCommit func(context.Context, []models.Wake)

	write, read *gorm.DB
	postgres    bool
	base        func() time.Time
	offset      atomic.Int64 // database time minus base, nanoseconds
	log         *slog.Logger
}

// Options are what Open needs besides the address.
type Options struct {
	Now func() time.Time // the machine's clock; tests and demos bring their own
	Log *slog.Logger
	// Fault is asked before every statement, BEGIN and COMMIT, also by several goroutines at once: what it returns is
	// what the statement fails with. Only tests of recovery set it.
	Fault func(statement string) error
}

// Open connects to "postgres://…" or to an SQLite file ("sqlite:PATH"). It does not migrate.
func Open(dsn string, opt Options) (*Store, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	ignore := func(context.Context, []models.Wake) {}
	s := &Store{base: opt.Now, log: opt.Log, OnCommit: ignore, BeforeCommit: ignore}
	// Statements are prepared by pgx, once a connection. gorm's own PrepareStmt would prepare and drop each of them in
	// every transaction: three exchanges with the server where one does.
	config := &gorm.Config{SkipDefaultTransaction: true, NowFunc: s.Now, Logger: logger.Discard}
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return s, s.openSQLite(path, config, opt.Fault)
	}
	server, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", redactDSN(err))
	}
	// A machine that stands still in a transaction must not keep its rows from the others.
	server.RuntimeParams["idle_in_transaction_session_timeout"] = "10s"
	// What an index points to is hardly dearer than what lies in order, in memory and on an SSD. With the default of 4
	// PostgreSQL reads tables that were small when a plan was made from end to end, until they are analyzed anew.
	server.RuntimeParams["random_page_cost"] = "1.1"
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: breakable(stdlib.OpenDB(*server), opt.Fault)}), config)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", redactDSN(err))
	}
	pool, err := db.DB()
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(24)
	pool.SetMaxIdleConns(24)
	s.write, s.read, s.postgres = db, db, true
	return s, nil
}

// redactDSN drops the connection string, which holds the password, from a connection error.
func redactDSN(err error) error {
	if _, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		return errors.New("the address is malformed")
	}
	return err
}

func (s *Store) openSQLite(path string, config *gorm.Config, fault func(string) error) error {
	for _, pool := range []**gorm.DB{&s.write, &s.read} {
		conn, err := openSQLite(path, pool == &s.write)
		if err != nil {
			return err
		}
		own := *config
		if *pool, err = gorm.Open(sqliteDialect{breakable(conn, fault)}, &own); err != nil {
			return fmt.Errorf("open %s: %w", path, err)
		}
	}
	return nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var all []error
	for _, db := range []*gorm.DB{s.write, s.read} {
		if pool, err := db.DB(); err == nil {
			all = append(all, pool.Close())
		}
	}
	return errors.Join(all...)
}

// Postgres tells which of the two databases this is.
func (s *Store) Postgres() bool { return s.postgres }

// Now is the time in UTC, cut to the microseconds that both databases keep.
func (s *Store) Now() time.Time {
	return s.base().Add(time.Duration(s.offset.Load())).UTC().Truncate(time.Microsecond)
}

// KeepTime follows the clock of PostgreSQL until ctx ends, so that all replicas decide by one clock.
func (s *Store) KeepTime(ctx context.Context) {
	for s.postgres {
		if err := s.sampleTime(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "database time not read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Second):
		}
	}
}

func (s *Store) sampleTime(ctx context.Context) error {
	before := s.base()
	var at time.Time
	// Scan, not Row: gorm's Row of a statement that cannot be prepared panics.
	if err := s.read.WithContext(ctx).Raw("SELECT clock_timestamp()").Scan(&at).Error; err != nil {
		return err
	}
	after := s.base()
	s.offset.Store(int64(at.Sub(before.Add(after.Sub(before) / 2))))
	return nil
}

// ErrNotMigrated says that the schema lacks migrations that this program has.
var ErrNotMigrated = errors.New("migrations are missing")

// Ping tells whether the database answers and has every migration of this program; without them ErrNotMigrated.
func (s *Store) Ping(ctx context.Context) error {
	missing, _, err := s.Schema(ctx)
	if err == nil && len(missing) > 0 {
		err = ErrNotMigrated
	}
	return err
}

// insideTx tells whether the running goroutine is in a Tx already. Only its stack knows: fn has no context of its own.
func insideTx() bool {
	stack := make([]uintptr, 64)
	for _, pc := range stack[:runtime.Callers(2, stack)] {
		if strings.HasSuffix(runtime.FuncForPC(pc-1).Name(), ".(*Store).try") {
			return true
		}
	}
	return false
}

// Tx runs fn in one transaction. On a serialization failure, a deadlock or a busy database fn runs again, so it
// touches only tx and its own locals. After COMMIT the wake-ups that fn asked for go to OnCommit. A Tx inside a Tx
// fails at once: it would wait for itself.
func (s *Store) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	if insideTx() {
		return errors.New("transaction inside a transaction")
	}
	var tx *Tx
	err := again(ctx, func() (err error) {
		tx, err = s.try(ctx, fn)
		return err
	})
	if err == nil && len(tx.wakes) > 0 {
		s.OnCommit(context.WithoutCancel(ctx), tx.wakes)
	}
	return err
}

// again does something until it succeeds or has failed five times, or for a reason that stays.
func again(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || try == 5 || !retryable(err) {
			return gone(err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

// try runs fn in one transaction, once.
func (s *Store) try(ctx context.Context, fn func(tx *Tx) error) (*Tx, error) {
	tx := &Tx{Now: s.Now(), postgres: s.postgres}
	err := s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		tx.gorm = db
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.finish(); err != nil {
			return err
		}
		s.BeforeCommit(ctx, tx.wakes)
		return nil
	})
	return tx, err
}

// Read runs fn on one unchanging view of the database; writing fails. It may run fn again, as Tx does: while the last
// other process lets go of an SQLite file, its readers too are told that it is busy (sqlite.org/wal.html).
func (s *Store) Read(ctx context.Context, fn func(tx *Tx) error) error {
	options := &sql.TxOptions{ReadOnly: s.postgres, Isolation: sql.LevelDefault}
	if s.postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return again(ctx, func() error {
		return s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
			return fn(&Tx{Now: s.Now(), gorm: db, postgres: s.postgres})
		}, options)
	})
}

// retryable tells the failures after which the same transaction may succeed: 40001 serialization failure, 40P01
// deadlock (postgresql.org/docs/15/errcodes-appendix.html), SQLITE_BUSY; and what two do by chance at once.
func retryable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01" || slices.Contains(chance, pg.ConstraintName)
	}
	code := sqliteCode(err)
	return code == sqliteBusy || code == sqliteConstraint && strings.Contains(err.Error(), "tickets.code")
}

// gone adds ErrUnavailable to the failures of a database that cannot be reached, is being stopped or has no connection
// left (postgresql.org/docs/15/errcodes-appendix.html): later the same may succeed.
func gone(err error) error {
	pg, answered := errors.AsType[*pgconn.PgError](err)
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, broken := errors.AsType[*net.OpError](err)
	ending := answered && (strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P0") || pg.Code == "53300")
	if !ending && !refused && !broken && !errors.Is(err, driver.ErrBadConn) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// chance names the constraints that two transactions may break without a fault of either: a new ticket's code that
// another has, and somebody who writes for the first time, read by two turns.
var chance = []string{"tickets_code_key", "reporter_addresses_external_id_channel_account_key"}

// dataFault tells the failures that belong to a row and not to the database: SQLSTATE class 22 and 23.
func dataFault(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23")
	}
	return sqliteCode(err) == sqliteConstraint
}

// Tx is one transaction. Now is its instant: everything in it happens then.
type Tx struct {
	Now time.Time

	gorm     *gorm.DB // through db, later and their like
	postgres bool
	kept     []kept
	begun    *models.Conversation // among what was kept
	spoken   []string             // conversations whose addresses have something to get
	wakes    []models.Wake
}

// finish writes what was kept, and asks for the deliveries of what was said.
func (tx *Tx) finish() error {
	if len(tx.spoken) > 0 {
		return tx.wakeAddresses()
	}
	return tx.flush()
}

// Wake asks for a task after COMMIT.
func (tx *Tx) Wake(w models.Wake) { tx.wakes = append(tx.wakes, w) }

// one turns gorm's answer about a single row into ours.
func one(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.ErrNotFound
	}
	return err
}
