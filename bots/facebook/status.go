package facebook

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vticket/vticket/bots"
)

// GetStarted is the payload of the button that begins a conversation.
const GetStarted = "get_started"

// fields are the events of the page that we ask for (channels.md §4.1).
var fields = []string{
	"messages", "messaging_postbacks", "message_deliveries", "message_reads", "message_echoes", "message_edits",
	"message_reactions", "messaging_referrals", "feed",
}

// Fields are the events of the page that we ask for; a person switches them on in the app's console too.
func Fields() []string { return slices.Clone(fields) }

// Status asks what the page is called, whether it sends us its events, and, where our app's id is known, to which
// address. What the token may not read stays empty. Events that the page does not send are told as the last error.
func (a *Adapter) Status(ctx context.Context) (bots.AccountStatus, error) {
	var page struct {
		Name scalar `json:"name"`
	}
	err := a.ask(ctx, call{method: http.MethodGet, path: a.config.Page, query: url.Values{"fields": {"name"}}}, &page)
	if err != nil {
		return bots.AccountStatus{}, fmt.Errorf("ask for the page: %w", err)
	}
	status := bots.AccountStatus{Name: string(page.Name)}
	if status.LastError, err = a.missing(ctx); err != nil {
		return status, fmt.Errorf("ask for the page's subscription: %w", err)
	}
	if status.Webhook, err = a.callback(ctx); err != nil {
		return status, fmt.Errorf("ask for the app's webhook: %w", err)
	}
	return status, nil
}

// missing says which events the page does not send us, if it says so at all.
func (a *Adapter) missing(ctx context.Context) (string, error) {
	var apps struct {
		Data []struct {
			ID     scalar   `json:"id"`
			Fields []scalar `json:"subscribed_fields"`
		} `json:"data"`
	}
	err := a.ask(ctx, call{method: http.MethodGet, path: a.config.Page + "/subscribed_apps"}, &apps)
	if err != nil {
		return "", unlessRefused(err)
	}
	var lacking []string
	for _, field := range fields {
		sent := false
		for _, app := range apps.Data {
			ours := a.config.AppID == "" || app.ID.id() == a.config.AppID
			sent = sent || ours && slices.Contains(app.Fields, scalar(field))
		}
		if !sent {
			lacking = append(lacking, field)
		}
	}
	if len(lacking) > 0 {
		return "the page does not send us " + strings.Join(lacking, ", "), nil
	}
	return "", nil
}

// callback is the address that the app's console has for the events of pages. The app asks for it in its own name.
func (a *Adapter) callback(ctx context.Context) (string, error) {
	if a.config.AppID == "" {
		return "", nil
	}
	var hooks struct {
		Data []struct {
			Object   scalar `json:"object"`
			Callback scalar `json:"callback_url"`
			Active   flag   `json:"active"`
		} `json:"data"`
	}
	err := a.ask(ctx, call{
		method: http.MethodGet, path: a.config.AppID + "/subscriptions", bearer: a.config.AppID + "|" + a.secret(),
	}, &hooks)
	if err != nil {
		return "", unlessRefused(err)
	}
	for _, h := range hooks.Data {
		if h.Object == "page" && bool(h.Active) {
			return string(h.Callback), nil
		}
	}
	return "", nil
}

// unlessRefused drops an error that means only that we may not know.
func unlessRefused(err error) error {
	switch classOf(err) {
	case bots.ErrRejected, bots.ErrToken:
		return nil
	default:
		return err
	}
}

// Register lets the page send us its events and puts the button there that begins a conversation; an empty address
// ends the sending. Where the webhook is cannot be set from here: a person saves the address and the verify token in
// the app's console, under Messenger, Webhooks.
func (a *Adapter) Register(ctx context.Context, address string) error {
	subscribe := call{
		method: http.MethodPost, path: a.config.Page + "/subscribed_apps",
		query: url.Values{"subscribed_fields": {strings.Join(fields, ",")}},
	}
	if address == "" {
		subscribe = call{method: http.MethodDelete, path: a.config.Page + "/subscribed_apps"}
	}
	if err := a.ask(ctx, subscribe, nil); err != nil {
		return fmt.Errorf("subscribe to the page: %w", err)
	}
	if address == "" {
		return nil
	}
	err := a.ask(ctx, call{
		method: http.MethodPost, path: a.config.Page + "/messenger_profile",
		json: map[string]any{"get_started": map[string]string{"payload": GetStarted}},
	}, nil)
	if err != nil {
		return fmt.Errorf("set the first button: %w", err)
	}
	return nil
}
