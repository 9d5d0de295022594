package dialogue_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func TestAResidentSeesAndCorrectsTheirData(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.report(t)
		c.says(t, said("dữ liệu của tôi"))
		c.says(t, said("1"))
		c.says(t, said("Trần Thị Lan"))
		c.expectSaid(t, "a name is asked for and taken", "data_summary", "data_ask_name", "data_corrected")
		c.says(t, said("my data"), said("2"), said("0912"), said("912345678"), said("0912 345 678"))
		c.expectSaid(t, "a wrong number is asked for again, and is no code of a report",
			"data_summary", "data_ask_phone", "data_phone_wrong", "data_phone_wrong", "data_corrected")
		c.says(t, said("my data"))
		all := c.messages(t)
		shown := all[len(all)-1].Shown
		for _, want := range []string{"Trần Thị Lan", "••• 678", "Số phản ánh: 1", "bản 2", "Trang web", "tiếng Việt"} {
			if !strings.Contains(shown, want) {
				t.Errorf("the summary is to say %q:\n%s", want, shown)
			}
		}
		if strings.Contains(shown, "345") {
			t.Errorf("a number is not shown in full:\n%s", shown)
		}
		c.clock.Move(time.Minute)
		c.says(t, said("my data"), said("1"), said("ổ gà to trước 140 Tô Ký"))
		c.expectSaid(t, "words of a report in place of a name are the report's", "data_ask_name", "attached")
		c.says(t, said("my data"), said("1"), said("ĐÈN ĐƯỜNG TẮT TỐI THUI"))
		c.clock.Move(16 * time.Minute)
		c.says(t, said("HUỶ"))
		c.expectSaid(t, "so are those in capitals", "data_summary", "data_ask_name", "draft_cancelled")
		c.says(t, said("my data"), said("1"), said("Thôi khỏi"), said("my data"), said("2"), said("HUỶ"))
		c.expectSaid(t, "who would rather not is asked no further, and loses no report",
			"data_ask_name", "data_unchanged", "data_summary", "data_ask_phone", "data_unchanged")
		c.says(t, said("my data"), said("1"))
		c.clock.Move(16 * time.Minute)
		c.says(t, said("bữa nay trời đẹp ghê"))
		c.expectSaid(t, "a quarter of an hour later ordinary words are no name", "data_ask_name", "what_to_report")
	})
}

// eraser erases as the running program does.
func (c *chat) eraser(t *testing.T) (*dialogue.Eraser, *photos.Disk) {
	t.Helper()
	disk, err := photos.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	return &dialogue.Eraser{Store: c.Store, Desk: c.Desk, Photos: disk, Log: slog.New(slog.DiscardHandler)}, disk
}

