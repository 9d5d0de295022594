// Package console is the pages of staff: the queue, a ticket with everything that may be done to it, and the form of
// whoever takes calls. It knows what a page shows, and never what a ticket may become: the Desk does.
package console

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// Pages are what staff see.
type Pages struct {
	Store   *store.Store
	Desk    *workflow.Desk
	Photos  photos.Store
	Signin  *web.Signin
	Web     *web.Pages
	Cookies web.Cookies
	Log     *slog.Logger
}

const (
	homePath     = "/console"
	callPath     = "/console/call"
	signinPath   = "/console/signin"
	passwordPath = "/console/password"
)

// Register adds the pages to an engine.
func (p *Pages) Register(engine *gin.Engine) {
	open := engine.Group(homePath, p.Web.Harden)
	p.signinRoutes(open)
	staff := open.Group("", p.signedIn)
	p.queueRoutes(staff)
	p.callRoutes(staff)
	p.ticketRoutes(staff)
	p.talkRoutes(staff)
}

const staffKey = "staff"

// signedIn lets staff pass, and leads everybody else to the page that comes first.
func (p *Pages) signedIn(c *gin.Context) {
	who, err := p.Signin.Who(c.Request.Context(), web.Token(c, web.StaffCookie))
	switch {
	case err == nil:
		c.Set(staffKey, who)
		return
	case errors.Is(err, web.ErrPasswordChange):
		c.Redirect(http.StatusSeeOther, passwordPath)
	case errors.Is(err, models.ErrForbidden):
		c.Redirect(http.StatusSeeOther, signinPath+"?next="+url.QueryEscape(wanted(c)))
	default:
		p.Web.Fail(c, err, homePath)
	}
	c.Abort()
}

// wanted is the page that somebody without a session wanted: the one that has the form, where a form was sent. There
// a script puts back what was typed.
func wanted(c *gin.Context) string {
	switch {
	case c.Request.Method == http.MethodGet:
		return c.Request.URL.RequestURI()
	case c.FullPath() == callPath:
		return callPath
	case c.Param("code") != "":
		return ticketPath(url.PathEscape(c.Param("code")))
	default:
		return homePath
	}
}

// staffOf is who asks, behind signedIn.
func staffOf(c *gin.Context) models.Staff {
	who, _ := c.MustGet(staffKey).(models.Staff)
	return who
}

func (p *Pages) uploads() web.Uploads { return web.Uploads{Photos: p.Photos, Log: p.Log} }
