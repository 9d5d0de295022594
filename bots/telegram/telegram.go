// Package telegram knows the Bot API: what its updates mean, how its webhook is verified, and what becomes of what is
// sent. The calls and types are those of go-telegram-bot-api v5, which stands at Bot API 5.5; what came later is read
// beside them. It knows no ticket, and never tells the bot's token to anybody but the Bot API.
package telegram

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
)

// Name is the channel's name.
const Name = "telegram"

// platform is where the Bot API is, unless a fake or a server of our own stands in for it.
const platform = "https://api.telegram.org"

// Config is what an adapter needs. Without a token it can only read updates. Base is the address of the Bot API and its
// files, Telegram's own if empty. Secrets are the live values of the webhook's secret token: two during a rotation, the
// new one first. Record hears of every call but those that poll; nil: nobody does.
type Config struct {
	Token   string
	Base    string
	Secrets []string
	Rate    float64 // messages a second that the bot may send; 0: any
	Record  bots.Record
	Now     func() time.Time
}

// Adapter is one Telegram bot.
type Adapter struct {
	token     string
	base      string
	secrets   []string
	rate      float64
	now       func() time.Time
	transport http.RoundTripper
	media     *bots.MediaClient
	unhooked  bool // by the first poll; one goroutine polls
}

// New returns an adapter.
func New(c Config) *Adapter {
	base := strings.TrimRight(c.Base, "/")
	if base == "" {
		base = platform
	}
	var hosts []string
	if u, err := url.Parse(base); err == nil {
		hosts = []string{strings.ToLower(u.Hostname())}
	}
	return &Adapter{
		token: c.Token, base: base, secrets: c.Secrets, rate: c.Rate, now: c.Now,
		transport: bots.Recorded(newTransport(), bots.Recording{
			Channel: Name, Record: c.Record, Secrets: append([]string{c.Token}, c.Secrets...), Quiet: "/getUpdates",
			Now: c.Now,
		}),
		media: bots.NewMediaClient(hosts, base != platform),
	}
}

// Account is the bot's own id, which its token begins with; empty if there is no token.
func Account(token string) string {
	id, _, _ := strings.Cut(token, ":")
	return id
}

// Name returns "telegram".
func (*Adapter) Name() string { return Name }

// Limits are those of sendMessage and sendMediaGroup. More than eight choices are no keyboard that anybody reads.
func (a *Adapter) Limits() bots.Limits {
	return bots.Limits{Text: 4096, Buttons: 8, Photos: 10, Location: true, Rate: a.rate, ChatEvery: time.Second}
}

// updateHeader brings the secret with every webhook.
const updateHeader = "X-Telegram-Bot-Api-Secret-Token"

// errSecret says no more than that: whoever asks has no right to know what was expected.
var errSecret = errors.New("webhook secret missing or wrong")

// Verify compares the secret token that Telegram sends with every webhook, in constant time. Without a configured
// secret nothing is accepted.
func (a *Adapter) Verify(header http.Header, _ []byte) error {
	got := []byte(header.Get(updateHeader))
	for _, secret := range a.secrets {
		if secret != "" && subtle.ConstantTimeCompare(got, []byte(secret)) == 1 {
			return nil
		}
	}
	return errSecret
}
