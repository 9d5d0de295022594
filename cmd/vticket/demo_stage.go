package main

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
)

// stageClock is the demo's time: it stands until it is moved, and never goes back.
type stageClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *stageClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *stageClock) moveTo(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// scheduled is something that happens at an instant of the demo's time. What begins a report is left out once the
// demo is interrupted; what has begun is brought to an end.
type scheduled struct {
	at     time.Time
	order  int // of the same instant
	begins bool
	do     func(ctx context.Context) error
}

type agenda []scheduled

// Len, Swap, Less, Push and Pop are for container/heap.
func (a *agenda) Len() int { return len(*a) }

// Swap swaps two.
func (a *agenda) Swap(i, j int) { (*a)[i], (*a)[j] = (*a)[j], (*a)[i] }

// Less tells which of two comes first.
func (a *agenda) Less(i, j int) bool {
	one, other := (*a)[i], (*a)[j]
	return one.at.Before(other.at) || one.at.Equal(other.at) && one.order < other.order
}

// Push puts one at the end.
func (a *agenda) Push(x any) {
	if s, ok := x.(scheduled); ok {
		*a = append(*a, s)
	}
}

// Pop takes the last one off.
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// stage is the program's own code under the demo's time. There is no Redis: what a transaction asks for after its
// COMMIT goes into the agenda, and is done when its time has come.
type stage struct {
	clock   stageClock
	mu      sync.Mutex // of the agenda: the inbox commits in a goroutine of its own
	agenda  agenda
	order   int
	end     time.Time // what is due later is left to the worker of the running program
	store   *store.Store
	desk    *workflow.Desk
	inbox   *store.Inbox
	photos  *photos.Disk
	talk    *dialogue.Talk
	fetcher *dialogue.Fetcher
	eraser  *dialogue.Eraser
	courier *notifications.Courier

	close func()
}

// openStage opens the configured database at the instant at which the demo begins.
func openStage(ctx context.Context, c Config, begin time.Time) (*stage, error) {
	s := &stage{}
	if err := s.open(ctx, c, begin, nil); err != nil {
		return nil, err
	}
	var err error
	if s.desk, err = newDesk(ctx, s.store); err != nil {
		s.close()
		return nil, err
	}
	web := s.uploads()
	s.wire(c.PublicURL, map[string]bots.Adapter{
		webchat.Name:  web,
		telegram.Name: postbox{Adapter: telegram.New(telegram.Config{Now: s.store.Now}), uploads: web},
	})
	return s, nil
}

// open opens database and photos, and takes what is put into the inbox from then on. fault is that of store.Options.
func (s *stage) open(ctx context.Context, c Config, begin time.Time, fault func(string) error) error {
	s.clock.at = begin
	log := slog.New(slog.DiscardHandler) // what happens two months ago is no news
	var err error
	if s.store, err = openStoreWith(c, store.Options{Now: s.clock.now, Log: log, Fault: fault}); err != nil {
		return err
	}
	s.close = func() { _ = s.store.Close() }
	if err = prepare(ctx, c, s.store); err != nil {
		s.close()
		return err
	}
	if s.photos, err = photos.OpenDisk(filepath.Join(c.DataDir, "photos")); err != nil {
		s.close()
		return err
	}
	inboxCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.inbox = store.NewInbox(s.store)
	var running sync.WaitGroup
	running.Go(func() { s.inbox.Run(inboxCtx) })
	s.close = func() {
		stop()
		running.Wait()
		_ = s.photos.Close()
		_ = s.store.Close()
	}
	return nil
}

// uploads is the web chat: it reaches what was uploaded.
func (s *stage) uploads() webchat.Adapter {
	return webchat.Adapter{Open: s.photos.Open, Delete: s.photos.Delete}
}

// wire puts the program together, with the adapters by which people are heard and reached.
func (s *stage) wire(publicURL string, adapters map[string]bots.Adapter) {
	log := slog.New(slog.DiscardHandler)
	s.talk = &dialogue.Talk{Store: s.store, Desk: s.desk, Adapters: adapters, Links: publicURL != "", Log: log}
	s.fetcher = &dialogue.Fetcher{Store: s.store, Desk: s.desk, Photos: s.photos, Log: log, Adapters: adapters}
	s.eraser = &dialogue.Eraser{Store: s.store, Desk: s.desk, Photos: s.photos, Log: log}
	s.courier = &notifications.Courier{
		Store: s.store, Desk: s.desk, Catalogue: s.desk.Catalogue, Photos: s.photos, PublicURL: publicURL,
		Log: log, Adapters: adapters,
	}
	s.store.OnCommit = func(_ context.Context, wakes []models.Wake) {
		for _, w := range wakes {
			if w.Kind != models.KindConverse { // whoever puts something into the inbox has it read at once
				s.at(w.At, func(ctx context.Context) error { return s.handle(ctx, w) })
			}
		}
	}
}

// An event that could not be kept is brought again, so often and after such a pause: for half a minute on a machine
// that is too busy to commit in time.
const (
	bringTimes = 20
	bringPause = 250 * time.Millisecond
)

// put keeps an event as a platform has it kept: it repeats, and the id makes that harmless.
func (s *stage) put(ctx context.Context, row models.InboxEvent) error {
	for times := 1; ; times++ {
		err := s.inbox.Put(ctx, row)
		if !errors.Is(err, store.ErrUnavailable) || times == bringTimes {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(bringPause):
		}
	}
}

// handle does what the worker of the running program does about a wake-up.
func (s *stage) handle(ctx context.Context, w models.Wake) error {
	switch w.Kind {
	case models.KindSettle:
		return s.talk.Settle(ctx, w.ID)
	case models.KindReturn:
		return s.talk.Return(ctx, w.ID)
	case models.KindErase:
		return s.eraser.Erase(ctx, w.ID)
	case models.KindDeliver:
		return s.courier.Deliver(ctx, w.ID)
	case models.KindFetch:
		return s.fetcher.FetchPhoto(ctx, w.ID)
	case models.KindFire:
		return s.desk.Fire(ctx, s.store, w.ID)
	default:
		return fmt.Errorf("nobody does %q", w.Kind)
	}
}

// at puts something into the agenda; what is past is done now.
func (s *stage) at(when time.Time, do func(ctx context.Context) error) {
	s.schedule(scheduled{at: when, do: do})
}

func (s *stage) schedule(what scheduled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order++
	what.order = s.order
	if now := s.clock.now(); what.at.Before(now) {
		what.at = now
	}
	heap.Push(&s.agenda, what)
}

func (s *stage) next() (scheduled, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.agenda) == 0 || s.agenda[0].at.After(s.end) {
		return scheduled{}, false
	}
	first, ok := heap.Pop(&s.agenda).(scheduled)
	return first, ok
}

