package public

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// notices are what the page says after a verb, by their names in its address.
func notices() map[string]string {
	return map[string]string{
		"done": "track_said_done", "not-done": "track_said_not_done", "rate": "track_said_rated",
		"rate-low": "track_said_rated_low", "withdraw": "track_said_withdrawn", "late": "track_said_late",
		"tell-late": "track_said_tell_late",
		"tell":      "track_said_told", "kept": "track_said_kept", leftNotice: "track_said_unfollowed",
		"restore": "track_said_restored",
	}
}

// leftNotice is said to whoever has just taken back their part of a report that others follow.
const leftNotice = "unfollowed"

// verdict is what a report's own reporter says to it.
type verdict struct {
	verb  string
	stars int    // of "rate"
	words string // of "tell"
}

func (p *Pages) readVerdict(c *gin.Context) (v verdict, err error) {
	v.verb = c.Param("verb")
	f, err := p.uploads().Read(c, web.FormWants{Fields: []string{"stars", "text"}, Lang: web.Language(c), Keep: true})
	if err != nil {
		v.words = models.Clean(f.Fields["text"], wordsLimit)
		return v, err
	}
	if v.stars, err = strconv.Atoi(f.Fields["stars"]); err != nil && v.verb == "rate" {
		return v, models.Invalid{Field: "stars", Key: "error_stars"}
	}
	v.words = strings.TrimSpace(models.Clean(f.Fields["text"], len(f.Fields["text"]))) // all: it may be shown again
	if _, err = f.Text("text", wordsLimit); err != nil {
		return v, err
	}
	if v.words == "" && v.verb == "tell" {
		return v, models.Invalid{Field: "text", Key: "track_tell_empty"}
	}
	return v, nil
}

// answer takes what a report's own reporter says to it: done, not done, how good, that they take it back or want
// it again, or words for whoever works on it. A verdict given twice is harmless, and too late it changes nothing.
func (p *Pages) answer(c *gin.Context) {
	v, err := p.readVerdict(c)
	said := v.verb
	if err == nil {
		err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) (err error) {
			said, err = p.hear(tx, c.Param("token"), chatToken(c), v)
			return err
		})
	}
	if errors.Is(err, models.ErrConflict) {
		said, err = p.late(c, v)
	}
	here := "/t/" + c.Param("token")
	switch {
	case errors.Is(err, models.ErrNotFound):
		p.missing(c)
		return
	case err != nil && v.words != "":
		p.showUnsent(c, v.words, err)
		return
	case err != nil:
		p.Web.Fail(c, err, here)
		return
	case said == "rate" && v.stars < 4:
		said = "rate-low"
	}
	c.Redirect(http.StatusSeeOther, here+"?said="+said)
}

// late names the notice of a verdict that came too late. Words are kept in their chat all the same, with what is said
// first about a danger.
func (p *Pages) late(c *gin.Context, v verdict) (said string, err error) {
	if v.verb != "tell" {
		return "late", nil
	}
	return "tell-late", p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
		_, err := p.said(tx, chatToken(c), v.words)
		return err
	})
}

// hear takes a verdict from whoever has a report's link and its chat, and names the notice that follows.
func (p *Pages) hear(tx *store.Tx, link, token string, v verdict) (said string, err error) {
	found, err := find(tx, link, token)
	switch {
	case err != nil:
		return v.verb, err
	case found.left && v.verb == "withdraw": // said twice
		return leftNotice, nil
	case !found.own:
		return v.verb, models.ErrForbidden
	case v.verb == "tell":
		return v.verb, p.tell(tx, found, token, v.words)
	}
	kept, err := p.act(tx, found, v.verb, v.stars)
	switch {
	case kept && v.verb == "withdraw":
		return leftNotice, err
	case kept:
		return "kept", err
	default:
		return v.verb, err
	}
}

// act does the verb. kept is true for a verdict that moves nothing, because of other reporters.
func (p *Pages) act(tx *store.Tx, found tracked, verb string, stars int) (kept bool, err error) {
	who := models.Actor{Kind: models.ActorResident, ID: found.report.ReporterID}
	act := workflow.Act{Actor: who, Ticket: found.ticket.ID}
	switch verb {
	case "done":
		var closed bool
		_, closed, err = p.Desk.Done(tx, workflow.CloseInput{Act: act})
		kept = !closed
	case "not-done":
		var reopened bool
		_, reopened, err = p.Desk.NotDone(tx, workflow.ReopenInput{Act: act})
		kept = !reopened
	case "rate":
		_, err = p.Desk.Rate(tx, workflow.RateInput{Act: act, Stars: stars})
	case "withdraw":
		var after models.Ticket
		after, err = p.Desk.Withdraw(tx, workflow.WithdrawInput{Act: act})
		kept = after.State != models.StateWithdrawn
	case "restore":
		err = p.restore(tx, act)
	default:
		err = models.ErrNotFound
	}
	return kept && err == nil, err
}

// restore has a withdrawn report again; of any other it is ErrConflict.
func (p *Pages) restore(tx *store.Tx, act workflow.Act) error {
	t, err := tx.LockTicket(act.Actor, act.Ticket)
	if err == nil && t.State != models.StateWithdrawn {
		err = models.ErrConflict
	}
	if err == nil {
		_, err = p.Desk.Reopen(tx, workflow.ReopenInput{Act: act})
	}
	return err
}

// tell keeps words for whoever works on a report, as if they had been said in the chat. The conversation's lock comes
// before the ticket's.
func (p *Pages) tell(tx *store.Tx, found tracked, token, words string) error {
	m, err := p.said(tx, token, words)
	if err != nil || m.ID == "" {
		return err
	}
	who := models.Actor{Kind: models.ActorResident, ID: found.report.ReporterID}
	_, err = p.Desk.Attach(tx, workflow.AttachInput{
		Act: workflow.Act{Actor: who, Ticket: found.ticket.ID}, MessageIDs: []string{m.ID},
	})
	return err
}

// twice is how soon the same words are taken for the same form, sent once more.
const twice = time.Minute

// said keeps words in a chat, and warns there of a danger that they tell of. Words that stand there already make none.
func (p *Pages) said(tx *store.Tx, token, words string) (m models.Message, err error) {
	address, _, err := tx.FindAddress(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(token))
	if err != nil {
		return m, err
	}
	talk, err := tx.MeetConversation(address)
	if err != nil {
		return m, err
	}
	if again, err := tx.SaidSince(talk.ID, "resident", words, tx.Now.Add(-twice)); err != nil || again {
		return m, err
	}
	m, err = tx.Heard(models.Message{ConversationID: talk.ID, Author: "resident", Text: words})
	if err != nil {
		return m, err
	}
	return m, p.warnAgain(tx, talk, words)
}
