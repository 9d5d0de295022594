package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
)

// happened tells the events of a ticket in plain words, and after some of them what the machine thought.
func (w teller) happened() []entry {
	var all []entry
	owner := ""
	for _, e := range w.Events {
		d := dataOf(e)
		if id, set := d.Set["department"].(string); set {
			owner = id
		}
		told := entry{Kind: entryEvent, At: e.At, Line: w.event(e, d, owner), Extra: w.beside(e, d)}
		if id := d.note("note"); e.Verb != models.VerbNote && id != "" {
			i := slices.IndexFunc(w.Notes, func(n models.Note) bool { return n.ID == id })
			if i >= 0 {
				told.Text = w.Notes[i].Text
			}
		}
		if told.Line != "" {
			all = append(all, told)
		}
		if reason := w.reason(e, d); reason != "" {
			all = append(all, entry{Kind: entryReason, At: e.At, Line: reason})
		}
	}
	return all
}

// event is the sentence of an event: empty for those whose message or note says it all. A verb has one sentence for
// each kind of actor where it means something else, and one for all where not. Owner is whose the ticket is after it.
func (w teller) event(e models.Event, d eventData, owner string) string {
	key := "ticket_event_" + string(e.Verb)
	args := []string{"who", w.actor(e)}
	byActor := key + "_" + string(e.ActorKind)
	switch e.Verb {
	case models.VerbNote, models.VerbReply:
		return ""
	case models.VerbAttach:
		if e.ActorKind == models.ActorResident && d.word("state") == "" {
			return "" // what came is in the stream
		}
		key = byActor
	case models.VerbSubmit, models.VerbWithdraw, models.VerbClose:
		key = byActor
	case models.VerbFollow, models.VerbUnfollow:
		key = byActor
		args = append(args, "code", w.otherCode(d))
	case models.VerbMerge, models.VerbUnmerge:
		args = append(args, "code", w.otherCode(d))
	case models.VerbJudge:
		if key += "_not_done"; d.note("verdict") == string(models.VerdictDone) {
			key = "ticket_event_judge_done"
		}
	case models.VerbAmend:
		if key = byActor; d.Note["late"] == true {
			key += "_late"
		}
	case models.VerbReopen:
		if key = byActor; d.Set["reopens"] == nil {
			key = "ticket_event_restore"
		}
	case models.VerbAssign:
		args = append(args, "department", w.Names[owner])
	case models.VerbRate:
		stars, _ := d.Note["stars"].(float64)
		args = append(args, "stars", strconv.Itoa(int(stars)))
	case models.VerbResolve:
		if d.note("note") != "" {
			key += "_no_photo"
		}
		args = append(args, "outcome", w.sayOr("ticket_outcome_", d.word("outcome")))
	case models.VerbWarn, models.VerbBreach:
		due, _ := d.Note["due_at"].(float64)
		args = append(args, "clock", w.sayOr("ticket_clock_", d.note("clock")),
			"due_at", time.UnixMicro(int64(due)).UTC().Format(time.RFC3339))
	default:
	}
	return w.say(key, args...)
}

// otherCode is the code of the ticket that an event joined this one with, or that it is none of the colleague's.
func (w teller) otherCode(d eventData) string {
	return cmp.Or(models.SpokenCode(w.Codes[d.other()]), w.say("ticket_of_others"))
}

// actor is who did something, as a sentence names them.
func (w teller) actor(e models.Event) string {
	switch e.ActorKind {
	case models.ActorStaff:
		return w.colleague(e.ActorID)
	case models.ActorResident:
		return w.say("ticket_resident")
	default:
		return w.say("ticket_system")
	}
}

// beside says what else an event changed, in few words.
func (w teller) beside(e models.Event, d eventData) []string {
	var more []string
	if e.Verb == models.VerbTriage || e.Verb == models.VerbAmend || e.Verb == models.VerbLocate {
		for _, set := range []struct {
			name string
			told func(string) string
		}{
			{"category", w.categoryName},
			{"priority", func(key string) string { return w.sayOr("ticket_priority_", key) }},
			{"area", w.area},
		} {
			if value := d.word(set.name); value != "" {
				more = append(more, w.say("ticket_set_"+set.name)+" → "+set.told(value))
			}
		}
	}
	if e.Verb != models.VerbAssign && e.Verb != models.VerbSubmit && d.word("department") != "" {
		more = append(more, w.say("ticket_set_department")+" → "+w.Names[d.word("department")])
	}
	if d.Note["same_picture"] == true {
		more = append(more, w.say("ticket_same_picture"))
	}
	if d.Note["refused"] == true {
		more = append(more, w.say("ticket_photo_lost"))
	}
	if paused := d.number("paused_s"); paused >= 60 {
		more = append(more, w.say("ticket_stood_still", "duration", w.duration(int64(paused))))
	}
	return more
}

// reason is what the machine thought when it chose.
func (w teller) reason(e models.Event, d eventData) string {
	why := d.word("why")
	if why == "" || e.Verb == models.VerbReturn || why == string(models.WhyHotline) {
		return "" // a person said why
	}
	var parts []string
	if key := d.word("category"); e.Verb == models.VerbSubmit && key != "" {
		parts = append(parts, w.say("ticket_guess", "category", w.categoryName(key)))
	}
	parts = append(parts, strings.TrimSuffix(w.sayOr("why_", why), "."))
	said := strings.Join(parts, " · ")
	if to := w.Names[d.word("department")]; to != "" {
		said += " → " + to
	} else if to := w.Names[d.word("suggested")]; to != "" {
		said += " · " + w.say("ticket_suggests", "department", to)
	}
	return said
}

// duration writes seconds as people say them.
func (w teller) duration(seconds int64) string {
	minutes := seconds / 60
	hours, days := minutes/60, minutes/60/24
	switch {
	case days > 0:
		return w.say("ticket_days", "days", strconv.FormatInt(days, 10), "hours", strconv.FormatInt(hours%24, 10))
	case hours > 0 && minutes%60 == 0:
		return w.say("ticket_whole_hours", "hours", strconv.FormatInt(hours, 10))
	case hours > 0:
		return w.say("ticket_hours", "hours", strconv.FormatInt(hours, 10),
			"minutes", strconv.FormatInt(minutes%60, 10))
	default:
		return w.say("ticket_minutes", "minutes", strconv.FormatInt(minutes, 10))
	}
}
