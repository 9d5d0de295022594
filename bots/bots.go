// Package bots is the contract of a chat channel: what comes in, what goes out, and how a send can fail. It knows no
// platform, no ticket and no database.
package bots

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/v1"

	"github.com/vticket/vticket/models"
)

// Kind says what an incoming event is; the meanings are those of the canonical inbound event (channels.md §1).
type Kind string

// The kinds of event.
const (
	KindText        Kind = "text"
	KindImage       Kind = "image"
	KindVideo       Kind = "video"
	KindAudio       Kind = "audio"
	KindFile        Kind = "file"
	KindSticker     Kind = "sticker"
	KindLocation    Kind = "location"
	KindContact     Kind = "contact"
	KindCommand     Kind = "command"
	KindPostback    Kind = "postback"
	KindEdit        Kind = "edit"
	KindDelete      Kind = "delete"
	KindReaction    Kind = "reaction"
	KindBlock       Kind = "block"
	KindUnblock     Kind = "unblock"
	KindUnsupported Kind = "unsupported"
	KindIgnored     Kind = "ignored"

	KindComment        Kind = "comment"         // in public, under something of ours
	KindSharedInfo     Kind = "shared_info"     // a form of the platform, filled in for us
	KindReferral       Kind = "referral"        // came by a link
	KindFollow         Kind = "follow"          // of our account
	KindUnfollow       Kind = "unfollow"        //
	KindEcho           Kind = "echo"            // what our own account said
	KindDelivery       Kind = "delivery"        // it has come
	KindRead           Kind = "read"            // it was seen
	KindPrivacyRequest Kind = "privacy_request" // the resident withdraws what the platform told us
)

