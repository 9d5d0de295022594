package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// facebookTries is how often a webhook is tried before the page's subscription is switched off.
const facebookTries = 16

// SetCallback is what a person does in the app's console: the address is asked whether it is ours, and kept if it
// answers as it should. Events go there once the page is subscribed.
func (f *Facebook) SetCallback(ctx context.Context, address, verifyToken string) error {
	const challenge = "1158201444"
	query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {verifyToken}, "hub.challenge": {challenge}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("set callback: %w", err)
	}
	res, err := f.client.Do(req)
	if err != nil {
		return fmt.Errorf("set callback: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1000))
	if err != nil {
		return fmt.Errorf("set callback: %w", err)
	}
	if res.StatusCode != http.StatusOK || string(answer) != challenge {
		return fmt.Errorf("set callback: status %d: %w", res.StatusCode, errGraphChallenge)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.callback = address
	f.wake()
	return nil
}

var errGraphChallenge = errors.New("the challenge was not answered")

// Webhooks returns the body of every webhook that was made, as it is sent.
func (f *Facebook) Webhooks() [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.made)
}

// Together makes one webhook of all that happens meanwhile, as Facebook does when much happens at once.
func (f *Facebook) Together(happens func()) {
	f.mu.Lock()
	f.holding = true
	f.mu.Unlock()
	happens()
	f.mu.Lock()
	defer f.mu.Unlock()
	entries := f.held
	f.held, f.holding = nil, false
	if len(entries) > 0 {
		f.make(entries)
	}
}

// emit makes an event of a subscribed field, and a webhook that brings it. The lock is held.
func (f *Facebook) emit(field string, event map[string]any) {
	if f.fields != nil && !slices.Contains(f.fields, field) {
		return
	}
	entry := map[string]any{"id": f.app.Page, "time": f.now().UnixMilli(), "messaging": []any{event}}
	if field == "feed" {
		entry = map[string]any{
			"id": f.app.Page, "time": f.now().Unix(), "changes": []any{map[string]any{"field": field, "value": event}},
		}
	}
	if f.holding {
		f.held = append(f.held, entry)
		return
	}
	f.make([]map[string]any{entry})
}

// make makes a webhook; it goes out if there is anywhere to go. The lock is held.
func (f *Facebook) make(entries []map[string]any) {
	body, err := graphJSON(map[string]any{"object": "page", "entry": entries})
	if err != nil {
		return // what is made here can always be encoded
	}
	f.made = append(f.made, body)
	if f.subscribed && f.callback != "" {
		f.waiting = append(f.waiting, body)
		f.wake()
	}
}

// graphJSON is JSON as Facebook writes it: nothing but ASCII, with lower-case escapes, and slashes escaped too.
func graphJSON(value any) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode webhook: %w", err)
	}
	var body bytes.Buffer
	for _, r := range strings.TrimSuffix(plain.String(), "\n") {
		switch {
		case r == '/':
			body.WriteString(`\/`)
		case r < 0x80:
			body.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&body, `\u%04x`, unit)
			}
		}
	}
	return body.Bytes(), nil
}

// pump posts webhooks, each as soon as it is made and in no order, as Facebook does.
func (f *Facebook) pump(ctx context.Context) {
	for {
		var bodies [][]byte
		err := f.await(ctx, func() bool {
			bodies, f.waiting = f.waiting, nil
			return len(bodies) > 0
		})
		if err != nil {
			return
		}
		for _, body := range bodies {
			f.workers.Go(func() { f.deliver(ctx, body) })
		}
	}
}

// deliver posts one webhook until it is taken. A receiver that does not take it for long gets no more.
func (f *Facebook) deliver(ctx context.Context, body []byte) {
	for try, wait := 0, f.backoff; try < facebookTries; try, wait = try+1, min(wait*2, 64*f.backoff) {
		if try > 0 && !graphPause(ctx, wait) {
			return
		}
		f.mu.Lock()
		address, wanted := f.callback, f.subscribed
		f.mu.Unlock()
		if !wanted {
			return
		}
		if status, err := f.postWebhook(ctx, address, body); err == nil && status == http.StatusOK {
			return
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subscribed = false
	f.wake()
}

// graphPause waits, and tells whether it came to its end.
func graphPause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Subscribed tells whether the page still sends its events.
func (f *Facebook) Subscribed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.subscribed
}

func (f *Facebook) postWebhook(ctx context.Context, address string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("post webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", "sha256="+graphHMAC(f.app.Secret, body))
	res, err := f.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("post webhook: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, nil
}

// Redeliver posts one webhook several times at once, as Facebook may when it lost our answers, and returns the
// statuses.
func (f *Facebook) Redeliver(ctx context.Context, body []byte, times int) ([]int, error) {
	f.mu.Lock()
	address := f.callback
	f.mu.Unlock()
	if address == "" {
		return nil, errNoWebhook
	}
	statuses, errs := make([]int, times), make([]error, times)
	var posts sync.WaitGroup
	for i := range times {
		posts.Go(func() { statuses[i], errs[i] = f.postWebhook(ctx, address, body) })
	}
	posts.Wait()
	return statuses, errors.Join(errs...)
}
