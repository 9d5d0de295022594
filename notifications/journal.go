package notifications

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const (
	journalRoom  = 512                    // exchanges that wait to be written; what comes beside is lost
	journalGroup = 200                    // that are written at once
	journalWait  = 200 * time.Millisecond // for more of them: a commit each would cost more than the sends
	journalLimit = 5 * time.Second        // of one write
	purgeEvery   = time.Hour              //
	purgeGroup   = 5000                   // rows that are deleted at once
)

// Journal keeps what is asked of platforms and what they answer, for whoever wants to know why a message did not come.
// It is written beside everything else and by the way: nobody waits for it, and what cannot be written is dropped.
type Journal struct {
	store *store.Store
	log   *slog.Logger
	queue chan bots.Exchange
	lost  atomic.Int64
}

// NewJournal returns a journal that writes nothing until Run.
func NewJournal(s *store.Store, log *slog.Logger) *Journal {
	return &Journal{store: s, log: log, queue: make(chan bots.Exchange, journalRoom)}
}

// Record takes an exchange; it is what adapters and the courier are given.
func (j *Journal) Record(x bots.Exchange) {
	select {
	case j.queue <- x:
	default:
		j.lost.Add(1)
	}
}

// Run writes what is recorded until ctx ends, and then what is still there.
func (j *Journal) Run(ctx context.Context) {
	for {
		select {
		case x := <-j.queue:
			rest(ctx, journalWait)
			j.write(ctx, append(j.waiting(journalGroup-1), row(x)))
		case <-ctx.Done():
			for rows := j.waiting(journalGroup); len(rows) > 0; rows = j.waiting(journalGroup) {
				j.write(ctx, rows)
			}
			return
		}
	}
}

// waiting takes what waits, at most so much.
func (j *Journal) waiting(most int) (rows []models.Interaction) {
	for len(rows) < most {
		select {
		case x := <-j.queue:
			rows = append(rows, row(x))
		default:
			return rows
		}
	}
	return rows
}

func (j *Journal) write(ctx context.Context, rows []models.Interaction) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), journalLimit)
	defer cancel()
	lost := j.lost.Swap(0)
	err := j.store.KeepInteractions(ctx, rows)
	if err != nil {
		lost += int64(len(rows))
	}
	if lost > 0 {
		j.log.WarnContext(ctx, "interactions with platforms not kept", "count", lost, "error", err)
	}
}

func row(x bots.Exchange) models.Interaction {
	r := models.Interaction{
		ID: models.NewID(), Channel: x.Channel, Method: x.Method, Host: x.Host, Path: x.Path, Status: x.Status,
		Request: x.Request, Response: x.Response, Error: x.Error, Class: string(x.Class),
		TookMS: x.Took.Milliseconds(), At: x.Began,
	}
	if x.Delivery != "" {
		r.DeliveryID = &x.Delivery
	}
	return r
}

// Forget deletes what is kept for too long, once an hour until ctx ends.
func (j *Journal) Forget(ctx context.Context) {
	for ctx.Err() == nil {
		if err := j.Purge(ctx); err != nil && ctx.Err() == nil {
			j.log.WarnContext(ctx, "what is kept for too long not deleted, next try follows", "error", err)
		}
		rest(ctx, purgeEvery)
	}
}

// Purge deletes what is kept for too long, unless another process does.
func (j *Journal) Purge(ctx context.Context) error {
	var lease models.Lease
	var held bool
	err := j.store.Tx(ctx, func(tx *store.Tx) (err error) {
		lease, held, err = tx.TakeLease("purge")
		return err
	})
	if err != nil || !held {
		return err
	}
	for _, purge := range []func(*store.Tx, int) (int, error){
		(*store.Tx).PurgeInteractions, (*store.Tx).PurgeKeys, (*store.Tx).PurgeSessions,
	} {
		for gone := purgeGroup; gone == purgeGroup; {
			err = j.store.Tx(ctx, func(tx *store.Tx) (err error) {
				if err = tx.KeepLease(lease); err != nil {
					return err
				}
				gone, err = purge(tx, purgeGroup)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return j.store.Tx(ctx, func(tx *store.Tx) error { return tx.EndLease(lease) })
}
