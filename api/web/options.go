package web

import (
	"html/template"
	"strings"
)

// Options writes the choices of a select, the chosen value marked. A page of the console has hundreds of them: a
// template takes milliseconds for that.
func Options[T any](all []T, chosen string, of func(T) (value, words string)) template.HTML {
	var page strings.Builder
	for _, one := range all {
		value, words := of(one)
		page.WriteString(`<option value="` + template.HTMLEscapeString(value) + `"`)
		if value == chosen {
			page.WriteString(" selected")
		}
		page.WriteString(">" + template.HTMLEscapeString(words) + "</option>")
	}
	return template.HTML(page.String()) //nolint:gosec // every value and word in it is escaped above
}
