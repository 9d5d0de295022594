package notifications

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// A picture of an answer may still be on its way to us: its part waits, and the answer's words do not.
const (
	photoWait  = 2 * time.Minute // altogether
	photoLater = 3 * time.Second // between two looks
)

// pack makes a delivery ready to send: its part of the message as the platform takes it. The first part queues those
// that follow. A part of pictures waits for those that are being fetched, and is dead when none can be had.
func (c *Courier) pack(tx *store.Tx, d models.Delivery, limits bots.Limits) (parcel, error) {
	p := parcel{delivery: d}
	m, err := tx.MessageToSend(d.MessageID)
	if err != nil {
		return p, err
	}
	p.message = m.Message
	if p.talk, err = tx.Conversation(p.message.ConversationID); err != nil {
		return p, err
	}
	whole := c.render(p.talk.Language, p.message)
	whole.Quote = m.Quoted
	parts := bots.Parts(whole, limits)
	if d.Step == models.StepTemplate {
		parts = []bots.Outgoing{{Text: whole.Text}}
	}
	if d.Part == 0 {
		if err := tx.CutDelivery(d, len(parts)); err != nil {
			return p, err
		}
	}
	if d.Part >= len(parts) { // cut by a program that had other words
		p.dead()
		return p, nil
	}
	p.out = parts[d.Part]
	asked := len(p.out.Photos)
	beside := p.out.Photos
	if limits.Photos == 0 { // the reader sees them beside the text, all at once
		beside = whole.Photos
	}
	pictures, wait, err := c.photos(tx, d, beside)
	if err != nil {
		return p, err
	}
	if limits.Photos > 0 {
		p.out.Photos = pictures
	}
	switch {
	case wait:
		p.delivery.Status, p.delivery.NotBefore = models.DeliveryQueued, tx.Now.Add(photoLater)
	case asked > 0 && len(p.out.Photos) == 0:
		p.dead()
	default:
		p.delivery.Status, p.delivery.Attempts, p.delivery.Text = models.DeliverySending, d.Attempts+1, p.out.Text
		p.out.Delivery = d.ID
	}
	return p, nil
}

func (p *parcel) dead() {
	p.delivery.Status, p.delivery.ErrorClass = models.DeliveryDead, string(bots.ErrRejected)
}

// photos returns those of a part that can be sent; wait is true while one of them is still being fetched.
func (c *Courier) photos(
	tx *store.Tx, d models.Delivery, asked []bots.Photo,
) (ready []bots.Photo, wait bool, err error) {
	ids := make([]string, 0, len(asked))
	for _, photo := range asked {
		ids = append(ids, photo.Name)
	}
	rows, err := tx.Attachments(ids)
	for _, a := range rows {
		if a.Status == models.AttachmentWaiting && tx.Now.Sub(d.CreatedAt) < photoWait {
			return nil, true, nil
		}
		if a.Picture() {
			ready = append(ready, bots.Photo{
				Name: a.ID + ".jpg",
				Open: func(ctx context.Context) (io.ReadCloser, error) { return c.Photos.Open(ctx, a.LargeKey()) },
			})
		}
	}
	return ready, false, err
}

// render writes a message in a language, its choices numbered under it.
func (c *Courier) render(lang string, m models.Message) bots.Outgoing {
	c.name(lang, m.Args)
	out := bots.Outgoing{Text: locales.Message(lang, m.Key, m.Args)}
	if m.AskLocation {
		out.AskLocation = locales.Message(lang, "button_send_location", nil)
	}
	for _, id := range m.Args.Photos() {
		out.Photos = append(out.Photos, bots.Photo{Name: id})
	}
	numbered := make([]string, 0, len(m.Buttons))
	for i, b := range m.Buttons {
		c.name(lang, b.Args)
		title := locales.Message(lang, b.Key, b.Args)
		out.Buttons = append(out.Buttons, bots.Button{Title: title, Payload: b.Payload})
		numbered = append(numbered, fmt.Sprintf("%d – %s", i+1, title))
	}
	if len(numbered) > 0 {
		out.Text += "\n" + strings.Join(numbered, "\n")
	}
	return out
}

// name puts words in the place of the keys among a message's arguments: what a type is called, or several, what to do
// about its danger, where else to go with it, how a state is said.
func (c *Courier) name(lang string, args models.Args) {
	for arg, words := range map[string]func(key string) string{
		"category": func(key string) string { return c.called(lang, key) },
		"kind":     func(key string) string { return c.Catalogue.Category(key).Name(lang) },
		"kinds":    func(keys string) string { return c.Catalogue.Names(lang, keys) },
		"guide":    func(key string) string { return c.Catalogue.Category(key).Guidance(lang) },
		"safety":   func(key string) string { return c.Catalogue.Category(key).Safety(lang) },
		"state":    func(key string) string { return locales.Message(lang, "state_"+key, nil) },
		"track":    func(token string) string { return c.pageURL("/t/", token) },
		"where":    func(token string) string { return c.pageURL("/where/", token) },
	} {
		if key, ok := args[arg].(string); ok {
			args[arg] = words(key)
		}
	}
}

// called is how a type is called where others may see it: on a locked screen, over a shoulder.
func (c *Courier) called(lang, key string) string {
	category := c.Catalogue.Category(key)
	if category.Discreet() {
		return locales.Message(lang, "category_discreet", nil)
	}
	return category.Name(lang)
}

// pageURL is the address of a page that only whoever has its token may open; empty while nobody can reach us.
func (c *Courier) pageURL(path, token string) string {
	if c.PublicURL == "" || token == "" {
		return ""
	}
	return strings.TrimRight(c.PublicURL, "/") + path + token
}
