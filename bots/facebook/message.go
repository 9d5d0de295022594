package facebook

import (
	"strings"

	"github.com/vticket/vticket/bots"
)

// message is what either side said in a thread.
type message struct {
	Mid      scalar `json:"mid"`
	Text     scalar `json:"text"`
	IsEcho   flag   `json:"is_echo"`
	Deleted  flag   `json:"is_deleted"`
	AppID    scalar `json:"app_id"`
	Metadata scalar `json:"metadata"`
	Choice   struct {
		Payload scalar `json:"payload"`
	} `json:"quick_reply"`
	ReplyTo struct {
		Mid scalar `json:"mid"`
	} `json:"reply_to"`
	Referral    referral     `json:"referral"`
	Attachments []attachment `json:"attachments"`
}

// attachment is one item of a message. Of shared links the address and the words stand beside the payload too.
type attachment struct {
	Type    scalar `json:"type"`
	Title   scalar `json:"title"`
	URL     scalar `json:"url"`
	Payload struct {
		URL         scalar `json:"url"`
		Title       scalar `json:"title"`
		StickerID   scalar `json:"sticker_id"`
		Coordinates struct {
			Lat  scalar `json:"lat"`
			Long scalar `json:"long"`
		} `json:"coordinates"`
	} `json:"payload"`
}

// kindLink is the type of a shared page, film or post: it is never fetched.
const kindLink bots.Kind = "link"

// message reads what was said. What the page sends itself is an echo, marked as one or not.
func (a *Adapter) message(in *bots.Incoming, m messaging, own bool) error {
	said, err := decode[message](m.Message)
	in.Message, in.Text = present(said.Mid), said.Text.words()
	in.ReplyTo, in.Ref = said.ReplyTo.Mid.id(), string(said.Referral.Ref)
	if in.Message == nil {
		in.Dedupe = once("message", in, m.Timestamp, m.Message)
	}
	switch {
	case own || bool(said.IsEcho):
		content(in, said.Attachments)
		in.Kind, in.User, in.Lat, in.Lon = bots.KindEcho, m.Recipient.ID.id(), nil, nil
		in.Metadata, in.Admin = string(said.Metadata), a.author(said)
	case bool(said.Deleted):
		in.Kind, in.Text = bots.KindDelete, nil
	case said.Choice.Payload != "":
		in.Kind, in.Payload = bots.KindPostback, string(said.Choice.Payload)
	default:
		content(in, said.Attachments)
	}
	return err
}

// Who wrote an echo that is not ours: pageInbox is where staff of the page write by hand, pageInboxApp its app id.
const (
	pageInbox    = "page inbox"
	pageInboxApp = "263902037430900"
)

// author names the app that wrote an echo, empty when that was ours. The app id decides where both are known; else the
// metadata does, which every message of ours carries.
func (a *Adapter) author(said message) string {
	app := said.AppID.id()
	ours := strings.HasPrefix(string(said.Metadata), metadataPrefix)
	if a.config.AppID != "" && app != "" {
		ours = app == a.config.AppID
	}
	switch {
	case ours:
		return ""
	case app == "" || app == pageInboxApp:
		return pageInbox
	default:
		return app
	}
}

// content fills in what a message is and carries. Its kind is that of the first attachment that is more than a link; a
// link or a sticker under words is said by the words.
func content(in *bots.Incoming, attachments []attachment) {
	in.Kind = ""
	stickers := map[string]bool{}
	for _, t := range attachments {
		media, kind := t.media(in)
		if kind == bots.KindSticker && media.FileID != "" {
			if stickers[media.FileID] { // it comes as an image too, from June to August 2026
				continue
			}
			stickers[media.FileID] = true
		}
		if media.URL != "" || media.FileID != "" {
			in.Media = append(in.Media, media)
		}
		if in.Kind == "" && kind != bots.KindUnsupported {
			in.Kind = kind
		}
	}
	switch {
	case in.Text != nil && (in.Kind == "" || in.Kind == bots.KindSticker):
		in.Kind = bots.KindText
	case in.Kind == "":
		in.Kind = bots.KindUnsupported
	}
}

// media reads one attachment; a place is put into the event instead.
func (t attachment) media(in *bots.Incoming) (bots.Media, bots.Kind) {
	media := bots.Media{URL: string(t.Payload.URL), Name: string(t.Payload.Title), FileID: t.Payload.StickerID.id()}
	if media.URL == "" {
		media.URL = string(t.URL)
	}
	if media.Name == "" {
		media.Name = string(t.Title)
	}
	kind := bots.Kind(strings.ToLower(string(t.Type)))
	switch kind {
	case bots.KindSticker:
		media.Type = kind
	case bots.KindImage, bots.KindVideo, bots.KindAudio, bots.KindFile:
		if media.FileID != "" {
			kind = bots.KindSticker
		} else if media.URL == "" {
			return media, bots.KindUnsupported // nothing that could be fetched
		}
		media.Type = kind
	case bots.KindLocation:
		lat, okLat := t.Payload.Coordinates.Lat.degrees(90)
		lon, okLon := t.Payload.Coordinates.Long.degrees(180)
		if !okLat || !okLon {
			return bots.Media{}, bots.KindUnsupported
		}
		in.Lat, in.Lon = &lat, &lon
		return bots.Media{}, kind
	default:
		media.Type, media.FileID, kind = kindLink, "", bots.KindUnsupported
	}
	return media, kind
}
