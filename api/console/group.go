package console

import (
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// group is one kind of tickets that the queue shows: one entry of the navigation.
type group struct {
	key    string
	narrow func(f *store.TicketFilter, tonight time.Time)
	count  func(store.QueueCounts) int // nil: nobody waits for these
}

const (
	groupOpen = "open" // the one that is shown when the address names none
	groupLate = "late"
	groupAll  = "all"     // found by looking for something only: nobody waits for all that ever was
	groupCall = "to_call" // the hotline's own
)

// groups are in the order of the navigation.
var groups = []group{
	{
		groupOpen, func(f *store.TicketFilter, _ time.Time) { f.Open = true },
		func(n store.QueueCounts) int { return n.Open },
	},
	{
		"new", func(f *store.TicketFilter, _ time.Time) { f.Open, f.States = true, []models.State{models.StateNew} },
		func(n store.QueueCounts) int { return n.New },
	},
	{
		"today", func(f *store.TicketFilter, tonight time.Time) { f.Open, f.DueBy = true, &tonight },
		func(n store.QueueCounts) int { return n.Today },
	},
	{
		groupLate, func(f *store.TicketFilter, _ time.Time) { f.Open, f.Overdue = true, true },
		func(n store.QueueCounts) int { return n.Late },
	},
	{
		"waiting", func(f *store.TicketFilter, _ time.Time) {
			f.Open, f.States = true, []models.State{models.StateWaiting}
		},
		func(n store.QueueCounts) int { return n.Waiting },
	},
	{
		"reopened", func(f *store.TicketFilter, _ time.Time) { f.Open, f.Reopened = true, true },
		func(n store.QueueCounts) int { return n.Reopened },
	},
	{"answered", func(f *store.TicketFilter, _ time.Time) { f.States = []models.State{models.StateResolved} }, nil},
	{
		"closed", func(f *store.TicketFilter, _ time.Time) {
			f.States = []models.State{
				models.StateClosed, models.StateRejected, models.StateMerged, models.StateWithdrawn,
			}
		}, nil,
	},
}

// groupOf returns the group of a name, the one of everything open for any other.
func groupOf(key string) group {
	if key == groupAll {
		return group{groupAll, func(*store.TicketFilter, time.Time) {}, nil}
	}
	if key == groupCall {
		return group{groupCall, func(f *store.TicketFilter, _ time.Time) { f.ToCall = true }, nil}
	}
	for _, g := range groups {
		if g.key == key {
			return g
		}
	}
	return groups[0]
}

// late tells whether somebody can be late with a ticket of the group: nobody waits for what is answered.
func (g group) late() bool { return g.count != nil || g.key == groupAll }

func (g group) address() string {
	if g.key == groupOpen {
		return homePath
	}
	return homePath + "?show=" + g.key
}
