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
