package console

import (
	"cmp"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func (p *Pages) ticketRoutes(routes *gin.RouterGroup) {
	routes.GET("/tickets/:code", p.ticket)
	routes.GET("/tickets/:code/messages/:message", p.sendLog)
	routes.POST("/tickets/:code/:verb", p.ticketVerb)
}

func ticketPath(code string) string { return homePath + "/tickets/" + code }

// ticketPage is one ticket with everything that may be done to it.
type ticketPage struct {
	frame
	teller

	Ticket      models.Ticket // the thread's, for the template
	Category    models.Category
	Left        leftChip
	Due         dueCard
	Why         whyCard
	Photos      photoCard
	Map         *miniMap
	Reporters   []reporterLine
	Hide        bool // the colleague is not to learn who reported
	Corrected   string
	Similar     []similarLine
	Related     *relatedLine
	Stream      []entry
	Mark        string // another one says that the ticket has something new
	Verbs       []models.Verb
	Pauses      bool // a question would let the clock stand
	Departments []choice
	From        string // address of the list to go back to, empty for the plain queue
	sent        sent
}

// leftChip is the time that is left, as lists show it.
type leftChip struct {
	Tone  models.Tone
	Words string
}

// dossier is what a page is drawn from, read at one instant.
type dossier struct {
	now         time.Time
	thread      thread
	clocks      map[models.ClockKind]models.Clock
	departments []models.Department
	similar     []models.Similar
	calendar    string // of the department; empty: the city's
	related     string // the code of the ticket that this one has to do with
}

// ticket shows one ticket. ?do= opens the form of a verb, for links that work without a script.
func (p *Pages) ticket(c *gin.Context) {
	p.showTicket(c, http.StatusOK, sent{verb: models.Verb(c.Query("do"))})
}

// showTicket draws a ticket as it is now, with the form that was sent and refused, if there is one.
func (p *Pages) showTicket(c *gin.Context, status int, form sent) {
	f, err := p.newFrame(c, "ticket_title", "")
	var d dossier
	if err == nil {
		d, err = p.readDossier(c, f)
	}
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	f.Fault = form.fault
	page := p.newTicketPage(f, d, form)
	page.From = localQueue(cmp.Or(form.fields[fromField], c.Query(fromField)))
	if slices.ContainsFunc(page.Reporters, func(r reporterLine) bool { return r.Phone != "" }) {
		p.Log.InfoContext(c, "phone of a reporter shown", "staff_id", f.Staff.ID, "ticket_id", page.Ticket.ID)
	}
	p.Web.Render(c, status, "console_ticket", page)
}

func (p *Pages) readDossier(c *gin.Context, f frame) (dossier, error) {
	var d dossier
	err := p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
		t, err := tx.TicketByCode(f.Staff.Actor(), c.Param("code"))
		if err != nil {
			return err
		}
		d = dossier{now: tx.Now}
		if d.thread, err = readThread(tx, f.Staff.Actor(), t); err != nil {
			return err
		}
		if d.clocks, err = tx.Clocks(t.ID); err != nil {
			return err
		}
		if t.DepartmentID != nil {
			owner, err := tx.Department(*t.DepartmentID)
			if err != nil {
				return err
			}
			d.calendar = owner.Calendar
		}
		if err := p.readSimilar(tx, f.Staff.Actor(), &d); err != nil {
			return err
		}
		if f.May(string(models.VerbAssign)) && t.State.Open() {
			d.departments, err = tx.Departments()
		}
		return err
	})
	return d, err
}

func (p *Pages) newTicketPage(f frame, d dossier, form sent) ticketPage {
	t, who := d.thread.Ticket, f.Staff.Actor()
	page := ticketPage{
		frame: f, Ticket: t, Category: p.Desk.Catalogue.Category(t.Category), sent: form,
		teller: teller{
			thread: d.thread, lang: f.Lang, catalogue: p.Desk.Catalogue,
			area: func(code string) string { return p.areaName(f.Lang, code) },
		},
	}
	page.Title = page.Category.Name(f.Lang) + " · " + models.SpokenCode(t.Code)
	reveal := who.Role.CityWide() && (!page.Category.ReporterHidden || t.ToCall)
	page.Hide = page.Category.ReporterHidden && !who.Role.CityWide()
	if page.Hide {
		page.Phones = nil
	}
	left := p.Desk.Left(t, d.calendar, d.now)
	page.Left = leftChip{Tone: left.Tone, Words: f.T(left.Key, pairs(left.Args)...)}
	page.Due = page.newDueCard(d)
	page.Why = page.newWhyCard()
	page.Photos = page.newPhotoCard()
	page.Map = drawMap(f.Lang, p.Desk.Areas, t)
	for _, r := range page.Reports {
		page.Reporters = append(page.Reporters, page.newReporter(r, reveal))
	}
	page.Corrected = page.corrected()
	page.Similar, page.Related = page.newSimilar(d, who), page.newRelated(d, who)
	page.Stream = page.stream()
	page.Mark = mark(t.Version, page.Stream)
	page.Verbs, page.Pauses = offered(t, who, d.thread.reachable(), d.now), t.MayPause(d.now)
	page.Departments = choices(d.departments, t)
	return page
}

