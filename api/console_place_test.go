package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// TestGuessedWardIsMarked: while the borders are guessed, so is the ward of a point; one that somebody named is not.
func TestGuessedWardIsMarked(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		d.open(ticketAt(d.ticket()), hotline).holds(t, `<span class="chip warn">gần đúng</span>`)
		named := d.report(workflow.SubmitInput{Words: "ổ gà", Address: "140 Nguyễn Trãi, phường Sài Gòn"})
		d.open(ticketAt(named), hotline).lacks(t, `<span class="chip warn">gần đúng</span>`)
	})
}

// TestComputedPlaceIsMarked: nobody is to take for a pin what was computed from an address.
func TestComputedPlaceIsMarked(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		const mark = "vị trí suy từ địa chỉ, chưa ai ghim"
		made := d.report(workflow.SubmitInput{Words: "ổ gà", Address: "140 Nguyễn Trãi"})
		hotline, token := d.cookie(models.RoleHotline, nil), d.staff(models.RoleHotline, nil)
		d.tx(func(tx *store.Tx) error {
			_, err := d.desk.Locate(tx, workflow.LocateInput{
				Act: workflow.Act{Actor: models.System(), Ticket: made.ID}, Lat: centreLat, Lon: centreLon,
			})
			return err
		})
		d.open(ticketAt(made), hotline).holds(t, mark, "Tìm được vị trí từ địa chỉ")
		seen := func(want string) {
			t.Helper()
			status, _, body := d.do(ask{method: http.MethodGet, path: "/api/v1/tickets/" + made.Code, token: token})
			if status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("the API is to say %s: %d %s", want, status, body)
			}
		}
		seen(`"geocoded":true`)
		d.submits(hotline, made, "triage", url.Values{"point": {"10.7770, 106.7010"}, "category": {made.Category}})
		d.open(ticketAt(made), hotline).lacks(t, mark)
		seen(`"geocoded":false`)
	})
}
