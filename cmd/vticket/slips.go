package main

import (
	_ "embed" // the form of the slips is part of the program
	"html/template"
	"io"
	"time"

	"github.com/vticket/vticket/locales"
)

//go:embed slips.html
var slipsPage string

// card is one person's slip.
type card struct {
	Name, Email, Department, Password string
}

// slips are the cards of one import, to be printed, handed out and thrown away.
type slips struct {
	cards         []card
	lang, address string
	until         time.Time
}

func (s slips) write(w io.Writer) error {
	page, err := template.New("slips").Funcs(template.FuncMap{
		"text": func(key string) string {
			return locales.Message(s.lang, key, map[string]any{"until_at": s.until.Format(time.RFC3339)})
		},
	}).Parse(slipsPage)
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		Lang, Address string
		Cards         []card
	}{s.lang, s.address, s.cards})
}
