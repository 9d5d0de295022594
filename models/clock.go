package models

import "time"

// ClockKind names a legal duration of a ticket.
type ClockKind string

// The clocks of a ticket.
const (
	ClockResolve ClockKind = "resolve"
)

// ClockState tells whether a clock runs.
type ClockState string

// The states of a clock.
const (
	ClockRunning ClockState = "running"
	ClockPaused  ClockState = "paused"
	ClockDone    ClockState = "done"
)

// Clock is a duration that can pause. Target and consumed are seconds of its calendar; while it runs, due_at is when
// the rest will be used up. Pausing adds what ran to consumed, so that resuming is one addition.
type Clock struct {
	ID           string `gorm:"primaryKey"`
	TicketID     string
	Kind         ClockKind
	Calendar     string
	TargetS      int64
	ConsumedS    int64
	RunningSince *time.Time
	DueAt        *time.Time
	State        ClockState
	Version      int64
}

// TimerKind names what happens when a timer is due.
type TimerKind string

// Timer is a row that is due at an instant. Each arming is a new generation; each generation fires at most once.
type Timer struct {
	ID          string `gorm:"primaryKey"`
	TicketID    string
	Kind        TimerKind
	DueAt       time.Time
	Generation  int64
	FiredAt     *time.Time
	CancelledAt *time.Time
	WakeAt      *time.Time
	Epoch       int64
	Wakes       int
}
