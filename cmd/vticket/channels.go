package main

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/vticket/vticket/api"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/notifications"
)

// wireChannels makes the adapter of every platform, and who takes what it sends. One without a secret refuses every
// webhook.
func (s *stack) wireChannels() error {
	c := s.config
	sealer, err := models.NewSealer(c.SecretsKey...)
	if err != nil {
		return err
	}
	var record bots.Record
	if s.journal != nil { // a command that only looks keeps nothing
		record = s.journal.Record
	}
	s.consent = zalo.Consent{
		AppID: c.ZaloAppID, Secret: c.ZaloAppSecret, Verifier: c.ZaloVerifier, Base: c.ZaloConsentURL, Now: s.store.Now,
		Record: record,
	}
	s.tokens = &notifications.Tokens{
		Channel: zalo.OAName, Account: c.ZaloOA, Store: s.store, Sealer: sealer, Renew: s.consent.Refresh, Log: s.log,
	}
	s.adapters = map[string]bots.Adapter{
		webchat.Name: webchat.Adapter{Open: s.photos.Open, Delete: s.photos.Delete},
	}
	s.receivers = map[string]*dialogue.Receiver{}
	for _, account := range recordedPlatforms(c, s.store.Now, s.tokens, record) {
		s.adapters[account.Name()] = account.Adapter
		s.receivers[account.Name()] = &dialogue.Receiver{
			Adapter: account.Adapter, Account: account.name, Inbox: s.inbox, Log: s.log,
		}
	}
	return nil
}

// account is our account on a platform; its name is how the platform calls it.
type account struct {
	bots.Adapter
	name       string
	configured bool
}

// tokenSource is who knows the access token of the Official Account: notifications.Tokens, which renews it, or
// keptToken, which only looks.
type tokenSource interface {
	Token(ctx context.Context) (string, error)
	Refused(ctx context.Context, token string) error
}

// platforms are our accounts everywhere, configured or not; nothing that is asked through them is recorded.
func platforms(c Config, now func() time.Time, tokens tokenSource) []account {
	return recordedPlatforms(c, now, tokens, nil)
}

// recordedPlatforms are the same for the work itself: what they ask and are answered is recorded.
func recordedPlatforms(c Config, now func() time.Time, tokens tokenSource, record bots.Record) []account {
	proof := ""
	if c.ZaloProof {
		proof = c.ZaloAppSecret
	}
	return []account{
		{telegram.New(telegram.Config{
			Token: c.TelegramToken, Base: c.TelegramURL, Secrets: c.telegramSecrets(), Rate: c.TelegramRate,
			Record: record, Now: now,
		}), telegram.Account(c.TelegramToken), c.TelegramToken != ""},
		{zalo.NewOA(zalo.OAConfig{
			AppID: c.ZaloAppID, Secrets: c.zaloSecrets(), Token: tokens.Token, Refused: tokens.Refused, Proof: proof,
			Buttons: zaloButtons[c.ZaloButtons], Trial: zaloModes[c.ZaloMode],
			OpenAPI: c.ZaloURL, Business: c.ZaloSheetURL, Record: record, Now: now,
		}), c.ZaloOA, c.ZaloOA != ""},
		{zalo.NewBot(zalo.BotConfig{
			Token: c.ZaloBotToken, Base: c.ZaloBotURL, Secrets: c.ZaloBotSecrets, Record: record, Now: now,
		}), zalo.BotAccount(c.ZaloBotToken), c.ZaloBotToken != ""},
		{facebook.New(facebook.Config{
			Page: c.FacebookPage, AppID: c.FacebookApp, Secrets: c.FacebookSecrets, VerifyToken: c.FacebookVerify,
			Token: func(context.Context) (string, error) { return c.FacebookToken, nil }, Base: c.FacebookURL,
			Version: c.FacebookVersion, Record: record, Now: now,
		}), c.FacebookPage, c.FacebookPage != ""},
	}
}

// ladder is what the city has set up for residents whom a platform no longer lets us answer.
func (c Config) ladder() notifications.Ladder {
	return notifications.Ladder{
		Templates: map[string]map[string]string{zalo.OAName: c.ZaloTemplates, facebook.Name: c.FacebookTemplates},
		Costs: map[string]notifications.Cost{
			zalo.OAName: {Reply: c.ZaloReplyCost, Template: c.ZaloSheetCost, Daily: c.ZaloDaily},
		},
	}
}

// pathOf is how a channel is called in the address of its webhook.
func pathOf(channel string) string { return strings.ReplaceAll(channel, "_", "-") }

// webhooks are those of all platforms.
func (s *stack) webhooks() map[string]api.Webhook {
	all := map[string]api.Webhook{}
	for name, r := range s.receivers {
		hook := api.Webhook{Verify: r.Adapter.Verify, Receive: r.Receive}
		if asks, ok := r.Adapter.(bots.Challenger); ok {
			hook.Challenge = asks.Challenge
		}
		if name == zalo.OAName && s.config.ZaloOA != "" {
			hook.Consent = s.consented
		}
		all[pathOf(name)] = hook
	}
	return all
}

// What the state of a consent's link is sealed for, and how long the link is good.
const (
	consentOwner = "zalo consent"
	consentFor   = 24 * time.Hour
)

// consentLink is what the administrator of our Official Account opens; the state proves that we made it.
func (s *stack) consentLink() (string, error) {
	state, err := s.tokens.Sealer.Seal(consentOwner, s.store.Now().Add(consentFor).Format(time.RFC3339))
	if err != nil {
		return "", err
	}
	return s.consent.Link(s.config.webhookAddress(zalo.OAName)+"/consent", state), nil
}

// consented takes the code that an administrator brings back, and keeps what it buys.
func (s *stack) consented(ctx context.Context, query url.Values) error {
	sealed, err := s.tokens.Sealer.Open(consentOwner, query.Get("state"))
	if err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339, sealed)
	if err != nil || s.store.Now().After(until) {
		return errors.New("the link has ended: make another with vticket channel setup zalo")
	}
	if query.Get("oa_id") != s.config.ZaloOA {
		return errors.New("the consent is of another Official Account than ZALO_OA_ID")
	}
	grant, err := s.consent.Exchange(ctx, query.Get("code"))
	if err != nil {
		return err
	}
	return s.tokens.Keep(ctx, grant)
}

// configured tells whether we have an account on a platform.
func (s *stack) configured(name string) bool {
	for _, account := range platforms(s.config, s.store.Now, s.tokens) {
		if account.Name() == name {
			return account.configured
		}
	}
	return false
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
	return strings.TrimRight(c.PublicURL, "/") + "/webhooks/" + pathOf(name)
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
