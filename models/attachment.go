package models

import "time"

// AttachmentKind says what an attachment shows.
type AttachmentKind string

// Residents send evidence; staff send what it looks like afterwards.
const (
	AttachmentEvidence AttachmentKind = "evidence"
	AttachmentAfter    AttachmentKind = "after"
)

// AttachmentMedia says what an attachment is. The values are those of bots.Kind.
type AttachmentMedia string

// Only images are looked into; the others are kept as they came.
const (
	MediaImage AttachmentMedia = "image"
	MediaAudio AttachmentMedia = "audio"
	MediaVideo AttachmentMedia = "video"
	MediaFile  AttachmentMedia = "file"
)

// AttachmentStatus says how far an attachment has come.
type AttachmentStatus string

// An attachment waits to be fetched, and ends as one of the others.
const (
	AttachmentWaiting     AttachmentStatus = "waiting"
	AttachmentReady       AttachmentStatus = "ready"
	AttachmentRefused     AttachmentStatus = "refused"     // not what we take; Fault is the locale key that says why
	AttachmentUnavailable AttachmentStatus = "unavailable" // it could not be had, however often we tried
	AttachmentErased      AttachmentStatus = "erased"      // its sender has had it erased
)

// Attachment is one picture, sound, film or file that came with a message or with an answer. Its bytes lie in
// photos.Store under keys that begin with its id: "<id>/1600.jpg" and "<id>/320.jpg", or "<id>/original".
type Attachment struct {
	ID             string `gorm:"primaryKey"`
	ConversationID *string
	MessageID      *string
	TicketID       *string // of those that came without a message; the others have their message's ticket
	OriginID       *string // the ticket that it came to, while that is merged into this one
	Kind           AttachmentKind
	Media          AttachmentMedia
	Status         AttachmentStatus
	Source         string // bots.Source as JSON: where the bytes are to be had
	SHA256         string `gorm:"column:sha256"` // of the bytes as received
	DHash          int64  `gorm:"column:dhash"`  // the bits of photos.Photo.DHash
	Width          int
	Height         int
	SmallWidth     int
	SmallHeight    int
	Bytes          int64 // of what is kept in full size
	TakenAt        *time.Time
	Lat            *float64
	Lon            *float64
	Fault          string
	Attempts       int
	LeaseUntil     *time.Time
	LeaseToken     string
	WakeAt         *time.Time
	Epoch          int64
	Wakes          int
	CreatedAt      time.Time
}

// Picture tells whether there is something to show.
func (a Attachment) Picture() bool { return a.Media == MediaImage && a.Status == AttachmentReady }

// Proves tells whether the attachment can stand for finished work: it may still be on its way.
func (a Attachment) Proves() bool {
	return a.Kind == AttachmentAfter && (a.Status == AttachmentReady || a.Status == AttachmentWaiting)
}

// LargeKey names the clean copy of an image, 1600 px at most.
func (a Attachment) LargeKey() string { return a.ID + "/1600.jpg" }

// SmallKey names the clean copy of an image, 320 px at most.
func (a Attachment) SmallKey() string { return a.ID + "/320.jpg" }

// OriginalKey names what is not an image, as it came.
func (a Attachment) OriginalKey() string { return a.ID + "/original" }
