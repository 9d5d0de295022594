package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
)

// What the Send API takes (channels.md §4.4); texts are counted in UTF-16 units.
const (
	facebookText     = 2000
	facebookChoices  = 13
	facebookTitle    = 20
	facebookPayload  = 1000
	facebookPhoto    = 8 << 20 // bytes
	facebookWindow   = 24 * time.Hour
	facebookHuman    = 7 * 24 * time.Hour
	facebookComments = 7 * 24 * time.Hour // for a private reply
)

// graphMessage is the field "message" of a send.
type graphMessage struct {
	Text    string `json:"text"`
	Choices []struct {
		Type    string `json:"content_type"`
		Title   string `json:"title"`
		Payload string `json:"payload"`
	} `json:"quick_replies"`
	Attachment *struct {
		Type string `json:"type"`
	} `json:"attachment"`
	Template *struct {
		Name     string `json:"name"`
		Language struct {
			Code string `json:"code"`
		} `json:"language"`
		Components []struct {
			Parameters []struct {
				Text string `json:"text"`
			} `json:"parameters"`
		} `json:"components"`
	} `json:"template"`
	Metadata string `json:"metadata"`
}

// graphRecipient is the field "recipient" of a send.
type graphRecipient struct {
	ID        string `json:"id"`
	CommentID string `json:"comment_id"`
}

func (r graphRecipient) chat() string {
	if r.CommentID != "" {
		return r.CommentID
	}
	return r.ID
}

func (c graphCall) recipient() (r graphRecipient) {
	_ = json.Unmarshal([]byte(c.fields["recipient"]), &r)
	return r
}

func (c graphCall) message() (m graphMessage, ok bool) {
	err := json.Unmarshal([]byte(c.fields["message"]), &m)
	return m, err == nil
}

// content is what a call wants to show.
func (c graphCall) content() Content {
	m, _ := c.message()
	content := Content{Text: m.Text}
	if c.edge == "comments" {
		content.Text = c.fields["message"]
	}
	for _, choice := range m.Choices {
		content.Buttons = append(content.Buttons, Button{choice.Title, choice.Payload})
	}
	if p, ok := c.files["filedata"]; ok {
		content.Photos = []Upload{newUpload(p.name, p.raw)}
	}
	return content
}

// send is a call of the Send API. The lock is held.
func (f *Facebook) send(c graphCall) (any, *graphError) {
	to := c.recipient()
	r, refusal := f.reachable(to)
	if refusal != nil {
		return nil, refusal
	}
	if c.fields["sender_action"] != "" {
		return f.action(c, r)
	}
	m, ok := c.message()
	if !ok {
		return nil, graphInvalid("The parameter message is required")
	}
	for _, check := range []func() *graphError{
		func() *graphError { return f.inTime(c, m, to, r) },
		func() *graphError { return f.fits(c, m) },
		f.countSent,
	} {
		if refusal := check(); refusal != nil {
			return nil, refusal
		}
	}
	return f.post(c, m, r), nil
}

// reachable is the person whom a message would come to. The lock is held.
func (f *Facebook) reachable(to graphRecipient) (*FacebookResident, *graphError) {
	r := f.residents[to.ID]
	if to.CommentID != "" {
		comment := f.comments[to.CommentID]
		switch {
		case comment == nil:
			return nil, &graphError{
				status: http.StatusBadRequest, code: 100, subcode: 2018292, says: "Invalid comment_id parameter",
			}
		case comment.answered:
			return nil, &graphError{status: http.StatusBadRequest, code: 10900, says: "Activity already replied to"}
		case f.now().Sub(comment.at) > facebookComments:
			return nil, &graphError{
				status: http.StatusBadRequest, code: 10903, says: "This user can't reply to this activity",
			}
		}
		r = comment.by
	}
	switch {
	case r == nil:
		return nil, &graphError{
			status: http.StatusBadRequest, code: 100, subcode: 2018001, says: "No matching user found",
		}
	case r.blocked:
		return nil, &graphError{
			status: http.StatusForbidden, code: 551, subcode: 1545041, says: "This person isn't available right now.",
		}
	default:
		return r, nil
	}
}

// action shows something in a thread. It says nothing, so it comes alone.
func (*Facebook) action(c graphCall, r *FacebookResident) (any, *graphError) {
	known := []string{"typing_on", "typing_off", "mark_seen", "react", "unreact"}
	if c.fields["message"] != "" || !slices.Contains(known, c.fields["sender_action"]) {
		return nil, graphInvalid("The parameter sender_action is not one of those that exist, or not alone")
	}
	return map[string]any{"recipient_id": r.id}, nil
}

