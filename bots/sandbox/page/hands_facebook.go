package page

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

type facebookHands struct {
	f   *sandbox.Facebook
	now func() time.Time
}

// facebookPost is the page's post under which people comment.
const facebookPost = "1001"

var errNoStart = errors.New("the page has no button that begins a conversation: it is not connected")

func (h facebookHands) fake() fake { return h.f }

func (facebookHands) acts() []string {
	return []string{
		actText, actPhotos, actSticker, actVoice, actEdit, actUnsend, actPress, actStart, actComment, actBlock,
		actUnblock,
	}
}

func (h facebookHands) resident(who Person) *sandbox.FacebookResident {
	family, first := "", who.Name
	if at := strings.LastIndexByte(who.Name, ' '); at > 0 { // in Vietnam the family name comes first
		family, first = who.Name[:at], who.Name[at+1:]
	}
	return h.f.Resident(who.ID, first, family)
}

func (h facebookHands) meet(who Person) { h.resident(who) }

func (h facebookHands) do(who Person, a act, before []bubble) ([]bubble, error) {
	r := h.resident(who)
	one := func(id string) []bubble { return []bubble{{ID: id}} }
	switch a.Kind {
	case actText:
		return one(r.Say(a.Text)), nil
	case actPhotos:
		sent := []bubble{{ID: r.SendPhotos(a.Photos...), Kind: actPhotos, pictures: a.Photos}}
		if a.Text != "" { // words are a message of their own
			sent = append(sent, bubble{ID: r.Say(a.Text), Kind: actText, Text: a.Text})
		}
		return sent, nil
	case actSticker:
		return one(r.Like()), nil
	case actVoice:
		return one(r.SendVoice(spoken)), nil
	case actPress:
		id, err := r.Tap(a.Message, a.Data)
		return []bubble{{ID: id, Kind: actText, Text: a.Text}}, err
	case actStart:
		payload := h.f.GetStarted()
		if payload == "" {
			return nil, errNoStart
		}
		r.Postback("Bắt đầu", payload)
		return event(a.Kind, ""), nil
	case actComment:
		return one(r.Comment(facebookPost, a.Text)), nil
	case actEdit, actUnsend:
		h.change(r, a, before)
		return nil, nil
	case actBlock:
		r.Block()
	case actUnblock:
		r.Unblock()
	default:
		return nil, errAct
	}
	return event(a.Kind, ""), nil
}

// change edits or takes back what a person wrote, in the thread or under a post.
func (facebookHands) change(r *sandbox.FacebookResident, a act, before []bubble) {
	message := strings.HasPrefix(a.Message, "m_")
	switch {
	case a.Kind == actEdit && message:
		times := 1
		for _, b := range before {
			if b.ID == a.Message {
				times = b.Edits + 1
			}
		}
		r.Edit(a.Message, a.Text, times)
	case a.Kind == actEdit:
		r.EditComment(a.Message, a.Text)
	case message:
		r.Unsend(a.Message)
	default:
		r.RemoveComment(a.Message)
	}
}

func (h facebookHands) said(who Person) []bubble {
	var found []bubble
	for _, m := range h.f.Messages(who.ID) {
		b := content(m.ID, m.Content, m.At)
		if b.Note = m.Type; m.Tag != "" {
			b.Note += " " + m.Tag
		}
		if m.Comment != "" {
			b.Note = "private reply"
		}
		if m.Template != "" {
			b.Kind, b.Text, b.Params = kindTemplate, m.Template, map[string]string{}
			for i, value := range m.Params {
				b.Params[strconv.Itoa(i+1)] = value
			}
		}
		found = append(found, b)
	}
	return found
}

func (h facebookHands) standing(who Person) standing {
	return standing{
		Typing:  typing(h.f.Calls("sender_action"), who, h.said(who), h.now()),
		Windows: h.resident(who).Windows(), Replies: h.f.Replies,
	}
}
