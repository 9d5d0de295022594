package models

import "time"

// State is where a ticket stands.
type State string

// The states of a ticket (design §6).
const (
	StateNew        State = "new"         // the hotline decides
	StateAssigned   State = "assigned"    // a department has it and has not begun
	StateInProgress State = "in_progress" // a department works on it
	StateWaiting    State = "waiting"     // a question to the resident stands; once it has arrived the clock does too
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

// Road says what kind of road a place is on: it decides between the city's owner and the ward's (domain.md §1.5).
type Road string

// The kinds of road; empty when the words do not say.
const (
	RoadCity  Road = "city"
	RoadAlley Road = "alley"
)

// DispatchWhy is the reason of a dispatch: the key of a sentence in the locales, after "why_".
type DispatchWhy string

// The reasons of a dispatch.
const (
	WhyRule         DispatchWhy = "rule"          // category and place name one owner
	WhyHotlineType  DispatchWhy = "hotline_type"  // the type always goes by way of the hotline
	WhyUnsureType   DispatchWhy = "unsure_type"   // not sure enough what it is
	WhyNoPlace      DispatchWhy = "no_place"      // not sure enough where it is
	WhyNoDepartment DispatchWhy = "no_department" // nobody answers for this there
	WhyConflict     DispatchWhy = "conflict"      // about a department's own conduct
	WhyListen       DispatchWhy = "listen"        // somebody has to listen to a sound or a film
	WhyReturned     DispatchWhy = "returned"      // a department gave it back
	WhyHotline      DispatchWhy = "hotline"       // a person chose
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
	AreaApprox   bool // the area comes from the approximate cells
	Road         Road
	Lat          *float64
	Lon          *float64
	Geocoded     bool   // the point was computed from the address: nobody has said it
	Address      string // where, in words
	DepartmentID *string
	SuggestedID  *string     // whom dispatch would have chosen
	Why          DispatchWhy // why it went where it went
	Confidence   float64     // of the category, 0 to 1; 1 when a person chose it
	ReadCategory string      // what the words were read as at submission; empty when a person had chosen
	AssigneeID   *string
	PromiseDue   *time.Time // told to the resident
	TargetDue    *time.Time // the department's own
	Reports      int        // how many people report it
	Reopens      int
	Hops         int
	Pauses       int
	PausedS      int64 // seconds that the resolve clock stood still
	RelatedID    *string
	Relation     Relation // to the ticket RelatedID
	ExternalRefs string   // numbers that other systems give it, separated by spaces
	Search       string   // Address folded; the store fills it in
	LastSeq      int64
	HeadHash     string
	Version      int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ResolvedAt   *time.Time
	ClosedAt     *time.Time
	ToCall       bool // it is answered, and somebody who telephoned is still to be called and told so
}

// Telling is how likely the likeliest type must be at least, 0 to 1, to be a ticket's: words that say less are for a
// person, who is not to be led astray.
const Telling = 0.1

// Untold tells whether nothing that was said so far tells what a ticket is about: its type is a stopgap.
func (t Ticket) Untold() bool {
	return t.Category == OtherCategory && t.ReadCategory == OtherCategory && t.Confidence < Telling
}

// MayPause tells whether a question would let the department's clock stand: once a ticket, never while it is critical,
// nor once what its resident was promised is over, which would hide that it is late.
func (t Ticket) MayPause(now time.Time) bool {
	late := t.PromiseDue != nil && !t.PromiseDue.After(now)
	return t.Pauses == 0 && t.Priority != PriorityCritical && !late
}

// Report is one submission: whose it was, and in which words. Words, salt, place and what search knows of them are
// blanked when the resident asks to be forgotten.
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
	Search         string     // Words and Address folded; the store fills it in
	Phone          string     // under which the reporter asks to be called back; it proves nothing
	TrackToken     string     // of the page on which whoever has the link follows it
	WithdrawnAt    *time.Time // its reporter follows the ticket no longer; the others do
	Verdict        Verdict    // what its reporter last said of an answer
	VerdictRound   int        // of which answer: how often the ticket had been reopened before
	OriginID       *string    // the ticket that it was made for, while that is merged into this one
	CreatedAt      time.Time
}

// Verdict is what a reporter says of an answer, for themselves.
type Verdict string

// The verdicts; empty while nothing was said.
const (
	VerdictDone    Verdict = "done"
	VerdictNotDone Verdict = "not_done"
)

// People counts those who report a ticket, each once; who has taken their report back is none of them.
func People(reports []Report) int {
	all := map[string]bool{}
	for _, r := range reports {
		if r.WithdrawnAt == nil {
			all[r.ReporterID] = true
		}
	}
	return len(all)
}

// Note is what a colleague wrote on a ticket for colleagues; residents never see it.
type Note struct {
	ID        string `gorm:"primaryKey"`
	TicketID  string
	OriginID  *string // the ticket that it was written on, while that is merged into this one
	AuthorID  string
	Text      string
	WordsSalt string // of Text, for the sum in the timeline; empty in rows of before there was one
	CreatedAt time.Time
}

// Rating is a reporter's verdict on one answer: at most one for each time the ticket was answered.
type Rating struct {
	ID         string `gorm:"primaryKey"`
	TicketID   string
	ReporterID string
	Generation int // how often the ticket had been reopened before
	Stars      int // 1 to 5
	CreatedAt  time.Time
}
