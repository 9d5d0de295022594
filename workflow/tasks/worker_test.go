package tasks

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"github.com/vticket/vticket/models"
)

func TestFailureIsRetriedAndItsCauseStaysOutOfRedis(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			look, row := inspector(t, redisURL), newRow()
			stored := make(chan string, 10)
			attempts := 0
			worker := newWorker(t, redisURL, Options{})
			worker.Handle(models.KindDeliver, func(_ context.Context, id string) error {
				if attempts++; attempts == 1 {
					return errors.New("platform says: bad token s3cret")
				}
				info, err := look.GetTaskInfo(queueSend, models.KindDeliver+":"+id+":1")
				if err != nil {
					return err
				}
				stored <- info.LastErr
				return nil
			})
			start(t, worker)
			newBell(t, redisURL).Ring(t.Context(), []models.Wake{wake(models.KindDeliver, row)})
			if got := next(t, stored); got == "" || strings.Contains(got, "s3cret") {
				t.Errorf("redis keeps %q", got)
			}
		})
	}
}

func TestLastFailureIsTold(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := make(chan string, 10)
			worker := newWorker(t, redisURL, Options{Archived: func(ctx context.Context, kind, id string) {
				if ctx.Err() == nil {
					told <- kind + " " + id
				}
			}})
			worker.Handle(models.KindFire, func(ctx context.Context, _ string) error {
				<-ctx.Done() // the attempt is over, and so is its context
				return ctx.Err()
			})
			start(t, worker)
			row := newRow()
			_, err := newBell(t, redisURL).client.EnqueueContext(t.Context(), asynq.NewTask(models.KindFire, []byte(row)),
				asynq.Queue(queueChat), asynq.MaxRetry(0), asynq.Timeout(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := next(t, told), models.KindFire+" "+row; got != want {
				t.Errorf("told of %q, want %q", got, want)
			}
		})
	}
}

func TestSweepRingsAndSurvivesAnError(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row, sweeps, runs := newRow(), 0, make(chan run, 100)
			worker := newWorker(t, redisURL, Options{
				Bell:       newBell(t, redisURL),
				SweepEvery: 20 * time.Millisecond,
				Sweep: func(context.Context) ([]models.Wake, error) {
					if sweeps++; sweeps == 1 {
						return nil, errors.New("database is away")
					}
					return []models.Wake{wake(models.KindSettle, row)}, nil
				},
			})
			worker.Handle(models.KindSettle, func(ctx context.Context, id string) error {
				select {
				case runs <- run{id: id}:
				case <-ctx.Done():
				}
				return nil
			})
			start(t, worker)
			if got := next(t, runs).id; got != row {
				t.Errorf("ran %s, want %s", got, row)
			}
		})
	}
}

// TestRedisAwayIsSaidOnce: an operator reads that Redis went and that it came back, and not a line a second of each loop.
func TestRedisAwayIsSaidOnce(t *testing.T) {
	t.Parallel()
	e, said := embedded(t), &lines{}
	worker, err := NewWorker(e.URL(), Options{SweepEvery: 20 * time.Millisecond},
		slog.New(slog.NewTextHandler(said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	start(t, worker)
	e.server.SetError("LOADING away")
	said.await(t, "Redis does not answer")
	time.Sleep(300 * time.Millisecond) // three loops ask for tasks 20 times a second each
	e.server.SetError("")
	said.await(t, "Redis answers again")
	if all := said.String(); strings.Count(all, "\n") > 3 || !strings.Contains(all, "level=ERROR") {
		t.Errorf("that it went, one complaint of asynq's and that it is back are three lines:\n%s", all)
	}
}

// lines is a log that can be read while it is written.
type lines struct {
	guard sync.Mutex
	all   strings.Builder
}

func (l *lines) Write(line []byte) (int, error) {
	l.guard.Lock()
	defer l.guard.Unlock()
	return l.all.Write(line)
}

func (l *lines) String() string {
	l.guard.Lock()
	defer l.guard.Unlock()
	return l.all.String()
}

func (l *lines) await(t *testing.T, words string) {
	t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(l.String(), words); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q is to be logged:\n%s", words, l)
		}
	}
}

// TestNothingHoldsUpTurns keeps the only worker of photos and the only one of sends busy until a turn has run.
func TestNothingHoldsUpTurns(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			busy, answered := make(chan run, 2), make(chan run, 1)
			over, end := context.WithCancel(t.Context())
			worker := newWorker(t, redisURL, Options{Concurrency: 1, Media: 1})
			for _, kind := range []string{models.KindFetch, models.KindDeliver} {
				worker.Handle(kind, func(_ context.Context, id string) error {
					busy <- run{id: id}
					<-over.Done()
					return nil
				})
			}
			worker.Handle(models.KindConverse, record(answered))
			start(t, worker)
			t.Cleanup(end)
			bell := newBell(t, redisURL)
			bell.Ring(t.Context(), []models.Wake{wake(models.KindFetch, newRow()), wake(models.KindDeliver, newRow())})
			next(t, busy)
			next(t, busy)
			bell.Ring(t.Context(), []models.Wake{wake(models.KindConverse, newRow())})
			next(t, answered)
		})
	}
}

func TestShutdownLetsAHandlerFinish(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun, finish, finished := make(chan run, 1), make(chan run), false
			worker := newWorker(t, redisURL, Options{})
			worker.Handle(models.KindDeliver, func(ctx context.Context, id string) error {
				begun <- run{id: id}
				<-finish
				finished = ctx.Err() == nil
				return nil
			})
			stop := start(t, worker)
			newBell(t, redisURL).Ring(t.Context(), []models.Wake{wake(models.KindDeliver, newRow())})
			next(t, begun)
			time.AfterFunc(100*time.Millisecond, func() { close(finish) })
			stop()
			if !finished {
				t.Error("the handler was cut off")
			}
		})
	}
}
