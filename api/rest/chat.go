package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

type chatMessageInput struct {
	Asker
	Body chatBody
}

// chatBody is what a client says.
type chatBody struct {
	ClientID  string   `json:"client_id" minLength:"1" maxLength:"100" pattern:"^[^\\x00-\\x1F\\x7F]+$" doc:"Made by the client; repeats are harmless."`
	Text      string   `json:"text,omitempty" maxLength:"10000"`
	Lat       *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon       *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	AccuracyM float64  `json:"accuracy_m,omitempty" minimum:"0"`
	Payload   string   `json:"payload,omitempty" maxLength:"200" doc:"The payload of a pressed button."`
}

type chatAccepted struct {
	Body struct {
		ID string `json:"id" doc:"Of what was accepted, the same for a repeat. In the list it is known by its client_id."`
	}
}

type chatButton struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

type chatMessage struct {
	ID         string       `json:"id"`
	Direction  string       `json:"direction" enum:"in,out"`
	ClientID   string       `json:"client_id,omitempty" doc:"The client's own id of what it sent."`
	Kind       string       `json:"kind,omitempty" doc:"What an answer is: receipt, danger, question …"`
	Text       string       `json:"text"`
	Lat        *float64     `json:"lat,omitempty"`
	Lon        *float64     `json:"lon,omitempty"`
	Photos     []string     `json:"photos"`
	Buttons    []chatButton `json:"buttons"`
	TicketCode string       `json:"ticket_code,omitempty"`
	At         time.Time    `json:"at"`
}

type chatMessagesInput struct {
	Asker
	After string `query:"after" doc:"The id of the last message that was listed. 200 are listed at most: ask until none comes."`
}

type chatMessagesOutput struct {
	Body struct {
		Messages []chatMessage `json:"messages"`
	}
}

