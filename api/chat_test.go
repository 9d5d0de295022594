package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

const chatPath = "/api/v1/chat/messages"

func TestChatRefusesBadInput(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		token := d.resident()
		invalid := refusal{Status: 422, Code: "invalid"}
		for name, tt := range map[string]struct {
			body string
			kind string
			want refusal
		}{
			"malformed json":         {body: `{"client_id":"1","text":`, want: refusal{Status: 400, Code: "malformed"}},
			"no body":                {want: refusal{Status: 400, Code: "malformed"}},
			"null":                   {body: `null`, want: invalid},
			"a list":                 {body: `[]`, want: invalid},
			"not json":               {body: `text=a`, kind: "text/plain", want: refusal{Status: 415, Code: "media_type"}},
			"body over 1 MiB":        {body: `{"client_id":"1","text":"` + strings.Repeat("a", 1<<20) + `"}`, want: refusal{Status: 413, Code: "too_large"}},
			"NaN":                    {body: `{"client_id":"1","lat":NaN,"lon":106}`, want: refusal{Status: 400, Code: "malformed"}},
			"NaN in quotes":          {body: `{"client_id":"1","lat":"NaN","lon":106}`, want: refusal{Status: 422, Code: "invalid", Field: "lat"}},
			"number beyond a float":  {body: `{"client_id":"1","lat":1e999,"lon":106}`, want: refusal{Status: 400, Code: "malformed"}},
			"latitude 90.1":          {body: `{"client_id":"1","lat":90.1,"lon":106}`, want: refusal{Status: 422, Code: "invalid", Field: "lat"}},
			"longitude -180.1":       {body: `{"client_id":"1","lat":10,"lon":-180.1}`, want: refusal{Status: 422, Code: "invalid", Field: "lon"}},
			"accuracy below zero":    {body: `{"client_id":"1","lat":10,"lon":106,"accuracy_m":-1}`, want: refusal{Status: 422, Code: "invalid", Field: "accuracy_m"}},
			"half a place":           {body: `{"client_id":"1","lat":10}`, want: refusal{Status: 422, Code: "invalid", Field: "lon"}},
			"nothing said":           {body: `{"client_id":"1"}`, want: refusal{Status: 422, Code: "invalid", Field: "text"}},
			"empty text":             {body: `{"client_id":"1","text":""}`, want: refusal{Status: 422, Code: "invalid", Field: "text"}},
			"only blanks":            {body: `{"client_id":"1","text":" \n\t "}`, want: refusal{Status: 422, Code: "invalid", Field: "text"}},
			"only NUL":               {body: `{"client_id":"1","text":"\u0000"}`, want: refusal{Status: 422, Code: "invalid", Field: "text"}},
			"10,001 characters":      {body: `{"client_id":"1","text":"` + strings.Repeat("ở", 10_001) + `"}`, want: refusal{Status: 422, Code: "invalid", Field: "text"}},
			"long payload":           {body: `{"client_id":"1","payload":"` + strings.Repeat("a", 201) + `"}`, want: refusal{Status: 422, Code: "invalid", Field: "payload"}},
			"no client id":           {body: `{"text":"a"}`, want: refusal{Status: 422, Code: "invalid", Field: "client_id"}},
			"empty client id":        {body: `{"client_id":"","text":"a"}`, want: refusal{Status: 422, Code: "invalid", Field: "client_id"}},
			"NUL in client id":       {body: `{"client_id":"a\u0000","text":"a"}`, want: refusal{Status: 422, Code: "invalid", Field: "client_id"}},
			"text that is no string": {body: `{"client_id":"1","text":{"a":1}}`, want: refusal{Status: 422, Code: "invalid", Field: "text"}},
			"unknown field":          {body: `{"client_id":"1","text":"a","admin":true}`, want: refusal{Status: 422, Code: "invalid", Field: "admin"}},
		} {
			t.Run(name, func(t *testing.T) {
				d.refused(t, ask{method: http.MethodPost, path: chatPath, token: token, kind: tt.kind, body: tt.body}, tt.want)
				if kept := d.kept(token); len(kept) > 0 {
					t.Errorf("a refused message was kept: %+v", kept)
				}
			})
		}
	})
}

func TestChatNeedsItsToken(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		staff := d.staff(models.RoleAdmin, nil)
		for name, token := range map[string]string{
			"no token": "", "unknown token": models.NewToken(), "token of staff": staff, "odd bytes": "\xff'--",
		} {
			t.Run(name, func(t *testing.T) {
				for _, a := range []ask{
					{method: http.MethodPost, path: chatPath, body: `{"client_id":"1","text":"a"}`},
					{method: http.MethodGet, path: chatPath},
					{method: http.MethodGet, path: "/api/v1/chat/tickets"},
				} {
					a.token = token
					d.refused(t, a, refusal{Status: 401, Code: "unauthorized"})
				}
				if kept := d.kept(token); len(kept) > 0 {
					t.Errorf("a row for nobody: %+v", kept)
				}
			})
		}
		d.refused(t, ask{method: http.MethodGet, path: chatPath + "?after=1", token: d.resident()},
			refusal{Status: 422, Code: "invalid", Field: "after"})
	})
}

