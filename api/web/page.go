package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

//go:embed templates static
var files embed.FS

// Pages draws every page: its templates are parsed once, its files are known by their contents.
type Pages struct {
	templates map[string]*template.Template
	assets    assets
	tiles     Tiles
	log       *slog.Logger
}

// Tiles are the pictures that a map is laid with; without a URL the outlines of the areas stand in.
type Tiles struct{ URL, Credit string }

// NewPages parses the templates. Each file of templates/ is a page, but base.html, which frames all of them, and the
// part_*.html that they share.
func NewPages(tiles Tiles, log *slog.Logger) (*Pages, error) {
	p := &Pages{templates: map[string]*template.Template{}, tiles: tiles, log: log}
	var err error
	if p.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	shared, err := template.ParseFS(files, "templates/base.html", "templates/part_*.html")
	if err != nil {
		return nil, fmt.Errorf("parse shared templates: %w", err)
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "base" || strings.HasPrefix(name, "part_") {
			continue
		}
		own, err := shared.Clone()
		if err == nil {
			own, err = own.ParseFS(files, file)
		}
		if err != nil {
			return nil, fmt.Errorf("parse template %s: %w", name, err)
		}
		p.templates[name] = own
	}
	return p, nil
}

// Page is what every page is drawn from: a page's own struct embeds it. New makes one.
type Page struct {
	Lang   string
	Title  string
	Path   string        // of the request, with its query: where a sign-in leads back to
	Staff  *models.Staff // nil on the pages of residents
	Notice string        // what has just been done, in words
	Fault  *Problem      // why something was not done
	Tiles  Tiles
	assets assets
}

// New begins a page; titleKey is the locale key of its title.
func (p *Pages) New(c *gin.Context, titleKey string) Page {
	lang := Language(c)
	return Page{
		Lang: lang, Title: locales.Message(lang, titleKey, nil), Path: c.Request.URL.RequestURI(), Tiles: p.tiles,
		assets: p.assets,
	}
}

// T is a sentence: its locale key, then the names and values of its arguments by turns.
func (p Page) T(key string, pairs ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return locales.Message(p.Lang, key, args)
}

// Asset is the address of a file of static/, empty for one that was not built: third-party files may be missing.
func (p Page) Asset(name string) string { return p.assets.address(name) }

// Day is a day as people say it.
func (p Page) Day(at time.Time) string { return locales.Day(p.Lang, at) }

// Moment is an instant as people say it.
func (p Page) Moment(at time.Time) string { return locales.Moment(p.Lang, at) }

// Code is a ticket's code as people say it.
func (Page) Code(code string) string { return models.SpokenCode(code) }

// FaultOf are the words about one field of a form that was refused, empty for the others.
func (p Page) FaultOf(field string) string {
	switch {
	case p.Fault == nil:
		return ""
	case p.Fault.Field == field:
		return p.Fault.Detail
	default:
		return p.Fault.Others[field]
	}
}

// Render answers with a page: the name of its template and a struct that embeds Page.
func (p *Pages) Render(c *gin.Context, status int, name string, data any) {
	var body bytes.Buffer
	t, ok := p.templates[name]
	err := fmt.Errorf("no template %s", name)
	if ok {
		err = t.ExecuteTemplate(&body, "base", data)
	}
	if err != nil {
		p.log.ErrorContext(c, "page not drawn", "page", name, "error", err)
		c.String(http.StatusInternalServerError, locales.Message(Language(c), "problem_internal", nil))
		return
	}
	c.Header("Cache-Control", "no-store") // what a page shows is for one person
	c.Data(status, "text/html; charset=utf-8", body.Bytes())
}

// failure is the page of a refusal.
type failure struct {
	Page
	Back string // where the way back leads
}

// Fail answers with the page of a refusal, which says what can be done and leads back.
func (p *Pages) Fail(c *gin.Context, err error, back string) {
	problem := ProblemOf(err, Language(c))
	if problem.Status >= http.StatusInternalServerError {
		p.log.ErrorContext(c, "page not served", "route", c.FullPath(), "error", err)
	}
	page := failure{Page: p.New(c, "page_failure"), Back: back}
	if key := "failure_" + problem.Code; problem.Detail == "" && page.T(key) != key {
		problem.Detail = page.T(key)
	}
	page.Fault = problem
	problem.Announce(c)
	p.Render(c, problem.Status, "failure", page)
}

// Language is the asker's: Vietnamese but for browsers that prefer English, or as ?lang= or its cookie says.
func Language(c *gin.Context) string {
	chosen, err := c.Cookie(LanguageCookie)
	if lang := c.Query("lang"); lang != "" {
		chosen, err = lang, nil
	}
	if err != nil {
		chosen = c.GetHeader("Accept-Language")
	}
	if strings.HasPrefix(strings.ToLower(chosen), locales.English) {
		return locales.English
	}
	return locales.Vietnamese
}