// inTime checks whether the page may still write: for 24 hours after somebody wrote to it, for seven days if a person
// writes, and templates always. A private reply has a time of its own. The lock is held.
func (f *Facebook) inTime(c graphCall, m graphMessage, to graphRecipient, r *FacebookResident) *graphError {
	window := facebookWindow
	switch kind := c.fields["messaging_type"]; {
	case kind == "UTILITY":
		if m.Template == nil {
			return graphInvalid("A utility message is a template")
		}
		return nil
	case m.Template != nil:
		return graphInvalid("A template is a utility message")
	case kind == "MESSAGE_TAG" && c.fields["tag"] == "HUMAN_AGENT":
		window = facebookHuman
	case kind == "MESSAGE_TAG": // the other tags are gone since 2026-04-27
		return graphInvalid("Message tag is not supported")
	case kind != "RESPONSE" && kind != "UPDATE":
		return graphInvalid("The parameter messaging_type is required")
	}
	if to.CommentID == "" && (r.wroteAt.IsZero() || f.now().Sub(r.wroteAt) > window) {
		return &graphError{
			status: http.StatusBadRequest, code: 10, subcode: 2018278,
			says: "This message is sent outside of allowed window.",
		}
	}
	return nil
}

// fits checks what a message says against the limits.
func (f *Facebook) fits(c graphCall, m graphMessage) *graphError {
	file, uploaded := c.files["filedata"]
	switch {
	case (m.Text != "" && m.Attachment != nil) || (m.Text == "" && m.Attachment == nil && m.Template == nil):
		return graphInvalid("A message is a text, an attachment or a template")
	case graphUnits(m.Text) > facebookText:
		return graphInvalid("Length of param message[text] must be less than or equal to 2000")
	case graphUnits(m.Metadata) > facebookPayload:
		return graphInvalid("Length of param message[metadata] must be less than or equal to 1000")
	case m.Attachment != nil && (m.Attachment.Type != "image" || !uploaded || len(file.raw) == 0):
		return &graphError{
			status: http.StatusBadRequest, code: 100, subcode: 2018047, says: "Upload attachment failure.",
		}
	case len(file.raw) > facebookPhoto:
		return &graphError{
			status: http.StatusBadRequest, code: 100, subcode: 2018294, says: "Attachment size exceeds allowable limit",
		}
	case m.Template != nil && (!slices.Contains(f.app.Templates, m.Template.Name) || m.Template.Language.Code == ""):
		return graphInvalid("Message template does not exist")
	case len(m.Choices) > facebookChoices:
		return graphInvalid("Too many elements in param message[quick_replies]")
	}
	for _, q := range m.Choices {
		switch title, payload := graphUnits(q.Title), graphUnits(q.Payload); {
		case q.Type != "text", title == 0, title > facebookTitle, payload == 0, payload > facebookPayload:
			return graphInvalid("Invalid param message[quick_replies]")
		}
	}
	return nil
}

func graphUnits(text string) int { return len(utf16.Encode([]rune(text))) }

// countSent lets no more through in a second than the page may send. The lock is held.
func (f *Facebook) countSent() *graphError {
	if now := f.now().Unix(); now != f.second {
		f.second, f.sent = now, 0
	}
	if f.sent++; f.sent > f.app.PerSecond {
		return &graphError{
			status: http.StatusBadRequest, code: 80006, regain: 5,
			says: "There have been too many calls to this messenger account.",
		}
	}
	return nil
}

// post puts a message into a thread, and tells of it. The lock is held.
func (f *Facebook) post(c graphCall, m graphMessage, r *FacebookResident) any {
	posted := FacebookMessage{
		ID: f.nextID("m_"), Content: c.content(), Type: c.fields["messaging_type"], Tag: c.fields["tag"],
		Metadata: m.Metadata, Comment: c.recipient().CommentID, At: f.now(),
	}
	if m.Template != nil {
		posted.Template = m.Template.Name
		for _, part := range m.Template.Components {
			for _, p := range part.Parameters {
				posted.Params = append(posted.Params, p.Text)
			}
		}
	}
	if p, ok := c.files["filedata"]; ok {
		posted.photo = f.keep(p.raw)
	}
	if posted.Comment != "" {
		f.comments[posted.Comment].answered = true
	}
	f.threads[r.id] = append(f.threads[r.id], posted)
	f.echo(r, posted, f.app.ID)
	f.emit("message_deliveries", r.event(map[string]any{"delivery": map[string]any{
		"mids": []string{posted.ID}, "watermark": posted.At.UnixMilli(),
	}}))
	f.wake()
	return map[string]any{"recipient_id": r.id, "message_id": posted.ID}
}

// echo tells the page's apps what was written in its name. The lock is held.
func (f *Facebook) echo(r *FacebookResident, m FacebookMessage, app string) {
	said := map[string]any{"mid": m.ID, "is_echo": true, "app_id": graphNumber(app)}
	if m.Text != "" {
		said["text"] = m.Text
	}
	if m.Metadata != "" {
		said["metadata"] = m.Metadata
	}
	if m.photo != "" {
		said["attachments"] = []any{graphAttachment("image", m.photo)}
	}
	event := r.event(map[string]any{"message": said})
	event["sender"], event["recipient"] = event["recipient"], event["sender"]
	f.emit("message_echoes", event)
}

// graphNumber is an id as a number, if it is one.
func graphNumber(id string) any {
	if _, err := strconv.ParseUint(id, 10, 64); err != nil {
		return id
	}
	return json.Number(id)
}

// nextID gives an id that is none of another's. The lock is held.
func (f *Facebook) nextID(prefix string) string {
	f.last++
	return prefix + strconv.Itoa(f.last)
}
