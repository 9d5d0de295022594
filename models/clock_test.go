package models_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/models"
)

// TestClockPauses plays one clock of ten working hours through pauses. Offices work 07:30-11:30 and 13:00-17:00;
// 2026-03-06 is a Friday.
func TestClockPauses(t *testing.T) {
	hcmc := calendar(t, models.CalendarHCMC)
	c := models.NewClock("t1", models.ClockResolve, hcmc, 10*time.Hour, local(t, "2026-03-06T16:00"))
	for _, step := range []struct {
		name     string
		at       string
		do       func(*models.Clock, models.Calendar, time.Time)
		state    models.ClockState
		consumed time.Duration
		due      string // empty: none
		warn     string // from this instant on
	}{
		{"it runs from friday 16:00", "2026-03-06T16:00", nil, models.ClockRunning, 0, "2026-03-10T08:30", "2026-03-09T15:30"},
		{"to let a running clock run changes nothing", "2026-03-09T07:30", (*models.Clock).Resume, models.ClockRunning, 0, "2026-03-10T08:30", ""},
		{"a pause keeps what ran over the weekend", "2026-03-09T09:30", (*models.Clock).Pause, models.ClockPaused, 3 * time.Hour, "", ""},
		{"a second pause changes nothing", "2026-03-09T11:00", (*models.Clock).Pause, models.ClockPaused, 3 * time.Hour, "", ""},
		{"resumed on sunday it has seven hours left", "2026-03-15T10:00", (*models.Clock).Resume, models.ClockRunning, 3 * time.Hour, "2026-03-16T16:00", "2026-03-16T13:30"},
		{"paused after its end it has used more than it had", "2026-03-16T17:00", (*models.Clock).Pause, models.ClockPaused, 11 * time.Hour, "", ""},
		{"resumed it is due at once", "2026-03-17T10:00", (*models.Clock).Resume, models.ClockRunning, 11 * time.Hour, "2026-03-17T10:00", "2026-03-17T10:00"},
		{"finished it is due no more", "2026-03-17T11:00", (*models.Clock).Finish, models.ClockDone, 12 * time.Hour, "", ""},
		{"what is done does not pause", "2026-03-18T09:00", (*models.Clock).Pause, models.ClockDone, 12 * time.Hour, "", ""},
		{"what is done does not run again", "2026-03-18T10:00", (*models.Clock).Resume, models.ClockDone, 12 * time.Hour, "", ""},
	} {
		now := local(t, step.at)
		if step.do != nil {
			step.do(&c, hcmc, now)
		}
		due := ""
		if c.DueAt != nil {
			due = c.DueAt.In(models.Zone).Format("2006-01-02T15:04")
		}
		if c.State != step.state || c.ConsumedS != int64(step.consumed/time.Second) || due != step.due {
			t.Errorf("%s: it is %s, %d s used, due %q; want %s, %v, %q", step.name, c.State, c.ConsumedS, due,
				step.state, step.consumed, step.due)
		}
		if (c.RunningSince != nil) != (c.State == models.ClockRunning) || (c.PausedAt != nil) != (c.State == models.ClockPaused) {
			t.Errorf("%s: only a running clock runs since, only a paused one was paused at: %+v", step.name, c)
		}
		if warn := c.WarnAt(hcmc, now); step.warn != "" && !warn.Equal(local(t, step.warn)) {
			t.Errorf("%s: it warns at %v, want %s", step.name, warn, step.warn)
		}
	}
}

func TestClockStoodStill(t *testing.T) {
	hcmc := calendar(t, models.CalendarHCMC)
	c := models.NewClock("t1", models.ClockResolve, hcmc, time.Hour, local(t, "2026-03-06T16:00"))
	if n := c.StoodStill(local(t, "2026-03-07T16:00")); n != 0 {
		t.Errorf("a running clock does not stand still, got %d s", n)
	}
	c.Pause(hcmc, local(t, "2026-03-06T16:30"))
	if n := c.StoodStill(local(t, "2026-03-08T16:30")); n != 48*3600 {
		t.Errorf("a pause counts by day and night: want two days, got %d s", n)
	}
}

// TestClockWithoutWorkingTime: a calendar in which nothing counts is an operator's fault; nothing is ever due in it.
func TestClockWithoutWorkingTime(t *testing.T) {
	idle := models.Calendar{Key: "idle"}
	now := local(t, "2026-03-06T16:00")
	c := models.NewClock("t1", models.ClockAccept, idle, time.Hour, now)
	if c.State != models.ClockRunning || c.DueAt != nil || !c.WarnAt(idle, now).IsZero() {
		t.Errorf("the clock runs and is never due nor warns: %+v", c)
	}
	c.Pause(idle, now.Add(time.Hour))
	if c.ConsumedS != 0 {
		t.Errorf("nothing counted, yet %d s are used", c.ConsumedS)
	}
	if c := models.NewClock("t1", models.ClockAccept, idle, 0, now); c.DueAt == nil || !c.DueAt.Equal(now) {
		t.Errorf("a clock of no length is due when it starts, in any calendar: %+v", c)
	}
}
