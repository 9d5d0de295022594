package notifications

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// The error classes of deliveries that no platform refused: ours did.
const (
	classBudget   = "budget"   // the day's money of the channel is spent
	classTemplate = "template" // the approved text could not be used
	classUnproved = "unproved" // the account was out of reach, and the number may be somebody else's
)

// Cost is what a channel takes for messages outside of its free window, in đồng, and what the city spends on it a day
// at most; 0 a day: nothing.
type Cost struct {
	Reply    int64
	Template int64
	Daily    int64
}

// Ladder is what a city has set up for residents whom a platform no longer lets us answer.
type Ladder struct {
	Templates map[string]map[string]string // id of the approved text by channel and message key
	Costs     map[string]Cost              // by channel
}

// Quiet hours: what is not an answer waits for the morning (design §5).
const (
	quietFrom = 21 * time.Hour
	quietTo   = 6*time.Hour + 30*time.Minute
	talkFor   = 30 * time.Minute // after somebody has written they are awake
)

// urgent are the messages that go out at any hour: dangers, and what somebody who asked for a person waits for.
var urgent = []string{"danger", "call_yourself", "self_harm", "person_called", "person_answer"}

// quiet returns when a message may go out that would wake somebody now. Answers in a running conversation, dangers,
// what a colleague says in a talk, and our own page, which rings nobody, are not held up.
func (c *Courier) quiet(tx *store.Tx, a models.Address, m models.Message, talk models.Conversation) (time.Time, error) {
	local := tx.Now.In(models.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, models.Zone)
	hour := local.Sub(midnight)
	if a.Channel == models.ChannelWebchat || hour >= quietTo && hour < quietFrom ||
		slices.Contains(urgent, m.Key) || tx.Now.Sub(talk.LastInteractionAt) < talkFor {
		return time.Time{}, nil
	}
	if m.TicketID != nil {
		t, err := tx.Ticket(*m.TicketID)
		if err != nil || t.Priority == models.PriorityCritical {
			return time.Time{}, err
		}
	}
	if hour >= quietFrom {
		midnight = midnight.AddDate(0, 0, 1)
	}
	return midnight.Add(quietTo).UTC(), nil
}

// reach decides by which means a parcel goes, on the step where it is; the class says why it cannot go on this one.
func (c *Courier) reach(tx *store.Tx, a models.Address, p *parcel, talk models.Conversation) (class string, err error) {
	limits := c.Adapters[a.Channel].Limits()
	silence := tx.Now.Sub(talk.LastInteractionAt)
	switch p.delivery.Step {
	case models.StepHuman:
		p.out.Step = bots.StepHuman
	case models.StepTemplate:
		return c.useTemplate(tx, a, p, talk)
	default:
		if limits.Window == 0 || silence <= limits.Window {
			return "", nil
		}
		if silence > limits.PaidWindow {
			return string(bots.ErrWindow), nil
		}
		return c.afford(tx, a.Channel, p)
	}
	return "", nil
}

// charge says what a parcel costs. What may have arrived is booked, once: here if its sender could not do it.
func (c *Courier) charge(tx *store.Tx, channel string, p *parcel) error {
	price := c.price(channel, p.delivery.Step, tx.Now.Sub(p.talk.LastInteractionAt))
	switch {
	case price == 0:
	case p.lost:
		return tx.Spend(channel, today(tx.Now), price)
	case !p.delivery.Ambiguous:
		p.price = price
	}
	return nil
}

// price is what a delivery costs by its step, so long after they wrote, in đồng.
func (c *Courier) price(channel string, step int, silence time.Duration) int64 {
	window, cost := c.Adapters[channel].Limits().Window, c.Ladder.Costs[channel]
	switch {
	case step == models.StepTemplate:
		return cost.Template
	case step == models.StepHuman || window == 0 || silence <= window:
		return 0
	default:
		return cost.Reply
	}
}

// afford tells whether what is left of the day's money of a channel is enough for a parcel.
func (c *Courier) afford(tx *store.Tx, channel string, p *parcel) (class string, err error) {
	if p.price == 0 {
		return "", nil
	}
	spent, err := tx.Spent(channel, today(tx.Now))
	if err != nil || spent+p.price > c.Ladder.Costs[channel].Daily {
		return classBudget, err
	}
	return "", nil
}

// useTemplate fills in the approved text that says what a message says.
func (c *Courier) useTemplate(
	tx *store.Tx, a models.Address, p *parcel, talk models.Conversation,
) (class string, err error) {
	id := c.template(a.Channel, p.message)
	if id == "" {
		return classTemplate, nil
	}
	phone, err := tx.Phone(talk.ReporterID)
	if err != nil {
		return "", err
	}
	byPhone := a.BlockedAt != nil || p.delivery.ErrorClass == unreached // their number may be in reach
	if byPhone && phone.Number != "" && !phone.Proved {
		return classUnproved, nil // a stranger would read of the report, and could open its page
	}
	if class, err = c.afford(tx, a.Channel, p); err != nil || class != "" {
		return class, err
	}
	params, err := c.params(tx, p.message, talk.Language)
	if err != nil {
		return "", err
	}
	p.out = bots.Outgoing{
		Delivery: p.delivery.ID, To: a.ExternalID, Step: bots.StepTemplate, Text: p.out.Text,
		Template: bots.Template{ID: id, Language: talk.Language, Params: params},
	}
	if byPhone {
		p.out.Template.Phone = phone.Number
	}
	return "", nil
}

