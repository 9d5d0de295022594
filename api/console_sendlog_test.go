package api_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// TestSendLogIsForAdmins: whoever may look finds what a platform was asked and answered for a message, and nobody else
// is offered it or gets it.
func TestSendLogIsForAdmins(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, other := d.saidTicket(), d.saidTicket()
		said, empty := d.refusedAnswer(made), d.refusedAnswer(other)
		d.asked(said)
		path := ticketAt(made) + "/messages/"
		admin := d.cookie(models.RoleAdmin, nil)
		d.open(ticketAt(made), admin).holds(t, path+said.ID, "nhật ký gửi")
		for name, tt := range map[string]struct {
			cookie, path string
			want         int
			words        string
		}{
			"an admin":                        {admin, path + said.ID, 200, "chat not found &lt;x&gt;"},
			"an admin, of what was not asked": {admin, ticketAt(other) + "/messages/" + empty.ID, 200, "chưa hỏi nền tảng lần nào"},
			"of another ticket's message":     {admin, path + empty.ID, 404, ""},
			"of no message":                   {admin, path + "x%00", 404, ""},
			"the hotline":                     {d.cookie(models.RoleHotline, nil), path + said.ID, 403, ""},
			"its department":                  {d.cookie(models.RoleLead, made.DepartmentID), path + said.ID, 403, ""},
			"nobody: the way to sign in":      {"", path + said.ID, 303, ""},
		} {
			t.Run(name, func(t *testing.T) {
				got := d.open(tt.path, tt.cookie)
				got.is(t, tt.want)
				if got.lacks(t, "sendlog_", "<no value>", "ZgotmplZ"); tt.want == 200 {
					got.holds(t, tt.words, `href="`+ticketAt(made)[:len("/console/tickets/")])
				} else {
					got.lacks(t, "chat not found")
				}
			})
		}
		hotline := d.open(ticketAt(made), d.cookie(models.RoleHotline, nil))
		hotline.holds(t, coverIsGone)
		hotline.lacks(t, "/messages/")
	})
}

// TestSendLogColoursByTheVerdict: a platform may say no with status 200.
func TestSendLogColoursByTheVerdict(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		said := d.refusedAnswer(made)
		at := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
		d.journaled(said,
			models.Interaction{Method: "POST", Path: "/upload", Status: 200, Response: `{"error":0}`, At: at},
			models.Interaction{Method: "POST", Path: "/message", Status: 200, Response: `{"error":-230}`, At: at.Add(time.Second)},
			models.Interaction{Class: "window", Error: "-230", At: at.Add(2 * time.Second)})
		got := d.open(ticketAt(made)+"/messages/"+said.ID, d.cookie(models.RoleAdmin, nil))
		got.is(t, 200)
		got.holds(t, `<span class="chip ok">nền tảng trả lời 200</span>`, `<span class="chip bad">nền tảng trả lời 200</span>`)
	})
}

// refusedAnswer says something to a ticket's reporter.
func (d *door) refusedAnswer(made models.Ticket) (m models.Message) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		reports, err := tx.Reports(made.ID)
		if err != nil {
			return err
		}
		m, err = tx.Say(models.Message{
			ConversationID: *reports[0].ConversationID, TicketID: &made.ID, Author: "bot", Key: models.KeyVerbatim,
			Args: models.Args{"text": "Đã xong"},
		})
		return err
	})
	return m
}

// asked keeps a call that was made for a message.
func (d *door) asked(m models.Message) {
	d.t.Helper()
	d.journaled(m, models.Interaction{
		Method: "POST", Path: "/bot[secret]/sendMessage", Status: 400, Response: "chat not found <x>",
		At: time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC),
	})
}

// journaled keeps what was asked for a message.
func (d *door) journaled(m models.Message, all ...models.Interaction) {
	d.t.Helper()
	var deliveries []models.Delivery
	d.tx(func(tx *store.Tx) (err error) {
		deliveries, err = tx.TicketDeliveries(*m.TicketID)
		return err
	})
	for _, one := range deliveries {
		if one.MessageID != m.ID {
			continue
		}
		for i := range all {
			all[i].ID, all[i].DeliveryID, all[i].Channel = models.NewID(), &one.ID, "telegram"
		}
		if err := d.store.KeepInteractions(d.t.Context(), all); err != nil {
			d.t.Fatal(err)
		}
	}
}
