package models

import "time"

// PlaceLink is the right to say once, on a page of ours, where the trouble of a draft is. TokenHash is TokenKey of the
// secret in the link.
type PlaceLink struct {
	TokenHash string `gorm:"primaryKey"`
	DraftID   string
	ExpiresAt time.Time
	UsedAt    *time.Time
	CreatedAt time.Time
}

// Lookup asks for the point of a ticket's address; ID is the ticket's. It is there while nobody has answered.
type Lookup struct {
	ID        string `gorm:"primaryKey"`
	Attempts  int    // tries that were begun
	WakeAt    *time.Time
	Epoch     int64
	Wakes     int
	CreatedAt time.Time
}
