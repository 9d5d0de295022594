package telegram

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
)

// update is the library's update (Bot API 5.5) with what later versions added and we read.
type update struct {
	tgbotapi.Update
	Message         *message  `json:"message"`
	EditedMessage   *message  `json:"edited_message"`
	MessageReaction *reaction `json:"message_reaction"`
}

type message struct {
	tgbotapi.Message
	ForwardOrigin json.RawMessage `json:"forward_origin"`    // Bot API 7.0 replaced forward_from by it
	ThreadID      int             `json:"message_thread_id"` // 6.3: the message with which the thread began
	IsTopic       bool            `json:"is_topic_message"`
}

type reaction struct {
	Chat        tgbotapi.Chat  `json:"chat"`
	MessageID   int            `json:"message_id"`
	User        *tgbotapi.User `json:"user"`
	Date        int            `json:"date"`
	NewReaction []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"` // of the type "emoji" only
	} `json:"new_reaction"`
}

// Telegram's own senders: they are no residents (channels.md §5.3).
const (
	groupAnonymousBot = 1087968824
	serviceAccount    = 777000
)

// Parse makes canonical events of one update; an update that says nothing to us makes none.
func (a *Adapter) Parse(body []byte) ([]bots.Incoming, error) {
	var u update
	if err := bots.Decode(body, &u); err != nil {
		return nil, fmt.Errorf("telegram update: %w", err)
	}
	var in bots.Incoming
	ok := false
	switch {
	case u.Message != nil:
		in, ok = a.fromMessage(u.Message, false)
	case u.EditedMessage != nil:
		in, ok = a.fromMessage(u.EditedMessage, true)
		in.Dedupe = strconv.Itoa(u.UpdateID)
	case u.CallbackQuery != nil:
		in, ok = fromCallback(u.CallbackQuery)
	case u.MyChatMember != nil:
		in, ok = a.fromMember(u.MyChatMember)
		in.Dedupe = "update:" + strconv.Itoa(u.UpdateID)
	case u.MessageReaction != nil:
		in, ok = a.fromReaction(u.MessageReaction)
		in.Dedupe = strconv.Itoa(u.UpdateID)
	}
	if !ok {
		return nil, nil
	}
	in.Channel = Name
	if in.Media == nil {
		in.Media = []bots.Media{}
	}
	return []bots.Incoming{in}, nil
}

func (a *Adapter) fromMessage(m *message, edited bool) (bots.Incoming, bool) {
	if m.Chat == nil {
		return bots.Incoming{}, false
	}
	in, ok := person(m.From, m.Chat)
	moved := m.MigrateToChatID != 0 // whoever moved the group
	if !ok && !moved {
		return in, false
	}
	id := in.ChatID + ":" + strconv.Itoa(m.MessageID)
	in.Message, in.Sequence, in.At = &id, int64(m.MessageID), a.instant(m.Date)
	in.GroupID = m.MediaGroupID
	in.Forwarded = m.ForwardDate != 0 || len(m.ForwardOrigin) > 0 && string(m.ForwardOrigin) != "null"
	if m.answers() {
		in.ReplyTo = in.ChatID + ":" + strconv.Itoa(m.ReplyToMessage.MessageID)
	}
	if moved {
		in.Kind, in.MigrateTo = bots.KindIgnored, strconv.FormatInt(m.MigrateToChatID, 10)
		return in, true
	}
	content(&in, &m.Message)
	if edited {
		edit(&in, a.instant(m.EditDate), m.Location)
	}
	in.Actionable = actionable(in)
	return in, true
}

// answers tells whether a message answers another. In a forum every message of a topic names the one with which the
// topic began.
func (m *message) answers() bool {
	return m.ReplyToMessage != nil && (!m.IsTopic || m.ReplyToMessage.MessageID != m.ThreadID)
}

