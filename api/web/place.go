package web

import (
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
)

// AreaName is how an area is called in a language.
func AreaName(lang string, a places.Area) string {
	if lang == locales.English && a.FullNameEn != "" {
		return a.FullNameEn
	}
	return a.FullName
}

// OwnPlace is where a ticket is, as one of its reporters may read it: the exact place is whose report said it, others
// know the street.
func OwnPlace(t models.Ticket, own models.Report) string {
	switch {
	case t.Reports <= 1:
		return t.Address
	case own.Address != "":
		return own.Address
	default:
		street, _ := places.Street(t.Address)
		return street
	}
}
