package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/bots/sandbox/page"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

// fakeCity are the four fake platforms behind one door, and the page of whoever plays the residents.
type fakeCity struct {
	config   Config // the product's, as it is told to run
	telegram *sandbox.Telegram
	zalo     *sandbox.Zalo
	zaloBot  *sandbox.ZaloBot
	facebook *sandbox.Facebook
	handler  http.Handler
	client   *http.Client // of the administrator who consents
}

// What the fake accounts have paid for.
const (
	sandboxBought    = 500 // messages after the free window
	sandboxTemplates = 200 // a day
)

// newFakeCity wires the platforms to each other and to the product.
func newFakeCity(base, product string) (*fakeCity, error) {
	settings := map[string]string{}
	for _, setting := range sandboxEnvironment(base, product) {
		settings[setting[0]] = setting[1]
	}
	config, err := loadConfig(settings)
	if err != nil {
		return nil, err
	}
	traffic := page.NewTraffic(time.Now)
	options := func(platform string) sandbox.Options {
		return sandbox.Options{
			Now: time.Now, Transport: traffic.Out(platform), Paced: true,
			First: int(time.Since(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).Seconds()), // later than another run's
		}
	}
	c := &fakeCity{
		config:   config,
		telegram: sandbox.NewTelegram(config.TelegramToken, options("telegram")),
		zalo: sandbox.NewZalo(sandbox.ZaloOptions{
			Options: options("zalo"), AppID: config.ZaloAppID, AppSecret: config.ZaloAppSecret,
			OASecret: config.ZaloSecrets[0], OA: config.ZaloOA, Bought: sandboxBought, PerDay: sandboxTemplates,
		}),
		zaloBot: sandbox.NewZaloBot(config.ZaloBotToken, options("zalo_bot")),
		facebook: sandbox.NewFacebook(sandbox.FacebookApp{
			ID: config.FacebookApp, Secret: config.FacebookSecrets[0], Page: config.FacebookPage, PageName: "1022",
			Token: config.FacebookToken, Templates: values(config.FacebookTemplates),
		}, options("facebook")),
		client: &http.Client{Timeout: 20 * time.Second},
	}
	c.zalo.At(base + "/zalo")
	c.zaloBot.At(base + "/zalobot")
	c.facebook.ServedAt(base + "/facebook")
	c.zalo.SetWebhook(config.webhookAddress(zalo.OAName))
	for _, template := range config.ZaloTemplates {
		c.zalo.Approve(template, "code")
	}
	pages, err := page.New(page.Options{
		Now: time.Now, Product: product, Traffic: traffic, Telegram: c.telegram, Zalo: c.zalo, ZaloBot: c.zaloBot,
		Facebook: c.facebook, Connect: c.connect,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	for path, platform := range map[string]struct {
		name string
		http.Handler
	}{
		"/telegram": {"telegram", c.telegram}, "/zalo": {"zalo", c.zalo}, "/zalobot": {"zalo_bot", c.zaloBot},
		"/facebook": {"facebook", c.facebook},
	} {
		mux.Handle(path+"/", traffic.In(platform.name, http.StripPrefix(path, platform)))
	}
	c.handler = mux
	return c, nil
}

func values(of map[string]string) []string {
	all := make([]string, 0, len(of))
	for _, value := range of {
		all = append(all, value)
	}
	return all
}

func (c *fakeCity) close() {
	c.telegram.Close()
	c.zalo.Close()
	c.zaloBot.Close()
	c.facebook.Close()
	c.client.CloseIdleConnections()
}

// introduceAgain is how often a product is tried that does not answer yet.
const introduceAgain = 500 * time.Millisecond

// introduce does once for the product what an administrator does in the consoles, as soon as it answers.
func (c *fakeCity) introduce(ctx context.Context, out io.Writer) {
	waiting := []string{zalo.OAName, facebook.Name}
	tick := time.NewTicker(introduceAgain)
	defer tick.Stop()
	for len(waiting) > 0 {
		switch err := c.connect(ctx, waiting[0]); {
		case err == nil:
			fmt.Fprintf(out, "%s: connected\n", waiting[0])
			waiting = waiting[1:]
		case errors.Is(err, errConsent): // asking again would not help
			fmt.Fprintf(out, "%s: not connected: %v\n", waiting[0], err)
			waiting = waiting[1:]
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// connect does what an administrator does in the console of a platform. Telegram and Zalo Bot have none: the product
// tells them itself where its webhook is.
func (c *fakeCity) connect(ctx context.Context, platform string) error {
	switch platform {
	case zalo.OAName:
		c.zalo.SetWebhook(c.config.webhookAddress(zalo.OAName))
		return c.consent(ctx)
	case facebook.Name:
		return c.facebook.SetCallback(ctx, c.config.webhookAddress(facebook.Name), c.config.FacebookVerify)
	default:
		return nil
	}
}

var errConsent = errors.New(
	"the product does not take the consent: is it started with what vticket sandbox env prints?")

// consent opens the link as the administrator of the Official Account, and is brought back to the product with a code.
func (c *fakeCity) consent(ctx context.Context) error {
	sealer, err := models.NewSealer(c.config.SecretsKey...)
	if err != nil {
		return err
	}
	state, err := sealer.Seal(consentOwner, time.Now().Add(consentFor).Format(time.RFC3339))
	if err != nil {
		return err
	}
	link := zalo.Consent{
		AppID: c.config.ZaloAppID, Verifier: c.config.ZaloVerifier, Base: c.config.ZaloConsentURL,
	}.Link(c.config.webhookAddress(zalo.OAName)+"/consent", state)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, http.NoBody)
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
	switch res.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusBadGateway, http.StatusServiceUnavailable: // it is not there yet
		return fmt.Errorf("consent: status %d", res.StatusCode)
	default:
		return fmt.Errorf("%w (%d %s)", errConsent, res.StatusCode, strings.TrimSpace(string(said)))
	}
}
