package tasks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
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
	Concurrency int           // turns at once, and as many sends: they mostly wait; default 32
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
	if options.Media <= 0 {
		options.Media = runtime.GOMAXPROCS(0)
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
	var parts sync.WaitGroup
	defer parts.Wait()
	log := newAsynqLog(w.log)
	for queue, concurrency := range map[string]int{
		queueChat: w.options.Concurrency, queueSend: w.options.Concurrency, queueMedia: w.options.Media,
	} {
		config := w.config(queue, concurrency)
		config.Logger = log
		if queue == queueChat { // one asks for all
			config.HealthCheckFunc, config.HealthCheckInterval = answers(w.log), w.options.SweepEvery
		}
		server := asynq.NewServer(w.redis, config)
		if err := server.Start(w.process(make(chan struct{}, concurrency))); err != nil {
			return fmt.Errorf("start %s worker: %w", queue, err)
		}
		defer parts.Go(server.Shutdown)
	}
	if w.options.Sweep != nil {
		parts.Go(func() { w.sweep(ctx) })
	}
	<-ctx.Done()
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
	}
}

// process runs the rows of tasks at once, each in one of the slots. A row that fails does not stop those it shares a
// task with; the retry repeats all of them, and a handler does nothing about a row that is done.
func (w *Worker) process(slots chan struct{}) asynq.HandlerFunc {
	return func(ctx context.Context, task *asynq.Task) error {
		handler, ok := w.handlers[task.Type()]
		if !ok {
			return fmt.Errorf("no handler for %s", task.Type())
		}
		rows := rowsOf(task.Payload())
		causes := make([]error, len(rows))
		var all sync.WaitGroup
		for i, id := range rows {
			all.Go(func() { causes[i] = inSlot(ctx, slots, func() error { return handler(ctx, id) }) })
		}
		all.Wait()
		var failures []failure
		for i, cause := range causes {
			if cause != nil {
				failures = append(failures, failure{rows[i], cause})
			}
		}
		if len(failures) > 0 {
			return &taskError{failures}
		}
		return nil
	}
}

// inSlot waits for a slot, and takes a panic for a failure as asynq does.
func inSlot(ctx context.Context, slots chan struct{}, run func() error) (err error) {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
		}
		<-slots
	}()
	return run()
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
		w.options.Bell.Ring(ctx, wakes) // also when ctx has just ended or the sweep stopped short: they are claimed
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
