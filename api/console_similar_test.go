package api_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// pictured adds a picture of a resident to a ticket.
func (d *door) pictured(made models.Ticket, hash int64) (id string) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		a := models.Attachment{
			TicketID: &made.ID, Kind: models.AttachmentEvidence, Media: models.MediaImage, Source: "{}",
		}
		if err := tx.InsertAttachment(&a); err != nil {
			return err
		}
		id = a.ID
		a, _, err := tx.ClaimAttachment(a.ID)
		if err != nil {
			return err
		}
		a.Status, a.DHash = models.AttachmentReady, hash
		return tx.SaveAttachment(&a)
	})
	return id
}

// TestTicketPageShowsWhatMayBeTheSame: and joins it, and takes it apart again.
func TestTicketPageShowsWhatMayBeTheSame(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		first := d.saidTicket()
		d.open(ticketAt(first), hotline).holds(t, "Có thể trùng", "Không thấy phản ánh nào có thể trùng.")
		second := d.saidTicket()
		photo := d.pictured(first, 0x0ff0)
		d.pictured(second, 0x0ff1)

		one, two := models.SpokenCode(first.Code), models.SpokenCode(second.Code)
		page := d.open(ticketAt(second), hotline)
		page.holds(t, "cách 0 m", "hình gần như giống hệt", "/api/v1/photos/"+photo+"/320", "Gộp vào "+one)
		page.lacks(t, "cùng người báo", "Không thấy phản ánh nào có thể trùng.")
		staff := d.open(ticketAt(second), d.cookie(models.RoleStaff, second.DepartmentID))
		staff.holds(t, one, "cách 0 m")
		staff.lacks(t, "Gộp vào "+one)

		d.submits(hotline, second, "note", url.Values{"text": {"Không thuộc việc của đội."}})
		second = d.again(second)
		wrong := d.submits(hotline, second, "merge", url.Values{"into": {"123"}})
		wrong.is(t, http.StatusUnprocessableEntity)
		wrong.holds(t, "Cần mã của phản ánh sẽ nhận")
		d.submits(hotline, second, "merge", url.Values{"into": {first.Code}}).led(t, ticketAt(first)+"?done=merge")
		d.open(ticketAt(first), hotline).holds(t, "gộp phản ánh "+two+" vào đây", "Người báo (2)")
		d.open(ticketAt(second), hotline).holds(t, "Đã gộp vào", one, "Tách lại")
		d.open(ticketAt(first), hotline).holds(t, "Không thuộc việc của đội.", "Ghi trên phản ánh "+two+", nay đã gộp vào đây")
		d.open(ticketAt(second), hotline).holds(t, "Không thuộc việc của đội.")
		d.submits(hotline, second, "unmerge", nil).led(t, ticketAt(second)+"?done=unmerge")
		d.open(ticketAt(second), hotline).holds(t, "Đã được hỏi, là việc khác", "tách phản ánh này khỏi "+one)
		d.open(ticketAt(first), hotline).holds(t, "tách phản ánh "+two+" ra khỏi đây", "Người báo (1)")
	})
}

// TestMergedTicketLeadsToWhereItWent before anything else: nothing is to be done on its own page.
func TestMergedTicketLeadsToWhereItWent(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		first, second := d.saidTicket(), d.saidTicket()
		d.submits(hotline, second, "merge", url.Values{"into": {first.Code}}).led(t, ticketAt(first)+"?done=merge")
		page := d.open(ticketAt(second), hotline)
		page.holds(t, `<p>Đã gộp vào <a href="`+ticketAt(first)+`">`)
		page.lacks(t, "Người báo (0)") // they went with it
	})
}

func TestTicketOfTheAPISaysWhatMayBeTheSame(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		first, second := d.saidTicket(), d.saidTicket()
		token := d.staff(models.RoleHotline, nil)
		_, header, body := d.do(ask{path: "/api/v1/tickets/" + second.Code, token: token})
		page := deskPage{Body: body}
		page.holds(t, `"similar":[{"code":"`+first.Code+`"`, `"metres":0`, `"same_reporter":false`)
		status, _, body := d.do(ask{
			method: http.MethodPost, path: "/api/v1/tickets/" + second.Code + "/merge", token: token,
			ifMatch: header.Get("ETag"), body: `{"into":"` + first.Code + `"}`,
		})
		if status != http.StatusOK {
			t.Fatalf("two open tickets can be joined: %d %s", status, body)
		}
		deskPage{Body: body}.holds(t, `"code":"`+second.Code+`"`, `"state":"merged"`)
		_, _, body = d.do(ask{path: "/api/v1/tickets/" + first.Code, token: token})
		deskPage{Body: body}.holds(t, `"reports":2`)
		_, _, body = d.do(ask{path: "/api/v1/tickets/" + second.Code, token: token})
		deskPage{Body: body}.holds(t, `"state":"merged"`, `"relation":"merged"`, `"related":"`+first.Code+`"`)
	})
}