// soon is how long, in the demo's time, a report takes from its first word to its receipt.
const soon = 3 * time.Minute

// run does what is in the agenda, in order, up to the end of the demo's time. When ctx ends, what has begun is still
// brought to its receipt, and nothing more is begun: no half of a ticket is left.
func (s *stage) run(ctx context.Context, did func(time.Time)) error {
	unhurried := context.WithoutCancel(ctx)
	interrupted := false
	for {
		if ctx.Err() != nil && !interrupted {
			interrupted = true
			if by := s.clock.now().Add(soon); by.Before(s.end) {
				s.end = by
			}
		}
		what, more := s.next()
		if !more {
			return ctx.Err()
		}
		if what.begins && interrupted {
			continue
		}
		s.clock.moveTo(what.at)
		if err := what.do(unhurried); err != nil {
			return err
		}
		did(what.at)
	}
}

// postbox stands for a platform that takes everything: nothing of a demo leaves the machine.
type postbox struct {
	bots.Adapter

	uploads webchat.Adapter
}

// Send takes everything.
func (postbox) Send(_ context.Context, out bots.Outgoing) (bots.Sent, error) {
	return bots.Sent{ID: out.Delivery}, nil
}

// Fetch opens a drawn photo.
func (p postbox) Fetch(ctx context.Context, m bots.Media) (io.ReadCloser, error) {
	return p.uploads.Fetch(ctx, m)
}

// Release removes a drawn photo that was cleaned.
func (p postbox) Release(ctx context.Context, m bots.Media) error { return p.uploads.Release(ctx, m) }

// upload keeps a drawn photo where uploads wait to be cleaned.
func (s *stage) upload(ctx context.Context, raw []byte) (bots.Media, error) {
	key := webchat.Uploads + models.NewID()
	if err := s.photos.Put(ctx, key, bytes.NewReader(raw)); err != nil {
		return bots.Media{}, err
	}
	return bots.Media{Type: bots.KindImage, FileID: key, Size: int64(len(raw)), MIME: "image/jpeg"}, nil
}
