package facebook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// maxPhoto is the largest picture that Facebook takes, in bytes (channels.md §4.4).
const maxPhoto = 8 << 20

// metadataPrefix begins what we give along with a message: it comes back with its echo.
const metadataPrefix = "vt:"

// outgoing is the body of a call to the Send API.
type outgoing struct {
	Recipient recipient   `json:"recipient"`
	Type      string      `json:"messaging_type,omitempty"`
	Tag       string      `json:"tag,omitempty"`
	Message   *sentence   `json:"message,omitempty"`
	Action    string      `json:"sender_action,omitempty"`
	photo     *bots.Photo // uploaded along with the message
}

type recipient struct {
	ID        string `json:"id,omitempty"`
	CommentID string `json:"comment_id,omitempty"`
}

// sentence is what a message says: one of text, attachment and template.
type sentence struct {
	Text       string       `json:"text,omitempty"`
	Choices    []quickReply `json:"quick_replies,omitempty"`
	Attachment *picture     `json:"attachment,omitempty"`
	Template   *template    `json:"template,omitempty"`
	Metadata   string       `json:"metadata,omitempty"`
}

type picture struct {
	Type    string `json:"type"`
	Payload struct {
		Reusable bool `json:"is_reusable"`
	} `json:"payload"`
}

// template is a utility template as the Send API takes it: beside the attachments, not among them.
type template struct {
	Name     string `json:"name"`
	Language struct {
		Code string `json:"code"`
	} `json:"language"`
	Components []component `json:"components"`
}

type component struct {
	Type       string      `json:"type"`
	Parameters []parameter `json:"parameters"`
}

type parameter struct {
	Type string `json:"type"`
	Name string `json:"parameter_name,omitempty"`
	Text string `json:"text"`
}

// Send sends words with their choices, one picture, or an approved template. Outside of 24 hours after the resident
// last wrote only templates are taken, which bring buttons of their own, and, for seven days, what a member of staff
// wrote (channels.md §4.4). A message cannot quote another, and there is no button that sends a place.
func (a *Adapter) Send(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	o, err := compose(out)
	if err != nil {
		return bots.Sent{}, err
	}
	c := call{method: http.MethodPost, path: a.config.Page + "/messages", json: o}
	if o.photo != nil {
		if c.form, err = o.upload(ctx); err != nil {
			return bots.Sent{}, err
		}
	}
	var sent struct {
		ID scalar `json:"message_id"`
	}
	if err := a.ask(ctx, c, &sent); err != nil {
		return bots.Sent{}, err
	}
	return bots.Sent{ID: sent.ID.id()}, nil
}

// compose makes the body of a call, without the bytes of a picture.
func compose(out bots.Outgoing) (outgoing, error) {
	o := outgoing{Type: "RESPONSE", Recipient: recipientOf(out), Message: &sentence{}}
	if o.Recipient == (recipient{}) {
		return o, rejected("nobody to send it to")
	}
	if out.Delivery != "" {
		o.Message.Metadata = metadataPrefix + out.Delivery
	}
	if out.Step == bots.StepHuman {
		o.Type, o.Tag = "MESSAGE_TAG", "HUMAN_AGENT"
	}
	switch {
	case out.Step == bots.StepTemplate:
		if out.Template.ID == "" {
			return o, rejected("no template")
		}
		o.Type, o.Message.Template = "UTILITY", fill(out.Template)
	case len(out.Photos) > 1:
		return o, rejected("one picture at a time")
	case len(out.Photos) == 1:
		o.Message.Attachment, o.photo = &picture{Type: "image"}, &out.Photos[0]
		o.Message.Choices = quickReplies(out.Buttons)
	case out.Text == "":
		return o, rejected("nothing to say")
	default:
		o.Message.Text, o.Message.Choices = out.Text, quickReplies(out.Buttons)
	}
	return o, nil
}

func rejected(why string) error { return &bots.SendError{Class: bots.ErrRejected, Cause: why} }

// recipientOf is who gets a message: somebody, or whoever wrote a comment. Facebook takes one such answer per comment,
// for seven days.
func recipientOf(out bots.Outgoing) recipient {
	comment, nobody := strings.CutPrefix(out.To, unnamed)
	switch {
	case out.Comment != "":
		return recipient{CommentID: out.Comment}
	case nobody:
		return recipient{CommentID: comment}
	default:
		return recipient{ID: out.To}
	}
}

// fill makes the parameters of a template's body: in the order of their numbers, or by their names.
func fill(t bots.Template) *template {
	filled := &template{Name: t.ID, Components: []component{}}
	filled.Language.Code = t.Language
	names := slices.Sorted(maps.Keys(t.Params))
	numbered := !slices.ContainsFunc(names, func(name string) bool { _, err := strconv.Atoi(name); return err != nil })
	if numbered {
		slices.SortFunc(names, func(one, other string) int {
			first, _ := strconv.Atoi(one)
			second, _ := strconv.Atoi(other)
			return first - second
		})
	}
	body := component{Type: "body"}
	for _, name := range names {
		p := parameter{Type: "text", Text: t.Params[name]}
		if !numbered {
			p.Name = name
		}
		body.Parameters = append(body.Parameters, p)
	}
	if len(body.Parameters) > 0 {
		filled.Components = append(filled.Components, body)
	}
	return filled
}

// upload makes the form that carries a picture. Its bytes are read before anything is sent: what cannot be read cannot
// have been taken.
func (o outgoing) upload(ctx context.Context) (*form, error) {
	raw, err := read(ctx, *o.photo)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, field := range []struct {
		name  string
		value any
	}{{"recipient", o.Recipient}, {"messaging_type", o.Type}, {"tag", o.Tag}, {"message", o.Message}} {
		value, ok := field.value.(string)
		if !ok {
			written, err := json.Marshal(field.value)
			if err != nil {
				return nil, rejected(err.Error())
			}
			value = string(written)
		}
		if value != "" {
			_ = w.WriteField(field.name, value) // a buffer takes everything
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{
			"name": "filedata", "filename": o.photo.Name,
		})},
		"Content-Type": {"image/jpeg"},
	})
	if err == nil {
		_, err = part.Write(raw)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, rejected(err.Error())
	}
	return &form{kind: w.FormDataContentType(), body: body.Bytes()}, nil
}

// read returns the bytes of a picture; one that is lost will not come back.
func read(ctx context.Context, p bots.Photo) ([]byte, error) {
	failed := func(err error) error {
		class := bots.ErrRetry
		if errors.Is(err, models.ErrNotFound) {
			class = bots.ErrRejected
		}
		return &bots.SendError{Class: class, Cause: fmt.Sprintf("photo unreadable: %v", err)}
	}
	body, err := p.Open(ctx)
	if err != nil {
		return nil, failed(err)
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, maxPhoto+1))
	switch {
	case err != nil:
		return nil, failed(err)
	case len(raw) > maxPhoto:
		return nil, rejected("photo larger than 8 MB")
	default:
		return raw, nil
	}
}
