package tasks

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/vticket/vticket/models"
)

func TestOneEpochRunsOnceWhilePending(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bell, row, last := newBell(t, redisURL), newRow(), newRow()
			again := wake(models.KindConverse, row)
			again.Epoch = 2
			for range 3 {
				bell.Ring(t.Context(), []models.Wake{wake(models.KindConverse, row)})
			}
			bell.Ring(t.Context(), []models.Wake{again})
			bell.Ring(t.Context(), []models.Wake{wake(models.KindConverse, last)})

			runs := make(chan run, 10)
			worker := newWorker(t, redisURL, Options{Concurrency: 1}) // one at a time, so in the order rung
			worker.Handle(models.KindConverse, record(runs))
			start(t, worker)
			var got []string
			for len(got) == 0 || got[len(got)-1] != last {
				got = append(got, next(t, runs).id)
			}
			if diff := cmp.Diff([]string{row, row, last}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShortWaitIsNeitherEarlyNorLate(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := make(chan run, 10)
			worker := newWorker(t, redisURL, Options{})
			worker.Handle(models.KindFire, record(runs))
			start(t, worker)
			w := wake(models.KindFire, newRow())
			w.At = time.Now().Add(300 * time.Millisecond)
			newBell(t, redisURL).Ring(t.Context(), []models.Wake{w})
			if late := next(t, runs).at.Sub(w.At); late < 0 || late > 1500*time.Millisecond {
				t.Errorf("ran %v after it was due", late)
			}
		})
	}
}

func TestWhereAWakeWaits(t *testing.T) {
	t.Parallel()
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bell, look := newBell(t, redisURL), inspector(t, redisURL)
			for name, tt := range map[string]struct {
				kind  string
				due   time.Duration
				queue string
				held  int
				want  string
			}{
				"overdue is pending":                  {models.KindFire, -time.Hour, queueChat, 0, "pending"},
				"a photo has its own queue":           {models.KindFetch, 0, queueMedia, 0, "pending"},
				"seconds wait in the process":         {models.KindSettle, 4 * time.Second, queueChat, 1, "absent"},
				"minutes wait in redis":               {models.KindFire, 9 * time.Minute, queueChat, 0, "scheduled"},
				"beyond ten minutes is for the sweep": {models.KindFire, 11 * time.Minute, queueChat, 0, "absent"},
			} {
				w := wake(tt.kind, newRow())
				w.At = time.Now().Add(tt.due)
				bell.Ring(t.Context(), []models.Wake{w, w})
				if held := len(bell.held); held != tt.held {
					t.Errorf("%s: %d held, want %d", name, held, tt.held)
				}
				bell.forget()
				got := "absent"
				info, err := look.GetTaskInfo(tt.queue, tt.kind+":"+w.ID+":1")
				switch {
				case err == nil:
					got = info.State.String()
				case !errors.Is(err, asynq.ErrTaskNotFound) && !errors.Is(err, asynq.ErrQueueNotFound):
					t.Fatal(err)
				}
				if got != tt.want {
					t.Errorf("%s: %s, want %s", name, got, tt.want)
				}
				if got == "scheduled" && info.NextProcessAt.Before(w.At) {
					t.Errorf("%s: at %v, due %v", name, info.NextProcessAt, w.At)
				}
			}
		})
	}
}

func TestDeadRedisDoesNotHoldUpTheCaller(t *testing.T) {
	t.Parallel()
	stopped := embedded(t)
	stopped.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes the connection and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	wakes := make([]models.Wake, 500)
	for i := range wakes {
		wakes[i] = wake(models.KindDeliver, newRow())
	}
	for name, redisURL := range map[string]string{
		"stopped": stopped.URL(),
		"silent":  "redis://" + silent.Addr().String() + "/0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bell := newBell(t, redisURL)
			began := time.Now()
			bell.Ring(t.Context(), wakes)
			if took := time.Since(began); took > 2*ringLimit {
				t.Errorf("the caller waited %v", took)
			}
		})
	}
}
