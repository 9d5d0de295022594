package models_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vticket/vticket/models"
)

// earliest is 2024-10-04: random days and instants lie in the window of days that begins there.
const earliest models.Date = 20_000

const window = 14

func drawCalendar(t *rapid.T) models.Calendar {
	c := models.Calendar{Key: "random", Days: map[models.Date]models.Day{}}
	for weekday := range c.Spans {
		c.Spans[weekday] = drawSpans(t)
	}
	for range rapid.IntRange(0, 20).Draw(t, "special days") {
		date := earliest + models.Date(rapid.IntRange(0, window).Draw(t, "special day"))
		c.Days[date] = models.Day{
			Type: rapid.SampledFrom([]models.DayType{"", models.DayWorking, models.DayHoliday, models.DayMakeUp}).Draw(t, "type"),
			As:   time.Weekday(rapid.IntRange(0, 6).Draw(t, "as")),
		}
	}
	return c
}

// drawSpans pairs distinct minutes: in order and apart, or touching none.
func drawSpans(t *rapid.T) []models.Span {
	bounds := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*60), 0, 6, rapid.ID[int]).Draw(t, "bounds")
	slices.Sort(bounds)
	var spans []models.Span
	for ; len(bounds) >= 2; bounds = bounds[2:] {
		spans = append(spans, models.Span{From: bounds[0], To: bounds[1]})
	}
	return spans
}

// drawInstant favours whole minutes, where spans begin and end.
func drawInstant(t *rapid.T) time.Time {
	at := time.Duration(rapid.IntRange(0, window*24*60).Draw(t, "minute")) * time.Minute
	if rapid.Bool().Draw(t, "uneven") {
		at += time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "rest"))
	}
	return earliest.At(at).UTC()
}

func drawWork(t *rapid.T) time.Duration {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 200*60), func(n int) time.Duration { return time.Duration(n) * time.Minute }),
		rapid.Map(rapid.Int64Range(0, int64(3000*time.Hour)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, "work")
}

func TestPropertyCalendarBetweenUndoesAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, start, work := drawCalendar(t), drawInstant(t), drawWork(t)
		due := c.Add(start, work)
		if due.IsZero() {
			if free := c.Between(start, start.Add(models.Horizon)); free >= work {
				t.Fatalf("no due time although %s of %s are free", free, work)
			}
			return
		}
		if got := c.Between(start, due); got != work {
			t.Fatalf("due %s leaves %s, want %s", due, got, work)
		}
		if got := c.Between(due, start); got != -work {
			t.Fatalf("backwards %s, want %s", got, -work)
		}
		if work > 0 && c.Between(start, due.Add(-1)) >= work {
			t.Fatalf("due %s is not the end of the last moment that counts", due)
		}
	})
}

func TestPropertyCalendarAddIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, start, later := drawCalendar(t), drawInstant(t), drawInstant(t)
		work, more := drawWork(t), drawWork(t)
		if later.Before(start) {
			start, later = later, start
		}
		if more < work {
			work, more = more, work
		}
		due := c.Add(start, work)
		if longer := c.Add(start, more); !longer.IsZero() && (due.IsZero() || longer.Before(due)) {
			t.Fatalf("%s is due %s, %s already %s", work, due, more, longer)
		}
		if after := c.Add(later, work); !due.IsZero() && !after.IsZero() && after.Before(due) {
			t.Fatalf("from %s due %s, from %s already %s", start, due, later, after)
		}
		// A pause without length changes nothing: what is left runs on from where the first part ended.
		if longer := c.Add(start, more); more > work && !longer.IsZero() && !c.Add(due, more-work).Equal(longer) {
			t.Fatalf("in two parts due %s, in one %s", c.Add(due, more-work), longer)
		}
	})
}

// The slow count, minute by minute and day type by day type, is what the calendar means.
func TestPropertyCalendarBetweenIsTheMinutesOfItsDayTypes(t *testing.T) {
	counts := func(c models.Calendar, date models.Date, minute int) bool {
		weekday := date.Weekday()
		if day := c.Days[date]; day.Type == models.DayHoliday {
			return false
		} else if day.Type == models.DayMakeUp {
			if weekday = day.As; weekday == time.Sunday {
				weekday = time.Monday
			}
		}
		return slices.ContainsFunc(c.Spans[weekday], func(s models.Span) bool { return s.From <= minute && minute < s.To })
	}
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from := rapid.IntRange(0, window*24*60).Draw(t, "from")
		to := from + rapid.IntRange(0, 5*24*60).Draw(t, "minutes")
		var want time.Duration
		for minute := from; minute < to; minute++ {
			if counts(c, earliest+models.Date(minute/(24*60)), minute%(24*60)) {
				want += time.Minute
			}
		}
		a, b := earliest.At(time.Duration(from)*time.Minute), earliest.At(time.Duration(to)*time.Minute)
		if got := c.Between(a, b); got != want {
			t.Fatalf("%s to %s is %s, want %s", a, b, got, want)
		}
	})
}

func TestPropertyCalendarDateIsTheDayOnTheWall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-6e10, 2e11).Draw(t, "second"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns"))
		date, wall := models.DateOf(at), at.In(models.Zone)
		if date.String() != wall.Format(time.DateOnly) || date.Weekday() != wall.Weekday() {
			t.Fatalf("%s is %s, a %s", wall, date, date.Weekday())
		}
	})
}
