package models

import "time"

// Tone says how a time left is felt: it chooses a colour, and words say the same.
type Tone string

// The tones.
const (
	ToneOK   Tone = "ok"   // in time, or done
	ToneWarn Tone = "warn" // soon
	ToneBad  Tone = "bad"  // now, or late
	ToneWait Tone = "wait" // the clock stands
)

// Left is the time that a ticket has left, as a sentence: a locale key and its arguments.
type Left struct {
	Key  string
	Args Args
	Tone Tone
}

const (
	leftNow  = time.Hour     // less is felt as "now"
	leftSoon = 4 * time.Hour // less is felt as "soon"
	leftDay  = 8 * time.Hour // more is said as a day of the week
)

// Left tells how long a ticket has until its department must have answered, or the promise ends while it has none; in
// hours of cal, the calendar that its clock runs by.
func (t Ticket) Left(now time.Time, cal Calendar) Left {
	due := t.TargetDue
	if due == nil {
		due = t.PromiseDue
	}
	switch {
	case t.State == StateWaiting && t.TargetDue == nil: // a question that has not arrived stops nothing
		return Left{Key: "left_paused", Tone: ToneWait}
	case !t.State.Open() || due == nil:
		return Left{Key: "state_" + string(t.State), Tone: ToneOK}
	case now.After(*due):
		return late(now.Sub(*due))
	}
	wall, work := due.Sub(now), cal.Between(now, *due)
	tone := ToneOK
	switch {
	case work < leftNow:
		tone = ToneBad
	case work < leftSoon:
		tone = ToneWarn
	}
	switch {
	case wall < leftNow:
		return Left{Key: "left_minutes", Args: Args{"count": max(1, int(wall/time.Minute))}, Tone: tone}
	case work > leftDay:
		return Left{Key: "left_day", Args: Args{"at_due": due.UTC().Format(time.RFC3339)}, Tone: tone}
	case work < leftNow:
		return Left{Key: "left_work_minutes", Args: Args{"count": max(1, int(work/time.Minute))}, Tone: tone}
	case wall-work < time.Minute:
		return Left{Key: "left_hours", Args: Args{"count": int(work / time.Hour)}, Tone: tone}
	default:
		return Left{Key: "left_work_hours", Args: Args{"count": int(work / time.Hour)}, Tone: tone}
	}
}

func late(by time.Duration) Left {
	const day = 24 * time.Hour
	switch {
	case by < time.Hour:
		return Left{Key: "late_minutes", Args: Args{"count": max(1, int(by/time.Minute))}, Tone: ToneBad}
	case by < day:
		return Left{Key: "late_hours", Args: Args{"count": int(by / time.Hour)}, Tone: ToneBad}
	default:
		return Left{Key: "late_days", Args: Args{"count": int(by / day)}, Tone: ToneBad}
	}
}
