package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// The web chat is a channel like the others: its one account, under the name that bots/webchat has.
const (
	chatChannel = "webchat"
	chatAccount = "web"
)

type chatMessageInput struct {
	Asker
	Body struct {
		ClientID  string   `json:"client_id" minLength:"1" maxLength:"100" pattern:"^[^\\x00-\\x1F\\x7F]+$" doc:"Made by the client; repeats are harmless."`
		Text      string   `json:"text,omitempty" maxLength:"10000"`
		Lat       *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
		Lon       *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
		AccuracyM float64  `json:"accuracy_m,omitempty" minimum:"0"`
		Payload   string   `json:"payload,omitempty" maxLength:"200" doc:"The payload of a pressed button."`
	}
}

type chatAccepted struct {
	Body struct {
		ID string `json:"id"`
	}
}

type chatButton struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

type chatMessage struct {
	ID         string       `json:"id"`
	Direction  string       `json:"direction" enum:"in,out"`
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
	After string `query:"after" doc:"The id of the last message seen."`
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
		OperationID: "send-chat-message", Method: http.MethodPost, Path: "/chat/messages",
		Tags: tags, Security: security, Summary: "Say something, place something, press a button",
		DefaultStatus: http.StatusAccepted,
		MaxBodyBytes:  bodyLimit,
	}, a.sendChat)
	huma.Register(v1, huma.Operation{
		OperationID: "list-chat-messages", Method: http.MethodGet, Path: "/chat/messages",
		Tags: tags, Security: security, Summary: "What was said",
	}, a.listChat)
	huma.Register(v1, huma.Operation{
		OperationID: "list-chat-tickets", Method: http.MethodGet, Path: "/chat/tickets",
		Tags: tags, Security: security, Summary: "What became of it",
	}, a.listChatTickets)
}

// openChat makes a secret; the address behind it is the secret's hash, so that the database cannot speak for anyone.
func (a *API) openChat(ctx context.Context, in *Asker) (*tokenOutput, error) {
	out := &tokenOutput{}
	out.Body.Token = models.NewToken()
	err := a.Store.Tx(ctx, func(tx *store.Tx) error {
		_, err := tx.Address(chatChannel, chatAccount, models.TokenKey(out.Body.Token))
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, *in, err)
	}
	return out, nil
}

// resident returns the address behind a chat token, or a 401.
func (a *API) resident(tx *store.Tx, q Asker) (models.Address, error) {
	address, found, err := tx.FindAddress(chatChannel, chatAccount, models.TokenKey(q.token()))
	if err == nil && !found {
		err = web.NewProblem(http.StatusUnauthorized, "unauthorized", q.lang())
	}
	return address, err
}

// sendLimit ends a send that the database does not answer, before the client gives up on us.
const sendLimit = 1800 * time.Millisecond

func (a *API) sendChat(ctx context.Context, in *chatMessageInput) (*chatAccepted, error) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	known := false
	err := a.Store.Read(ctx, func(tx *store.Tx) error {
		var err error
		_, known, err = tx.FindAddress(chatChannel, chatAccount, models.TokenKey(in.token()))
		return err
	})
	if err != nil { // nobody was asked yet who they are: it is the database that does not answer
		a.Log.WarnContext(ctx, "chat message not taken", "error", err)
		return nil, web.NewProblem(http.StatusServiceUnavailable, "unavailable", in.lang())
	}
	if !known {
		return nil, web.NewProblem(http.StatusUnauthorized, "unauthorized", in.lang())
	}
	said, err := incoming(in)
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	event, err := said.Inbox(chatAccount)
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	err = a.Inbox.Put(ctx, event)
	if errors.Is(err, store.ErrUnavailable) {
		return nil, web.NewProblem(http.StatusServiceUnavailable, "unavailable", in.lang())
	}
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	out := &chatAccepted{}
	out.Body.ID = event.ID
	return out, nil
}

// incoming makes the event of a message; one that says nothing is refused.
func incoming(in *chatMessageInput) (bots.Incoming, error) {
	who := models.TokenKey(in.token())
	id := who + ":" + in.Body.ClientID // client ids are the client's own: unique within its chat only
	e := bots.Incoming{
		Channel: chatChannel, User: who, Message: &id, Kind: bots.KindText, Actionable: true,
		Lat: in.Body.Lat, Lon: in.Body.Lon, AccuracyM: in.Body.AccuracyM, Payload: in.Body.Payload,
	}
	if text := strings.TrimSpace(models.Clean(in.Body.Text, 10_000)); text != "" {
		e.Text = &text
	}
	switch {
	case (e.Lat == nil) != (e.Lon == nil):
		return e, models.Invalid{Field: "lon", Key: "error_half_place"}
	case e.Text == nil && e.Lat == nil && e.Payload == "":
		return e, models.Invalid{Field: "text", Key: "error_message_empty"}
	case e.Payload != "":
		e.Kind = bots.KindPostback
	case e.Text == nil && e.Lat != nil:
		e.Kind = bots.KindLocation
	}
	return e, nil
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
		if err != nil {
			return err
		}
		codes, err := ticketCodes(tx, said)
		for _, m := range said {
			out.Body.Messages = append(out.Body.Messages, shown(m, c.Language, codes))
		}
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

func shown(m store.Said, lang string, codes map[string]string) chatMessage {
	c := chatMessage{
		ID: m.ID, Direction: string(m.Direction), Text: m.Shown, Lat: m.Lat, Lon: m.Lon, At: m.CreatedAt.UTC(),
		Photos: []string{}, Buttons: []chatButton{},
	}
	if m.TicketID != nil {
		c.TicketCode = codes[*m.TicketID]
	}
	for _, b := range m.Buttons {
		c.Buttons = append(c.Buttons, chatButton{Title: locales.Message(lang, b.Key, b.Args), Payload: b.Payload})
	}
	return c
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
		for _, t := range tickets {
			out.Body.Tickets = append(out.Body.Tickets, chatTicket{
				Code: t.Code, State: string(t.State), PromiseDue: t.PromiseDue, CreatedAt: t.CreatedAt.UTC(),
			})
		}
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, *in, err)
	}
	return out, nil
}
