package models

import (
	"slices"
	"strings"
	"time"
)

// Direction tells who said a message.
type Direction string

// The two directions.
const (
	DirectionIn  Direction = "in"
	DirectionOut Direction = "out"
)

// KeyVerbatim is the locale key of a person's own words: they are its only argument, "text".
const KeyVerbatim = "verbatim"

// KeyErased is the locale key of what a resident has had erased.
const KeyErased = "erased"

// Args are the arguments of a locale key: strings and numbers by name.
type Args map[string]any

// Photos are the ids of the attachments that a message carries.
func (a Args) Photos() []string {
	var ids []string
	list, _ := a["photos"].([]any) // as JSON brings them back
	for _, value := range list {
		if id, ok := value.(string); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// Button is one choice under a message: pressing it sends the payload back. It is also numbered in the text.
type Button struct {
	Key     string `json:"key"`
	Args    Args   `json:"args,omitempty"`
	Payload string `json:"payload"`
}

// Message is what was said once, in or out. An outgoing message is a locale key and arguments, so that it can be
// said in any language; an incoming one carries the resident's words.
type Message struct {
	ID             string `gorm:"primaryKey"`
	ConversationID string
	TicketID       *string
	InboxID        *string
	Direction      Direction
	Author         string // "resident", "bot" or a staff id
	Key            string
	Args           Args     `gorm:"serializer:json"`
	WordsSalt      string   // of a colleague's words, the argument "text", for the sum in the timeline; else empty
	Buttons        []Button `gorm:"serializer:json"`
	Text           string   // the words of an incoming message
	Lat            *float64
	Lon            *float64
	ExternalID     string     // the platform's id of an incoming message
	AskLocation    bool       // offer the platform's own way to send a place
	HiddenAt       *time.Time // unsent by the resident: staff do not see it
	QuoteID        *string    // the resident's message that this answers; nil: none in particular
	OriginID       *string    // the ticket that it was about, while that is merged into this one
	CreatedAt      time.Time
}

// PayloadRate begins the payload of a choice of stars: the ticket's code and their number follow, with colons between.
const PayloadRate = "rate:"

// AsksStars tells whether a message asks how an answer was.
func (m Message) AsksStars() bool {
	return slices.ContainsFunc(m.Buttons, func(b Button) bool { return strings.HasPrefix(b.Payload, PayloadRate) })
}

// MessageRevision is what a message said before it was edited: edits revise, they never overwrite evidence.
type MessageRevision struct {
	ID        string `gorm:"primaryKey"`
	MessageID string
	Text      string
	CreatedAt time.Time
}

// Notice is something that a reporter was told once: which text, and when.
type Notice struct {
	ID         string `gorm:"primaryKey"`
	ReporterID string
	Kind       string
	Version    int
	ToldAt     time.Time
}

// DeliveryStatus says how far a delivery has come.
type DeliveryStatus string

// A delivery waits, is being sent, and ends as sent or dead. One that is held waits until the resident writes.
const (
	DeliveryQueued  DeliveryStatus = "queued"
	DeliverySending DeliveryStatus = "sending"
	DeliverySent    DeliveryStatus = "sent"
	DeliveryDead    DeliveryStatus = "dead"
	DeliveryHeld    DeliveryStatus = "held"
)

// The error classes of deliveries that wait and are due when the resident writes.
const (
	QuietHours = "quiet" // for the morning
	TryAgain   = "retry" // for the platform to work again
)

// The steps of the ladder by which a message is brought, in their order (channels.md §7).
const (
	StepReply    = iota // while the platform lets us answer
	StepHuman           // words of a member of staff, where those may come later
	StepTemplate        // a text that the platform approved beforehand
	StepOther           // another address of the same reporter
	StepHeld            // when they write next; until then the tracking page shows it
)

// Delivery is one part of one message on its way to one address by one step of the ladder. Ambiguous marks a part
// whose first answer was lost: the resident may have seen it twice.
type Delivery struct {
	ID         string `gorm:"primaryKey"`
	MessageID  string
	AddressID  string
	Step       int
	Part       int
	Status     DeliveryStatus
	Attempts   int
	NotBefore  time.Time
	Ambiguous  bool
	PlatformID string
	ErrorClass string
	Text       string // as sent
	CreatedAt  time.Time
	SentAt     *time.Time
	ArrivedAt  *time.Time // on the resident's phone, where the platform says so
	ReadAt     *time.Time // likewise
}
