package tasks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/vticket/vticket/models"
)

const (
	// horizon keeps Redis small: what is due later stays in the database until the sweep brings it.
	horizon = 10 * time.Minute
	// heldBelow is where a whole second too much would be felt; such wakes wait in this process.
	heldBelow = 5 * time.Second
	// heldLonger keeps a wake from coming before its time by the database's clock, which is read anew every 5 s.
	heldLonger = 20 * time.Millisecond
	// lanes is how many tasks are asked for at once; asynq has no pipeline.
	lanes = 16
	// groupSize is how many turns that are asked for together share a task: each task is a script in Redis.
	groupSize = 16
	// ringLimit bounds one ask; a Redis slower than this is left to the sweep.
	ringLimit = 2 * time.Second

	maxRetry    = 8 // with the delays of retryDelay: about four minutes
	taskTimeout = time.Minute
)

// Bell asks for tasks. It is safe for concurrent use.
type Bell struct {
	redis  redis.UniversalClient
	client *asynq.Client
	now    func() time.Time
	log    *slog.Logger

	mu     sync.Mutex
	held   map[string]*time.Timer // by task id, so that one asking holds one timer
	closed bool
}

// ask is one task, to be run once wait has passed. Its payload is the row's id, or the ids of a group.
type ask struct {
	kind, payload, id string
	wait              time.Duration
}

// NewBell opens a bell on a Redis; it does not connect until it first rings. The clock is the one that dates Wake.At.
func NewBell(redisURL string, now func() time.Time, log *slog.Logger) (*Bell, error) {
	client, err := connect(redisURL)
	if err != nil {
		return nil, err
	}
	return &Bell{
		redis: client, client: asynq.NewClientFromRedisClient(client), now: now, log: log,
		held: map[string]*time.Timer{},
	}, nil
}

// Ring asks for tasks. A task that is already asked for and a Redis that does not answer are the same to the caller:
// unknown, and left to the sweep. It goes on when ctx ends, since the rows it speaks of are committed.
func (b *Bell) Ring(ctx context.Context, wakes []models.Wake) {
	ctx = context.WithoutCancel(ctx)
	now := b.now()
	asks := make([]ask, 0, len(wakes))
	for _, w := range wakes {
		a := ask{kind: w.Kind, payload: w.ID, id: fmt.Sprintf("%s:%s:%d", w.Kind, w.ID, w.Epoch), wait: w.At.Sub(now)}
		switch {
		case a.wait > horizon:
			b.log.DebugContext(ctx, "wake left to the sweep", "task_id", a.id)
		case a.wait > 0 && a.wait < heldBelow:
			b.hold(ctx, a)
		default:
			asks = append(asks, a)
		}
	}
	b.send(ctx, grouped(asks))
}

// Close drops the wakes held in this process, which the sweep will bring, and closes the connection.
func (b *Bell) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.forget()
	if err := b.redis.Close(); err != nil {
		return fmt.Errorf("close bell: %w", err)
	}
	return nil
}

// forget drops what is held.
func (b *Bell) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, timer := range b.held {
		timer.Stop()
	}
	clear(b.held)
}

// hold rings later from this process: asynq counts whole seconds only.
func (b *Bell) hold(ctx context.Context, a ask) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.held[a.id]; ok || b.closed {
		return
	}
	b.held[a.id] = time.AfterFunc(a.wait+heldLonger, func() {
		b.mu.Lock()
		delete(b.held, a.id)
		closed := b.closed
		b.mu.Unlock()
		if !closed {
			b.send(ctx, []ask{{kind: a.kind, payload: a.payload, id: a.id}})
		}
	})
}

// send stops at the first ask without an answer, so that thousands of wakes do not wait for a dead Redis one by one.
func (b *Bell) send(ctx context.Context, asks []ask) {
	var next atomic.Int64
	var silent atomic.Bool
	lane := func() {
		for !silent.Load() {
			i := int(next.Add(1)) - 1
			if i >= len(asks) {
				return
			}
			if err := b.enqueue(ctx, asks[i]); err != nil && !silent.Swap(true) {
				b.log.WarnContext(ctx, "bell not heard, left to the sweep",
					"task_id", asks[i].id, "asked", len(asks), "error", err)
			}
		}
	}
	if len(asks) == 1 {
		lane()
		return
	}
	var all sync.WaitGroup
	for range min(lanes, len(asks)) {
		all.Go(lane)
	}
	all.Wait()
}

func (b *Bell) enqueue(ctx context.Context, a ask) error {
	ctx, cancel := context.WithTimeout(ctx, ringLimit)
	defer cancel()
	options := []asynq.Option{
		asynq.TaskID(a.id), asynq.Queue(queueOf(a.kind)), asynq.MaxRetry(maxRetry), asynq.Timeout(taskTimeout),
	}
	if a.wait > 0 {
		// asynq cuts the instant to a whole second, by its own clock: this is that second rounded up instead.
		options = append(options, asynq.ProcessIn(a.wait+time.Second-time.Nanosecond))
	}
	_, err := b.client.EnqueueContext(ctx, asynq.NewTask(a.kind, []byte(a.payload)), options...)
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		b.log.DebugContext(ctx, "task already asked for", "task_id", a.id)
		return nil
	}
	return err
}