// unreached is the error class of an approved text that waits to go to the resident's number: their account was tried.
const unreached = string(bots.ErrWindow)

// byPhone gives an approved text that did not reach the account one more try, to the number that the resident gave us.
func (c *Courier) byPhone(tx *store.Tx, p parcel, d models.Delivery, sendErr error) (models.Delivery, error) {
	failed, ok := errors.AsType[*bots.SendError](sendErr)
	if !ok || d.Step != models.StepTemplate {
		return d, nil
	}
	if p.out.Template.Phone != "" {
		if d.Status == models.DeliveryQueued { // the next try is no other
			d.ErrorClass = unreached
		}
		return d, nil
	}
	if failed.Class != bots.ErrWindow || !failed.ByPhone {
		return d, nil
	}
	phone, err := tx.Phone(p.talk.ReporterID)
	if err == nil && phone.Number != "" {
		d.Status, d.NotBefore = models.DeliveryQueued, tx.Now
	}
	return d, err
}

// template is the id of the approved text for a message, empty when there is none.
func (c *Courier) template(channel string, m models.Message) string {
	return c.Ladder.Templates[channel][m.Key]
}

// params fill in an approved text. Every one has all of these and no others, as platforms refuse what does not match:
// docs/channels/zalo-templates.md holds the texts. None is ever empty.
func (c *Courier) params(tx *store.Tx, m models.Message, lang string) (map[string]string, error) {
	day := m.CreatedAt.In(models.Zone).Format("02/01/2006")
	params := map[string]string{"category": "", "link": c.PublicURL, "date": day}
	for _, name := range []string{"code", "department", "text"} {
		params[name], _ = m.Args[name].(string)
	}
	if m.TicketID != nil {
		t, err := tx.Ticket(*m.TicketID)
		if err != nil {
			return nil, err
		}
		reports, err := tx.Reports(t.ID)
		if err != nil {
			return nil, err
		}
		params["category"] = c.called(lang, t.Category)
		for _, r := range reports { // each resident's own page
			mine := r.ConversationID != nil && *r.ConversationID == m.ConversationID
			if link := c.pageURL("/t/", r.TrackToken); mine && link != "" {
				params["link"] = link
			}
		}
	}
	for name, value := range params {
		params[name] = brief(value)
	}
	return params, nil
}

// maxParam is the most characters of a value in an approved text (channels.md §2.7 has 30 to 200).
const maxParam = 100

// brief is a value on one line, its end cut off visibly where it is too long.
func brief(value string) string {
	value = strings.Join(strings.Fields(value), " ")
	if short := models.Clean(value, maxParam); short != models.Clean(value, maxParam+1) {
		return models.Clean(value, maxParam-1) + "…"
	} else if short != "" {
		return short
	}
	return "–"
}

// climb finds the next step for a message that could not be brought, and queues it. What is about no ticket,
// nobody waits for, unless a colleague wrote it.
func (c *Courier) climb(tx *store.Tx, a models.Address, d models.Delivery, m models.Message) error {
	if m.TicketID == nil && !models.ValidID(m.Author) || d.Part > 0 && d.Step > models.StepReply {
		return nil
	}
	talk, err := tx.Conversation(m.ConversationID)
	if err != nil {
		return err
	}
	next := models.Delivery{AddressID: a.ID, Status: models.DeliveryQueued}
	for next.Step = d.Step + 1; next.Step < models.StepHeld; next.Step++ {
		to, ok, err := c.rung(tx, a, m, talk, next.Step)
		if err != nil {
			return err
		}
		if ok {
			next.AddressID = to
			return tx.Climb(d, next)
		}
	}
	if d.Step == models.StepHeld { // they wrote, and still cannot be answered
		return nil
	}
	next.Status, next.ErrorClass = models.DeliveryHeld, d.ErrorClass
	return tx.Climb(d, next)
}

// rung tells whether a message can be tried on a step, and to which address.
func (c *Courier) rung(
	tx *store.Tx, a models.Address, m models.Message, talk models.Conversation, step int,
) (address string, ok bool, err error) {
	switch step {
	case models.StepHuman:
		window := c.Adapters[a.Channel].Limits().HumanWindow
		byStaff := models.ValidID(m.Author)
		return a.ID, byStaff && a.BlockedAt == nil && tx.Now.Sub(talk.LastInteractionAt) <= window, nil
	case models.StepTemplate:
		return a.ID, c.template(a.Channel, m) != "", nil
	default:
		other, found, err := tx.OtherAddress(a, c.channels())
		return other.ID, found, err
	}
}

// climbs tells whether a failed delivery leads to the next step of its ladder. What outlived all its tries does, unless
// it may have arrived.
func climbs(d models.Delivery) bool {
	if d.Status != models.DeliveryDead {
		return false
	}
	outage := d.ErrorClass == string(bots.ErrRetry) && !d.Ambiguous
	return outage || d.Step == models.StepTemplate || slices.Contains([]string{
		string(bots.ErrWindow), string(bots.ErrBlocked), classBudget, classTemplate,
	}, d.ErrorClass)
}

// channels are those on which we can write.
func (c *Courier) channels() []string {
	names := make([]string, 0, len(c.Adapters))
	for name := range c.Adapters {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// today is the day of the city.
func today(now time.Time) string { return now.In(models.Zone).Format(time.DateOnly) }

// comment is the public comment that an address stands for: it can be answered once in private.
func comment(a models.Address) string {
	id, _ := strings.CutPrefix(a.ExternalID, bots.CommentPrefix)
	if id == a.ExternalID {
		return ""
	}
	return id
}
