package dialogue

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// restoreWithin is how long something taken back can be had again.
const restoreWithin = 24 * time.Hour

// do writes one effect. was is the draft before the event that led to it.
func (s *scene) do(e Effect, was Draft) error {
	switch e.Kind {
	case EffectSay:
		return s.say(e)
	case EffectSubmit:
		return s.submit(was)
	case EffectRestore:
		return s.restore()
	case EffectStatus:
		return s.status(e.Code)
	case EffectLanguage:
		s.conversation.Language = e.Key
		return s.say(Effect{Key: "language_set"})
	case EffectBlock:
		if s.turn.BlockedAt = nil; e.Yes {
			s.turn.BlockedAt = &s.tx.Now
		}
		return s.tx.BlockAddress(s.turn.AddressID, e.Yes)
	case EffectRevise:
		return s.revise(e)
	case EffectHide:
		return s.hide(e.External)
	case EffectAttach:
		return s.add(e, was)
	case EffectWithdraw, EffectClose, EffectReopen, EffectRate:
		return s.verb(e)
	default:
		return fmt.Errorf("effect %q is not known", e.Kind)
	}
}

// submit makes a ticket of the draft.
func (s *scene) submit(d Draft) error {
	t, err := s.talk.Desk.Submit(s.tx, workflow.SubmitInput{
		Actor: s.actor(), ReporterID: s.conversation.ReporterID, ConversationID: &s.conversation.ID,
		Channel: s.conversation.Channel, Words: d.words(), Lat: d.Lat, Lon: d.Lon, Address: d.Address,
		Listen: d.Voices > 0, MessageIDs: d.messages(),
	})
	if err != nil {
		return err
	}
	s.row.Status, s.row.TicketID = models.DraftSubmitted, &t.ID
	return nil
}

// verb does what the resident asks for on a ticket that they have reported. One that is too late, or asked for twice,
// is harmless.
func (s *scene) verb(e Effect) error {
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, e.Code)
	if err != nil {
		return harmless(err)
	}
	act := workflow.Act{Actor: s.actor(), Ticket: t.ID}
	code := models.Args{"code": models.SpokenCode(t.Code)}
	desk := s.talk.Desk
	switch e.Kind {
	case EffectWithdraw:
		_, err = desk.Withdraw(s.tx, workflow.WithdrawInput{Act: act})
		if _, late := errors.AsType[models.IllegalMove](err); late {
			return s.tell(&t, Effect{Key: "withdraw_late", Args: code})
		}
		return s.after(err, t, Effect{Key: "withdrawn", Args: code})
	case EffectClose:
		_, err = desk.Close(s.tx, workflow.CloseInput{Act: act})
		return s.after(err, t, Effect{Key: "closed_thanks", Args: code, Buttons: starsFor(t.Code)})
	case EffectReopen:
		_, err = desk.Reopen(s.tx, workflow.ReopenInput{Act: act})
		return harmless(err)
	default:
		_, err = desk.Rate(s.tx, workflow.RateInput{Act: act, Stars: e.Stars})
		if e.Stars >= 4 {
			return s.after(err, t, Effect{Key: "rated_thanks", Args: code})
		}
		return s.after(err, t, Effect{Key: "rated_low", Args: code, Buttons: []models.Button{
			{Key: "button_reopen", Payload: "not_done:" + t.Code},
		}})
	}
}

// after says what follows a verb that succeeded.
func (s *scene) after(err error, t models.Ticket, e Effect) error {
	if err != nil {
		return harmless(err)
	}
	return s.tell(&t, e)
}

// add attaches pieces to a ticket. A draft whose ticket does not take them, under an old button, stays a draft:
// nothing is lost.
func (s *scene) add(e Effect, was Draft) error {
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, e.Code)
	if err == nil {
		err = s.attach(workflow.Act{Actor: s.actor(), Ticket: t.ID}, e, t)
	}
	switch {
	case was.Open && s.draft.Open: // an answer to a message of ours leaves the draft alone
	case was.Open && err != nil:
		s.draft = was
	case was.Open:
		s.row.Status, s.row.TicketID = models.DraftSubmitted, &t.ID
	}
	return harmless(err)
}

// attach adds later pieces to a ticket: a place or an address corrects it, anything else is there to be read.
func (s *scene) attach(act workflow.Act, e Effect, t models.Ticket) error {
	place, err := s.tx.MessagesPlace(e.Messages)
	if err != nil {
		return err
	}
	if place.Lat != nil && (t.State == models.StateNew || t.State == models.StateAssigned) {
		_, err = s.talk.Desk.Amend(s.tx, workflow.AmendInput{
			Act: act, Lat: place.Lat, Lon: place.Lon, MessageIDs: e.Messages,
		})
	} else {
		_, err = s.talk.Desk.Attach(s.tx, workflow.AttachInput{Act: act, MessageIDs: e.Messages})
	}
	if err != nil {
		return err
	}
	told, err := s.tx.ToldLately(s.conversation.ID, "attached", s.tx.Now.Add(-sameTicket))
	if err != nil || told {
		return err // once is enough for an album
	}
	return s.tell(&t, Effect{Key: "attached", Args: models.Args{"code": models.SpokenCode(t.Code)}})
}

