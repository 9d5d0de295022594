package dialogue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models/store"
)

// exchange is a platform that is asked for its updates; a body is a JSON text, of the resident lan.
type exchange struct {
	phone
	answers []answer
	asked   []int64
	end     func() // called when there are no more answers
}

type answer struct {
	bodies []string
	next   int64
	err    error
}

func (e *exchange) Parse(body []byte) ([]bots.Incoming, error) {
	var text string
	if err := json.Unmarshal(body, &text); err != nil {
		return nil, err
	}
	in := bots.Incoming{Channel: "webchat", User: "lan", Message: &text, Kind: bots.KindText, Text: &text}
	if text == "NaN" { // an event that no row can hold
		in.AccuracyM = math.NaN()
	}
	return []bots.Incoming{in}, nil
}

func (e *exchange) Poll(ctx context.Context, from int64) (bodies [][]byte, next int64, err error) {
	e.asked = append(e.asked, from)
	if len(e.answers) == 0 {
		e.end()
		<-ctx.Done()
		return nil, from, ctx.Err()
	}
	a := e.answers[0]
	e.answers = e.answers[1:]
	for _, body := range a.bodies {
		bodies = append(bodies, []byte(body))
	}
	return bodies, a.next, a.err
}

// TestPoll: the platform is asked from behind what is safe, and what cannot be read holds nothing up.
func TestPoll(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		ctx, end := context.WithCancel(t.Context())
		platform := &exchange{end: end, answers: []answer{
			{bodies: []string{`"một"`, `"hai"`}, next: 3},
			{bodies: []string{`{broken`, `"hai"`, `"ba"`}, next: 6},
		}}
		r := &dialogue.Receiver{Adapter: platform, Account: "web", Inbox: c.inbox, Log: c.Log, Again: time.Millisecond}
		r.Poll(ctx, c.Store, platform)
		if diff := cmp.Diff([]int64{0, 3, 6}, platform.asked); diff != "" {
			t.Errorf("asked from (-want +got):\n%s", diff)
		}
		if got := unreadBy(t, c, "lan"); got != 3 {
			t.Errorf("three different messages came, the inbox has %d", got)
		}
		ctx, end = context.WithCancel(t.Context())
		platform.asked, platform.end = nil, end
		r.Poll(ctx, c.Store, platform)
		if diff := cmp.Diff([]int64{6}, platform.asked); diff != "" {
			t.Errorf("the next process goes on where this one ended (-want +got):\n%s", diff)
		}
	})
}

// TestPollAfterAFault: what was not taken is asked for again.
func TestPollAfterAFault(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		ctx, end := context.WithCancel(t.Context())
		platform := &exchange{end: end, answers: []answer{
			{err: errors.New("no answer")}, {bodies: []string{`"một"`, `"NaN"`}, next: 2}, {bodies: []string{`"hai"`}, next: 3},
		}}
		r := &dialogue.Receiver{Adapter: platform, Account: "web", Inbox: c.inbox, Log: c.Log, Again: time.Millisecond}
		r.Poll(ctx, c.Store, platform)
		if diff := cmp.Diff([]int64{0, 0, 0, 3}, platform.asked); diff != "" {
			t.Errorf("the position moves past what is safe only (-want +got):\n%s", diff)
		}
	})
}

func unreadBy(t *testing.T, c *chat, who string) (n int) {
	t.Helper()
	err := c.Store.Read(t.Context(), func(tx *store.Tx) error {
		events, err := tx.Unread("webchat", "web", who)
		n = len(events)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnAlertIsLogged: an operator hears of it, and nobody is answered.
func TestAnAlertIsLogged(t *testing.T) {
	var log bytes.Buffer
	r := &dialogue.Receiver{
		Adapter: &warned{}, Inbox: &store.Inbox{}, Log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	if err := r.Receive(t.Context(), []byte("{}")); err != nil {
		t.Fatalf("nothing of it is kept: %v", err)
	}
	if got := log.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "mend the page") {
		t.Errorf("the log is to say at level ERROR what to do: %q", got)
	}
}

// warned is a platform that has nothing but a warning for us.
type warned struct{ phone }

func (*warned) Parse([]byte) ([]bots.Incoming, error) {
	return []bots.Incoming{{Kind: bots.KindIgnored, Alert: "mend the page"}}, nil
}
