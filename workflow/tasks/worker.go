package tasks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/vticket/vticket/models"
)

const (
	// The defaults of asynq, 1 s and 5 s, would be felt in every chat reply and every timer.
	pollPending = 50 * time.Millisecond
	pollDelayed = time.Second
	// shutdownLimit is how long running handlers may still take; compose gives the process 20 s.
	shutdownLimit = 15 * time.Second

	defaultConcurrency = 32
	defaultSweepEvery  = 5 * time.Second
)

// Options says what a worker runs; zero values are useful.
type Options struct {
	Concurrency int           // tasks at once that mostly wait for the database or a platform; default 32
	Media       int           // photos at once; default the number of cores
	SweepEvery  time.Duration // default 5 s

	// Sweep returns the rows that are due and unattended. Nil: no sweep here.
	Sweep func(ctx context.Context) ([]models.Wake, error)
	// Bell rings what the sweep returns.
	Bell *Bell
	// Archived hears of a task that failed for the last time. Its id stays taken for 90 days, so the row needs a
	// higher epoch before it can be rung for again. May be nil.
	Archived func(ctx context.Context, kind, id string)
}

// Worker runs the handlers of the tasks that the bell asked for, and sweeps.
type Worker struct {
	redis    asynq.RedisConnOpt
	options  Options
	log      *slog.Logger
	handlers map[string]func(ctx context.Context, id string) error
}

// NewWorker makes a worker that does nothing until Run.
func NewWorker(redisURL string, options Options, log *slog.Logger) (*Worker, error) {
	option, err := parse(redisURL)
	if err != nil {
		return nil, err
	}
	if options.Sweep != nil && options.Bell == nil {
		return nil, errors.New("a sweep needs a bell")
	}
	if options.Concurrency <= 0 {
		options.Concurrency = defaultConcurrency
	}
	if options.SweepEvery <= 0 {
		options.SweepEvery = defaultSweepEvery
	}
	return &Worker{
		redis: option, options: options, log: log,
		handlers: map[string]func(ctx context.Context, id string) error{},
	}, nil
}

// Handle names the function for one kind of task; call it before Run. The context ends after 60 s.
func (w *Worker) Handle(kind string, handler func(ctx context.Context, id string) error) {
	w.handlers[kind] = handler
}

// Run works until ctx ends, then lets running handlers finish for at most 15 s and returns nil.
// Tasks that are still running then go back to the queue.
func (w *Worker) Run(ctx context.Context) error {
	chat := asynq.NewServer(w.redis, w.config(queueChat, w.options.Concurrency))
	media := asynq.NewServer(w.redis, w.config(queueMedia, w.options.Media))
	if err := chat.Start(asynq.HandlerFunc(w.process)); err != nil {
		return fmt.Errorf("start chat worker: %w", err)
	}
	if err := media.Start(asynq.HandlerFunc(w.process)); err != nil {
		chat.Shutdown()
		return fmt.Errorf("start media worker: %w", err)
	}
	var parts sync.WaitGroup
	if w.options.Sweep != nil {
		parts.Go(func() { w.sweep(ctx) })
	}
	<-ctx.Done()
	parts.Go(chat.Shutdown)
	parts.Go(media.Shutdown)
	parts.Wait()
	return nil
}

func (w *Worker) config(queue string, concurrency int) asynq.Config {
	return asynq.Config{
		Queues:                   map[string]int{queue: 1},
		Concurrency:              concurrency,
		TaskCheckInterval:        pollPending,
		DelayedTaskCheckInterval: pollDelayed,
		ShutdownTimeout:          shutdownLimit,
		RetryDelayFunc:           retryDelay,
		ErrorHandler:             asynq.ErrorHandlerFunc(w.failed),
		Logger:                   asynqLog{w.log.With("queue", queue)},
	}
}

func (w *Worker) process(ctx context.Context, task *asynq.Task) error {
	handler, ok := w.handlers[task.Type()]
	if !ok {
		return fmt.Errorf("no handler for %s", task.Type())
	}
	if err := handler(ctx, string(task.Payload())); err != nil {
		return &taskError{cause: err}
	}
	return nil
}

// sweep starts at once, which refills a Redis that was wiped or has just been started.
func (w *Worker) sweep(ctx context.Context) {
	ticker := time.NewTicker(w.options.SweepEvery)
	defer ticker.Stop()
	for {
		wakes, err := w.options.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.ErrorContext(ctx, "sweep stopped short, next one follows", "error", err)
		}
		if err == nil {
			w.options.Bell.Ring(ctx, wakes) // also when ctx has just ended: these rows are claimed
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
