package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// kept is a statement whose answer nobody waits for.
type kept struct {
	table string
	sql   string
	args  []any
	write func(*gorm.DB) *gorm.DB // not nil: the statement is made when it is written, its row may change until then
}

// add keeps new rows for later.
func (tx *Tx) add(table string, rows any) error {
	return tx.later(table, func(db *gorm.DB) *gorm.DB { return db.Create(rows) })
}

// set keeps a change of rows for later. Statements that go together do not see each other's rows, and nobody knows
// which is done first: what is older on the same table goes before.
func (tx *Tx) set(table string, write func(*gorm.DB) *gorm.DB) error {
	if err := tx.see(table); err != nil {
		return err
	}
	return tx.later(table, write)
}

// see writes what was kept if some of it is on a table that the next statement looks at.
func (tx *Tx) see(table string) error {
	if slices.ContainsFunc(tx.kept, func(k kept) bool { return k.table == table }) {
		return tx.flush()
	}
	return nil
}

// begin keeps a new conversation for later, with what its first turn changes of it until then.
func (tx *Tx) begin(c models.Conversation) {
	tx.begun = &c
	tx.kept = append(tx.kept, kept{
		table: "conversations", write: func(db *gorm.DB) *gorm.DB { return db.Create(&c) },
	})
}

// later keeps a statement until the transaction has to ask the database for something, or ends: each exchange with
// PostgreSQL costs more than what is in it, so all that has gathered goes in one.
func (tx *Tx) later(table string, write func(*gorm.DB) *gorm.DB) error {
	k := kept{table: table, write: write}
	if err := tx.phrase(&k); err != nil {
		return err
	}
	tx.kept = append(tx.kept, k)
	return nil
}

// phrase makes the statement of what is kept.
func (tx *Tx) phrase(k *kept) error {
	if k.write == nil {
		return nil
	}
	of := k.write(tx.gorm.Session(&gorm.Session{DryRun: true}))
	if of.Error != nil {
		return fmt.Errorf("write %s: %w", k.table, of.Error)
	}
	k.sql, k.args, k.write = of.Statement.SQL.String(), of.Statement.Vars, nil
	return nil
}

// db is the database for a statement whose answer is waited for: what was kept goes first.
func (tx *Tx) db() *gorm.DB {
	err := tx.flush()
	db := tx.gorm
	if err != nil {
		db = db.Session(&gorm.Session{})
		_ = db.AddError(err)
	}
	return db
}

// flush writes what was kept.
func (tx *Tx) flush() error {
	if len(tx.kept) == 0 {
		return nil
	}
	all, err := tx.together()
	if err != nil {
		return err
	}
	for _, k := range all {
		if _, err := tx.pool().ExecContext(tx.context(), k.sql, k.args...); err != nil {
			return fmt.Errorf("write %s: %w", k.table, err)
		}
	}
	return nil
}

// ask writes what was kept and then the statement that was kept last, whose rows are scanned by scan.
func (tx *Tx) ask(scan func(*sql.Rows) error) error {
	all, err := tx.together()
	if err != nil {
		return err
	}
	last := all[len(all)-1]
	for _, k := range all[:len(all)-1] {
		if _, err := tx.pool().ExecContext(tx.context(), k.sql, k.args...); err != nil {
			return fmt.Errorf("write %s: %w", k.table, err)
		}
	}
	rows, err := tx.pool().QueryContext(tx.context(), last.sql, last.args...)
	if err != nil {
		return fmt.Errorf("write %s: %w", last.table, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("write %s: %w", last.table, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("write %s: %w", last.table, err)
	}
	return nil
}

func (tx *Tx) pool() gorm.ConnPool      { return tx.gorm.Statement.ConnPool }
func (tx *Tx) context() context.Context { return tx.gorm.Statement.Context }

// together takes what was kept: as one statement for PostgreSQL, where all but the last stand in a WITH
// (postgresql.org/docs/15/queries-with.html#QUERIES-WITH-MODIFYING); SQLite has no such thing and no distance either.
func (tx *Tx) together() ([]kept, error) {
	all := tx.kept
	tx.kept, tx.begun = nil, nil
	for i := range all {
		if err := tx.phrase(&all[i]); err != nil {
			return nil, err
		}
	}
	if !tx.postgres || len(all) == 1 {
		return all, nil
	}
	one := kept{}
	var text strings.Builder
	var tables []string
	for i, k := range all {
		switch {
		case i == len(all)-1:
			text.WriteString(" ")
		case i == 0:
			text.WriteString("WITH w0 AS (")
		default:
			text.WriteString(", w" + strconv.Itoa(i) + " AS (")
		}
		renumber(&text, k.sql, len(one.args))
		if i < len(all)-1 {
			text.WriteString(")")
		}
		one.args = append(one.args, k.args...)
		tables = append(tables, k.table)
	}
	one.sql, one.table = text.String(), strings.Join(tables, ", ")
	return []kept{one}, nil
}

// renumber writes a statement with its arguments $1, $2, … counted from by+1 on.
func renumber(to *strings.Builder, statement string, by int) {
	for {
		before, after, found := strings.Cut(statement, "$")
		to.WriteString(before)
		if !found {
			return
		}
		digits := 0
		for digits < len(after) && after[digits] >= '0' && after[digits] <= '9' {
			digits++
		}
		n, _ := strconv.Atoi(after[:digits])
		to.WriteString("$" + strconv.Itoa(n+by))
		statement = after[digits:]
	}
}
