package dialogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
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
	Links    bool                    // residents can open our pages: the question for the place may carry a link
	Log      *slog.Logger
}

func (t *Talk) mind() Mind {
	return Mind{Model: t.Desk.Model, Catalogue: t.Desk.Catalogue, Areas: t.Desk.Areas}
}

// Converse reads all that is unread in the conversation of an inbox event. When another turn has the conversation it
// returns at once: that turn looks again after its commit.
func (t *Talk) Converse(ctx context.Context, inboxID string) error {
	return t.turns(ctx, func(tx *store.Tx) (store.Turn, bool, error) { return tx.TakeTurn(inboxID) })
}

// Settle looks at a draft whose time has come.
func (t *Talk) Settle(ctx context.Context, draftID string) error {
	return t.turns(ctx, func(tx *store.Tx) (store.Turn, bool, error) { return tx.TakeDraftsTurn(draftID) })
}

// turns takes turns until nothing is unread. The last look is outside of the lock: whoever found the conversation busy
// had committed its event before that look.
func (t *Talk) turns(ctx context.Context, take func(*store.Tx) (store.Turn, bool, error)) error {
	var pressed []bots.Incoming
	var channel string
	var met store.Turn
	defer func() { // after the last look: nobody waits for a courtesy
		t.acknowledge(ctx, channel, pressed)
		t.askName(ctx, met)
	}()
	for {
		var turn store.Turn
		var taken bool
		var heard []bots.Incoming
		err := t.Store.Tx(ctx, func(tx *store.Tx) (err error) {
			heard = nil
			if turn, taken, err = take(tx); err != nil || !taken {
				return err
			}
			heard, err = t.turn(tx, turn)
			return err
		})
		if err != nil {
			return t.failed(ctx, turn, err)
		}
		if !taken {
			return nil // another turn has it, or has read it
		}
		if turn.New {
			met = turn
		}
		channel, pressed = turn.Channel, append(pressed, heard...)
		if more, err := t.Store.Waiting(ctx, turn.Channel, turn.Account, turn.ExternalID); err != nil || !more {
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
func (t *Talk) failed(ctx context.Context, turn store.Turn, cause error) error {
	if turn.ExternalID != "" && ctx.Err() == nil {
		var hopeless *models.InboxEvent
		err := t.Store.Tx(ctx, func(tx *store.Tx) error {
			hopeless = nil
			unread, err := tx.Unread(turn.Channel, turn.Account, turn.ExternalID)
			if err != nil || len(unread) == 0 {
				return err
			}
			if unread[0].Attempts+1 >= giveUpAfter {
				hopeless = &unread[0]
				return nil
			}
			return tx.CountAttempt(unread[0].ID)
		})
		if err == nil && hopeless != nil {
			t.Log.ErrorContext(ctx, "inbox event set aside", "inbox_id", hopeless.ID, "error", cause)
			err = t.setAside(ctx, *hopeless)
		}
		if err != nil {
			return fmt.Errorf("converse: %w", errors.Join(cause, err))
		}
	}
	return fmt.Errorf("converse: %w", cause)
}

// acknowledgeFor is how long all courtesies of a turn may take together.
const acknowledgeFor = 3 * time.Second

// acknowledge shows the resident that something has come. It is a courtesy: whether it succeeds changes nothing.
func (t *Talk) acknowledge(ctx context.Context, channel string, heard []bots.Incoming) {
	adapter, ok := t.Adapters[channel].(bots.Acknowledger)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, acknowledgeFor)
	defer cancel()
	for _, in := range heard {
		if err := adapter.Acknowledge(ctx, in); err != nil {
			t.Log.InfoContext(ctx, "event not acknowledged", "channel", channel, "error", err)
		}
	}
}

// askName asks the platform what somebody is called who wrote for the first time. It may refuse, and nothing waits.
func (t *Talk) askName(ctx context.Context, met store.Turn) {
	adapter, ok := t.Adapters[met.Channel].(bots.Profiler)
	if !ok || strings.HasPrefix(met.ExternalID, bots.CommentPrefix) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, acknowledgeFor)
	defer cancel()
	name, err := adapter.Profile(ctx, met.ExternalID)
	if err == nil {
		name = models.Clean(name, 100)
		err = t.Store.Tx(ctx, func(tx *store.Tx) error { return tx.Introduce(met.ReporterID, name, "") })
	}
	if err != nil {
		t.Log.InfoContext(ctx, "name not asked", "channel", met.Channel, "error", err)
	}
}

// turn is one transaction of a conversation: every unread event and the passing of time are folded into the draft,
// and what follows becomes rows. It returns what was heard.
func (t *Talk) turn(tx *store.Tx, turn store.Turn) ([]bots.Incoming, error) {
	events := turn.Unread
	if len(events) > 0 && events[0].Attempts >= aloneAfter {
		events = events[:1]
	}
	s := &scene{talk: t, tx: tx, conversation: turn.Conversation, turn: turn}
	if turn.New {
		s.said = &said{}
	} else if err := s.load(); err != nil {
		return nil, err
	}
	if err := s.comeBack(); err != nil {
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
