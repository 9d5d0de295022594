package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const (
	telegramPath   = "/webhooks/telegram"
	telegramUpdate = `{"update_id":1,"message":{"message_id":7,"date":1772413200,"text":"Ổ gà",
		"from":{"id":5,"first_name":"Lan"},"chat":{"id":5,"type":"private"}}}`
)

func TestWebhookRefused(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for name, tt := range map[string]struct {
			path, secret, body string
			want               refusal
		}{
			"no secret":                 {telegramPath, "", telegramUpdate, refusal{Status: 401, Code: "unauthorized"}},
			"a wrong secret":            {telegramPath, "s3cret-", telegramUpdate, refusal{Status: 401, Code: "unauthorized"}},
			"a wrong secret, no JSON":   {telegramPath, "other", "{", refusal{Status: 401, Code: "unauthorized"}},
			"an unknown platform":       {"/webhooks/pager", webhookSecret, telegramUpdate, refusal{Status: 404, Code: "not_found"}},
			"no JSON":                   {telegramPath, webhookSecret, "{", refusal{Status: 400, Code: "malformed"}},
			"a body of more than 1 MiB": {telegramPath, webhookSecret, strings.Repeat(" ", 1<<20+1), refusal{Status: 413, Code: "too_large"}},
		} {
			t.Run(name, func(t *testing.T) {
				d.refused(t, ask{method: http.MethodPost, path: tt.path, secret: tt.secret, body: tt.body}, tt.want)
				if got := d.heardOnTelegram(); len(got) != 0 {
					t.Errorf("what is refused leaves no row, the inbox has %d", len(got))
				}
			})
		}
	})
}

func TestWebhookTaken(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for name, body := range map[string]string{
			"a message": telegramUpdate, "the same message again": telegramUpdate,
			"an update that says nothing to us": `{"update_id":2,"poll":{"id":"1"}}`,
		} {
			status, _, answer := d.do(ask{method: http.MethodPost, path: telegramPath, secret: webhookSecret, body: body})
			if status != http.StatusOK {
				t.Errorf("%s: %d %s", name, status, answer)
			}
		}
		if got := d.heardOnTelegram(); len(got) != 1 || got[0].Account != "42" {
			t.Errorf("one message to the bot 42, told twice, is one row: %+v", got)
		}
	})
}

// TestWebhookUnreadable: an update of a shape that we do not know comes from the platform all the same: asking for it
// again would not help, and it is kept for whoever mends the reader.
func TestWebhookUnreadable(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		body := `{"update_id":"a new form of id"}`
		status, _, answer := d.do(ask{method: http.MethodPost, path: telegramPath, secret: webhookSecret, body: body})
		if status != http.StatusOK {
			t.Errorf("%d %s", status, answer)
		}
		sum := sha256.Sum256([]byte(body))
		d.tx(func(tx *store.Tx) error {
			e, err := tx.InboxEvent(models.InboxKey("telegram", "42", hex.EncodeToString(sum[:]), "unreadable"))
			if e.Payload != body || e.Fault == "" || e.DoneAt == nil || e.WakeAt != nil {
				t.Errorf("it is to be set aside as it came: %+v", e)
			}
			return err
		})
	})
}

func (d *door) heardOnTelegram() (events []models.InboxEvent) {
	d.t.Helper()
	err := d.store.Read(d.t.Context(), func(tx *store.Tx) (err error) {
		events, err = tx.Unread("telegram", "42", "5")
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return events
}
