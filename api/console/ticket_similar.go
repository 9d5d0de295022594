package console

import (
	"slices"
	"strconv"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// intoField is the field of the form by which two tickets are joined: the code of the one that goes on.
const intoField = "into"

// similarLine is one ticket that may be about the same thing.
type similarLine struct {
	models.Similar

	Category string
	Facts    []string // how far, how old, how many report it
	Marks    []string // what makes it more than a neighbour
	Relation string   // what was said of the two, empty when nothing
	Photo    string   // address of a small picture, empty without one
	Alt      string
	Joins    bool // the shown ticket can be joined with it
}

// relatedLine is the ticket to which this one stands in a relation.
type relatedLine struct {
	Words   string
	Code    string
	Unmerge bool // the colleague may take it out again
}

// readSimilar finds what may be the same, and the codes of the tickets that this one has to do with.
func (p *Pages) readSimilar(tx *store.Tx, who models.Actor, d *dossier) (err error) {
	t := d.thread.Ticket
	if d.similar, err = p.Desk.SimilarTo(tx, who, t); err != nil || t.RelatedID == nil {
		return err
	}
	related, err := tx.Ticket(*t.RelatedID)
	if err == nil && who.Sees(related.DepartmentID) {
		d.related = related.Code
	}
	return err
}

func (t ticketPage) newSimilar(d dossier, who models.Actor) (lines []similarLine) {
	for _, s := range d.similar {
		line := similarLine{Similar: s, Category: t.categoryName(s.Category)}
		far := t.T("similar_unknown")
		if s.Metres >= 0 {
			far = t.T("similar_metres", "metres", int(s.Metres+0.5))
		}
		line.Facts = []string{
			far, t.T("desk_state_" + string(s.State)),
			t.T("similar_age", "since_at", s.CreatedAt.UTC().Format(time.RFC3339)),
			t.T("similar_people", "count", s.Reports),
		}
		if s.SamePicture {
			line.Marks = append(line.Marks, t.T("similar_same_picture"))
		}
		if s.SameReporter {
			line.Marks = append(line.Marks, t.T("similar_same_reporter"))
		}
		if s.PhotoID != "" {
			line.Photo = web.PhotoURL(s.PhotoID, "320")
			line.Alt = t.T("similar_photo", "code", models.SpokenCode(s.Code))
		}
		if s.Code == d.related {
			if t.Ticket.State == models.StateMerged { // told above the others
				continue
			}
			line.Relation = t.relation()
		}
		line.Joins = t.Open() && s.State.Open() && who.May(models.VerbMerge)
		lines = append(lines, line)
	}
	return lines
}

func (t ticketPage) newRelated(d dossier, who models.Actor) *relatedLine {
	merged := t.Ticket.State == models.StateMerged
	among := func(s models.Similar) bool { return s.Code == d.related && !merged } // its line says it
	if d.related == "" || t.relation() == "" || slices.ContainsFunc(d.similar, among) {
		return nil
	}
	return &relatedLine{
		Words: t.relation(), Code: d.related,
		Unmerge: merged && who.May(models.VerbUnmerge),
	}
}

// relation says how the ticket stands to the one that it has to do with, empty when it has to do with none.
func (t ticketPage) relation() string {
	if t.Ticket.Relation == "" {
		return ""
	}
	return t.T("similar_relation_" + string(t.Ticket.Relation))
}

// merge joins the ticket of a form with the one whose code it names.
func (p *Pages) merge(tx *store.Tx, in post) (models.Ticket, error) {
	into, err := tx.TicketByCode(in.act.Actor, in.Fields[intoField])
	if err != nil {
		return in.ticket, models.Invalid{Field: intoField, Key: "error_merge_into"}
	}
	return p.Desk.Merge(tx, workflow.MergeInput{Act: in.act, Into: into.ID})
}

// verdict says what a reporter said of the answers, empty when nothing.
func (w teller) verdict(r models.Report) string {
	switch {
	case r.WithdrawnAt != nil:
		return w.say("ticket_unfollowed")
	case r.Verdict != "":
		return w.say("ticket_verdict_" + string(r.Verdict))
	default:
		return ""
	}
}

// NotDone says how many reporters say that it is not done, empty when none does.
func (t ticketPage) NotDone() string {
	all := map[string]bool{}
	for _, r := range t.Reports {
		if r.WithdrawnAt == nil && r.Verdict == models.VerdictNotDone {
			all[r.ReporterID] = true
		}
	}
	if len(all) == 0 {
		return ""
	}
	return t.say("ticket_not_done_count", "count", strconv.Itoa(len(all)))
}
