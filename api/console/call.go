package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func (p *Pages) callRoutes(routes *gin.RouterGroup) {
	may := routes.Group("/call", p.mayCall)
	may.GET("", p.showCall)
	may.POST("", p.call)
}

func (p *Pages) mayCall(c *gin.Context) {
	if !staffOf(c).Actor().May(models.VerbSubmit) {
		p.Web.Fail(c, models.ErrForbidden, homePath)
		c.Abort()
	}
}

// callKnown is how many open tickets of a number are shown: more than anybody reads during a call.
const callKnown = 20

// callPage is the form of whoever takes calls, with what the caller has reported before.
type callPage struct {
	frame

	Form       callForm
	Talk       *store.Talk       // whose report it is, when they said it in a chat
	Faults     map[string]string // what to do about a field, in words
	Looked     bool              // for what this number has reported
	Known      []card            // open tickets of the number
	Fields     []fieldChoice
	Priorities []models.Priority
}

func (p *Pages) newCall(c *gin.Context) (callPage, error) {
	f, err := p.newFrame(c, "nav_call", "call")
	return callPage{
		frame: f, Fields: fieldChoices(p.Desk.Catalogue, f.Lang), Form: callForm{ID: models.NewID()},
		Priorities: []models.Priority{
			models.PriorityCritical, models.PriorityHigh, models.PriorityNormal, models.PriorityLow,
		},
	}, err
}

// showCall is the empty form; ?phone= begins it with a number, for telephones that open the page themselves, ?talk=
// with what a resident has said to a person.
func (p *Pages) showCall(c *gin.Context) {
	page, err := p.newCall(c)
	if err == nil {
		page.Form.Phone = models.Clean(c.Query("phone"), phoneLength)
		page.Form.Talk = c.Query("talk")
		page.entitle()
		err = p.beginTalk(c, &page)
	}
	if err == nil {
		err = p.lookUp(c, &page)
	}
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	p.Web.Render(c, http.StatusOK, "console_call", page)
}

// call writes down what a caller says, or only shows what their number has reported.
func (p *Pages) call(c *gin.Context) {
	page, err := p.newCall(c)
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	sent, err := p.uploads().Read(c, web.FormWants{Fields: callFields, Lang: page.Lang, Keep: true})
	page.Form = readCall(sent)
	page.entitle()
	if err != nil {
		p.notTaken(c, page, err)
		return
	}
	if page.Form.Look {
		p.again(c, page, http.StatusOK)
		return
	}
	in, faults := page.Form.check(p.Desk.Catalogue)
	if len(faults) > 0 {
		page.Faults = map[string]string{}
		for _, fault := range faults {
			page.Faults[fault.Field] = page.T(fault.Key)
		}
		p.again(c, page, http.StatusUnprocessableEntity)
		return
	}
	in.Actor = page.Staff.Actor()
	code, err := p.keepCall(c, page.Form, in)
	talk := page.Form.Talk != ""
	switch {
	case talk && errors.Is(err, models.ErrNotFound): // it went back to the bot: what was typed stays to be copied
		page.Faults = map[string]string{"talk": page.T("error_call_talk")}
		p.again(c, page, http.StatusUnprocessableEntity)
	case err != nil:
		p.notTaken(c, page, err)
	case talk:
		c.Redirect(http.StatusSeeOther, done(talkPath(page.Form.Talk), "call_talk"))
	default:
		c.Redirect(http.StatusSeeOther, done(ticketPath(code), "call"))
	}
}

// notTaken shows the form as it was filled in and why it was not kept, whatever else cannot be read.
func (p *Pages) notTaken(c *gin.Context, page callPage, err error) {
	page.Fault = web.ProblemOf(err, page.Lang)
	if page.Fault.Status >= http.StatusInternalServerError {
		p.Log.ErrorContext(c, "call not kept", "error", err)
	}
	p.Web.Render(c, page.Fault.Status, "console_call", page)
}

