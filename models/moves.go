package models

import (
	"slices"
	"strings"
)

// Verb is one thing that can be done to a ticket: one method of the Desk, one transaction, one event.
type Verb string

// The verbs of a ticket.
const (
	VerbSubmit   Verb = "submit"
	VerbAmend    Verb = "amend"
	VerbWithdraw Verb = "withdraw"
	VerbAttach   Verb = "attach"
	VerbTriage   Verb = "triage"
	VerbAssign   Verb = "assign"
	VerbAccept   Verb = "accept"
	VerbReturn   Verb = "return"
	VerbAsk      Verb = "ask"
	VerbReply    Verb = "reply"
	VerbNote     Verb = "note"
	VerbResolve  Verb = "resolve"
	VerbRate     Verb = "rate"
	VerbReopen   Verb = "reopen"
	VerbClose    Verb = "close"
	VerbWarn     Verb = "warn"
	VerbBreach   Verb = "breach"
	VerbPause    Verb = "pause"
	VerbExpire   Verb = "expire"
	VerbFollow   Verb = "follow"   // somebody else reports the same
	VerbUnfollow Verb = "unfollow" // one of several reporters takes their report back
	VerbMerge    Verb = "merge"    // its reports go over to another ticket, which they follow
	VerbUnmerge  Verb = "unmerge"  // and come back
	VerbJudge    Verb = "judge"    // one of several reporters says of an answer what moves nothing
	VerbRedact   Verb = "redact"   // its reporters are forgotten
	VerbLocate   Verb = "locate"   // its point is computed from its address
	VerbInspect  Verb = "inspect"  // a picture of the finished work is looked at after the answer
)

// Move is one legal step: in which states a verb may be done, and the state it leads to. An empty To leaves the
// state as it is. A Submit comes from no state.
type Move struct {
	Verb Verb
	From []State
	To   State
}

// open are the states in which somebody still owes something.
var open = []State{StateNew, StateAssigned, StateInProgress, StateWaiting}

// Open tells whether somebody still owes something on a ticket in this state.
func (s State) Open() bool { return slices.Contains(open, s) }

// Moves is the table of legal moves; docs/states.md is drawn from it. The first line that fits decides.
var Moves = []Move{
	{VerbSubmit, []State{""}, StateNew},
	{VerbAssign, open, StateAssigned},
	{VerbTriage, open, ""},
	{VerbAccept, []State{StateAssigned}, StateInProgress},
	{VerbReturn, []State{StateAssigned}, StateNew},
	{VerbAsk, []State{StateInProgress}, StateWaiting},
	{VerbPause, []State{StateWaiting}, ""},
	{VerbExpire, []State{StateWaiting}, StateInProgress},
	{VerbAmend, open, ""},
	{VerbAttach, []State{StateWaiting}, StateInProgress},
	{VerbAttach, []State{StateNew, StateAssigned, StateInProgress, StateResolved}, ""},
	{VerbReply, append(slices.Clone(open), StateResolved), ""},
	{VerbNote, answered(open), ""},
	{VerbResolve, open, StateResolved},
	{VerbReopen, []State{StateResolved, StateClosed, StateWithdrawn}, StateAssigned},
	{VerbRate, []State{StateResolved, StateClosed}, ""},
	{VerbClose, []State{StateResolved}, StateClosed},
	{VerbWithdraw, []State{StateNew, StateAssigned}, StateWithdrawn},
	{VerbFollow, open, ""},
	{VerbUnfollow, answered(open), ""},
	{VerbMerge, open, StateMerged},
	{VerbUnmerge, []State{StateMerged}, StateAssigned},
	{VerbJudge, answered(open), ""},
	{VerbWarn, open, ""},
	{VerbBreach, open, ""},
	{VerbLocate, []State{StateNew, StateAssigned}, ""},
	{VerbInspect, []State{StateResolved, StateClosed}, ""},
	{VerbRedact, []State{StateClosed, StateRejected, StateMerged, StateWithdrawn}, ""},
}

// answered adds the states of a ticket that has its answer.
func answered(states []State) []State {
	return append(slices.Clone(states), StateResolved, StateClosed)
}

// Next returns the state that a verb leads to from a state, or an IllegalMove.
func Next(verb Verb, from State) (State, error) {
	for _, m := range Moves {
		if m.Verb != verb || !slices.Contains(m.From, from) {
			continue
		}
		if m.To == "" {
			return from, nil
		}
		return m.To, nil
	}
	return from, IllegalMove{Verb: verb, From: from}
}

// Legal lists the verbs that are possible in a state, in the order of the table.
func Legal(from State) []Verb {
	var verbs []Verb
	for _, m := range Moves {
		if slices.Contains(m.From, from) && !slices.Contains(verbs, m.Verb) {
			verbs = append(verbs, m.Verb)
		}
	}
	return verbs
}

// StatesDiagram draws the moves that change a state, as Mermaid.
func StatesDiagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, m := range Moves {
		for _, from := range m.From {
			start := string(from)
			if from == "" {
				start = "[*]"
			}
			if m.To != "" && m.To != from {
				b.WriteString("  " + start + " --> " + string(m.To) + ": " + string(m.Verb) + "\n")
			}
		}
	}
	for _, final := range []State{StateClosed, StateRejected, StateMerged, StateWithdrawn} {
		b.WriteString("  " + string(final) + " --> [*]\n")
	}
	return b.String()
}
