package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
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
			"another body":   func(a *ask) { a.body = `{"text":"Khác."}` },
			"another verb":   func(a *ask) { a.path = "/api/v1/tickets/" + made.Code + "/reply" },
			"another ticket": func(a *ask) { a.path = "/api/v1/tickets/" + d.ticket().Code + "/note" },
		} {
			t.Run(name, func(t *testing.T) {
				changed := note
				change(&changed)
				d.refused(t, changed, mismatch)
			})
		}
		again := note
		again.path, again.ifMatch = "/api/v1/tickets/"+url.PathEscape(models.SpokenCode(made.Code))+"/note", `"2"`
		if diff := cmp.Diff(want, d.done(t, again)); diff != "" {
			t.Errorf("who lost the answer reads the ticket and asks again (-first +repeat):\n%s", diff)
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

// A client_id stands for one message: its repeat is harmless, other content under it is refused and not lost in silence.
func TestClientIDStandsForOneMessage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		form := func(parts ...part) ask {
			kind, body := formOf(t, append([]part{{"client_id", "1", ""}}, parts...)...)
			return ask{kind: kind, body: body}
		}
		words := ask{body: `{"client_id":"1","text":"Ổ gà lớn"}`}
		one, two := photo(picture(t, 1)), photo(picture(t, 2))
		for name, tt := range map[string]struct {
			first, then ask
			same        bool
		}{
			"the same words":           {words, words, true},
			"the same words, a form":   {words, form(part{"text", "Ổ gà lớn", ""}), true},
			"other words":              {words, ask{body: `{"client_id":"1","text":"Cây đổ"}`}, false},
			"a place beside them":      {words, ask{body: `{"client_id":"1","text":"Ổ gà lớn","lat":10.5,"lon":106.5}`}, false},
			"a button instead":         {words, ask{body: `{"client_id":"1","payload":"done"}`}, false},
			"a photo beside them":      {words, form(part{"text", "Ổ gà lớn", ""}, one), false},
			"another place":            {ask{body: `{"client_id":"1","lat":10.5,"lon":106.5}`}, ask{body: `{"client_id":"1","lat":10.6,"lon":106.5}`}, false},
			"the same photos":          {form(one, two), form(one, two), true},
			"another photo":            {form(one), form(two), false},
			"one photo less":           {form(one, two), form(one), false},
			"the photos the other way": {form(one, two), form(two, one), false},
		} {
			t.Run(name, func(t *testing.T) {
				token := d.resident()
				for _, a := range []*ask{&tt.first, &tt.then} {
					a.method, a.path, a.token = http.MethodPost, chatPath, token
				}
				status, _, first := d.do(tt.first)
				if status != http.StatusAccepted {
					t.Fatalf("the first message: %d %s", status, first)
				}
				kept, files := d.kept(token), len(d.files(t))
				if !tt.same {
					d.refused(t, tt.then, refusal{Status: 422, Code: "idempotency_mismatch", Field: "client_id"})
				} else if status, _, again := d.do(tt.then); status != http.StatusAccepted || strings.TrimSpace(again) != strings.TrimSpace(first) {
					t.Errorf("a repeat is answered like the first, with the same id: %d %s, not %s", status, again, first)
				}
				if diff := cmp.Diff(kept, d.kept(token)); diff != "" {
					t.Errorf("the inbox holds the first message and no other (-want +got):\n%s", diff)
				}
				if got := len(d.files(t)); got != files {
					t.Errorf("the second form left %d pictures behind", got-files)
				}
			})
		}
	})
}

// What was erased contradicts nobody: a late repeat is taken for one, and kept no more than the first.
func TestClientIDOfWhatWasErased(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		token := d.resident()
		say := ask{method: http.MethodPost, path: chatPath, token: token, body: `{"client_id":"1","text":"Ổ gà"}`}
		_, _, first := d.do(say)
		said := d.kept(token)[0]
		d.tx(func(tx *store.Tx) error { return tx.ReadEvents([]string{said.ID}) })
		clock.Move(time.Minute)
		d.tx(func(tx *store.Tx) error {
			a, _, err := tx.FindAddress("webchat", "web", models.TokenKey(token))
			if err != nil {
				return err
			}
			return tx.EraseLoose(a.ReporterID, tx.Now)
		})
		if status, _, again := d.do(say); status != http.StatusAccepted || again != first {
			t.Errorf("a repeat after the erasure: %d %s, not %s", status, again, first)
		}
	})
}

// Of two messages that come under one client_id at the same time one is taken and the other hears of it.
func TestClientIDAtTheSameTime(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for range 20 {
			token := d.resident()
			var both sync.WaitGroup
			var taken [2]int
			for i, text := range []string{"Ổ gà", "Cây đổ"} {
				both.Go(func() {
					status, _, body, err := d.send(ask{
						method: http.MethodPost, path: chatPath, token: token, body: `{"client_id":"1","text":"` + text + `"}`,
					})
					if taken[i] = status; err != nil || status != http.StatusAccepted && !strings.Contains(body, "idempotency_mismatch") {
						t.Errorf("%d %s %v", status, body, err)
					}
				})
			}
			both.Wait()
			if len(d.kept(token)) != 1 || taken[0]+taken[1] != 202+422 {
				t.Fatalf("one of the two is taken, the other refused: %v", taken)
			}
		}
	})
}
