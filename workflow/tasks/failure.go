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

// taskError says which rows of a task failed. It hides why from asynq, which keeps the text in Redis: an error of a
// platform may carry its token or a phone number.
type taskError struct{ rows []failure }

type failure struct {
	id    string
	cause error
}

func (*taskError) Error() string { return "the cause is in the log of the worker" }

// failed is called after every failed attempt; ctx may have ended, it still tells which attempt this was.
func (w *Worker) failed(ctx context.Context, task *asynq.Task, err error) {
	var rows []failure
	if told, ok := errors.AsType[*taskError](err); ok {
		rows = told.rows
	} else { // of asynq itself, when time is over: nobody knows which of them are done
		for _, id := range rowsOf(task.Payload()) {
			rows = append(rows, failure{id, err})
		}
	}
	retried, _ := asynq.GetRetryCount(ctx)
	limit, _ := asynq.GetMaxRetry(ctx)
	for _, row := range rows {
		log := w.log.With("kind", task.Type(), "row_id", row.id, "attempt", retried+1, "error", row.cause)
		if retried < limit {
			log.WarnContext(ctx, "task will be retried")
			continue
		}
		log.ErrorContext(ctx, "task given up")
		w.archived(ctx, task.Type(), row.id)
	}
}

func (w *Worker) archived(ctx context.Context, kind, id string) {
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
