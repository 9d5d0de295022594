// Package store knows SQL, and is the only code that does: PostgreSQL and SQLite behind one set of methods. It
// never decides a rule; it keeps what the verbs decide, all of it or nothing.
package store
