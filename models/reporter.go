package models

import "time"

// Reporter is a resident as we know them: whoever stands behind one or more addresses.
type Reporter struct {
	ID            string `gorm:"primaryKey"`
	Name          string
	Phone         string     // which they gave us through a platform, as NormalPhone writes it; empty: none
	PhoneProvedAt *time.Time // their platform vouched for the number then; nil: they typed it, it may be anybody's
	Trusted       bool       // leads a group of residents: the limits of a sender are ten times as wide
	EraseAt       *time.Time // asked for: what we know of them is erased then
	ErasedAt      *time.Time // nothing of them is left but that somebody reported
	WakeAt        *time.Time // when erasing goes on
	Epoch         int64
	Wakes         int
	CreatedAt     time.Time
}

// The channels that are no platform's: our own chat page with its one account, and the telephone.
const (
	ChannelWebchat = "webchat"
	AccountWebchat = "web"
	ChannelPhone   = "phone"
)

// Address is one way to reach a reporter: their id on one account of one channel. Deliveries to it go out one after
// the other under its lease.
type Address struct {
	ID         string `gorm:"primaryKey"`
	ReporterID string
	Channel    string
	Account    string
	ExternalID string
	BlockedAt  *time.Time // they blocked us: nothing is sent until they write again
	LeaseUntil *time.Time
	LeaseToken string
	WakeAt     *time.Time
	Epoch      int64
	Wakes      int
	Held       bool // something waits for them to write
	CreatedAt  time.Time
}

// TableName is the table behind Address.
func (Address) TableName() string { return "reporter_addresses" }

// Conversation is the one thread with an address.
type Conversation struct {
	ID                string `gorm:"primaryKey"`
	AddressID         string
	ReporterID        string
	Channel           string
	Language          string
	LastInteractionAt time.Time
	TakenOverUntil    *time.Time // a colleague writes: the bot is silent until then
	Unsent            string     // the platform's id of a message that was unsent before it came
	PersonSince       *time.Time // the resident asked for a person then, and has one until the bot is back
	WakeAt            *time.Time // when the bot comes back by itself
	Epoch             int64
	Wakes             int
	Pace              Pace `gorm:"embedded;embeddedPrefix:pace_"`
	CreatedAt         time.Time
}

// PersonFor is how long nobody may say anything before a conversation goes back from a person to the bot.
const PersonFor = 12 * time.Hour

// PayloadBot is what a resident presses to have the bot back.
const PayloadBot = "bot"

// Attend keeps the bot silent for as long as somebody may still say something.
func (c *Conversation) Attend(now time.Time) {
	until := now.Add(PersonFor)
	c.TakenOverUntil = &until
	c.Alarm(&until)
}

// Alarm sets when the bot is to look whether it comes back; nil for never.
func (c *Conversation) Alarm(at *time.Time) {
	c.WakeAt, c.Wakes = at, 0
	c.Epoch++
}

// Pace counts what one conversation sends: a minute and a day begin with their first piece.
type Pace struct {
	MinuteAt   *time.Time
	Minute     int // messages since
	SaidAt     *time.Time
	Said       int // what the bot said since, or left unsaid as it was too much
	DayAt      *time.Time
	Day        int // tickets since
	InsultedAt *time.Time
	Insults    int        // since
	ToldAt     *time.Time // when they were last asked to slow down
	QuietUntil *time.Time // after insults: the bot answers nothing until then
}

// DraftStatus says what became of a draft.
type DraftStatus string

// The ends of a draft, and the one state in which it still gathers.
const (
	DraftOpen      DraftStatus = "open"
	DraftSubmitted DraftStatus = "submitted"
	DraftCancelled DraftStatus = "cancelled"
)

// Draft is what a resident has sent so far of a report that is not a ticket yet: at most one open per conversation.
// Slots is JSON of the dialogue's own making.
type Draft struct {
	ID             string `gorm:"primaryKey"`
	ConversationID string
	Status         DraftStatus
	Slots          string
	TicketID       *string
	WakeAt         *time.Time // when it settles, asks or expires
	Epoch          int64
	Wakes          int
	CreatedAt      time.Time
}