// person fills in who sent it; false for senders that are no residents.
func person(from *tgbotapi.User, chat *tgbotapi.Chat) (bots.Incoming, bool) {
	in := bots.Incoming{ChatID: strconv.FormatInt(chat.ID, 10)}
	if !chat.IsPrivate() {
		in.ChatType = chat.Type
	}
	switch {
	case from != nil && (from.IsBot || from.ID == groupAnonymousBot || from.ID == serviceAccount):
		return in, false
	case from != nil:
		in.User = strconv.FormatInt(from.ID, 10)
	case chat.IsPrivate():
		in.User = in.ChatID
	default:
		return in, false
	}
	return in, true
}

// content fills in what a message says.
func content(in *bots.Incoming, m *tgbotapi.Message) {
	in.Text = words(m.Text)
	if in.Text == nil {
		in.Text = words(m.Caption)
	}
	switch {
	case len(m.Photo) > 0:
		in.Kind = bots.KindImage
		in.Media = []bots.Media{largest(m.Photo)}
	case m.Video != nil:
		file(in, bots.KindVideo, bots.Media{
			FileID: m.Video.FileID, Size: int64(m.Video.FileSize), MIME: m.Video.MimeType,
		})
	case m.VideoNote != nil:
		file(in, bots.KindVideo, bots.Media{FileID: m.VideoNote.FileID, Size: int64(m.VideoNote.FileSize)})
	case m.Voice != nil:
		file(in, bots.KindAudio, bots.Media{
			FileID: m.Voice.FileID, Size: int64(m.Voice.FileSize), MIME: m.Voice.MimeType,
		})
	case m.Audio != nil:
		file(in, bots.KindAudio, bots.Media{
			FileID: m.Audio.FileID, Size: int64(m.Audio.FileSize), MIME: m.Audio.MimeType,
		})
	case m.Animation != nil:
		file(in, bots.KindVideo, bots.Media{FileID: m.Animation.FileID, MIME: m.Animation.MimeType})
	case m.Document != nil:
		file(in, kindOf(m.Document.MimeType), bots.Media{
			FileID: m.Document.FileID, Name: m.Document.FileName, Size: int64(m.Document.FileSize),
			MIME: m.Document.MimeType,
		})
	case m.Sticker != nil:
		file(in, bots.KindSticker, bots.Media{FileID: m.Sticker.FileID})
	default:
		plain(in, m)
	}
}

// plain fills in what a message without a file says.
func plain(in *bots.Incoming, m *tgbotapi.Message) {
	switch {
	case m.Location != nil && math.Abs(m.Location.Latitude) <= 90 && math.Abs(m.Location.Longitude) <= 180:
		in.Kind = bots.KindLocation
		in.Lat, in.Lon, in.AccuracyM = &m.Location.Latitude, &m.Location.Longitude, m.Location.HorizontalAccuracy
		if m.Venue != nil {
			in.Text = words(m.Venue.Title + ", " + m.Venue.Address)
		}
	case m.Contact != nil:
		self := m.From != nil && m.Contact.UserID == m.From.ID
		in.Kind, in.ContactPhone, in.ContactIsSelf = bots.KindContact, m.Contact.PhoneNumber, &self
		in.Text = words(strings.TrimSpace(m.Contact.FirstName + " " + m.Contact.LastName))
	case in.Text != nil && len(m.Entities) > 0 && m.Entities[0].Type == "bot_command" && m.Entities[0].Offset == 0:
		command, args, _ := strings.Cut(*in.Text, " ")
		command, _, _ = strings.Cut(strings.TrimPrefix(command, "/"), "@")
		args = strings.TrimSpace(args)
		in.Kind, in.Command, in.Args = bots.KindCommand, command, &args
	case in.Text != nil:
		in.Kind = bots.KindText
	default:
		in.Kind = bots.KindUnsupported
	}
}

func file(in *bots.Incoming, kind bots.Kind, m bots.Media) {
	m.Type, in.Kind = kind, kind
	in.Media = []bots.Media{m}
}