type chatTicket struct {
	Code       string     `json:"code"`
	State      string     `json:"state"`
	PromiseDue *time.Time `json:"promise_due,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	Title      string     `json:"title" doc:"What it is about, in the asker's language; of what is nobody else's business only that."`
	Place      string     `json:"place,omitempty" doc:"Where, as its reporter said it, and the ward."`
	Track      string     `json:"track,omitempty" doc:"The address of its page: a secret of whoever reports it."`
}

type chatTicketsOutput struct {
	Body struct {
		Tickets []chatTicket `json:"tickets"`
	}
}

func (a *API) chatRoutes(v1 huma.API) {
	tags, security := []string{"chat"}, []map[string][]string{{"bearer": {}}}
	huma.Register(v1, huma.Operation{
		OperationID: "open-chat", Method: http.MethodPost, Path: "/chat/sessions", Tags: tags,
		Summary: "Begin a chat",
	}, a.openChat)
	huma.Register(v1, huma.Operation{
		OperationID: "send-chat-message", Method: http.MethodPost, Path: chatMessagesPath,
		Tags: tags, Security: security, Summary: "Say something, place something, press a button",
		DefaultStatus: http.StatusAccepted,
		MaxBodyBytes:  bodyLimit, BodyReadTimeout: slowBody,
	}, a.sendChat)
	huma.Register(v1, huma.Operation{
		OperationID: "list-chat-messages", Method: http.MethodGet, Path: chatMessagesPath,
		Tags: tags, Security: security, Summary: "What was said", RejectUnknownQueryParameters: true,
	}, a.listChat)
	huma.Register(v1, huma.Operation{
		OperationID: "list-chat-tickets", Method: http.MethodGet, Path: "/chat/tickets",
		Tags: tags, Security: security, Summary: "What became of it", RejectUnknownQueryParameters: true,
	}, a.listChatTickets)
}

// openChat makes a secret; the address behind it is the secret's hash, so that the database cannot speak for anyone.
func (a *API) openChat(ctx context.Context, in *Caller) (*tokenOutput, error) {
	if err := a.Intake.Meet(in.address, in.lang()); err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	out := &tokenOutput{}
	out.Body.Token = models.NewToken()
	err := a.Store.Tx(ctx, func(tx *store.Tx) error {
		_, err := tx.Address(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(out.Body.Token))
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

// resident returns the address behind a chat token, or a 401.
func (a *API) resident(tx *store.Tx, q Asker) (models.Address, error) {
	address, found, err := tx.FindAddress(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(q.resident()))
	if err == nil && !found {
		err = web.NewProblem(http.StatusUnauthorized, "unauthorized", q.lang())
	}
	return address, err
}

// slowBody is how long a message may be on its way, over a phone's line.
const slowBody = 30 * time.Second

// sendLimit ends a send that the database does not answer, before the client gives up on us.
const sendLimit = 1800 * time.Millisecond

func (a *API) sendChat(ctx context.Context, in *chatMessageInput) (*chatAccepted, error) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	if err := a.knowResident(ctx, in.Asker); err != nil {
		return nil, err
	}
	event, err := incoming(in.Asker, in.Body, nil)
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	if _, err := a.take(ctx, in.Asker, event); err != nil {
		return nil, err
	}
	out := &chatAccepted{}
	out.Body.ID = event.ID
	return out, nil
}

// knowResident answers with 401 who has no chat, and with 503 while the database does not say.
func (a *API) knowResident(ctx context.Context, q Asker) error {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	address, err := a.findResident(ctx, q)
	if err != nil { // nobody was asked yet who they are: it is the database that does not answer
		a.Log.WarnContext(ctx, "chat message not taken", "error", err)
		return web.NewProblem(http.StatusServiceUnavailable, "unavailable", q.lang())
	}
	if address.ID == "" {
		return web.NewProblem(http.StatusUnauthorized, "unauthorized", q.lang())
	}
	return nil
}

// take puts a message into the inbox and returns what stands there under its id: the same, said before or now. What
// says something else is refused; whoever sends it must name it by another client_id.
func (a *API) take(ctx context.Context, q Asker, event models.InboxEvent) (kept models.InboxEvent, err error) {
	fresh, err := a.Inbox.PutNew(ctx, event)
	if err == nil && fresh {
		return event, nil
	}
	if err == nil {
		err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
			kept, err = tx.InboxEvent(event.ID)
			return err
		})
	}
	if err != nil { // it may be there or not: the sender has to ask again
		a.Log.WarnContext(ctx, "chat message not taken", "error", err)
		return kept, web.NewProblem(http.StatusServiceUnavailable, "unavailable", q.lang())
	}
	same, err := sameMessage(kept.Payload, event.Payload)
	if err != nil {
		return kept, a.refuse(ctx, q, err)
	}
	if !same {
		p := web.NewProblem(http.StatusUnprocessableEntity, "idempotency_mismatch", q.lang())
		p.Field, p.Detail = "client_id", locales.Message(q.lang(), "error_client_id_used", nil)
		return kept, p
	}
	return kept, nil
}

// sameMessage tells whether two payloads say the same: pictures are compared by their bytes, for each upload gets a
// name of its own. What is erased says nothing any more, and contradicts nobody.
func sameMessage(kept, came string) (bool, error) {
	var events [2]bots.Incoming
	if kept == came || kept == "{}" {
		return true, nil
	}
	for i, payload := range []string{kept, came} {
		if err := json.Unmarshal([]byte(payload), &events[i]); err != nil {
			return false, fmt.Errorf("decode event: %w", err)
		}
		for k := range events[i].Media {
			events[i].Media[k].FileID = ""
		}
	}
	return reflect.DeepEqual(events[0], events[1]), nil
}

// incoming makes the event of a message; one that says nothing is refused.
func incoming(q Asker, in chatBody, media []bots.Media) (models.InboxEvent, error) {
	who := models.TokenKey(q.resident())
	id := who + ":" + in.ClientID // client ids are the client's own: unique within its chat only
	e := bots.Incoming{
		Channel: models.ChannelWebchat, User: who, Message: &id, Kind: bots.KindText, Actionable: true,
		Lat: in.Lat, Lon: in.Lon, AccuracyM: in.AccuracyM, Payload: in.Payload, Media: media,
	}
	if text := strings.TrimSpace(models.Clean(in.Text, 10_000)); text != "" {
		e.Text = &text
	}
	switch {
	case (e.Lat == nil) != (e.Lon == nil):
		return models.InboxEvent{}, models.Invalid{Field: "lon", Key: "error_half_place"}
	case e.Text == nil && e.Lat == nil && e.Payload == "" && len(media) == 0:
		return models.InboxEvent{}, models.Invalid{Field: "text", Key: "error_message_empty"}
	case e.Payload != "":
		e.Kind = bots.KindPostback
	case len(media) > 0:
		e.Kind = bots.KindImage
	case e.Text == nil && e.Lat != nil:
		e.Kind = bots.KindLocation
	}
	return e.Inbox(models.AccountWebchat)
}

func (a *API) listChat(ctx context.Context, in *chatMessagesInput) (*chatMessagesOutput, error) {
	out := &chatMessagesOutput{}
	out.Body.Messages = []chatMessage{}
	if in.After != "" && !models.ValidID(in.After) {
		return nil, a.refuse(ctx, in.Asker, models.Invalid{Field: "after", Key: "error_id"})
	}
	err := a.Store.Read(ctx, func(tx *store.Tx) error {
		address, err := a.resident(tx, in.Asker)
		if err != nil {
			return err
		}
		c, err := tx.ConversationWith(address.ID)
		if errors.Is(err, models.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		said, err := tx.MessagesAfter(c.ID, in.After, 200)
		if errors.Is(err, models.ErrNotFound) {
			return models.Invalid{Field: "after", Key: "error_id"}
		}
		if err != nil {
			return err
		}
		photos, err := photosOf(tx, said)
		if err != nil {
			return err
		}
		codes, err := ticketCodes(tx, said)
		for _, m := range said {
			message := a.shown(m, c.Language, codes)
			message.Photos = append(message.Photos, photos[m.ID]...)
			out.Body.Messages = append(out.Body.Messages, message)
		}
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

func (a *API) shown(m store.Said, lang string, codes map[string]string) chatMessage {
	c := chatMessage{
		ID: m.ID, Direction: string(m.Direction), Text: m.Shown, Lat: m.Lat, Lon: m.Lon, At: m.CreatedAt.UTC(),
		Photos: []string{}, Buttons: []chatButton{},
	}
	if m.TicketID != nil {
		c.TicketCode = codes[*m.TicketID]
	}
	if m.Direction == models.DirectionIn {
		_, c.ClientID, _ = strings.Cut(m.ExternalID, ":")
	} else {
		c.Kind = m.Key
	}
	for _, b := range m.Buttons {
		c.Buttons = append(c.Buttons, chatButton{Title: a.titleOf(b, lang), Payload: b.Payload})
	}
	return c
}

// titleOf is what stands on a choice, as the courier numbered it: a type goes by its name.
func (a *API) titleOf(b models.Button, lang string) string {
	args := maps.Clone(b.Args)
	if key, ok := args["kind"].(string); ok {
		args["kind"] = a.Desk.Catalogue.Category(key).Name(lang)
	}
	return locales.Message(lang, b.Key, args)
}

func ticketCodes(tx *store.Tx, said []store.Said) (map[string]string, error) {
	codes := map[string]string{}
	for _, m := range said {
		if m.TicketID == nil || codes[*m.TicketID] != "" {
			continue
		}
		t, err := tx.Ticket(*m.TicketID)
		if err != nil {
			return nil, err
		}
		codes[t.ID] = t.Code
	}
	return codes, nil
}

func (a *API) listChatTickets(ctx context.Context, in *Asker) (*chatTicketsOutput, error) {
	out := &chatTicketsOutput{}
	out.Body.Tickets = []chatTicket{}
	err := a.Store.Read(ctx, func(tx *store.Tx) error {
		address, err := a.resident(tx, *in)
		if err != nil {
			return err
		}
		tickets, err := tx.ReporterTickets(address.ReporterID, 50)
		if err != nil {
			return err
		}
		reports, err := tx.ReporterReports(address.ReporterID, tickets)
		for _, t := range tickets {
			out.Body.Tickets = append(out.Body.Tickets, a.chatTicket(in.lang(), t, reports[t.ID]))
		}
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, *in, err)
	}
	return out, nil
}

// chatTicket is a ticket as its reporter sees it in a list, which others may see over a shoulder.
func (a *API) chatTicket(lang string, t models.Ticket, own models.Report) chatTicket {
	c := chatTicket{
		Code: t.Code, State: string(t.State), PromiseDue: t.PromiseDue, CreatedAt: t.CreatedAt.UTC(),
	}
	if own.TrackToken != "" {
		c.Track = "/t/" + own.TrackToken
	}
	category := a.Desk.Catalogue.Category(t.Category)
	if category.Discreet() {
		c.Title = locales.Message(lang, "category_discreet", nil)
		return c
	}
	c.Title, c.Place = category.Name(lang), web.OwnPlace(t, own)
	area, ok := a.Desk.Areas.Area(t.AreaCode)
	switch name := web.AreaName(lang, area); {
	case !ok || strings.Contains(models.Fold(c.Place), models.Fold(name)): // it was written there already
	case c.Place == "":
		c.Place = name
	default:
		c.Place += ", " + name
	}
	return c
}
