package page

import (
	"fmt"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

type zaloHands struct{ z *sandbox.Zalo }

func (h zaloHands) fake() fake { return h.z }

func (zaloHands) acts() []string {
	return []string{
		actText, actPhotos, actPlace, actSticker, actVoice, actPress, actFollow, actUnfollow, actBlock, actUnblock,
	}
}

func (h zaloHands) resident(who Person) *sandbox.ZaloResident { return h.z.Resident(who.ID, who.Name) }

// meet gives everybody a telephone number too, by which templates reach them.
func (h zaloHands) meet(who Person) { h.resident(who).Phone("8490" + who.ID[len(who.ID)-7:]) }

func (h zaloHands) do(who Person, a act, _ []bubble) ([]bubble, error) {
	r := h.resident(who)
	one := func(id string) []bubble { return []bubble{{ID: id}} }
	switch a.Kind {
	case actText:
		return one(r.Say(a.Text)), nil
	case actPhotos:
		return oneByOne(a, r.SendImage), nil
	case actPlace:
		return one(r.SendLocation(a.Lat, a.Lon, a.Text)), nil
	case actSticker:
		return one(r.SendSticker("5cb6159929dcc08299cd")), nil
	case actVoice:
		return one(r.SendVoice(spoken)), nil
	case actPress:
		return event(a.Kind, a.Text), r.Tap(a.Message, a.Data)
	case actFollow:
		r.Follow()
	case actUnfollow:
		r.Unfollow()
	case actBlock:
		r.Block()
	case actUnblock:
		r.Unblock()
	default:
		return nil, errAct
	}
	return event(a.Kind, ""), nil
}

func (h zaloHands) said(who Person) []bubble {
	var found []bubble
	for _, m := range h.z.Messages(who.ID) {
		found = append(found, zaloBubble(m))
	}
	return found
}

func zaloBubble(m sandbox.ZaloMessage) bubble {
	b := content(m.ID, m.Content, m.At)
	b.Note = m.Quota
	if m.Template != "" {
		b.Kind, b.Text, b.Params = kindTemplate, m.Template, map[string]string{}
		for name, value := range m.Params {
			b.Params[name] = fmt.Sprint(value)
		}
	}
	return b
}

func (h zaloHands) standing(who Person) standing {
	return standing{Marks: h.z.Reaction, Windows: h.resident(who).Windows()}
}

// oneByOne sends a message for each picture, the words with the first.
func oneByOne(a act, send func(raw []byte, caption string) string) []bubble {
	sent := make([]bubble, 0, len(a.Photos))
	for i, raw := range a.Photos {
		b := bubble{Kind: actPhotos, pictures: [][]byte{raw}}
		if i == 0 {
			b.Text = a.Text
		}
		b.ID = send(raw, b.Text)
		sent = append(sent, b)
	}
	return sent
}

type zaloBotHands struct {
	z   *sandbox.ZaloBot
	now func() time.Time
}

func (h zaloBotHands) fake() fake { return h.z }

func (zaloBotHands) acts() []string {
	return []string{actText, actPhotos, actPlace, actSticker, actVoice}
}

func (h zaloBotHands) meet(who Person) { h.z.Resident(who.ID, who.Name) }

func (h zaloBotHands) do(who Person, a act, _ []bubble) ([]bubble, error) {
	r := h.z.Resident(who.ID, who.Name)
	one := func(id string) []bubble { return []bubble{{ID: id}} }
	switch a.Kind {
	case actText:
		return one(r.Say(a.Text)), nil
	case actPhotos:
		return oneByOne(a, r.SendImage), nil
	case actPlace: // it is told only that there was something
		return []bubble{{ID: r.SendOther(), Note: "unsupported"}}, nil
	case actSticker:
		return one(r.SendSticker("0e078a2fb66a5f34067b")), nil
	case actVoice:
		return one(r.SendVoice(spoken)), nil
	default:
		return nil, errAct
	}
}

func (h zaloBotHands) said(who Person) []bubble {
	var found []bubble
	for _, m := range h.z.Messages(who.ID) {
		found = append(found, zaloBubble(m))
	}
	return found
}

func (h zaloBotHands) standing(who Person) standing {
	return standing{Typing: typing(h.z.Calls("sendChatAction"), who, h.said(who), h.now())}
}
