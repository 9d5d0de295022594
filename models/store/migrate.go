package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to this program's. Several replicas may call it at once: PostgreSQL lets one through.
func (s *Store) Migrate(ctx context.Context) error {
	pool, err := s.write.DB()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	dialect, folder, options := goose.DialectSQLite3, "sqlite", []goose.ProviderOption{}
	if s.postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		dialect, folder, options = goose.DialectPostgres, "postgres", append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// pending tells whether the schema lacks migrations that this program has.
func (s *Store) pending(ctx context.Context) (bool, error) {
	folder := "sqlite"
	if s.postgres {
		folder = "postgres"
	}
	files, err := fs.ReadDir(migrations, "migrations/"+folder)
	if err != nil {
		return false, fmt.Errorf("list migrations: %w", err)
	}
	newest, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	var n int64
	err = s.read.WithContext(ctx).
		Raw("SELECT count(*) FROM goose_db_version WHERE version_id = CAST(? AS bigint)", newest).Scan(&n).Error
	if err != nil {
		return false, fmt.Errorf("ask the database: %w", err)
	}
	return n == 0, nil
}
