package dialogue

import (
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
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
	switch in.Kind {
	case bots.KindEcho:
		switch {
		case in.Admin != "" && s.conversation.PersonSince != nil:
			s.attend()
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
		return true, s.awake()
	case bots.KindFollow:
		if err := s.awake(); err != nil {
			return true, err
		}
		return true, s.say(Effect{Key: "welcome"})
	case bots.KindComment:
		return true, s.comment(in)
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

// introduced keeps what a resident filled in for us; their address is heard as words.
func (s *scene) introduced(in *bots.Incoming) error {
	if in.Info == nil {
		return nil
	}
	phone, _ := models.NormalPhone(in.Info.Phone)
	address := models.Clean(in.Info.Address, addressRunes)
	in.Kind, in.Text = bots.KindText, nil
	if address != "" && s.draft.Open && s.draft.missing() == askPlace { // where they live is not where the pothole is
		in.Text = &address
	}
	return s.tx.Introduce(s.conversation.ReporterID, models.Clean(in.Info.Name, 100), phone)
}

// comment keeps what somebody wrote in public, and invites them to write to us: once, since the platform takes no more.
func (s *scene) comment(in *bots.Incoming) error {
	m := models.Message{ConversationID: s.conversation.ID, Author: "resident"}
	if in.Text != nil {
		m.Text = *in.Text
	}
	if in.Message != nil {
		m.ExternalID = models.Clean(*in.Message, 1000)
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
