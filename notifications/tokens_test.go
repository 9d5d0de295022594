package notifications_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
)

// issuer gives pairs of tokens; each refresh token works once, as Zalo's do.
type issuer struct {
	clock *modelstest.Clock
	asked atomic.Int64
	down  atomic.Bool

	guard sync.Mutex
	next  string // the refresh token that works
	given int
}

func (i *issuer) Renew(_ context.Context, refresh string) (bots.Grant, error) {
	i.asked.Add(1)
	time.Sleep(20 * time.Millisecond) // so that others come meanwhile
	if i.down.Load() {
		return bots.Grant{}, errors.New("platform says -14001")
	}
	i.guard.Lock()
	defer i.guard.Unlock()
	if refresh != i.next {
		return bots.Grant{}, errors.New("refresh token was used")
	}
	return i.pair(), nil
}

func (i *issuer) pair() bots.Grant {
	i.given++
	i.next = fmt.Sprintf("refresh-%d", i.given)
	return bots.Grant{
		Access: fmt.Sprintf("access-%d", i.given), Refresh: i.next, ExpiresAt: i.clock.Now().Add(25 * time.Hour),
	}
}

func eachIssuer(t *testing.T, test func(t *testing.T, i *issuer, open func() *notifications.Tokens)) {
	t.Helper()
	clock := modelstest.NewClock(t, "2026-03-06T02:00:00Z")
	sealer, err := models.NewSealer(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err != nil {
		t.Fatal(err)
	}
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		i := &issuer{clock: clock}
		open := func() *notifications.Tokens { // as another process would
			return &notifications.Tokens{
				Channel: "zalo", Account: "42", Store: s, Sealer: sealer, Renew: i.Renew,
				Log: slog.New(slog.DiscardHandler),
			}
		}
		if err := open().Keep(t.Context(), i.pair()); err != nil {
			t.Fatal(err)
		}
		test(t, i, open)
	})
}

func TestTokensAreRenewedOnce(t *testing.T) {
	eachIssuer(t, func(t *testing.T, i *issuer, open func() *notifications.Tokens) {
		t.Helper()
		workers := []*notifications.Tokens{open(), open()}
		if token, err := workers[0].Token(t.Context()); err != nil || token != "access-1" || i.asked.Load() != 0 {
			t.Fatalf("a young token is given as it is: got %q, %v, platform asked %d times", token, err, i.asked.Load())
		}
		i.clock.Move(21 * time.Hour)
		var all sync.WaitGroup
		for n := range 200 {
			all.Go(func() {
				if token, err := workers[n%2].Token(t.Context()); err != nil || token != "access-2" {
					t.Errorf("every send beside a renewal is to get the new token, got %q, %v", token, err)
				}
			})
		}
		all.Wait()
		if i.asked.Load() != 1 {
			t.Errorf("two processes with 200 sends are to renew a token once, the platform was asked %d times", i.asked.Load())
		}
	})
}

func TestTokensRefused(t *testing.T) {
	eachIssuer(t, func(t *testing.T, i *issuer, open func() *notifications.Tokens) {
		t.Helper()
		workers := []*notifications.Tokens{open(), open()}
		for _, worker := range workers {
			if token, err := worker.Token(t.Context()); err != nil || token != "access-1" {
				t.Fatalf("before the refusal: %q, %v", token, err)
			}
		}
		for _, worker := range workers {
			if err := worker.Refused(t.Context(), "access-1"); err != nil {
				t.Fatal(err)
			}
			if token, err := worker.Token(t.Context()); err != nil || token != "access-2" {
				t.Errorf("after a refusal there is another token, got %q, %v", token, err)
			}
		}
		if i.asked.Load() != 1 {
			t.Errorf("who finds the token renewed by another does not renew it again: asked %d times", i.asked.Load())
		}
	})
}

func TestTokensWhenRenewalFails(t *testing.T) {
	eachIssuer(t, func(t *testing.T, i *issuer, open func() *notifications.Tokens) {
		t.Helper()
		tokens := open()
		i.down.Store(true)
		i.clock.Move(21 * time.Hour)
		for range 10 {
			if token, err := tokens.Token(t.Context()); err != nil || token != "access-1" {
				t.Errorf("a token that is not renewed is good to its end, got %q, %v", token, err)
			}
		}
		if i.asked.Load() != 1 {
			t.Errorf("a failing platform is asked once a minute, was asked %d times at one moment", i.asked.Load())
		}
		row, err := tokens.Store.Grant(t.Context(), "zalo", "42")
		if err != nil || row.Fault == "" {
			t.Errorf("the fault of a renewal is kept for whoever has to act: %q, %v", row.Fault, err)
		}
		i.clock.Move(5 * time.Hour)
		_, err = tokens.Token(t.Context())
		if failed, ok := errors.AsType[*bots.SendError](err); !ok || failed.Class != bots.ErrToken {
			t.Errorf("without a good token a send fails for want of a token, got %v", err)
		}
		i.down.Store(false)
		i.clock.Move(2 * time.Minute)
		if token, err := tokens.Token(t.Context()); err != nil || token != "access-2" {
			t.Errorf("a platform that is back gives the next token, got %q, %v", token, err)
		}
		if row, _ = tokens.Store.Grant(t.Context(), "zalo", "42"); row.Fault != "" || strings.Contains(row.Access, "access") {
			t.Errorf("a renewed grant has no fault and is sealed: %+v", row)
		}
	})
}

// TestATokenThatHasEndedIsNone: a platform that gives one is told of, and nothing is sent with it.
func TestATokenThatHasEndedIsNone(t *testing.T) {
	eachIssuer(t, func(t *testing.T, i *issuer, open func() *notifications.Tokens) {
		t.Helper()
		tokens := open()
		tokens.Renew = func(ctx context.Context, refresh string) (bots.Grant, error) {
			grant, err := i.Renew(ctx, refresh)
			grant.ExpiresAt = i.clock.Now()
			return grant, err
		}
		i.clock.Move(26 * time.Hour)
		token, err := tokens.Token(t.Context())
		failed, ok := errors.AsType[*bots.SendError](err)
		if token != "" || !ok || failed.Class != bots.ErrToken || !strings.Contains(failed.Cause, "has ended") {
			t.Errorf("it is to fail for want of a token and say why, got %q, %v", token, err)
		}
	})
}
