package tasks

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/vticket/vticket/models"
)

// The tests here that want a Redis run one after the other: there are no databases for more at once.

// storm is n turns that are due now, and their rows.
func storm(n int) (wakes []models.Wake, rows []string) {
	for range n {
		row := newRow()
		wakes, rows = append(wakes, wake(models.KindConverse, row)), append(rows, row)
	}
	slices.Sort(rows)
	return wakes, rows
}

func TestStormSharesTasks(t *testing.T) {
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			wakes, want := storm(2*groupSize + 1)
			bell := newBell(t, redisURL)
			for range 2 { // the same asking again is the same tasks
				bell.Ring(t.Context(), wakes)
			}
			if info, err := inspector(t, redisURL).GetQueueInfo(queueChat); err != nil || info.Pending != 3 {
				t.Errorf("%d turns are to be 3 tasks: %+v, %v", len(wakes), info, err)
			}

			runs := make(chan run, 2*len(want))
			worker := newWorker(t, redisURL, Options{Concurrency: 3})
			worker.Handle(models.KindConverse, record(runs))
			start(t, worker)
			var got []string
			for range want {
				got = append(got, next(t, runs).id)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOnlyTurnsThatAreDueShareATask(t *testing.T) {
	t.Parallel()
	in := time.Minute
	for name, tt := range map[string]struct {
		asks []ask
		want int
	}{
		"nothing":                  {nil, 0},
		"a turn alone":             {[]ask{{kind: models.KindConverse}}, 1},
		"turns":                    {[]ask{{kind: models.KindConverse}, {kind: models.KindConverse}}, 1},
		"turns of later":           {[]ask{{kind: models.KindConverse, wait: in}, {kind: models.KindConverse, wait: in}}, 2},
		"timers":                   {[]ask{{kind: models.KindFire}, {kind: models.KindFire}}, 2},
		"pictures":                 {[]ask{{kind: models.KindFetch}, {kind: models.KindFetch}}, 2},
		"turns among other things": {[]ask{{kind: models.KindConverse}, {kind: models.KindDeliver}, {kind: models.KindConverse}}, 2},
	} {
		if got := len(grouped(tt.asks)); got != tt.want {
			t.Errorf("%s: %d tasks, want %d", name, got, tt.want)
		}
	}
	one, other := []ask{{id: "a", payload: "a"}, {id: "b", payload: "b"}}, []ask{{id: "a", payload: "a"}, {id: "c", payload: "c"}}
	if together(one).id == together(other).id {
		t.Error("two groups that begin alike are to have different names: the second would be taken for the first")
	}
	if got := together(one[:1]); got != one[0] {
		t.Errorf("a group of one is to be that one, as it was asked for: %+v", got)
	}
}

func TestGroupGoesOnWithoutTheRowThatFails(t *testing.T) {
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			wakes, rows := storm(5)
			fails, panics := rows[1], rows[2]
			done, failed := make(chan string, 100), map[string]bool{} // one slot: nothing here runs at once
			worker := newWorker(t, redisURL, Options{Concurrency: 1})
			worker.Handle(models.KindConverse, func(_ context.Context, id string) error {
				if (id == fails || id == panics) && !failed[id] {
					failed[id] = true
					if id == panics {
						_ = rows[len(rows)+len(failed)] // a fault of ours
					}
					return errors.New("database is away")
				}
				done <- id
				return nil
			})
			start(t, worker)
			newBell(t, redisURL).Ring(t.Context(), wakes)
			got := map[string]int{}
			for range 2*len(rows) - 2 { // those that succeed at once, then the retry of all
				got[next(t, done)]++
			}
			want := map[string]int{}
			for _, row := range rows {
				want[row] = 2
			}
			want[fails], want[panics] = 1, 1
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLastFailureOfAGroupIsToldOfTheRowsThatFailed(t *testing.T) {
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			for name, tt := range map[string]struct {
				handler func(ctx context.Context, id string) error
				want    []string
			}{
				"one failed": {func(_ context.Context, id string) error {
					if id == "bad" {
						return errors.New("no")
					}
					return nil
				}, []string{"bad"}},
				"time was over": {func(ctx context.Context, _ string) error {
					<-ctx.Done()
					return ctx.Err()
				}, []string{"a", "bad", "c"}},
			} {
				told := make(chan string, 10)
				worker := newWorker(t, redisURL, Options{Archived: func(_ context.Context, _, id string) { told <- id }})
				worker.Handle(models.KindConverse, tt.handler)
				stop := start(t, worker)
				group := together([]ask{{payload: "a"}, {payload: "bad"}, {payload: "c"}})
				_, err := newBell(t, redisURL).client.EnqueueContext(t.Context(),
					asynq.NewTask(models.KindConverse, []byte(group.payload)),
					asynq.Queue(queueChat), asynq.MaxRetry(0), asynq.Timeout(time.Second))
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for range tt.want {
					got = append(got, next(t, told))
				}
				stop()
				if slices.Sort(got); !slices.Equal(got, tt.want) || len(told) > 0 {
					t.Errorf("%s: told of %q and %d more, want %q", name, got, len(told), tt.want)
				}
			}
		})
	}
}

func TestGroupDoesNotExceedTheWorkersConcurrency(t *testing.T) {
	t.Parallel()
	wakes, rows := storm(3 * groupSize)
	redisURL := embedded(t).URL()
	running, runs := make(chan struct{}, 2), make(chan run, len(rows))
	worker := newWorker(t, redisURL, Options{Concurrency: 2})
	worker.Handle(models.KindConverse, func(_ context.Context, id string) error {
		select {
		case running <- struct{}{}:
		default:
			t.Error("three at once")
		}
		time.Sleep(time.Millisecond)
		<-running
		runs <- run{id: id}
		return nil
	})
	start(t, worker)
	newBell(t, redisURL).Ring(t.Context(), wakes)
	for range rows {
		next(t, runs)
	}
}

func TestSweepBringsALostGroup(t *testing.T) {
	for name, redisURL := range everyRedis(t) {
		t.Run(name, func(t *testing.T) {
			wakes, want := storm(3)
			bell := newBell(t, redisURL)
			bell.Ring(t.Context(), wakes)
			if err := bell.redis.FlushDB(t.Context()).Err(); err != nil { // Redis forgets them
				t.Fatal(err)
			}
			runs := make(chan run, 10)
			swept := false
			worker := newWorker(t, redisURL, Options{Bell: bell, Sweep: func(context.Context) ([]models.Wake, error) {
				if swept {
					return nil, nil
				}
				swept = true
				return wakes, nil
			}})
			worker.Handle(models.KindConverse, record(runs))
			start(t, worker)
			var got []string
			for range want {
				got = append(got, next(t, runs).id)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
