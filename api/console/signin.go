package console

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func (p *Pages) signinRoutes(routes *gin.RouterGroup) {
	routes.GET("/signin", p.showSignin)
	routes.POST("/signin", p.signin)
	routes.POST("/signout", p.signout)
	routes.GET("/password", p.showPassword)
	routes.POST("/password", p.changePassword)
}

// signinPage is the form of whoever is not signed in.
type signinPage struct {
	web.Page
	Email string
	Next  string // where it leads
}

func (p *Pages) newSignin(c *gin.Context, next string) signinPage {
	page := signinPage{Page: p.Web.New(c, "signin_title"), Next: web.Local(next, homePath)}
	page.Notice = notice(c, page.Lang)
	return page
}

func (p *Pages) showSignin(c *gin.Context) {
	page := p.newSignin(c, c.Query("next"))
	_, err := p.Signin.Who(c.Request.Context(), web.Token(c, web.StaffCookie))
	switch {
	case err == nil:
		c.Redirect(http.StatusSeeOther, page.Next)
	case errors.Is(err, web.ErrPasswordChange):
		c.Redirect(http.StatusSeeOther, passwordPath)
	case errors.Is(err, models.ErrForbidden):
		p.Web.Render(c, http.StatusOK, "console_signin", page)
	default:
		p.Web.Fail(c, err, signinPath)
	}
}

// signin opens a session.
func (p *Pages) signin(c *gin.Context) {
	form, err := p.uploads().Read(c, web.FormWants{
		Fields: []string{"email", "password", "next"}, Lang: web.Language(c),
	})
	if err != nil {
		p.Web.Fail(c, err, signinPath)
		return
	}
	page := p.newSignin(c, form.Fields["next"])
	page.Email = models.Clean(form.Fields["email"], 200)
	opened, err := p.Signin.Open(c.Request.Context(), web.SigninInput{
		Email: page.Email, Password: form.Fields["password"], Address: c.ClientIP(),
	})
	switch {
	case errors.As(err, &web.TriesError{}):
		page.Fault = web.ProblemOf(err, page.Lang)
		page.Fault.Announce(c)
	case errors.Is(err, models.ErrForbidden):
		page.Fault = web.NewProblem(http.StatusUnprocessableEntity, "signin_refused", page.Lang)
		page.Fault.Detail = page.T("signin_refused_hint")
	case errors.Is(err, web.ErrPasswordExpired):
		page.Fault = web.NewProblem(http.StatusUnprocessableEntity, "password_expired", page.Lang)
	case err != nil:
		p.Web.Fail(c, err, signinPath)
		return
	}
	if page.Fault != nil {
		p.Web.Render(c, page.Fault.Status, "console_signin", page)
		return
	}
	p.Cookies.Set(c, web.StaffCookie, opened.Token)
	if opened.MustChangePassword {
		page.Next = passwordPath
	}
	c.Redirect(http.StatusSeeOther, page.Next)
}

// signout ends the session, here and in the database.
func (p *Pages) signout(c *gin.Context) {
	token := web.Token(c, web.StaffCookie)
	err := p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error { return tx.CloseSession(token) })
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	p.Cookies.Clear(c, web.StaffCookie)
	c.Redirect(http.StatusSeeOther, done(signinPath, "signout"))
}
