package dialogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// Talk holds conversations: it is what the tasks "converse" and "settle" call.
type Talk struct {
	Store    *store.Store
	Desk     *workflow.Desk
	Adapters map[string]bots.Adapter // those that can show that something has come are told
	Log      *slog.Logger
}

func (t *Talk) mind() Mind { return Mind{Model: t.Desk.Model, Catalogue: t.Desk.Catalogue} }

// Converse reads all that is unread in the conversation of an inbox event. When another turn has the conversation it
// returns at once: that turn looks again after its commit.
func (t *Talk) Converse(ctx context.Context, inboxID string) error {
	return t.turns(ctx, func(tx *store.Tx) (models.Conversation, bool, error) {
		e, err := tx.InboxEvent(inboxID)
		if err != nil {
			return models.Conversation{}, false, err
		}
		return tx.LockConversation(e.Channel, e.Account, e.Sender)
	})
}

// Settle looks at a draft whose time has come.
func (t *Talk) Settle(ctx context.Context, draftID string) error {
	return t.turns(ctx, func(tx *store.Tx) (models.Conversation, bool, error) {
		d, err := tx.Draft(draftID)
		if err != nil {
			return models.Conversation{}, false, err
		}
		return tx.LockConversationByID(d.ConversationID)
	})
}

// turns takes turns until nothing is unread. The last look is outside of the lock: whoever found the conversation busy
// had committed its event before that look.
func (t *Talk) turns(ctx context.Context, take func(*store.Tx) (models.Conversation, bool, error)) error {
	var pressed []bots.Incoming
	var from models.Address
	defer func() { t.acknowledge(ctx, from, pressed) }() // after the last look: nobody waits for a courtesy
	for {
		var a models.Address
		var heard []bots.Incoming
		err := t.Store.Tx(ctx, func(tx *store.Tx) error {
			a, heard = models.Address{}, nil
			c, ok, err := take(tx)
			if err != nil || !ok {
				return err
			}
			if a, err = tx.ConversationAddress(c.AddressID); err != nil {
				return err
			}
			heard, err = t.turn(tx, c, a)
			return err
		})
		if errors.Is(err, models.ErrNotFound) {
			return nil // the row is gone: nobody waits
		}
		if err != nil {
			return t.failed(ctx, a, err)
		}
		if a.ID == "" {
			return nil // another turn has it
		}
		from = a
		pressed = append(pressed, heard...)
		var unread []models.InboxEvent
		err = t.Store.Read(ctx, func(tx *store.Tx) (err error) {
			unread, err = tx.Unread(a.Channel, a.Account, a.ExternalID)
			return err
		})
		if err != nil || len(unread) == 0 {
			return err
		}
	}
}

// An event that fails its turn is read alone after aloneAfter tries, and set aside after giveUpAfter: one that nobody
// can read must not silence its sender for ever.
const (
	aloneAfter  = 2
	giveUpAfter = 5
)

// failed counts a failed turn against the event that the turn began with.
func (t *Talk) failed(ctx context.Context, a models.Address, cause error) error {
	if a.ID != "" && ctx.Err() == nil {
		err := t.Store.Tx(ctx, func(tx *store.Tx) error {
			unread, err := tx.Unread(a.Channel, a.Account, a.ExternalID)
			if err != nil || len(unread) == 0 {
				return err
			}
			if unread[0].Attempts+1 >= giveUpAfter {
				t.Log.ErrorContext(ctx, "inbox event set aside", "inbox_id", unread[0].ID, "error", cause)
				return tx.Quarantine(unread[0].ID, "turn failed")
			}
			return tx.CountAttempt(unread[0].ID)
		})
		if err != nil {
			return fmt.Errorf("converse: %w", errors.Join(cause, err))
		}
	}
	return fmt.Errorf("converse: %w", cause)
}

// acknowledgeFor is how long all courtesies of a turn may take together.
const acknowledgeFor = 3 * time.Second

// acknowledge shows the resident that something has come. It is a courtesy: whether it succeeds changes nothing.
func (t *Talk) acknowledge(ctx context.Context, a models.Address, heard []bots.Incoming) {
	adapter, ok := t.Adapters[a.Channel].(bots.Acknowledger)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, acknowledgeFor)
	defer cancel()
	for _, in := range heard {
		if err := adapter.Acknowledge(ctx, in); err != nil {
			t.Log.InfoContext(ctx, "event not acknowledged", "channel", a.Channel, "error", err)
		}
	}
}

// turn is one transaction of a conversation: every unread event and the passing of time are folded into the draft,
// and what follows becomes rows. It returns what was heard.
func (t *Talk) turn(tx *store.Tx, c models.Conversation, a models.Address) ([]bots.Incoming, error) {
	events, err := tx.Unread(a.Channel, a.Account, a.ExternalID)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 && events[0].Attempts >= aloneAfter {
		events = events[:1]
	}
	s := &scene{talk: t, tx: tx, conversation: c, found: c, address: a}
	if err := s.load(); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.ID)
		if err := s.hear(e); err != nil {
			return nil, err
		}
	}
	if err := s.pass(); err != nil {
		return nil, err
	}
	if err := tx.ReadEvents(ids); err != nil {
		return nil, err
	}
	return s.heard, s.save()
}
