// Package facebook knows Facebook Messenger, and the comments under what a page posts: what its webhooks mean, how they
// are signed, and what becomes of what is sent through the Graph API. It knows no ticket, and tells the page's token to
// nobody but the Graph API, in a header only.
package facebook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
)

// Name is the channel's name.
const Name = "facebook"

// Where the Graph API is, and which of its versions is spoken, unless the configuration says otherwise.
const (
	platform       = "https://graph.facebook.com"
	defaultVersion = "v25.0"
)

// Config is what an adapter needs. Without a token it can only read webhooks, without a secret not even those. Base is
// the address of the Graph API, Facebook's own if empty; Version is one of its versions, "v25.0" if empty. Secrets are
// the live app secrets: two during a rotation, the new one first. AppID is our app's id: with it Status finds the
// webhook, and an echo of another program is told from ours without a doubt. Token gives the page's access token.
// Record hears of every call; nil: nobody does.
type Config struct {
	Page        string
	AppID       string
	Secrets     []string
	VerifyToken string
	Token       bots.Token
	Base        string
	Version     string
	Record      bots.Record
	Now         func() time.Time
}

// Adapter is one Facebook page.
type Adapter struct {
	config Config
	client *http.Client
	media  *bots.MediaClient
}

// mediaHosts are where attachments of residents are (channels.md §1).
var mediaHosts = []string{"*.fbcdn.net", "*.fbsbx.com"}

// New returns an adapter.
func New(c Config) *Adapter {
	c.Base = strings.TrimRight(c.Base, "/")
	if c.Base == "" {
		c.Base = platform
	}
	if c.Version == "" {
		c.Version = defaultVersion
	}
	hosts := mediaHosts
	if u, err := url.Parse(c.Base); err == nil && c.Base != platform {
		hosts = append([]string{strings.ToLower(u.Hostname())}, mediaHosts...)
	}
	return &Adapter{config: c, client: newClient(c), media: bots.NewMediaClient(hosts, c.Base != platform)}
}

// Name returns "facebook".
func (*Adapter) Name() string { return Name }

// Limits are those of the Send API (channels.md §4.4). A picture is a message of its own: a part is one call, so that
// one that fails is sent again without those that came.
func (*Adapter) Limits() bots.Limits {
	return bots.Limits{
		Text: 2000, Buttons: 13, Photos: 1, Fleeting: true, Window: 24 * time.Hour, HumanWindow: 7 * 24 * time.Hour,
		Rate: 250,
	}
}

// errSignature says no more than that: whoever asks has no right to know what was expected.
var errSignature = errors.New("webhook signature missing or wrong")

// A webhook's signature: its header, in the form of net/http, and what stands before the digest.
const (
	signatureHeader = "X-Hub-Signature-256"
	signaturePrefix = "sha256="
)

// Verify checks the HMAC of the body as it came, in constant time. The older header with SHA-1 counts for nothing, and
// without a configured secret nothing is accepted (channels.md §4.2).
func (a *Adapter) Verify(header http.Header, body []byte) error {
	given, ok := strings.CutPrefix(header.Get(signatureHeader), signaturePrefix)
	if !ok {
		return errSignature
	}
	got, err := hex.DecodeString(given)
	if err != nil {
		return errSignature
	}
	for _, secret := range a.config.Secrets {
		if secret != "" && hmac.Equal(got, sign(secret, body)) {
			return nil
		}
	}
	return errSignature
}

func sign(secret string, message []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write(message)
	return h.Sum(nil)
}

// Challenge answers Facebook's question whether the webhook is ours, which it asks when the address is set in the app's
// console.
func (a *Adapter) Challenge(query url.Values) (string, bool) {
	given := []byte(query.Get("hub.verify_token"))
	if a.config.VerifyToken == "" || query.Get("hub.mode") != "subscribe" ||
		subtle.ConstantTimeCompare(given, []byte(a.config.VerifyToken)) != 1 {
		return "", false
	}
	return query.Get("hub.challenge"), true
}
