package page

import (
	"errors"
	"slices"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

// What a person can do; not everything is possible everywhere.
const (
	actText     = "text"
	actPhotos   = "photos"
	actPlace    = "place"
	actSticker  = "sticker"
	actVoice    = "voice"
	actPress    = "press"
	actEdit     = "edit"
	actUnsend   = "unsend"
	actComment  = "comment"
	actStart    = "start"
	actFollow   = "follow"
	actUnfollow = "unfollow"
	actBlock    = "block"
	actUnblock  = "unblock"
)

// act is one thing that a person does.
type act struct {
	Kind    string
	Text    string // words; of a pressed choice, its title
	Message string // that it is about
	Data    string // of the choice
	Lat     float64
	Lon     float64
	Photos  [][]byte
}

// bubble is what stands in a chat: words, pictures, a place, or that something was done.
type bubble struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Mine     bool              `json:"mine"`
	Text     string            `json:"text"`
	Photos   []string          `json:"photos"`
	Link     string            `json:"link,omitempty"` // of a picture that is elsewhere
	Lat      *float64          `json:"lat,omitempty"`
	Lon      *float64          `json:"lon,omitempty"`
	Buttons  []sandbox.Button  `json:"buttons"`
	AskPlace string            `json:"ask_place,omitempty"`
	Note     string            `json:"note,omitempty"` // how it was sent, in the platform's own words
	Params   map[string]string `json:"params,omitempty"`
	Mark     string            `json:"mark,omitempty"`    // how our side reacted
	Replies  []string          `json:"replies,omitempty"` // to a comment, for everybody to read
	Edits    int               `json:"edits"`
	Gone     bool              `json:"gone"`
	At       time.Time         `json:"at"`
	pictures [][]byte
}

// kindTemplate is a bubble of an approved text.
const kindTemplate = "template"

// standing is how things are between a person and our account.
type standing struct {
	Typing  bool
	Marks   func(message string) string   // reactions to their messages
	Replies func(comment string) []string // to their comments
	Windows []sandbox.Window
}

// fake is what every fake platform has.
type fake interface {
	FailSends(kind sandbox.FaultKind, calls int, wait time.Duration) error
	FaultKinds() []sandbox.FaultKind
	FaultsLeft() int
	Mend()
	Webhook() string
}

// hands do on one platform what a person can do there.
type hands interface {
	fake() fake
	acts() []string
	meet(who Person)
	do(who Person, a act, before []bubble) ([]bubble, error) // what stands in the chat of it
	said(who Person) []bubble                                // by our side, oldest first
	standing(who Person) standing
}

var errAct = errors.New("that cannot be done on this platform")

// spoken is a sound file as short as one can be: nobody listens to it.
var spoken = []byte("OggS\x00\x02 one second of silence")

// event is a bubble that only says that something was done.
func event(kind, text string) []bubble { return []bubble{{Kind: kind, Text: text}} }

// content is what a message of ours shows.
func content(id string, c sandbox.Content, at time.Time) bubble {
	b := bubble{ID: id, Kind: actText, Text: c.Text, Buttons: c.Buttons, AskPlace: c.AskLocation, At: at}
	for _, photo := range c.Photos {
		b.Kind = actPhotos
		if raw := photo.Raw(); raw != nil {
			b.pictures = append(b.pictures, raw)
		} else {
			b.Link = photo.Name
		}
	}
	return b
}

// typing tells whether our side showed that it was writing, and has not written since.
func typing(shown []sandbox.Call, who Person, said []bubble, now time.Time) bool {
	for _, c := range slices.Backward(shown) {
		if c.Chat == who.ID && c.Fields["sender_action"] != "mark_seen" {
			written := len(said) > 0 && said[len(said)-1].At.After(c.At)
			return !written && now.Sub(c.At) < typingFor
		}
	}
	return false
}

// typingFor is how long an app shows that somebody writes.
const typingFor = 20 * time.Second
