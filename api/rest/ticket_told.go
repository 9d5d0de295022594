package rest

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// toldView is one ticket with all that was reported, said and done about it, as its page shows it. Who reported is not
// in it, and neither is what a resident has taken back.
type toldView struct {
	TicketView

	Assignee string        `json:"assignee,omitempty" doc:"Who has taken it on."`
	Reported []reportView  `json:"reported" doc:"What was reported, oldest first."`
	Messages []messageView `json:"messages" doc:"What residents wrote and were told, oldest first."`
	Photos   []photoView   `json:"photos" doc:"Pictures, sounds, films and files, oldest first."`
	Notes    []noteView    `json:"notes" doc:"What colleagues wrote for colleagues, oldest first."`
	Events   []eventView   `json:"events" doc:"The timeline, oldest first."`
}

type reportView struct {
	Channel   string     `json:"channel" doc:"webchat, phone, or the name of a platform: telegram, zalo, zalo_bot, facebook."`
	Words     string     `json:"words,omitempty" doc:"Empty too when one of its messages was taken back: then messages tell."`
	Verdict   string     `json:"verdict,omitempty" enum:"done,not_done" doc:"What its reporter said of the answer."`
	Withdrawn *time.Time `json:"withdrawn_at,omitempty" doc:"Its reporter has taken it back."`
	CreatedAt time.Time  `json:"created_at"`
}

type messageView struct {
	ID        string     `json:"id"`
	From      string     `json:"from" enum:"resident,staff,bot"`
	Who       string     `json:"who,omitempty" doc:"The name of a member of staff."`
	Key       string     `json:"key,omitempty" doc:"What the bot says, as a name: receipt, resolved and so on."`
	Text      string     `json:"text,omitempty" doc:"As it came or was sent; before that a colleague's own words."`
	Lat       *float64   `json:"lat,omitempty"`
	Lon       *float64   `json:"lon,omitempty"`
	TakenBack bool       `json:"taken_back,omitempty"`
	SentAt    *time.Time `json:"sent_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

type photoView struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"evidence,after" doc:"Evidence is a resident's, after is of the finished work."`
	Media     string    `json:"media" enum:"image,audio,video,file"`
	Status    string    `json:"status" enum:"waiting,ready,refused,unavailable,erased"`
	Message   *string   `json:"message_id,omitempty" doc:"The message that it came with."`
	Photo     string    `json:"photo,omitempty" doc:"The address of the small picture; with 1600 at its end the large one."`
	CreatedAt time.Time `json:"created_at"`
}

