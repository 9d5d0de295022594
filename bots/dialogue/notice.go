package dialogue

import (
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// takeOverFor is how long the bot is silent after somebody wrote by hand in the platform's own inbox.
const takeOverFor = 30 * time.Minute

// takenOver tells whether a colleague has the conversation.
func (s *scene) takenOver() bool {
	until := s.conversation.TakenOverUntil
	return until != nil && until.After(s.tx.Now)
}

// notice does what follows from an event that is no message to us: what the platform says of our own messages, who
// follows us, what they filled in. done is false for what the draft has to hear. Only what the platforms count as an
// interaction opens their window (channels.md §7).
func (s *scene) notice(in *bots.Incoming) (done bool, err error) {
	if strings.HasPrefix(s.turn.ExternalID, bots.CommentPrefix) {
		return true, s.overheard(in)
	}
	switch in.Kind {
	case bots.KindEcho:
		switch {
		case in.Admin != "" && s.conversation.PersonSince != nil:
			s.conversation.Attend(s.tx.Now)
		case in.Admin != "":
			until := s.tx.Now.Add(takeOverFor)
			s.conversation.TakenOverUntil = &until
		}
		return true, nil
	case bots.KindDelivery, bots.KindRead:
		at := s.tx.Now
		if in.At != nil {
			at = *in.At
		}
		return true, s.tx.Arrived(s.turn.AddressID, in.MessageIDs, at, in.Kind == bots.KindRead)
	case bots.KindIgnored, bots.KindReferral:
		s.awake()
		return true, nil
	case bots.KindFollow:
		s.awake()
		return true, s.say(Effect{Key: "welcome"})
	case bots.KindLocation:
		return in.Edited, s.moved(in)
	case bots.KindPrivacyRequest:
		s.talk.Log.Warn("a resident withdraws what the platform told us", "channel", s.turn.Channel,
			"conversation_id", s.conversation.ID)
		return true, nil
	case bots.KindContact:
		if phone, ok := models.NormalPhone(in.ContactPhone); ok && in.ContactIsSelf != nil && *in.ContactIsSelf {
			return false, s.tx.ProvePhone(s.conversation.ReporterID, phone)
		}
	case bots.KindSharedInfo:
		return false, s.introduced(in)
	default:
	}
	return false, nil
}

// liveStep is how far a live place has to move, in metres, before its ticket hears of it: a phone that lies still
// wanders by as much.
const liveStep = 30

// liveFor is how long a live place counts for more than where it was shared: until the phone knows it well. After that
// whoever shares it may be on the way home.
const liveFor = 3 * time.Minute

// moved lets the pin of the open draft, or the place of the ticket that it became, follow a live place: without a word,
// as the resident did nothing (channels.md §5.3). Where another place was given since, that counts.
func (s *scene) moved(in *bots.Incoming) error {
	if !in.Edited || in.Message == nil || in.Lat == nil || in.Lon == nil || in.AccuracyM > roughM {
		return nil // what is that far off is no better place
	}
	pin, found, err := s.tx.Pin(s.conversation.ID, models.Clean(*in.Message, 1000))
	if err != nil || !found || s.tx.Now.Sub(pin.CreatedAt) > liveFor {
		return err
	}
	if pin.TicketID != nil {
		return s.movedTicket(pin, in)
	}
	if !s.draft.Open {
		return nil
	}
	if err := s.tx.MovePin(pin, *in.Lat, *in.Lon); err != nil {
		return err
	}
	mine := func(p Piece) bool { return p.Message == pin.ID }
	if samePoint(s.draft.Lat, s.draft.Lon, pin) && slices.ContainsFunc(s.draft.Pieces, mine) {
		s.draft.Lat, s.draft.Lon, s.draft.Rough = in.Lat, in.Lon, false
		s.changed = true
	}
	return nil
}

// movedTicket corrects the ticket whose place a pin gave, for as long as nobody has taken it on. After that its
// department is told once that the place has moved on, however often it does: the message shows where to.
func (s *scene) movedTicket(pin models.Message, in *bots.Incoming) error {
	if models.Metres(*pin.Lat, *pin.Lon, *in.Lat, *in.Lon) < liveStep {
		return nil
	}
	placed, err := s.placed(pin)
	if err != nil {
		return err
	}
	if placed {
		_, err = s.talk.Desk.Amend(s.tx, workflow.AmendInput{
			Act: workflow.Act{Actor: s.actor(), Ticket: *pin.TicketID}, Lat: in.Lat, Lon: in.Lon,
		})
		if err = harmless(err); err != nil {
			return err
		}
	}
	return s.tx.MovePin(pin, *in.Lat, *in.Lon)
}

// placed tells whether a pin is the place of its resident's report, and of the ticket if they reported it first: else
// another was given since, or a colleague knows better.
func (s *scene) placed(pin models.Message) (bool, error) {
	t, err := s.tx.Ticket(*pin.TicketID)
	if err != nil {
		return false, err
	}
	reports, err := s.tx.Reports(t.ID)
	first := true
	for _, r := range reports {
		switch {
		case r.WithdrawnAt != nil:
		case r.ReporterID == s.conversation.ReporterID:
			return samePoint(r.Lat, r.Lon, pin) && (!first || samePoint(t.Lat, t.Lon, pin)), err
		default:
			first = false
		}
	}
	return false, err
}

// samePoint tells whether a place is where a pin points.
func samePoint(lat, lon *float64, pin models.Message) bool {
	return lat != nil && lon != nil && *lat == *pin.Lat && *lon == *pin.Lon
}

// introduced keeps what a resident filled in for us. An address that answers our question is heard as words; without
// one there is nothing to report in it.
func (s *scene) introduced(in *bots.Incoming) error {
	if in.Info == nil {
		return nil
	}
	phone, _ := models.NormalPhone(in.Info.Phone)
	address := models.Clean(in.Info.Address, addressRunes)
	in.Text, in.Actionable = nil, false
	if address != "" && s.draft.Open && s.draft.missing() == askPlace { // where they live is not where the pothole is
		in.Kind, in.Text, in.Actionable = bots.KindText, &address, true
	}
	return s.tx.Introduce(s.conversation.ReporterID, models.Clean(in.Info.Name, 100), phone)
}

// overheard does what follows from a public comment and from what its author does to it later: that is never a report.
func (s *scene) overheard(in *bots.Incoming) error {
	if in.Message == nil {
		return nil
	}
	switch in.Kind {
	case bots.KindComment:
		return s.comment(in)
	case bots.KindEdit:
		text := ""
		if in.Text != nil {
			text = *in.Text
		}
		_, _, err := s.tx.ReviseMessage(s.conversation.ID, models.Clean(*in.Message, 1000), text)
		return err
	case bots.KindDelete:
		return s.hide(*in.Message)
	default:
		return nil
	}
}

// comment keeps what somebody wrote in public, and invites them to write to us: once, since the platform takes no more.
func (s *scene) comment(in *bots.Incoming) error {
	m := models.Message{
		ConversationID: s.conversation.ID, Author: "resident", ExternalID: models.Clean(*in.Message, 1000),
	}
	if in.Text != nil {
		m.Text = *in.Text
	}
	if m.ExternalID == s.conversation.Unsent { // the word of its end has overtaken it
		m.HiddenAt = &s.tx.Now
	}
	kept, err := s.tx.Heard(m)
	if err == nil {
		err = s.keepMedia(kept, in)
	}
	if err != nil || !s.turn.New {
		return err
	}
	s.conversation.LastInteractionAt = s.tx.Now
	return s.say(Effect{Key: "comment_invite"})
}
