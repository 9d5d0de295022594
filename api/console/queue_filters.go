package console

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// filters are what the address of a queue narrows it by.
type filters struct {
	Show       string // the group
	Q          string
	Department string // by its code
	Category   string
	Area       string
	Overdue    bool
	Mine       bool // those that the colleague has taken on
}

// filterLength bounds what an address can name; no code or key is as long.
const filterLength = 200

func readFilters(c *gin.Context) filters {
	value := func(name string) string { return strings.TrimSpace(models.Clean(c.Query(name), filterLength)) }
	group := groupOf(c.Query("show"))
	if code := (filters{Show: groupAll, Q: value("q")}); code.Named() {
		return code
	}
	return filters{
		Show: group.key, Q: value("q"), Department: value("department"), Category: value("category"),
		Area: value("area"), Overdue: c.Query("overdue") != "" && group.late(), Mine: c.Query("mine") != "",
	}
}

func (f filters) values() url.Values {
	values := url.Values{}
	if f.Show != groupOpen {
		values.Set("show", f.Show)
	}
	for name, value := range map[string]string{
		"q": f.Q, "department": f.Department, "category": f.Category, "area": f.Area,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if f.Overdue {
		values.Set("overdue", "1")
	}
	if f.Mine {
		values.Set("mine", "1")
	}
	return values
}

// Address is that of the queue with these filters.
func (f filters) Address() string {
	if values := f.values(); len(values) > 0 {
		return homePath + "?" + values.Encode()
	}
	return homePath
}

// CanBeLate tells whether the group holds tickets that somebody can be late with.
func (f filters) CanBeLate() bool { return groupOf(f.Show).late() }

// Unfiltered is the address of the group alone.
func (f filters) Unfiltered() string { return filters{Show: f.Show}.Address() }

// Named tells whether a whole code is looked for: it names one ticket, wherever that stands, so nothing else narrows.
func (f filters) Named() bool {
	_, whole := models.ParseCode(f.Q)
	return whole
}

// Narrowed tells whether anything but the group narrows the list.
func (f filters) Narrowed() bool { return f != filters{Show: f.Show} }

func (f filters) after(cursor store.TicketCursor) string {
	values := f.values()
	values.Set("after", cursor.String())
	return homePath + "?" + values.Encode()
}

// activeFilter is a filter that narrows the list, and the address of the list without it.
type activeFilter struct{ Words, Without string }

// active names the filters that narrow the list.
func (f filters) active(page frame, desk *workflow.Desk, department models.Department) (all []activeFilter) {
	add := func(key, value string, without filters) {
		all = append(all, activeFilter{page.T("queue_filter_"+key, "value", value), without.Address()})
	}
	if without := f; f.Q != "" {
		without.Q = ""
		add("q", f.Q, without)
	}
	if without := f; f.Department != "" {
		without.Department = ""
		add("department", cmp.Or(department.Name, f.Department), without)
	}
	if without := f; f.Category != "" {
		name := f.Category
		if desk.Catalogue.Has(f.Category) {
			name = desk.Catalogue.Category(f.Category).Name(page.Lang)
		}
		without.Category = ""
		add("category", name, without)
	}
	if without := f; f.Area != "" {
		name := f.Area
		if area, ok := desk.Areas.Area(f.Area); ok {
			name = web.AreaName(page.Lang, area)
		}
		without.Area = ""
		add("area", name, without)
	}
	if without := f; f.Overdue {
		without.Overdue = false
		add("overdue", "", without)
	}
	if without := f; f.Mine {
		without.Mine = false
		add("mine", "", without)
	}
	return all
}

// fieldChoice is a group of types to choose from.
type fieldChoice struct {
	Name  string
	Types []typeChoice
}

type typeChoice struct{ Key, Name string }

// fieldChoices are all types by their fields, in the order of the catalogue.
func fieldChoices(catalogue models.Catalogue, lang string) (all []fieldChoice) {
	for _, field := range catalogue.Fields {
		choice := fieldChoice{Name: field.Name(lang)}
		for _, key := range catalogue.Order {
			if category := catalogue.Categories[key]; category.Field == field.Key {
				choice.Types = append(choice.Types, typeChoice{key, category.Name(lang)})
			}
		}
		all = append(all, choice)
	}
	return all
}
