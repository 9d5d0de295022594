package zalo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
)

// consentPlatform is where an administrator consents and where tokens come from, unless a fake stands in for it.
const consentPlatform = "https://oauth.zaloapp.com"

// Consent is the sign-on by which an Official Account lets our app act for it: OAuth v4 with PKCE (channels.md §2.2).
// Verifier is the long-lived one whose challenge stands in the console.
type Consent struct {
	AppID    string
	Secret   string      // of the app
	Verifier string      // 43 characters
	Base     string      // Zalo's own if empty
	Record   bots.Record // hears of every call; nil: nobody does
	Now      func() time.Time
}

// Challenge is what the console wants to know of the verifier.
func (c Consent) Challenge() string {
	sum := sha256.Sum256([]byte(c.Verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Link is what the account's administrator opens: Zalo brings them back with a code.
func (c Consent) Link(back, state string) string {
	query := url.Values{
		"app_id": {c.AppID}, "redirect_uri": {back}, "code_challenge": {c.Challenge()}, "state": {state},
	}
	return at(c.Base, consentPlatform) + "/v4/oa/permission?" + query.Encode()
}

// Exchange takes the first pair of tokens for a code, which is good for ten minutes and once.
func (c Consent) Exchange(ctx context.Context, code string) (bots.Grant, error) {
	return c.ask(ctx, url.Values{
		"code": {code}, "app_id": {c.AppID}, "grant_type": {"authorization_code"}, "code_verifier": {c.Verifier},
	})
}

// Refresh takes the next pair for a refresh token, which is used up by it.
func (c Consent) Refresh(ctx context.Context, refresh string) (bots.Grant, error) {
	return c.ask(ctx, url.Values{
		"refresh_token": {refresh}, "app_id": {c.AppID}, "grant_type": {"refresh_token"},
	})
}

// Of an answer: its size in bytes, and how long an access token lives where it does not say (channels.md §2.2). None
// lives longer than maxAccess.
const (
	consentLimit = 64 << 10
	accessFor    = 25 * time.Hour
	maxAccess    = 365 * 24 * time.Hour
)

// ask asks for a pair. Whoever gets one must keep it, as the old refresh token is used up: a life that cannot be read
// is the usual one. Errors name neither code nor token; they come with status 200.
func (c Consent) ask(ctx context.Context, form url.Values) (bots.Grant, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost,
		at(c.Base, consentPlatform)+"/v4/oa/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return bots.Grant{}, errors.New("the address of Zalo's sign-on is malformed")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("secret_key", c.Secret)
	res, err := c.client().Do(req)
	if err != nil {
		return bots.Grant{}, errors.New("the sign-on of zalo does not answer")
	}
	defer res.Body.Close()
	var answer struct {
		Access    string          `json:"access_token"`
		Refresh   string          `json:"refresh_token"`
		ExpiresIn json.RawMessage `json:"expires_in"` // seconds, as a string
		Error     json.RawMessage `json:"error"`      // a number, also seen as a string
		Name      json.RawMessage `json:"error_name"`
		Reason    json.RawMessage `json:"error_reason"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, consentLimit)).Decode(&answer)
	if err != nil {
		return bots.Grant{}, fmt.Errorf("the sign-on of zalo answers %d without sense", res.StatusCode)
	}
	if answer.Access == "" || answer.Refresh == "" {
		said := strings.Join([]string{plain(answer.Error), plain(answer.Name), plain(answer.Reason)}, " ")
		return bots.Grant{}, errors.New("the sign-on of zalo refuses: " + bots.Redact(said, c.secrets(form)))
	}
	return bots.Grant{
		Access: answer.Access, Refresh: answer.Refresh, ExpiresAt: c.Now().Add(life(answer.ExpiresIn)),
	}, nil
}

// plain is a value of JSON as a person reads it: a string without its marks.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// life is how long an access token lives: so many seconds, and as usual where that cannot be.
func life(expiresIn json.RawMessage) time.Duration {
	seconds, err := strconv.Atoi(plain(expiresIn))
	if err != nil || seconds <= 0 || seconds > int(maxAccess/time.Second) {
		return accessFor
	}
	return time.Duration(seconds) * time.Second
}

// secrets are those of a request: an answer may repeat them.
func (c Consent) secrets(form url.Values) []string {
	return []string{c.Secret, c.Verifier, form.Get("code"), form.Get("refresh_token")}
}

// client follows no redirect: the secret is for Zalo alone.
func (c Consent) client() *http.Client {
	return &http.Client{
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bots.Recorded(http.DefaultTransport, recording(
			OAName, c.Record, c.Now, []string{c.Secret, c.Verifier})),
	}
}
