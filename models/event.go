package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// ActorKind says on whose behalf a verb was done.
type ActorKind string

// Who can act on a ticket.
const (
	ActorResident ActorKind = "resident"
	ActorStaff    ActorKind = "staff"
	ActorSystem   ActorKind = "system"
)

// Event is one line of a ticket's timeline. Data is canonical JSON (sorted keys, no spaces) and holds ids, keys and
// numbers only: words, names, phones and exact points live in rows that can be erased.
type Event struct {
	ID        string `gorm:"primaryKey"`
	TicketID  string
	Seq       int64
	Verb      Verb
	ActorKind ActorKind
	ActorID   string
	At        time.Time
	Data      string
	PrevHash  string
	Hash      string
}

// TableName is the table behind Event.
func (Event) TableName() string { return "ticket_events" }

// Seal returns the event's hash: SHA-256 over the previous hash and everything the event says.
func (e Event) Seal() string {
	h := sha256.New()
	for _, part := range []string{
		e.PrevHash, e.ID, e.TicketID, strconv.FormatInt(e.Seq, 10), string(e.Verb), string(e.ActorKind), e.ActorID,
		strconv.FormatInt(e.At.UnixMicro(), 10), e.Data,
	} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// SaltedSum lets an event prove what the words were without holding them: hex. Without the salt it proves nothing.
func SaltedSum(salt, words string) string {
	sum := sha256.Sum256([]byte(salt + words))
	return hex.EncodeToString(sum[:])
}

// EventData is what an event's Data holds: the fields of the ticket that the verb set, and what else the verb is to
// be remembered by.
type EventData struct {
	Set  Args `json:"set,omitempty"`
	Note Args `json:"note,omitempty"`
}

// Encode writes the data as canonical JSON: encoding/json sorts the keys of maps.
func (d EventData) Encode() (string, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode event: %w", err)
	}
	return string(raw), nil
}

// folded lists the fields of a ticket that its timeline carries, by the name they have in events.
func (t Ticket) folded() Args {
	return Args{
		"state": string(t.State), "outcome": string(t.Outcome), "priority": string(t.Priority),
		"category": t.Category, "area": t.AreaCode, "road": string(t.Road), "why": string(t.Why),
		"suggested": deref(t.SuggestedID), "pauses": int64(t.Pauses), "paused_s": t.PausedS,
		"department": deref(t.DepartmentID), "assignee": deref(t.AssigneeID), "promise_due": micros(t.PromiseDue),
		"target_due": micros(t.TargetDue),
		"related":    deref(t.RelatedID), "relation": string(t.Relation),
		"reports": int64(t.Reports), "reopens": int64(t.Reopens), "hops": int64(t.Hops),
		"resolved_at": micros(t.ResolvedAt), "closed_at": micros(t.ClosedAt), "to_call": bit(t.ToCall),
	}
}

// Changed returns the fields in which after differs from before.
func Changed(before, after Ticket) Args {
	was, set := before.folded(), Args{}
	for name, value := range after.folded() {
		if was[name] != value {
			set[name] = value
		}
	}
	return set
}

// FoldTimeline replays events into the fields they set and returns the names of those in which the ticket's row says
// otherwise: empty when row and timeline agree.
func FoldTimeline(events []Event, row Ticket) ([]string, error) {
	folded := Ticket{}.folded()
	for _, e := range events {
		var data struct {
			Set map[string]json.RawMessage `json:"set"`
		}
		if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
			return nil, fmt.Errorf("decode event %d: %w", e.Seq, err)
		}
		for name, raw := range data.Set {
			value, err := decodeField(folded[name], raw)
			if err != nil {
				return nil, fmt.Errorf("decode event %d, %s: %w", e.Seq, name, err)
			}
			folded[name] = value
		}
	}
	var differ []string
	for name, value := range row.folded() {
		if folded[name] != value {
			differ = append(differ, name)
		}
	}
	return differ, nil
}

func decodeField(like any, raw json.RawMessage) (any, error) {
	if _, isText := like.(string); isText {
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	}
	var n int64
	err := json.Unmarshal(raw, &n)
	return n, err
}

// bit is 1 for what is so, 0 for what is not.
func bit(so bool) int64 {
	if so {
		return 1
	}
	return 0
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// micros is an instant as events and SQLite keep it: microseconds since 1970, 0 for none.
func micros(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMicro()
}
