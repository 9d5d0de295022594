package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

func openDoorSQLite(t *testing.T) *door {
	t.Helper()
	return openDoor(t, modelstest.SQLite(t, modelstest.NewClock(t, doorOpens).Now))
}

const answer = `{"outcome":"fixed","text":"Đã vá.","no_photo_reason":"Trời tối."}`

func TestVerbRefusesBadInput(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.ticket()
		lead, foreign := d.staff(models.RoleLead, made.DepartmentID), d.staff(models.RoleLead, d.department("waste_operator"))
		resident, hotline := d.resident(), d.staff(models.RoleHotline, nil)
		path := "/api/v1/tickets/" + made.Code + "/"
		other := models.NewCode()
		for name, tt := range map[string]struct {
			ask
			want refusal
		}{
			"no token":                 {ask{path: path + "resolve", ifMatch: `"1"`, body: answer}, refusal{Status: 401, Code: "unauthorized"}},
			"token of a resident":      {ask{path: path + "resolve", token: resident, ifMatch: `"1"`, body: answer}, refusal{Status: 401, Code: "unauthorized"}},
			"foreign department":       {ask{path: path + "resolve", token: foreign, ifMatch: `"1"`, body: answer}, refusal{Status: 404, Code: "not_found"}},
			"unknown code":             {ask{path: "/api/v1/tickets/" + other + "/resolve", token: lead, ifMatch: `"1"`, body: answer}, refusal{Status: 404, Code: "not_found"}},
			"no code at all":           {ask{path: "/api/v1/tickets/%00%ff/resolve", token: lead, ifMatch: `"1"`, body: answer}, refusal{Status: 404, Code: "not_found"}},
			"unknown verb":             {ask{path: path + "explode", token: lead, ifMatch: `"1"`, body: answer}, refusal{Status: 404, Code: "unknown_verb"}},
			"verb of residents":        {ask{path: path + "submit", token: lead, ifMatch: `"1"`, body: answer}, refusal{Status: 404, Code: "unknown_verb"}},
			"no If-Match":              {ask{path: path + "resolve", token: lead, body: answer}, refusal{Status: 428, Code: "if_match_required"}},
			"If-Match in words":        {ask{path: path + "resolve", token: lead, ifMatch: "latest", body: answer}, refusal{Status: 400, Code: "if_match_malformed"}},
			"If-Match 0":               {ask{path: path + "resolve", token: lead, ifMatch: `"0"`, body: answer}, refusal{Status: 400, Code: "if_match_malformed"}},
			"a weak stale version":     {ask{path: path + "resolve", token: lead, ifMatch: `W/"7"`, body: answer}, refusal{Status: 412, Code: "stale_version"}},
			"an id of no department":   {ask{path: path + "assign", token: hotline, ifMatch: `"1"`, body: `{"department":"` + models.NewID() + `"}`}, refusal{Status: 422, Code: "invalid", Field: "department"}},
			"the department it has":    {ask{path: path + "assign", token: hotline, ifMatch: `"1"`, body: `{"department":"infra_center"}`}, refusal{Status: 422, Code: "invalid", Field: "department"}},
			"stale version":            {ask{path: path + "resolve", token: lead, ifMatch: `"7"`, body: answer}, refusal{Status: 412, Code: "stale_version"}},
			"malformed json":           {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `{"text":`}, refusal{Status: 400, Code: "malformed"}},
			"no body":                  {ask{path: path + "resolve", token: lead, ifMatch: `"1"`}, refusal{Status: 422, Code: "invalid", Field: "text"}},
			"a second object":          {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: answer + `{}`}, refusal{Status: 400, Code: "malformed"}},
			"unknown field":            {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `{"outcome":"fixed","text":"a","force":true}`}, refusal{Status: 422, Code: "invalid", Field: "force"}},
			"neither photo nor why":    {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `{"outcome":"fixed","text":"a"}`}, refusal{Status: 422, Code: "invalid", Field: "photos"}},
			"unknown type":             {ask{path: path + "triage", token: hotline, ifMatch: `"1"`, body: `{"category":"road.x"}`}, refusal{Status: 422, Code: "invalid", Field: "category"}},
			"unknown priority":         {ask{path: path + "triage", token: hotline, ifMatch: `"1"`, body: `{"priority":"urgent"}`}, refusal{Status: 422, Code: "invalid", Field: "priority"}},
			"half a point":             {ask{path: path + "triage", token: hotline, ifMatch: `"1"`, body: `{"lat":10.7}`}, refusal{Status: 422, Code: "invalid", Field: "lat"}},
			"latitude 91":              {ask{path: path + "triage", token: hotline, ifMatch: `"1"`, body: `{"lat":91,"lon":106}`}, refusal{Status: 422, Code: "invalid", Field: "lat"}},
			"latitude in words":        {ask{path: path + "triage", token: hotline, ifMatch: `"1"`, body: `{"lat":"NaN","lon":106}`}, refusal{Status: 422, Code: "invalid", Field: "lat"}},
			"unknown department":       {ask{path: path + "assign", token: hotline, ifMatch: `"1"`, body: `{"department":"x"}`}, refusal{Status: 422, Code: "invalid", Field: "department"}},
			"NUL as department":        {ask{path: path + "assign", token: hotline, ifMatch: `"1"`, body: `{"department":"\u0000"}`}, refusal{Status: 422, Code: "invalid", Field: "department"}},
			"broken UTF-8 in key":      {ask{path: path + "note", token: lead, ifMatch: `"1"`, key: "a\xff", body: `{"text":"a"}`}, refusal{Status: 422, Code: "invalid", Field: "Idempotency-Key"}},
			"long key":                 {ask{path: path + "note", token: lead, ifMatch: `"1"`, key: strings.Repeat("a", 201), body: `{"text":"a"}`}, refusal{Status: 422, Code: "invalid", Field: "Idempotency-Key"}},
			"null":                     {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `null`}, refusal{Status: 422, Code: "invalid", Field: "text"}},
			"only NUL":                 {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `{"outcome":"fixed","text":"\u0000"}`}, refusal{Status: 422, Code: "invalid", Field: "text"}},
			"a list":                   {ask{path: path + "note", token: lead, ifMatch: `"1"`, body: `[]`}, refusal{Status: 422, Code: "invalid", Field: "body"}},
			"another verb's field":     {ask{path: path + "note", token: lead, ifMatch: `"1"`, body: `{"text":"a","lat":10.7}`}, refusal{Status: 422, Code: "invalid", Field: "lat"}},
			"a form":                   {ask{path: path + "note", token: lead, ifMatch: `"1"`, kind: "application/x-www-form-urlencoded", body: `{"text":"a"}`}, refusal{Status: 415, Code: "media_type"}},
			"triage that says nothing": {ask{path: path + "triage", token: hotline, ifMatch: `"1"`, body: `{"category":""}`}, refusal{Status: 422, Code: "invalid", Field: "category"}},
			"unknown outcome":          {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `{"outcome":"gone","text":"a"}`}, refusal{Status: 422, Code: "invalid", Field: "outcome"}},
			"blanks as a reason":       {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: `{"outcome":"fixed","text":"a","no_photo_reason":" \u0000\n"}`}, refusal{Status: 422, Code: "invalid", Field: "photos"}},
			"amend that says nothing":  {ask{path: path + "amend", token: hotline, ifMatch: `"1"`, body: `{"text":" ","address":""}`}, refusal{Status: 422, Code: "invalid", Field: "text"}},
			"body over 1 MiB":          {ask{path: path + "resolve", token: lead, ifMatch: `"1"`, body: strings.Repeat(" ", 1<<20+1)}, refusal{Status: 413, Code: "too_large"}},
		} {
			t.Run(name, func(t *testing.T) {
				tt.method = http.MethodPost
				d.refused(t, tt.ask, tt.want)
			})
		}
		d.tx(func(tx *store.Tx) error {
			now, err := tx.Ticket(made.ID)
			if diff := cmp.Diff(made.Version, now.Version); diff != "" {
				t.Errorf("a refused verb changed the ticket (-want +got):\n%s", diff)
			}
			return err
		})

		resolve := ask{method: http.MethodPost, path: path + "resolve", token: lead, ifMatch: `"1"`, body: answer}
		if status, header, body := d.do(resolve); status != http.StatusOK || header.Get("ETag") != `"3"` {
			t.Fatalf("resolve, and a note because nobody reads the answer in a chat: %d %s", status, body)
		}
		resolve.ifMatch = `"3"`
		t.Run("illegal move", func(t *testing.T) { d.refused(t, resolve, refusal{Status: 409, Code: "illegal_move"}) })
	})
}

