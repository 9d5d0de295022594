package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
)

// Version is the database's own version and its number: 150004 is PostgreSQL 15.4. SQLite is part of the program and
// has the number 0.
func (s *Store) Version(ctx context.Context) (name string, number int, err error) {
	db := s.read.WithContext(ctx)
	if !s.postgres {
		err = db.Raw("SELECT sqlite_version()").Scan(&name).Error
		return "SQLite " + name, 0, err
	}
	if err = db.Raw("SELECT current_setting('server_version_num')::int").Scan(&number).Error; err != nil {
		return "", 0, fmt.Errorf("ask for the version: %w", err)
	}
	return fmt.Sprintf("PostgreSQL %d.%d", number/10000, number%10000), number, nil
}

// Size is what the database takes on its disk, in bytes.
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	question := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if s.postgres {
		question = "SELECT pg_database_size(current_database())"
	}
	if err = s.read.WithContext(ctx).Raw(question).Scan(&size).Error; err != nil {
		return 0, fmt.Errorf("ask for the size: %w", err)
	}
	return size, nil
}

// ClockDifference is how far the database's clock is ahead of this machine's; SQLite has no clock of its own.
func (s *Store) ClockDifference(ctx context.Context) (time.Duration, error) {
	if !s.postgres {
		return 0, nil
	}
	if err := s.sampleTime(ctx); err != nil {
		return 0, fmt.Errorf("ask for the time: %w", err)
	}
	return time.Duration(s.offset.Load()), nil
}

// Schema compares the migrations that the database has with those of this program: names of the missing ones, and
// how many the database has that this program does not know. It changes nothing, unlike the library's own status.
func (s *Store) Schema(ctx context.Context) (missing []string, unknown int, err error) {
	folder, list := "sqlite", "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'"
	if s.postgres {
		folder = "postgres"
		list = "SELECT count(*) FROM pg_tables " +
			"WHERE tablename = 'goose_db_version' AND schemaname = ANY(current_schemas(false))"
	}
	files, err := fs.ReadDir(migrations, "migrations/"+folder)
	if err != nil {
		return nil, 0, fmt.Errorf("list migrations: %w", err)
	}
	db := s.read.WithContext(ctx)
	var begun int64
	if err := db.Raw(list).Scan(&begun).Error; err != nil {
		return nil, 0, fmt.Errorf("ask for the migrations: %w", err)
	}
	var applied []string
	if begun > 0 {
		err := db.Raw("SELECT CAST(version_id AS text) FROM goose_db_version WHERE version_id > 0").Scan(&applied).Error
		if err != nil {
			return nil, 0, fmt.Errorf("ask for the migrations: %w", err)
		}
	}
	known := map[string]bool{}
	for _, file := range files {
		version, _, _ := strings.Cut(file.Name(), "_")
		known[version] = true
		if !slices.Contains(applied, version) {
			missing = append(missing, strings.TrimSuffix(file.Name(), ".sql"))
		}
	}
	for _, version := range applied {
		if !known[version] {
			unknown++
		}
	}
	return missing, unknown, nil
}

// Backlog counts the work that should have been done by now.
type Backlog struct {
	Unread  int64 // events of platforms, kept for 5 minutes and not read
	Overdue int64 // timers, 5 minutes after they were due
	Late    int64 // parts of messages, 5 minutes after they could have been sent
	Dead    int64 // parts of messages given up within a day, but for those whom residents have blocked
	Waiting int64 // pictures and files, not fetched for 10 minutes
	Aside   int64 // events set aside unread within 30 days, but for those that were only too old
}

const (
	workLate  = 5 * time.Minute
	photoLate = 10 * time.Minute
	day       = 24 * time.Hour
	asideFor  = 30 * day
)

// Backlog counts what is stuck.
func (tx *Tx) Backlog() (Backlog, error) {
	var b Backlog
	late := tx.Now.Add(-workLate)
	var faults []error
	for _, q := range []struct {
		into  *int64
		table string
		where string
		args  []any
	}{
		{&b.Unread, "inbox_events", "done_at IS NULL AND received_at < ?", []any{late}},
		{
			&b.Aside, "inbox_events", "fault <> '' AND fault <> 'stale' AND received_at > ?",
			[]any{tx.Now.Add(-asideFor)},
		},
		{&b.Overdue, "timers", "fired_at IS NULL AND cancelled_at IS NULL AND due_at < ?", []any{late}},
		{&b.Late, "deliveries", "status IN ('queued', 'sending') AND not_before < ?", []any{late}},
		{
			&b.Dead, "deliveries", "status = ? AND error_class <> 'blocked' AND created_at > ?",
			[]any{models.DeliveryDead, tx.Now.Add(-day)},
		},
		{
			&b.Waiting, "attachments", "status = ? AND created_at < ?",
			[]any{models.AttachmentWaiting, tx.Now.Add(-photoLate)},
		},
	} {
		faults = append(faults, tx.db().Table(q.table).Where(q.where, q.args...).Count(q.into).Error)
	}
	if err := errors.Join(faults...); err != nil {
		return b, fmt.Errorf("count stuck work: %w", err)
	}
	return b, nil
}