// Media is one picture, sound, film or file of an event: a URL, or a file id of the platform.
type Media struct {
	Type   Kind   `json:"type"`
	URL    string `json:"url,omitempty"`
	FileID string `json:"file_id,omitempty"`
	Name   string `json:"name,omitempty"`
	Size   int64  `json:"size,omitempty"` // bytes, as the platform says
	MIME   string `json:"mime,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // of the bytes, of what was uploaded to us
}

// Incoming is one canonical event: what an adapter makes of what its platform sent. Pointers are nil where the
// platform said nothing; 0 is a value.
type Incoming struct {
	Channel    string     `json:"channel"`
	Account    *string    `json:"account_id"`
	User       string     `json:"external_user_id"`
	Message    *string    `json:"external_message_id"`
	Kind       Kind       `json:"kind"`
	Text       *string    `json:"text"`
	Lat        *float64   `json:"lat"`
	Lon        *float64   `json:"lon"`
	Media      []Media    `json:"media"`
	At         *time.Time `json:"timestamp"`
	Actionable bool       `json:"actionable"` // may open or extend a ticket

	Sequence      int64   `json:"-"` // orders events of one instant
	Dedupe        string  `json:"-"` // stands for Message where there is none
	Alert         string  `json:"-"` // what an operator has to hear of, and do; nothing personal
	Public        bool    `json:"-"` // done to the public comment that Message names
	AccuracyM     float64 `json:"accuracy_m,omitempty"`
	ChatID        string  `json:"chat_id,omitempty"`
	ChatType      string  `json:"chat_type,omitempty"` // set outside 1:1 chats
	GroupID       string  `json:"group_id,omitempty"`  // album
	Command       string  `json:"command,omitempty"`
	Args          *string `json:"args,omitempty"`
	Payload       string  `json:"payload,omitempty"`
	ReplyTo       string  `json:"reply_to,omitempty"`
	ContactPhone  string  `json:"contact_phone,omitempty"`
	ContactIsSelf *bool   `json:"contact_is_self,omitempty"`
	Edited        bool    `json:"edited,omitempty"`
	Live          *bool   `json:"live,omitempty"`
	Forwarded     bool    `json:"forwarded,omitempty"`
	Emoji         string  `json:"emoji,omitempty"`
	MigrateTo     string  `json:"migrate_to_chat_id,omitempty"`

	MessageIDs     []string    `json:"message_ids,omitzero"`      // of ours, that were delivered or read; empty: all so far
	Metadata       string      `json:"metadata,omitempty"`        // what we gave along with an echo
	Admin          string      `json:"admin_id,omitempty"`        // the person, or other program, that wrote an echo; empty: we did
	NumEdit        int         `json:"num_edit,omitempty"`        //
	Ref            string      `json:"ref,omitempty"`             // of the link; beside: the code of the ticket
	Origin         string      `json:"source,omitempty"`          // from where somebody follows
	Post           string      `json:"post_id,omitempty"`         // under which a comment stands
	Tracking       string      `json:"tracking_id,omitempty"`     // of a template message
	Description    string      `json:"description,omitempty"`     // of a film
	Info           *SharedInfo `json:"info,omitempty"`            //
	Anonymous      bool        `json:"anonymous,omitempty"`       // who has not signed in to the platform
	ConversationID string      `json:"conversation_id,omitempty"` // of somebody anonymous
	OpensWindow    bool        `json:"opens_window,omitempty"`    // an ignored event after which we may write
	Beside         bool        `json:"beside,omitempty"`          // done on a page of ours: no platform counts it as theirs
}

// SharedInfo is what a resident filled in.
type SharedInfo struct {
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
}

// CommentPrefix begins the sender of a public comment: each is a thread of its own, in which we may write once.
const CommentPrefix = "comment:"

// kindClass keeps an edit or an unsend apart from the message it is about, in the dedupe key.
func (in Incoming) kindClass() string {
	if in.Edited { // the next point of a live place
		return string(KindEdit) + in.Dedupe
	}
	switch in.Kind {
	case KindEdit, KindDelete, KindReaction, KindBlock, KindUnblock, KindFollow, KindUnfollow, KindEcho, KindDelivery,
		KindRead, KindReferral:
		return string(in.Kind) + in.Dedupe
	default:
		return "message"
	}
}

// Inbox makes the row that keeps the event. Account is the name of our own account where the platform names none.
func (in Incoming) Inbox(account string) (models.InboxEvent, error) {
	if in.Account != nil {
		account = *in.Account
	}
	id := in.Dedupe
	if in.Message != nil {
		id = *in.Message
	}
	if in.Kind == KindDelivery && in.Tracking != "" { // it names a phone number, which nobody writes to us from
		in.User = models.TrackedSender + in.Tracking
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return models.InboxEvent{}, fmt.Errorf("encode event: %w", err)
	}
	e := models.InboxEvent{
		ID: models.InboxKey(in.Channel, account, id, in.kindClass()), Channel: in.Channel, Account: account,
		Sender: in.User, Kind: string(in.Kind), Payload: string(payload), Sequence: in.Sequence,
	}
	if in.Kind == KindComment || in.Public {
		e.Sender = CommentPrefix + id
	}
	if in.At != nil {
		e.OccurredAt = *in.At
	}
	return e, nil
}

// Button is one choice, with its words.
type Button struct {
	Title   string
	Payload string
}

// Outgoing is one part of a message, ready to send: words with their choices, or pictures.
type Outgoing struct {
	Delivery    string // our id: a platform that can echo or deduplicate gets it
	To          string // the resident's id on the platform
	Text        string
	Buttons     []Button
	AskLocation string // the words of the platform's own button to send a place, where it has one; empty: none
	Photos      []Photo
	Quote       string // the platform's id of the message that this answers; empty: none
	Comment     string // the public comment that this answers in private, instead of To
	Step        Step
	Template    Template // of StepTemplate
}

// Step is a rung of the ladder by which somebody is reached (channels.md §7).
type Step string

// The rungs that an adapter can be asked for.
const (
	StepReply    Step = ""         // within the platform's window
	StepHuman    Step = "human"    // words that a member of staff wrote, where those have a window of their own
	StepTemplate Step = "template" // a text approved beforehand, outside of all windows
)

// Template is an approved text of a platform and what is filled in.
type Template struct {
	ID       string
	Language string
	Phone    string // 84…: to whom, where the account alone cannot be reached; empty: To
	Params   map[string]string
}

// Photo is a JPEG of ours to send; Open may be called again for another try.
type Photo struct {
	Name string
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Sent is what the platform said of a part it took.
type Sent struct{ ID string }

// ErrorClass says what is to be done about a failed send.
type ErrorClass string

// The classes of failed sends.
const (
	ErrRetry     ErrorClass = "retry"     // try again later
	ErrThrottled ErrorClass = "throttled" // try again after RetryAfter
	ErrWindow    ErrorClass = "window"    // the platform no longer lets us answer
	ErrBlocked   ErrorClass = "blocked"   // the resident does not want to be reached
	ErrRejected  ErrorClass = "rejected"  // will never be taken
	ErrToken     ErrorClass = "token"     // our credentials are refused: a person must act
)

// SendError is a failed send as a value. Cause has no secrets in it. Ambiguous means that the platform may have taken
// the message all the same.
type SendError struct {
	Class      ErrorClass
	RetryAfter time.Duration
	Ambiguous  bool
	Alone      bool // of ErrThrottled: this message has to wait, our account is not too fast
	Template   bool // of ErrToken: the approved text is refused, other messages are not
	ByPhone    bool // of ErrWindow: an approved text may still reach them by their number
	Tries      int  // of ErrRetry: tries of the message at most; 0: as many as of any other
	Cause      string
}

// Error names class and cause.
func (e *SendError) Error() string { return "send " + string(e.Class) + ": " + e.Cause }

// Limits are what a platform accepts in one message.
type Limits struct {
	Text    int // UTF-16 units of text; 0: any length
	Buttons int // 0: none, choices are only numbered
	Photos  int // pictures; 0: they are not sent, whoever reads finds them beside the text

	Location bool // the platform itself can be asked for a place: by a button, or on our own page
	Fleeting bool // choices are gone when another message follows: the last picture has them too

	Window      time.Duration // after the resident's last interaction, in which we may answer; 0: for ever
	PaidWindow  time.Duration // longer than that, in which an answer costs money; 0: none
	HumanWindow time.Duration // in which words of a member of staff are taken; 0: none

	Rate      float64       // messages a second of the account; 0: as many as we like
	ChatEvery time.Duration // between two messages to one resident
}

// Adapter is one platform. Verify is over the raw bytes, in constant time, and fails closed when no secret is set.
// Parse does no I/O, and fails for what is no JSON. Send takes one part within the limits and fails with *SendError.
// Fetch opens a media item; the caller limits and closes it.
type Adapter interface {
	Name() string
	Verify(header http.Header, body []byte) error
	Parse(body []byte) ([]Incoming, error)
	Send(ctx context.Context, out Outgoing) (Sent, error)
	Fetch(ctx context.Context, m Media) (io.ReadCloser, error)
	Limits() Limits
}

// Poller is an adapter that can be asked for its updates where no webhook reaches us. Poll waits for some, from a
// position on (0: from the oldest), and returns their bodies with the position after them; asking from there tells the
// platform that they are safe. It ends with ctx, and 10 s after it began at the latest.
type Poller interface {
	Poll(ctx context.Context, from int64) (bodies [][]byte, next int64, err error)
}

// Registrar is an adapter that can tell its platform where its webhook is; an empty address takes the webhook away.
type Registrar interface {
	Register(ctx context.Context, address string) error
}

// Prober is an adapter that can sign an event in which nothing happens, as its platform would: with it an installation
// asks its own door whether it takes what the platform brings.
type Prober interface {
	Probe() (header http.Header, body []byte)
}

// AccountStatus is what a platform says of our account, and of the webhook that it knows.
type AccountStatus struct {
	ID          string // empty: the platform does not say
	Name        string // of the account, as residents find it
	Webhook     string // empty: none
	Pending     int    // events that wait to be taken
	LastError   string // why the webhook was not reached last, empty if it was
	LastErrorAt time.Time
}

// Inspector is an adapter that can ask its platform how our account is. Errors hold no secrets.
type Inspector interface {
	Status(ctx context.Context) (AccountStatus, error)
}

// Token returns the credential of an account that is good now.
type Token func(ctx context.Context) (string, error)

// Grant is a pair of tokens that an account gave us: Access is good until ExpiresAt, Refresh brings the next pair,
// once.
type Grant struct {
	Access    string
	Refresh   string
	ExpiresAt time.Time
}

// Challenger is an adapter whose platform asks whether a webhook is ours before it uses it: what to answer, or ok is
// false.
type Challenger interface {
	Challenge(query url.Values) (answer string, ok bool)
}

// Dater is an adapter whose signatures are good for ever: Fresh fails for an event too old to be a late one.
type Dater interface {
	Fresh(body []byte) error
}

// Profiler is an adapter that can ask what somebody is called; empty when the platform does not say.
type Profiler interface {
	Profile(ctx context.Context, user string) (name string, err error)
}

// Acknowledger is an adapter that shows the resident at once that an event has come, before it is answered.
type Acknowledger interface {
	Acknowledge(ctx context.Context, in Incoming) error
}
