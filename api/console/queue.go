package console

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

// queueLength is how many tickets a page of the queue shows.
const queueLength = 50

func (p *Pages) queueRoutes(routes *gin.RouterGroup) {
	routes.GET("", p.queue)
}

// queuePage is a list of tickets, and what narrows it.
type queuePage struct {
	frame
	filters

	ByDue       bool
	Cards       []card
	Here        string // address of this page, for the way back from a ticket; empty for the plain queue
	Next        string // address of the next page, empty on the last
	First       bool   // no page comes before
	Active      []activeFilter
	Elsewhere   string // where the same is looked for in every ticket, empty when it is
	Departments []models.Department
	named       models.Department // that the list is narrowed to, if there is such a one
	Fields      []fieldChoice
	Areas       []places.Area
	Approximate bool // the boundaries are guessed
	OneOffice   bool // all that the colleague sees is one department's
}

// queue lists the tickets that the colleague sees, as the address narrows them.
func (p *Pages) queue(c *gin.Context) {
	chosen := readFilters(c)
	f, err := p.newFrame(c, "nav_"+chosen.Show, chosen.Show)
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	page := queuePage{
		frame: f, filters: chosen, Fields: fieldChoices(p.Desk.Catalogue, f.Lang), Areas: p.Desk.Areas.All(),
	}
	page.OneOffice = !f.Staff.Role.CityWide()
	page.Approximate = len(page.Areas) > 0 && page.Areas[0].Approximate
	after, ok := store.ParseTicketCursor(c.Query("after"))
	page.First = !ok
	if page.Here = page.Address(); ok {
		page.Here = page.after(after)
	}
	page.Here = localQueue(page.Here)
	if err := p.fillQueue(c, &page, after); err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	page.Active = page.active(page.frame, p.Desk, page.named)
	if page.Q != "" && page.Show != groupAll {
		page.Elsewhere = filters{Show: groupAll, Q: page.Q}.Address()
	}
	p.Web.Render(c, http.StatusOK, "console_queue", &page)
}

// fillQueue reads one page of the list. The order is that of what is due when somebody waits for it.
func (p *Pages) fillQueue(c *gin.Context, page *queuePage, after store.TicketCursor) error {
	who := page.Staff.Actor()
	return p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
		narrow := store.TicketFilter{
			Category: page.Category, Area: page.Area, Overdue: page.Overdue, Search: p.Desk.Catalogue.Search(page.Q),
			After: after, Limit: queueLength + 1,
		}
		group := groupOf(page.Show)
		group.narrow(&narrow, locales.EndOfDay(tx.Now))
		narrow.ByDue = narrow.Open
		page.ByDue, page.Cards, page.Next = narrow.ByDue, nil, ""
		known, err := page.scope(tx, who, &narrow)
		if err != nil || !known {
			return err
		}
		rows, err := tx.TicketCards(who, narrow)
		if err != nil {
			return err
		}
		if len(rows) > queueLength {
			rows = rows[:queueLength]
			page.Next = page.after(rows[queueLength-1].Cursor(narrow.ByDue))
		}
		for _, row := range rows {
			page.Cards = append(page.Cards, p.card(page.frame, row, tx.Now))
		}
		return nil
	})
}

// DepartmentOptions are the departments to which the list can be narrowed.
func (page *queuePage) DepartmentOptions() template.HTML {
	return web.Options(page.Departments, page.Department, func(d models.Department) (value, words string) {
		return d.Code, d.Name
	})
}

// TypeOptions are the types of one field.
func (page *queuePage) TypeOptions(of fieldChoice) template.HTML {
	return web.Options(of.Types, page.Category, func(t typeChoice) (value, words string) { return t.Key, t.Name })
}

// AreaOptions are all wards.
func (page *queuePage) AreaOptions() template.HTML {
	return web.Options(page.Areas, page.Area, func(a places.Area) (value, words string) { return a.Code, a.FullName })
}

// scope narrows a list to a department and to the colleague; known is false for a department that there is not:
// nobody's tickets.
func (page *queuePage) scope(tx *store.Tx, who models.Actor, narrow *store.TicketFilter) (known bool, err error) {
	if page.Mine {
		narrow.Assignee = who.ID
	}
	if who.Role.CityWide() {
		if page.Departments, err = tx.DepartmentNames(); err != nil {
			return false, err
		}
	}
	if page.Department == "" {
		return true, nil
	}
	page.named, err = tx.DepartmentByCode(page.Department)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	narrow.Department = page.named.ID
	return true, err
}

// fromField names the address of the list from which a ticket was opened.
const fromField = "from"

// localQueue is the address of a queue that a page names, empty for the plain queue and for any other address: nobody
// else decides where our pages lead.
func localQueue(address string) string {
	if len(address) > 2000 || !strings.HasPrefix(address, homePath+"?") {
		return ""
	}
	return address
}

// card is one ticket of a list, in words.
type card struct {
	store.TicketCard

	What  string
	Field string // of the type, for the drawing that stands in for a picture
	Ward  string
	By    string // the channel
	When  string
	State chip
	Left  *chip // nil when nobody waits for it
}

// chip is a short word on a coloured ground.
type chip struct {
	Tone  models.Tone
	Words string
}

func (p *Pages) card(f frame, t store.TicketCard, now time.Time) card {
	category := p.Desk.Catalogue.Category(t.Category)
	c := card{
		TicketCard: t, What: category.Name(f.Lang), Field: category.Field, By: f.channel(t.Channel),
		When: f.moment(t.CreatedAt, now), State: chip{stateTone(t.State), f.T("desk_state_" + string(t.State))},
	}
	area, ok := p.Desk.Areas.Area(t.AreaCode)
	if ok && !strings.Contains(models.Fold(t.Address), models.Fold(area.FullName)) { // else it stands there already
		c.Ward = web.AreaName(f.Lang, area)
		if t.AreaApprox && !area.Approximate { // else the page says it of all
			c.Ward = f.T("queue_ward_approx", "ward", c.Ward)
		}
	}
	if t.State.Open() {
		left := p.Desk.Left(t.Ticket, t.Calendar, now)
		c.Left = &chip{left.Tone, locales.Message(f.Lang, left.Key, left.Args)}
	}
	return c
}

// stateTone gives each state the colour that it has everywhere; what is done needs none.
func stateTone(s models.State) models.Tone {
	switch s {
	case models.StateNew, models.StateAssigned, models.StateInProgress:
		return "brand"
	case models.StateWaiting:
		return models.ToneWait
	case models.StateResolved:
		return models.ToneOK
	default:
		return ""
	}
}

// channel is how a channel is called; one without a name of ours is called as it is.
func (f frame) channel(key string) string {
	if name := f.T("channel_" + key); name != "channel_"+key {
		return name
	}
	return key
}

// moment is an instant as a list says it: today only the hour.
func (f frame) moment(at, now time.Time) string {
	if locales.EndOfDay(at).Equal(locales.EndOfDay(now)) {
		return f.T("queue_today", "time", at.In(models.Zone).Format("15:04"))
	}
	return f.Moment(at)
}
