package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

const (
	textLimit    = 4000 // characters of what a colleague writes
	addressLimit = 400
	refsLimit    = 400
	photoLimit   = 4        // of one form
	afterField   = "after_" // and the id of a photo that is there already
	versionField = "version"
)

// shownFields are the fields of the forms, by verb: beside each of them stand the words about it.
var shownFields = map[models.Verb][]string{
	models.VerbAccept:   {},
	models.VerbReturn:   {"text"},
	models.VerbAssign:   {"department"},
	models.VerbTriage:   {"category", "priority", "address", "point", "external_refs"},
	models.VerbAsk:      {"text"},
	models.VerbReply:    {"text"},
	models.VerbNote:     {"text"},
	models.VerbResolve:  {"outcome", "text", "photo", "no_photo"},
	models.VerbReopen:   {},
	models.VerbWithdraw: {},
	models.VerbAmend:    {"text", "address", "point"},
	models.VerbAttach:   {"photo"},
	models.VerbMerge:    {intoField},
	models.VerbUnmerge:  {},
}

// post is a form that was sent for a ticket.
type post struct {
	web.Form

	verb   models.Verb
	ticket models.Ticket // as it was when the form came
	act    workflow.Act
	aside  string // what else is true of it once it is done, as the key of its sentence ends
}

// did names the sentence about what was done.
func (in post) did() string { return string(in.verb) + in.aside }

// ticketVerb does one verb to a ticket in one transaction and shows the ticket again.
func (p *Pages) ticketVerb(c *gin.Context) {
	in, err := p.readPost(c)
	if err != nil && in.Fields == nil { // nothing that was typed is lost
		p.Web.Fail(c, err, in.back())
		return
	}
	var after models.Ticket
	if err == nil {
		after, err = p.do(c.Request.Context(), &in)
	}
	if err != nil {
		p.refuseVerb(c, in, err)
		return
	}
	from := localQueue(in.Fields[fromField])
	to := done(ticketPath(after.Code), in.did())
	if from != "" {
		to += "&" + fromField + "=" + url.QueryEscape(from)
	}
	if !in.act.Actor.Sees(after.DepartmentID) { // given back: it is the department's no more
		to = done(cmp.Or(from, homePath), in.did())
	}
	c.Redirect(http.StatusSeeOther, to)
}

// readPost reads a form of somebody who may send it. When it cannot be read Fields are what could be.
func (p *Pages) readPost(c *gin.Context) (post, error) {
	who, lang := staffOf(c).Actor(), web.Language(c)
	in := post{verb: models.Verb(c.Param("verb"))}
	fields, known := shownFields[in.verb]
	if !known {
		return in, web.NewProblem(http.StatusNotFound, "unknown_verb", lang)
	}
	var kept []string
	err := p.Store.Read(c.Request.Context(), func(tx *store.Tx) (err error) {
		kept = nil
		if in.ticket, err = tx.TicketByCode(who, c.Param("code")); err != nil {
			return err
		}
		all, err := tx.TicketAttachments(in.ticket.ID)
		for _, a := range all {
			kept = append(kept, afterField+a.ID)
		}
		return err
	})
	switch {
	case err != nil:
		return in, err
	case !who.May(in.verb):
		return in, models.ErrForbidden
	}
	wants := web.FormWants{Fields: append(append(kept, versionField, fromField), fields...), Lang: lang, Keep: true}
	if slices.Contains(fields, "photo") {
		wants.Photos = photoLimit
	}
	if in.Form, err = p.uploads().Read(c, wants); err != nil {
		p.uploads().Drop(c.Request.Context(), in.Photos)
		if in.Fields == nil {
			in.Fields = map[string]string{}
		}
		return in, err
	}
	in.act = workflow.Act{Actor: who, Ticket: in.ticket.ID}
	if in.verb == models.VerbNote { // what colleagues are told is told whatever happened meanwhile
		return in, nil
	}
	in.act.Version, err = strconv.ParseInt(in.Fields[versionField], 10, 64)
	if err != nil || in.act.Version < 1 {
		p.uploads().Drop(c.Request.Context(), in.Photos)
		return in, models.ErrConflict
	}
	return in, nil
}

func (in post) back() string {
	if in.ticket.Code == "" {
		return homePath
	}
	return ticketPath(in.ticket.Code)
}

