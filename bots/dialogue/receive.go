package dialogue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	Again   time.Duration // the wait after a failed poll, and of a process that is not the one to ask; 0: 5 s
}

// Receive returns when everything in a body is in the inbox. It fails with models.Invalid for what can never be read,
// and with store.ErrUnavailable for what must be sent again.
func (r *Receiver) Receive(ctx context.Context, body []byte) error {
	events, err := r.Adapter.Parse(body)
	if err != nil {
		return fmt.Errorf("%w: %w", models.Invalid{Field: "body", Key: "error_json"}, err)
	}
	rows := make([]models.InboxEvent, 0, len(events))
	for _, in := range events {
		if in.Kind == bots.KindIgnored {
			continue
		}
		row, err := in.Inbox(r.Account)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return r.Inbox.Put(ctx, rows...)
}

// Poll asks the platform for its updates until ctx ends. One process at a time does, under a lease; the position is
// kept after the commit of what came before it, so that a crash repeats and never loses.
func (r *Receiver) Poll(ctx context.Context, s *store.Store, from bots.Poller, log *slog.Logger) {
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
				log.WarnContext(ctx, "poller's lease not given back", "channel", r.Adapter.Name(), "error", errEnd)
			}
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil && !errors.Is(err, models.ErrConflict) {
			log.WarnContext(ctx, "platform not asked, next try follows", "channel", r.Adapter.Name(), "error", err)
		}
		sleep(ctx, cmp.Or(r.Again, pollAgain))
	}
}

const pollAgain = 5 * time.Second

// pollUnder polls for as long as the lease can be kept.
func (r *Receiver) pollUnder(ctx context.Context, s *store.Store, lease *models.Lease, from bots.Poller) error {
	for {
		bodies, next, err := from.Poll(ctx, lease.Position)
		if err != nil {
			return err
		}
		for _, body := range bodies {
			// One that can never be read must not hold up those behind it.
			if err := r.Receive(ctx, body); err != nil && !errors.As(err, &models.Invalid{}) {
				return err
			}
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
