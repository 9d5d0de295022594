package page

import (
	"strconv"

	"github.com/vticket/vticket/bots/sandbox"
)

type telegramHands struct{ t *sandbox.Telegram }

func (h telegramHands) fake() fake { return h.t }

func (telegramHands) acts() []string {
	return []string{
		actText, actPhotos, actPlace, actSticker, actVoice, actEdit, actPress, actStart, actBlock, actUnblock,
	}
}

func (h telegramHands) resident(who Person) *sandbox.Resident {
	id, _ := strconv.ParseInt(who.ID, 10, 64) // ours
	return h.t.Resident(id, who.Name)
}

func (h telegramHands) meet(who Person) { h.resident(who) }

func (h telegramHands) do(who Person, a act, _ []bubble) ([]bubble, error) {
	r := h.resident(who)
	message, _ := strconv.ParseInt(a.Message, 10, 64)
	one := func(id int64) []bubble { return []bubble{{ID: strconv.FormatInt(id, 10)}} }
	switch a.Kind {
	case actText:
		return one(r.Say(a.Text)), nil
	case actStart:
		return one(r.Say("/start")), nil
	case actPhotos:
		if len(a.Photos) == 1 {
			return one(r.SendPhoto(a.Photos[0], a.Text)), nil
		}
		return one(r.SendAlbum(a.Photos, a.Text)[0]), nil
	case actPlace:
		return one(r.SendLocation(a.Lat, a.Lon)), nil
	case actSticker:
		return one(r.SendSticker("👍")), nil
	case actVoice:
		return one(r.SendVoice(spoken)), nil
	case actPress:
		return event(a.Kind, a.Text), r.Press(message, a.Data)
	case actEdit:
		r.Edit(message, a.Text)
		return nil, nil
	case actBlock:
		r.Block()
		return event(a.Kind, ""), nil
	case actUnblock:
		r.Unblock()
		return event(a.Kind, ""), nil
	default:
		return nil, errAct
	}
}

func (h telegramHands) said(who Person) []bubble {
	id, _ := strconv.ParseInt(who.ID, 10, 64)
	var found []bubble
	for _, m := range h.t.Messages(id) {
		found = append(found, content(strconv.FormatInt(m.ID, 10), m.Content, m.At))
	}
	return found
}

func (telegramHands) standing(Person) standing { return standing{} }