// Nothing that colleagues write is cut in silence: what is too long is refused, with its field and the limit.
func TestVerbRefusesLongText(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.ticket()
		lead, hotline := d.staff(models.RoleLead, made.DepartmentID), d.staff(models.RoleHotline, nil)
		const reason = `"outcome":"fixed","text":"a",`
		for name, tt := range map[string]struct {
			token, verb, field, beside string
			limit                      int
		}{
			"an answer":    {lead, "resolve", "text", `"outcome":"answered",`, 4000},
			"a reason":     {lead, "resolve", "no_photo_reason", reason, 4000},
			"a return":     {lead, "return", "text", "", 4000},
			"a question":   {lead, "ask", "text", "", 4000},
			"a reply":      {lead, "reply", "text", "", 4000},
			"a note":       {lead, "note", "text", "", 4000},
			"a correction": {hotline, "amend", "text", "", 4000},
			"its address":  {hotline, "amend", "address", "", 400},
			"an address":   {hotline, "triage", "address", "", 400},
			"numbers":      {hotline, "triage", "external_refs", "", 400},
		} {
			t.Run(name, func(t *testing.T) {
				body := func(length int) string {
					return "{" + tt.beside + `"` + tt.field + `":"` + strings.Repeat("ở", length) + `"}`
				}
				long := d.verb(tt.token, made, 1, tt.verb, body(tt.limit+1))
				d.refused(t, long, refusal{Status: 422, Code: "invalid", Field: tt.field})
				if _, _, said := d.do(long); !strings.Contains(said, strconv.Itoa(tt.limit)) {
					t.Errorf("the refusal names the limit of %d: %s", tt.limit, said)
				}
				if status, _, said := d.do(d.verb(tt.token, made, 9, tt.verb, body(tt.limit))); status != http.StatusPreconditionFailed {
					t.Errorf("%d characters fit, only the version is stale: %d %s", tt.limit, status, said)
				}
			})
		}
		if got := d.timeline(made.ID); len(got) != 1 {
			t.Errorf("refusals left events: %v", got)
		}
		for version := int64(1); version <= 2; version++ { // of 10,000 characters that a report may have
			d.done(t, d.verb(hotline, made, version, "amend", `{"text":"`+strings.Repeat("ở", 4000)+`"}`))
		}
		d.refused(t, d.verb(hotline, made, 3, "amend", `{"text":"`+strings.Repeat("ở", 4000)+`"}`),
			refusal{Status: 422, Code: "invalid", Field: "text"})
	})
}

