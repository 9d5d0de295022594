package models_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

// states are all states, in the order of a ticket's life.
var states = []models.State{
	models.StateNew, models.StateAssigned, models.StateInProgress, models.StateWaiting, models.StateResolved,
	models.StateClosed, models.StateRejected, models.StateMerged, models.StateWithdrawn,
}

// moving lists the verbs of the table of moves, each once, in its order.
func moving() (verbs []models.Verb) {
	for _, m := range models.Moves {
		if !slices.Contains(verbs, m.Verb) {
			verbs = append(verbs, m.Verb)
		}
	}
	return verbs
}

func TestMovesTable(t *testing.T) {
	verbs := moving()
	if diff := cmp.Diff(slices.Sorted(slices.Values(verbs)), models.PermittedVerbs()); diff != "" {
		t.Errorf("moves and permissions are to name the same verbs (-moves +permissions):\n%s", diff)
	}
	for _, from := range append(slices.Clone(states), "") {
		legal := models.Legal(from)
		for _, verb := range append(slices.Clone(verbs), "burn") {
			to, err := models.Next(verb, from)
			if (err == nil) != slices.Contains(legal, verb) {
				t.Errorf("%s from %q: Next says %v, Legal says %v", verb, from, err, legal)
			}
			if err != nil && (to != from || !errors.Is(err, models.ErrConflict)) {
				t.Errorf("%s from %q: what is refused is a conflict and moves nothing; got %q, %v", verb, from, to, err)
			}
			if err == nil && !slices.Contains(states, to) {
				t.Errorf("%s from %q leads to %q, which is no state", verb, from, to)
			}
		}
	}
	for final, want := range map[models.State][]models.Verb{
		models.StateRejected: {models.VerbRedact}, models.StateMerged: {models.VerbUnmerge, models.VerbRedact},
	} {
		if diff := cmp.Diff(want, models.Legal(final)); diff != "" {
			t.Errorf("what is possible once %s (-want +got):\n%s", final, diff)
		}
	}
}

func TestStatesAreDrawn(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# States of a ticket

Drawn by a test from the table in ` + "`models/moves.go`" + `: change the table, then run
` + "`go test ./models -run TestStatesAreDrawn -update`" + `.

` + "```mermaid\n" + models.StatesDiagram() + "```" + `

Where dispatch decides or there is no department, some verbs lead elsewhere than drawn: a submission, a correction
or a computed place that names one owner leads to ` + "`assigned`" + ` at once; a ticket without a department reopens, and is taken out of another
one, as ` + "`new`" + `; a withdrawal by one of several reporters is an ` + "`unfollow`" + `,
which leads from ` + "`waiting`" + ` to ` + "`in_progress`" + ` when the question went to that one's report; and a triage that finds a
department's own conduct takes the ticket back to ` + "`new`" + `.

## Which verb is possible when

The state that the verb leads to; · where it leaves the state as it is, empty where it is refused.

`)
	b.WriteString("| verb |")
	for _, s := range states {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(states)) + "\n")
	for _, verb := range moving() {
		fmt.Fprintf(&b, "| %s |", verb)
		for _, from := range states {
			to, err := models.Next(verb, from)
			switch {
			case err != nil:
				b.WriteString(" |")
			case to == from:
				b.WriteString(" · |")
			default:
				fmt.Fprintf(&b, " %s |", to)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n`submit` makes a ticket: it comes from no state.\n")
	golden(t, "../docs/states.md", b.String())
}

// TestPermissions draws who may do what, verb by verb, and look at what: the file is the table that people review.
func TestPermissions(t *testing.T) {
	actors := []models.Actor{{Kind: models.ActorResident}, models.System()}
	heads := []string{"resident", "system"}
	for _, role := range append(slices.Clone(models.Roles), "") {
		actors = append(actors, models.Actor{Kind: models.ActorStaff, Role: role})
		heads = append(heads, string(role))
	}
	heads[len(heads)-1] = "(none)"
	var b strings.Builder
	fmt.Fprintf(&b, "%-9s", "")
	for _, head := range heads {
		b.WriteString(" " + head)
	}
	b.WriteString("\n")
	draw := func(name string, may func(models.Actor) bool) {
		line := fmt.Sprintf("%-9s", name)
		for i, a := range actors {
			mark := "-"
			if may(a) {
				mark = "x"
			}
			line += fmt.Sprintf(" %-*s", len(heads[i]), mark)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for _, verb := range append(moving(), "burn") {
		draw(string(verb), func(a models.Actor) bool { return a.May(verb) })
	}
	b.WriteString("\nviews\n")
	for _, view := range []models.View{models.ViewSendLog, models.ViewTalks, "burn"} {
		draw(string(view), func(a models.Actor) bool { return a.Views(view) })
	}
	golden(t, "testdata/permissions.golden", b.String())
}

func TestActorSees(t *testing.T) {
	own, other := "d1", "d2"
	for name, tt := range map[string]struct {
		actor      models.Actor
		department *string
		want       bool
	}{
		"the hotline sees what nobody has":          {models.Actor{Kind: models.ActorStaff, Role: models.RoleHotline}, nil, true},
		"a department sees its own":                 {models.Actor{Kind: models.ActorStaff, Role: models.RoleLead, Scope: own}, &own, true},
		"a department does not see another's":       {models.Actor{Kind: models.ActorStaff, Role: models.RoleLead, Scope: own}, &other, false},
		"a department does not see the hotline's":   {models.Actor{Kind: models.ActorStaff, Role: models.RoleStaff, Scope: own}, nil, false},
		"a role without its department sees none":   {models.Actor{Kind: models.ActorStaff, Role: models.RoleViewer}, &own, false},
		"somebody without a role sees none":         {models.Actor{Kind: models.ActorStaff}, &own, false},
		"the clock sees everything, like residents": {models.System(), &own, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.actor.Sees(tt.department); got != tt.want {
				t.Errorf("want %t", tt.want)
			}
		})
	}
}
