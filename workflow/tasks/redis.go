package tasks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// checkLimit bounds CheckRedis, so that a silent server cannot hold up the start.
const checkLimit = 5 * time.Second

// parse reads a URL, and never repeats it in an error: it holds the password.
func parse(redisURL string) (asynq.RedisConnOpt, error) {
	option, err := asynq.ParseRedisURI(redisURL)
	if _, ok := errors.AsType[*url.Error](err); ok {
		return nil, errors.New("read redis url: not a url")
	}
	if err != nil {
		return nil, fmt.Errorf("read redis url: %w", err)
	}
	return option, nil
}

// connect opens a client that gives up when its context does; the one asynq would make answers 12 s late at worst.
func connect(redisURL string) (redis.UniversalClient, error) {
	option, err := parse(redisURL)
	if err != nil {
		return nil, err
	}
	if o, ok := option.(asynq.RedisClientOpt); ok {
		return redis.NewClient(&redis.Options{
			Network: o.Network, Addr: o.Addr, Username: o.Username, Password: o.Password, DB: o.DB,
			TLSConfig: o.TLSConfig, ContextTimeoutEnabled: true, MaxRetries: 1, DialerRetries: 1,
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		}), nil
	}
	client, ok := option.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, fmt.Errorf("read redis url: no client for %T", option)
	}
	return client, nil
}

// CheckRedis says why a Redis must not carry our tasks: it answers nothing, forgets at a restart (appendonly no),
// or drops keys when full (any policy but noeviction; asynq then leaves tasks active for ever).
func CheckRedis(ctx context.Context, redisURL string) error {
	client, err := connect(redisURL)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return errors.Join(
		requireSetting(ctx, client, "appendonly", "yes"),
		requireSetting(ctx, client, "maxmemory-policy", "noeviction"),
	)
}

// RedisVersion is the version that a Redis says it has, as in 7.0.15.
func RedisVersion(ctx context.Context, redisURL string) (string, error) {
	client, err := connect(redisURL)
	if err != nil {
		return "", err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	told, err := client.Info(ctx, "server").Result()
	if err != nil {
		return "", fmt.Errorf("ask redis for its version: %w", err)
	}
	for line := range strings.Lines(told) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			return version, nil
		}
	}
	return "", errors.New("redis did not tell its version")
}

func requireSetting(ctx context.Context, client redis.UniversalClient, name, want string) error {
	found, err := client.ConfigGet(ctx, name).Result()
	got, told := found[name]
	if err == nil && !told {
		err = errors.New("the server did not tell it")
	}
	switch {
	case err != nil:
		return fmt.Errorf("redis setting %s must be %s, it could not be checked: %w", name, want, err)
	case got != want:
		return fmt.Errorf("redis setting %s must be %s, it is %s", name, want, got)
	}
	return nil
}