type noteView struct {
	Who       string    `json:"who,omitempty"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

type eventView struct {
	Verb  string            `json:"verb"`
	Actor string            `json:"actor" enum:"resident,staff,system"`
	Who   string            `json:"who,omitempty" doc:"The name of a member of staff."`
	Set   map[string]string `json:"set,omitempty" doc:"What it set: state, outcome, category, priority, area, department."`
	At    time.Time         `json:"at"`
}

// tell fills in what was reported, said and done about a ticket.
func (v *toldView) tell(tx *store.Tx, t models.Ticket) error {
	messages, err := tx.TicketMessages(t.ID)
	if err != nil {
		return err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return err
	}
	sent, err := tx.TicketDeliveries(t.ID)
	if err != nil {
		return err
	}
	attachments, err := tx.TicketAttachments(t.ID)
	if err != nil {
		return err
	}
	notes, err := tx.Notes(t.ID)
	if err != nil {
		return err
	}
	events, err := tx.Timeline(t.ID)
	if err != nil {
		return err
	}
	names, err := tx.Names(colleagues(t, messages, notes, events))
	if err != nil {
		return err
	}
	if t.AssigneeID != nil {
		v.Assignee = names[*t.AssigneeID]
	}
	v.Reported, v.Messages = viewReports(reports, messages), viewMessages(messages, sent, names)
	v.Photos, v.Events, v.Notes = viewPhotos(attachments, messages), viewEvents(events, names), []noteView{}
	for _, n := range notes {
		v.Notes = append(v.Notes, noteView{Who: names[n.AuthorID], Text: n.Text, CreatedAt: n.CreatedAt.UTC()})
	}
	return nil
}

// colleagues lists the ids of those of the staff who had to do with a ticket.
func colleagues(t models.Ticket, messages []models.Message, notes []models.Note, events []models.Event) (ids []string) {
	if t.AssigneeID != nil {
		ids = append(ids, *t.AssigneeID)
	}
	for _, m := range messages {
		if models.ValidID(m.Author) {
			ids = append(ids, m.Author)
		}
	}
	for _, n := range notes {
		ids = append(ids, n.AuthorID)
	}
	for _, e := range events {
		if e.ActorKind == models.ActorStaff {
			ids = append(ids, e.ActorID)
		}
	}
	return ids
}

func viewReports(reports []models.Report, messages []models.Message) []reportView {
	hidden := map[string]bool{} // conversations in which something was taken back: the words of a report hold it
	for _, m := range messages {
		hidden[m.ConversationID] = hidden[m.ConversationID] || m.HiddenAt != nil
	}
	views := []reportView{}
	for _, r := range reports {
		one := reportView{
			Channel: r.Channel, Words: r.Words, Verdict: string(r.Verdict), Withdrawn: r.WithdrawnAt,
			CreatedAt: r.CreatedAt.UTC(),
		}
		if r.ConversationID != nil && hidden[*r.ConversationID] {
			one.Words = ""
		}
		views = append(views, one)
	}
	return views
}

func viewMessages(messages []models.Message, sent []models.Delivery, names map[string]string) []messageView {
	parts, at := map[string][]string{}, map[string]*time.Time{}
	for _, d := range sent {
		if d.Status == models.DeliverySent {
			parts[d.MessageID], at[d.MessageID] = append(parts[d.MessageID], d.Text), d.SentAt
		}
	}
	views := []messageView{}
	for _, m := range messages {
		one := messageView{ID: m.ID, Who: names[m.Author], SentAt: at[m.ID], CreatedAt: m.CreatedAt.UTC()}
		switch {
		case m.Direction == models.DirectionOut:
			words, _ := m.Args["text"].(string)
			one.Key, one.Text = m.Key, cmp.Or(strings.Join(parts[m.ID], "\n"), words)
			if one.From = "bot"; one.Who != "" {
				one.From = "staff"
			}
		case m.HiddenAt != nil:
			one.From, one.TakenBack = "resident", true
		default:
			one.From, one.Key, one.Text, one.Lat, one.Lon = "resident", m.Key, m.Text, m.Lat, m.Lon
		}
		views = append(views, one)
	}
	return views
}

func viewPhotos(attachments []models.Attachment, messages []models.Message) []photoView {
	hidden := map[string]bool{}
	for _, m := range messages {
		hidden[m.ID] = m.HiddenAt != nil
	}
	views := []photoView{}
	for _, a := range attachments {
		if a.MessageID != nil && hidden[*a.MessageID] {
			continue
		}
		one := photoView{
			ID: a.ID, Kind: string(a.Kind), Media: string(a.Media), Status: string(a.Status), Message: a.MessageID,
			CreatedAt: a.CreatedAt.UTC(),
		}
		if a.Picture() {
			one.Photo = web.PhotoURL(a.ID, "320")
		}
		views = append(views, one)
	}
	return views
}

// viewEvents tells what happened. Of what events hold only what is the ticket's own is told: no other ticket, nobody
// who reported.
func viewEvents(events []models.Event, names map[string]string) []eventView {
	views := []eventView{}
	for _, e := range events {
		one := eventView{Verb: string(e.Verb), Actor: string(e.ActorKind), At: e.At.UTC(), Set: map[string]string{}}
		if e.ActorKind == models.ActorStaff {
			one.Who = names[e.ActorID]
		}
		var data models.EventData
		_ = json.Unmarshal([]byte(e.Data), &data) // ours; one that cannot be read says nothing more
		for _, name := range []string{"state", "outcome", "category", "priority", "area", "department"} {
			if value, ok := data.Set[name].(string); ok {
				one.Set[name] = value
			}
		}
		views = append(views, one)
	}
	return views
}
