package dialogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// scene is what one turn works on: it brings Reduce what it has to know, and writes what it decides.
type scene struct {
	talk         *Talk
	tx           *store.Tx
	turn         store.Turn // as it was found
	conversation models.Conversation
	said         *said // nil: to be asked for
	begun        *said // as it was when the turn began; nil: nothing was heard yet
	row          models.Draft
	draft        Draft
	changed      bool
	heard        []bots.Incoming
	silent       bool   // a colleague has the thread: what is done is not spoken of
	toldAll      bool   // what reports they have was said in this turn
	hearing      string // id of the message that is being answered; "": none that stands in the chat
	present      Input  // the event that is heard
	pressed      string // the payload of the event that is heard; "": nothing was pressed
	resumes      bool   // what was held for them goes out
	blocked      *bool  // whether they want to be reached; nil: as before
}

// said is what was said before: our last question, the ticket that was spoken of last, and the choices under what waits
// to be said.
type said struct {
	question models.Message
	waiting  []models.Button
	asked    bool
	spoken   store.Spoken
	of       bool // a ticket was spoken of
}

func (s *scene) load() error {
	row, found, err := s.tx.OpenDraft(s.conversation.ID)
	if err != nil || !found {
		return err
	}
	return s.resume(row)
}

func (s *scene) resume(row models.Draft) error {
	s.row = row
	s.draft = Draft{Open: true}
	if err := json.Unmarshal([]byte(row.Slots), &s.draft.Slots); err != nil {
		return fmt.Errorf("decode draft %s: %w", row.ID, err)
	}
	return nil
}

// hear keeps what an event says and folds it into the draft.
func (s *scene) hear(e models.InboxEvent) error {
	s.hearing = ""
	var in bots.Incoming
	if err := bots.Decode([]byte(e.Payload), &in); err != nil {
		s.talk.Log.Error("inbox event cannot be read", "inbox_id", e.ID)
		return s.tx.Quarantine(e.ID, "payload")
	}
	if in.ChatType != "" {
		return nil // a group is no place for reports: nothing of it is kept
	}
	if in.Text != nil {
		text := models.Clean(*in.Text, 10_000)
		in.Text = &text
	}
	if done, err := s.notice(&in); done || err != nil {
		return err
	}
	input, err := s.input(&in)
	if err != nil {
		return err
	}
	if keeps(in.Kind) {
		if err := s.keep(e, &in, &input); err != nil {
			return err
		}
	}
	s.pressed = in.Payload
	if s.changed = true; !in.Beside {
		s.heard = append(s.heard, in)
	}
	if keeps(in.Kind) {
		if err := s.measure(e, &in, &input); err != nil {
			return err
		}
	}
	if input.Hidden {
		return nil
	}
	if done, err := s.attended(input); done || err != nil {
		if err == nil {
			err = s.quietly(input) // a colleague answers; what is said is kept for them
		}
		return err
	}
	if in.Kind == bots.KindText && in.Message != nil && slices.Contains(s.draft.Early, *in.Message) {
		return nil // its edit was heard
	}
	s.present = input
	draft, effects := s.talk.mind().Reduce(s.draft, input, s.tx.Now)
	return s.apply(draft, input.restrain(effects))
}

// keeps tells the kinds of event that are messages of their own.
func keeps(kind bots.Kind) bool {
	switch kind {
	case bots.KindBlock, bots.KindUnblock, bots.KindEdit, bots.KindDelete, bots.KindReaction, bots.KindFollow,
		bots.KindUnfollow:
		return false
	default:
		return true
	}
}

