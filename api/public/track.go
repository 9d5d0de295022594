package public

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

const (
	freshFor     = 10 * time.Minute // after a report: its page begins with a thank-you
	answerPrefix = "answer_"        // begins the locale key of every answer
)

// trackPage is a report as whoever has its link may see it. What only its reporter may see is empty for the others.
type trackPage struct {
	frame
	Token    string
	Ticket   models.Ticket
	Status   status
	Own      bool
	Hidden   bool   // others learn of this type only that there is a report
	Category string // what it is about
	Place    string // exact for its reporter, the street for others
	Area     string
	Handler  string
	Promise  *time.Time
	Others   int64 // people who report it too; for its reporter only
	Late     bool
	Fresh    bool
	Safety   string   // what to do at once about a danger
	Calls    []string // whom to call about it; none without a danger
	Answer   answer
	Told     answer   // what the department last asked or wrote, until it answers
	Before   []string // addresses of pictures, without the size
	After    []string
	Saving   int // pictures that are on their way still
	Words    string
	Added    []answer // what the reporter wrote since
	Steps    []step
	May      may
	Stars    int    // given for this answer
	Unsent   string // words that were sent and not taken
}

// answer is the official one, empty before there is one.
type answer struct {
	Text string
	At   time.Time
}

// may is what its reporter can do with a report now.
type may struct{ Done, NotDone, Rate, Withdraw, Restore, Tell bool }

// tracked is what the database has of a report.
type tracked struct {
	ticket    models.Ticket
	report    models.Report
	own       bool
	left      bool // its reporter asks, who follows it no longer
	handler   string
	timeline  []models.Event
	messages  []models.Message
	pictures  []models.Attachment
	names     map[string]string // of departments, by id
	stars     int
	now       time.Time
	converses string // the id of the reporter's conversation
}

// track shows a report.
func (p *Pages) track(c *gin.Context) { p.showTrack(c, http.StatusOK, func(*trackPage) {}) }

// showUnsent shows a report with words that were not taken, and why.
func (p *Pages) showUnsent(c *gin.Context, words string, err error) {
	problem := web.ProblemOf(err, web.Language(c))
	if problem.Status >= http.StatusInternalServerError {
		p.Log.ErrorContext(c, "words for a report not taken", "error", err)
	}
	p.showTrack(c, problem.Status, func(page *trackPage) {
		page.Fault, page.Unsent, page.Here = problem, words, "/t/"+page.Token
		if errors.Is(err, models.ErrForbidden) { // the browser has lost its cookie
			problem.Detail = page.T("track_not_yours")
		}
	})
}

// showTrack shows a report; with adds what the request brought.
func (p *Pages) showTrack(c *gin.Context, status int, with func(*trackPage)) {
	var found tracked
	err := p.Store.Read(c.Request.Context(), func(tx *store.Tx) (err error) {
		found, err = p.load(tx, c.Param("token"), chatToken(c))
		return err
	})
	if errors.Is(err, models.ErrNotFound) {
		p.missing(c)
		return
	}
	if err != nil {
		p.Web.Fail(c, err, "/")
		return
	}
	page := p.newTrackPage(c, found)
	said := c.Query("said")
	if key, ok := notices()[said]; ok && (found.own || found.left && said == leftNotice) {
		page.Notice = page.T(key)
	}
	with(&page)
	p.Web.Render(c, status, "public_track", page)
}

// missing answers for a link that leads to nothing: mistyped, cut by a messenger, or of a report that was erased.
func (p *Pages) missing(c *gin.Context) {
	p.Web.Render(c, http.StatusNotFound, "public_missing", p.newFrame(c, "track_missing"))
}

