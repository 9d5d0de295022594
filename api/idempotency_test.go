package api_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

func TestIdempotencyKey(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.ticket()
		lead, other := d.staff(models.RoleLead, made.DepartmentID), d.staff(models.RoleStaff, made.DepartmentID)
		note := d.verb(lead, made, 1, "note", `{"text":"Đã gọi đội trực."}`)
		note.key = "k-1"
		want := d.done(t, note)
		if diff := cmp.Diff(want, d.done(t, note)); diff != "" {
			t.Errorf("the repeat has another answer (-first +repeat):\n%s", diff)
		}
		mismatch := refusal{Status: 422, Code: "idempotency_mismatch"}
		for name, change := range map[string]func(*ask){
			"another body":    func(a *ask) { a.body = `{"text":"Khác."}` },
			"another verb":    func(a *ask) { a.path = "/api/v1/tickets/" + made.Code + "/reply" },
			"another ticket":  func(a *ask) { a.path = "/api/v1/tickets/" + d.ticket().Code + "/note" },
			"another version": func(a *ask) { a.ifMatch = `"2"` },
		} {
			t.Run(name, func(t *testing.T) {
				changed := note
				change(&changed)
				d.refused(t, changed, mismatch)
			})
		}
		note.token = other
		t.Run("of somebody else", func(t *testing.T) { d.refused(t, note, refusal{Status: 412, Code: "stale_version"}) })
		note.ifMatch = `"2"`
		t.Run("after a refusal", func(t *testing.T) { d.done(t, note) })
		if diff := cmp.Diff([]string{"system submit", "staff note", "staff note"}, d.timeline(made.ID)); diff != "" {
			t.Errorf("one event for each key (-want +got):\n%s", diff)
		}
	})
}

func TestIdempotencyKeyAtTheSameTime(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		lead := d.staff(models.RoleLead, d.department("infra_center"))
		for range 10 {
			made := d.ticket()
			accept := d.verb(lead, made, 1, "accept", "")
			accept.key = models.NewToken()
			var both sync.WaitGroup
			var bodies [2]string
			for i := range bodies {
				both.Go(func() {
					status, _, body, err := d.send(accept)
					if err != nil || status != http.StatusOK {
						t.Errorf("%d %s %v", status, body, err)
					}
					bodies[i] = body
				})
			}
			both.Wait()
			if diff := cmp.Diff(bodies[0], bodies[1]); diff != "" {
				t.Errorf("two answers to one request:\n%s", diff)
			}
			if diff := cmp.Diff([]string{"system submit", "staff accept"}, d.timeline(made.ID)); diff != "" {
				t.Errorf("one event (-want +got):\n%s", diff)
			}
		}
	})
}
