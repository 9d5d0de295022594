package sandbox

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

const (
	zaloText    = 2000 // UTF-16 units, composed
	zaloButtons = 5
	zaloImage   = 1 << 20 // bytes

	zaloFree   = 48 * time.Hour     // after the last interaction
	zaloPaid   = 7 * 24 * time.Hour // after that no message is taken
	zaloUpKeep = 7 * 24 * time.Hour // of an upload
)

// zaloContent is the message of a call, in either of the shapes of choices.
type zaloContent struct {
	Text       string `json:"text"`
	Quote      string `json:"quote_message_id"`
	Attachment *struct {
		Type    string `json:"type"`
		Payload struct {
			TemplateType string `json:"template_type"`
			Text         string `json:"text"`
			Elements     []struct {
				MediaType  string `json:"media_type"`
				Attachment string `json:"attachment_id"`
				URL        string `json:"url"`
			} `json:"elements"`
			Buttons []struct {
				Title   string `json:"title"`
				Type    string `json:"type"`
				Payload any    `json:"payload"`
			} `json:"buttons"`
		} `json:"payload"`
	} `json:"attachment"`
}

// content is what the resident sees.
func (m zaloContent) content() Content {
	c := Content{Text: m.Text}
	if m.Attachment == nil {
		return c
	}
	if c.Text == "" {
		c.Text = m.Attachment.Payload.Text
	}
	for _, b := range m.Attachment.Payload.Buttons {
		data, _ := b.Payload.(string)
		c.Buttons = append(c.Buttons, Button{Title: b.Title, Data: data})
	}
	return c
}

// consult sends a consultation message. The lock is held, here and below.
func (z *Zalo) consult(call zaloCall) (any, *zaloError) {
	c := call.Message.content()
	if refusal := call.Message.check(c.Text); refusal != nil {
		return nil, refusal
	}
	if refusal := z.picture(call.Message, &c); refusal != nil {
		return nil, refusal
	}
	r := z.residents[call.Recipient.User]
	if r == nil {
		return nil, &zaloError{-201, "user_id is invalid"}
	}
	if quote := call.Message.Quote; quote != "" && !slices.Contains(r.wrote, quote) {
		return nil, &zaloError{-201, "quote_message_id is invalid"}
	}
	quota, refusal := z.window(r)
	if refusal == nil {
		refusal = z.charge(quota)
	}
	if refusal != nil {
		return nil, refusal
	}
	m := ZaloMessage{To: r.id, Content: c, Quote: call.Message.Quote, Quota: quota}
	id := z.put(m)
	z.emit("oa_send_"+map[bool]string{true: "image", false: "text"}[len(c.Photos) > 0], map[string]any{
		"sender": map[string]any{"id": z.options.OA}, "recipient": map[string]any{"id": r.id},
		"message": map[string]any{"msg_id": id, "text": c.Text},
	})
	return map[string]any{
		"message_id": id, "user_id": r.id, "quota": map[string]any{"quota_type": quota},
	}, nil
}

// check refuses what no message may be.
func (m zaloContent) check(text string) *zaloError {
	bad := func(format string, args ...any) *zaloError { return &zaloError{-201, fmt.Sprintf(format, args...)} }
	units := len(utf16.Encode([]rune(norm.NFC.String(text))))
	switch {
	case text == "" && m.Attachment == nil:
		return bad("message is empty")
	case units > zaloText:
		return bad("text is longer than %d characters", zaloText)
	case m.Attachment == nil:
		return nil
	case m.Attachment.Type != "template":
		return bad("attachment.type is invalid")
	case len(m.Attachment.Payload.Buttons) > zaloButtons:
		return bad("more than %d buttons", zaloButtons)
	}
	for _, b := range m.Attachment.Payload.Buttons {
		payload, text := b.Payload.(string)
		query := b.Type == "oa.query.show" || b.Type == "oa.query.hide"
		open := slices.Contains([]string{"oa.open.url", "oa.open.phone", "oa.open.sms"}, b.Type)
		if b.Title == "" || !query && !open || query && (!text || payload == "") || open && text {
			return bad("button %q is invalid", b.Title)
		}
	}
	return nil
}

// picture finds the upload that a message shows.
func (z *Zalo) picture(m zaloContent, c *Content) *zaloError {
	if m.Attachment == nil || m.Attachment.Payload.TemplateType != "media" {
		return nil
	}
	if len(m.Attachment.Payload.Elements) != 1 {
		return &zaloError{-201, "elements is invalid"}
	}
	up, ok := z.uploads[m.Attachment.Payload.Elements[0].Attachment]
	if !ok || z.now().Sub(up.at) > zaloUpKeep {
		return &zaloError{-100, "attachment_id is invalid"}
	}
	c.Photos = []Upload{up.Upload}
	return nil
}

// window tells from what a message is paid, or why none is taken (channels.md §2.6).
func (z *Zalo) window(r *ZaloResident) (string, *zaloError) {
	age := z.now().Sub(r.interacted)
	switch {
	case r.blocked:
		return "", &zaloError{-244, "User has restricted this type of message"}
	case r.interacted.IsZero():
		return "", &zaloError{-232, "User has not interacted with the OA"}
	case age > zaloPaid:
		return "", &zaloError{-230, "User has not interacted with the OA in the past 7 days"}
	case age > zaloFree:
		return "purchase_quota", nil
	default:
		return "reply", nil
	}
}

