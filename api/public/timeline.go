package public

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// step is one line of what happened to a report.
type step struct {
	Words string
	At    time.Time
	Extra string // after the time: how long it took, by which way it came
	Tone  string // of the dot
	Said  answer // what was answered then and was not the end of it; for its reporter only
	Shots []string
}

// eventData is what a step is made of.
type eventData struct {
	Set struct {
		Department *string         `json:"department"`
		Outcome    *models.Outcome `json:"outcome"`
	} `json:"set"`
	Note struct {
		Channel string `json:"channel"`
	} `json:"note"`
}

func dataOf(e models.Event) (d eventData) {
	_ = json.Unmarshal([]byte(e.Data), &d) // what cannot be read says nothing more than its verb
	return d
}

// departmentNames returns the names of the departments that a timeline speaks of.
func departmentNames(tx *store.Tx, events []models.Event) (map[string]string, error) {
	names := map[string]string{}
	for _, e := range events {
		id := dataOf(e).Set.Department
		if id == nil || *id == "" || names[*id] != "" {
			continue
		}
		department, err := tx.Department(*id)
		if err != nil {
			return nil, err
		}
		names[*id] = department.Name
	}
	return names, nil
}

// stepsOf tells a timeline in plain words, the last step first. Notes, clocks and corrections are the city's own
// business; named is false where nobody may learn who works on it.
func stepsOf(lang string, found tracked, named bool) (steps []step) {
	handler := "" // whose the report was at that time
	for _, e := range found.timeline {
		data := dataOf(e)
		if id := data.Set.Department; id != nil {
			handler = found.names[*id]
		}
		who := handler
		if !named {
			who = ""
		}
		s, told := stepOf(lang, e, data, who)
		if !told {
			continue
		}
		if e.Verb == models.VerbResolve {
			s.Extra = elapsed(lang, e.At.Sub(found.ticket.CreatedAt))
			s.Said, s.Shots = earlier(found, e.At)
		}
		steps = append([]step{s}, steps...)
	}
	return steps
}

// earlier is the answer of a time with its pictures, for its reporter, unless it is the one that the page begins with.
func earlier(found tracked, at time.Time) (said answer, shots []string) {
	if !found.own || !found.ticket.State.Open() && answerOf(found.messages).At.Equal(at) {
		return said, nil
	}
	for _, m := range found.messages {
		if !answers(m) || m.ConversationID != found.converses || !m.CreatedAt.Equal(at) {
			continue
		}
		said.Text, _ = m.Args["text"].(string)
		for _, a := range found.pictures {
			if a.Picture() && slices.Contains(m.Args.Photos(), a.ID) {
				shots = append(shots, web.PhotoURL(a.ID, ""))
			}
		}
	}
	return said, shots
}

// stepOf tells one event; false for those that residents are not told of.
func stepOf(lang string, e models.Event, data eventData, who string) (step, bool) {
	say := func(key string) string { return locales.Message(lang, key, map[string]any{"department": who}) }
	s := step{At: e.At, Tone: "going"}
	switch e.Verb {
	case models.VerbSubmit:
		s.Words, s.Tone = say("track_step_submit"), ""
		if way := data.Note.Channel; channels()[way] {
			s.Extra = say("track_channel_" + way)
		}
	case models.VerbAssign, models.VerbReturn, models.VerbAccept, models.VerbAsk, models.VerbReopen:
		s.Words = say("track_step_" + string(e.Verb))
	case models.VerbAttach:
		if e.ActorKind != models.ActorResident {
			return s, false
		}
		s.Words, s.Tone = say("track_step_attach"), ""
	case models.VerbResolve:
		s.Words, s.Tone = say("track_step_resolve"), "ok"
		if data.Set.Outcome != nil {
			then := models.Ticket{State: models.StateResolved, Outcome: *data.Set.Outcome}
			s.Words = statusOf(lang, then, false).Words
		}
	case models.VerbClose:
		s.Words, s.Tone = say("track_step_close"), "ok"
		if e.ActorKind == models.ActorSystem {
			s.Words = say("track_step_close_silent")
		}
	case models.VerbFollow:
		s.Words, s.Tone = say("track_step_follow"), ""
	case models.VerbWithdraw:
		s.Words, s.Tone = say("track_step_withdraw"), ""
	default:
		return s, false
	}
	return s, true
}

// channels are the ways in which a report can come, as far as we have words for them.
func channels() map[string]bool {
	return map[string]bool{"webchat": true, "phone": true, "telegram": true, "zalo": true, "facebook": true}
}
