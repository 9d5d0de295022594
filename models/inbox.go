package models

import (
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
)

// InboxEvent is one thing that a platform told us, kept before we answer 200. The payload is the canonical event
// (bots.Incoming) as JSON; it is blanked after 30 days, the key stays 400 days.
type InboxEvent struct {
	ID         string `gorm:"primaryKey"`
	Channel    string
	Account    string // never empty: the bot's own id where the platform names no account
	Sender     string // the resident's id on the platform
	Kind       string
	Payload    string
	OccurredAt time.Time // as the platform says, else the receive time
	Sequence   int64     // orders events of one instant, 0 where the platform numbers nothing
	ReceivedAt time.Time
	DoneAt     *time.Time
	Attempts   int
	Fault      string // why it was set aside, empty when it was not
	WakeAt     *time.Time
	Epoch      int64
	Wakes      int
}

// TrackedSender begins the sender of an event about one delivery of ours, whose id follows, where the platform says it
// of a phone number and not of somebody who writes to us.
const TrackedSender = "delivery:"

// InboxKey is the primary key that makes a platform's repeats one row: the first 16 bytes of the SHA-256 of channel,
// account, external id and kind class, each ended by a zero byte so that no two lists of parts read the same.
func InboxKey(channel, account, externalID, kindClass string) string {
	h := sha256.New()
	for _, part := range []string{channel, account, externalID, kindClass} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return uuid.UUID(h.Sum(nil)[:16]).String()
}
