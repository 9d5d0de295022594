package console

import (
	"slices"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// verbOrder is the order in which a page offers what may be done.
var verbOrder = []models.Verb{
	models.VerbAccept, models.VerbResolve, models.VerbAsk, models.VerbReturn, models.VerbReply, models.VerbNote,
	models.VerbAttach, models.VerbAssign, models.VerbTriage, models.VerbAmend, models.VerbReopen, models.VerbWithdraw,
}

// offered lists what a colleague may do with a ticket now: a question or a reply needs somebody whom it reaches, and
// what was withdrawn can be had again for a day.
func offered(t models.Ticket, who models.Actor, reachable bool, now time.Time) []models.Verb {
	legal := models.Legal(t.State)
	order := slices.Clone(verbOrder)
	if t.State == models.StateNew { // the hotline's first question
		order = append([]models.Verb{models.VerbAssign}, slices.DeleteFunc(order, func(v models.Verb) bool {
			return v == models.VerbAssign
		})...)
	}
	return slices.DeleteFunc(order, func(v models.Verb) bool {
		unread := !reachable && (v == models.VerbAsk || v == models.VerbReply)
		gone := v == models.VerbReopen && !workflow.Restorable(t, now)
		return unread || gone || !slices.Contains(legal, v) || !who.May(v)
	})
}

// sent is a form as it came, kept so that nothing that was typed is lost when it is refused.
type sent struct {
	verb   models.Verb
	fields map[string]string
	fault  *web.Problem
}

// Opened tells whether the form of a verb is to be open.
func (t ticketPage) Opened(v models.Verb) bool { return t.sent.verb == v }

// Came tells whether a form came back with what was typed.
func (t ticketPage) Came() bool { return t.sent.fields != nil }

// Orphan are the words of a form that came too late to be offered again.
func (t ticketPage) Orphan() string {
	if !t.Came() || slices.Contains(t.Verbs, t.sent.verb) {
		return ""
	}
	return t.sent.fields["text"]
}

// Value is what a field of a verb's form holds: what was typed, or what is known of the ticket.
func (t ticketPage) Value(v models.Verb, field string) string {
	if t.Opened(v) && t.Came() {
		return t.sent.fields[field]
	}
	switch field {
	case "category":
		return t.Ticket.Category
	case "priority":
		return string(t.Ticket.Priority)
	case "address":
		return t.Ticket.Address
	case "point":
		return writePoint(t.Ticket.Lat, t.Ticket.Lon)
	case "external_refs":
		return t.Ticket.ExternalRefs
	case "department":
		owner, suggested := t.Ticket.DepartmentID, t.Ticket.SuggestedID
		if v == models.VerbAssign && suggested != nil && (owner == nil || *owner != *suggested) {
			return t.Names[*suggested]
		}
	}
	return ""
}

// Chosen tells whether a photo that is not part of an answer yet is to be part of this one.
func (t ticketPage) Chosen(id string) bool {
	return !t.Opened(models.VerbResolve) || !t.Came() || t.sent.fields[afterField+id] != ""
}

// FaultIn are the words about a field of a verb's form, empty where nothing is wrong.
func (t ticketPage) FaultIn(v models.Verb, field string) string {
	if t.Fault == nil || !t.Opened(v) || t.Fault.Field != field {
		return ""
	}
	if t.Fault.Detail != "" {
		return t.Fault.Detail
	}
	return t.Fault.Title
}

// FaultAbove are the words of a refusal that no field can carry.
func (t ticketPage) FaultAbove() string {
	if t.Fault == nil {
		return ""
	}
	verb := slices.Contains(t.Verbs, t.sent.verb)
	if verb && slices.Contains(shownFields[t.sent.verb], t.Fault.Field) {
		return t.T("ticket_look_below")
	}
	if (t.Fault.Code == "invalid" || t.Fault.Code == "illegal_move") && t.Fault.Detail != "" {
		return t.Fault.Title + " " + t.Fault.Detail
	}
	return t.Fault.Title
}

// Field is one field of a form, for the part that draws its label, its faults and itself.
type field struct {
	Verb  models.Verb
	Name  string
	Label string
	Value string
	Fault string
	Rows  int // more than 0: several lines
	Must  bool
}

// Field describes a field of a verb's form. Its label is the sentence "ticket_field_<verb>_<name>".
func (t ticketPage) Field(v models.Verb, name string, rows int) field {
	return field{
		Verb: v, Name: name, Rows: rows, Label: t.T("ticket_field_" + string(v) + "_" + name),
		Value: t.Value(v, name), Fault: t.FaultIn(v, name), Must: name == "text" && v != models.VerbAmend,
	}
}

// Priorities are the choices of a form.
func (ticketPage) Priorities() []models.Priority {
	return []models.Priority{
		models.PriorityCritical, models.PriorityHigh, models.PriorityNormal, models.PriorityLow,
	}
}

// Outcomes are the choices of an answer.
func (ticketPage) Outcomes() []models.Outcome {
	return []models.Outcome{models.OutcomeFixed, models.OutcomeAnswered, models.OutcomeCannotFix}
}

// categoryGroup is the types of one field, in the order of the catalogue.
type categoryGroup struct {
	Name  string
	Types []models.Category
}

// Categories are the types that a ticket can have, by field.
func (t ticketPage) Categories() []categoryGroup {
	var groups []categoryGroup
	for _, f := range t.catalogue.Fields {
		g := categoryGroup{Name: f.NameVi}
		if t.Lang == "en" {
			g.Name = f.NameEn
		}
		for _, key := range t.catalogue.Order {
			if c := t.catalogue.Category(key); c.Field == f.Key {
				g.Types = append(g.Types, c)
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// Late tells whether a department has begun: what is corrected after that is a note to it.
func (t ticketPage) Late() bool {
	return t.Ticket.State != models.StateNew && t.Ticket.State != models.StateAssigned
}

// Reachable tells whether somebody who reported reads our words in a chat.
func (t ticketPage) Reachable() bool { return t.reachable() }

// verbForm is the form of one verb on its page.
type verbForm struct {
	ticketPage

	V models.Verb
}

// Form is what the form of a verb is drawn from.
func (t ticketPage) Form(v models.Verb) verbForm { return verbForm{ticketPage: t, V: v} }

// mainVerbs are those that can come next.
var mainVerbs = []models.Verb{
	models.VerbAccept, models.VerbAssign, models.VerbResolve, models.VerbAsk, models.VerbReturn, models.VerbReopen,
}

// MainVerbs are those of the bar under the thumb, three at most, the one that comes next first.
func (t ticketPage) MainVerbs() []models.Verb {
	var all []models.Verb
	if t.Ticket.ToCall && t.Staff.Role.CityWide() {
		all = append(all, models.VerbNote) // whoever has called says so
	}
	for _, v := range t.Verbs {
		if slices.Contains(mainVerbs, v) && len(all) < 3 {
			all = append(all, v)
		}
	}
	return all
}

// InBar tells whether a verb is one of that bar.
func (t ticketPage) InBar(v models.Verb) bool { return slices.Contains(t.MainVerbs(), v) }

// Next tells whether a verb is the one that comes next, which is offered first.
func (t ticketPage) Next(v models.Verb) bool {
	main := t.MainVerbs()
	return len(main) > 0 && main[0] == v
}