func (s *scene) keep(e models.InboxEvent, in *bots.Incoming, input *Input) error {
	m := models.Message{
		ConversationID: s.conversation.ID, InboxID: &e.ID, Author: "resident", Lat: in.Lat, Lon: in.Lon,
		CreatedAt: s.tx.Now,
	}
	if in.Text != nil {
		m.Text = *in.Text
	}
	if in.Message != nil {
		m.ExternalID = models.Clean(*in.Message, 1000)
	}
	if m.ExternalID != "" && m.ExternalID == s.conversation.Unsent {
		m.HiddenAt, s.conversation.Unsent = &s.tx.Now, ""
	}
	m, err := s.tx.Heard(m)
	if err != nil {
		return err
	}
	input.Message, input.Hidden = m.ID, m.HiddenAt != nil
	if err := s.keepMedia(m, in); err != nil {
		return err
	}
	if in.Beside {
		return nil
	}
	if in.Kind != bots.KindPostback { // what was pressed cannot be quoted
		s.hearing = m.ID
	}
	s.awake()
	return nil
}

// awake notes that the resident has done something after which the platform lets us answer (channels.md §7): what was
// held for them goes out at the end of the turn.
func (s *scene) awake() {
	s.conversation.LastInteractionAt = s.tx.Now
	s.resumes = s.turn.Held
	if s.turn.BlockedAt != nil { // who writes to us has not blocked us
		s.block(false)
	}
}

func (s *scene) block(blocked bool) {
	if s.blocked, s.turn.BlockedAt = &blocked, nil; blocked {
		s.turn.BlockedAt = &s.tx.Now
	}
}

// reach writes how the resident can be reached now. It is the last of a turn: tickets are locked before addresses, as
// by the verbs of staff and by the courier.
func (s *scene) reach() error {
	if s.resumes {
		if err := s.tx.Resume(s.turn.AddressID); err != nil {
			return err
		}
	}
	if s.blocked != nil {
		return s.tx.BlockAddress(s.turn.AddressID, *s.blocked)
	}
	return nil
}

