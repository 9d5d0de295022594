package workflow

import (
	"slices"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// The city's own durations (domain.md §1.2, HCMC 1022 regulation, baotintuc.vn 2025-09-04; design §6).
const (
	promiseFor    = 10 * 24 * time.Hour // the longest that the resident waits for an answer
	triageFor     = 5 * time.Minute     // to forward
	triageUnclear = time.Hour           // to forward when the owner is unclear
	closeAfter    = 10 * 24 * time.Hour // after the delivered answer, when nobody disagrees
	askFor        = 48 * time.Hour      // of working time, for the resident to answer a question
)

// calendar is the one by which a clock of a ticket counts: day and night for what is urgent.
func (d *Desk) calendar(t models.Ticket, owner *models.Department) models.Calendar {
	urgent := t.Priority == models.PriorityCritical || t.Priority == models.PriorityHigh
	if urgent || d.Catalogue.Category(t.Category).Clock == models.ClockCalendar {
		return d.Calendars[models.CalendarAlways]
	}
	if owner != nil && owner.Calendar != "" {
		if own, ok := d.Calendars[owner.Calendar]; ok {
			return own
		}
	}
	return d.Calendars[models.CalendarHCMC]
}

// Left is the time that a ticket has left, in the hours of the calendar that its clock runs by. Own names that of its
// department; empty: the city's.
func (d *Desk) Left(t models.Ticket, own string, now time.Time) models.Left {
	return t.Left(now, d.calendar(t, &models.Department{Calendar: own}))
}

// plan works out the clocks that begin when a ticket comes to a department, or to the hotline when owner is nil, and
// the due time that follows. Nothing is written: the ticket's row comes first.
func (d *Desk) plan(t *models.Ticket, owner *models.Department, now time.Time) []models.Clock {
	if owner == nil {
		target := triageFor
		if t.Why == models.WhyUnsureType || t.Why == models.WhyNoDepartment || t.Why == models.WhyNoPlace {
			target = triageUnclear
		}
		triage := models.NewClock(t.ID, models.ClockTriage, d.Calendars[models.CalendarAlways], target, now)
		t.TargetDue = triage.DueAt
		return []models.Clock{triage}
	}
	category, cal := d.Catalogue.Category(t.Category), d.calendar(*t, owner)
	accept := models.NewClock(t.ID, models.ClockAccept, cal, hours(category.AckHours), now)
	resolve := models.NewClock(t.ID, models.ClockResolve, cal, hours(category.ResolveHours), now)
	d.due(t, &resolve, now)
	return []models.Clock{accept, resolve}
}

// due lets a ticket be due when its department's clock is, and that clock by what the resident was told: a department
// is never in time with an answer that is late for whoever waits for it.
func (d *Desk) due(t *models.Ticket, resolve *models.Clock, now time.Time) {
	if t.PromiseDue != nil {
		resolve.Cap(d.Calendars[resolve.Calendar], *t.PromiseDue, now)
	}
	t.TargetDue = resolve.DueAt
}

// retime gives the clocks of a department's ticket the durations and the calendar that its type and priority now ask
// for. What has become critical stands still no longer.
func (d *Desk) retime(tx *store.Tx, t *models.Ticket) error {
	if t.DepartmentID == nil {
		return nil
	}
	owner, err := tx.Department(*t.DepartmentID)
	if err != nil {
		return err
	}
	clocks, err := tx.Clocks(t.ID)
	if err != nil {
		return err
	}
	category, cal := d.Catalogue.Category(t.Category), d.calendar(*t, &owner)
	for kind, target := range map[models.ClockKind]float64{
		models.ClockAccept: category.AckHours, models.ClockResolve: category.ResolveHours,
	} {
		c, ok := clocks[kind]
		if !ok || c.State == models.ClockDone {
			continue
		}
		c.Retime(d.Calendars[c.Calendar], cal, hours(target), tx.Now)
		if kind == models.ClockResolve {
			if t.Priority == models.PriorityCritical {
				t.PausedS += c.StoodStill(tx.Now)
				c.Resume(cal, tx.Now)
			}
			d.due(t, &c, tx.Now)
		}
		if err := d.keepClock(tx, c); err != nil {
			return err
		}
	}
	return nil
}

func hours(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }

// keepClocks writes clocks and their timers.
func (d *Desk) keepClocks(tx *store.Tx, clocks []models.Clock) error {
	for _, c := range clocks {
		if err := d.keepClock(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// keepClock writes a clock, sets the timers that it now waits for and stops those that it waits for no more.
func (d *Desk) keepClock(tx *store.Tx, c models.Clock) error {
	if err := tx.SaveClock(&c); err != nil {
		return err
	}
	due := map[models.TimerKind]time.Time{}
	if c.State == models.ClockRunning {
		for _, t := range d.timers([]models.Clock{c}, tx.Now) {
			due[t.Kind] = t.DueAt
		}
	}
	kind := models.TimerKind(c.Kind)
	over := slices.DeleteFunc([]models.TimerKind{models.TimerWarn + kind, models.TimerBreach + kind},
		func(k models.TimerKind) bool { _, armed := due[k]; return armed })
	if len(over) > 0 { // to name none is to stop all
		if err := tx.CancelTimers(c.TicketID, over...); err != nil {
			return err
		}
	}
	return tx.ArmTimers(c.TicketID, due)
}

// timers are what running clocks wait for: three quarters of their time, and its end.
func (d *Desk) timers(clocks []models.Clock, now time.Time) (timers []models.Timer) {
	for _, c := range clocks {
		kind := models.TimerKind(c.Kind)
		if at := c.WarnAt(d.Calendars[c.Calendar], now); at.After(now) {
			timers = append(timers, models.Timer{TicketID: c.TicketID, Kind: models.TimerWarn + kind, DueAt: at})
		}
		if c.DueAt != nil { // nil: its calendar has no working time for years, an operator's fault
			timers = append(timers, models.Timer{
				TicketID: c.TicketID, Kind: models.TimerBreach + kind, DueAt: *c.DueAt,
			})
		}
	}
	return timers
}

// endClocks stops all clocks of a ticket for good, and whatever else its timers wait for.
func (d *Desk) endClocks(tx *store.Tx, t *models.Ticket) error {
	err := d.finish(tx, t, models.ClockTriage, models.ClockAccept, models.ClockResolve)
	if err != nil {
		return err
	}
	return tx.CancelTimers(t.ID)
}

// finish stops clocks of a ticket for good; what a paused one stood still is counted.
func (d *Desk) finish(tx *store.Tx, t *models.Ticket, kinds ...models.ClockKind) error {
	clocks, err := tx.Clocks(t.ID)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		c, ok := clocks[kind]
		if !ok || c.State == models.ClockDone {
			continue
		}
		t.PausedS += c.StoodStill(tx.Now)
		c.Finish(d.Calendars[c.Calendar], tx.Now)
		if err := d.keepClock(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// resumeWork lets the department's clock run on after a question: what it stood still is counted.
func (d *Desk) resumeWork(tx *store.Tx, t *models.Ticket) error {
	if err := tx.CancelTimers(t.ID, models.TimerAskExpire); err != nil {
		return err
	}
	clocks, err := tx.Clocks(t.ID)
	if err != nil {
		return err
	}
	c := clocks[models.ClockResolve]
	if c.State != models.ClockPaused {
		return nil
	}
	t.PausedS += c.StoodStill(tx.Now)
	c.Resume(d.Calendars[c.Calendar], tx.Now)
	d.due(t, &c, tx.Now)
	return d.keepClock(tx, c)
}
