package models

import (
	"fmt"
	"iter"
	"time"
)

// The calendars that every installation has.
const (
	CalendarAlways = "calendar" // day and night: it counts every second and needs no data
	CalendarHCMC   = "hcmc"     // the offices of Ho Chi Minh City: the default of business time
)

// Horizon is how far ahead Add looks for working time.
const Horizon = 3 * 366 * 24 * time.Hour

// DayType says how a date differs from its weekday.
type DayType string

// The types of days. The zero value is a day like its weekday.
const (
	DayWorking DayType = "working" // the spans of its weekday, which may be none
	DayHoliday DayType = "holiday" // nothing counts
	DayMakeUp  DayType = "make-up" // a Saturday or Sunday that works for another day that is off
)

// Evidence says how far a date is sure.
type Evidence string

// The marks of evidence; the zero value is the word of whoever wrote the calendar.
const (
	EvidenceRead        Evidence = "v" // the dates were read in an announcement
	EvidenceDerived     Evidence = "d" // the number of days off was read, the dates follow from it
	EvidenceComputed    Evidence = "c" // computed from the lunar calendar or the rule for weekends
	EvidenceUnannounced Evidence = "u" // not announced where we could read it
)

// Day is a date that differs from its weekday.
type Day struct {
	Type     DayType
	As       time.Weekday // a make-up day has the spans of this weekday; Sunday, the zero value, stands for Monday
	Name     string
	Evidence Evidence
}

// Span is working time within a day, in minutes after local midnight: 450 to 690 is 07:30 to 11:30.
type Span struct{ From, To int }

// String writes the span as 07:30-11:30.
func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// Calendar says which time counts. The one with the key "calendar" counts all of it, whatever else it holds. It is
// a value: nothing changes Days once others may read it, With makes a new one.
type Calendar struct {
	Key      string
	Name     string
	Spans    [7][]Span    // by time.Weekday, in order and apart
	Days     map[Date]Day // in force
	Proposed map[Date]Day // what may come; it counts only once it stands among Days
}

// Add is when d of working time after t is used up, in Zone. It is the end of the last minute that counts: one
// hour from Friday 16:00 is 17:00 that day, not the next morning. From outside working time it counts from the next
// span. Nothing to count, or less, is due at t itself, also outside working time.
//
// The zero time says that d is not used up within Horizon: a calendar without working time has no due times. For
// every other answer Between(t, Add(t, d)) is d, and a later t or a longer d is never due earlier.
func (c Calendar) Add(t time.Time, d time.Duration) time.Time {
	if d <= 0 || c.Key == CalendarAlways {
		return t.Round(0).Add(max(d, 0)).In(Zone)
	}
	for p := range c.counted(t, t.Add(Horizon)) {
		free := p.to - p.from
		if d <= free {
			return p.date.At(p.from + d)
		}
		d -= free
	}
	return time.Time{}
}

// Between is the working time from a to b, negative when b is the earlier one. Instants more than 292 years apart,
// the longest time.Duration, count as that far apart.
func (c Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	a = a.Round(0) // wall time: a due time outlives the process that computed it
	apart := b.Round(0).Sub(a)
	if c.Key == CalendarAlways {
		return apart
	}
	var sum time.Duration
	for p := range c.counted(a, a.Add(apart)) {
		sum += p.to - p.from
	}
	return sum
}

// piece is time that counts without a break, as offsets within one day.
type piece struct {
	date     Date
	from, to time.Duration
}

// counted walks from a to b day by day through the time that counts.
func (c Calendar) counted(a, b time.Time) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		first, began := split(a)
		last, ended := split(b)
		for date := first; date <= last; date++ {
			for _, span := range c.spansOf(date) {
				p := piece{date, time.Duration(span.From) * time.Minute, time.Duration(span.To) * time.Minute}
				if date == first {
					p.from = max(p.from, began)
				}
				if date == last {
					p.to = min(p.to, ended)
				}
				if p.from < p.to && !yield(p) {
					return
				}
			}
		}
	}
}

func (c Calendar) spansOf(date Date) []Span {
	switch day := c.Days[date]; {
	case day.Type == DayHoliday:
		return nil
	case day.Type == DayMakeUp && day.As == time.Sunday:
		return c.Spans[time.Monday]
	case day.Type == DayMakeUp:
		return c.Spans[day.As]
	default:
		return c.Spans[date.Weekday()]
	}
}
