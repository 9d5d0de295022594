package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const written = "Bà con ở hẻm chờ mãi, mưa xuống là ngập tới gối"

// TestWhatIsWrittenToAReportIsKeptWhenItIsRefused: too long, or from a browser that is no longer known.
func TestWhatIsWrittenToAReportIsKeptWhenItIsRefused(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		to := d.sent(t, filled(t, chat))
		tell := visit{method: http.MethodPost, path: to + "/tell", kind: "application/x-www-form-urlencoded", chat: chat}
		tell.body = url.Values{"text": {written + strings.Repeat("!", 4000)}}.Encode()
		d.browse(t, tell).wants(t, 422, []string{`aria-invalid="true">` + written, "tối đa 4000 ký tự"}, []string{"chưa gửi được"})
		tell.chat, tell.body = models.NewToken(), url.Values{"text": {written}}.Encode()
		d.browse(t, tell).wants(t, 403, []string{written, "không còn nhận ra bạn"}, []string{"/tell"})
		tell.chat, tell.body = chat, url.Values{"text": {written}, "more": {"1"}}.Encode()
		d.browse(t, tell).wants(t, 422, []string{`aria-invalid="true">` + written}, nil)
	})
}

// TestTheSameWordsTwiceAreSaidOnce: a button that is pressed twice, to a report and in a talk.
func TestTheSameWordsTwiceAreSaidOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		to := d.sent(t, filled(t, chat))
		made := d.own(chat)[0]
		tell := visit{
			method: http.MethodPost, path: to + "/tell", kind: "application/x-www-form-urlencoded", chat: chat,
			body: url.Values{"text": {written}}.Encode(),
		}
		talk, hotline := d.handedOver(made), d.cookie(models.RoleHotline, nil)
		for range 3 {
			d.browse(t, tell).wants(t, 303, nil, nil)
			d.post("/console/talks/"+talk.ID+"/answer", hotline, url.Values{"text": {written}}).is(t, http.StatusSeeOther)
		}
		d.tx(func(tx *store.Tx) error {
			all, _, err := tx.ConversationMessages(talk.ID, 20)
			said := map[models.Direction]int{}
			for _, m := range all {
				if m.Text == written || m.Args["text"] == written {
					said[m.Direction]++
				}
			}
			if said[models.DirectionIn] != 1 || said[models.DirectionOut] != 1 {
				t.Errorf("the resident and the colleague have said it once each, it stands there %v times", said)
			}
			return err
		})
	})
}

// TestWhatStaffWriteIsKeptWhenAFormCannotBeRead in the call form, in a note and in an answer of a talk.
func TestWhatStaffWriteIsKeptWhenAFormCannotBeRead(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, hotline := d.saidTicket(), d.cookie(models.RoleHotline, nil)
		talk := d.handedOver(made)
		for path, field := range map[string]string{
			"/console/call":                         "words",
			ticketAt(made) + "/note":                "text",
			"/console/talks/" + talk.ID + "/answer": "text",
		} {
			for name, spoiled := range map[string]url.Values{
				"an unknown field": {field: {written}, "more": {"1"}},
				"a doubled field":  {field: {written, written}},
			} {
				got := d.post(path, hotline, spoiled)
				if got.is(t, http.StatusUnprocessableEntity); !strings.Contains(got.Body, ">"+written+"<") {
					t.Errorf("%s with %s: what was written is lost", path, name)
				}
			}
		}
	})
}
