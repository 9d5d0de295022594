package facebook

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/vticket/vticket/bots"
)

const (
	callTimeout = 40 * time.Second // a picture of 8 MB over a slow line
	maxAnswer   = 1 << 20          // bytes
)

// newClient asks no proxy, because the environment has no say, and follows no redirect: the token goes nowhere else. It
// speaks HTTP/1.1: a connection that is silently dropped then harms one call, not all that would share it.
func newClient(c Config) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bots.Recorded(&http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
			MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
		}, bots.Recording{
			Channel: Name, Record: c.Record, Secrets: append([]string{c.VerifyToken}, c.Secrets...), Now: c.Now,
		}),
	}
}

// call is one request to the Graph API: JSON, unless its form says otherwise. Bearer stands in for the page's token.
type call struct {
	method string
	path   string
	query  url.Values
	json   any
	form   *form
	bearer string
}

// form is a body of several parts.
type form struct {
	kind string
	body []byte
}

// ask makes one call and reads the answer into a value; nil for none. It fails with *bots.SendError.
func (a *Adapter) ask(ctx context.Context, c call, into any) error {
	secret := a.secret()
	if secret == "" {
		return &bots.SendError{Class: bots.ErrToken, Cause: "no app secret"}
	}
	if c.bearer == "" {
		var err error
		if c.bearer, err = a.token(ctx); err != nil {
			return err
		}
	}
	proof := hex.EncodeToString(sign(secret, []byte(c.bearer)))
	answer, err := a.exchange(ctx, c, proof)
	if err != nil {
		err.Cause = a.redact(err.Cause, c.bearer, proof)
		return err
	}
	if into != nil {
		_ = json.Unmarshal(answer, into) // what was done is not done again because its answer is odd
	}
	return nil
}

// secret is the newest app secret: it signs what we ask.
func (a *Adapter) secret() string {
	if len(a.config.Secrets) == 0 {
		return ""
	}
	return a.config.Secrets[0]
}

// token is the page's. Where it cannot be had just now, it may be later.
func (a *Adapter) token(ctx context.Context) (string, error) {
	if a.config.Token == nil {
		return "", &bots.SendError{Class: bots.ErrToken, Cause: "no page token"}
	}
	token, err := a.config.Token(ctx)
	if failed, ok := errors.AsType[*bots.SendError](err); ok {
		return "", failed
	}
	if err != nil {
		return "", &bots.SendError{Class: bots.ErrRetry, Cause: a.redact("page token: " + err.Error())}
	}
	if token == "" {
		return "", &bots.SendError{Class: bots.ErrToken, Cause: "no page token"}
	}
	return token, nil
}

// request makes the HTTP request of a call, with the proof that whoever has the token has the secret too.
func (a *Adapter) request(ctx context.Context, c call, proof string) (*http.Request, error) {
	var body []byte
	kind := ""
	switch {
	case c.form != nil:
		body, kind = c.form.body, c.form.kind
	case c.json != nil:
		var err error
		if body, err = json.Marshal(c.json); err != nil {
			return nil, err
		}
		kind = "application/json"
	}
	query := url.Values{"appsecret_proof": {proof}}
	maps.Copy(query, c.query)
	address := a.config.Base + "/" + a.config.Version + "/" + c.path + "?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, c.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.bearer)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}

// exchange sends a call and says what became of it. Facebook may have done what was asked when the whole request left
// us and nothing that can be read came back.
func (a *Adapter) exchange(ctx context.Context, c call, proof string) ([]byte, *bots.SendError) {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(info httptrace.WroteRequestInfo) {
		if info.Err == nil { // nobody acts on half a request
			written.Store(true)
		}
	}})
	req, err := a.request(ctx, c, proof)
	if err != nil {
		return nil, &bots.SendError{Class: bots.ErrRejected, Cause: cause(err)}
	}
	res, err := a.client.Do(req)
	if err != nil {
		return nil, &bots.SendError{Class: bots.ErrRetry, Ambiguous: written.Load(), Cause: cause(err)}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err == nil && !json.Valid(answer) {
		err = errAnswer
	}
	if err != nil {
		return nil, unreadable(res, err)
	}
	if failed := refusal(res, answer, a.config.Now()); failed != nil {
		return nil, failed
	}
	return answer, nil
}

// errAnswer is a page of something between us and the Graph API, or half an answer.
var errAnswer = errors.New("the answer is no JSON")

// cause is the text of an error without the address that was called.
func cause(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return err.Error()
}

// redact is a text without our secrets and without telephone numbers.
func (a *Adapter) redact(text string, secrets ...string) string {
	return bots.Redact(text, append(append(secrets, a.config.VerifyToken), a.config.Secrets...))
}

// classOf is the class of a failed call; empty for none.
func classOf(err error) bots.ErrorClass {
	failed, ok := errors.AsType[*bots.SendError](err)
	if !ok {
		return ""
	}
	return failed.Class
}