// find returns the report behind a link and whether the browser's chat is the one it was sent from. A telephone number
// proves nothing here: who typed it may not be who has it.
func find(tx *store.Tx, link, token string) (t tracked, err error) {
	if !tokenForm.MatchString(link) {
		return t, models.ErrNotFound
	}
	if t.ticket, t.report, err = tx.Tracked(link); err != nil {
		return t, err
	}
	talk, err := conversation(tx, token)
	if errors.Is(err, models.ErrNotFound) {
		return t, nil
	}
	theirs := t.report.ConversationID != nil && *t.report.ConversationID == talk.ID
	t.own, t.left = theirs && t.report.WithdrawnAt == nil, theirs && t.report.WithdrawnAt != nil
	t.converses = talk.ID
	return t, err
}

func (p *Pages) load(tx *store.Tx, link, token string) (tracked, error) {
	t, err := find(tx, link, token)
	if err != nil {
		return t, err
	}
	t.now = tx.Now
	if t.handler, err = p.Desk.DepartmentName(tx, t.ticket); err != nil {
		return t, err
	}
	if t.timeline, err = tx.Timeline(t.ticket.ID); err != nil {
		return t, err
	}
	if t.names, err = departmentNames(tx, t.timeline); err != nil {
		return t, err
	}
	if t.messages, err = tx.TicketMessages(t.ticket.ID); err != nil || !t.own {
		return t, err
	}
	if t.pictures, err = tx.TicketAttachments(t.ticket.ID); err != nil {
		return t, err
	}
	t.stars, _, err = tx.Rated(t.ticket.ID, t.report.ReporterID, t.ticket.Reopens)
	return t, err
}

func (p *Pages) newTrackPage(c *gin.Context, found tracked) trackPage {
	t := found.ticket
	category := p.Desk.Catalogue.Category(t.Category)
	page := trackPage{
		frame: p.newFrame(c, "track_title"), Token: c.Param("token"), Ticket: t, Own: found.own,
		Hidden: !found.own && !category.PublicOK,
	}
	page.Title = page.T("track_heading", "code", models.SpokenCode(t.Code))
	page.Status = statusOf(page.Lang, t, found.own)
	if t.State.Open() {
		page.Promise = t.PromiseDue
		page.Late = t.PromiseDue != nil && found.now.After(locales.EndOfDay(*t.PromiseDue)) // only the day was told
	}
	if page.Hidden {
		page.Steps = stepsOf(page.Lang, found, false)
		return page
	}
	page.Category, page.Handler = category.Name(page.Lang), found.handler
	if area, ok := p.Desk.Areas.Area(t.AreaCode); ok {
		page.Area = web.AreaName(page.Lang, area)
	}
	page.Place, _ = places.Street(t.Address)
	if !t.State.Open() { // an answer that was not accepted is none
		page.Answer = answerOf(found.messages)
	}
	page.Steps = stepsOf(page.Lang, found, true)
	if found.own {
		p.showOwn(&page, found, category)
	}
	return page
}

// showOwn adds what only the reporter may see and do.
func (p *Pages) showOwn(page *trackPage, found tracked, category models.Category) {
	t := found.ticket
	page.Words, page.Stars, page.Place = found.report.Words, found.stars, web.OwnPlace(t, found.report)
	page.Added = addedBy(found)
	page.Others = int64(t.Reports) - 1
	page.Fresh = t.State.Open() && t.Reopens == 0 && found.now.Sub(found.report.CreatedAt) < freshFor
	if t.State.Open() {
		p.warnOn(page, found, category)
	}
	page.Before, page.After, page.Saving = picturesOf(found)
	if page.Told = toldBy(found.messages, found.converses); !t.State.Open() {
		page.Told = answer{}
	}
	if t.State.Open() {
		page.After = nil
	}
	if strings.Contains(models.Fold(page.Place), models.Fold(page.Area)) {
		page.Area = "" // it was written there already
	}
	legal := models.Legal(t.State)
	can := func(verb models.Verb) bool { return slices.Contains(legal, verb) }
	page.May = may{
		Done: can(models.VerbClose), Withdraw: can(models.VerbWithdraw),
		Rate:    can(models.VerbRate) && found.stars == 0 && !can(models.VerbClose), // one question at a time
		NotDone: can(models.VerbReopen) && t.State != models.StateWithdrawn,
		Tell:    t.State.Open() && can(models.VerbAttach),
		Restore: t.State == models.StateWithdrawn && t.ClosedAt != nil && workflow.Restorable(t, found.now),
	}
}

