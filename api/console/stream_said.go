package console

import (
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

// said tells what was said to residents, and how far it has come.
func (w teller) said() []entry {
	var all []entry
	for _, m := range w.Messages {
		if m.Direction != models.DirectionOut {
			continue
		}
		e := entry{Kind: entrySaid, ID: m.ID, At: m.CreatedAt, Who: w.Names[m.Author]}
		if e.Who == "" {
			e.Who = w.say("ticket_said_bot")
		}
		if n := len(m.Args.Photos()); n > 0 {
			e.Extra = []string{w.say("ticket_came_image", "count", locales.Count(n))}
		}
		w.deliver(&e, m)
		e.Fold = w.Names[m.Author] == "" && strings.Count(e.Text, "\n") > 3
		all = append(all, e)
	}
	return all
}

// deliver fills in the words of a message as they were sent, or as they will be, and what became of them.
func (w teller) deliver(e *entry, m models.Message) {
	var parts []models.Delivery // of the last step that was tried: what came before it failed
	class := ""
	for _, d := range w.Deliveries {
		if d.MessageID != m.ID {
			continue
		}
		if len(parts) > 0 && d.Step > parts[0].Step {
			parts = nil
		}
		if parts = append(parts, d); d.Status == models.DeliveryDead || d.Status == models.DeliveryHeld {
			if class = d.ErrorClass; d.Ambiguous {
				class = "unsure"
			}
		}
	}
	var sent []string
	var last time.Time
	of := map[models.DeliveryStatus]bool{}
	for _, d := range parts {
		if of[d.Status] = true; d.Text != "" {
			sent = append(sent, d.Text)
		}
		if d.SentAt != nil {
			last = *d.SentAt
		}
	}
	if e.Text = strings.Join(sent, "\n"); e.Text == "" {
		e.Text = w.draft(m)
	}
	why := w.sayOr("ticket_send_", class)
	switch {
	case of[models.DeliveryDead]:
		e.Status, e.Tone = w.say("ticket_undelivered", "why", why), models.ToneBad
	case of[models.DeliveryHeld]:
		e.Status, e.Tone = w.say("ticket_held", "why", why), models.ToneBad
	case w.waits(e, parts):
	case of[models.DeliveryQueued] || of[models.DeliverySending] || last.IsZero():
		e.Status, e.Tone = w.say("ticket_sending"), models.ToneWarn
	case class != "":
		e.Status, e.Tone = w.say("ticket_delivered_otherwise", "sent_at", last.UTC().Format(time.RFC3339), "why", why),
			models.ToneOK
	default:
		e.Status, e.Tone = w.say("ticket_delivered", "sent_at", last.UTC().Format(time.RFC3339)), models.ToneOK
	}
}

// longWait is after how long staff are told why a message is still on its way: the next try is that much later than it.
const longWait = 5 * time.Minute

// waits tells that parts of a message are kept from going out, and says why.
func (w teller) waits(e *entry, parts []models.Delivery) bool {
	class := ""
	for _, d := range parts {
		if why := waiting(d); why != "" && class != string(bots.ErrToken) {
			class = why
		}
	}
	if class == "" {
		return false
	}
	e.Status, e.Tone = w.say("ticket_waits", "why", w.sayOr("ticket_send_", class)), models.ToneWarn
	if class == string(bots.ErrToken) { // for as long as nobody mends it
		e.Tone = models.ToneBad
	}
	return true
}

// waiting is the class of what keeps a queued delivery from going out, empty where it is only on its way.
func waiting(d models.Delivery) string {
	if d.Status != models.DeliveryQueued {
		return ""
	}
	switch class := d.ErrorClass; class {
	case string(bots.ErrToken), models.QuietHours:
		return class
	case string(bots.ErrRetry), string(bots.ErrThrottled):
		if d.NotBefore.Sub(d.CreatedAt) > longWait {
			return class
		}
	}
	return ""
}

// draft is a message as it will be sent; what only the courier knows is left out.
func (w teller) draft(m models.Message) string {
	args := map[string]any{}
	for name, value := range m.Args {
		key, isKey := value.(string)
		if isKey {
			value = w.worded(name, key)
		}
		args[name] = value
	}
	return locales.Message(w.lang, m.Key, args)
}

// worded puts words in the place of a key among a message's arguments, as the courier will.
func (w teller) worded(arg, value string) string {
	switch arg {
	case "category", "kind":
		return w.categoryName(value)
	case "kinds":
		return w.catalogue.Names(w.lang, value)
	case "guide":
		return w.catalogue.Category(value).Guidance(w.lang)
	case "safety":
		return w.catalogue.Category(value).Safety(w.lang)
	case "state":
		return w.say("state_" + value)
	case "track", "where":
		return ""
	default:
		return value
	}
}
