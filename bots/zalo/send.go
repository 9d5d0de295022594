package zalo

import (
	"context"
	"fmt"

	"github.com/vticket/vticket/bots"
)

const (
	pathMessage = "/v3.0/oa/message/cs" // consultation: free for 48 hours, paid for until 7 days (channels.md §2.6)
	pathUpload  = "/v2.0/oa/upload/image"
	pathReact   = "/v2.0/oa/message"

	maxButtons = 5
)

// ButtonShape is one of the two ways in which choices are documented (channels.md §2.5).
type ButtonShape string

// The shapes of choices.
const (
	ButtonsBeside ButtonShape = ""         // beside the text: the current form
	ButtonsInside ButtonShape = "template" // with the text inside of a template of type "button": the older form
)

type (
	recipient struct {
		User string `json:"user_id"`
	}
	message struct {
		Text       string      `json:"text,omitempty"`
		Quote      string      `json:"quote_message_id,omitempty"`
		Attachment *attachment `json:"attachment,omitempty"`
	}
	attachment struct {
		Type    string  `json:"type"`
		Payload payload `json:"payload"`
	}
	payload struct {
		TemplateType string    `json:"template_type,omitempty"`
		Text         string    `json:"text,omitempty"`
		Elements     []element `json:"elements,omitempty"`
		Buttons      []button  `json:"buttons,omitempty"`
	}
	element struct {
		MediaType  string `json:"media_type"`
		Attachment string `json:"attachment_id"`
	}
	button struct {
		Title   string `json:"title"`
		Type    string `json:"type"`
		Payload string `json:"payload"`
	}
)

// Send sends a text with its choices, a picture, or an approved template. Zalo has no button that asks for a place: the
// words of the text do. Words of staff have no window of their own either.
func (o *OA) Send(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	s := o.session()
	switch {
	case out.Step == bots.StepTemplate:
		return s.template(ctx, out)
	case len(out.Photos) > 1:
		return bots.Sent{}, &bots.SendError{Class: bots.ErrRejected, Cause: "one picture at a time"}
	case len(out.Photos) == 1:
		return s.picture(ctx, out)
	default:
		return s.message(ctx, out.To, o.written(out))
	}
}

// message sends to the OA's chat with a resident.
func (s *session) message(ctx context.Context, to string, m message) (bots.Sent, error) {
	data, err := s.call(ctx, postJSON(s.oa.config.OpenAPI+pathMessage, map[string]any{
		"recipient": recipient{to}, "message": m,
	}))
	if err != nil {
		return bots.Sent{}, err
	}
	return bots.Sent{ID: data.id("message_id")}, nil // what was taken is not sent again because its id cannot be read
}

// written is a text with its choices.
func (o *OA) written(out bots.Outgoing) message {
	m := message{Text: out.Text, Quote: out.Quote}
	buttons := choices(out.Buttons)
	if len(buttons) == 0 {
		return m
	}
	m.Attachment = &attachment{Type: "template", Payload: payload{Buttons: buttons}}
	if o.config.Buttons == ButtonsInside {
		m.Attachment.Payload.TemplateType, m.Attachment.Payload.Text, m.Text = "button", m.Text, ""
	}
	return m
}

// choices are the buttons under a text. What they bring back is not shown in the chat. Those that are too many are left
// out, as Zalo would refuse the whole message; their numbers in the text still choose.
func choices(buttons []bots.Button) []button {
	var found []button
	for _, b := range buttons {
		if b.Payload != "" && len(found) < maxButtons {
			found = append(found, button{Title: b.Title, Type: "oa.query.hide", Payload: postback + b.Payload})
		}
	}
	return found
}

// received is the reaction by which a resident sees that something has come: a thumb.
const received = "/-strong"

// Acknowledge reacts to a message: that is free, and no message of its own (channels.md §2.6).
func (o *OA) Acknowledge(ctx context.Context, in bots.Incoming) error {
	if !in.Actionable || in.Anonymous || in.Message == nil || in.Kind == bots.KindPostback {
		return nil // a tapped choice is not shown, so there is nothing to react to
	}
	_, err := o.session().call(ctx, postJSON(o.config.OpenAPI+pathReact, map[string]any{
		"recipient":     recipient{in.User},
		"sender_action": map[string]string{"react_icon": received, "react_message_id": *in.Message},
	}))
	if err != nil {
		return fmt.Errorf("react to message: %w", err)
	}
	return nil
}
