//go:build crash

package main

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
)

// A program built with the tag "crash" kills itself at the point that VTICKET_CRASH names, as "point" or, for its
// n-th passing, "point:n"; as "pause@point" it stands still there until somebody lets it go on. Tests of recovery are
// built so; nothing else is.
const (
	crashInboxCommitted  = "inbox.committed"        // hop 3 is durable, its wake-up not rung
	crashDraftCommitted  = "draft.committed"        // a turn gathered, its settling not rung
	crashBeforeCommit    = "converse.before_commit" // hop 6, all written, just before COMMIT
	crashTurnCommitted   = "converse.committed"     // hop 7 is durable, its delivery not rung
	crashSentNotRecorded = "send.sent"              // hop 8, between send and record
	crashPhotoStored     = "photo.stored"           // both sizes of a photo are kept, its row does not say so
)

// fuse returns what is to be called at a point.
func fuse(point string) func() {
	name, nth, _ := strings.Cut(os.Getenv("VTICKET_CRASH"), ":")
	name, paused := strings.CutPrefix(name, "pause@")
	if name != point {
		return func() {}
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	var passed atomic.Int64
	return func() {
		switch {
		case passed.Add(1) != n:
		case paused:
			_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		default:
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}

// armStore tells the points around a commit apart by the wake-ups of its transaction.
func armStore(s *store.Store) {
	committed := map[string]func(){
		models.KindConverse: fuse(crashInboxCommitted), models.KindSettle: fuse(crashDraftCommitted),
		models.KindDeliver: fuse(crashTurnCommitted),
	}
	ring := s.OnCommit
	s.OnCommit = func(ctx context.Context, wakes []models.Wake) {
		pass(committed, wakes)
		ring(ctx, wakes)
	}
	before := map[string]func(){models.KindDeliver: fuse(crashBeforeCommit)}
	s.BeforeCommit = func(_ context.Context, wakes []models.Wake) { pass(before, wakes) }
}

func pass(points map[string]func(), wakes []models.Wake) {
	for _, w := range wakes {
		if point, ok := points[w.Kind]; ok {
			point()
		}
	}
}

func armAdapters(all map[string]bots.Adapter) map[string]bots.Adapter {
	armed, sent := map[string]bots.Adapter{}, fuse(crashSentNotRecorded)
	for name, a := range all {
		armed[name] = crashAdapter{a, sent}
	}
	return armed
}

type crashAdapter struct {
	bots.Adapter
	sent func()
}

// Send passes the point when the platform has taken the message.
func (c crashAdapter) Send(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	sent, err := c.Adapter.Send(ctx, out)
	c.sent()
	return sent, err
}

func armPhotos(kept photos.Store) photos.Store { return crashPhotos{kept, fuse(crashPhotoStored)} }

type crashPhotos struct {
	photos.Store
	stored func()
}

// Put passes the point when the small copy is kept, which is the last one.
func (c crashPhotos) Put(ctx context.Context, key string, r io.Reader) error {
	err := c.Store.Put(ctx, key, r)
	if strings.HasSuffix(key, "/320.jpg") {
		c.stored()
	}
	return err
}
