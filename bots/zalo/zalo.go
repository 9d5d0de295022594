// Package zalo knows Zalo's two platforms: the Official Account (OA), with its signed webhook, its windows and its
// approved templates, and the Zalo Bot, a smaller product in the manner of Telegram. For each it knows what the events
// mean, how the webhook is verified, and what becomes of what is sent (channels.md §2, §3). It knows no ticket, keeps
// no token, and never tells one to anybody but Zalo.
package zalo

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
)

// The names of the two channels.
const (
	OAName  = "zalo"
	BotName = "zalo_bot"
)

// Where an Official Account's platform is, unless fakes stand in for it.
const (
	openAPI  = "https://openapi.zalo.me"
	business = "https://business.openapi.zalo.me"
)

// mediaHosts are Zalo's own hosts of what residents send (channels.md §1).
func mediaHosts() []string { return []string{"*.zdn.vn", "*.zadn.vn", "*.zalo.me"} }

// OAConfig is what the adapter of an Official Account needs. Without AppID or Secrets no webhook is taken, without
// Token nothing can be sent.
type OAConfig struct {
	AppID   string   // of our app: it is part of every signature
	Secrets []string // the live values of the OA secret key: two during a rotation

	// Token gives the access token. It fails with *bots.SendError where it knows what is to be done.
	Token bots.Token

	// Refused hears that the platform refuses a token; the next Token call returns another. Nil: there is no other.
	Refused func(ctx context.Context, token string) error

	Proof    string      // the app's secret, where the app demands appsecret_proof; empty: calls carry none
	Buttons  ButtonShape // how choices are written
	Trial    bool        // templates by phone reach the administrators of app and OA only ("mode": "development")
	OpenAPI  string      // the address of the OA API, Zalo's own if empty
	Business string      // that of template messages by phone, Zalo's own if empty; beside a fake OpenAPI the same
	Record   bots.Record // hears of every call; nil: nobody does
	Now      func() time.Time
}

// OA is one Official Account.
type OA struct {
	config OAConfig
	client *client
	media  *bots.MediaClient
}

// NewOA returns the adapter of an Official Account.
func NewOA(c OAConfig) *OA {
	c.OpenAPI = at(c.OpenAPI, openAPI)
	if c.Business == "" && c.OpenAPI != openAPI { // a fake of one host must not lead to the other in earnest
		c.Business = c.OpenAPI
	}
	c.Business = at(c.Business, business)
	secrets := append([]string{c.Proof}, c.Secrets...)
	return &OA{
		config: c, client: newClient(recording(OAName, c.Record, c.Now, secrets)),
		media: newMedia(c.OpenAPI, openAPI),
	}
}

// at is the address of a platform.
func at(base, platform string) string {
	if base == "" {
		return platform
	}
	return strings.TrimRight(base, "/")
}

// newMedia fetches from Zalo's hosts, or from the fake that stands in for the platform and from nowhere else.
func newMedia(base, platform string) *bots.MediaClient {
	if base == platform {
		return bots.NewMediaClient(mediaHosts(), false)
	}
	var hosts []string
	if u, err := url.Parse(base); err == nil {
		hosts = []string{strings.ToLower(u.Hostname())}
	}
	return bots.NewMediaClient(hosts, true)
}

// Name returns "zalo".
func (*OA) Name() string { return OAName }

// Limits are those of a consultation message (channels.md §2.6); a picture is a message of its own.
func (*OA) Limits() bots.Limits {
	return bots.Limits{
		Text: 2000, Buttons: maxButtons, Photos: 1, Window: 48 * time.Hour, PaidWindow: 7 * 24 * time.Hour, Rate: 60,
	}
}
