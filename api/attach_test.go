package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

// A photo of the finished work is attached by the verb: one event, one version, under the version that was seen.
func TestPhotosAreAttachedByTheVerb(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.ticket()
		lead, hotline := d.staff(models.RoleLead, made.DepartmentID), d.staff(models.RoleHotline, nil)
		form := func(to, ifMatch, key string, shots ...part) ask {
			a := d.verb(lead, made, 1, to, "")
			a.kind, a.body = formOf(t, shots...)
			a.ifMatch, a.key = ifMatch, key
			return a
		}
		one, two := photo(picture(t, 1)), photo(picture(t, 2))
		send := func(want int, a ask) (photos []string) {
			t.Helper()
			status, header, body := d.do(a)
			var got struct {
				ID      string
				Version int64
				Photos  []string
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || status != want {
				t.Fatalf("%s: %d %s", a.path, status, body)
			}
			if got.ID != "" {
				return append(got.Photos, got.ID)
			}
			if tag := strconv.Quote(strconv.FormatInt(got.Version, 10)); header.Get("ETag") != tag {
				t.Errorf("the ETag is that of the ticket now: %s, not %s", header.Get("ETag"), tag)
			}
			return got.Photos
		}
		first := form("attach", `"1"`, "k-1", one, two)
		ids := send(http.StatusOK, first)
		if again := send(http.StatusOK, first); len(ids) != 2 || !slices.Equal(ids, again) {
			t.Errorf("a repeat is answered with the same photos: %v, then %v", ids, again)
		}
		alone := form("photos", "", "k-2", one)
		ids = append(ids, send(http.StatusCreated, alone)...)
		if again := send(http.StatusCreated, alone); again[0] != ids[2] {
			t.Errorf("a repeat is answered with the same photo: %v, not %s", again, ids[2])
		}
		invalid := refusal{Status: 422, Code: "invalid", Field: "photo"}
		for name, tt := range map[string]struct {
			ask
			want refusal
		}{
			"no If-Match":               {form("attach", "", "", one), refusal{Status: 428, Code: "if_match_required"}},
			"If-Match in words":         {form("photos", "latest", "", one), refusal{Status: 400, Code: "if_match_malformed"}},
			"a stale version":           {form("photos", `"1"`, "", one), refusal{Status: 412, Code: "stale_version"}},
			"the key with other photos": {form("photos", "", "k-2", two), refusal{Status: 422, Code: "idempotency_mismatch"}},
			"a long key":                {form("photos", "", strings.Repeat("a", 201), one), refusal{Status: 422, Code: "invalid", Field: "Idempotency-Key"}},
			"nothing":                   {form("attach", `"3"`, "", part{"photo", "", ""}), invalid},
			"five photos":               {form("attach", `"3"`, "", one, one, one, one, one), invalid},
			"no form":                   {d.verb(lead, made, 3, "attach", "{}"), refusal{Status: 415, Code: "media_type"}},
		} {
			t.Run(name, func(t *testing.T) { d.refused(t, tt.ask, tt.want) })
		}
		if files := d.files(t); len(files) != len(ids) {
			t.Errorf("three pictures are kept, none of a repeat or a refusal: %v", files)
		}
		d.done(t, d.verb(hotline, made, 3, "withdraw", ""))
		t.Run("a ticket that is over", func(t *testing.T) {
			d.refused(t, form("photos", "", "", one), refusal{Status: 409, Code: "illegal_move"})
		})
		want := []string{"system submit", "staff attach", "staff attach", "staff withdraw"}
		if diff := cmp.Diff(want, d.timeline(made.ID)); diff != "" {
			t.Errorf("one event for each (-want +got):\n%s", diff)
		}
	})
}

// A photo of finished work is no answer to the question that the resident was asked.
func TestPhotosLeaveAQuestionStanding(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		d.sent(t, filled(t, chat)) // only who is in a chat can be asked
		made := d.own(chat)[0]
		lead := d.staff(models.RoleLead, made.DepartmentID)
		d.done(t, d.verb(lead, made, 1, "accept", ""))
		d.done(t, d.verb(lead, made, 2, "ask", `{"text":"Nắp tròn hay vuông?"}`))
		id := d.addPhoto(t, lead, made.Code, picture(t, 1))
		if got := d.done(t, d.verb(lead, made, 4, "note", `{"text":"Đã chụp."}`)); got.State != "waiting" {
			t.Errorf("the question stands until the resident answers, the ticket is %s", got.State)
		}
		got := d.done(t, d.verb(lead, made, 5, "resolve", `{"outcome":"fixed","text":"Đã đậy nắp.","photos":["`+id+`"]}`))
		if got.State != "resolved" {
			t.Errorf("answered with the photo, the ticket is %s", got.State)
		}
	})
}
