package api_test

import (
	"net/url"
	"testing"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

// TestQuestionSaysWhatTheClockDoes: the console promises no pause that does not come.
func TestQuestionSaysWhatTheClockDoes(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		for priority, want := range map[models.Priority]string{models.PriorityLow: "ask", models.PriorityCritical: "ask_runs"} {
			made := d.saidTicket()
			if made.Priority != priority {
				d.submits(hotline, made, "triage", url.Values{"priority": {string(priority)}, "category": {made.Category}})
			}
			d.submits(hotline, made, "accept", nil)
			d.submits(hotline, made, "ask", url.Values{"text": {"Nắp tròn?"}}).led(t, ticketAt(made)+"?done="+want)
			d.open(ticketAt(made)+"?done="+want, hotline).holds(t, locales.Message("vi", "done_"+want, nil))
		}
	})
}
