package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vticket/vticket/bots"
)

// A poll waits on Telegram's side for less than it may take here, so that an idle one ends with an answer.
const (
	pollWait    = 8 // seconds
	pollTimeout = 10 * time.Second
)

// allowedUpdates are the updates that we read; blocks come only to those who ask for my_chat_member.
const allowedUpdates = `["message","edited_message","callback_query","my_chat_member"]`

// Poll asks for updates. Telegram gives none while a webhook is set: the first poll takes one away, its waiting updates
// kept. One that is set later belongs to another process, which is not to be left deaf.
func (a *Adapter) Poll(ctx context.Context, from int64) ([][]byte, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	result, err := a.updates(ctx, from)
	if refused(err, "webhook is active") && !a.unhooked {
		if err = a.Register(ctx, ""); err == nil {
			result, err = a.updates(ctx, from)
		}
	}
	if err != nil {
		return nil, from, fmt.Errorf("poll updates: %w", err)
	}
	a.unhooked = true
	var raw []json.RawMessage
	if err := bots.Decode(result, &raw); err != nil {
		return nil, from, fmt.Errorf("read updates: %w", err)
	}
	bodies, next := make([][]byte, 0, len(raw)), from
	for _, body := range raw {
		var u struct {
			ID int64 `json:"update_id"`
		}
		if err := bots.Decode(body, &u); err != nil {
			return nil, from, fmt.Errorf("read update: %w", err)
		}
		bodies, next = append(bodies, body), u.ID+1 // after a quiet week the ids may begin lower
	}
	return bodies, next, nil
}

func (a *Adapter) updates(ctx context.Context, from int64) (json.RawMessage, error) {
	params := tgbotapi.Params{"timeout": strconv.Itoa(pollWait), "allowed_updates": allowedUpdates}
	if from > 0 {
		params["offset"] = strconv.FormatInt(from, 10)
	}
	return a.request(ctx, "getUpdates", params)
}

// Register tells Telegram where the webhook is and which secret it is to bring.
func (a *Adapter) Register(ctx context.Context, address string) error {
	if address == "" {
		if _, err := a.request(ctx, "deleteWebhook", tgbotapi.Params{"drop_pending_updates": "false"}); err != nil {
			return fmt.Errorf("delete webhook: %w", err)
		}
		return nil
	}
	if len(a.secrets) == 0 || a.secrets[0] == "" {
		return errors.New("set webhook: no webhook secret, so nothing that comes would be accepted")
	}
	_, err := a.request(ctx, "setWebhook", tgbotapi.Params{
		"url": address, "secret_token": a.secrets[0], "allowed_updates": allowedUpdates, "max_connections": "40",
	})
	if err != nil {
		return fmt.Errorf("set webhook: %w", err)
	}
	return nil
}

// Acknowledge ends the spinner on a pressed button. Telegram forgets soon that it waits for that; then it has ended.
func (a *Adapter) Acknowledge(ctx context.Context, in bots.Incoming) error {
	if in.Kind != bots.KindPostback || in.Message == nil {
		return nil
	}
	id, ok := strings.CutPrefix(*in.Message, "cb:")
	if !ok {
		return nil
	}
	_, err := a.request(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": id})
	if err != nil && !refused(err, "query is too old") {
		return fmt.Errorf("answer callback: %w", err)
	}
	return nil
}
