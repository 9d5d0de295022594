package dialogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// do writes one effect. was is the draft before the event that led to it.
func (s *scene) do(e Effect, was Draft) error {
	switch e.Kind {
	case EffectSay:
		return s.say(e)
	case EffectSubmit:
		return s.submit(was)
	case EffectRestore:
		if e.Yes {
			return s.sendOn()
		}
		return s.restore()
	case EffectStatus:
		return s.status(e.Code)
	case EffectLanguage:
		s.conversation.Language = e.Key
		return s.say(Effect{Key: "language_set"})
	case EffectPerson:
		return s.callPerson(e.Once)
	case EffectData:
		return s.data(e)
	case EffectBlock:
		s.block(e.Yes)
		return nil
	case EffectRevise:
		return s.revise(e)
	case EffectHide:
		return s.hide(e.External)
	case EffectAttach, EffectReopen:
		return s.add(e, was)
	case EffectFollow:
		return s.follow(e, was)
	case EffectKeep:
		t, err := s.tx.ReporterTicket(s.conversation.ReporterID, e.Code)
		if err == nil {
			err = s.tx.LinkMessages(e.Messages, t.ID)
		}
		return harmless(err)
	case EffectGone:
		return s.gone()
	case EffectWithdraw, EffectClose, EffectRate:
		return s.verb(e)
	default:
		return fmt.Errorf("effect %q is not known", e.Kind)
	}
}

// verb does what the resident asks for on a ticket that they have reported. One that is too late changes nothing, and
// they are told so.
func (s *scene) verb(e Effect) error {
	err := s.tryVerb(e)
	if e.Kind != EffectWithdraw && stale(err) {
		return s.gone()
	}
	return harmless(err)
}

func (s *scene) tryVerb(e Effect) error {
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, e.Code)
	if err != nil {
		return err
	}
	act := workflow.Act{Actor: s.actor(), Ticket: t.ID}
	code := models.Args{"code": models.SpokenCode(t.Code)}
	desk := s.talk.Desk
	switch e.Kind {
	case EffectWithdraw:
		var left models.Ticket
		left, err = desk.Withdraw(s.tx, workflow.WithdrawInput{Act: act})
		if _, late := errors.AsType[models.IllegalMove](err); late {
			return s.tell(&t, Effect{Key: "withdraw_late", Args: code})
		}
		if err == nil && left.State != models.StateWithdrawn { // others report it too
			code["count"] = left.Reports
			return s.tell(&t, Effect{Key: "unfollowed", Args: code})
		}
		return s.after(err, t, Effect{Key: "withdrawn", Args: code})
	case EffectClose:
		var closed bool
		key := "closed_thanks"
		if _, closed, err = desk.Done(s.tx, workflow.CloseInput{Act: act}); err == nil && !closed {
			key = "done_kept"
		}
		return s.after(err, t, Effect{Key: key, Args: code, Buttons: starsFor(t.Code)})
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
		return err
	}
	return s.tell(&t, e)
}

// add attaches pieces to a ticket, or says with them that it is not done. A draft whose ticket does not take them,
// under an old button, stays a draft: nothing is lost.
func (s *scene) add(e Effect, was Draft) error {
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, e.Code)
	act := workflow.Act{Actor: s.actor(), Ticket: t.ID}
	switch {
	case err != nil:
	case e.Kind == EffectReopen:
		err = s.notDone(act, e.Messages)
	default:
		err = s.attach(act, e, t)
	}
	switch {
	case was.Open && s.draft.Open: // an answer to a message of ours leaves the draft alone
	case was.Open && stale(err):
		s.draft = was
		return s.gone()
	case was.Open && err != nil:
		return err
	case was.Open:
		s.row.Status, s.row.TicketID = models.DraftSubmitted, &t.ID
	}
	switch {
	case e.Kind == EffectReopen && stale(err):
		return s.gone()
	case stale(err) && !e.Yes && !s.silent && slices.Equal(e.Messages, []string{s.present.Message}):
		return s.begin()
	}
	return harmless(err)
}

// begin takes what its ticket does not take, which is over or no more theirs since a moment, for a piece of a report.
func (s *scene) begin() error {
	if s.present.Event.Beside { // a place on our page, for that ticket only
		return nil
	}
	d, effects := s.talk.mind().gather(s.draft, s.present, s.tx.Now)
	for i := range effects {
		effects[i].Once = sameTicket // it was warned of before it was to be added
	}
	return s.apply(d, s.present.restrain(effects))
}

