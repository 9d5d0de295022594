package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// How long the papers of the sign-on are good (channels.md §2.2).
const (
	zaloCodeFor    = 10 * time.Minute
	zaloAccessFor  = 25 * time.Hour
	zaloRefreshFor = 90 * 24 * time.Hour
)

// zaloGrant is a consent that waits to be exchanged.
type zaloGrant struct {
	challenge string
	at        time.Time
}

// Tokens returns the newest pair, as the console's explorer shows it.
func (z *Zalo) Tokens() (access, refresh string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.newest, z.refresh
}

// ExpireTokens ends all access tokens, long before their time.
func (z *Zalo) ExpireTokens() {
	z.mu.Lock()
	defer z.mu.Unlock()
	for token := range z.access {
		z.access[token] = z.now()
	}
}

// Consent is the administrator who lets our app act for the account: it returns the code, which is good for ten minutes
// and one use by whoever knows the verifier of a challenge.
func (z *Zalo) Consent(challenge string) (code string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	code = "code-" + z.next()
	z.grants[code] = zaloGrant{challenge, z.now()}
	return code
}

// permission answers /v4/oa/permission: the administrator consents at once.
func (z *Zalo) permission(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil || back.Host == "" || query.Get("app_id") != z.options.AppID {
		zaloJSON(w, zaloOAuthError(-14003, "Invalid redirect uri"))
		return
	}
	given := back.Query()
	given.Set("code", z.Consent(query.Get("code_challenge")))
	given.Set("oa_id", z.options.OA)
	if state := query.Get("state"); state != "" {
		given.Set("state", state)
	}
	back.RawQuery = given.Encode()
	w.Header().Set("Location", back.String())
	w.WriteHeader(http.StatusFound)
}

// token answers /v4/oa/access_token: a code or a refresh token for a pair.
func (z *Zalo) token(w http.ResponseWriter, r *http.Request, in form) int {
	z.mu.Lock()
	defer z.mu.Unlock()
	if refusal := z.exchange(r, in); refusal != nil {
		return zaloJSON(w, refusal)
	}
	access := z.issue()
	return zaloJSON(w, map[string]any{
		"access_token": access, "refresh_token": z.refresh,
		"expires_in": strconv.Itoa(int(zaloAccessFor / time.Second)), // a string
	})
}

// exchange takes a code or a refresh token, for its only use. The lock is held.
func (z *Zalo) exchange(r *http.Request, in form) map[string]any {
	same := func(a, b string) bool { return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	switch {
	case r.Method != http.MethodPost:
		return zaloOAuthError(404, "Empty api")
	case in.fields["app_id"] != z.options.AppID || !same(r.Header.Get("secret_key"), z.options.AppSecret):
		return zaloOAuthError(-14004, "Invalid app id or secret key")
	case in.fields["grant_type"] == "authorization_code":
		grant, ok := z.grants[in.fields["code"]]
		delete(z.grants, in.fields["code"])
		sum := sha256.Sum256([]byte(in.fields["code_verifier"]))
		switch {
		case !ok || z.now().Sub(grant.at) > zaloCodeFor:
			return zaloOAuthError(-14010, "Invalid authorization code")
		case grant.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
			return zaloOAuthError(-14011, "Invalid code verifier")
		}
		return nil
	case in.fields["grant_type"] == "refresh_token":
		if !same(in.fields["refresh_token"], z.refresh) || z.now().Sub(z.refreshed) > zaloRefreshFor {
			return zaloOAuthError(-14014, "Invalid refresh token")
		}
		return nil
	default:
		return zaloOAuthError(-14001, "Invalid grant type")
	}
}

// issue makes a new pair. The lock is held, or nobody else is there yet.
func (z *Zalo) issue() string {
	z.newest = "access-" + z.next()
	z.access[z.newest] = z.now().Add(zaloAccessFor)
	z.refresh, z.refreshed = "refresh-"+z.next(), z.now()
	return z.newest
}

func zaloOAuthError(code int, says string) map[string]any {
	return map[string]any{"error": code, "error_name": says, "error_reason": says, "error_description": says}
}
