// Package telegram knows the Bot API: what its updates mean and how its webhook is verified. The types are those of
// go-telegram-bot-api v5, which stands at Bot API 5.5; what came later is decoded beside them. It knows no ticket.
package telegram

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"time"
)

// Name is the channel's name.
const Name = "telegram"

// Config is what an adapter needs. Secrets are the live values of the webhook's secret token: two during a rotation.
type Config struct {
	Secrets []string
	Now     func() time.Time
}

// Adapter is one Telegram bot.
type Adapter struct {
	secrets []string
	now     func() time.Time
}

// New returns an adapter.
func New(c Config) *Adapter { return &Adapter{secrets: c.Secrets, now: c.Now} }

// Name returns "telegram".
func (*Adapter) Name() string { return Name }

// errSecret says no more than that: whoever asks has no right to know what was expected.
var errSecret = errors.New("webhook secret missing or wrong")

// Verify compares the secret token that Telegram sends with every webhook, in constant time. Without a configured
// secret nothing is accepted.
func (a *Adapter) Verify(header http.Header, _ []byte) error {
	got := []byte(header.Get("X-Telegram-Bot-Api-Secret-Token"))
	for _, secret := range a.secrets {
		if secret != "" && subtle.ConstantTimeCompare(got, []byte(secret)) == 1 {
			return nil
		}
	}
	return errSecret
}
