package models

import "time"

// State is where a ticket stands.
type State string

// The states of a ticket (design §6).
const (
	StateNew        State = "new"         // the hotline decides
	StateAssigned   State = "assigned"    // a department has it and has not begun
	StateInProgress State = "in_progress" // a department works on it
	StateWaiting    State = "waiting"     // a question to the resident stands; the clock does too
	StateResolved   State = "resolved"    // answered; the resident may disagree
	StateClosed     State = "closed"
	StateRejected   State = "rejected"
	StateMerged     State = "merged"
	StateWithdrawn  State = "withdrawn"
)

// Outcome says what became of a resolved ticket.
type Outcome string

// The outcomes of Resolve, and the one of the hotline that closes for lack of an answer.
const (
	OutcomeFixed     Outcome = "fixed"
	OutcomeAnswered  Outcome = "answered"
	OutcomeCannotFix Outcome = "cannot_fix"
	OutcomeNoAnswer  Outcome = "no_answer"
)

// Priority says how soon.
type Priority string

// The priorities; critical and high run day and night.
const (
	PriorityCritical Priority = "critical"
	PriorityHigh     Priority = "high"
	PriorityNormal   Priority = "normal"
	PriorityLow      Priority = "low"
)

// Ticket is the work that reports made. Its row is the fold of its timeline: every change is one Event.
type Ticket struct {
	ID           string `gorm:"primaryKey"`
	Code         string
	State        State
	Outcome      Outcome
	Priority     Priority
	Category     string
	AreaCode     string
	Lat          *float64
	Lon          *float64
	Address      string // where, in words
	DepartmentID *string
	AssigneeID   *string
	PromiseDue   *time.Time // told to the resident
	TargetDue    *time.Time // the department's own
	Reports      int
	Reopens      int
	Hops         int
	LastSeq      int64
	HeadHash     string
	Version      int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ResolvedAt   *time.Time
	ClosedAt     *time.Time
}

// Report is one submission: whose it was, and in which words. Words, salt and place are blanked when the resident
// asks to be forgotten.
type Report struct {
	ID             string `gorm:"primaryKey"`
	TicketID       string
	ReporterID     string
	ConversationID *string
	Channel        string
	Words          string
	WordsSalt      string
	Lat            *float64
	Lon            *float64
	Address        string
	CreatedAt      time.Time
}
