package dialogue

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// Receiver takes what one platform sends, by webhook or when asked: hops 2 to 4 of a message. Account is our own
// account's name where the platform names none.
type Receiver struct {
	Adapter bots.Adapter
	Account string
	Inbox   *store.Inbox
	Log     *slog.Logger
	Again   time.Duration // the wait after a failed poll, and of a process that is not the one to ask; 0: 5 s
}

// Receive returns when everything in a body is in the inbox. It fails with models.Invalid for what is no JSON, and with
// store.ErrUnavailable for what must be sent again.
func (r *Receiver) Receive(ctx context.Context, body []byte) error {
	events, err := r.Adapter.Parse(body)
	if err != nil && !json.Valid(body) { // asked only now: every body is read once
		return models.Invalid{Field: "body", Key: "error_json"}
	}
	if dated, ok := r.Adapter.(bots.Dater); ok {
		if err := dated.Fresh(body); err != nil { // 200 all the same: it was the platform's once
			r.Log.WarnContext(ctx, "old event of a platform dropped", "channel", r.Adapter.Name(), "error", err)
			return nil
		}
	}
	rows, err := r.rows(ctx, body, events, err)
	if err != nil {
		return err
	}
	return r.Inbox.Put(ctx, rows...)
}

// rows makes the rows of a body. One that the adapter cannot read is kept as it came, set aside: it was the platform's,
// so what is new in it is for us to learn, and sending it again would not help.
func (r *Receiver) rows(
	ctx context.Context, body []byte, events []bots.Incoming, unread error,
) ([]models.InboxEvent, error) {
	rows := make([]models.InboxEvent, 0, len(events)+1)
	if unread != nil {
		r.Log.ErrorContext(ctx, "update of a platform cannot be read, set aside", "channel", r.Adapter.Name())
		rows = append(rows, r.aside(body))
	}
	for _, in := range events {
		if in.Alert != "" {
			r.Log.ErrorContext(ctx, "a platform warns, act on it", "channel", r.Adapter.Name(), "act", in.Alert)
		}
		if in.Kind == bots.KindIgnored && !in.OpensWindow {
			continue
		}
		row, err := in.Inbox(r.Account)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r *Receiver) aside(body []byte) models.InboxEvent {
	sum := sha256.Sum256(body)
	return models.InboxEvent{
		ID:      models.InboxKey(r.Adapter.Name(), r.Account, hex.EncodeToString(sum[:]), "unreadable"),
		Channel: r.Adapter.Name(), Account: r.Account, Kind: "unreadable", Fault: "parse",
		Payload: strings.ToValidUTF8(strings.ReplaceAll(string(body), "\x00", ""), ""),
	}
}

// Poll asks the platform for its updates until ctx ends. One process at a time does, under a lease; the position is
// kept after the commit of what came before it, so that a crash repeats and never loses.
func (r *Receiver) Poll(ctx context.Context, s *store.Store, from bots.Poller) {
	name := "poll:" + r.Adapter.Name() + ":" + r.Account
	for ctx.Err() == nil {
		var lease models.Lease
		var held bool
		err := s.Tx(ctx, func(tx *store.Tx) error {
			var err error
			lease, held, err = tx.TakeLease(name)
			return err
		})
		if err == nil && held {
			err = r.pollUnder(ctx, s, &lease, from)
			end := context.WithoutCancel(ctx)
			if errEnd := s.Tx(end, func(tx *store.Tx) error { return tx.EndLease(lease) }); errEnd != nil {
				r.Log.WarnContext(ctx, "poller's lease not given back", "channel", r.Adapter.Name(), "error", errEnd)
			}
		}
		if ctx.Err() != nil {
			return
		}
		var wait time.Duration
		if err != nil && !errors.Is(err, models.ErrConflict) {
			level := slog.LevelWarn
			if failed, ok := errors.AsType[*bots.SendError](err); ok {
				if wait = failed.RetryAfter; failed.Class == bots.ErrToken {
					level = slog.LevelError
				}
			}
			r.Log.Log(ctx, level, "platform not asked, next try follows", "channel", r.Adapter.Name(), "error", err)
		}
		sleep(ctx, max(r.again(), wait))
	}
}

const pollAgain = 5 * time.Second

func (r *Receiver) again() time.Duration { return cmp.Or(r.Again, pollAgain) }

// pollUnder polls for as long as the lease can be kept.
func (r *Receiver) pollUnder(ctx context.Context, s *store.Store, lease *models.Lease, from bots.Poller) error {
	for {
		began := s.Now()
		bodies, next, err := from.Poll(ctx, lease.Position)
		if err != nil {
			return err
		}
		var rows []models.InboxEvent
		for _, body := range bodies {
			events, err := r.Adapter.Parse(body)
			more, err := r.rows(ctx, body, events, err)
			if err != nil {
				return err
			}
			rows = append(rows, more...)
		}
		if err := r.Inbox.Put(ctx, rows...); err != nil { // one commit for all, within the lease
			return err
		}
		if len(rows) == 0 && s.Now().Sub(began) < time.Second { // a server that does not wait for updates
			sleep(ctx, min(time.Second, r.again()))
		}
		lease.Position = next
		if err := s.Tx(ctx, func(tx *store.Tx) error { return tx.KeepLease(*lease) }); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