// eraseDue erases whom the sweep brings, twice: it may be asked again at any time.
func (c *chat) eraseDue(t *testing.T, e *dialogue.Eraser) (n int) {
	t.Helper()
	wakes, err := c.Store.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wakes {
		for range 2 {
			if w.Kind != models.KindErase {
				continue
			}
			n++
			if err := e.Erase(t.Context(), w.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.deliver(t)
	return n
}

func TestErasingCanBeStoppedFor48Hours(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		e, _ := c.eraser(t)
		c.report(t)
		c.says(t, said("xoá dữ liệu của tôi"))
		c.says(t, said("2"))
		c.expectSaid(t, "it is confirmed by number", "data_erase_confirm", "data_kept")
		c.says(t, said("xóa dữ liệu của tôi"), said("1"))
		c.expectSaid(t, "and held", "data_erase_confirm", "data_erase_due")
		c.clock.Move(47 * time.Hour)
		if n := c.eraseDue(t, e); n != 0 {
			t.Errorf("before 48 hours nobody is erased: %d", n)
		}
		c.says(t, said("giữ lại"))
		c.clock.Move(48 * time.Hour)
		c.eraseDue(t, e)
		c.expectSaid(t, "who thought better of it is kept", "data_erase_due", "data_kept")
		if _, report, _ := c.ticket(t, c.lastCode(t)); report.Words == "" {
			t.Error("their words are kept")
		}
	})
}

// secrets are what a resident of these tests says that is theirs.
var secrets = []string{"Nguyễn Văn Bí Mật", "0912345678", "ổ gà bí mật", "140 Tô Ký", "chuyện riêng"}

// dump is every value that a database holds, but for those that no resident gives.
func dump(t *testing.T, behind *sql.DB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{
		"reporters", "reporter_addresses", "conversations", "drafts", "messages", "message_revisions", "deliveries",
		"reports", "tickets", "ticket_events", "attachments", "inbox_events", "interactions", "notes",
	} {
		rows, err := behind.QueryContext(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s %s\n", table, values)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestNothingIsLeftOfWhoAskedToBeErased(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock(t, "2026-03-06T02:00:00Z")
	modelstest.EachDatabase(t, clock.Now, func(t *testing.T, s *store.Store, behind *sql.DB) {
		t.Helper()
		c := newChat(t, s, clock)
		e, disk := c.eraser(t)
		c.who = "người-bí-ẩn"
		c.says(t, said("my data"), said("1"), said("Nguyễn Văn Bí Mật"), said("my data"), said("2"), said("0912345678"))
		c.says(t, said("ổ gà bí mật trước 140 Tô Ký"), photo(), pin())
		c.settle(t, 3*time.Second)
		first := c.lastCode(t)
		_, _, spoken := c.ticket(t, first)
		var pictures []models.Attachment
		c.within(t, func(tx *store.Tx) (err error) {
			pictures, err = tx.TicketAttachments(*spoken[0].TicketID)
			return err
		})
		if len(pictures) != 1 {
			t.Fatalf("the photo is the ticket's: %d", len(pictures))
		}
		if err := disk.Put(t.Context(), pictures[0].LargeKey(), strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		c.resolve(t, "Đã vá.")
		c.says(t, said("1"))
		c.says(t, about("m6", "ổ gà bí mật, chuyện riêng"))
		c.clock.Move(time.Hour)
		c.says(t, said("đèn đường tắt trước 140 Tô Ký, chuyện riêng"), pin())
		c.settle(t, 3*time.Second)
		second := c.lastCode(t)
		for _, secret := range secrets {
			if !strings.Contains(dump(t, behind), secret) {
				t.Fatalf("before anything is erased the database knows %q", secret)
			}
		}
		c.says(t, said("tôi muốn xoá dữ liệu của tôi"), said("1"))
		c.clock.Move(48 * time.Hour)
		c.eraseDue(t, e)
		if _, report, _ := c.ticket(t, first); report.Words != "" || report.WordsSalt != "" || report.Lat != nil {
			t.Errorf("of the closed ticket nothing of theirs is left: %+v", report)
		}
		if _, err := disk.Open(t.Context(), pictures[0].LargeKey()); err == nil {
			t.Error("the bytes of their photo are deleted")
		}
		if _, report, _ := c.ticket(t, second); report.Words == "" || report.Address == "" {
			t.Errorf("the open ticket keeps what its department needs: %+v", report)
		}
		c.resolve(t, "Đã sửa.")
		c.within(t, func(tx *store.Tx) error {
			ticket, err := tx.TicketByCode(models.System(), second)
			if err != nil {
				return err
			}
			_, err = c.Desk.Close(tx, workflow.CloseInput{Act: workflow.Act{Actor: models.System(), Ticket: ticket.ID}})
			return err
		})
		c.expectState(t, "when nobody disagrees", second, models.StateClosed)
		c.clock.Move(20 * time.Hour)
		c.eraseDue(t, e)
		c.expectSaid(t, "the resident hears that all is gone", "data_erased")
		c.clock.Move(25 * time.Hour)
		c.eraseDue(t, e)
		c.clock.Move(25 * time.Hour)
		c.eraseDue(t, e)
		left := dump(t, behind)
		for _, secret := range append(secrets, "người-bí-ẩn") {
			if strings.Contains(left, secret) {
				t.Errorf("%q is left", secret)
			}
		}
		c.verify(t)
		c.made++ // elsewhere
		c.report(t)
		if o := c.outcome(t); len(o.Tickets) != 1 {
			t.Errorf("whoever writes from there again is somebody new: %q, %q", o.Tickets, o.Said)
		}
	})
}

// TestWhatIsFreshIsWaitedFor: a photo of somebody who is due becomes a ticket first, or is erased with all else.
func TestWhatIsFreshIsWaitedFor(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		e, _ := c.eraser(t)
		c.says(t, said("xoá dữ liệu của tôi"), said("1"))
		c.clock.Move(47 * time.Hour)
		c.says(t, photo())
		c.clock.Move(2 * time.Hour)
		c.eraseDue(t, e)
		if c.saidTimes(t, "data_erased") != 0 {
			t.Error("who has just written is not gone")
		}
		c.settle(t, 23*time.Hour)
		if o := c.outcome(t); len(o.Tickets) != 1 {
			t.Fatalf("what they sent is a ticket: %q", o.Tickets)
		}
		c.eraseDue(t, e)
		if o := c.outcome(t); c.saidTimes(t, "data_erased") != 0 || o.Said[len(o.Said)-1] != "receipt" {
			t.Errorf("which is waited for: %q", o.Said)
		}
	})
}

func (c *chat) verify(t *testing.T) {
	t.Helper()
	a, err := c.Store.VerifyAudit(t.Context())
	if err != nil || len(a.Faults) > 0 || a.Events == 0 {
		t.Errorf("every chain is whole after erasing: %+v, %v", a, err)
	}
}
