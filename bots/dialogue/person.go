package dialogue

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// The payloads by which a resident goes to a person, and back.
const (
	payloadPerson = "person"
	payloadBot    = models.PayloadBot
)

// Return brings the bot back to a conversation when a person's time is over: it is what the task "return" calls.
func (t *Talk) Return(ctx context.Context, conversationID string) error {
	return t.turns(ctx, func(tx *store.Tx) (store.Turn, bool, error) {
		return tx.TakeConversationsTurn(conversationID)
	})
}

// callPerson hands the conversation to the hotline, visibly. Who asks again hears it again; what they have gathered so
// far waits.
func (s *scene) callPerson(once time.Duration) error {
	m, err := s.talk.Desk.CallPerson(s.tx, &s.conversation)
	if err != nil {
		return err
	}
	return s.say(Effect{Key: m.Key, Args: m.Args, Buttons: m.Buttons, Once: once})
}

// attended tells whether an event is a colleague's to answer. The bot itself still hears that somebody wants it back,
// which language they want, and dangers.
func (s *scene) attended(input Input) (bool, error) {
	if !s.takenOver() {
		return false, nil
	}
	if s.conversation.PersonSince != nil {
		s.conversation.Attend(s.tx.Now)
	}
	if chosen(input) == payloadBot {
		s.conversation.TakenOverUntil = &s.tx.Now
		return true, s.comeBack()
	}
	text := input.Event.Text
	if input.Event.Kind == bots.KindText && text != nil {
		switch commandOf(models.Fold(*text)) {
		case "en", "vi":
			return false, nil
		}
	}
	return s.draft.Danger == "" && !s.talk.mind().dangerous(text), nil
}

// quietly does what no colleague can do for a resident who takes back or corrects what they said, blocks us, gives the
// place on our page, or answers about a ticket: without a word of ours, but about a danger.
func (s *scene) quietly(input Input) error {
	draft := s.draft
	var effects []Effect
	mind := s.talk.mind()
	forTicket, err := s.answers(input)
	if err != nil {
		return err
	}
	switch in := input.Event; {
	case in.Beside && in.Ref == "":
		draft, effects = mind.gather(s.draft, input, s.tx.Now)
	case in.Beside, slices.Contains(silentKinds, in.Kind), ofTicket(chosen(input)),
		forTicket && input.Current.Answers:
		draft, effects = mind.Reduce(s.draft, input, s.tx.Now)
	case forTicket:
		effects = []Effect{{Kind: EffectAttach, Code: input.Current.Code, Messages: []string{input.Message}}}
	default:
		return nil
	}
	input.Muted, s.silent = true, true
	defer func() { s.silent = false }()
	return s.apply(draft, input.restrain(effects))
}

// answers tells whether a piece is for the ticket whose message it quotes, or whose department waits for an answer: as
// long as nothing else has been said, a colleague's words among it.
func (s *scene) answers(input Input) (bool, error) {
	current, in := input.Current, input.Event
	if current.Code == "" || current.Over || !in.Actionable || !keeps(in.Kind) || in.Kind == bots.KindContact {
		return false, nil
	}
	if current.Answers || !current.Waiting {
		return current.Answers, nil
	}
	before, err := s.before(in.ReplyTo)
	return before.question.TicketID != nil, err
}

// ofTicket tells whether a payload is about a ticket.
func ofTicket(payload string) bool {
	_, rest, _ := strings.Cut(payload, ":")
	code, _, _ := strings.Cut(rest, ":")
	_, ok := models.ParseCode(code)
	return ok
}

var silentKinds = []bots.Kind{
	bots.KindEdit, bots.KindDelete, bots.KindBlock, bots.KindUnblock, bots.KindUnfollow,
}

// comeBack tells a resident that the bot answers again, when a person has had the conversation and their time is over.
// What was gathered before is looked at now.
func (s *scene) comeBack() error {
	if s.conversation.PersonSince == nil {
		return nil
	}
	if s.takenOver() {
		until, at := s.conversation.TakenOverUntil, s.conversation.WakeAt
		if at == nil || !at.Equal(*until) {
			s.conversation.Alarm(until) // rung too soon, or moved by the sweep
		}
		return nil
	}
	s.conversation.PersonSince, s.conversation.TakenOverUntil = nil, nil
	s.conversation.Alarm(nil)
	if s.draft.Open {
		s.draft.LookAt, s.changed = s.tx.Now, true
	}
	s.said, s.turn.New = nil, false
	return s.say(Effect{Key: "bot_back"})
}
