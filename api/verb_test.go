package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// seen is what a client learns of a ticket.
type seen struct {
	Code, State, Outcome, Priority, Category, Area, Why string
	Department                                          string `json:"department_id"`
	Refs                                                string `json:"external_refs"`
	Version                                             int64
}

func (d *door) verb(token string, t models.Ticket, version int64, verb, body string) ask {
	return ask{
		method: http.MethodPost, path: "/api/v1/tickets/" + t.Code + "/" + verb, token: token, body: body,
		ifMatch: strconv.Quote(strconv.FormatInt(version, 10)),
	}
}

// done sends a verb that must succeed.
func (d *door) done(t *testing.T, a ask) (got seen) {
	t.Helper()
	status, header, body := d.do(a)
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s %v", a.path, status, body, err)
	}
	if want := strconv.Quote(strconv.FormatInt(got.Version, 10)); header.Get("ETag") != want {
		t.Errorf("%s: ETag %s, not %s", a.path, header.Get("ETag"), want)
	}
	return got
}

var roles = []models.Role{"admin", "hotline_lead", "hotline", "lead", "staff", "viewer"}

// verbCase is one verb of the API: who may do it, after which others, and where it leads.
type verbCase struct {
	body  string
	after []string
	may   []models.Role
	want  string
}

func verbCases() map[string]verbCase {
	hotline := []models.Role{"admin", "hotline_lead", "hotline"}
	all := []models.Role{"admin", "hotline_lead", "hotline", "lead", "staff"}
	department := []models.Role{"admin", "lead", "staff"}
	words := `{"text":"Gần cột điện nào?"}`
	return map[string]verbCase{
		"triage":   {`{"category":"road.pothole","external_refs":"CV-12"}`, nil, hotline, "assigned"},
		"assign":   {`{"department":"hotline"}`, nil, hotline, "assigned"},
		"accept":   {"", nil, all, "in_progress"},
		"return":   {words, nil, department, "new"},
		"ask":      {words, []string{"accept"}, all, "waiting"},
		"reply":    {words, nil, all, "assigned"},
		"note":     {words, nil, all, "assigned"},
		"resolve":  {answer, []string{"accept"}, all, "resolved"},
		"reopen":   {"", []string{"accept", "resolve"}, hotline, "assigned"},
		"withdraw": {"", nil, hotline, "withdrawn"},
		"amend":    {`{"text":"Gần cổng trường","address":"142 Tô Ký"}`, nil, hotline, "assigned"},
	}
}

func TestEveryVerbByEveryRole(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		tokens, infra := map[models.Role]string{}, d.department("infra_center")
		for _, role := range roles {
			department := infra
			if role.CityWide() {
				department = nil
			}
			tokens[role] = d.staff(role, department)
		}
		foreign := d.staff(models.RoleLead, d.department("waste_operator"))
		cases := verbCases()
		for verb, tt := range cases {
			before := func() models.Ticket {
				made := d.saidTicket() // a question needs a chat
				for i, earlier := range tt.after {
					d.done(t, d.verb(tokens["admin"], made, int64(i+1), earlier, cases[earlier].body))
				}
				return made
			}
			version := int64(len(tt.after) + 1)
			kept := before()
			for _, role := range roles {
				t.Run(fmt.Sprintf("%s by %s", verb, role), func(t *testing.T) {
					if !slices.Contains(tt.may, role) {
						d.refused(t, d.verb(tokens[role], kept, version, verb, tt.body), refusal{Status: 403, Code: "forbidden"})
						return
					}
					made := before()
					got := d.done(t, d.verb(tokens[role], made, version, verb, tt.body))
					events := d.timeline(made.ID)
					if got.State != tt.want || got.Version != version+1 || events[len(events)-1] != "staff "+verb {
						t.Errorf("%s with %v, to be %s", got.State, events, tt.want)
					}
				})
			}
			t.Run(verb+" by another department", func(t *testing.T) {
				d.refused(t, d.verb(foreign, kept, version, verb, tt.body), refusal{Status: 404, Code: "not_found"})
			})
			t.Run(verb+" on a stale version", func(t *testing.T) {
				d.refused(t, d.verb(tokens["admin"], kept, version+1, verb, tt.body), refusal{Status: 412, Code: "stale_version"})
				if got := d.timeline(kept.ID); len(got) != int(version) {
					t.Errorf("refusals left events: %v", got)
				}
			})
		}
	})
}

