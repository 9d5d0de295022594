package models_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

func TestLeft(t *testing.T) {
	calendars, err := models.DefaultCalendars()
	if err != nil {
		t.Fatal(err)
	}
	now := instant(t, "2026-03-06T15:00:00+07:00") // a Friday; offices close at 17:00
	for name, tt := range map[string]struct {
		state models.State
		due   string
		cal   string
		want  models.Left
	}{
		"minutes, day and night": {
			models.StateAssigned, "2026-03-06T15:40:00+07:00", models.CalendarAlways,
			models.Left{Key: "left_minutes", Args: models.Args{"count": 40}, Tone: models.ToneBad},
		},
		"hours, day and night": {
			models.StateAssigned, "2026-03-06T17:10:00+07:00", models.CalendarAlways,
			models.Left{Key: "left_hours", Args: models.Args{"count": 2}, Tone: models.ToneWarn},
		},
		"the weekend does not count": {
			models.StateInProgress, "2026-03-09T08:30:00+07:00", models.CalendarHCMC,
			models.Left{Key: "left_work_hours", Args: models.Args{"count": 3}, Tone: models.ToneWarn},
		},
		"less than an hour of working time over a weekend": {
			models.StateInProgress, "2026-03-07T10:00:00+07:00", models.CalendarHCMC,
			models.Left{Key: "left_work_hours", Args: models.Args{"count": 2}, Tone: models.ToneWarn},
		},
		"more than a day's work is said as a day": {
			models.StateInProgress, "2026-03-11T17:00:00+07:00", models.CalendarHCMC,
			models.Left{Key: "left_day", Args: models.Args{"at_due": "2026-03-11T10:00:00Z"}, Tone: models.ToneOK},
		},
		"late by minutes": {
			models.StateAssigned, "2026-03-06T14:58:30+07:00", models.CalendarHCMC,
			models.Left{Key: "late_minutes", Args: models.Args{"count": 1}, Tone: models.ToneBad},
		},
		"late by days": {
			models.StateNew, "2026-03-03T14:00:00+07:00", models.CalendarHCMC,
			models.Left{Key: "late_days", Args: models.Args{"count": 3}, Tone: models.ToneBad},
		},
		"the clock stands": {
			models.StateWaiting, "", models.CalendarHCMC, models.Left{Key: "left_paused", Tone: models.ToneWait},
		},
		"a question that has not arrived stops nothing": {
			models.StateWaiting, "2026-03-06T17:10:00+07:00", models.CalendarAlways,
			models.Left{Key: "left_hours", Args: models.Args{"count": 2}, Tone: models.ToneWarn},
		},
		"answered": {
			models.StateResolved, "2026-03-03T14:00:00+07:00", models.CalendarHCMC,
			models.Left{Key: "state_resolved", Tone: models.ToneOK},
		},
		"nothing was promised": {
			models.StateNew, "", models.CalendarHCMC, models.Left{Key: "state_new", Tone: models.ToneOK},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ticket := models.Ticket{State: tt.state}
			if tt.due != "" {
				due := instant(t, tt.due)
				ticket.TargetDue = &due
			}
			if diff := cmp.Diff(tt.want, ticket.Left(now, calendars[tt.cal])); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
		})
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
