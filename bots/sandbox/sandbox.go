// Package sandbox plays the platforms: it answers as they are documented to, keeps what it was asked, and lets
// residents write. It knows nothing of our adapters, and is never what residents are served with.
package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options are those of every platform.
type Options struct {
	Now       func() time.Time
	Backoff   time.Duration     // the wait after the first refusal by a webhook, doubled up to 64 times; 0: one second
	Transport http.RoundTripper // by which webhooks are posted; nil: one of its own
	First     int               // ids follow it: who keeps what another run said would take the same ones for old
	Paced     bool              // messages are refused that come faster than is documented (Telegram)
}

func (o Options) transport() http.RoundTripper {
	if o.Transport == nil {
		return &http.Transport{}
	}
	return o.Transport
}

// Button is a choice under a message.
type Button struct{ Title, Data string }

// Upload is a picture that was sent.
type Upload struct {
	Name   string
	Bytes  int
	SHA256 string
	raw    []byte
}

// Raw are the picture's bytes; nil where only its address was sent.
func (u Upload) Raw() []byte { return u.raw }

func newUpload(name string, raw []byte) Upload {
	sum := sha256.Sum256(raw)
	return Upload{Name: name, Bytes: len(raw), SHA256: hex.EncodeToString(sum[:]), raw: raw}
}

// Content is what a message shows.
type Content struct {
	Text           string
	Buttons        []Button
	AskLocation    string // the words of the button that sends a place
	RemoveKeyboard bool   // takes that button away
	Photos         []Upload
}

// Call is one request that a platform got, and the status that it answered with; 0 if it never answered.
type Call struct {
	Method string
	Chat   string
	Content
	Fields map[string]string // as they came
	Status int
	At     time.Time
}

// Message is what our side has put into a chat.
type Message struct {
	ID int64
	Content
	At time.Time
}

// Fault is what goes wrong with one call.
type Fault struct {
	Status           int    // the answer's status, with Body or the platform's own form of an error
	Body             string // a gateway's page, for one
	RetryAfter       int    // seconds
	Hang             bool   // no answer until the caller gives up
	ResetAfterAccept bool   // the call is done, and the connection broken instead of an answer
}

// ledger keeps what a platform was asked, and what it is to do wrong; the platform's own state is under its lock too.
type ledger struct {
	mu      sync.Mutex
	now     func() time.Time
	calls   []Call
	faults  map[string][]Fault
	sends   sendFaults
	changed chan struct{} // closed at every change
}

func newLedger(now func() time.Time) ledger {
	return ledger{now: now, faults: map[string][]Fault{}, changed: make(chan struct{})}
}

// FailNext lets the next call of a method fail; several wait their turn.
func (l *ledger) FailNext(method string, f Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults[method] = append(l.faults[method], f)
}

// Calls returns the calls of a method so far; of all for an empty one.
func (l *ledger) Calls(method string) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.callsOf(method)
}

func (l *ledger) callsOf(method string) []Call {
	return slices.DeleteFunc(slices.Clone(l.calls), func(c Call) bool { return method != "" && c.Method != method })
}

// AwaitCalls waits until a method was called so often.
func (l *ledger) AwaitCalls(ctx context.Context, method string, count int) ([]Call, error) {
	var calls []Call
	err := l.await(ctx, func() bool {
		calls = l.callsOf(method)
		return len(calls) >= count
	})
	if err != nil {
		return calls, fmt.Errorf("await %d calls of %s, got %d: %w", count, method, len(calls), err)
	}
	return calls, nil
}

// await waits until something is so; it is asked under the lock.
func (l *ledger) await(ctx context.Context, ready func() bool) error {
	for {
		l.mu.Lock()
		ok, changed := ready(), l.changed
		l.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// wake tells those who wait that something has changed. The lock is held.
func (l *ledger) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// record keeps a call.
func (l *ledger) record(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.At = l.now()
	l.calls = append(l.calls, c)
	l.wake()
}

// fault takes what is to go wrong with this call, if anything is.
func (l *ledger) fault(method string) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.faults[method]
	if len(waiting) == 0 {
		return l.sends.take(method)
	}
	l.faults[method] = waiting[1:]
	return waiting[0], true
}

// reset breaks a connection off, as a platform does that fails after it took a message.
func reset(w http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}
