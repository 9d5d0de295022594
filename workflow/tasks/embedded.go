package tasks

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Embedded is a Redis inside this process for a city that runs one binary. It forgets everything when it closes,
// and slows down above some 5,000 live tasks.
type Embedded struct {
	server *miniredis.Miniredis
	url    string
	stop   chan struct{}
	aging  sync.WaitGroup
	once   sync.Once
}

// StartEmbedded listens on a free port of 127.0.0.1, behind a random password because every local user can reach it.
func StartEmbedded() (*Embedded, error) {
	e := &Embedded{server: miniredis.NewMiniRedis(), stop: make(chan struct{})}
	password := rand.Text()
	e.server.RequireAuth(password)
	if err := e.server.Start(); err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	e.url = fmt.Sprintf("redis://:%s@%s/0", password, e.server.Addr())
	e.aging.Go(e.age)
	return e, nil
}

// URL is the address with its password; it is a secret.
func (e *Embedded) URL() string {
	return e.url
}

// Close stops the server; its tasks are gone, and the sweep brings them back at the next start.
func (e *Embedded) Close() {
	e.once.Do(func() {
		close(e.stop)
		e.aging.Wait()
		e.server.Close()
	})
}

// age lets keys expire, which miniredis does not do alone. Its own ClockTTL scans every key at every command.
func (e *Embedded) age() {
	const step = time.Second
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	var last time.Time
	for {
		select {
		case <-e.stop:
			return
		case now := <-ticker.C:
			elapsed := step
			if !last.IsZero() {
				elapsed = now.Sub(last) // more than a step when ticks were dropped
			}
			last = now
			e.server.FastForward(elapsed)
		}
	}
}