// keepMedia makes an attachment of each picture, sound, film or file that a message carries; they are fetched later.
func (s *scene) keepMedia(m models.Message, in *bots.Incoming) error {
	for _, media := range in.Media {
		switch media.Type {
		case bots.KindImage, bots.KindAudio, bots.KindVideo, bots.KindFile:
		default:
			continue // a sticker is nobody's evidence
		}
		source, err := json.Marshal(bots.Source{Channel: s.turn.Channel, Account: s.turn.Account, Media: media})
		if err != nil {
			return fmt.Errorf("encode media: %w", err)
		}
		err = s.tx.InsertAttachment(&models.Attachment{
			ConversationID: &s.conversation.ID, MessageID: &m.ID, Kind: models.AttachmentEvidence,
			Media: models.AttachmentMedia(media.Type), Source: string(source),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// input gathers what Reduce has to know about an event.
func (s *scene) input(in *bots.Incoming) (Input, error) {
	input := Input{Event: in}
	before, err := s.before(in.ReplyTo)
	if err != nil {
		return input, err
	}
	if s.tx.Now.Sub(before.question.CreatedAt) <= sameTicket {
		input.Question = before.question.Key
	}
	if adapter, ok := s.talk.Adapters[s.conversation.Channel]; ok {
		input.Window = adapter.Limits().Window
	}
	if !before.asked && in.Text != nil && speaksEnglish(*in.Text) {
		s.conversation.Language = locales.English
	}
	if s.begun == nil {
		s.begun = &before
	}
	input.Choices, input.Unseen = s.choices(before.question.Buttons), s.choices(before.waiting)
	if before.question.ID != s.begun.question.ID && rating(input.Choices) { // "1" pressed twice gives no single star
		input.Choices, input.Unseen = nil, input.Choices
	}
	if slices.ContainsFunc(input.Choices, func(c Choice) bool { return slices.Contains(input.Unseen, c) }) {
		input.Choices = nil // the same is asked anew, and answered when that has been read
	}
	input.Current = s.current(before, in.ReplyTo)
	return input, s.named(&input)
}

// rating tells whether choices are stars.
func rating(choices []Choice) bool {
	return slices.ContainsFunc(choices, func(c Choice) bool { return strings.HasPrefix(c.Payload, models.PayloadRate) })
}

// named looks whether digits that may answer a question are the code of an own ticket.
func (s *scene) named(input *Input) error {
	if input.Event.Text == nil || !input.answers() {
		return nil
	}
	code := statusOf(*input.Event.Text)
	if code == "" {
		return nil
	}
	_, err := s.tx.ReporterTicket(s.conversation.ReporterID, code)
	if err == nil {
		input.Tickets = []string{code}
	}
	return harmless(err)
}

// current is the ticket that an event belongs to which answers a message (replyTo, may be empty).
func (s *scene) current(before said, replyTo string) Current {
	if !before.of {
		return Current{}
	}
	spoken := before.spoken
	return Current{
		Code: spoken.Code, Category: spoken.Category, Address: spoken.Address, Untold: spoken.Untold, At: spoken.At,
		Answers:  replyTo != "" && spoken.Answers,
		Over:     !slices.Contains(models.Legal(spoken.State), models.VerbAttach),
		Resolved: spoken.State == models.StateResolved && spoken.Answered,
		Closed: spoken.State == models.StateClosed && spoken.Answered &&
			s.tx.Now.Sub(spoken.At) <= workflow.RestoreWithin,
		Waiting: spoken.State == models.StateWaiting || asksMore(spoken.Key) && s.tx.Now.Sub(spoken.At) <= sameTicket,
	}
}

// asksMore tells whether a message of ours asks for more words or pictures about its ticket.
func asksMore(key string) bool {
	return key == "reopened" || key == "not_done_kept" || key == "rated_low"
}

func (s *scene) choices(buttons []models.Button) (all []Choice) {
	for _, b := range buttons {
		all = append(all, Choice{Title: s.title(b), Payload: b.Payload})
	}
	return all
}

// title is what a button of ours says.
func (s *scene) title(b models.Button) string {
	args := b.Args
	if key, ok := args["kind"].(string); ok {
		args = models.Args{"kind": s.talk.Desk.Catalogue.Category(key).Name(s.conversation.Language)}
	}
	return locales.Message(s.conversation.Language, b.Key, args)
}

// before returns what was said before an event that answers a message (replyTo, may be empty). Until the turn itself
// does something it is asked for once.
func (s *scene) before(replyTo string) (said, error) {
	if s.said != nil && (replyTo == "" || s.turn.New) {
		return *s.said, nil
	}
	var b said
	told, waits, err := s.tx.LastTold(s.conversation.ID)
	if err != nil {
		return b, err
	}
	if told != nil {
		b.question, b.asked = *told, true
	}
	if waits != nil {
		b.waiting = waits.Buttons
	}
	if b.spoken, b.of, err = s.tx.SpokenOf(s.conversation.ID, replyTo); err != nil {
		return b, err
	}
	if replyTo == "" {
		s.said = &b
	}
	return b, nil
}

// pass lets time pass over the draft.
func (s *scene) pass() error {
	s.hearing = ""
	if s.takenOver() && s.draft.Danger == "" {
		if until := *s.conversation.TakenOverUntil; s.draft.Open && s.draft.LookAt.Before(until) {
			s.draft.LookAt, s.changed = until, true
		}
		return nil
	}
	var input Input
	if s.draft.Open && s.draft.words() == "" { // with words it is a report of its own, whatever else is open
		tickets, err := s.tx.ReporterTickets(s.conversation.ReporterID, 10)
		if err != nil {
			return err
		}
		for _, t := range tickets {
			if t.State.Open() {
				input.Tickets = append(input.Tickets, t.Code)
			}
		}
		before, err := s.before("")
		if err != nil {
			return err
		}
		input.Current = s.current(before, "")
	}
	input.Muted = s.muted()
	draft, effects := s.talk.mind().Reduce(s.draft, input, s.tx.Now)
	return s.apply(draft, input.restrain(effects))
}

func (s *scene) apply(d Draft, effects []Effect) error {
	if !d.LookAt.Equal(s.draft.LookAt) || d.Open != s.draft.Open {
		s.changed = true
	}
	was := s.draft
	s.draft = d
	for _, e := range effects {
		s.said, s.turn.New = nil, false
		if err := s.do(e, was); err != nil {
			return err
		}
	}
	if was.Open && !d.Open && !s.draft.Open { // what an effect ended has its row already
		return s.end(was)
	}
	return nil
}

// end writes a draft that is over as it was: another in the same turn is a row of its own, and this one can be had
// again.
func (s *scene) end(was Draft) error {
	if s.row.Status != models.DraftSubmitted {
		s.row.Status = models.DraftCancelled
	}
	was.EndedAt = s.tx.Now
	slots, err := json.Marshal(was.Slots)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	s.row.ConversationID, s.row.Slots, s.row.WakeAt = s.conversation.ID, string(slots), nil
	err = s.tx.SaveDraft(&s.row)
	s.row, s.changed = models.Draft{}, false
	return err
}

func (s *scene) say(e Effect) error {
	if e.Once > 0 {
		told, err := s.toldLately(e)
		if err != nil || told {
			return err
		}
	}
	return s.tell(nil, e)
}

// toldLately tells whether something was said since its Once; of a warning, the same one.
func (s *scene) toldLately(e Effect) (bool, error) {
	since := s.tx.Now.Add(-e.Once)
	if e.Key == workflow.WarningKey {
		return s.talk.Desk.Warned(s.tx, s.conversation.ID, e.Args, since)
	}
	return s.tx.ToldLately(s.conversation.ID, e.Key, since)
}

// tell says something about a ticket: an answer to it belongs to that ticket.
func (s *scene) tell(about *models.Ticket, e Effect) error {
	if s.silent && !slices.Contains(neverSilent, e.Key) || s.echoes(e.Key) {
		return nil
	}
	var ticketID *string
	if about != nil {
		ticketID = &about.ID
	}
	if e.AskLocation {
		if err := s.offerPage(&e); err != nil {
			return err
		}
	}
	m := models.Message{
		ConversationID: s.conversation.ID, TicketID: ticketID, Author: "bot",
		Key: e.Key, Args: e.Args, Buttons: e.Buttons,
		AskLocation: e.AskLocation,
	}
	if quoted := s.hearing; quoted != "" && slices.Contains(quoting, e.Key) {
		m.QuoteID = &quoted
	}
	_, err := s.tx.Say(m)
	return err
}

// quoting are the answers that show which message they answer: others may have come since, and several tickets be open.
var quoting = []string{
	"status_own", "status_public", "status_unknown", "status_list", "status_none", "attached", "understood", "placed",
	"readdressed",
}

func (s *scene) actor() models.Actor {
	return models.Actor{Kind: models.ActorResident, ID: s.conversation.ReporterID}
}

// save writes conversation and draft, and what follows for the address.
func (s *scene) save() error {
	if err := s.saveDraft(); err != nil {
		return err
	}
	return s.reach()
}

func (s *scene) saveDraft() error {
	if s.conversation != s.turn.Conversation {
		if err := s.tx.SaveConversation(s.conversation); err != nil {
			return err
		}
	}
	if !s.changed || !s.draft.Open {
		return nil
	}
	slots, err := json.Marshal(s.draft.Slots)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	s.row.ConversationID, s.row.WakeAt = s.conversation.ID, nil
	s.row.Status, s.row.Slots = models.DraftOpen, string(slots)
	if !s.draft.LookAt.IsZero() {
		s.row.WakeAt = &s.draft.LookAt
	}
	return s.tx.SaveDraft(&s.row)
}

// harmless turns what came too late, or twice, into nothing: it must not fail a turn.
func harmless(err error) error {
	if stale(err) {
		return nil
	}
	return err
}

// stale tells whether something failed because what it was for has moved on, or is none of theirs.
func stale(err error) bool {
	return errors.Is(err, models.ErrConflict) || errors.Is(err, models.ErrNotFound)
}
