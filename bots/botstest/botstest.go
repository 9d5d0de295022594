// Package botstest holds what every channel's adapter must do, as one table of cases that each fills in with its own
// platform's words. It knows no platform.
package botstest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
)

// Case is one channel. What a channel does not have stays empty: without Sign it must refuse every webhook, without
// Faults it calls no platform.
type Case struct {
	Name    string
	New     func(base string) bots.Adapter // fully configured, its platform at base
	Bare    func() bots.Adapter            // without any credential
	Sign    func(body []byte) http.Header  // what the platform sends with a body
	Signed  string                         // a body that can be signed; empty: one of Telegram's
	Secrets []string                       // what New is configured with and nobody may see
	Bodies  map[string]Body
	Sends   map[string]Send
	Plain   bots.Outgoing // sent where the platform answers wrongly
	Faults  map[string]Fault
	Fetches map[string]Fetch
}

// Body is what a platform posts, and the kinds of its events.
type Body struct {
	JSON  string
	Kinds []bots.Kind
}

// Send is what is sent, the requests that it becomes, and the id that the platform's answer gives it.
type Send struct {
	Out   bots.Outgoing
	Reply string
	Want  []Request
	ID    string
}

// Fault is an answer to a send and what it means; the cause is not compared. A nil Out stands for the plain message.
type Fault struct {
	Out   *bots.Outgoing
	Reply Reply
	Want  bots.SendError
}

// Fetch is a media item with the platform's answers by path, secrets in it written as SECRET: either its bytes or an
// error (any, where Fails) come of it. Nothing but those paths may be asked for. BASE at the beginning of its URL
// stands for the platform's address.
type Fetch struct {
	Media   bots.Media
	Replies map[string]Reply
	Bytes   string
	Err     error
	Fails   bool
}

// Run checks one channel.
func Run(t *testing.T, c Case) {
	t.Helper()
	t.Run("the name is stable", func(t *testing.T) {
		if first, second := c.New("http://127.0.0.1:1").Name(), c.Bare().Name(); first != c.Name || second != c.Name {
			t.Errorf("%q and %q, not %q", first, second, c.Name)
		}
	})
	t.Run("verify", c.verify)
	t.Run("parse", c.parse)
	for name, s := range c.Sends {
		t.Run("send "+name, func(t *testing.T) { c.send(t, s) })
	}
	for name, f := range c.Faults {
		t.Run("answered by "+name, func(t *testing.T) { c.refuse(t, f) })
	}
	if len(c.Faults) > 0 {
		t.Run("broken lines", c.lines)
	}
	for name, f := range c.Fetches {
		t.Run("fetch "+name, func(t *testing.T) { c.fetch(t, f) })
	}
}

// verify: only what the platform signed is taken, and nothing at all where no secret is set.
func (c Case) verify(t *testing.T) {
	t.Helper()
	adapter, body := c.New("http://127.0.0.1:1"), []byte(c.Signed)
	if len(body) == 0 {
		body = []byte(`{"update_id":1}`)
	}
	if err := adapter.Verify(http.Header{}, body); err == nil {
		t.Error("a webhook without a signature was taken")
	}
	if c.Sign == nil {
		return
	}
	signed := c.Sign(body)
	if err := adapter.Verify(signed, body); err != nil {
		t.Errorf("what the platform signed was refused: %v", err)
	}
	if c.Bare().Verify(signed, body) == nil || c.Bare().Verify(http.Header{}, body) == nil {
		t.Error("without a secret something was taken")
	}
	c.probe(t, adapter)
	for header, values := range signed {
		value := values[0]
		for _, wrong := range []string{
			"", value[:len(value)-1], value + "x", "x" + value[1:], strings.Repeat("0", len(value)),
		} {
			err := adapter.Verify(http.Header{header: {wrong}}, body)
			if err == nil {
				t.Errorf("a wrong signature was taken: %s: %q", header, wrong)
				continue
			}
			c.keepsSecrets(t, err)
		}
	}
}

// probe: the empty event by which an installation asks its own door is taken, and says nothing.
func (c Case) probe(t *testing.T, adapter bots.Adapter) {
	t.Helper()
	prober, ok := adapter.(bots.Prober)
	if !ok {
		return
	}
	header, body := prober.Probe()
	if err := adapter.Verify(header, body); err != nil {
		t.Errorf("the probe is refused: %v", err)
	}
	if events, err := adapter.Parse(body); err != nil || len(events) > 0 {
		t.Errorf("the probe is to say nothing: %+v, %v", events, err)
	}
	if dated, ok := adapter.(bots.Dater); ok {
		if err := dated.Fresh(body); err != nil {
			t.Errorf("the probe is to be fresh: %v", err)
		}
	}
}

// parse: the bodies mean what they are said to mean, and no garbage is taken for one or asks for anything.
func (c Case) parse(t *testing.T) {
	t.Helper()
	p := c.platform(t, Reply{})
	adapter := c.New(p.URL)
	for name, b := range c.Bodies {
		t.Run(name, func(t *testing.T) { c.body(t, adapter, b) })
	}
	for _, garbage := range []string{
		"", " ", "{", "no json", "\xff\xfe\x00", `"`, "{]}", strings.Repeat("[", 100_000),
	} {
		if _, err := adapter.Parse([]byte(garbage)); err == nil {
			t.Errorf("garbage is no error: %.20q", garbage)
		}
	}
	for _, odd := range []string{
		"null", "0", "[]", `"x"`, "{}", `{"message":[]}`, `{"entry":null,"message":{"chat":null}}`,
	} {
		_, _ = adapter.Parse([]byte(odd)) // it may say anything, and must not panic
	}
	if asked := p.requests(); len(asked) > 0 {
		t.Errorf("parsing asked the platform: %v", asked)
	}
}

