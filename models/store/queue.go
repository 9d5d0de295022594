package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// countLimit is where counting stops: nobody reads more than "999+".
const countLimit = 1000

// openTickets is the condition that somebody still owes something on a ticket, as the index of due times knows it.
const openTickets = "tickets.closed_at IS NULL AND tickets.resolved_at IS NULL AND tickets.state IN " +
	"('new', 'assigned', 'in_progress', 'waiting')"

// QueueCounts says how many open tickets there are within an actor's scope, and of which kinds; countLimit at most.
type QueueCounts struct {
	Open     int
	New      int // the hotline has to choose a department
	Today    int // due before the end of today
	Late     int
	Waiting  int // for the resident
	Reopened int
}

// QueueCounts counts; tonight is the end of the day.
func (tx *Tx) QueueCounts(who models.Actor, tonight time.Time) (c QueueCounts, err error) {
	for _, one := range []struct {
		into  *int
		where string
		args  []any
	}{
		{&c.Open, openTickets, nil},
		{&c.New, openTickets + " AND tickets.state = 'new'", nil},
		{&c.Today, openTickets + " AND tickets.target_due <= ?", []any{tonight}},
		{&c.Late, openTickets + " AND tickets.target_due < ?", []any{tx.Now}},
		{&c.Waiting, openTickets + " AND tickets.state = 'waiting'", nil},
		{&c.Reopened, openTickets + " AND tickets.reopens > 0", nil},
	} {
		counted := scoped(tx.db().Session(&gorm.Session{}), who).Table("tickets").Select("1").
			Where(one.where, one.args...).Limit(countLimit)
		var n int64
		if err := tx.db().Table("(?) AS counted", counted).Count(&n).Error; err != nil {
			return c, fmt.Errorf("count queue: %w", err)
		}
		*one.into = int(n)
	}
	return c, nil
}
