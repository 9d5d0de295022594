package notifications

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/vticket/vticket/bots"
)

const (
	laneSlots = 16                     // sends of one channel at once: one that hangs leaves room for the others
	laneFull  = time.Second            // until the next try when all are taken
	paceWait  = 500 * time.Millisecond // that a send waits in its place; longer ones come again
	laneStops = 3                      // chats in a row that were throttled: then the whole account is
)

// pace keeps to what platforms allow: so many messages a second of an account, and none while it has told us to wait.
// It counts for this process alone; what several do too much the platforms tell us. The zero value is ready.
type pace struct {
	guard sync.Mutex
	lanes map[string]*lane
}

type lane struct {
	slots   chan struct{}
	limiter *rate.Limiter
	stops   int
	until   time.Time
}

func (p *pace) lane(channel string, limits bots.Limits) *lane {
	p.guard.Lock()
	defer p.guard.Unlock()
	l, ok := p.lanes[channel]
	if !ok {
		every := rate.Inf
		if limits.Rate > 0 {
			every = rate.Limit(limits.Rate)
		}
		l = &lane{slots: make(chan struct{}, laneSlots), limiter: rate.NewLimiter(every, max(1, int(limits.Rate)))}
		if p.lanes == nil {
			p.lanes = map[string]*lane{}
		}
		p.lanes[channel] = l
	}
	return l
}

// enter takes a place among the sends of a channel and says how long to wait in it; the error is that of a send that
// has to come again later. Whoever entered leaves.
func (p *pace) enter(channel string, limits bots.Limits, now time.Time) (wait time.Duration, err error) {
	l := p.lane(channel, limits)
	p.guard.Lock()
	paused := l.until.Sub(now)
	p.guard.Unlock()
	if paused > 0 {
		return 0, later(paused)
	}
	select {
	case l.slots <- struct{}{}:
	default:
		return 0, later(laneFull)
	}
	turn := l.limiter.ReserveN(now, 1)
	if wait = turn.DelayFrom(now); wait > paceWait {
		turn.CancelAt(now)
		<-l.slots
		return 0, later(wait)
	}
	return wait, nil
}

// leave gives the place back and hears what came of the send.
func (p *pace) leave(channel string, limits bots.Limits, err error, now time.Time) {
	l := p.lane(channel, limits)
	<-l.slots
	p.guard.Lock()
	defer p.guard.Unlock()
	failed, ok := errors.AsType[*bots.SendError](err)
	if !ok || failed.Class != bots.ErrThrottled {
		l.stops = 0
		return
	}
	if l.stops++; l.stops >= laneStops {
		l.until = now.Add(failed.RetryAfter)
	}
}

func later(wait time.Duration) error {
	return &bots.SendError{Class: bots.ErrThrottled, RetryAfter: wait, Cause: "our own pace"}
}