// kindOf reads the kind of a document: a picture sent as a file keeps its place and time.
func kindOf(mime string) bots.Kind {
	top, _, _ := strings.Cut(mime, "/")
	switch top {
	case "image":
		return bots.KindImage
	case "video":
		return bots.KindVideo
	case "audio":
		return bots.KindAudio
	default:
		return bots.KindFile
	}
}

func largest(sizes []tgbotapi.PhotoSize) bots.Media {
	best := sizes[0]
	for _, s := range sizes[1:] {
		if int64(s.Width)*int64(s.Height) > int64(best.Width)*int64(best.Height) {
			best = s
		}
	}
	return bots.Media{Type: bots.KindImage, FileID: best.FileID, Size: int64(best.FileSize)}
}

// edit makes of a message what its edit means: other words, or the next point of a live place.
func edit(in *bots.Incoming, at *time.Time, place *tgbotapi.Location) {
	in.At, in.Edited = at, false
	if place != nil {
		live := place.LivePeriod > 0
		in.Edited, in.Live = true, &live
		return
	}
	in.Kind = bots.KindEdit
}

func fromCallback(q *tgbotapi.CallbackQuery) (bots.Incoming, bool) {
	if q.From == nil || q.From.IsBot {
		return bots.Incoming{}, false
	}
	id, user := "cb:"+q.ID, strconv.FormatInt(q.From.ID, 10)
	in := bots.Incoming{
		User: user, ChatID: user, Message: &id, Kind: bots.KindPostback, Payload: q.Data, Actionable: true,
	}
	if q.Message != nil && q.Message.Chat != nil {
		in.ChatID = strconv.FormatInt(q.Message.Chat.ID, 10)
		in.ReplyTo = in.ChatID + ":" + strconv.Itoa(q.Message.MessageID)
		if !q.Message.Chat.IsPrivate() {
			in.ChatType, in.Actionable = q.Message.Chat.Type, false
		}
	}
	return in, true
}

func (a *Adapter) fromMember(m *tgbotapi.ChatMemberUpdated) (bots.Incoming, bool) {
	in, ok := person(&m.From, &m.Chat)
	if !ok || in.ChatType != "" {
		return in, false
	}
	in.At, in.Kind = a.instant(m.Date), bots.KindUnblock
	if m.NewChatMember.Status == "kicked" {
		in.Kind = bots.KindBlock
	}
	return in, true
}

func (a *Adapter) fromReaction(r *reaction) (bots.Incoming, bool) {
	in, ok := person(r.User, &r.Chat)
	if !ok {
		return in, false
	}
	id := in.ChatID + ":" + strconv.Itoa(r.MessageID)
	in.Kind, in.Message, in.At = bots.KindReaction, &id, a.instant(r.Date)
	if len(r.NewReaction) > 0 { // without one it was taken back
		in.Emoji = cmp.Or(r.NewReaction[0].Emoji, r.NewReaction[0].Type)
	}
	return in, true
}

// actionable tells what may open or extend a ticket (channels.md §1): in a chat of two, and no live point.
func actionable(in bots.Incoming) bool {
	if in.ChatType != "" || in.Live != nil {
		return false
	}
	switch in.Kind {
	case bots.KindText, bots.KindImage, bots.KindVideo, bots.KindAudio, bots.KindFile, bots.KindLocation,
		bots.KindContact, bots.KindPostback, bots.KindCommand, bots.KindEdit:
		return true
	default:
		return false
	}
}

func words(s string) *string {
	if s == "" {
		return nil
	}
	s = norm.NFC.String(s)
	return &s
}

// earliest is the first instant that is believed (channels.md §1).
var earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// instant reads a date in seconds; nil for one that cannot be: the receive time stands in.
func (a *Adapter) instant(seconds int) *time.Time {
	at := time.Unix(int64(seconds), 0).UTC()
	if at.Before(earliest) || at.After(a.now().Add(24*time.Hour)) {
		return nil
	}
	return &at
}
