package zalo

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vticket/vticket/bots"
)

const (
	callTimeout = 30 * time.Second
	maxAnswer   = 4 << 20     // bytes; the largest is a handful of events
	maxCause    = 300         // bytes of what a platform says of its refusal
	overloaded  = time.Minute // the wait where a platform does not say how long: its limits are per minute (§2.6)
)

// client makes the requests of both platforms. It asks no proxy, because the environment has no say, follows no
// redirect, because a token is in every request, and speaks HTTP/1.1: a connection that is silently dropped then harms
// one call, not all that would share it.
type client struct {
	transport http.RoundTripper
	now       func() time.Time
	secrets   []string // that nobody may read in an error
}

func newClient(r bots.Recording) *client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &client{now: r.Now, secrets: r.Secrets, transport: bots.Recorded(&http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
	}, r)}
}

// recording says how calls are told; those that poll are not.
func recording(channel string, record bots.Record, now func() time.Time, secrets []string) bots.Recording {
	return bots.Recording{Channel: channel, Record: record, Secrets: secrets, Quiet: "/getUpdates", Now: now}
}

// request is one that can be made again.
type request struct {
	method, address, kind string // kind is the content type
	body                  []byte
	header                map[string]string
}

// postJSON is a request that brings a value.
func postJSON(address string, value any) request {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // only our own types, which can always be encoded
	return request{method: http.MethodPost, address: address, kind: "application/json", body: body.Bytes()}
}

// answer is what came back; its body is nil where that is no JSON object.
type answer struct {
	status int
	header http.Header
	body   object
}

// exchange makes a request. It fails with *bots.SendError when there is no answer at all.
func (c *client) exchange(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(info httptrace.WroteRequestInfo) {
		if info.Err == nil { // nobody acts on half a request
			written.Store(true)
		}
	}})
	req, err := http.NewRequestWithContext(ctx, r.method, r.address, bytes.NewReader(r.body))
	if err != nil { // it would repeat the address, which may hold a token
		return answer{}, &bots.SendError{Class: bots.ErrRejected, Cause: "the platform's address is none"}
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	for name, value := range r.header {
		req.Header[name] = []string{value} // as Zalo writes it: access_token has no capitals
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return answer{}, &bots.SendError{
			Class: bots.ErrRetry, Ambiguous: written.Load(), Cause: c.redact(err.Error(), secretsOf(r)...),
		}
	}
	defer func() { _ = res.Body.Close() }()
	a := answer{status: res.StatusCode, header: res.Header}
	if raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer)); err == nil {
		a.body = asObject(raw)
	}
	return a, nil
}

// secretsOf are those in a request's header.
func secretsOf(r request) []string {
	found := make([]string, 0, len(r.header))
	for _, value := range r.header {
		found = append(found, value)
	}
	return found
}

// unread is what an answer means that is not in the platform's own form: a gateway's or a firewall's page, or half an
// answer. A gateway that waited in vain does not know whether the call was taken; its other pages say that nobody took
// it.
func (c *client) unread(a answer) *bots.SendError {
	failed := &bots.SendError{Class: bots.ErrRetry, Cause: "no answer of Zalo's, status " + strconv.Itoa(a.status)}
	switch a.status {
	case http.StatusTooManyRequests:
		failed.Class, failed.RetryAfter = bots.ErrThrottled, c.retryAfter(a)
	case http.StatusOK, http.StatusGatewayTimeout:
		failed.Ambiguous = true
	}
	return failed
}

// retryAfter is how long an answer asks us to wait.
func (c *client) retryAfter(a answer) time.Duration {
	said := a.header.Get("Retry-After")
	if n, err := strconv.Atoi(said); err == nil && n >= 0 {
		return min(time.Duration(min(n, 1<<20))*time.Second, staleAfter)
	}
	if at, err := http.ParseTime(said); err == nil {
		return min(max(0, at.Sub(c.now())), staleAfter)
	}
	return overloaded
}

// redact is a text without secrets and telephone numbers.
func (c *client) redact(text string, secrets ...string) string {
	text = bots.Redact(text, append(secrets, c.secrets...))
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "")
	}
	return text
}
