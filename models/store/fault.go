package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// faulty is a pool of connections of which a test of recovery says what fails: see Options.Fault.
type faulty struct {
	*sql.DB

	fault func(statement string) error
}

// breakable is the pool as it is, or with the faults that were asked for.
func breakable(pool *sql.DB, fault func(string) error) gorm.ConnPool {
	if fault == nil {
		return pool
	}
	return &faulty{pool, fault}
}

// GetDBConn lets gorm find the pool itself.
func (f *faulty) GetDBConn() (*sql.DB, error) { return f.DB, nil }

// BeginTx begins a transaction whose statements may fail.
func (f *faulty) BeginTx(ctx context.Context, opt *sql.TxOptions) (gorm.ConnPool, error) {
	if err := f.fault("BEGIN"); err != nil {
		return nil, err
	}
	tx, err := f.DB.BeginTx(ctx, opt)
	if err != nil {
		return nil, err
	}
	return &faultyTx{tx, f.fault}, nil
}

// ExecContext runs a statement outside of any transaction, or fails before.
func (f *faulty) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := f.fault(query); err != nil {
		return nil, err
	}
	return f.DB.ExecContext(ctx, query, args...)
}

// QueryContext runs a query outside of any transaction, or fails before.
func (f *faulty) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := f.fault(query); err != nil {
		return nil, err
	}
	return f.DB.QueryContext(ctx, query, args...)
}

// faultyTx is a transaction whose statements may fail, its COMMIT among them.
type faultyTx struct {
	*sql.Tx

	fault func(statement string) error
}

// ExecContext runs a statement, or fails before.
func (f *faultyTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := f.fault(query); err != nil {
		return nil, err
	}
	return f.Tx.ExecContext(ctx, query, args...)
}

// QueryContext runs a query, or fails before.
func (f *faultyTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := f.fault(query); err != nil {
		return nil, err
	}
	return f.Tx.QueryContext(ctx, query, args...)
}

// Commit keeps what was done, or rolls it back and fails.
func (f *faultyTx) Commit() error {
	if err := f.fault("COMMIT"); err != nil {
		_ = f.Rollback() // the connection is given back; the failure is the fault's
		return err
	}
	return f.Tx.Commit()
}
