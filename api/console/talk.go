package console

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const (
	talksPath   = "/console/talks"
	talksLength = 100 // conversations of a list
	talkLength  = 200 // messages of a conversation
)

func (p *Pages) talkRoutes(routes *gin.RouterGroup) {
	routes.GET("/talks", p.talks)
	routes.GET("/talks/:id", p.talk)
	routes.POST("/talks/:id/answer", p.answerTalk)
	routes.POST("/talks/:id/return", p.returnTalk)
}

func talkPath(id string) string { return talksPath + "/" + id }

// talksPage lists the residents who asked for a person.
type talksPage struct {
	frame

	Rows    []store.Talk
	Erase   int64 // residents who asked to be erased and are not yet
	Waiting int64 // of those, whose open tickets are waited for
}

// talks lists the conversations that wait for a person, or have one.
func (p *Pages) talks(c *gin.Context) {
	f, err := p.talkFrame(c, "nav_talks")
	page := talksPage{frame: f}
	if err == nil {
		err = p.Store.Read(c.Request.Context(), func(tx *store.Tx) (err error) {
			if page.Rows, err = tx.Talks(talksLength); err != nil {
				return err
			}
			page.Erase, page.Waiting, err = tx.Erasures()
			return err
		})
	}
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	p.Web.Render(c, http.StatusOK, "console_talks", page)
}

// talkFrame begins a page of those who may answer residents in the bot's place.
func (p *Pages) talkFrame(c *gin.Context, title string) (frame, error) {
	f, err := p.newFrame(c, title, "talks")
	if err == nil && !f.Views(string(models.ViewTalks)) {
		err = fmt.Errorf("talks: %w", models.ErrForbidden)
	}
	return f, err
}

// Since says when a person was asked for.
func (p talksPage) Since(t store.Talk) string {
	return p.instant("talks_since", "since_at", *t.PersonSince)
}

// Last says when the resident wrote last.
func (p talksPage) Last(t store.Talk) string {
	return p.instant("talks_last", "last_at", t.LastInteractionAt)
}

func (f frame) instant(key, arg string, at time.Time) string {
	return f.T(key, arg, at.UTC().Format(time.RFC3339))
}

// Channel is how the channel of a conversation is called.
func (f frame) Channel(key string) string { return f.channel(strings.TrimSuffix(key, "_bot")) }

// talkPage is one conversation and the box to answer it.
type talkPage struct {
	frame

	Talk   store.Talk
	Stream []entry
	Cut    bool // there was more before
	Codes  []string
	Text   string // as it was sent and refused
}

// talk shows one conversation.
func (p *Pages) talk(c *gin.Context) { p.showTalk(c, http.StatusOK, "", nil) }

func (p *Pages) showTalk(c *gin.Context, status int, text string, fault *web.Problem) {
	f, err := p.talkFrame(c, "talk_title")
	page := talkPage{frame: f, Text: text}
	if err == nil {
		page.Fault = fault
		err = p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
			return p.fillTalk(tx, c.Param("id"), &page)
		})
	}
	if err != nil {
		p.Web.Fail(c, err, talksPath)
		return
	}
	p.Web.Render(c, status, "console_talk", page)
}

func (p *Pages) fillTalk(tx *store.Tx, id string, page *talkPage) (err error) {
	if page.Talk, err = tx.Talk(id); err != nil {
		return err
	}
	h := thread{}
	if h.Messages, h.Deliveries, err = tx.ConversationMessages(id, talkLength); err != nil {
		return err
	}
	page.Cut = len(h.Messages) == talkLength
	var ids []string
	for _, m := range h.Messages {
		ids = append(ids, m.ID)
	}
	if h.Attachments, err = tx.MessageAttachments(ids); err != nil {
		return err
	}
	if h.Names, err = tx.Names(h.named()); err != nil {
		return err
	}
	tickets, err := tx.ReporterTickets(page.Talk.ReporterID, 5)
	for _, t := range tickets {
		page.Codes = append(page.Codes, t.Code)
	}
	page.Stream = teller{thread: h, lang: page.Lang, catalogue: p.Desk.Catalogue, talk: true}.stream()
	return err
}

// twice is how soon the same words are taken for the same form, sent once more.
const twice = time.Minute

// answerTalk brings a colleague's words to the resident. They go the way of everything that is said, as a person's.
func (p *Pages) answerTalk(c *gin.Context) {
	form, err := p.readTalk(c, "text")
	text := strings.TrimSpace(strings.ReplaceAll(form.Fields["text"], "\r\n", "\n"))
	if err == nil {
		_, err = form.Text("text", textLimit)
	}
	if err == nil && text == "" {
		err = models.Invalid{Field: "text", Key: "error_text_missing"}
	}
	if err == nil {
		who := staffOf(c)
		err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
			talk, err := tx.LockTalk(c.Param("id"))
			if err != nil {
				return err
			}
			if again, err := tx.SaidSince(talk.ID, who.ID, text, tx.Now.Add(-twice)); err != nil || again {
				return err
			}
			hotline, err := tx.DepartmentByCode(models.HotlineCode)
			if err != nil {
				return err
			}
			_, err = tx.Say(models.Message{
				ConversationID: talk.ID, Author: who.ID, Key: "person_answer",
				Args: models.Args{"text": text, "department": hotline.Name},
			})
			if err != nil {
				return err
			}
			return tx.LeaveTalk(talk, tx.Now.Add(models.PersonFor))
		})
	}
	p.endTalk(c, err, text, done(talkPath(c.Param("id")), "talk_answer"))
}

// returnTalk gives a conversation back to the bot, whose next turn says so.
func (p *Pages) returnTalk(c *gin.Context) {
	_, err := p.readTalk(c)
	if err == nil {
		err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
			talk, err := tx.LockTalk(c.Param("id"))
			if err != nil {
				return err
			}
			return tx.LeaveTalk(talk, tx.Now)
		})
	}
	p.endTalk(c, err, "", done(talksPath, "talk_return"))
}

func (p *Pages) readTalk(c *gin.Context, fields ...string) (web.Form, error) {
	if who := staffOf(c); !who.Actor().Views(models.ViewTalks) {
		return web.Form{}, models.ErrForbidden
	}
	return p.uploads().Read(c, web.FormWants{Fields: fields, Lang: web.Language(c), Keep: true})
}

// endTalk leads on, or shows the conversation again with what was typed and why it was not sent.
func (p *Pages) endTalk(c *gin.Context, err error, text, to string) {
	if err == nil {
		c.Redirect(http.StatusSeeOther, to)
		return
	}
	problem := web.ProblemOf(err, web.Language(c))
	if problem.Status == http.StatusUnprocessableEntity || problem.Status == http.StatusBadRequest {
		p.showTalk(c, problem.Status, text, problem)
		return
	}
	p.Web.Fail(c, err, talksPath)
}
