package main

import (
	"context"
	"strings"
	"time"

	"github.com/vticket/vticket/api"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/webchat"
)

// wireChannels makes the adapter of every platform, and who takes what it sends. One without a secret refuses every
// webhook.
func (s *stack) wireChannels() {
	bot := telegram.New(telegram.Config{
		Token: s.config.TelegramToken, Base: s.config.TelegramURL, Secrets: s.config.telegramSecrets(),
		Now: s.store.Now,
	})
	s.adapters = map[string]bots.Adapter{
		webchat.Name:  webchat.Adapter{Open: s.photos.Open, Delete: s.photos.Delete},
		telegram.Name: bot,
	}
	s.receivers = map[string]*dialogue.Receiver{
		telegram.Name: {Adapter: bot, Account: telegram.Account(s.config.TelegramToken), Inbox: s.inbox, Log: s.log},
	}
}

// webhooks are those of all platforms.
func (s *stack) webhooks() map[string]api.Webhook {
	all := map[string]api.Webhook{}
	for name, r := range s.receivers {
		all[name] = api.Webhook{Verify: r.Adapter.Verify, Receive: r.Receive}
	}
	return all
}

// configured tells whether we have an account on a platform.
func (s *stack) configured(name string) bool {
	return name == telegram.Name && s.config.TelegramToken != ""
}

// poll asks the platforms that can be asked, when there is no public address for their webhooks.
func (s *stack) poll(ctx context.Context, name string) {
	if r := s.receivers[name]; s.config.PublicURL == "" && s.configured(name) {
		if from, ok := r.Adapter.(bots.Poller); ok {
			s.log.InfoContext(ctx, "no PUBLIC_URL: asking for updates", "channel", name)
			r.Poll(ctx, s.store, from)
		}
	}
}

// webhookAddress is where a platform finds us.
func (c Config) webhookAddress(name string) string {
	return strings.TrimRight(c.PublicURL, "/") + "/webhooks/" + name
}

// registerAgain is how long a webhook may be lost without anybody knowing.
const registerAgain = 5 * time.Minute

// register tells a platform where its webhook is, again and again until ctx ends: whoever polls with our token, an old
// worker or a colleague's laptop, takes the webhook away.
func (s *stack) register(ctx context.Context, name string) {
	platform, ok := s.receivers[name].Adapter.(bots.Registrar)
	if !ok || s.config.PublicURL == "" || !s.configured(name) {
		return
	}
	address := s.config.webhookAddress(name)
	for wait := time.Second; ; wait = min(2*wait, registerAgain) {
		err := platform.Register(ctx, address)
		if err == nil {
			s.log.DebugContext(ctx, "webhook registered", "channel", name)
			wait = registerAgain
		} else {
			s.log.ErrorContext(ctx, "webhook not registered, next try follows", "channel", name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
