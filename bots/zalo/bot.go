package zalo

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
)

// botPlatform is where the Zalo Bot platform is, unless a fake stands in for it.
const botPlatform = "https://bot-api.zaloplatforms.com"

// BotConfig is what the adapter of a Zalo Bot needs. Without a token it can only read events. Base is the address of
// the platform, Zalo's own if empty. Secrets are the live values of the webhook's secret token: two during a rotation,
// the new one first.
type BotConfig struct {
	Token   string
	Base    string
	Secrets []string
	Record  bots.Record // hears of every call but those that poll; nil: nobody does
	Now     func() time.Time
}

// Bot is one Zalo Bot.
type Bot struct {
	config   BotConfig
	client   *client
	media    *bots.MediaClient
	unhooked bool // by the first poll; one goroutine polls
}

// NewBot returns the adapter of a Zalo Bot.
func NewBot(c BotConfig) *Bot {
	c.Base = at(c.Base, botPlatform)
	secrets := append([]string{c.Token}, c.Secrets...)
	return &Bot{
		config: c, client: newClient(recording(BotName, c.Record, c.Now, secrets)),
		media: newMedia(c.Base, botPlatform),
	}
}

// BotAccount is the bot's own id, which its token begins with; empty if there is no token.
func BotAccount(token string) string {
	id, _, _ := strings.Cut(token, ":")
	return id
}

// Name returns "zalo_bot".
func (*Bot) Name() string { return BotName }

// Limits are those of sendMessage. There are no buttons, and pictures go by public addresses only, which ours do not
// have (channels.md §3).
func (*Bot) Limits() bots.Limits { return bots.Limits{Text: 2000} }

// botHeader brings the secret with every webhook of the Zalo Bot platform.
const botHeader = "X-Bot-Api-Secret-Token"

// Verify compares the secret token that Zalo sends with every webhook, in constant time. Without a configured secret
// nothing is accepted.
func (b *Bot) Verify(header http.Header, _ []byte) error {
	got := []byte(header.Get(botHeader))
	for _, secret := range b.config.Secrets {
		if secret != "" && subtle.ConstantTimeCompare(got, []byte(secret)) == 1 {
			return nil
		}
	}
	return errSignature
}

// Send sends a text: nothing else can be sent by who has no public pictures, and there are no templates.
func (b *Bot) Send(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	if out.Step == bots.StepTemplate || len(out.Photos) > 0 {
		return bots.Sent{}, &bots.SendError{Class: bots.ErrRejected, Cause: "a Zalo Bot sends text only"}
	}
	a, err := b.call(ctx, "sendMessage", map[string]string{"chat_id": out.To, "text": out.Text})
	if err != nil {
		return bots.Sent{}, err
	}
	return bots.Sent{ID: a.body.object("result").id("message_id")}, nil
}

// call asks for a method. It fails with *bots.SendError.
func (b *Bot) call(ctx context.Context, method string, params any) (answer, error) {
	if b.config.Token == "" {
		return answer{}, &bots.SendError{Class: bots.ErrToken, Cause: "no bot token"}
	}
	a, err := b.client.exchange(ctx, postJSON(b.config.Base+"/bot"+b.config.Token+"/"+method, params))
	if err != nil {
		return a, err
	}
	switch string(a.body["ok"]) {
	case "true":
		if a.status == http.StatusOK {
			return a, nil
		}
	case "false":
		return a, b.refused(a)
	}
	return a, b.client.unread(a)
}

// refused is what a refusal of Zalo's means; it has a status of its own in its body (channels.md §3).
func (b *Bot) refused(a answer) *bots.SendError {
	code := int(a.body.integer("error_code"))
	if code == 0 {
		code = a.status
	}
	cause := "error " + strconv.Itoa(code) + ": " + b.client.redact(a.body.text("description"))
	failed := &bots.SendError{Class: bots.ErrRetry, Cause: cause}
	switch {
	case code == http.StatusUnauthorized:
		failed.Class = bots.ErrToken
	case code == http.StatusTooManyRequests:
		failed.Class, failed.RetryAfter = bots.ErrThrottled, b.client.retryAfter(a)
	case code == http.StatusRequestTimeout:
	case code >= http.StatusBadRequest && code < http.StatusInternalServerError:
		failed.Class = bots.ErrRejected
	}
	return failed
}
