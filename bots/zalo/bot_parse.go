package zalo

import (
	"fmt"
	"strings"

	"github.com/vticket/vticket/bots"
)

// Parse makes a canonical event of one update; one that says nothing to us makes none. Updates come flat, though the
// documentation wraps them (channels.md §3).
func (b *Bot) Parse(body []byte) ([]bots.Incoming, error) {
	var e object
	if err := bots.Decode(body, &e); err != nil {
		return nil, fmt.Errorf("zalo bot update: %w", err)
	}
	if wrapped := e.object("result"); wrapped != nil {
		e = wrapped
	}
	m := e.object("message")
	in := bots.Incoming{
		Channel: BotName, Media: []bots.Media{}, At: instant(m.text("date"), b.config.Now()),
		Message: given(m.id("message_id")),
	}
	if !botPerson(&in, m) || !botContent(&in, m, e.text("event_name")) {
		return nil, nil
	}
	in.Actionable = actionable(in)
	if in.Message == nil {
		in.Dedupe = digest(in, object{"event_name": e["event_name"], "timestamp": m["date"]})
	}
	return []bots.Incoming{in}, nil
}

// botPerson fills in who sent it; false for senders that are no residents.
func botPerson(in *bots.Incoming, m object) bool {
	from, chat := m.object("from"), m.object("chat")
	in.User = from.id("id")
	if kind := chat.text("chat_type"); kind != "" && !strings.EqualFold(kind, "PRIVATE") {
		in.ChatType, in.ChatID = strings.ToLower(kind), chat.id("id")
	} else if in.User == "" {
		in.User = chat.id("id")
	}
	return in.User != "" && string(from["is_bot"]) != "true"
}

// botContent fills in what a message says; false for an event that is new to us. Updates that are asked for have no
// event's name: what they hold tells then.
func botContent(in *bots.Incoming, m object, name string) bool {
	what, ok := strings.CutPrefix(name, "message.")
	if ok {
		what, ok = strings.CutSuffix(what, ".received")
	}
	switch {
	case name == "":
		what = botKind(m)
	case !ok:
		return false
	}
	in.Text = words(first(m.text("text"), m.text("caption")))
	switch what {
	case "text":
		in.Kind = bots.KindText
		if in.Text == nil {
			in.Kind = bots.KindUnsupported
		}
	case "image": // photo_url is what comes, photo what is documented
		botFile(in, bots.Media{Type: bots.KindImage, URL: first(m.text("photo_url"), m.text("photo"))})
	case "voice":
		botFile(in, bots.Media{Type: bots.KindAudio, URL: m.text("voice_url")})
	case "sticker":
		botFile(in, bots.Media{Type: bots.KindSticker, FileID: m.id("sticker"), URL: m.text("url")})
	case "unsupported":
		in.Kind = bots.KindUnsupported
	default:
		return false
	}
	return true
}

func botKind(m object) string {
	switch {
	case m.text("photo_url") != "" || m.text("photo") != "":
		return "image"
	case m.text("voice_url") != "":
		return "voice"
	case m.text("sticker") != "":
		return "sticker"
	case m.text("text") != "":
		return "text"
	default:
		return ""
	}
}

func botFile(in *bots.Incoming, m bots.Media) {
	in.Kind = m.Type
	if m.URL != "" || m.FileID != "" {
		in.Media = []bots.Media{m}
	}
}
