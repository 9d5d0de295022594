package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// TestNumbersOfOtherSystemsAreFound: whatever stands between them, at whichever door they come.
func TestNumbersOfOtherSystemsAreFound(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.staff(models.RoleHotline, nil)
		made := d.ticket()
		got := d.done(t, d.verb(hotline, made, 1, "triage", `{"external_refs":" A-1\nB-2,C-3 "}`))
		if diff := cmp.Diff("A-1 B-2 C-3", got.Refs); diff != "" {
			t.Errorf("triage (-want +got):\n%s", diff)
		}
		told := d.report(workflow.SubmitInput{Words: coverIsGone, ExternalRefs: "D-4,\tE-5"})
		if diff := cmp.Diff("D-4 E-5", told.ExternalRefs); diff != "" {
			t.Errorf("submit (-want +got):\n%s", diff)
		}
		for number, want := range map[string]models.Ticket{"B-2": made, "E-5": told} {
			codes, _ := d.list(t, hotline, "q="+number)
			if diff := cmp.Diff([]string{want.Code}, codes); diff != "" {
				t.Errorf("%s (-want +got):\n%s", number, diff)
			}
		}
	})
}
