package models

// Verb is one thing that can be done to a ticket: one method of the Desk, one transaction, one event.
type Verb string

// The verbs of a ticket.
const (
	VerbSubmit  Verb = "submit"
	VerbResolve Verb = "resolve"
	VerbRate    Verb = "rate"
	VerbReopen  Verb = "reopen"
	VerbClose   Verb = "close"
)

// Move is one legal step: in which states a verb may be done, and the state it leads to. An empty To leaves the
// state as it is.
type Move struct {
	Verb Verb
	From []State
	To   State
}

// Moves is the table of legal moves; docs/states.md is drawn from it.
var Moves = []Move{
	{VerbSubmit, nil, StateAssigned},
	{VerbResolve, []State{StateAssigned, StateInProgress, StateWaiting}, StateResolved},
	{VerbReopen, []State{StateResolved, StateClosed}, StateAssigned},
	{VerbClose, []State{StateResolved}, StateClosed},
}

// Next returns the state that a verb leads to from a state, or an IllegalMove.
func Next(verb Verb, from State) (State, error) {
	for _, m := range Moves {
		if m.Verb != verb {
			continue
		}
		for _, f := range m.From {
			if f == from && m.To == "" {
				return from, nil
			}
			if f == from {
				return m.To, nil
			}
		}
	}
	return "", IllegalMove{Verb: verb, From: from}
}
