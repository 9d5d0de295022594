package dialogue

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// submission is what a draft submits.
func (s *scene) submission(d Draft) workflow.SubmitInput {
	return workflow.SubmitInput{
		Actor: s.actor(), ReporterID: s.conversation.ReporterID, ConversationID: &s.conversation.ID,
		Channel: s.conversation.Channel, Words: d.words(), Lat: d.Lat, Lon: d.Lon, Address: d.Address,
		Category: d.Category, Listen: d.Voices > 0, Unsure: s.talk.mind().unsure(d), MessageIDs: d.messages(),
		Quiet: d.Danger == selfHarm,
	}
}

// submit makes a ticket of the draft, unless there may be one of the same thing already: then it asks first. It makes
// one of each of several problems when they asked for that: each with its own words and receipt, all with the same
// place. The messages belong to the first; the others see its pictures.
func (s *scene) submit(d Draft) error {
	in := s.submission(d)
	if waits, err := s.confirm(d, &in); err != nil || waits {
		return err
	}
	if spared, err := s.spare(d); spared || err != nil {
		return err
	}
	for i, words := range s.talk.mind().tickets(d) {
		in.Words = words
		t, err := s.talk.Desk.Submit(s.tx, in)
		if err != nil {
			return err
		}
		if i == 0 {
			s.row.TicketID = &t.ID
			in.PicturesOf, in.MessageIDs, in.RelatedID, in.Relation = in.MessageIDs, nil, nil, ""
		}
	}
	s.row.Status = models.DraftSubmitted
	return nil
}

// tickets are the words of each ticket that a draft becomes.
func (m Mind) tickets(d Draft) []string {
	if d.Split {
		if parts := m.Model.Parts(d.words()); len(parts) > 1 {
			words := make([]string, 0, len(parts))
			for _, p := range parts {
				words = append(words, p.Text)
			}
			return words
		}
	}
	return []string{d.words()}
}
