package console

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// frame is what every page of a signed-in colleague has around it.
type frame struct {
	web.Page
	Nav    string // which entry of the navigation this page is
	Counts store.QueueCounts
	Talks  int64  // conversations that residents have asked a person for
	Office string // the department whose tickets the colleague sees; empty: those of the whole city
}

// newFrame begins a page behind signedIn. Its notice is what a page before it asked for with done.
func (p *Pages) newFrame(c *gin.Context, titleKey, nav string) (frame, error) {
	who := staffOf(c)
	f := frame{Page: p.Web.New(c, titleKey), Nav: nav}
	f.Staff = &who
	f.Notice = notice(c, f.Lang)
	err := p.Store.Read(c.Request.Context(), func(tx *store.Tx) (err error) {
		if who.DepartmentID != nil {
			var own models.Department
			if own, err = tx.Department(*who.DepartmentID); err != nil {
				return err
			}
			f.Office = own.Name
		}
		if f.Views(string(models.ViewTalks)) {
			if f.Talks, err = tx.CountTalks(); err != nil {
				return err
			}
		}
		f.Counts, err = tx.QueueCounts(who.Actor(), locales.EndOfDay(tx.Now))
		return err
	})
	return f, err
}

// done is the address of a page that says what has just been done: the sentence "done_<what>" of the locales, which
// may name the code of the ticket that the page is about.
func done(address, what string) string {
	mark := "?"
	if strings.Contains(address, mark) {
		mark = "&"
	}
	return address + mark + "done=" + url.QueryEscape(what)
}

func notice(c *gin.Context, lang string) string {
	key := "done_" + c.Query("done")
	text := locales.Message(lang, key, map[string]any{"code": models.SpokenCode(c.Param("code"))})
	if text == key { // no such sentence: whoever writes addresses does not write on our pages
		return ""
	}
	return text
}

// May tells whether the signed-in colleague may do a verb: what they may not is not offered.
func (f frame) May(verb string) bool { return f.Staff.Actor().May(models.Verb(verb)) }

// Admin tells whether the signed-in colleague sets the system up: what only they can mend is said to them.
func (f frame) Admin() bool { return f.Staff.Role == models.RoleAdmin }

// Views tells whether the signed-in colleague may look at something.
func (f frame) Views(view string) bool { return f.Staff.Actor().Views(models.View(view)) }

// Count is a number as a list shows it.
func (frame) Count(n int) string { return locales.Count(n) }

// tab is one kind of tickets in the navigation.
type tab struct {
	Key     string
	Address string
	Count   int
	Counted bool
	Late    bool // there are late ones
}

// Tabs are the kinds of tickets that the navigation offers.
func (f frame) Tabs() []tab {
	var all []tab
	for _, g := range groups {
		t := tab{Key: g.key, Address: g.address(), Counted: g.count != nil}
		if g.count != nil {
			t.Count = g.count(f.Counts)
		}
		t.Late = g.key == groupLate && t.Count > 0
		all = append(all, t)
	}
	return all
}
