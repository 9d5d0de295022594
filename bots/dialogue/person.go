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

// personFor is how long nobody may say anything before a conversation goes back from a person to the bot.
const personFor = 12 * time.Hour

// The payloads by which a resident goes to a person, and back.
const (
	payloadPerson = "person"
	payloadBot    = "bot"
)

// Return brings the bot back to a conversation when a person's time is over: it is what the task "return" calls.
func (t *Talk) Return(ctx context.Context, conversationID string) error {
	return t.turns(ctx, func(tx *store.Tx) (store.Turn, bool, error) {
		return tx.TakeConversationsTurn(conversationID)
	})
}

// callPerson hands the conversation to the hotline, visibly: the resident hears who answers and when. Who asks again
// hears it again; what they have gathered so far waits.
func (s *scene) callPerson(once time.Duration) error {
	if s.conversation.PersonSince == nil {
		s.conversation.PersonSince = &s.tx.Now
	}
	s.attend()
	hotline, err := s.tx.DepartmentByCode(models.HotlineCode)
	if err != nil {
		return err
	}
	return s.say(Effect{
		Key: "person_called", Args: models.Args{"department": hotline.Name, "hours": s.hours(hotline)}, Once: once,
		Buttons: []models.Button{{Key: "button_bot", Payload: payloadBot}},
	})
}

// hours are the working hours of a department as people read them; empty for day and night, as the hotline works unless
// it has a calendar of its own.
func (s *scene) hours(d models.Department) string {
	calendar, known := s.talk.Desk.Calendars[d.Calendar]
	if !known || calendar.Key == models.CalendarAlways {
		return ""
	}
	spans := make([]string, 0, 2)
	for _, span := range calendar.Spans[time.Monday] {
		spans = append(spans, span.String())
	}
	return strings.Join(spans, ", ")
}

// attend keeps the bot silent for as long as somebody may still say something.
func (s *scene) attend() {
	until := s.tx.Now.Add(personFor)
	s.conversation.TakenOverUntil = &until
	s.wakeAt(&until)
}

func (s *scene) wakeAt(at *time.Time) {
	s.conversation.WakeAt, s.conversation.Wakes = at, 0
	s.conversation.Epoch++
}

// attended tells whether an event is a colleague's to answer. The bot itself still hears that somebody wants it back,
// which language they want, and dangers.
func (s *scene) attended(input Input) (bool, error) {
	if !s.takenOver() {
		return false, nil
	}
	if s.conversation.PersonSince != nil {
		s.attend()
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

// quietly does what no colleague can do for a resident who takes back or corrects what they said, blocks us, or gives
// the place on our page: without a word of ours, but about a danger.
func (s *scene) quietly(input Input) error {
	var draft Draft
	var effects []Effect
	mind := s.talk.mind()
	switch in := input.Event; {
	case in.Beside && in.Ref == "":
		draft, effects = mind.gather(s.draft, input, s.tx.Now)
	case in.Beside, slices.Contains(silentKinds, in.Kind):
		draft, effects = mind.Reduce(s.draft, input, s.tx.Now)
	default:
		return nil
	}
	input.Muted, s.silent = true, true
	defer func() { s.silent = false }()
	return s.apply(draft, input.restrain(effects))
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
			s.wakeAt(until) // rung too soon, or moved by the sweep
		}
		return nil
	}
	s.conversation.PersonSince, s.conversation.TakenOverUntil = nil, nil
	s.wakeAt(nil)
	if s.draft.Open {
		s.draft.LookAt, s.changed = s.tx.Now, true
	}
	s.said, s.turn.New = nil, false
	return s.say(Effect{Key: "bot_back"})
}
