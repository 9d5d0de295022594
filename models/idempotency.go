package models

import "time"

// IdempotencyKey remembers the answer to a request, so that its repeat gets the same one. It is kept for 24 hours.
type IdempotencyKey struct {
	Owner     string // who asked: the same key of two people is two keys
	Key       string
	BodyHash  string
	Response  string
	CreatedAt time.Time
}
