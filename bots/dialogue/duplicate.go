package dialogue

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/workflow"
)

// sameWaits is how long a draft waits for the answer whether there is a ticket of it already. After that it is a ticket
// of its own, marked for staff: nothing is lost by silence.
const sameWaits = 5 * time.Minute

// The questions about a ticket that looks like a draft, by their locale keys.
const (
	askSame  = "ask_same"  // an open one: the same, or something else?
	askStill = "ask_still" // one that was answered lately: not done, or something else?
)

// Twin is a ticket that looks like what a draft is about. Relation is what the resident has said of it: RelationMaybe
// until then.
type Twin struct {
	Ticket   string          `json:"ticket"` // id
	Code     string          `json:"code"`
	Own      bool            `json:"own,omitempty"`
	Answered bool            `json:"answered,omitempty"`
	Relation models.Relation `json:"relation"`
	AskedAt  time.Time       `json:"asked_at,omitzero"` // zero: there is nothing to wait for
}

// open tells whether a draft waits to hear what its twin is.
func (t *Twin) open(now time.Time) bool {
	return t != nil && t.Relation == models.RelationMaybe && now.Before(t.AskedAt.Add(sameWaits))
}

// yes and no are whole messages that answer the question about a twin without pressing anything, folded.
var (
	yesSame = []string{
		"cung viec", "cung mot viec", "cung 1 viec", "cung viec do", "dung", "dung roi", "phai", "phai roi", "u", "uh",
		"vang", "da", "da dung", "same", "the same", "yes", "yep",
	}
	yesStill = []string{
		"chua xong", "chua", "van chua", "van chua xong", "chua xong dau", "van con", "dung", "dung roi", "phai", "u",
		"uh", "vang", "da", "not done", "not yet", "yes",
	}
	noOther = []string{
		"viec khac", "khac", "cho khac", "khong", "ko", "k", "khong phai", "ko phai", "something else", "other", "no",
		"different",
	}
)

// yesAtFirst and noAtFirst are how a few more words begin that answer it, folded.
var (
	yesAtFirst = []string{
		"dung roi ", "dung vay ", "dung do ", "phai roi ", "cung viec ", "cung cho ", "cai do ", "chinh no ",
		"chinh cai ", "van la ", "yes ", "the same ",
	}
	noAtFirst = []string{"khong phai ", "ko phai ", "viec khac ", "cho khac ", "cai khac ", "no ", "another "}
)

// begins tells whether a few folded words begin with one of some, and hold no number: that may be a house.
func begins(folded string, first []string) bool {
	return len(strings.Fields(folded)) <= ratingWords && digits(folded) == 0 &&
		slices.ContainsFunc(first, func(f string) bool { return strings.HasPrefix(folded, f) })
}

// meant returns the payload that a whole message stands for while the question about a twin is open.
func (d Draft) meant(in Input, now time.Time) string {
	if !d.Open || !d.Twin.open(now) || in.Event.Kind != bots.KindText || in.Event.Text == nil {
		return ""
	}
	text, verb, yes := models.Fold(*in.Event.Text), "same:", yesSame
	if d.Twin.Answered {
		verb, yes = "still:", yesStill
	}
	switch {
	case slices.Contains(yes, text), begins(text, yesAtFirst):
		return verb + d.Twin.Code
	case slices.Contains(noOther, text), begins(text, noAtFirst):
		return "other:" + d.Twin.Code
	default:
		return ""
	}
}

// relate takes the answer to the question about a twin. The same goes to that ticket, and so does what is not done of
// an own one. What is not done of another's becomes a ticket of its own that names the answered one: a stranger a few
// metres away may mean another hole, and must not put back to work what its own reporters were content with; they can
// do so themselves, and staff see both together.
func (d Draft) relate(verb, code string, now time.Time) (Draft, []Effect) {
	if !d.Open || d.Twin == nil || d.Twin.Code != code {
		return d, gone()
	}
	twin := *d.Twin
	switch {
	case verb == "same" && !twin.Answered, verb == "still" && twin.Answered && twin.Own:
		return Draft{}, []Effect{{Kind: EffectFollow, Code: code, Messages: d.messages()}}
	case verb == "still" && twin.Answered:
		twin.Relation = models.RelationRecurs
	case verb == "other":
		twin.Relation = models.RelationDistinct
	default:
		return d, gone()
	}
	d.Twin, d.LookAt = &twin, now
	return d, nil
}

// doubt asks about a twin, once, and lets the draft wait for the answer.
func (d Draft) doubt(twin Twin, now time.Time) Draft {
	twin.AskedAt = now
	d.Twin, d.LookAt = &twin, now.Add(sameWaits)
	return d
}