// put keeps a message and returns its id.
func (z *Zalo) put(m ZaloMessage) string {
	m.ID, m.At = z.next(), z.now()
	z.messages = append(z.messages, m)
	z.wake()
	return m.ID
}

// react is the only call that is left of the older message API.
func (z *Zalo) react(call zaloCall) (any, *zaloError) {
	if call.Action == nil {
		return nil, &zaloError{-240, "message API v2 has been shut down"}
	}
	icons := []string{"/-heart", "/-strong", ":>", "--b", ":-((", ":-h", ":o", "/-remove"}
	r := z.residents[call.Recipient.User]
	switch {
	case r == nil || !slices.Contains(r.wrote, call.Action.Message):
		return nil, &zaloError{-201, "react_message_id is invalid"}
	case !slices.Contains(icons, call.Action.Icon):
		return nil, &zaloError{-201, "react_icon is invalid"}
	}
	z.reactions[call.Action.Message] = call.Action.Icon
	z.wake()
	return map[string]any{"message_id": call.Action.Message, "user_id": r.id}, nil
}

func (z *Zalo) upload(call zaloCall) (any, *zaloError) {
	p, ok := call.form.files["file"]
	switch {
	case !ok:
		return nil, &zaloError{-201, "file is invalid"}
	case len(p.raw) > zaloImage:
		return nil, &zaloError{-210, "file is larger than 1 MB"}
	case !bytes.HasPrefix(p.raw, []byte("\xff\xd8\xff")) && !bytes.HasPrefix(p.raw, []byte("\x89PNG")):
		return nil, &zaloError{-201, "file is neither jpg nor png"}
	}
	id := z.next()
	z.uploads[id] = zaloUpload{newUpload(p.name, p.raw), z.now()}
	return map[string]any{"attachment_id": id}, nil
}

// templateTo sends a template to an account.
func (z *Zalo) templateTo(call zaloCall) (any, *zaloError) {
	r := z.residents[call.User]
	switch {
	case r == nil:
		return nil, &zaloError{-201, "user_id is invalid"}
	case r.blocked:
		return nil, &zaloError{-244, "User has restricted this type of message"}
	}
	refusal := z.approved(call)
	if refusal == nil {
		refusal = z.charge("template")
	}
	if refusal != nil {
		return nil, refusal
	}
	id := z.put(ZaloMessage{To: r.id, Template: call.Template, Params: call.Params, Quota: "template"})
	return map[string]any{"message_id": id, "user_id": r.id, "sent_time": z.millis(z.now())}, nil
}

var zaloPhone = regexp.MustCompile(`^\+?84[0-9]{9,10}$`)

// templateBy sends a template to a telephone number: not at night (channels.md §2.7). Its delivery is told by webhook.
func (z *Zalo) templateBy(call zaloCall) (any, *zaloError) {
	hour := z.now().In(time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)).Hour()
	switch {
	case !zaloPhone.MatchString(call.Phone):
		return nil, &zaloError{-108, "Phone number is invalid"}
	case call.Tracking == "":
		return nil, &zaloError{-132, "tracking_id is invalid"}
	case hour >= 22 || hour < 6:
		return nil, &zaloError{-133, "Not allowed to send at night"}
	}
	if refusal := z.approved(call); refusal != nil {
		return nil, refusal
	}
	phone := strings.TrimPrefix(call.Phone, "+")
	for _, r := range z.residents {
		if r.phone != phone {
			continue
		}
		if refusal := z.charge("template"); refusal != nil {
			return nil, refusal
		}
		id := z.put(ZaloMessage{
			To: r.id, Template: call.Template, Params: call.Params, Tracking: call.Tracking, Quota: "template",
		})
		z.emit("user_received_message", map[string]any{
			"sender": map[string]any{"id": z.options.OA}, "recipient": map[string]any{"id": phone},
			"message": map[string]any{
				"msg_id": id, "tracking_id": call.Tracking, "delivery_time": z.millis(z.now()),
			},
		})
		return map[string]any{"msg_id": id, "sent_time": z.millis(z.now()), "sending_mode": "1"}, nil
	}
	return nil, &zaloError{-118, "Zalo account not existed"}
}

// approved refuses a template that is not, or whose parameters are others.
func (z *Zalo) approved(call zaloCall) *zaloError {
	params, ok := z.templates[call.Template]
	if !ok {
		return &zaloError{-131, "Template not approved"}
	}
	for _, name := range params {
		if call.Params[name] == nil {
			return &zaloError{-1123, "template_data is missing " + name}
		}
	}
	return nil
}

func (z *Zalo) quota(call zaloCall) (any, *zaloError) {
	r := z.residents[call.User]
	if r == nil {
		return nil, &zaloError{-201, "user_id is invalid"}
	}
	return map[string]any{"last_interaction": z.millis(r.interacted)}, nil
}

func (z *Zalo) profile(call zaloCall) (any, *zaloError) {
	r := z.residents[call.User]
	if r == nil {
		return nil, &zaloError{-201, "user_id is invalid"}
	}
	return map[string]any{
		"user_id": r.id, "display_name": r.name, "user_is_follower": r.follows,
		"user_last_interaction_date": r.interacted.Format("02/01/2006"),
	}, nil
}

// millis is an instant as Zalo writes it.
func (*Zalo) millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }
