package notifications

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const (
	renewBefore = 5 * time.Hour         // the end of a token of 25 h: at about 20 h (channels.md §2.2)
	renewFor    = 10 * time.Second      // of one call, well within the lease
	renewLook   = 50 * time.Millisecond // between two looks at what another process renews
	renewWait   = 15 * time.Second      // altogether
	renewAgain  = time.Minute           // after a failure, while the old token is still good
)

// Tokens keeps the tokens of one account: it hands out the one that is good now, and renews it in time. A refresh token
// works once, so one process renews at a time, under a lease of the database; the new pair is committed before anybody
// gets it, and no transaction is open while the platform is asked. It is safe for concurrent use.
type Tokens struct {
	Channel, Account string

	Store  *store.Store
	Sealer models.Sealer
	Renew  func(ctx context.Context, refresh string) (bots.Grant, error) // asks the platform
	Log    *slog.Logger

	one     sync.Mutex // of this process renews; the others wait for it
	guard   sync.Mutex
	known   models.Grant
	access  string // of known, opened
	refused string // by the platform, whatever its time
}

// Token returns the access token that is good now. It fails with *bots.SendError of class token when there is none and
// a person has to consent again.
func (t *Tokens) Token(ctx context.Context) (string, error) {
	if token, ok := t.good(renewBefore); ok {
		return token, nil
	}
	t.one.Lock()
	defer t.one.Unlock()
	if token, ok := t.good(renewBefore); ok { // renewed while we waited
		return token, nil
	}
	if err := t.look(ctx); err != nil {
		return "", err
	}
	if token, ok := t.good(renewBefore); ok {
		return token, nil
	}
	err := t.lately()
	if err == nil {
		err = t.renew(ctx)
	}
	if token, ok := t.good(0); ok { // an old one that is still good is better than none
		return token, nil
	}
	if err == nil {
		err = errors.New("the platform gave a token that has ended")
	}
	return "", &bots.SendError{Class: bots.ErrToken, Cause: "no token: " + err.Error()}
}

// Refused hears that the platform refuses a token, whatever its time: the next one is asked for.
func (t *Tokens) Refused(_ context.Context, token string) error {
	t.guard.Lock()
	defer t.guard.Unlock()
	t.refused = token
	return nil
}

// Keep keeps the pair that a consent gave.
func (t *Tokens) Keep(ctx context.Context, g bots.Grant) error {
	row, err := t.seal(g)
	if err != nil {
		return err
	}
	err = t.Store.Tx(ctx, func(tx *store.Tx) error {
		row.IssuedAt = tx.Now
		return tx.SetGrant(row)
	})
	if err != nil {
		return err
	}
	return t.look(ctx)
}

// good returns the known token if it lives longer than left and was not refused. One whose renewal has just failed is
// good to its end.
func (t *Tokens) good(left time.Duration) (string, bool) {
	t.guard.Lock()
	defer t.guard.Unlock()
	now := t.Store.Now()
	if t.known.FaultAt != nil && now.Sub(*t.known.FaultAt) < renewAgain {
		left = 0
	}
	return t.access, t.access != "" && t.access != t.refused && t.known.ExpiresAt.After(now.Add(left))
}

// lately is the fault of a renewal that has just failed: nobody asks again before renewAgain.
func (t *Tokens) lately() error {
	t.guard.Lock()
	defer t.guard.Unlock()
	if at := t.known.FaultAt; at != nil && t.Store.Now().Sub(*at) < renewAgain {
		return errors.New(t.known.Fault)
	}
	return nil
}

// look reads what is kept.
func (t *Tokens) look(ctx context.Context) error {
	row, err := t.Store.Grant(ctx, t.Channel, t.Account)
	if errors.Is(err, models.ErrNotFound) {
		return &bots.SendError{
			Class: bots.ErrToken, Cause: "nobody has consented: run vticket channel setup " + t.Channel,
		}
	}
	if err != nil {
		return err
	}
	access, err := t.Sealer.Open(t.owner(), row.Access)
	if err != nil {
		return &bots.SendError{Class: bots.ErrToken, Cause: err.Error()}
	}
	t.guard.Lock()
	defer t.guard.Unlock()
	t.known, t.access = row, access
	return nil
}

// renew asks the platform for the next pair, or waits for whoever does. The pair before is the one that is known.
func (t *Tokens) renew(ctx context.Context) error {
	before := t.version()
	ctx, cancel := context.WithTimeout(ctx, renewWait)
	defer cancel()
	for {
		lease, held, err := t.lease(ctx)
		if err != nil {
			return err
		}
		if err := t.look(ctx); err != nil {
			return err
		}
		if t.version() != before { // somebody else has renewed it
			return nil
		}
		if held {
			err = t.ask(ctx)
			end := context.WithoutCancel(ctx)
			if errEnd := t.Store.Tx(end, func(tx *store.Tx) error { return tx.EndLease(lease) }); errEnd != nil {
				t.Log.WarnContext(ctx, "lease of a token not given back", "channel", t.Channel, "error", errEnd)
			}
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another process renews it: %w", ctx.Err())
		case <-time.After(renewLook):
		}
	}
}

func (t *Tokens) lease(ctx context.Context) (lease models.Lease, held bool, err error) {
	err = t.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		lease, held, err = tx.TakeLease("token:" + t.owner())
		return err
	})
	return lease, held, err
}

// ask renews the known pair. The new one is kept even if whoever asked has gone: the old one is used up.
func (t *Tokens) ask(ctx context.Context) error {
	t.guard.Lock()
	known := t.known
	t.guard.Unlock()
	refresh, err := t.Sealer.Open(t.owner(), known.Refresh)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	askCtx, cancel := context.WithTimeout(ctx, renewFor)
	defer cancel()
	given, err := t.Renew(askCtx, refresh)
	if err != nil {
		t.Log.ErrorContext(ctx, "token not renewed: should it go on, somebody has to consent again",
			"channel", t.Channel, "account", t.Account, "token_ends", known.ExpiresAt, "error", err)
		noted := t.Store.Tx(ctx, func(tx *store.Tx) error { return tx.FaultGrant(known, err.Error()) })
		return errors.Join(err, noted, t.look(ctx))
	}
	row, err := t.seal(given)
	if err != nil {
		return err
	}
	err = t.Store.Tx(ctx, func(tx *store.Tx) error {
		row.IssuedAt = tx.Now
		return tx.SaveGrant(row, known.Version)
	})
	if err != nil && !errors.Is(err, models.ErrConflict) {
		return fmt.Errorf("keep a renewed token: %w", err)
	}
	return t.look(ctx)
}

func (t *Tokens) seal(g bots.Grant) (row models.Grant, err error) {
	row = models.Grant{Channel: t.Channel, Account: t.Account, ExpiresAt: g.ExpiresAt, Version: 1}
	if row.Access, err = t.Sealer.Seal(t.owner(), g.Access); err != nil {
		return row, err
	}
	row.Refresh, err = t.Sealer.Seal(t.owner(), g.Refresh)
	return row, err
}

func (t *Tokens) owner() string { return t.Channel + ":" + t.Account }

func (t *Tokens) version() int64 {
	t.guard.Lock()
	defer t.guard.Unlock()
	return t.known.Version
}
