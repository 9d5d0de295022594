package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/workflow"
)

// list returns the codes of one page, and the cursor of the next.
func (d *door) list(t *testing.T, token, query string) (codes []string, next string) {
	t.Helper()
	status, _, body := d.do(ask{method: http.MethodGet, path: "/api/v1/tickets?" + query, token: token})
	var page struct {
		Tickets []seen
		Next    string
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK || page.Tickets == nil {
		t.Fatalf("%s: %d %s %v", query, status, body, err)
	}
	for _, one := range page.Tickets {
		codes = append(codes, one.Code)
	}
	return codes, page.Next
}

func TestTicketsAreFiltered(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		cover := d.ticket() // critical: four hours, day and night
		rubbish := d.report(workflow.SubmitInput{Words: "x", Category: "env.garbage", ExternalRefs: "CV-12 1022_7"})
		binhTan := 10.7653
		binhTanLon := 106.6039
		pothole := d.report(workflow.SubmitInput{
			Words: "Ổ gà", Category: "road.pothole", Lat: &binhTan, Lon: &binhTanLon, ExternalRefs: cover.Code,
		})
		admin, infra := d.staff(models.RoleAdmin, nil), d.department("infra_center")
		d.done(t, d.verb(admin, pothole, 1, "resolve", answer))
		lead := d.staff(models.RoleLead, infra)
		stranger := d.staff(models.RoleViewer, d.department("waste_operator"))
		clock.Move(29 * time.Minute)
		d.list(t, lead, "") // keeps the sessions open over the hours in which the clock of the cover runs out
		for range 10 {
			for _, token := range []string{admin, lead, stranger} {
				d.list(t, token, "")
			}
			clock.Move(29 * time.Minute)
		}
		spoken := url.QueryEscape(models.SpokenCode(cover.Code))
		for name, tt := range map[string]struct {
			token, query string
			want         []models.Ticket
		}{
			"all, newest first":             {admin, "", []models.Ticket{pothole, rubbish, cover}},
			"status":                        {admin, "status=resolved", []models.Ticket{pothole}},
			"two statuses":                  {admin, "status=resolved,assigned", []models.Ticket{pothole, cover}},
			"a status that none has":        {admin, "status=merged", nil},
			"department":                    {admin, "department=" + *infra, []models.Ticket{pothole, cover}},
			"category":                      {admin, "category=env.garbage", []models.Ticket{rubbish}},
			"area":                          {admin, "area=26740", []models.Ticket{cover}},
			"overdue, not what is resolved": {admin, "overdue=true&department=" + *infra, []models.Ticket{cover}},
			"q, a reference":                {admin, "q=CV-12", []models.Ticket{rubbish}},
			"q, another reference":          {admin, "q=1022_7", []models.Ticket{rubbish}},
			"q, half a reference":           {admin, "q=CV", nil},
			"q, a wildcard":                 {admin, "q=CV%25", nil},
			"q, an underscore is no joker":  {admin, "q=1022_", nil},
			"q, a code, also as reference":  {admin, "q=" + cover.Code, []models.Ticket{pothole, cover}},
			"q, a spoken code":              {admin, "q=" + spoken, []models.Ticket{cover}},
			"q, a code and what it is":      {admin, "overdue=true&area=26740&status=assigned&q=" + spoken, []models.Ticket{cover}},
			"q, a code and another status":  {admin, "status=closed&q=" + spoken, nil},
			"q, a code and another area":    {admin, "area=1&q=" + spoken, nil},
			"q, a code, not overdue":        {admin, "overdue=true&q=" + rubbish.Code[:4] + "-" + pothole.Code[4:], nil},
			"q, a code of another's":        {stranger, "q=" + cover.Code, nil},
			"q, a code that none has":       {admin, "q=" + models.NewCode(), nil},
			"own department":                {lead, "", []models.Ticket{pothole, cover}},
			"own department, asked another": {lead, "department=" + *d.department("hotline"), nil},
			"nothing of one's own":          {stranger, "", nil},
		} {
			t.Run(name, func(t *testing.T) {
				var want []string
				for _, one := range tt.want {
					want = append(want, one.Code)
				}
				got, _ := d.list(t, tt.token, tt.query)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.query, diff)
				}
			})
		}
	})
}

// TestSearchKeepsItsKindFromPageToPage: where whole words have found something, no later page goes on with beginnings.
func TestSearchKeepsItsKindFromPageToPage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		at := func(address string) string {
			return d.report(workflow.SubmitInput{Words: "Bãi rác bốc mùi", Category: "env.garbage", Address: address}).Code
		}
		first, second, whole := at("Chợ Bà Chiểu"), at("Sau chợ Bà Chiểu"), at("Đường Bà Chie")
		admin := d.staff(models.RoleAdmin, nil)
		for query, want := range map[string][]string{"chie": {whole}, "cho ba chie": {second, first}, "bai rac boc": {whole, second, first}} {
			query = "limit=1&q=" + url.QueryEscape(query)
			got, next := d.list(t, admin, query)
			for next != "" {
				var more []string
				more, next = d.list(t, admin, query+"&cursor="+next)
				got = append(got, more...)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, all pages (-want +got):\n%s", query, diff)
			}
		}
	})
}

func TestTicketsPageWithoutGapsOrRepeats(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		var all []string // newest first
		for range 11 {
			all = append([]string{d.ticket().Code}, all...)
		}
		admin := d.staff(models.RoleAdmin, nil)
		for _, limit := range []int{1, 4, 12, 100} {
			var got []string
			want, query := all, "limit="+strconv.Itoa(limit)
			for page, next := d.list(t, admin, query); ; page, next = d.list(t, admin, query+"&cursor="+next) {
				got = append(got, page...)
				if len(got) == 4 { // what comes in meanwhile is newer than the cursor
					all = append([]string{d.ticket().Code}, all...)
				}
				if next == "" {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pages of %d (-want +got):\n%s", limit, diff)
			}
		}
	})
}