// again shows the form as it was filled in.
func (p *Pages) again(c *gin.Context, page callPage, status int) {
	if err := p.lookUp(c, &page); err != nil {
		p.Web.Fail(c, err, callPath)
		return
	}
	p.Web.Render(c, status, "console_call", page)
}

// lookUp finds the open tickets of the number in the form.
func (p *Pages) lookUp(c *gin.Context, page *callPage) error {
	phone, ok := models.NormalPhone(page.Form.Phone)
	if page.Looked = ok; !ok {
		return nil
	}
	return p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
		page.Known = nil
		rows, err := tx.TicketCards(page.Staff.Actor(), store.TicketFilter{Open: true, Phone: phone, Limit: callKnown})
		for _, row := range rows {
			page.Known = append(page.Known, p.card(page.frame, row, tx.Now))
		}
		return err
	})
}

// keepCall makes a ticket of a call and returns its code. The same form sent twice is one call; one that was changed
// since is another.
func (p *Pages) keepCall(c *gin.Context, form callForm, in workflow.SubmitInput) (code string, err error) {
	err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
		key := models.IdempotencyKey{Owner: "call " + in.Actor.ID, Key: form.sum()}
		known, found, err := tx.ClaimIdempotencyKey(key)
		if err != nil {
			return err
		}
		if found {
			code = known.Response
			return nil
		}
		in := in // the closure may run twice
		if form.Talk != "" {
			err = fromTalk(tx, form.Talk, &in)
		} else {
			in.ReporterID, err = tx.PhoneReporter(form.normal)
		}
		if err != nil {
			return err
		}
		if form.Name != "" {
			if err := tx.NameReporter(in.ReporterID, form.Name); err != nil {
				return err
			}
		}
		made, err := p.Desk.Submit(tx, in)
		if err != nil {
			return err
		}
		code, key.Response = made.Code, made.Code
		return tx.KeepIdempotencyKey(key)
	})
	return code, err
}

// entitle gives the page of a conversation's report its own name and place.
func (p *callPage) entitle() {
	if p.Form.Talk != "" {
		p.Title, p.Nav = p.T("talk_report"), "talks"
	}
}

// beginTalk fills the form with what a resident has said to a person.
func (p *Pages) beginTalk(c *gin.Context, page *callPage) error {
	if page.Form.Talk == "" {
		return nil
	}
	return p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
		talk, err := tx.Talk(page.Form.Talk)
		if err != nil {
			return err
		}
		said, err := tx.SaidToPerson(talk.Conversation)
		page.Talk, page.Form.Words = &talk, ""
		for _, m := range said {
			page.Form.Words += m.Text + "\n"
			page.Form.Point = cmp.Or(writePoint(m.Lat, m.Lon), page.Form.Point)
		}
		page.Form.Words = models.Clean(strings.TrimSpace(page.Form.Words), wordsLength)
		page.Form.Place = p.Desk.Areas.Read(page.Form.Words).Address
		return err
	})
}

// fromTalk makes a submission the report of whoever is in a conversation: what they said there belongs to it, and its
// answers come there.
func fromTalk(tx *store.Tx, id string, in *workflow.SubmitInput) error {
	talk, err := tx.LockTalk(id)
	if err != nil {
		return err
	}
	said, err := tx.SaidToPerson(talk)
	in.ReporterID, in.ConversationID, in.Channel, in.MessageIDs = talk.ReporterID, &talk.ID, talk.Channel, nil
	for _, m := range said {
		in.MessageIDs = append(in.MessageIDs, m.ID)
	}
	return err
}

// sum tells one form, filled in one way, from every other.
func (f *callForm) sum() string {
	h := sha256.New()
	for _, part := range []string{
		f.ID, f.Talk, f.normal, f.Name, f.Words, f.Place, f.Point, f.Category, f.Priority, f.Reference,
	} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
