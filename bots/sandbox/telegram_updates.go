package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// webhook is where updates are posted to; none if its url is empty.
type webhook struct {
	url, secret string
	connections int
	fault       string
}

// update is one update that nobody has taken yet.
type update struct {
	id     int64
	body   []byte
	flying bool // on its way to the webhook
}

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func (t *Telegram) setWebhook(in form) (any, *telegramError) {
	address := in.fields["url"]
	if address == "" {
		return t.deleteWebhook(in)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return nil, badRequest("bad webhook: invalid webhook URL specified")
	case u.Scheme != "https" && !loopback(u.Hostname()): // a local try has no certificate
		return nil, badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	case !secretToken.MatchString(in.fields["secret_token"]):
		return nil, badRequest("secret token contains unallowed characters")
	}
	connections, err := strconv.Atoi(in.fields["max_connections"])
	if err != nil || connections < 1 || connections > 100 {
		connections = 40
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hook = webhook{url: address, secret: in.fields["secret_token"], connections: connections}
	t.want(in)
	t.wake()
	return true, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// want reads which updates are asked for: it holds until another call says otherwise. The lock is held.
func (t *Telegram) want(in form) {
	if raw, ok := in.fields["allowed_updates"]; ok {
		t.allowed = nil
		_ = json.Unmarshal([]byte(raw), &t.allowed)
	}
}

func (t *Telegram) deleteWebhook(in form) (any, *telegramError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hook = webhook{}
	if drop, _ := strconv.ParseBool(in.fields["drop_pending_updates"]); drop {
		t.updates = nil
	}
	t.wake()
	return true, nil
}

func (t *Telegram) webhookInfo() any {
	t.mu.Lock()
	defer t.mu.Unlock()
	info := map[string]any{
		"url": t.hook.url, "has_custom_certificate": false, "pending_update_count": len(t.updates),
		"max_connections": t.hook.connections, "allowed_updates": t.allowed,
	}
	if t.hook.fault != "" {
		info["last_error_message"] = t.hook.fault
	}
	return info
}

// getUpdates waits for updates. An offset confirms those before it. A second caller ends the first one's wait.
func (t *Telegram) getUpdates(ctx context.Context, in form) (any, *telegramError) {
	offset, _ := strconv.ParseInt(in.fields["offset"], 10, 64)
	limit, err := strconv.Atoi(in.fields["limit"])
	if err != nil || limit < 1 || limit > 100 {
		limit = 100
	}
	seconds, _ := strconv.Atoi(in.fields["timeout"])
	ctx, cancel := context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
	defer cancel()
	t.mu.Lock()
	t.want(in)
	close(t.poller)
	mine := make(chan struct{})
	t.poller = mine
	t.mu.Unlock()
	found := []json.RawMessage{}
	var refusal *telegramError
	_ = t.await(ctx, func() bool {
		select {
		case <-mine:
			refusal = conflict("terminated by other getUpdates request; " +
				"make sure that only one bot instance is running")
		case <-t.done:
			refusal = &telegramError{status: http.StatusBadGateway, says: "Bad Gateway"}
		default:
			if t.hook.url != "" {
				refusal = conflict("can't use getUpdates method while webhook is active; " +
					"use deleteWebhook to delete the webhook first")
			}
		}
		if refusal == nil {
			found = t.confirm(offset, limit)
		}
		return refusal != nil || len(found) > 0
	})
	return found, refusal
}

func conflict(says string) *telegramError {
	return &telegramError{status: http.StatusConflict, says: "Conflict: " + says}
}

// confirm forgets the updates before an offset and returns those after it. The lock is held.
func (t *Telegram) confirm(offset int64, limit int) []json.RawMessage {
	t.updates = slices.DeleteFunc(t.updates, func(u *update) bool { return u.id < offset })
	if offset < 0 { // counted from the end
		t.updates = t.updates[max(0, len(t.updates)+int(offset)):]
	}
	found := []json.RawMessage{}
	for _, u := range t.updates[:min(limit, len(t.updates))] {
		found = append(found, u.body)
	}
	return found
}

// emit makes an update of one kind and lets it be delivered. The lock is held.
func (t *Telegram) emit(kind string, content any) {
	if len(t.allowed) > 0 && !slices.Contains(t.allowed, kind) {
		return
	}
	id := firstUpdate + int64(t.first+len(t.made))
	body, err := json.Marshal(map[string]any{"update_id": id, kind: content})
	if err != nil {
		return // what is made here can always be encoded
	}
	t.made = append(t.made, body)
	t.updates = append(t.updates, &update{id: id, body: body})
	t.wake()
}

// firstUpdate is beyond 32 bits: ids may be.
const firstUpdate = 5_000_000_001

// Updates returns every update that was made, as it was sent.
func (t *Telegram) Updates() [][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.made)
}

// pump posts updates to the webhook while there is one, several at a time and in no order, as Telegram does.
func (t *Telegram) pump(ctx context.Context) {
	for {
		var u *update
		err := t.await(ctx, func() bool {
			u = nil
			flying := 0
			for _, waiting := range t.updates {
				switch {
				case waiting.flying:
					flying++
				case u == nil:
					u = waiting
				}
			}
			if t.hook.url == "" || u == nil || flying >= t.hook.connections {
				return false
			}
			u.flying = true
			return true
		})
		if err != nil {
			return
		}
		t.workers.Go(func() { t.deliver(ctx, u) })
	}
}

// deliver posts one update until it is taken, or there is no webhook any more: then it waits for getUpdates.
func (t *Telegram) deliver(ctx context.Context, u *update) {
	for wait := t.backoff; ; wait = min(wait*2, 64*t.backoff) {
		hook, ok := t.target(u)
		if !ok {
			return
		}
		status, err := t.postUpdate(ctx, hook, u.body)
		if err == nil && status/100 == 2 {
			t.taken(u)
			return
		}
		t.complain(hook, status, err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// target is where an update is to go now.
func (t *Telegram) target(u *update) (webhook, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u.flying = t.hook.url != "" && slices.Contains(t.updates, u)
	return t.hook, u.flying
}

func (t *Telegram) taken(u *update) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.updates = slices.DeleteFunc(t.updates, func(other *update) bool { return other == u })
	t.wake()
}

func (t *Telegram) complain(hook webhook, status int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hook.url != hook.url {
		return
	}
	t.hook.fault = "Wrong response from the webhook: " + strconv.Itoa(status) + " " + http.StatusText(status)
	if err != nil {
		t.hook.fault = err.Error()
	}
	t.wake()
}

func (t *Telegram) postUpdate(ctx context.Context, hook webhook, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("post update: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	res, err := t.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("post update: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, nil
}

// Redeliver posts one update to the webhook several times at once, as a platform may that lost our answers, and
// returns the statuses.
func (t *Telegram) Redeliver(ctx context.Context, body []byte, times int) ([]int, error) {
	t.mu.Lock()
	hook := t.hook
	t.mu.Unlock()
	if hook.url == "" {
		return nil, errNoWebhook
	}
	statuses, errs := make([]int, times), make([]error, times)
	var posts sync.WaitGroup
	for i := range times {
		posts.Go(func() { statuses[i], errs[i] = t.postUpdate(ctx, hook, body) })
	}
	posts.Wait()
	return statuses, errors.Join(errs...)
}

var errNoWebhook = errors.New("no webhook is set")