// refuseVerb shows the ticket as it is now, with the form as it was sent and why nothing was done.
func (p *Pages) refuseVerb(c *gin.Context, in post, err error) {
	if web.IsForm(c) {
		c.Header("Connection", "close") // else the server reads what is left of the form before it sends the answer
	}
	problem := web.ProblemOf(err, web.Language(c))
	if problem.Status >= http.StatusInternalServerError {
		p.Log.ErrorContext(c, "verb not done", "verb", string(in.verb), "ticket_id", in.ticket.ID, "error", err)
	}
	p.showTicket(c, problem.Status, sent{verb: in.verb, fields: in.Fields, fault: problem})
}

// do does the verb. Uploads are the ticket's when it is done; when an answer is refused for something that can be
// corrected they stay with the ticket, so that nobody has to send them again.
func (p *Pages) do(ctx context.Context, in *post) (after models.Ticket, err error) {
	err = p.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		after, err = p.verb(tx, in)
		return err
	})
	if err == nil {
		return after, nil
	}
	if _, correctable := errors.AsType[models.Invalid](err); correctable && len(in.Photos) > 0 {
		var ids []string
		kept := p.Store.Tx(ctx, func(tx *store.Tx) error {
			t, err := p.Desk.Attach(tx, workflow.AttachInput{Act: in.act})
			if err == nil {
				ids, err = web.KeepAfter(tx, t.ID, in.Photos)
			}
			return err
		})
		if kept == nil {
			in.Fields = maps.Clone(in.Fields)
			for _, id := range ids {
				in.Fields[afterField+id] = "on"
			}
			return after, err
		}
	}
	p.uploads().Drop(ctx, in.Photos)
	return after, err
}

// verb hands the form over to the Desk.
func (p *Pages) verb(tx *store.Tx, in *post) (models.Ticket, error) {
	text, err := in.Text("text", textLimit)
	if err != nil {
		return models.Ticket{}, err
	}
	switch in.verb {
	case models.VerbAccept:
		return p.Desk.Accept(tx, workflow.AcceptInput{Act: in.act})
	case models.VerbReturn:
		return p.Desk.Return(tx, workflow.ReturnInput{Act: in.act, Text: text})
	case models.VerbAsk:
		if !in.ticket.MayPause(tx.Now) {
			in.aside = "_runs" // so does the clock
		}
		return p.Desk.Ask(tx, workflow.AskInput{Act: in.act, Text: text})
	case models.VerbReply:
		return p.Desk.Reply(tx, workflow.ReplyInput{Act: in.act, Text: text})
	case models.VerbNote:
		return p.note(tx, *in, text)
	case models.VerbReopen:
		return p.Desk.Reopen(tx, workflow.ReopenInput{Act: in.act})
	case models.VerbWithdraw:
		return p.Desk.Withdraw(tx, workflow.WithdrawInput{Act: in.act})
	case models.VerbAssign:
		return p.assign(tx, *in)
	case models.VerbTriage:
		return p.triage(tx, *in)
	case models.VerbAmend:
		return p.amend(tx, *in, text)
	case models.VerbResolve:
		return p.resolve(tx, in, text)
	case models.VerbAttach:
		return p.attach(tx, *in)
	case models.VerbMerge:
		return p.merge(tx, *in)
	case models.VerbUnmerge:
		return p.Desk.Unmerge(tx, workflow.UnmergeInput{Act: in.act})
	default: // readPost lets no other pass
		return models.Ticket{}, models.ErrNotFound
	}
}

// note keeps a colleague's words. The same words sent twice from one page are one note.
func (p *Pages) note(tx *store.Tx, in post, text string) (models.Ticket, error) {
	sum := sha256.Sum256([]byte(in.ticket.ID + "\x00" + in.Fields[versionField] + "\x00" + text))
	_, found, err := tx.ClaimIdempotencyKey(models.IdempotencyKey{
		Owner: "note " + in.act.Actor.ID, Key: hex.EncodeToString(sum[:]),
	})
	if err != nil || found {
		return in.ticket, err
	}
	return p.Desk.Note(tx, workflow.NoteInput{Act: in.act, Text: text})
}

func (p *Pages) assign(tx *store.Tx, in post) (models.Ticket, error) {
	all, err := tx.Departments()
	if err != nil {
		return models.Ticket{}, err
	}
	owner, err := departmentNamed(all, in.Fields["department"])
	if err != nil {
		return models.Ticket{}, err
	}
	return p.Desk.Assign(tx, workflow.AssignInput{Act: in.act, DepartmentID: owner.ID})
}

