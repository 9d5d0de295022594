package notifications

import (
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/vticket/vticket/bots"
)

const (
	laneSlots = 16                     // sends of one channel at once: one that hangs leaves room for the others
	laneWait  = 100 * time.Millisecond // for one of them; a platform that hangs must not keep the workers of others
	laneFull  = time.Second            // until the next try when all are taken
	paceWait  = 500 * time.Millisecond // that a send waits in its place; longer ones come again
	laneStops = 3                      // chats in a row that were throttled: then the whole account is
	laneDue   = 10_000                 // sends, and chats, whose turn is remembered
)

// pace keeps to what platforms allow: so many messages a second of an account and of a chat, and none while it has told
// us to wait.
// It counts for this process alone; what several do too much the platforms tell us. The zero value is ready.
type pace struct {
	guard sync.Mutex
	lanes map[string]*lane
	chats map[string]time.Time // when each address may be written to again
}

type lane struct {
	slots   chan struct{}
	limiter *rate.Limiter
	due     map[string]time.Time // whose turn is when, by delivery: they come again then and need no other
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
		l = &lane{
			slots: make(chan struct{}, laneSlots), limiter: rate.NewLimiter(every, max(1, int(limits.Rate))),
			due: map[string]time.Time{},
		}
		if p.lanes == nil {
			p.lanes = map[string]*lane{}
		}
		p.lanes[channel] = l
	}
	return l
}

// enter takes a place for a delivery among the sends of a channel and says how long to wait in it; the error is that of
// a send that has to come again later. Whoever entered leaves.
func (p *pace) enter(channel, delivery string, limits bots.Limits, now time.Time) (wait time.Duration, err error) {
	l := p.lane(channel, limits)
	p.guard.Lock()
	if wait = l.until.Sub(now); wait <= 0 {
		if wait = l.turn(delivery, now).Sub(now); wait <= paceWait {
			delete(l.due, delivery)
		}
	}
	p.guard.Unlock()
	if wait > paceWait {
		return 0, later(wait)
	}
	timer := time.NewTimer(laneWait)
	defer timer.Stop()
	select {
	case l.slots <- struct{}{}:
		return max(0, wait), nil
	case <-timer.C:
		return 0, later(laneFull)
	}
}

// turn is when a delivery may go: the same however often it asks, so that many who wait do not all come at once.
func (l *lane) turn(delivery string, now time.Time) time.Time {
	if at, ok := l.due[delivery]; ok {
		return at
	}
	if len(l.due) >= laneDue { // some never came back; whoever does is given another turn
		clear(l.due)
	}
	l.due[delivery] = now.Add(l.limiter.ReserveN(now, 1).DelayFrom(now))
	return l.due[delivery]
}

// sent notes that a resident was written to at an address.
func (p *pace) sent(address string, limits bots.Limits, now time.Time) {
	if limits.ChatEvery <= 0 {
		return
	}
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.chats == nil {
		p.chats = map[string]time.Time{}
	}
	if len(p.chats) >= laneDue {
		maps.DeleteFunc(p.chats, func(_ string, again time.Time) bool { return !again.After(now) })
	}
	p.chats[address] = now.Add(limits.ChatEvery)
}

// again is when an address may be written to; zero: at any time.
func (p *pace) again(address string) time.Time {
	p.guard.Lock()
	defer p.guard.Unlock()
	return p.chats[address]
}

// leave gives the place back and hears what came of the send.
func (p *pace) leave(channel string, limits bots.Limits, err error, now time.Time) {
	l := p.lane(channel, limits)
	<-l.slots
	p.guard.Lock()
	defer p.guard.Unlock()
	failed, ok := errors.AsType[*bots.SendError](err)
	if !ok || failed.Class != bots.ErrThrottled || failed.Alone {
		l.stops = 0
		return
	}
	if l.stops++; l.stops >= laneStops {
		l.until = now.Add(failed.RetryAfter)
	}
}

// ownPace is the cause of a send that we ourselves put off.
const ownPace = "our own pace"

func later(wait time.Duration) error {
	return &bots.SendError{Class: bots.ErrThrottled, RetryAfter: wait, Cause: ownPace}
}
