// Package public is the pages of residents: the form and the chat, and the page on which a report is followed. It
// knows what a page shows, and never what a ticket may become: the Desk does.
package public

import (
	"log/slog"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// Pages are what residents see.
type Pages struct {
	Store   *store.Store
	Desk    *workflow.Desk
	Photos  photos.Store
	Intake  *web.Intake
	Web     *web.Pages
	Cookies web.Cookies
	Log     *slog.Logger
}

// Register adds the pages to an engine.
func (p *Pages) Register(engine *gin.Engine) {
	pages := engine.Group("/", p.Web.Harden, p.chooseLanguage)
	pages.GET("/", p.home)
	pages.POST("/", p.submit)
	pages.POST("/chat", p.openChat)
	pages.GET("/areas.json", p.outlines)
	tracked := pages.Group("/t/:token", hideFromSearch)
	tracked.GET("", p.track)
	tracked.POST("/:verb", p.answer)
	asked := pages.Group(web.SecretPages+":token", hideFromSearch, hideAddress)
	asked.GET("", p.where)
	asked.POST("", p.place)
}

// hideFromSearch keeps a page out of what search engines show: its address is a secret of those who have it.
func hideFromSearch(c *gin.Context) { c.Header("X-Robots-Tag", "noindex") }

// hideAddress keeps browsers from telling anybody, us too, that they came from a page.
func hideAddress(c *gin.Context) { c.Header("Referrer-Policy", "no-referrer") }

func (p *Pages) uploads() web.Uploads { return web.Uploads{Photos: p.Photos, Log: p.Log} }

// frame is what every page of residents has around it.
type frame struct {
	web.Page
	Approximate bool   // the borders of the areas are guessed: who shows one says so
	Here        string // the page's address without its query, for the link to the other language
	Hotline     string // the number to call
}

// hotlineNumber is the city's; everybody knows it.
const hotlineNumber = "1022"

func (p *Pages) newFrame(c *gin.Context, titleKey string) frame {
	return frame{
		Page: p.Web.New(c, titleKey), Approximate: p.approximate(), Here: c.Request.URL.Path, Hotline: hotlineNumber,
	}
}

// approximate tells whether the areas that are loaded are guessed.
func (p *Pages) approximate() bool {
	all := p.Desk.Areas.All()
	return len(all) > 0 && all[0].Approximate
}

// English tells whether the page is in English; its link then leads to Vietnamese.
func (f frame) English() bool { return f.Lang == locales.English }
