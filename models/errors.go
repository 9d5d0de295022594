package models

import (
	"errors"
	"fmt"
)

// The kinds of refusal that cross packages; anything else is a fault of ours.
var (
	// ErrNotFound says that nothing with that name exists, or that the asker may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that the row has moved on since the asker read it.
	ErrConflict = errors.New("conflict")
	// ErrForbidden says that the asker is known and may not do this.
	ErrForbidden = errors.New("forbidden")
)

// Invalid is something that a person can correct: which field, and the locale key of the sentence that says how.
type Invalid struct { //nolint:errname // the name that style.md rule 5 gives it
	Field string
	Key   string
	Limit int // characters at most, where the sentence names it
}

// Error names the field and the rule, without the refused value: it may be personal.
func (e Invalid) Error() string { return fmt.Sprintf("invalid %s: %s", e.Field, e.Key) }

// IllegalMove says that a verb is not possible in the state that a ticket is in.
type IllegalMove struct { //nolint:errname // reads as what it is, beside Invalid
	Verb Verb
	From State
}

// Error names the verb and the state.
func (e IllegalMove) Error() string {
	return fmt.Sprintf("%s is not possible while %s", e.Verb, e.From)
}

// Is lets an illegal move be recognised as a conflict: somebody else was quicker.
func (e IllegalMove) Is(target error) bool { return target == ErrConflict }
