package zalo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
)

// A poll waits on Zalo's side for less than it may take here, so that an idle one ends with an answer.
const (
	pollWait    = "8" // seconds; Zalo wants a string
	pollTimeout = 10 * time.Second
)

// A webhook's secret token is of 8 to 256 characters (channels.md §3).
const (
	minSecret = 8
	maxSecret = 256
)

// Poll asks for updates, of which Zalo gives one at a time. It has no positions: what it has given it does not give
// again, so whoever dies before it is safe has lost it; a webhook is the better way. Zalo gives none while a webhook is
// set: the first poll takes one away. One that is set later belongs to another process, which is not to be left deaf.
func (b *Bot) Poll(ctx context.Context, from int64) ([][]byte, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	a, err := b.updates(ctx)
	if hooked(err) && !b.unhooked {
		if err = b.Register(ctx, ""); err == nil {
			a, err = b.updates(ctx)
		}
	}
	if a.body.integer("error_code") == http.StatusRequestTimeout || a.status == http.StatusRequestTimeout {
		b.unhooked = true
		return nil, from, nil // nothing has come
	}
	if err != nil {
		return nil, from, fmt.Errorf("poll updates: %w", err)
	}
	b.unhooked = true
	bodies := [][]byte{}
	for _, raw := range append(a.body.list("result"), a.body["result"]) {
		if update := asObject(raw); len(update) > 0 {
			bodies = append(bodies, raw)
		}
	}
	return bodies, from, nil
}

func (b *Bot) updates(ctx context.Context) (answer, error) {
	return b.call(ctx, "getUpdates", map[string]string{"timeout": pollWait})
}

// hooked tells whether updates were refused because a webhook is set.
func hooked(err error) bool {
	failed, ok := errors.AsType[*bots.SendError](err)
	return ok && failed.Class == bots.ErrRejected && strings.Contains(strings.ToLower(failed.Cause), "webhook")
}

// Register tells Zalo where the webhook is and which secret it is to bring.
func (b *Bot) Register(ctx context.Context, address string) error {
	if address == "" {
		if _, err := b.call(ctx, "deleteWebhook", struct{}{}); err != nil {
			return fmt.Errorf("delete webhook: %w", err)
		}
		return nil
	}
	secret := first(b.config.Secrets...)
	if len(secret) < minSecret || len(secret) > maxSecret {
		return errors.New("set webhook: the webhook secret is to be of 8 to 256 characters")
	}
	_, err := b.call(ctx, "setWebhook", map[string]string{"url": address, "secret_token": secret})
	if err != nil {
		return fmt.Errorf("set webhook: %w", err)
	}
	return nil
}

// Acknowledge shows that somebody is writing.
func (b *Bot) Acknowledge(ctx context.Context, in bots.Incoming) error {
	if !in.Actionable {
		return nil
	}
	_, err := b.call(ctx, "sendChatAction", map[string]string{"chat_id": in.User, "action": "typing"})
	if err != nil {
		return fmt.Errorf("show that we write: %w", err)
	}
	return nil
}

// Status asks who we are and where our webhook is.
func (b *Bot) Status(ctx context.Context) (bots.AccountStatus, error) {
	me, err := b.call(ctx, "getMe", struct{}{})
	if err != nil {
		return bots.AccountStatus{}, fmt.Errorf("getMe: %w", err)
	}
	hook, err := b.call(ctx, "getWebhookInfo", struct{}{})
	if err != nil {
		return bots.AccountStatus{}, fmt.Errorf("getWebhookInfo: %w", err)
	}
	who := me.body.object("result")
	return bots.AccountStatus{
		Name:    first(who.text("account_name"), who.text("name"), who.id("id")),
		Webhook: hook.body.object("result").text("url"),
	}, nil
}

var (
	_ bots.Adapter      = (*OA)(nil)
	_ bots.Profiler     = (*OA)(nil)
	_ bots.Acknowledger = (*OA)(nil)
	_ bots.Inspector    = (*OA)(nil)
	_ bots.Adapter      = (*Bot)(nil)
	_ bots.Poller       = (*Bot)(nil)
	_ bots.Registrar    = (*Bot)(nil)
	_ bots.Acknowledger = (*Bot)(nil)
	_ bots.Inspector    = (*Bot)(nil)
)
