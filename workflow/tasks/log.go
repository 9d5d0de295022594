package tasks

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"
)

// LogRedis sends what the Redis client says of its own to our log, at Debug: while Redis is away it is a line for
// every connection tried. That client has one logger per process, so main calls this once, before the first bell.
func LogRedis(log *slog.Logger) { redis.SetLogger(redisLog{log}) }

type redisLog struct{ log *slog.Logger }

// Printf is what the client calls.
func (l redisLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, "redis client", "said", fmt.Sprintf(format, args...))
}

// asynqLog brings what asynq says into our log. Its start and stop messages are of no interest at Info; of its
// complaints one a minute is shown and the others are at Debug: while Redis is away each of its loops has one a second.
type asynqLog struct {
	log   *slog.Logger
	shown *rate.Sometimes
}

func newAsynqLog(log *slog.Logger) asynqLog {
	return asynqLog{log: log, shown: &rate.Sometimes{Interval: time.Minute}}
}

func (l asynqLog) complain(level slog.Level, args ...any) {
	at := slog.LevelDebug
	l.shown.Do(func() { at = level })
	l.log.Log(context.Background(), at, "asynq", "said", fmt.Sprint(args...))
}

func (l asynqLog) Debug(args ...any) { l.log.Debug("asynq", "said", fmt.Sprint(args...)) }
func (l asynqLog) Info(args ...any)  { l.log.Debug("asynq", "said", fmt.Sprint(args...)) }
func (l asynqLog) Warn(args ...any)  { l.complain(slog.LevelWarn, args...) }
func (l asynqLog) Error(args ...any) { l.complain(slog.LevelError, args...) }

// Fatal never ends the process: that is for main alone.
func (l asynqLog) Fatal(args ...any) { l.log.Error("asynq", "said", fmt.Sprint(args...)) }

// answers returns what is told every few seconds whether Redis answers; it logs when that changes.
func answers(log *slog.Logger) func(error) {
	away := false
	return func(err error) {
		switch was := away; {
		case err != nil && !was:
			log.Warn("Redis does not answer: no work is done until it does, nothing is lost", "error", err)
		case err == nil && was:
			log.Info("Redis answers again")
		}
		away = err != nil
	}
}