func TestTicketsRefuseBadInput(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.ticket()
		admin, foreign := d.staff(models.RoleAdmin, nil), d.staff(models.RoleViewer, d.department("waste_operator"))
		for name, tt := range map[string]struct {
			path, token string
			want        refusal
		}{
			"no token":                {"", "", refusal{Status: 401, Code: "unauthorized"}},
			"one, no token":           {"/" + made.Code, "", refusal{Status: 401, Code: "unauthorized"}},
			"one, foreign department": {"/" + made.Code, foreign, refusal{Status: 404, Code: "not_found"}},
			"one, wrong check digit":  {"/123456789", admin, refusal{Status: 404, Code: "not_found"}},
			"bad cursor":              {"?cursor=1", admin, refusal{Status: 422, Code: "invalid", Field: "cursor"}},
			"bad department":          {"?department=x'--", admin, refusal{Status: 422, Code: "invalid", Field: "department"}},
			"NUL in category":         {"?category=%00", admin, refusal{Status: 422, Code: "invalid", Field: "category"}},
			"broken UTF-8 in area":    {"?area=%ff", admin, refusal{Status: 422, Code: "invalid", Field: "area"}},
			"NUL in status":           {"?status=new,%00", admin, refusal{Status: 422, Code: "invalid", Field: "status"}},
			"unknown status":          {"?status=new,open", admin, refusal{Status: 422, Code: "invalid", Field: "status"}},
			"an empty status":         {"?status=new,", admin, refusal{Status: 422, Code: "invalid", Field: "status"}},
			"NUL in q":                {"?q=%00", admin, refusal{Status: 422, Code: "invalid", Field: "q"}},
			"limit in words":          {"?limit=all", admin, refusal{Status: 422, Code: "invalid", Field: "limit"}},
			"limit 101":               {"?limit=101", admin, refusal{Status: 422, Code: "invalid", Field: "limit"}},
			"overdue in words":        {"?overdue=maybe", admin, refusal{Status: 422, Code: "invalid", Field: "overdue"}},
			"an unknown filter":       {"?statuss=closed", admin, refusal{Status: 422, Code: "invalid", Field: "statuss"}},
		} {
			t.Run(name, func(t *testing.T) {
				d.refused(t, ask{method: http.MethodGet, path: "/api/v1/tickets" + tt.path, token: tt.token}, tt.want)
			})
		}
	})
}

func TestLoginRefusesBadInput(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		refused := refusal{Status: 401, Code: "login_refused"}
		for name, tt := range map[string]struct {
			body string
			want refusal
		}{
			"nobody":             {`{"email":"a@b.vn","password":"x"}`, refused},
			"NUL in the e-mail":  {`{"email":"a\u0000@b.vn","password":"x"}`, refused},
			"broken UTF-8":       {"{\"email\":\"\xff\",\"password\":\"\xff\"}", refused},
			"malformed json":     {`{`, refusal{Status: 400, Code: "malformed"}},
			"no password":        {`{"email":"a@b.vn"}`, refusal{Status: 422, Code: "invalid", Field: "password"}},
			"password too long":  {`{"email":"a","password":"` + strings.Repeat("a", 201) + `"}`, refusal{Status: 422, Code: "invalid", Field: "password"}},
			"text instead of it": {`"a"`, refusal{Status: 422, Code: "invalid"}},
		} {
			t.Run(name, func(t *testing.T) {
				d.refused(t, ask{method: http.MethodPost, path: "/api/v1/auth/login", body: tt.body}, tt.want)
			})
		}
	})
}
