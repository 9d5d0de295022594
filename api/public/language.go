package public

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
)

// chooseLanguage remembers the language that ?lang= names and leads to the page without it.
func (p *Pages) chooseLanguage(c *gin.Context) {
	query := c.Request.URL.Query()
	lang := query.Get("lang")
	if c.Request.Method != http.MethodGet || lang == "" {
		return
	}
	if lang != locales.English {
		lang = locales.Vietnamese
	}
	p.Cookies.Set(c, web.LanguageCookie, lang)
	query.Del("lang")
	to := c.Request.URL.EscapedPath()
	if rest := query.Encode(); rest != "" {
		to += "?" + rest
	}
	c.Redirect(http.StatusSeeOther, web.Local(to, "/"))
	c.Abort()
}