// notDone says of a ticket's answer that it is not done, and adds the messages that show why.
func (s *scene) notDone(act workflow.Act, messages []string) error {
	_, _, err := s.talk.Desk.NotDone(s.tx, workflow.ReopenInput{Act: act})
	if err == nil && len(messages) > 0 {
		_, err = s.talk.Desk.Attach(s.tx, workflow.AttachInput{Act: act, MessageIDs: messages})
	}
	return err
}

// attach adds later pieces to a ticket: a point or an address corrects it, and so do the first words of one that nobody
// knows the matter of; anything else is there to be read.
func (s *scene) attach(act workflow.Act, e Effect, t models.Ticket) error {
	place, err := s.tx.MessagesPlace(e.Messages)
	if err != nil {
		return err
	}
	amend := workflow.AmendInput{
		Act: act, Lat: place.Lat, Lon: place.Lon, MessageIDs: e.Messages,
		Address: s.addressFor(t, place.Words),
	}
	if t.Untold() {
		amend.Words = strings.TrimSpace(place.Words)
	}
	after := t
	open := t.State == models.StateNew || t.State == models.StateAssigned
	if open && (amend.Lat != nil || amend.Address != "" || amend.Words != "") {
		after, err = s.talk.Desk.Amend(s.tx, amend)
	} else {
		_, err = s.talk.Desk.Attach(s.tx, workflow.AttachInput{Act: act, MessageIDs: e.Messages})
	}
	if err != nil {
		return err
	}
	switch {
	case e.Yes:
		return nil
	case t.Untold() && !after.Untold():
		return s.tellOwner(after, "understood")
	case t.Lat == nil && after.Lat != nil || !equal(t.DepartmentID, after.DepartmentID):
		return s.tellOwner(after, "placed")
	case t.Address != "" && after.Address != t.Address && !s.silent:
		return s.tell(&after, Effect{Key: "readdressed", Args: models.Args{
			"code": models.SpokenCode(after.Code), "place": after.Address,
		}})
	default:
		return s.noted(t)
	}
}

// tellOwner says what the first words about a ticket were taken for, or that its place is known, and who has it now.
func (s *scene) tellOwner(t models.Ticket, key string) error {
	if s.silent {
		return nil
	}
	owner, err := s.talk.Desk.DepartmentName(s.tx, t)
	if err != nil {
		return err
	}
	return s.tell(&t, Effect{Key: key, Args: models.Args{
		"category": t.Category, "code": models.SpokenCode(t.Code), "department": owner,
	}})
}

