package models

import "time"

// Grant is what an account on a platform lets us do: an access token that lives for hours, and a refresh token that
// brings the next pair, once. Both are sealed.
type Grant struct {
	Channel   string `gorm:"primaryKey"`
	Account   string `gorm:"primaryKey"`
	Access    string
	Refresh   string
	ExpiresAt time.Time // of the access token
	IssuedAt  time.Time // of the refresh token
	Version   int64     // counts the pairs
	Fault     string    // why the last renewal failed, empty when it did not
	FaultAt   *time.Time
}

// RefreshLife is how long a refresh token of Zalo lives unused (channels.md §2.2), and RefreshOld is when somebody
// should hear that it has grown old.
const (
	RefreshLife = 90 * 24 * time.Hour
	RefreshOld  = 60 * 24 * time.Hour
)