// TestTheAPIKnowsWhatStaffMay: every verb that the table of permissions gives to somebody of the staff can be called.
func TestTheAPIKnowsWhatStaffMay(t *testing.T) {
	d := openDoorSQLite(t)
	made, admin := d.ticket(), d.staff(models.RoleAdmin, nil)
	notCalled := map[models.Verb]string{
		models.VerbSubmit:   "makes a ticket, and is called on none: the form for calls does it",
		models.VerbFollow:   "a part of merge",
		models.VerbUnfollow: "a part of unmerge",
	}
	for _, move := range models.Moves {
		may := slices.ContainsFunc(models.Roles, func(role models.Role) bool {
			return models.Actor{Kind: models.ActorStaff, Role: role}.May(move.Verb)
		})
		_, _, body := d.do(d.verb(admin, made, 7, string(move.Verb), "{}")) // stale: nothing is done
		known := !strings.Contains(body, "unknown_verb")
		if want := may && notCalled[move.Verb] == ""; known != want {
			t.Errorf("%s can be called: %t, want %t: %s", move.Verb, known, want, body)
		}
	}
}

// A correction in a resident's name that comes when the work has begun moves nothing and is kept for the department.
func TestLateAmendIsKeptAsANote(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, hotline := d.ticket(), d.staff(models.RoleHotline, nil)
		d.done(t, d.verb(hotline, made, 1, "accept", ""))
		d.refused(t, d.verb(hotline, made, 2, "amend", `{"address":"142 Tô Ký"}`), refusal{422, "invalid", "text"})
		got := d.done(t, d.verb(hotline, made, 2, "amend", `{"text":" Nắp thứ hai cũng mất "}`))
		if got.State != "in_progress" || got.Version != 3 {
			t.Errorf("one change that moves nothing: %+v", got)
		}
		d.tx(func(tx *store.Tx) error {
			notes, err := tx.Notes(made.ID)
			if err != nil || len(notes) != 1 || notes[0].Text != "Nắp thứ hai cũng mất" {
				t.Errorf("the words are kept for the department: %+v, %v", notes, err)
			}
			return err
		})
	})
}

func TestTriageCorrectsATicket(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline, made := d.staff(models.RoleHotline, nil), d.ticket()
		got := d.done(t, d.verb(hotline, made, 1, "triage",
			`{"category":"road.pothole","priority":"low","lat":10.7769,"lon":106.7009,"external_refs":"CV-12 77"}`))
		want := seen{
			Code: made.Code, State: "assigned", Priority: "low", Category: "road.pothole", Area: "26740", Why: "rule",
			Department: *d.department("infra_center"), Refs: "CV-12 77", Version: 2,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after triage (-want +got):\n%s", diff)
		}
		got = d.done(t, d.verb(hotline, made, 2, "assign", `{"department":"ward_urban-26740"}`))
		want.Department, want.Why, want.Version = *d.department("ward_urban-26740"), "hotline", 3
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after assign (-want +got):\n%s", diff)
		}
	})
}

// A session lives while it is used, and ends half an hour after its last request.
func TestSessionEndsWhenIdle(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		list := ask{method: http.MethodGet, path: "/api/v1/tickets", token: d.staff(models.RoleAdmin, nil)}
		for range 3 {
			clock.Move(20 * time.Minute)
			if status, _, body := d.do(list); status != http.StatusOK {
				t.Fatalf("in use: %d %s", status, body)
			}
		}
		clock.Move(31 * time.Minute)
		d.refused(t, list, refusal{Status: 401, Code: "unauthorized"})
	})
}
