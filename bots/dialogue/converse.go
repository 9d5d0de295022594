package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// Talk holds conversations: it is what the tasks "converse" and "settle" call.
type Talk struct {
	Store *store.Store
	Desk  *workflow.Desk
	Log   *slog.Logger
}

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
	for {
		var a models.Address
		err := t.Store.Tx(ctx, func(tx *store.Tx) error {
			a = models.Address{}
			c, ok, err := take(tx)
			if err != nil || !ok {
				return err
			}
			if a, err = tx.ConversationAddress(c.AddressID); err != nil {
				return err
			}
			return t.turn(tx, c, a)
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

// turn is one transaction of a conversation: every unread event and the passing of time are folded into the draft,
// and what follows becomes rows.
func (t *Talk) turn(tx *store.Tx, c models.Conversation, a models.Address) error {
	events, err := tx.Unread(a.Channel, a.Account, a.ExternalID)
	if err != nil {
		return err
	}
	if len(events) > 0 && events[0].Attempts >= aloneAfter {
		events = events[:1]
	}
	s := &scene{talk: t, tx: tx, conversation: c, address: a}
	if err := s.load(); err != nil {
		return err
	}
	ids := make([]string, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.ID)
		if err := s.hear(e); err != nil {
			return err
		}
	}
	if err := s.apply(Reduce(s.draft, Input{}, tx.Now)); err != nil {
		return err
	}
	if err := tx.ReadEvents(ids); err != nil {
		return err
	}
	return s.save()
}

// scene is what one turn works on.
type scene struct {
	talk         *Talk
	tx           *store.Tx
	conversation models.Conversation
	address      models.Address
	row          models.Draft
	draft        Draft
	changed      bool
}

func (s *scene) load() error {
	row, found, err := s.tx.OpenDraft(s.conversation.ID)
	if err != nil || !found {
		return err
	}
	s.row = row
	s.draft = Draft{Open: true}
	if err := json.Unmarshal([]byte(row.Slots), &s.draft.Slots); err != nil {
		return fmt.Errorf("decode draft %s: %w", row.ID, err)
	}
	return nil
}

func (s *scene) hear(e models.InboxEvent) error {
	var in bots.Incoming
	if err := json.Unmarshal([]byte(e.Payload), &in); err != nil {
		s.talk.Log.Error("inbox event cannot be read", "inbox_id", e.ID)
		return s.tx.Quarantine(e.ID, "payload")
	}
	m := models.Message{
		ConversationID: s.conversation.ID, InboxID: &e.ID, Author: "resident", Lat: in.Lat, Lon: in.Lon,
		CreatedAt: s.tx.Now,
	}
	if in.Text != nil {
		m.Text = models.Clean(*in.Text, 10_000)
		in.Text = &m.Text
	}
	if in.Message != nil {
		m.ExternalID = models.Clean(*in.Message, 1000)
	}
	m, err := s.tx.Heard(m)
	if err != nil {
		return err
	}
	s.conversation.LastInteractionAt = s.tx.Now
	last, _, err := s.tx.LastQuestion(s.conversation.ID)
	if err != nil {
		return err
	}
	s.changed = true
	return s.apply(Reduce(s.draft, Input{Event: &in, Message: m.ID, Choices: last.Buttons}, s.tx.Now))
}

func (s *scene) apply(d Draft, effects []Effect) error {
	if !d.WakeAt.Equal(s.draft.WakeAt) || d.Open != s.draft.Open {
		s.changed = true
	}
	s.draft = d
	for _, e := range effects {
		if err := s.do(e); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) do(e Effect) error {
	switch e.Kind {
	case EffectSay:
		return s.say(e)
	case EffectSubmit:
		return s.submit()
	case EffectClose, EffectReopen:
		return s.verb(e)
	default:
		return fmt.Errorf("effect %q is not known", e.Kind)
	}
}

func (s *scene) say(e Effect) error {
	_, err := s.tx.Say(models.Message{
		ConversationID: s.conversation.ID, Author: "bot", Key: e.Key, Args: e.Args,
	})
	return err
}

func (s *scene) actor() models.Actor {
	return models.Actor{Kind: models.ActorResident, ID: s.conversation.ReporterID}
}

func (s *scene) submit() error {
	t, err := s.talk.Desk.Submit(s.tx, workflow.SubmitInput{
		Actor: s.actor(), ReporterID: s.conversation.ReporterID, ConversationID: &s.conversation.ID,
		Channel: s.conversation.Channel, Words: strings.Join(s.draft.Words, "\n"),
		Lat: s.draft.Lat, Lon: s.draft.Lon, MessageIDs: s.draft.Messages,
	})
	if err != nil {
		return err
	}
	s.row.Status, s.row.TicketID = models.DraftSubmitted, &t.ID
	s.draft = Draft{Slots: s.draft.Slots}
	return nil
}

// verb does what a pressed choice asks for, on a ticket of this reporter only. A choice that came too late, or twice,
// is harmless.
func (s *scene) verb(e Effect) error {
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, e.Code)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	act := workflow.Act{Actor: s.actor(), Ticket: t.ID}
	if e.Kind == EffectReopen {
		_, err = s.talk.Desk.Reopen(s.tx, workflow.ReopenInput{Act: act})
	} else if t, err = s.talk.Desk.Close(s.tx, workflow.CloseInput{Act: act}); err == nil {
		err = s.say(Effect{Key: "closed_thanks", Args: models.Args{"code": models.SpokenCode(t.Code)}})
	}
	if _, late := errors.AsType[models.IllegalMove](err); late {
		return nil
	}
	return err
}

func (s *scene) save() error {
	if err := s.tx.SaveConversation(s.conversation); err != nil {
		return err
	}
	if !s.changed || s.row.ID == "" && !s.draft.Open && s.row.Status == "" {
		return nil
	}
	slots, err := json.Marshal(s.draft.Slots)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	s.row.ConversationID, s.row.Slots, s.row.WakeAt = s.conversation.ID, string(slots), nil
	if s.draft.Open {
		s.row.Status = models.DraftOpen
		if !s.draft.WakeAt.IsZero() {
			s.row.WakeAt = &s.draft.WakeAt
		}
	}
	return s.tx.SaveDraft(&s.row)
}