// platform is one that gives the same answer to everything.
func (c Case) platform(t *testing.T, answer Reply) *platform {
	t.Helper()
	return newPlatform(t, c.Secrets, answer, nil)
}

func (c Case) body(t *testing.T, adapter bots.Adapter, b Body) {
	t.Helper()
	events, err := adapter.Parse([]byte(b.JSON))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []bots.Kind
	for _, e := range events {
		kinds = append(kinds, e.Kind)
		if e.Channel != c.Name || e.User == "" {
			t.Errorf("an event of channel %q and user %q", e.Channel, e.User)
		}
	}
	if diff := cmp.Diff(b.Kinds, kinds); diff != "" {
		t.Errorf("the kinds differ (-want +got):\n%s", diff)
	}
	for end := range len(strings.TrimRight(b.JSON, " \n")) { // a body that was cut off
		if _, err := adapter.Parse([]byte(b.JSON[:end])); err == nil {
			t.Fatalf("its first %d bytes are no error", end)
		}
	}
}

func (c Case) send(t *testing.T, s Send) {
	t.Helper()
	p := c.platform(t, Reply{Body: s.Reply})
	sent, err := c.New(p.URL).Send(t.Context(), s.Out)
	if err != nil {
		t.Fatal(err)
	}
	if sent.ID != s.ID {
		t.Errorf("the id is %q, not %q", sent.ID, s.ID)
	}
	if diff := cmp.Diff(s.Want, p.requests()); diff != "" {
		t.Errorf("the requests differ (-want +got):\n%s", diff)
	}
}

func (c Case) refuse(t *testing.T, f Fault) {
	t.Helper()
	p := c.platform(t, f.Reply)
	out := c.Plain
	if f.Out != nil {
		out = *f.Out
	}
	_, err := c.New(p.URL).Send(t.Context(), out)
	c.failed(t, err, f.Want)
}

// lines: what is known of a send whose line broke, and that nothing else than the platform is ever asked.
func (c Case) lines(t *testing.T) {
	t.Helper()
	unsure := bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	_, err := c.New(c.platform(t, Reply{Reset: true}).URL).Send(t.Context(), c.Plain)
	c.failed(t, err, unsure)

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = c.New(c.platform(t, Reply{Hang: true}).URL).Send(ctx, c.Plain)
	c.failed(t, err, unsure)
	if ctx.Err() == nil {
		t.Error("the send ended before its context")
	}

	elsewhere := c.platform(t, Reply{})
	away := c.platform(t, Reply{Status: http.StatusTemporaryRedirect, Location: elsewhere.URL})
	if _, err = c.New(away.URL).Send(t.Context(), c.Plain); err == nil {
		t.Error("a redirect is no answer")
	}
	if asked := elsewhere.requests(); len(asked) > 0 {
		t.Errorf("another host was asked: %v", asked)
	}

	elsewhere.Close()
	_, err = c.New(elsewhere.URL).Send(t.Context(), c.Plain)
	c.failed(t, err, bots.SendError{Class: bots.ErrRetry})

	_, err = c.Bare().Send(t.Context(), c.Plain)
	c.failed(t, err, bots.SendError{Class: bots.ErrToken})
}

func (c Case) failed(t *testing.T, err error, want bots.SendError) {
	t.Helper()
	failed, ok := errors.AsType[*bots.SendError](err)
	if !ok {
		t.Fatalf("not a send error: %v", err)
	}
	c.keepsSecrets(t, err)
	got := *failed
	got.Cause = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the error differs (-want +got):\n%s\n%v", diff, err)
	}
}

func (c Case) keepsSecrets(t *testing.T, err error) {
	t.Helper()
	for _, secret := range c.Secrets {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
}

func (c Case) fetch(t *testing.T, f Fetch) {
	t.Helper()
	p := newPlatform(t, c.Secrets, Reply{Status: http.StatusNotFound}, f.Replies)
	media := f.Media
	if path, ok := strings.CutPrefix(media.URL, "BASE"); ok {
		media.URL = p.URL + path
	}
	body, err := c.New(p.URL).Fetch(t.Context(), media)
	var raw []byte
	if err == nil {
		defer body.Close()
		raw, err = io.ReadAll(io.LimitReader(body, bots.MaxMedia+1))
	}
	c.keepsSecrets(t, err)
	switch {
	case f.Err == nil && !f.Fails:
		if err != nil || string(raw) != f.Bytes {
			t.Errorf("%d bytes and %v, not %d bytes", len(raw), err, len(f.Bytes))
		}
	case err == nil:
		t.Errorf("%d bytes were fetched", len(raw))
	case f.Err != nil && !errors.Is(err, f.Err):
		t.Errorf("%v, not %v", err, f.Err)
	}
	for _, asked := range p.requests() {
		if _, expected := f.Replies[asked.Path]; !expected {
			t.Errorf("asked for %s", asked.Path)
		}
	}
}
