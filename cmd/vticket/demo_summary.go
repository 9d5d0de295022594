package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// demoCount is what there is after a demo.
type demoCount struct {
	tickets, late int
	states        map[models.State]int
	departments   map[string]bool
	track         string // the token of a page on which a report is followed
}

// summary says what there is now, and how to look at it.
func (d *demo) summary(ctx context.Context, out io.Writer, took time.Duration) error {
	n := demoCount{states: map[models.State]int{}, departments: map[string]bool{}}
	if err := d.store.Read(ctx, n.read); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d tickets of %d departments in %s; %d are late\n", n.tickets, len(n.departments),
		took.Round(100*time.Millisecond), n.late)
	for _, state := range slices.Sorted(maps.Keys(n.states)) {
		fmt.Fprintf(out, "  %-12s %4d\n", state, n.states[state])
	}
	fmt.Fprintf(out, "Start vticket serve. Residents: /, one of them follows a report: /t/%s; staff: /console\n",
		n.track)
	for _, line := range d.cast.named {
		fmt.Fprintln(out, "  "+line)
	}
	fmt.Fprintf(out, "  %-26s %s of the department with this code\n", "ward-urban-26740@…", models.RoleLead)
	if d.cast.hired == 0 {
		fmt.Fprintln(out, "The accounts were there before, with their passwords")
		return nil
	}
	fmt.Fprintf(out, "Password of the %d accounts made now: %s (shown once)\n", d.cast.hired, d.cast.password)
	return nil
}

func (n *demoCount) read(tx *store.Tx) error {
	for after := (store.TicketCursor{}); ; {
		page, err := tx.Tickets(models.System(), store.TicketFilter{After: after, Limit: 100})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, t := range page {
			n.add(t, tx.Now)
			if n.track != "" || t.State != models.StateClosed {
				continue
			}
			reports, err := tx.Reports(t.ID)
			if err != nil {
				return err
			}
			for _, r := range reports {
				n.track = r.TrackToken
			}
		}
		after = store.TicketCursor{ID: page[len(page)-1].ID}
	}
}

func (n *demoCount) add(t models.Ticket, now time.Time) {
	n.tickets++
	n.states[t.State]++
	if t.DepartmentID != nil {
		n.departments[*t.DepartmentID] = true
	}
	if t.State.Open() && t.TargetDue != nil && t.TargetDue.Before(now) {
		n.late++
	}
}

// progress tells how far the demo has come: one line that is written again on a terminal, else one for every tenth.
type progress struct {
	out        io.Writer
	terminal   bool
	began      time.Time
	from, span float64
	tickets    int
	shown      int
}

func newProgress(out io.Writer, began, from, to time.Time, tickets int) *progress {
	p := &progress{
		out: out, began: began, from: float64(from.Unix()), span: to.Sub(from).Seconds(), tickets: tickets, shown: -1,
	}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// reach is told the demo's time and how many tickets there are.
func (p *progress) reach(at time.Time, made int) {
	percent := int(100 * (float64(at.Unix()) - p.from) / p.span)
	if !p.terminal {
		percent -= percent % 10
	}
	if percent <= p.shown {
		return
	}
	p.shown = percent
	line := fmt.Sprintf("%3d %%, %d of %d tickets, %s, %d s", percent, made, p.tickets,
		at.In(models.Zone).Format("2 January"), int(time.Since(p.began).Seconds()))
	if p.terminal {
		fmt.Fprintf(p.out, "\r%-60s", line)
	} else {
		fmt.Fprintln(p.out, line)
	}
}

func (p *progress) done() {
	if p.terminal {
		fmt.Fprintln(p.out)
	}
}