// confirm looks for a ticket of the same thing before a draft is submitted, and asks about it: once, never about a
// danger, and only when nothing else is missing. waits is true while the draft waits for the answer.
func (s *scene) confirm(d Draft, in *workflow.SubmitInput) (waits bool, err error) {
	twin := d.Twin
	if twin == nil {
		found, e, err := s.twin(d, *in)
		if err != nil || found == nil {
			return false, err
		}
		if twin = found; e.Key != "" {
			s.draft, s.changed = d.doubt(*found, s.tx.Now), true
			return true, s.say(e)
		}
	}
	if twin.open(s.tx.Now.Add(earlyBy)) && d.missing() == "" && d.Danger == "" { // something else has come meanwhile
		s.draft, s.changed = d, true
		s.draft.LookAt = twin.AskedAt.Add(sameWaits)
		return true, nil
	}
	in.RelatedID, in.Relation = &twin.Ticket, twin.Relation
	return false, nil
}

// twin returns the nearest ticket that looks like a draft, nil without one, and the question about it, empty when it is
// not the time to ask.
func (s *scene) twin(d Draft, in workflow.SubmitInput) (*Twin, Effect, error) {
	hashes, err := s.hashes(d)
	if err != nil {
		return nil, Effect{}, err
	}
	desk := s.talk.Desk
	clue := desk.Clue(s.tx, in, hashes)
	found, err := desk.Similar(s.tx, s.actor(), clue)
	if err != nil || len(found) == 0 {
		return nil, Effect{}, err
	}
	t := found[0]
	twin := &Twin{
		Ticket: t.ID, Code: t.Code, Own: t.SameReporter, Answered: t.Answered(), Relation: models.RelationMaybe,
	}
	if d.missing() != "" || d.Danger != "" || clue.Priority == models.PriorityCritical {
		return twin, Effect{}, nil
	}
	return twin, question(t), nil
}

// hashes are those of a draft's pictures, as far as they have been fetched.
func (s *scene) hashes(d Draft) (all []int64, err error) {
	if d.Photos == 0 {
		return nil, nil
	}
	pictures, err := s.tx.MessageAttachments(d.messages())
	for _, a := range pictures {
		if a.Picture() {
			all = append(all, a.DHash)
		}
	}
	return all, err
}

// question asks whether a ticket is what a draft is about: type, how far or in which street, how it stands and since
// when. Of others' tickets no words, no picture and no exact place.
func question(t models.Similar) Effect {
	args := models.Args{
		"category": t.Category, "state": string(t.State), "since_due": t.CreatedAt.UTC().Format(time.RFC3339),
		"own": t.SameReporter,
	}
	if t.Metres >= 0 {
		args["metres"] = max(10, int(t.Metres/10+0.5)*10)
	} else if street, ok := places.Street(t.Address); ok {
		args["street"] = street
	}
	if t.State == models.StateWaiting && !t.SameReporter { // for its own reporter, which is nobody else's business
		args["state"] = string(models.StateInProgress)
	}
	if t.SameReporter {
		args["code"] = models.SpokenCode(t.Code)
	}
	key, yes := askSame, models.Button{Key: "button_same", Payload: "same:" + t.Code}
	if t.Answered() {
		key, yes = askStill, models.Button{Key: "button_not_done", Payload: "still:" + t.Code}
		if at := t.ResolvedAt; at != nil {
			args["since_due"] = at.UTC().Format(time.RFC3339)
		}
	}
	return Effect{Key: key, Args: args, Buttons: []models.Button{
		yes, {Key: "button_other", Payload: "other:" + t.Code},
	}}
}

// follow gives a draft to the ticket of the same thing. When that does not take it any more the draft stays, and is
// submitted at once: nothing is lost.
func (s *scene) follow(e Effect, was Draft) error {
	t, err := s.tx.TicketByCode(models.System(), e.Code)
	if err == nil {
		t, err = s.tx.Survivor(t)
	}
	if err == nil {
		err = s.join(t, e, was)
	}
	if errors.Is(err, models.ErrConflict) || errors.Is(err, models.ErrNotFound) {
		s.draft, s.changed = was, true
		twin := *was.Twin
		twin.AskedAt = time.Time{}
		s.draft.Twin, s.draft.LookAt = &twin, s.tx.Now
		return nil
	}
	s.row.Status, s.row.TicketID = models.DraftSubmitted, &t.ID
	return err
}

// join adds a draft to a ticket: an own one gets what has come, and goes back to work when it was answered; another's
// gets one more report.
func (s *scene) join(t models.Ticket, e Effect, was Draft) error {
	act := workflow.Act{Actor: s.actor(), Ticket: t.ID}
	_, err := s.tx.ReporterTicket(s.conversation.ReporterID, t.Code)
	switch {
	case errors.Is(err, models.ErrNotFound):
		_, err = s.talk.Desk.Follow(s.tx, workflow.FollowInput{Act: act, Report: s.submission(was)})
		return err
	case err != nil:
		return err
	case t.State.Open():
		return s.attach(act, e, t)
	}
	return s.notDone(act, e.Messages)
}
