package dialogue_test

import (
	"bytes"
	"encoding/json"
	"image/color"
	"strings"
	"testing"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// TestProofIsLookedAt: a picture of the finished work that comes home after the answer is compared with what residents
// sent, and missed when it is none.
func TestProofIsLookedAt(t *testing.T) {
	eachDepot(t, func(t *testing.T, d *depot) {
		t.Helper()
		mended := drawing(t, func(x, y int) color.Color { return color.Gray{uint8((640 - x) * y / 1200)} })
		for name, tt := range map[string]struct {
			raw  []byte
			want string // in the last event
		}{
			"what the resident sent":   {picture(t), `"note":{"photo":"ID","same_picture":true}`},
			"what is no picture":       {[]byte("\xff\xd8\xff\xe0 but nothing follows"), `"note":{"photo":"ID","refused":true}`},
			"what shows another thing": {mended, `"photos":["ID"]`}, // the answer itself
		} {
			t.Run(name, func(t *testing.T) {
				ticket := d.submitted(t)
				d.fetched(t, d.attached(t, ticket, models.AttachmentEvidence, picture(t)))
				id := d.attached(t, ticket, models.AttachmentAfter, tt.raw)
				d.answered(t, ticket, id)
				d.fetched(t, id)
				if got := strings.ReplaceAll(d.lastEvent(t, ticket), id, "ID"); !strings.Contains(got, tt.want) {
					t.Errorf("the last event is to hold %s: %s", tt.want, got)
				}
			})
		}
		if audit, err := d.Store.VerifyAudit(t.Context()); err != nil || len(audit.Faults) > 0 {
			t.Errorf("the chain is to verify: %v, %v", audit.Faults, err)
		}
	})
}

// submitted is a ticket of somebody in the web chat.
func (d *depot) submitted(t *testing.T) (ticket models.Ticket) {
	t.Helper()
	d.tx(t, func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, desk.Catalogue, nil)
		if err != nil {
			return err
		}
		c, _, err := tx.LockConversation(webchat.Name, webchat.Account, models.NewID())
		if err != nil {
			return err
		}
		ticket, err = desk.Submit(tx, workflow.SubmitInput{
			Actor: models.System(), ReporterID: c.ReporterID, ConversationID: &c.ID, Channel: webchat.Name,
			Words: "ổ gà to",
		})
		return err
	})
	return ticket
}

// attached uploads a picture for a ticket, as a form does.
func (d *depot) attached(t *testing.T, ticket models.Ticket, kind models.AttachmentKind, raw []byte) string {
	t.Helper()
	key := webchat.Uploads + models.NewID()
	if err := d.disk.Put(t.Context(), key, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	source, err := json.Marshal(bots.Source{Channel: webchat.Name, Media: bots.Media{Type: bots.KindImage, FileID: key}})
	if err != nil {
		t.Fatal(err)
	}
	a := models.Attachment{TicketID: &ticket.ID, Kind: kind, Media: models.MediaImage, Source: string(source)}
	d.tx(t, func(tx *store.Tx) error { return tx.InsertAttachment(&a) })
	return a.ID
}

// answered resolves a ticket with a picture that is still on its way.
func (d *depot) answered(t *testing.T, ticket models.Ticket, photo string) {
	t.Helper()
	d.tx(t, func(tx *store.Tx) error {
		_, err := desk.Resolve(tx, workflow.ResolveInput{
			Act: workflow.Act{
				Actor: models.Actor{Kind: models.ActorStaff, Role: models.RoleHotline, ID: models.NewID()}, Ticket: ticket.ID,
			},
			Outcome: models.OutcomeFixed, Text: "Đã vá xong.", Photos: []string{photo},
		})
		return err
	})
}

func (d *depot) lastEvent(t *testing.T, ticket models.Ticket) (data string) {
	t.Helper()
	d.tx(t, func(tx *store.Tx) error {
		events, err := tx.Timeline(ticket.ID)
		data = events[len(events)-1].Data
		return err
	})
	return data
}

func (d *depot) tx(t *testing.T, do func(tx *store.Tx) error) {
	t.Helper()
	if err := d.Store.Tx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