// triage passes on what the form says anew: the Desk takes a type that is named for one that a person has chosen, and a
// priority for one that may be lower than the type's.
func (p *Pages) triage(tx *store.Tx, in post) (models.Ticket, error) {
	was, act := in.ticket, workflow.TriageInput{Act: in.act}
	place, err := in.place()
	if err != nil {
		return was, err
	}
	if err = in.line("external_refs", refsLimit, was.ExternalRefs, &act.ExternalRefs); err != nil {
		return was, err
	}
	act.Lat, act.Lon, act.Address = place.lat, place.lon, place.address
	if category := in.Fields["category"]; category != was.Category {
		act.Category = category
	}
	if priority := models.Priority(in.Fields["priority"]); priority != was.Priority {
		act.Priority = priority
	}
	if act == (workflow.TriageInput{Act: in.act}) {
		return was, models.Invalid{Field: "category", Key: "error_ticket_same"}
	}
	return p.Desk.Triage(tx, act)
}

// newPlace is what a form says anew of where a ticket is.
type newPlace struct {
	lat, lon *float64
	address  *string // empty: it is removed
}

// line puts what a field of one line says anew, with single spaces, into to: empty where the field was emptied. Nothing
// is put there when it says what was, or the form has no such field.
func (in post) line(name string, limit int, was string, to **string) error {
	text, err := in.Text(name, limit)
	if _, sent := in.Fields[name]; err != nil || !sent {
		return err
	}
	if text = oneLine(text); text != oneLine(was) {
		*to = &text
	}
	return nil
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (in post) place() (at newPlace, err error) {
	was := in.ticket
	if err = in.line("address", addressLimit, was.Address, &at.address); err != nil {
		return at, err
	}
	text := strings.TrimSpace(in.Fields["point"])
	if text == "" {
		return at, nil
	}
	lat, lon, ok := readPoint(text)
	if !ok {
		return at, models.Invalid{Field: "point", Key: "error_call_point"}
	}
	if writePoint(lat, lon) != writePoint(was.Lat, was.Lon) {
		at.lat, at.lon = lat, lon
	}
	return at, nil
}

// amend corrects a report in its reporter's name.
func (p *Pages) amend(tx *store.Tx, in post, text string) (models.Ticket, error) {
	place, err := in.place()
	if err != nil {
		return in.ticket, err
	}
	address := "" // what a reporter does not say again stays
	if place.address != nil {
		address = *place.address
	}
	return p.Desk.Amend(tx, workflow.AmendInput{
		Act: in.act, Words: text, Lat: place.lat, Lon: place.lon, Address: address,
	})
}

// resolve answers a ticket with the photos that were there and those that came with the form.
func (p *Pages) resolve(tx *store.Tx, in *post, text string) (models.Ticket, error) {
	reason, err := in.Text("no_photo", textLimit)
	if err != nil {
		return in.ticket, err
	}
	var ids []string
	for name, value := range in.Fields {
		if id, ok := strings.CutPrefix(name, afterField); ok && value != "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids) // as they came
	fresh, err := web.KeepAfter(tx, in.ticket.ID, in.Photos)
	if err != nil {
		return in.ticket, err
	}
	t, err := p.Desk.Resolve(tx, workflow.ResolveInput{
		Act: in.act, Outcome: models.Outcome(in.Fields["outcome"]), Text: text, NoPhoto: strings.TrimSpace(reason),
		Photos: append(ids, fresh...),
	})
	if err != nil {
		return t, err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return t, err
	}
	if !(thread{Reports: reports}).reachable() {
		in.aside = "_kept" // nobody reads in a chat what was written
	}
	return t, nil
}

// attach adds photos of the finished work, for an answer that comes later.
func (p *Pages) attach(tx *store.Tx, in post) (models.Ticket, error) {
	if len(in.Photos) == 0 {
		return in.ticket, models.Invalid{Field: "photo", Key: "error_photo_missing"}
	}
	t, err := p.Desk.Attach(tx, workflow.AttachInput{Act: in.act})
	if err != nil {
		return t, err
	}
	_, err = web.KeepAfter(tx, t.ID, in.Photos)
	return t, err
}
