package public

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
)

// The map of the pin begins in the middle of the city, until the phone says where it is.
const (
	cityLat = 10.7769
	cityLon = 106.7009
)

// reportPage is the form and the chat.
type reportPage struct {
	frame
	In        typed
	Refused   bool     // the form comes back: it is shown before the chat
	Lost      bool     // photos that were chosen have to be chosen again
	Kept      []string // pictures that came with the form and need not be chosen again, by web.Again
	Known     bool     // the browser has a chat already
	Map       bool     // there is something to draw a map of
	Lat, Lon  float64
	MaxPhotos int
	Areas     []places.Area
	States    map[string]status
}

func (p *Pages) newReportPage(c *gin.Context, in typed) reportPage {
	page := reportPage{
		frame: p.newFrame(c, "report_title"), In: in, Lat: cityLat, Lon: cityLon, MaxPhotos: maxPhotos,
		Areas: p.Desk.Areas.All(), States: map[string]status{},
	}
	page.Map = page.Tiles.URL != "" || !page.Approximate && len(page.Areas) > 0
	for _, state := range allStates() {
		page.States[string(state)] = statusOf(page.Lang, models.Ticket{State: state}, true)
	}
	return page
}

// AreaName is how an area is called in the page's language.
func (r reportPage) AreaName(a places.Area) string { return web.AreaName(r.Lang, a) }

// Ordinal counts from one.
func (reportPage) Ordinal(i int) int { return i + 1 }

// home shows the form; scripts make a chat of it.
func (p *Pages) home(c *gin.Context) {
	page := p.newReportPage(c, typed{ID: models.NewID()})
	known, err := p.chats(c, p.giveToken(c))
	if err != nil {
		p.Web.Fail(c, err, "/")
		return
	}
	page.Known = known
	p.Web.Render(c, http.StatusOK, "public_report", page)
}

// submit takes the form: the same form twice is one ticket.
func (p *Pages) submit(c *gin.Context) {
	f, err := p.uploads().Read(c, web.FormWants{
		Fields: formFields(), Photos: maxPhotos, Lang: web.Language(c), Keep: true, Intake: p.Intake,
	})
	in := typedOf(f)
	report, wrong := submissionOf(f, in)
	kept := p.uploads().Kept(c, f.Photos)
	report.gone = len(kept) < len(f.Photos)
	if err == nil {
		err = wrong
	}
	if err == nil {
		err = p.Intake.Meet(c.ClientIP(), web.Language(c))
	}
	var track string
	if err == nil {
		track, err = p.keep(c, report)
	}
	if err != nil {
		p.showAgain(c, in, kept, err, wrong)
		return
	}
	c.Redirect(http.StatusSeeOther, "/t/"+track)
}

// showAgain draws a refused form with what was typed, the pictures that came, and all that is wrong with it.
func (p *Pages) showAgain(c *gin.Context, in typed, kept []string, err, wrong error) {
	problem := web.ProblemOf(err, web.Language(c))
	all, _ := errors.AsType[faultsError](wrong)
	for _, one := range all {
		photo := problem.Field == "photo" && one.Key == "report_words_missing" // it may have had no need of words
		if one.Field == problem.Field || photo {
			continue
		}
		if problem.Others == nil {
			problem.Others = map[string]string{}
		}
		problem.Others[one.Field] = web.ProblemOf(one, web.Language(c)).Detail
	}
	if problem.Status >= http.StatusInternalServerError {
		p.Log.ErrorContext(c, "report not taken", "error", err)
	}
	page := p.newReportPage(c, in)
	page.Refused, page.Kept = true, kept
	if problem.Field == "photo" {
		page.Lost = len(kept) == 0
		if problem.Detail == "" {
			problem.Detail = page.T("error_photo_size")
		}
	}
	page.Fault = problem
	if errors.Is(err, models.ErrConflict) {
		problem.Detail = page.T("report_again")
	}
	p.giveToken(c)
	problem.Announce(c)
	p.Web.Render(c, problem.Status, "public_report", page)
}
