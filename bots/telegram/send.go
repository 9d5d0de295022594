package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vticket/vticket/bots"
)

// maxPayload is the most bytes that a button brings back.
const maxPayload = 64

// Send sends a text with its keyboard, or pictures: one alone or several as an album.
func (a *Adapter) Send(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	chat, err := strconv.ParseInt(out.To, 10, 64)
	if err != nil {
		return bots.Sent{}, &bots.SendError{Class: bots.ErrRejected, Cause: "a chat id is a number"}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // closes the pictures that were not read to their end
	result, err := a.call(ctx, func(bot *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		return bot.Request(outgoing(ctx, chat, out))
	})
	if err != nil {
		return bots.Sent{}, err
	}
	return bots.Sent{ID: sentID(result, out.To)}, nil
}

// outgoing is the request that sends a part. There is no parse mode: what a resident wrote is in it.
func outgoing(ctx context.Context, chat int64, out bots.Outgoing) tgbotapi.Chattable {
	switch len(out.Photos) {
	case 0:
		text := tgbotapi.NewMessage(chat, out.Text)
		text.DisableWebPagePreview = true
		text.ReplyMarkup = keyboard(out)
		text.ReplyToMessageID, text.AllowSendingWithoutReply = quoted(out)
		return text
	case 1:
		photo := tgbotapi.NewPhoto(chat, newUpload(ctx, out.Photos[0]))
		photo.ReplyToMessageID, photo.AllowSendingWithoutReply = quoted(out)
		return photo
	default:
		album := make([]any, 0, len(out.Photos))
		for _, p := range out.Photos {
			album = append(album, tgbotapi.NewInputMediaPhoto(newUpload(ctx, p)))
		}
		return tgbotapi.NewMediaGroup(chat, album)
	}
}

// quoted is the number of the message that a part answers, of the same chat, and that the part is to be sent even when
// that is gone. The library does not let an album say so: an album quotes nothing. Since Bot API 7.0 reply_parameters
// say the same; these go on being taken.
func quoted(out bots.Outgoing) (id int, orNot bool) {
	number, ok := strings.CutPrefix(out.Quote, out.To+":")
	if !ok {
		return 0, false
	}
	id, err := strconv.Atoi(number)
	if err != nil || id < 1 {
		return 0, false
	}
	return id, true
}

// keyboard is what stands under a text. A message has only one: where a place is asked for the choices are left to
// their numbers. The button that sends a place stays until it is taken away, so every other text does that.
func keyboard(out bots.Outgoing) any {
	if out.AskLocation != "" {
		ask := tgbotapi.NewOneTimeReplyKeyboard(
			tgbotapi.NewKeyboardButtonRow(tgbotapi.NewKeyboardButtonLocation(out.AskLocation)))
		ask.ResizeKeyboard = true
		return ask
	}
	var rows [][]tgbotapi.InlineKeyboardButton
	for _, b := range out.Buttons {
		if b.Payload == "" || len(b.Payload) > maxPayload {
			continue // Telegram would refuse the whole message; the number in the text still chooses
		}
		rows = append(rows, tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonData(b.Title, b.Payload)))
	}
	if len(rows) == 0 {
		return tgbotapi.NewRemoveKeyboard(false)
	}
	return tgbotapi.NewInlineKeyboardMarkup(rows...)
}

// sentID reads the id that replies to a message will name; of an album, that of its first picture. What was taken is
// not sent again because its id cannot be read.
func sentID(result json.RawMessage, chat string) string {
	type message struct {
		ID int64 `json:"message_id"`
	}
	var album []message
	if json.Unmarshal(result, &album) != nil {
		album = make([]message, 1)
		_ = json.Unmarshal(result, &album[0])
	}
	if len(album) == 0 || album[0].ID == 0 {
		return ""
	}
	return chat + ":" + strconv.FormatInt(album[0].ID, 10)
}

// errPhoto is a picture of ours that cannot be read: the request breaks off, and cannot have been taken.
var errPhoto = errors.New("photo unreadable")

// upload is a picture on its way. It is opened when its turn comes, and closed when the call ends.
type upload struct {
	name string
	open func() (*stream, error)
}

func newUpload(ctx context.Context, p bots.Photo) upload {
	return upload{name: p.Name, open: func() (*stream, error) {
		body, err := p.Open(ctx)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPhoto, err)
		}
		s := &stream{body: body}
		context.AfterFunc(ctx, func() { _ = s.Close() })
		return s, nil
	}}
}

// NeedsUpload is always so.
func (upload) NeedsUpload() bool { return true }

// UploadData opens the picture.
func (u upload) UploadData() (string, io.Reader, error) {
	s, err := u.open()
	if err != nil {
		return "", nil, err
	}
	return u.name, s, nil
}

// SendData is for what is on the platform already.
func (upload) SendData() string { return "" }

// stream is the bytes of a picture. The library closes it only after a whole read, so the end of the call does it
// again, while the library may still read.
type stream struct {
	mu     sync.Mutex
	body   io.ReadCloser
	closed bool
}

// Read reads on until the call has ended.
func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, os.ErrClosed
	}
	n, err := s.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errPhoto, err)
	}
	return n, err
}

// Close closes the bytes once.
func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.body.Close()
}
