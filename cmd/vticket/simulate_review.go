package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// outcome is what came of a script.
type outcome struct {
	ID      string          `json:"id"`
	Tickets []outcomeTicket `json:"tickets"`
	Said    []outcomeSaid   `json:"said"`
	Prompts int             `json:"prompts"`
	Turns   int             `json:"turns"`
}

// outcomeTicket is a ticket as simulate prints it: see simulateHelp.
type outcomeTicket struct {
	Code          string          `json:"code"`
	Category      string          `json:"category"`
	Priority      models.Priority `json:"priority"`
	LocationKnown bool            `json:"location_known"`
	Address       string          `json:"address"`
	Photos        int             `json:"photos"`
	State         models.State    `json:"state"`
	Public        bool            `json:"public"`
	Withdrawn     bool            `json:"withdrawn"`
	Rating        int             `json:"rating"`
}

// outcomeSaid is one message, all its parts together.
type outcomeSaid struct {
	AtS     float64  `json:"at_s"`
	Key     string   `json:"key"`
	Text    string   `json:"text"`
	Buttons []string `json:"buttons"`
}

// asks tells whether a text of the bot, by its locale key, is a question to the resident that they are to answer now.
func asks(key string) bool { return strings.HasPrefix(key, "ask_") }

const receiptKey = "receipt"

// review looks at the end at what there is.
func (p *play) review(ctx context.Context) (outcome, error) {
	o := outcome{ID: p.script.ID, Tickets: []outcomeTicket{}, Said: []outcomeSaid{}}
	err := p.store.Read(ctx, func(tx *store.Tx) error {
		all, err := p.tickets(tx)
		if err != nil {
			return err
		}
		names := p.names()
		for _, t := range all {
			row, err := p.ticket(tx, t)
			if err != nil {
				return err
			}
			row.Code = names.Replace(models.SpokenCode(t.Code))
			o.Tickets = append(o.Tickets, row)
		}
		return p.recall(tx, &o, names)
	})
	if err != nil {
		return o, fmt.Errorf("script %s: %w", p.script.ID, err)
	}
	return o, nil
}

// tickets are all that there are, the oldest first: no script makes more than a hundred.
func (p *play) tickets(tx *store.Tx) ([]models.Ticket, error) {
	all, err := tx.Tickets(models.System(), store.TicketFilter{Limit: 100})
	slices.Reverse(all)
	return all, err
}

// names puts what the script calls its tickets in the place of their codes.
func (p *play) names() *strings.Replacer {
	var pairs []string
	for name, t := range p.made {
		pairs = append(pairs, models.SpokenCode(t.Code), name, t.Code, name)
	}
	return strings.NewReplacer(pairs...)
}

func (p *play) ticket(tx *store.Tx, t models.Ticket) (row outcomeTicket, err error) {
	row = outcomeTicket{
		Category: t.Category, Priority: t.Priority, State: t.State, LocationKnown: t.Lat != nil || t.Address != "",
		Address: t.Address, Public: p.desk.Catalogue.Category(t.Category).PublicOK,
		Withdrawn: t.State == models.StateWithdrawn,
	}
	area, ok := p.desk.Areas.Area(t.AreaCode)
	if ok && !strings.Contains(models.Fold(t.Address), models.Fold(area.FullName)) {
		row.Address = strings.TrimPrefix(t.Address+", "+area.FullName, ", ")
	}
	if row.Photos, err = countPhotos(tx, t.ID); err != nil {
		return row, err
	}
	row.Rating, err = p.rating(tx, t)
	return row, err
}

// rating is what the resident gave to the last answer that they judged.
func (p *play) rating(tx *store.Tx, t models.Ticket) (stars int, err error) {
	from, met, err := tx.FindAddress(p.script.Channel, ourAccount, lan)
	for answer := t.Reopens; err == nil && met && stars == 0 && answer >= 0; answer-- {
		stars, _, err = tx.Rated(t.ID, from.ReporterID, answer)
	}
	return stars, err
}

// countPhotos counts the pictures that a ticket has of residents.
func countPhotos(tx *store.Tx, ticketID string) (n int, err error) {
	said, err := tx.TicketMessages(ticketID)
	if err != nil {
		return 0, err
	}
	hidden := map[string]bool{}
	for _, m := range said {
		hidden[m.ID] = m.HiddenAt != nil
	}
	all, err := tx.TicketAttachments(ticketID)
	for _, a := range all {
		unsent := a.MessageID != nil && hidden[*a.MessageID]
		if a.Kind == models.AttachmentEvidence && a.Picture() && !unsent {
			n++
		}
	}
	return n, err
}

// recall tells what the resident was shown, and counts questions and turns.
func (p *play) recall(tx *store.Tx, o *outcome, names *strings.Replacer) error {
	last, delivery, turns, writing := "", "", 0, false
	for _, m := range p.course {
		if m.at.Before(curtain()) {
			continue
		}
		if m.shown == nil {
			if !writing {
				turns++
			}
			writing = true
			continue
		}
		writing = false
		about, err := tx.MessageOf(m.shown.Delivery)
		if err != nil {
			return err
		}
		if about.Key == receiptKey && o.Turns == 0 {
			o.Turns = turns
		}
		if about.ID == last && m.shown.Delivery != delivery { // else it is shown a second time
			o.Said[len(o.Said)-1].further(p.said(m, about.Key, names))
		} else {
			o.Said = append(o.Said, p.said(m, about.Key, names))
			if asks(about.Key) {
				o.Prompts++
			}
		}
		last, delivery = about.ID, m.shown.Delivery
	}
	return nil
}

func (p *play) said(m moment, key string, names *strings.Replacer) outcomeSaid {
	return outcomeSaid{
		AtS: math.Round(m.at.Sub(curtain()).Seconds()*1000) / 1000, Key: key,
		Text: names.Replace(m.shown.Text), Buttons: p.buttons(*m.shown, names),
	}
}

// further adds a further part. Where choices are fleeting they are under the last part too.
func (s *outcomeSaid) further(part outcomeSaid) {
	s.Text = strings.TrimSpace(s.Text + "\n" + part.Text)
	if len(part.Buttons) > 0 {
		s.Buttons = part.Buttons
	}
}

// buttons are the words on what can be pressed under a message on this channel.
func (p *play) buttons(out bots.Outgoing, names *strings.Replacer) []string {
	limits := p.talk.Adapters[p.script.Channel].Limits()
	words := []string{}
	for _, b := range out.Buttons[:min(len(out.Buttons), limits.Buttons)] {
		words = append(words, names.Replace(b.Title))
	}
	if out.AskLocation != "" && limits.Location {
		words = append(words, out.AskLocation)
	}
	return words
}
