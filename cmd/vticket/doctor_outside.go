package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/telegram"
)

const (
	readyLimit    = 3 * time.Second
	platformLimit = 10 * time.Second
	pendingMany   = 100            // events that wait at a platform
	recentFault   = 24 * time.Hour // a platform repeats the last fault of a webhook for ever
)

// public asks the installation as the world reaches it.
func (d *doctor) public(ctx context.Context) {
	address := d.config.PublicURL
	if address == "" {
		d.warn("set PUBLIC_URL=https://…", "PUBLIC_URL is empty: messages have no links, and webhooks are off")
		return
	}
	if !strings.HasPrefix(address, "https://") {
		d.warn("put a reverse proxy with a certificate before it",
			"PUBLIC_URL is not https: passwords cross the network in the open")
	}
	if what, do := askReady(ctx, address); what != "" {
		d.fail(do, "%s/readyz from this machine: %s", strings.TrimRight(address, "/"), what)
		return
	}
	d.ok("%s/readyz answers", strings.TrimRight(address, "/"))
}

// ready asks the program on this machine.
func (d *doctor) ready(ctx context.Context) {
	address := d.config.ListenAddr
	if host, port, err := net.SplitHostPort(address); err == nil {
		if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
			address = net.JoinHostPort("127.0.0.1", port)
		}
	}
	if what, do := askReady(ctx, "http://"+address); what != "" {
		d.fail(do, "http://%s/readyz: %s", address, what)
		return
	}
	d.ok("http://%s/readyz answers", address)
}

// askReady asks /readyz of an address; what is empty when it is ready, else do says what may help.
func askReady(ctx context.Context, address string) (what, do string) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	address = strings.TrimRight(address, "/") + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err.Error(), "set the address right"
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return unreached(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return "", ""
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 200))
	return response.Status + " " + strings.Join(strings.Fields(string(said)), " "),
		"see what it says; is it this program that answers there?"
}

// unreached explains why nobody answered: certificates are what operators trip over.
func unreached(err error) (what, do string) {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its certificate is from nobody that this machine trusts",
			"serve the full chain, or install the authority's certificate here and with the platforms"
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return "its certificate is for another name: " + wrong.Error(), "get a certificate for this name"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return "its certificate has expired, or a clock is wrong", "renew it, and set the clocks by NTP"
		}
		return "its certificate is not valid: " + invalid.Error(), "get another one"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "it does not speak TLS", "is it the port of plain http?"
	}
	return because(err), "is it started, and is its name known and its port open from here?"
}

// telegram asks the Bot API about our bot.
func (d *doctor) telegram(ctx context.Context) {
	if d.config.TelegramToken == "" {
		d.ok("TELEGRAM_BOT_TOKEN is empty: no Telegram")
		return
	}
	var account bots.Inspector = telegram.New(telegram.Config{
		Token: d.config.TelegramToken, Base: d.config.TelegramURL, Secrets: d.config.telegramSecrets(), Now: d.now,
	})
	d.account(ctx, account, telegram.Name)
}

// account says how our account on a platform is.
func (d *doctor) account(ctx context.Context, account bots.Inspector, name string) {
	ctx, cancel := context.WithTimeout(ctx, platformLimit)
	defer cancel()
	status, err := account.Status(ctx)
	if err != nil {
		if failed, ok := errors.AsType[*bots.SendError](err); ok && failed.Class == bots.ErrToken {
			d.fail("take the token that BotFather shows", "the token is refused: %v", err)
			return
		}
		d.fail("can this machine reach the platform?", "%v", because(err))
		return
	}
	d.ok("the token is taken, we are %s", status.Name)
	if d.config.PublicURL == "" {
		if status.Webhook != "" {
			d.warn("set PUBLIC_URL; else the worker's first poll takes it away",
				"a webhook is set, though PUBLIC_URL is empty")
		}
		return
	}
	ours := d.config.webhookAddress(name)
	if status.Webhook != ours {
		at := "nowhere"
		if u, err := url.Parse(status.Webhook); err == nil && u.Host != "" {
			at = "at " + u.Host // others put their token into the rest
		}
		d.fail("vticket serve registers it within 5 minutes; does somebody else use the token?",
			"the webhook is %s, not %s", at, ours)
		return
	}
	if status.LastError != "" && (status.LastErrorAt.IsZero() || d.now().Sub(status.LastErrorAt) < recentFault) {
		d.warn("is the address reached from outside?", "the platform could not bring us an event: %s", status.LastError)
	}
	if status.Pending > pendingMany {
		d.warn("is the door keeping up?", "%d events wait at the platform", status.Pending)
		return
	}
	d.ok("the webhook is ours, %d events wait", status.Pending)
}
