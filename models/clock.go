package models

import "time"

// ClockKind names a legal duration of a ticket.
type ClockKind string

// The clocks of a ticket: until the hotline has chosen a department, until the department has taken it on, and until
// it is resolved.
const (
	ClockTriage  ClockKind = "triage"
	ClockAccept  ClockKind = "accept"
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
	PausedAt     *time.Time
	DueAt        *time.Time
	State        ClockState
	Version      int64
}

// NewClock starts a clock of a ticket.
func NewClock(ticketID string, kind ClockKind, cal Calendar, target time.Duration, now time.Time) Clock {
	c := Clock{TicketID: ticketID, Kind: kind, Calendar: cal.Key, TargetS: int64(target / time.Second)}
	c.Resume(cal, now)
	return c
}

// rest is what the clock has left to run.
func (c *Clock) rest() time.Duration {
	return max(0, time.Duration(c.TargetS-c.ConsumedS)*time.Second)
}

// Resume lets the clock run from now on; one that runs or is done stays as it is.
func (c *Clock) Resume(cal Calendar, now time.Time) {
	if c.State == ClockRunning || c.State == ClockDone {
		return
	}
	due := cal.Add(now, c.rest())
	c.State, c.RunningSince, c.PausedAt, c.DueAt = ClockRunning, &now, nil, &due
	if due.IsZero() {
		c.DueAt = nil // the calendar has no working time left: nothing is ever due
	}
}

// Pause stops a running clock for a while; what ran so far is kept.
func (c *Clock) Pause(cal Calendar, now time.Time) {
	if c.State != ClockRunning {
		return
	}
	c.stop(cal, now, ClockPaused)
	c.PausedAt = &now
}

// StoodStill is how many seconds, by day and night, a paused clock has stood still.
func (c *Clock) StoodStill(now time.Time) int64 {
	if c.State != ClockPaused {
		return 0
	}
	return int64(now.Sub(*c.PausedAt) / time.Second)
}

// Finish stops the clock for good.
func (c *Clock) Finish(cal Calendar, now time.Time) { c.stop(cal, now, ClockDone) }

func (c *Clock) stop(cal Calendar, now time.Time, state ClockState) {
	if c.State == ClockRunning {
		c.ConsumedS += int64(cal.Between(*c.RunningSince, now) / time.Second)
	}
	c.State, c.RunningSince, c.PausedAt, c.DueAt = state, nil, nil, nil
}

// Retime gives a clock that is not done another duration and calendar; what it has run so far counts.
func (c *Clock) Retime(from, to Calendar, target time.Duration, now time.Time) {
	if c.State == ClockDone {
		return
	}
	runs := c.State == ClockRunning
	if runs {
		c.stop(from, now, ClockPaused)
	}
	c.TargetS, c.Calendar = int64(target/time.Second), to.Key
	if runs {
		c.Resume(to, now)
	}
}

// Cap lets a running clock be due at latest when it would be due later, or never: its duration is what it has used up
// and what counts until then.
func (c *Clock) Cap(cal Calendar, latest, now time.Time) {
	if c.State != ClockRunning || c.DueAt != nil && !c.DueAt.After(latest) {
		return
	}
	c.TargetS = c.ConsumedS + int64(max(0, cal.Between(now, latest))/time.Second)
	c.DueAt = &latest
}

// WarnAt is when three quarters of the whole duration will be used up, by which a running clock warns.
func (c *Clock) WarnAt(cal Calendar, now time.Time) time.Time {
	return cal.Add(now, max(0, time.Duration(c.TargetS*3/4-c.ConsumedS)*time.Second))
}

// TimerKind names what happens when a timer is due.
type TimerKind string

// The timers of a ticket. Warnings and breaches are named after their clock.
const (
	TimerWarn      TimerKind = "warn_"
	TimerBreach    TimerKind = "breach_"
	TimerClose     TimerKind = "close"      // nobody disagreed with a delivered answer
	TimerAskExpire TimerKind = "ask_expire" // nobody answered a delivered question
)

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