// equal tells whether two ids are the same, or both none.
func equal(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// addressIn is the address that words say for sure; "" for none.
func (s *scene) addressIn(words string) string {
	if place := s.talk.Desk.Areas.Read(words); place.Sure {
		return place.Address
	}
	return ""
}

// addressFor is the address of a ticket after words that correct it, say it for sure, or name its area that was
// not known; "" when they say nothing of it.
func (s *scene) addressFor(t models.Ticket, words string) string {
	mind := s.talk.mind()
	if address := mind.corrected(t.Address, words); address != "" {
		return address
	}
	if mind.Areas.Read(words).Sure {
		return mind.readdressed(t.Address, words)
	}
	if area, named := s.talk.Desk.Areas.Read(words).Area(); named && t.AreaCode == "" && t.Address != "" {
		return models.Clean(t.Address+", "+area.FullName, addressRunes)
	}
	return ""
}

// noted says that something was added to a ticket, once for an album.
func (s *scene) noted(t models.Ticket) error {
	if s.silent {
		return nil
	}
	told, err := s.tx.ToldOf(s.conversation.ID, t.ID, "attached", s.tx.Now.Add(-sameTicket))
	if err != nil || told {
		return err
	}
	return s.tell(&t, Effect{Key: "attached", Args: models.Args{"code": models.SpokenCode(t.Code)}})
}

// restore brings back what was taken back last: the ticket, however it was reported, or the draft that had not become
// one.
func (s *scene) restore() error {
	t, withdrawn, err := s.tx.LastWithdrawn(s.conversation.ReporterID, s.tx.Now.Add(-workflow.RestoreWithin))
	if err != nil {
		return err
	}
	row, found, err := s.tx.LastDraft(s.conversation.ID)
	if err != nil {
		return err
	}
	dropped := found && row.TicketID == nil
	if dropped && withdrawn {
		var slots Slots
		if err := json.Unmarshal([]byte(row.Slots), &slots); err != nil {
			return fmt.Errorf("decode draft %s: %w", row.ID, err)
		}
		dropped = slots.EndedAt.After(*t.ClosedAt)
	}
	switch {
	case s.draft.Open:
		return s.say(Effect{Key: "nothing_to_restore"})
	case dropped:
		return s.reopenDraft(row)
	case withdrawn:
		return s.reopenTicket(t)
	default:
		return s.say(Effect{Key: "nothing_to_restore"})
	}
}

func (s *scene) reopenTicket(t models.Ticket) error {
	back, err := s.talk.Desk.Reopen(s.tx, workflow.ReopenInput{Act: workflow.Act{Actor: s.actor(), Ticket: t.ID}})
	if _, late := errors.AsType[models.IllegalMove](err); late {
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	args := models.Args{"code": models.SpokenCode(t.Code)}
	if err == nil && back.PromiseDue != nil {
		args["promise_due"] = back.PromiseDue.UTC().Format(time.RFC3339)
	}
	return harmless(s.after(err, t, Effect{Key: "restored", Args: args}))
}

func (s *scene) reopenDraft(row models.Draft) error {
	if err := s.resume(row); err != nil {
		return err
	}
	if s.tx.Now.Sub(s.draft.EndedAt) > workflow.RestoreWithin {
		s.draft, s.row = Draft{}, models.Draft{}
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	s.draft.Doubt, s.draft.EndedAt = "", time.Time{}
	if err := s.catchUp(); err != nil {
		return err
	}
	if !s.draft.Open { // all of it was unsent
		return s.say(Effect{Key: "nothing_to_restore"})
	}
	s.draft.LookAt, s.changed = s.tx.Now, true
	return s.say(Effect{Key: "draft_restored"})
}

// catchUp lets a draft that was over follow what was edited and unsent since.
func (s *scene) catchUp() error {
	messages, err := s.tx.Messages(s.draft.messages())
	if err != nil {
		return err
	}
	for _, m := range messages {
		text := m.Text
		if m.HiddenAt != nil {
			text = ""
		}
		at := slices.IndexFunc(s.draft.Pieces, func(p Piece) bool { return p.Message == m.ID })
		if at < 0 || m.HiddenAt == nil && strings.TrimSpace(text) == s.draft.Pieces[at].Text {
			continue
		}
		if err := s.reread(m, text); err != nil {
			return err
		}
	}
	return nil
}

// sendOn takes up the question that was let go because nobody said whether it is to be sent on.
func (s *scene) sendOn() error {
	row, found, err := s.tx.LastDraft(s.conversation.ID)
	if err != nil || s.draft.Open {
		return err
	}
	if !found || row.TicketID != nil {
		return s.gone()
	}
	if err := s.resume(row); err != nil {
		return err
	}
	if !s.draft.asked(askSend) || s.tx.Now.Sub(s.draft.EndedAt) > workflow.RestoreWithin {
		s.draft, s.row = Draft{}, models.Draft{}
		return s.gone()
	}
	s.draft.Doubt, s.draft.EndedAt = "", time.Time{}
	if err := s.catchUp(); err != nil || !s.draft.Open {
		return err
	}
	s.draft.LookAt, s.changed = s.tx.Now, true
	return nil
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
	m.HiddenAt = &s.tx.Now
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
	if err != nil || s.silent {
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
	t, err := s.talk.Desk.Amend(s.tx, workflow.AmendInput{
		Act:   workflow.Act{Actor: s.actor(), Ticket: *m.TicketID},
		Words: models.Clean(e.Text, 10_000), Address: s.addressIn(e.Text),
	})
	mind := s.talk.mind()
	first := mind.warnAgain(mind.Model.Classify(e.Text), Current{Category: t.Category})
	late := stale(err)
	if err != nil && !late {
		return err
	}
	if err := s.apply(s.draft, first); err != nil || late {
		return err
	}
	s.hearing = m.ID
	return s.noted(t)
}
