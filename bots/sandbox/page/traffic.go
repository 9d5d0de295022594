package page

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	trafficKept  = 300       // exchanges
	trafficBody  = 64 << 10  // bytes of a body that are shown
	trafficTaken = 110 << 20 // bytes of a request: an album of ten of the largest pictures
)

// Which way a request went.
const (
	toPlatform = "in"  // the product asked the platform
	toProduct  = "out" // the platform's webhook
)

// exchange is one request and its answer, as they went over the wire.
type exchange struct {
	ID        int64     `json:"id"`
	Changed   int64     `json:"-"`
	At        time.Time `json:"at"`
	Platform  string    `json:"platform"`
	Direction string    `json:"direction"`
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Status    int       `json:"status"` // 0: there is no answer, yet or at all
	Done      bool      `json:"done"`
	Millis    int64     `json:"millis"`
	Header    []string  `json:"header"`
	Body      string    `json:"body"`
	Answered  []string  `json:"answer_header"`
	Answer    string    `json:"answer"`
}

// Traffic keeps the newest exchanges between the product and the platforms, secrets and all: they are fakes.
type Traffic struct {
	now     func() time.Time
	mu      sync.Mutex
	last    int64 // id
	changes int64
	kept    []*exchange
}

// NewTraffic returns an empty one.
func NewTraffic(now func() time.Time) *Traffic { return &Traffic{now: now} }

// begin keeps a request that has no answer yet.
func (t *Traffic) begin(platform, direction string, r *http.Request, path string, raw []byte) *exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	t.changes++
	e := &exchange{
		ID: t.last, Changed: t.changes, At: t.now(), Platform: platform, Direction: direction, Method: r.Method,
		Path: path, Header: headerLines(r.Header), Body: readable(r.Header.Get("Content-Type"), raw),
	}
	if t.kept = append(t.kept, e); len(t.kept) > trafficKept {
		t.kept = slices.Delete(t.kept, 0, len(t.kept)-trafficKept)
	}
	return e
}

// end adds the answer; status 0 where there was none.
func (t *Traffic) end(e *exchange, status int, header http.Header, raw []byte) {
	body := readable(header.Get("Content-Type"), raw)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	e.Changed, e.Status, e.Done, e.Answer = t.changes, status, true, body
	e.Millis, e.Answered = t.now().Sub(e.At).Milliseconds(), headerLines(header)
}

// since returns what was new or changed after a number, oldest first, and the number to ask with next.
func (t *Traffic) since(after int64) ([]exchange, int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := []exchange{}
	for _, e := range t.kept {
		if e.Changed > after {
			found = append(found, *e)
		}
	}
	return found, t.changes
}

// In lets a platform answer, and keeps what it was asked.
func (t *Traffic) In(platform string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, trafficTaken))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		e := t.begin(platform, toPlatform, r, r.URL.RequestURI(), raw)
		kept := &keptAnswer{ResponseWriter: w}
		defer func() { t.end(e, kept.status, kept.Header(), kept.body.Bytes()) }()
		next.ServeHTTP(kept, r)
	})
}

// keptAnswer is an answer that is given and kept.
type keptAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (k *keptAnswer) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

// Write keeps the beginning of the body.
func (k *keptAnswer) Write(p []byte) (int, error) {
	if k.status == 0 {
		k.status = http.StatusOK
	}
	if room := trafficBody + 1 - k.body.Len(); room > 0 {
		k.body.Write(p[:min(room, len(p))])
	}
	return k.ResponseWriter.Write(p)
}

// Unwrap leads to the connection, which a platform may break off.
func (k *keptAnswer) Unwrap() http.ResponseWriter { return k.ResponseWriter }

// Out is how a platform posts its webhooks, and keeps them.
func (t *Traffic) Out(platform string) http.RoundTripper {
	return &outgoing{t: t, platform: platform, transport: &http.Transport{}}
}

type outgoing struct {
	t         *Traffic
	platform  string
	transport *http.Transport
}

// RoundTrip posts a webhook.
func (o *outgoing) RoundTrip(r *http.Request) (*http.Response, error) {
	var raw []byte
	if r.GetBody != nil {
		if body, err := r.GetBody(); err == nil {
			raw, _ = io.ReadAll(body) // it is in memory
		}
	}
	e := o.t.begin(o.platform, toProduct, r, r.URL.RequestURI(), raw)
	res, err := o.transport.RoundTrip(r)
	if err != nil {
		o.t.end(e, 0, http.Header{}, []byte(err.Error()))
		return nil, fmt.Errorf("post to the product: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, trafficBody+1))
	_ = res.Body.Close()
	o.t.end(e, res.StatusCode, res.Header, answer)
	if err != nil {
		return nil, fmt.Errorf("read the product's answer: %w", err)
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	return res, nil
}

// CloseIdleConnections ends what is open to the product.
func (o *outgoing) CloseIdleConnections() { o.transport.CloseIdleConnections() }

// dull headers say nothing about a platform.
var dull = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Date", "User-Agent", "Vary", "X-Content-Type-Options",
	"Referrer-Policy", "X-Frame-Options", "Content-Security-Policy", "Permissions-Policy",
	"Cross-Origin-Opener-Policy", "Strict-Transport-Security",
}

func headerLines(header http.Header) []string {
	lines := []string{}
	for name, values := range header {
		if !slices.Contains(dull, name) {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	return lines
}
