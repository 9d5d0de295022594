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

// consentLimit bounds an answer, in bytes.
const consentLimit = 64 << 10

// ask asks for a pair. Errors name neither code nor token; they come with status 200.
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
		Error     int             `json:"error"`
		Name      string          `json:"error_name"`
		Reason    string          `json:"error_reason"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, consentLimit)).Decode(&answer)
	if err != nil {
		return bots.Grant{}, fmt.Errorf("the sign-on of zalo answers %d without sense", res.StatusCode)
	}
	seconds, err := strconv.Atoi(strings.Trim(string(answer.ExpiresIn), `"`))
	if answer.Access == "" || answer.Refresh == "" || err != nil {
		said := fmt.Sprintf("%d %s %s", answer.Error, answer.Name, answer.Reason)
		return bots.Grant{}, errors.New("the sign-on of zalo refuses: " + bots.Redact(said, c.secrets(form)))
	}
	return bots.Grant{
		Access: answer.Access, Refresh: answer.Refresh, ExpiresAt: c.Now().Add(time.Duration(seconds) * time.Second),
	}, nil
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