// restore brings back what was taken back last: the ticket, or the draft that had not become one.
func (s *scene) restore() error {
	row, found, err := s.tx.LastDraft(s.conversation.ID)
	if err != nil {
		return err
	}
	if !found || s.draft.Open {
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	if row.TicketID == nil {
		return s.reopenDraft(row)
	}
	t, err := s.tx.Ticket(*row.TicketID)
	if err != nil {
		return harmless(err)
	}
	if t.State != models.StateWithdrawn {
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	_, err = s.talk.Desk.Reopen(s.tx, workflow.ReopenInput{Act: workflow.Act{Actor: s.actor(), Ticket: t.ID}})
	if _, late := errors.AsType[models.IllegalMove](err); late {
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	return s.after(err, t, Effect{Key: "restored", Args: models.Args{"code": models.SpokenCode(t.Code)}})
}

func (s *scene) reopenDraft(row models.Draft) error {
	if err := s.resume(row); err != nil {
		return err
	}
	if s.tx.Now.Sub(s.draft.EndedAt) > restoreWithin {
		s.draft, s.row = Draft{}, models.Draft{}
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	s.draft.LookAt, s.draft.EndedAt, s.changed = s.tx.Now, time.Time{}, true
	return s.say(Effect{Key: "draft_restored"})
}

// status says where a ticket stands: an own one with all that was promised, another's only as the public may know it.
func (s *scene) status(code string) error {
	if code == "" {
		return s.statusOfAll()
	}
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, code)
	key := "status_own"
	if errors.Is(err, models.ErrNotFound) {
		key = "status_public"
		t, err = s.tx.TicketByCode(models.System(), code)
	}
	if errors.Is(err, models.ErrNotFound) {
		return s.say(Effect{Key: "status_unknown"})
	}
	if err != nil {
		return err
	}
	args, err := s.statusArgs(t)
	if err != nil {
		return err
	}
	return s.say(Effect{Key: key, Args: args})
}

func (s *scene) statusOfAll() error {
	tickets, err := s.tx.ReporterTickets(s.conversation.ReporterID, 5)
	if err != nil {
		return err
	}
	if len(tickets) == 0 {
		return s.say(Effect{Key: "status_none"})
	}
	for _, t := range tickets {
		args, err := s.statusArgs(t)
		if err != nil {
			return err
		}
		if err := s.say(Effect{Key: "status_own", Args: args}); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) statusArgs(t models.Ticket) (models.Args, error) {
	department, err := s.talk.Desk.DepartmentName(s.tx, t)
	args := models.Args{
		"code": models.SpokenCode(t.Code), "category": t.Category, "state": string(t.State), "department": department,
	}
	if t.PromiseDue != nil && t.State.Open() {
		args["promise_due"] = t.PromiseDue.UTC().Format(time.RFC3339)
	}
	return args, err
}

// hide takes back what a resident unsent. The word of it may have overtaken the message.
func (s *scene) hide(external string) error {
	external = models.Clean(external, 1000)
	m, found, err := s.tx.HideMessage(s.conversation.ID, external)
	if err != nil {
		return err
	}
	if !found {
		s.conversation.Unsent = external
		return nil
	}
	return s.reread(m, "")
}

// reread lets the open draft follow an edit or an unsend.
func (s *scene) reread(m models.Message, text string) error {
	s.changed = true
	return s.apply(s.talk.mind().reread(s.draft, m, text, s.tx.Now))
}

// early takes an edit that has overtaken its message for the message itself; that one is kept when it comes, and adds
// nothing.
func (s *scene) early(e Effect) error {
	text := models.Clean(e.Text, 10_000)
	m, err := s.tx.Heard(models.Message{
		ConversationID: s.conversation.ID, Author: "resident", Text: text, ExternalID: models.Clean(e.External, 1000),
	})
	if err != nil {
		return err
	}
	in := bots.Incoming{Kind: bots.KindText, Text: &text, Actionable: true}
	err = s.apply(s.talk.mind().Reduce(s.draft, Input{Event: &in, Message: m.ID}, s.tx.Now))
	if s.draft.Open {
		s.draft.Early, s.changed = append(slices.Clip(s.draft.Early), e.External), true
	}
	return err
}

// revise keeps an edited message's new words beside the old ones; what became of them already hears of it.
func (s *scene) revise(e Effect) error {
	m, found, err := s.tx.ReviseMessage(s.conversation.ID, e.External, models.Clean(e.Text, 10_000))
	if err == nil && m.ID == "" {
		return s.early(e)
	}
	if err != nil || !found {
		return err
	}
	if m.TicketID == nil {
		return s.reread(m, m.Text)
	}
	_, err = s.talk.Desk.Amend(s.tx, workflow.AmendInput{
		Act:   workflow.Act{Actor: s.actor(), Ticket: *m.TicketID},
		Words: models.Clean(e.Text, 10_000),
	})
	return harmless(err)
}