// Odd text is taken, and what can be read of it arrives in the conversation. A button that nobody knows is answered.
func TestChatKeepsOddText(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		long := strings.Repeat("ở", 10_000)
		for name, tt := range map[string]struct{ body, want string }{
			"10,000 characters": {`{"client_id":"1","text":"` + long + `"}`, long},
			"NUL in text":       {`{"client_id":"1","text":"ổ\u0000 gà"}`, "ổ gà"},
			"broken UTF-8":      {"{\"client_id\":\"1\",\"text\":\"g\xe1\xbb gà\"}", "g\uFFFD\uFFFD gà"},
			"half a surrogate":  {`{"client_id":"1","text":"gà \ud83d"}`, "gà \uFFFD"},
			"unknown button":    {`{"client_id":"1","payload":"x\u0000:y"}`, ""},
			"quotes in the id":  {`{"client_id":"'\";--","text":"gà"}`, "gà"},
		} {
			t.Run(name, func(t *testing.T) {
				token := d.resident()
				send := ask{method: http.MethodPost, path: chatPath, token: token, body: tt.body}
				for range 2 { // the repeat is harmless
					if status, _, body := d.do(send); status != http.StatusAccepted {
						t.Fatalf("%d %s", status, body)
					}
				}
				events := d.kept(token)
				if len(events) != 1 {
					t.Fatalf("%d events kept, not 1", len(events))
				}
				talk := &dialogue.Talk{Store: d.store, Desk: d.desk, Log: slog.New(slog.DiscardHandler)}
				if err := talk.Converse(t.Context(), events[0].ID); err != nil {
					t.Fatal(err)
				}
				_, _, body := d.do(ask{method: http.MethodGet, path: chatPath, token: token})
				var got struct {
					Messages []struct{ Direction, Text string }
				}
				if err := json.Unmarshal([]byte(body), &got); err != nil {
					t.Fatal(err)
				}
				want := []struct{ Direction, Text string }{{"in", tt.want}}
				if diff := cmp.Diff(want, got.Messages); diff != "" {
					t.Errorf("the conversation (-want +got):\n%s", diff)
				}
				if name == "unknown button" {
					d.lastSaid(token, "choice_gone")
				}
			})
		}
	})
}

// lastSaid wants the key of what the bot said last to a resident, brought or not.
func (d *door) lastSaid(token, want string) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		a, _, err := tx.FindAddress("webchat", "web", models.TokenKey(token))
		if err != nil {
			return err
		}
		talk, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		if m, _, err := tx.LastQuestion(talk.ID); err != nil || m.Key != want {
			d.t.Errorf("the bot is to say %q, says %q: %v", want, m.Key, err)
		}
		return nil
	})
}

func TestUnknownRoutes(t *testing.T) {
	d := openDoorSQLite(t)
	for _, a := range []ask{
		{method: http.MethodGet, path: "/api/v1/nothing"},
		{method: http.MethodGet, path: "/nothing%00"},
		{method: http.MethodPost, path: "/webhooks/nobody"},
	} {
		t.Run(a.method+" "+strconv.Quote(a.path), func(t *testing.T) {
			d.refused(t, a, refusal{Status: 404, Code: "not_found"})
		})
	}
}

// TestChoicesOfATypeAreCalledByItsName: as in the numbered text, in the reader's language.
func TestChoicesOfATypeAreCalledByItsName(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		token, key := d.resident(), d.desk.Catalogue.Order[0]
		d.tx(func(tx *store.Tx) error {
			c, _, err := tx.LockConversation("webchat", "web", models.TokenKey(token))
			if err != nil {
				return err
			}
			_, err = tx.Say(models.Message{ConversationID: c.ID, Author: "bot", Key: "ask_type", Buttons: []models.Button{
				{Key: "button_type", Args: models.Args{"kind": key}, Payload: "type:" + key},
			}})
			if err != nil {
				return err
			}
			delivery, _, err := tx.NextDelivery(c.AddressID)
			if err != nil {
				return err
			}
			delivery.Status, delivery.SentAt = models.DeliverySent, &tx.Now
			return tx.SaveDelivery(delivery)
		})
		_, _, body := d.do(ask{path: chatPath, token: token})
		deskPage{Body: body}.holds(t, `"title":"`+d.desk.Catalogue.Category(key).NameVi+`"`, `"payload":"type:`+key+`"`)
	})
}

// TestMyReportsAreToldApart: each says what and where it is and leads to its page, which nobody else learns of; what is
// nobody else's business is not named.
func TestMyReportsAreToldApart(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		lan, hoa := d.resident(), d.resident()
		var tracks []string
		for _, in := range []struct{ chat, category, address string }{
			{lan, "road.pothole", "12 Tô Ký"},
			{lan, "admin.staff_conduct", "12 Tô Ký"},
			{hoa, "road.pothole", "9 Hai Bà Trưng"},
			{lan, "road.pothole", ""},
		} {
			d.tx(func(tx *store.Tx) error {
				c, _, err := tx.LockConversation("webchat", "web", models.TokenKey(in.chat))
				if err != nil {
					return err
				}
				made, err := d.desk.Submit(tx, workflow.SubmitInput{
					Actor: models.System(), ReporterID: c.ReporterID, ConversationID: &c.ID, Channel: "webchat",
					Words: "a", Category: in.category, Address: in.address, Lat: &centreLat, Lon: &centreLon,
				})
				if err != nil {
					return err
				}
				reports, err := tx.Reports(made.ID)
				tracks = append(tracks, "/t/"+reports[0].TrackToken)
				return err
			})
		}
		type mine struct{ Title, Place, Track string }
		list := ask{method: http.MethodGet, path: "/api/v1/chat/tickets", token: lan}
		status, _, body := d.do(list)
		var got struct{ Tickets []mine }
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s %v", status, body, err)
		}
		want := []mine{
			{"Ổ gà, mặt đường hư hỏng", "Phường Sài Gòn", tracks[3]},
			{"Việc cần xử lý kín", "", tracks[1]},
			{"Ổ gà, mặt đường hư hỏng", "12 Tô Ký, Phường Sài Gòn", tracks[0]},
		}
		if diff := cmp.Diff(want, got.Tickets); diff != "" {
			t.Errorf("my reports, newest first (-want +got):\n%s", diff)
		}
	})
}
