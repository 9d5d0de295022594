package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// zaloRetries are the waits before each further try, in those of 30 seconds: 5, 15 and 30 minutes, an hour
// (channels.md §2.3).
var zaloRetries = []int{1, 10, 30, 60, 120}

// zaloPatience is how long Zalo waits for a webhook's answer.
const zaloPatience = 2 * time.Second

// zaloPosts brings events to webhooks, each on its own and in no order.
type zaloPosts struct {
	client  *http.Client
	first   time.Duration
	run     func(work func(ctx context.Context)) // in the background, until close
	stop    context.CancelFunc
	done    <-chan struct{}
	workers sync.WaitGroup
}

func newZaloPosts(o Options) *zaloPosts {
	first := o.Backoff
	if first == 0 {
		first = time.Second
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &zaloPosts{
		client: &http.Client{Timeout: zaloPatience, Transport: o.transport()}, first: first,
		stop: stop, done: ctx.Done(),
	}
	p.run = func(work func(context.Context)) { p.workers.Go(func() { work(ctx) }) }
	return p
}

func (p *zaloPosts) close() {
	p.stop()
	p.workers.Wait()
	p.client.CloseIdleConnections()
}

// zaloPost is an event on its way: target says where to, again before each try, and failed hears that it was given up.
type zaloPost struct {
	body   []byte
	header map[string]string
	target func() (address string, ok bool)
	failed func()
}

func (p *zaloPosts) post(event zaloPost) {
	p.run(func(ctx context.Context) {
		for try := 0; ; try++ {
			address, ok := event.target()
			if !ok || p.once(ctx, address, event, try) == nil {
				return
			}
			if try == len(zaloRetries) {
				event.failed()
				return
			}
			timer := time.NewTimer(time.Duration(zaloRetries[try]) * p.first)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
		}
	})
}

func (p *zaloPosts) once(ctx context.Context, address string, event zaloPost, try int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(event.body))
	if err != nil {
		return fmt.Errorf("post event: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range event.header {
		req.Header.Set(name, value)
	}
	if try > 0 {
		req.Header["num_retry"] = []string{strconv.Itoa(try)}
	}
	res, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("post event: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("post event: status %d", res.StatusCode)
	}
	return nil
}

// SetWebhook is the console: events are posted to an address from now on, all or those that are named.
func (z *Zalo) SetWebhook(address string, events ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.hook, z.events, z.lost = address, events, false
	z.wake()
}

// AwaitUnsubscribed waits until Zalo has taken the webhook away because an event was never taken.
func (z *Zalo) AwaitUnsubscribed(ctx context.Context) error {
	return z.await(ctx, func() bool { return z.lost })
}

// Events returns every event that was made, as it was posted.
func (z *Zalo) Events() [][]byte {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.made)
}

func (z *Zalo) target() (string, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.hook, z.hook != ""
}

func (z *Zalo) unsubscribe() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.hook, z.lost = "", true
	z.wake()
}

// sign is the digest that proves an event (channels.md §2.3).
func (z *Zalo) sign(body []byte, stamp string) string {
	sum := sha256.Sum256([]byte(z.options.AppID + string(body) + stamp + z.options.OASecret))
	return "mac=" + hex.EncodeToString(sum[:])
}
