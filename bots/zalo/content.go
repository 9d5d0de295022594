package zalo

import (
	"encoding/json"
	"strings"

	"github.com/vticket/vticket/bots"
)

// link is the type of a media item that is a page, which nobody fetches.
const link bots.Kind = "link"

// content fills in what a message says, by the last part of its event's name; false for one that is new to us.
func content(in *bots.Incoming, m object, what string) bool {
	switch what {
	case "text":
		in.Kind = bots.KindText
		if in.Text == nil {
			in.Kind = bots.KindUnsupported
		} else if payload, ok := strings.CutPrefix(*in.Text, postback); ok {
			in.Kind, in.Payload, in.Text = bots.KindPostback, payload, nil
		}
	case "link":
		in.Kind, in.Media = bots.KindText, attached(m)
		if in.Text == nil { // a share says nothing by itself (channels.md §1)
			in.Kind = bots.KindUnsupported
		}
	case "location":
		place(in, m)
	case "business_card":
		in.Kind, in.ContactPhone = bots.KindContact, cardPhone(m)
	case "image", "gif":
		files(in, m, bots.KindImage)
	case "video":
		files(in, m, bots.KindVideo)
		for _, a := range m.attachments() {
			if in.Description == "" {
				in.Description = deref(words(a.object("payload").text("description")))
			}
		}
	case "audio":
		files(in, m, bots.KindAudio)
	case "file":
		files(in, m, bots.KindFile)
	case "sticker":
		files(in, m, bots.KindSticker)
	default:
		return false
	}
	return true
}

// files fills in the attachments: the first one says what the message is (channels.md §1), and the event's name where
// it has none that says so.
func files(in *bots.Incoming, m object, kind bots.Kind) {
	in.Kind, in.Media = kind, attached(m)
	if len(in.Media) > 0 && in.Media[0].Type != link {
		in.Kind = in.Media[0].Type
	}
}

// place fills in a point: Zalo writes coordinates as strings. A message whose point cannot be is what its words are.
func place(in *bots.Incoming, m object) {
	in.Kind = bots.KindLocation
	for _, a := range m.attachments() {
		at := a.object("payload").object("coordinates")
		lat, okLat := at.number("latitude")
		lon, okLon := at.number("longitude")
		if okLat && okLon && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 {
			in.Lat, in.Lon = &lat, &lon
			return
		}
	}
	in.Kind = bots.KindText
	if in.Text == nil {
		in.Kind = bots.KindUnsupported
	}
}

// cardPhone reads the number on a business card: it stands in JSON within a string of the JSON.
func cardPhone(m object) string {
	for _, a := range m.attachments() {
		description := a.object("payload").text("description")
		if phone := asObject(json.RawMessage(description)).text("phone"); phone != "" {
			return phone
		}
	}
	return ""
}

// attached are the media items of a message, in their order.
func attached(m object) []bots.Media {
	found := []bots.Media{}
	for _, a := range m.attachments() {
		payload := a.object("payload")
		item := bots.Media{
			Type: mediaType(a.text("type"), payload.text("type")),
			URL:  first(payload.text("url"), payload.text("thumbnail")),
		}
		switch item.Type {
		case bots.KindFile, bots.KindVideo, bots.KindImage:
			item.Name, item.Size = payload.text("name"), max(0, payload.integer("size"))
		case bots.KindSticker:
			item.FileID = payload.text("id")
		default:
		}
		if item.Type != "" && (item.URL != "" || item.FileID != "") {
			found = append(found, item)
		}
	}
	return found
}

// mediaType is what an attachment is; of a file its ending tells (channels.md §1). Empty: nothing to be kept.
func mediaType(kind, ending string) bots.Kind {
	switch strings.ToLower(kind) {
	case "image", "photo", "gif":
		return bots.KindImage
	case "video":
		return bots.KindVideo
	case "audio", "voice":
		return bots.KindAudio
	case "sticker":
		return bots.KindSticker
	case "link":
		return link
	case "file":
		switch strings.ToLower(ending) {
		case "mp4", "mov":
			return bots.KindVideo
		case "gif", "jpg", "jpeg", "png", "webp":
			return bots.KindImage
		default:
			return bots.KindFile
		}
	default:
		return ""
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
