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
const openTickets = "tickets.state IN ('new', 'assigned', 'in_progress', 'waiting')"

// QueueCounts says how many tickets there are within an actor's scope that somebody has something to do about, and of
// which kinds; countLimit at most.
type QueueCounts struct {
	Open     int
	New      int // the hotline has to choose a department
	Today    int // due before the end of today
	Late     int
	Waiting  int // for the resident
	Reopened int
	ToCall   int // answered, and who telephoned is to be told
}

// QueueCounts counts; tonight is the end of the day.
func (tx *Tx) QueueCounts(who models.Actor, tonight time.Time) (c QueueCounts, err error) {
	count := func(where string, args ...any) *gorm.DB {
		counted := scoped(tx.db().Session(&gorm.Session{}), who).Table("tickets").Select("1").
			Where(where, args...).Limit(countLimit)
		return tx.db().Table("(?) AS counted", counted).Select("count(*)")
	}
	open := func(where string, args ...any) *gorm.DB { return count(openTickets+where, args...) }
	err = tx.db().Raw(`SELECT (?) AS open, (?) AS new, (?) AS today, (?) AS late, (?) AS waiting, (?) AS reopened,
			(?) AS to_call`,
		open(""), open(" AND tickets.state = 'new'"), open(" AND tickets.target_due <= ?", tonight),
		open(" AND tickets.target_due < ?", tx.Now), open(" AND tickets.state = 'waiting'"),
		open(" AND tickets.reopens > 0"), count("tickets.to_call"),
	).Scan(&c).Error
	if err != nil {
		return c, fmt.Errorf("count queue: %w", err)
	}
	return c, nil
}