// warnOn shows what to do about the danger that a report's words speak of, or what its reporter has told since, and
// whom to call: the last danger counts, but nothing before a life that somebody may end.
func (p *Pages) warnOn(page *trackPage, found tracked, category models.Category) {
	read := p.Desk.Model.Classify(found.report.Words)
	for _, m := range found.messages {
		own := m.Direction == models.DirectionIn && m.ConversationID == found.converses && m.HiddenAt == nil
		if !own || read.SelfHarm || strings.Contains(found.report.Words, strings.TrimSpace(m.Text)) {
			continue
		}
		if told := p.Desk.Model.Classify(m.Text); told.SureDanger() {
			read, category = told, p.Desk.Catalogue.Category(told.Category)
		}
	}
	number := category.Call(read.Life)
	switch {
	case read.SelfHarm:
		page.Safety, page.Calls = page.T("track_self_harm"), []string{"115"}
	case !read.Danger:
	case number != "":
		page.Safety, page.Calls = category.Safety(page.Lang), []string{number}
	default:
		page.Safety = strings.TrimSpace(category.Safety(page.Lang) + "\n" + page.T("track_danger_which"))
		page.Calls = models.Emergency()
	}
}

// answerOf is the last official answer.
func answerOf(messages []models.Message) (last answer) {
	for _, m := range messages {
		if text, ok := m.Args["text"].(string); ok && answers(m) {
			last = answer{Text: text, At: m.CreatedAt}
		}
	}
	return last
}

// addedBy is what the reporter wrote after the words of the report.
func addedBy(found tracked) (all []answer) {
	for _, m := range found.messages {
		text := strings.TrimSpace(m.Text)
		own := m.Direction == models.DirectionIn && m.ConversationID == found.converses && m.HiddenAt == nil
		if own && text != "" && !strings.Contains(found.report.Words, text) {
			all = append(all, answer{Text: text, At: m.CreatedAt})
		}
	}
	return all
}

// toldBy is what the department last said to a conversation beside its answers.
func toldBy(messages []models.Message, conversation string) (last answer) {
	for _, m := range messages {
		said := m.Key == workflow.QuestionKey || m.Key == workflow.ReplyKey
		if text, ok := m.Args["text"].(string); ok && said && m.ConversationID == conversation {
			last = answer{Text: text, At: m.CreatedAt}
		}
	}
	return last
}

func answers(m models.Message) bool {
	return m.Direction == models.DirectionOut && strings.HasPrefix(m.Key, answerPrefix)
}

// picturesOf sorts the pictures that the reporter may see: their own, and those of the last answer.
func picturesOf(found tracked) (before, after []string, saving int) {
	var answered []string
	for _, m := range found.messages {
		if answers(m) && m.ConversationID == found.converses {
			answered = m.Args.Photos()
		}
	}
	for _, a := range found.pictures {
		address := web.PhotoURL(a.ID, "")
		own := a.ConversationID != nil && *a.ConversationID == found.converses
		switch {
		case a.Media != models.MediaImage:
		case own && a.Status == models.AttachmentWaiting:
			saving++
		case !a.Picture():
		case own:
			before = append(before, address)
		case slices.Contains(answered, a.ID):
			after = append(after, address)
		}
	}
	return before, after, saving
}

// elapsed says how long something took: "sau 14 giờ".
func elapsed(lang string, took time.Duration) string {
	key, count := "track_after_days", int(took/(24*time.Hour))
	switch {
	case took < time.Hour:
		key, count = "track_after_minutes", max(1, int(took/time.Minute))
	case took < 48*time.Hour:
		key, count = "track_after_hours", int(took/time.Hour)
	}
	return locales.Message(lang, key, map[string]any{"count": count})
}

// StarKeys are the stars that can be given.
func (trackPage) StarKeys() []int { return []int{1, 2, 3, 4, 5} }
