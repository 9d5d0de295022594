package telegram

import (
	"context"
	"fmt"
	"time"

	"github.com/vticket/vticket/bots"
)

// Status asks who we are and where our webhook is.
func (a *Adapter) Status(ctx context.Context) (bots.AccountStatus, error) {
	var me struct {
		Username string `json:"username"`
	}
	if err := a.ask(ctx, "getMe", &me); err != nil {
		return bots.AccountStatus{}, err
	}
	var hook struct {
		URL         string `json:"url"`
		Pending     int    `json:"pending_update_count"`
		LastErrorAt int64  `json:"last_error_date"` // seconds since 1970
		LastError   string `json:"last_error_message"`
	}
	if err := a.ask(ctx, "getWebhookInfo", &hook); err != nil {
		return bots.AccountStatus{}, err
	}
	status := bots.AccountStatus{
		Name: "@" + me.Username, Webhook: hook.URL, Pending: hook.Pending, LastError: hook.LastError,
	}
	if hook.LastErrorAt > 0 {
		status.LastErrorAt = time.Unix(hook.LastErrorAt, 0).UTC()
	}
	return status, nil
}

func (a *Adapter) ask(ctx context.Context, method string, into any) error {
	result, err := a.request(ctx, method, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if err := bots.Decode(result, into); err != nil {
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
	return nil
}
