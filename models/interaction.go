package models

import "time"

// InteractionsFor is how long interactions are kept: somebody who asks why an answer did not come asks soon.
const InteractionsFor = 7 * 24 * time.Hour

// Interaction is one request to a platform and what came of it, without secrets, telephone numbers and what people
// said; or, without a method, what a whole try to send came to. It refers to its delivery loosely, so that writing it
// locks nothing.
type Interaction struct {
	ID         string `gorm:"primaryKey"`
	DeliveryID *string
	Channel    string
	Method     string
	Host       string
	Path       string
	Status     int // 0: there was no answer
	Request    string
	Response   string
	Error      string
	Class      string // the error class of a try that failed
	TookMS     int64
	At         time.Time
}