func pairs(args models.Args) []any {
	var list []any
	for name, value := range args {
		list = append(list, name, value)
	}
	return list
}

func (p *Pages) areaName(lang, code string) string {
	area, _ := p.Desk.Areas.Area(code)
	return web.AreaName(lang, area)
}

// AreaName is what the ticket's ward is called, empty without one.
func (t ticketPage) AreaName() string { return t.area(t.Ticket.AreaCode) }

// Owner is whose the ticket is: the hotline's while it has no department.
func (t ticketPage) Owner() string {
	if t.Ticket.DepartmentID == nil {
		return t.T("ticket_hotline")
	}
	return t.Names[*t.Ticket.DepartmentID]
}

// Assignee is who has taken the ticket on.
func (t ticketPage) Assignee() string {
	if t.Ticket.AssigneeID == nil {
		return ""
	}
	return t.colleague(*t.Ticket.AssigneeID)
}

// Open tells whether somebody still owes something.
func (t ticketPage) Open() bool { return t.Ticket.State.Open() }

// Refs are the numbers that other systems gave the ticket.
func (t ticketPage) Refs() []string { return strings.Fields(t.Ticket.ExternalRefs) }

// corrected is what a report says since the hotline has corrected it for its reporter. What its reporter has taken
// back is not shown: then nothing is.
func (w teller) corrected() string {
	amended := slices.ContainsFunc(w.Events, func(e models.Event) bool {
		return e.Verb == models.VerbAmend && e.ActorKind == models.ActorStaff && dataOf(e).Note["late"] != true
	})
	hidden := slices.ContainsFunc(w.Messages, func(m models.Message) bool { return m.HiddenAt != nil })
	if !amended || hidden || len(w.Reports) == 0 {
		return ""
	}
	return w.Reports[0].Words
}

// mark is a sum over all that the stream shows: a delivery changes it without changing the ticket's version.
func mark(version int64, stream []entry) string {
	sum := fnv.New64a()
	for _, e := range stream {
		_, _ = sum.Write([]byte(e.Kind + e.Line + e.Text + e.Status + strings.Join(e.Extra, "")))
	}
	return strconv.FormatInt(version, 10) + "-" + strconv.FormatUint(sum.Sum64(), 36)
}

// choice is a department that a ticket can be given to.
type choice struct{ Name, Note string }

// choices lists departments, those of the ticket's own ward and of the whole city first. Two of one name are told
// apart by their codes.
func choices(all []models.Department, t models.Ticket) []choice {
	same := map[string]int{}
	for _, d := range all {
		same[d.Name]++
	}
	var near, far []choice
	for _, d := range all {
		one := choice{Name: d.Name, Note: d.Code}
		if same[d.Name] > 1 {
			one.Name += " (" + d.Code + ")"
		}
		if d.AreaCode == "" || d.AreaCode == t.AreaCode {
			near = append(near, one)
		} else {
			far = append(far, one)
		}
	}
	return append(near, far...)
}

// departmentNamed finds the department that somebody wrote or chose: by its name, its code, or both as choices has it.
func departmentNamed(all []models.Department, text string) (models.Department, error) {
	wanted := models.Fold(text)
	var found []models.Department
	for _, d := range all {
		if d.Code == strings.TrimSpace(text) || models.Fold(d.Name+" ("+d.Code+")") == wanted {
			return d, nil
		}
		if models.Fold(d.Name) == wanted {
			found = append(found, d)
		}
	}
	if len(found) != 1 {
		return models.Department{}, models.Invalid{Field: "department", Key: "error_department"}
	}
	return found[0], nil
}

// Degrees writes a coordinate to the metre: a telephone sends many more digits than it knows.
func (ticketPage) Degrees(value *float64) string { return toTheMetre(*value) }

func toTheMetre(degrees float64) string { return strconv.FormatFloat(degrees, 'f', 5, 64) }
