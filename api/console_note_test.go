package api_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

// TestANoteHasNoConflict: what is written for colleagues is true whatever happened meanwhile.
func TestANoteHasNoConflict(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		staff := d.cookie(models.RoleStaff, made.DepartmentID)
		d.submits(staff, made, "accept", nil)
		for _, version := range []string{"1", "", "x"} {
			note := url.Values{"text": {"Thang để ở kho, bản " + version}, "version": {version}}
			d.submits(staff, made, "note", note).led(t, ticketAt(made)+"?done=note")
			d.submits(staff, made, "note", note).led(t, ticketAt(made)+"?done=note") // the button pressed twice
		}
		want := []string{"system submit", "staff accept", "staff note", "staff note", "staff note"}
		if diff := cmp.Diff(want, d.timeline(made.ID)); diff != "" {
			t.Errorf("each note is to be kept once, however old its page (-want +got):\n%s", diff)
		}
		d.submits(staff, made, "note", url.Values{"text": {"Thang để ở kho, bản 1"}}).led(t, ticketAt(made)+"?done=note")
		if got := len(d.timeline(made.ID)); got != len(want)+1 {
			t.Errorf("%d events: the same words from a newer page are to be another note", got)
		}
	})
}
