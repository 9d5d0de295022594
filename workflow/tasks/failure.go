package tasks

import (
	"context"
	"errors"
	"hash/fnv"
	"time"

	"github.com/hibiken/asynq"
)

// archivedLimit bounds Options.Archived, which writes one row.
const archivedLimit = 5 * time.Second

// taskError hides why a handler failed from asynq, which keeps the text in Redis: an error of a platform may carry
// its token or a phone number.
type taskError struct{ cause error }

func (e *taskError) Error() string { return "the cause is in the log of the worker" }
func (e *taskError) Unwrap() error { return e.cause }

// failed is called after every failed attempt; ctx may have ended, it still tells which attempt this was.
func (w *Worker) failed(ctx context.Context, task *asynq.Task, err error) {
	if hidden, ok := errors.AsType[*taskError](err); ok {
		err = hidden.cause
	}
	retried, _ := asynq.GetRetryCount(ctx)
	limit, _ := asynq.GetMaxRetry(ctx)
	kind, id := task.Type(), string(task.Payload())
	if retried < limit {
		w.log.WarnContext(ctx, "task will be retried", "kind", kind, "row_id", id, "attempt", retried+1, "error", err)
		return
	}
	w.log.ErrorContext(ctx, "task given up", "kind", kind, "row_id", id, "attempt", retried+1, "error", err)
	if w.options.Archived == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), archivedLimit)
	defer cancel()
	w.options.Archived(ctx, kind, id)
}

// retryDelay waits 1, 2, 5, 10, 30, then 60 s, and up to a quarter more. The extra differs by row and attempt, so
// that rows which failed together do not come back together. asynq cuts the instant to a whole second.
func retryDelay(retried int, _ error, task *asynq.Task) time.Duration {
	seconds := [...]int{1, 2, 5, 10, 30, 60}
	delay := time.Duration(seconds[min(retried, len(seconds)-1)]) * time.Second
	sum := fnv.New32a()
	_, _ = sum.Write(task.Payload())
	_, _ = sum.Write([]byte{byte(retried)})
	return delay + delay*time.Duration(sum.Sum32()%1024)/4096
}
