package console

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
)

// passwordPage is the form on which a password is chosen.
type passwordPage struct {
	web.Page
	Must bool // the present one is from a printed slip: nothing else is possible before
}

// choosing is who may choose a password; false when the answer has been given: nobody is signed in.
func (p *Pages) choosing(c *gin.Context) (page passwordPage, ok bool) {
	who, err := p.Signin.Who(c.Request.Context(), web.Token(c, web.StaffCookie))
	page = passwordPage{Page: p.Web.New(c, "password_title"), Must: errors.Is(err, web.ErrPasswordChange)}
	page.Staff = &who
	switch {
	case err == nil || page.Must:
		return page, true
	case errors.Is(err, models.ErrForbidden):
		c.Redirect(http.StatusSeeOther, signinPath+"?next="+passwordPath)
	default:
		p.Web.Fail(c, err, homePath)
	}
	return page, false
}

func (p *Pages) showPassword(c *gin.Context) {
	if page, ok := p.choosing(c); ok {
		p.Web.Render(c, http.StatusOK, "console_password", page)
	}
}

func (p *Pages) changePassword(c *gin.Context) {
	page, ok := p.choosing(c)
	if !ok {
		return
	}
	form, err := p.uploads().Read(c, web.FormWants{Fields: []string{"current", "password", "again"}, Lang: page.Lang})
	if err != nil {
		p.Web.Fail(c, err, passwordPath)
		return
	}
	err = models.Invalid{Field: "again", Key: "error_password_again"}
	if form.Fields["password"] == form.Fields["again"] {
		err = p.Signin.ChangePassword(c.Request.Context(), web.ChangeInput{
			Token: web.Token(c, web.StaffCookie), Current: form.Fields["current"], Password: form.Fields["password"],
		})
	}
	switch _, invalid := errors.AsType[models.Invalid](err); {
	case err == nil:
		c.Redirect(http.StatusSeeOther, done(homePath, "password"))
	case invalid:
		page.Fault = web.ProblemOf(err, page.Lang)
		p.Web.Render(c, page.Fault.Status, "console_password", page)
	default:
		p.Web.Fail(c, err, passwordPath)
	}
}
