package dialogue

import (
	"errors"
	"strings"
	"time"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// listed is how many of their own reports somebody is told of at once.
const listed = 5

// public returns a ticket that its asker has not reported; ErrNotFound when nobody is to know that there is one.
func (s *scene) public(code string) (models.Ticket, error) {
	t, err := s.tx.TicketByCode(models.System(), code)
	if err == nil {
		t, err = s.tx.Survivor(t)
	}
	if err == nil && !s.talk.Desk.Catalogue.Category(t.Category).PublicOK {
		err = models.ErrNotFound
	}
	return t, err
}

// called is how a type is called in a chat, which others may see over a shoulder or on a locked screen.
func (s *scene) called(key string) string {
	category := s.talk.Desk.Catalogue.Category(key)
	if category.Discreet() {
		return locales.Message(s.conversation.Language, "category_discreet", nil)
	}
	return category.Name(s.conversation.Language)
}

// statusOfAll lists the resident's own reports in one message, newest first; once, when they ask in several.
func (s *scene) statusOfAll() error {
	if s.toldAll {
		return nil
	}
	s.toldAll = true
	tickets, err := s.tx.ReporterTickets(s.conversation.ReporterID, listed+1)
	if err != nil {
		return err
	}
	if len(tickets) == 0 {
		return s.say(Effect{Key: "status_none"})
	}
	if len(tickets) == 1 {
		return s.status(tickets[0].Code)
	}
	more := len(tickets) > listed
	var lines []string
	for _, t := range tickets[:min(listed, len(tickets))] {
		state, err := s.stands(t, true)
		if err != nil {
			return err
		}
		line := models.Args{
			"code": models.SpokenCode(t.Code), "category": s.called(t.Category),
			"state": locales.Message(s.conversation.Language, "state_"+state, nil),
		}
		if t.PromiseDue != nil && t.State.Open() {
			line["promise_due"] = t.PromiseDue.UTC().Format(time.RFC3339)
		}
		lines = append(lines, locales.Message(s.conversation.Language, "status_line", line))
	}
	return s.say(Effect{Key: "status_list", Args: models.Args{"reports": strings.Join(lines, "\n"), "more": more}})
}

// status says where a ticket stands: an own one with all that was promised, another's only as the public may know it.
func (s *scene) status(code string) error {
	if code == "" {
		return s.statusOfAll()
	}
	t, err := s.tx.ReporterTicket(s.conversation.ReporterID, code)
	key, own := "status_own", true
	if errors.Is(err, models.ErrNotFound) {
		key, own = "status_public", false
		t, err = s.public(code)
	}
	if errors.Is(err, models.ErrNotFound) {
		return s.say(Effect{Key: "status_unknown"})
	}
	if err != nil {
		return err
	}
	args, err := s.statusArgs(t, own)
	if err != nil {
		return err
	}
	return s.say(Effect{Key: key, Args: args})
}

// stands is the state of a ticket as its reporter may hear it (own), or anybody else: nobody is told that they owe an
// answer, or took something back, where another did.
func (s *scene) stands(t models.Ticket, own bool) (string, error) {
	switch {
	case !own && (t.State == models.StateWaiting || t.State == models.StateWithdrawn):
		return string(t.State) + "_public", nil
	case t.State == models.StateWaiting && t.Reports > 1:
		asked, err := workflow.Asked(s.tx, t.ID, s.conversation.ReporterID)
		if err == nil && !asked {
			return string(models.StateInProgress), nil
		}
		return string(t.State), err
	default:
		return string(t.State), nil
	}
}

func (s *scene) statusArgs(t models.Ticket, own bool) (models.Args, error) {
	state, err := s.stands(t, own)
	if err != nil {
		return nil, err
	}
	department, err := s.talk.Desk.DepartmentName(s.tx, t)
	args := models.Args{
		"code": models.SpokenCode(t.Code), "category": t.Category, "state": state, "department": department,
	}
	if t.PromiseDue != nil && t.State.Open() {
		args["promise_due"] = t.PromiseDue.UTC().Format(time.RFC3339)
	}
	if t.Reports > 1 {
		args["count"] = t.Reports
	}
	return args, err
}
