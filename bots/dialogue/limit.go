package dialogue

import (
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
	"github.com/vticket/vticket/workflow"
)

// What one sender may do before they are asked to slow down (design §5). Beyond it everything is still kept, and
// dangers are heard as always; nothing more is answered, and no more tickets are made.
const (
	messagesAMinute = 20
	ticketsADay     = 10
	trustedTimes    = 10               // as much of both, for those who lead a group of residents
	slowEvery       = 10 * time.Minute // between two requests to slow down
	insultsBorne    = 3                // within insultsFor, before the bot falls silent
	insultsFor      = time.Hour
	quietFor        = 30 * time.Minute
)

// limit is how much of something this sender may do.
func (s *scene) limit(usual int) int {
	if s.turn.Trusted {
		return usual * trustedTimes
	}
	return usual
}

// measure counts an event that was kept against what its sender may do, and says what that means for it.
func (s *scene) measure(e models.InboxEvent, in *bots.Incoming, input *Input) error {
	if in.Beside {
		return nil
	}
	pace := &s.conversation.Pace
	at := e.OccurredAt // what waited for us was not sent at once
	pace.Minute, pace.MinuteAt = since(pace.Minute, pace.MinuteAt, at, time.Minute)
	pace.Minute++
	input.Flood = pace.Minute > s.limit(messagesAMinute)
	if err := s.bear(in); err != nil {
		return err
	}
	input.Muted = s.muted()
	if !input.Flood || input.Muted || s.takenOver() {
		return nil
	}
	return s.slow(nil)
}

// since is a count that begins anew when its time is over.
func since(count int, from *time.Time, at time.Time, whole time.Duration) (int, *time.Time) {
	if from == nil || at.Sub(*from).Abs() >= whole {
		return 0, &at
	}
	return count, from
}

// slow asks a sender to slow down, once in a while.
func (s *scene) slow(into *models.Ticket) error {
	pace := &s.conversation.Pace
	if pace.ToldAt != nil && s.tx.Now.Sub(*pace.ToldAt) < slowEvery {
		return nil
	}
	pace.ToldAt = &s.tx.Now
	e := Effect{Key: "slow_down", Args: models.Args{}}
	if into != nil {
		e.Args["code"] = models.SpokenCode(into.Code)
	}
	s.said, s.turn.New = nil, false
	return s.tell(into, e)
}

// rude are folded words without which nothing is taken for an insult: the model, which knows better, is asked only
// where one of them stands.
const rude = " ngu dm dmm dcm vcl vl cc dit lon cac khon oc mat day an hai vo dung bon lu may me deo dech " +
	"fuck fucking shit stupid idiot idiots bitch moron useless damn "

// bear counts insults. After the third within an hour the bot says once that it falls silent, and does.
func (s *scene) bear(in *bots.Incoming) error {
	if in.Kind != bots.KindText || in.Text == nil || !s.insults(*in.Text) {
		return nil
	}
	pace := &s.conversation.Pace
	pace.Insults, pace.InsultedAt = since(pace.Insults, pace.InsultedAt, s.tx.Now, insultsFor)
	if pace.Insults++; pace.Insults < insultsBorne {
		return nil
	}
	until := s.tx.Now.Add(quietFor)
	told := s.muted()
	if pace.QuietUntil = &until; told || s.takenOver() {
		return nil
	}
	s.said, s.turn.New = nil, false
	return s.say(Effect{Key: "insults_pause"})
}

// muted tells whether the bot is silent for a while, after insults.
func (s *scene) muted() bool {
	until := s.conversation.Pace.QuietUntil
	return until != nil && s.tx.Now.Before(*until)
}

func (s *scene) insults(text string) bool {
	found := false
	for word := range strings.FieldsSeq(models.Fold(text)) {
		found = found || strings.Contains(rude, " "+word+" ")
	}
	return found && s.talk.Desk.Model.Classify(text).Intent == understand.IntentAbuse
}

// dangerous tells whether words speak of a danger: those are never held back.
func (m Mind) dangerous(text *string) bool {
	return text != nil && m.Model.Classify(*text).Danger
}

// restrain leaves out of what an event leads to the answers that somebody who sends too much, or insults, does not get.
// What changes a ticket, or keeps evidence, is done as always.
func (in Input) restrain(effects []Effect) []Effect {
	if !in.Flood && !in.Muted {
		return effects
	}
	return slices.DeleteFunc(slices.Clone(effects), func(e Effect) bool {
		switch e.Kind {
		case EffectSay:
			return e.Key != workflow.WarningKey && e.Key != callKey && e.Key != selfHarm
		case EffectStatus, EffectLanguage, EffectGone:
			return true
		case EffectData:
			return e.Key == dataSee
		default:
			return false
		}
	})
}

// spare keeps a report of somebody who has made too many today from becoming one more ticket: its pieces go to the last
// ticket that takes them, or wait until the day is over. A danger is not held back.
func (s *scene) spare(d Draft) (bool, error) {
	pace := &s.conversation.Pace
	pace.Day, pace.DayAt = since(pace.Day, pace.DayAt, s.tx.Now, 24*time.Hour)
	if d.Danger != "" || pace.Day < s.limit(ticketsADay) {
		pace.Day++
		return false, nil
	}
	tickets, err := s.tx.ReporterTickets(s.conversation.ReporterID, ticketsADay*trustedTimes)
	if err != nil {
		return false, err
	}
	for _, t := range tickets {
		if !slices.Contains(models.Legal(t.State), models.VerbAttach) || t.State == models.StateWaiting {
			continue // pieces of something else are no answer to a question
		}
		_, err := s.talk.Desk.Attach(s.tx, workflow.AttachInput{
			Act: workflow.Act{Actor: s.actor(), Ticket: t.ID}, MessageIDs: d.messages(),
		})
		if err != nil {
			return false, err
		}
		s.row.Status, s.row.TicketID = models.DraftSubmitted, &t.ID
		return true, s.slow(&t)
	}
	s.draft, s.changed = d, true
	s.draft.Open, s.draft.LookAt = true, pace.DayAt.Add(24*time.Hour)
	return true, s.slow(nil)
}
