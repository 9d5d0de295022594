package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// logBook keeps what was logged, a line each.
type logBook struct {
	mu    sync.Mutex
	lines []string
}

func (*logBook) Enabled(context.Context, slog.Level) bool { return true }

func (b *logBook) Handle(_ context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
	return nil
}

func (b *logBook) WithAttrs([]slog.Attr) slog.Handler { return b }
func (b *logBook) WithGroup(string) slog.Handler      { return b }

// since returns the lines with these words, and forgets all of them.
func (b *logBook) since(words string) (found []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.lines {
		if strings.Contains(line, words) {
			found = append(found, line)
		}
	}
	b.lines = nil
	return found
}

func TestCallerCanBeCalledBack(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.byCode(d.called(d.cookie(models.RoleHotline, nil), url.Values{
			"words": {coverIsGone}, "phone": {"0908 000 318"}, "name": {"Cô <Bảy>"}, "point": {"10.7769, 106.7009"},
			"category": {d.ticket().Category}, "form": {models.NewID()},
		}))
		number, link, name := "0908000318", `href="tel:0908000318"`, "Cô &lt;Bảy&gt;"
		for role, shown := range map[models.Role]bool{
			models.RoleAdmin: true, models.RoleHotlineLead: true, models.RoleHotline: true,
			models.RoleLead: false, models.RoleStaff: false, models.RoleViewer: false,
		} {
			t.Run(string(role), func(t *testing.T) {
				department := made.DepartmentID
				if role.CityWide() {
					department = nil
				}
				token := d.staff(role, department)
				d.logged.since("")
				got := d.open(ticketAt(made), web.StaffCookie+"="+token)
				got.is(t, http.StatusOK)
				got.holds(t, "••• 318")
				var want []string
				if shown {
					got.holds(t, link, "Gọi "+number, name)
					var id string
					d.tx(func(tx *store.Tx) error {
						who, err := tx.SessionStaff(token)
						id = who.ID
						return err
					})
					want = []string{"INFO phone of a reporter shown staff_id=" + id + " ticket_id=" + made.ID}
				} else {
					got.lacks(t, number, "tel:", name)
				}
				if diff := cmp.Diff(want, d.logged.since("phone of a reporter")); diff != "" {
					t.Errorf("logged (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// TestHotlineSeesWhomToTellByTelephone until it has noted the call. Of a type whose reporters are hidden it sees the
// number for that long only.
func TestHotlineSeesWhomToTellByTelephone(t *testing.T) {
	const list, entry, number = "/console?show=to_call", "<span>Cần gọi báo</span>", "0908000318"
	for category, hidden := range map[string]bool{"drainage.manhole_cover": false, "noise.karaoke": true} {
		t.Run(category, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *door) {
				t.Helper()
				hotline := d.cookie(models.RoleHotline, nil)
				d.ticket() // the departments are there
				made := d.byCode(d.called(hotline, url.Values{
					"words": {coverIsGone}, "phone": {number}, "point": {"10.7769, 106.7009"}, "category": {category},
					"form": {models.NewID()},
				}))
				d.open(list, hotline).lacks(t, made.Code)
				if before := d.open(ticketAt(made), hotline); hidden {
					before.lacks(t, number)
				}
				d.submits(hotline, made, "resolve", url.Values{"text": {"Đã xử lý"}, "outcome": {"answered"}})
				d.open(list, hotline).holds(t, made.Code, entry+`<span class="number">1</span>`)
				d.open(ticketAt(made), hotline).holds(t, "Cần gọi báo</span>", "Gọi "+number)
				d.open(ticketAt(made), d.cookie(models.RoleStaff, made.DepartmentID)).lacks(t, number, entry)
				d.submits(hotline, made, "note", url.Values{"text": {"Đã gọi báo."}})
				d.open(list, hotline).lacks(t, made.Code)
				if after := d.open(ticketAt(made), hotline); hidden {
					after.lacks(t, number)
				}
			})
		})
	}
}

func TestFormOfAnEndedSessionLeadsBackToItsPage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for path, next := range map[string]string{
			"/console/call":                       "/console/call",
			"/console/tickets/123456782/resolve":  "/console/tickets/123456782",
			"/console/tickets/12%3F%26next=x/ask": "/console/tickets/12%3F&next=x",
		} {
			got := d.post(path, "", url.Values{"words": {"đang ghi dở"}})
			got.led(t, "/console/signin?next="+url.QueryEscape(next))
		}
	})
}

func TestWrongReferenceAndAddressAreRemoved(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		hotline := d.cookie(models.RoleHotline, nil)
		form := func(address, refs string) url.Values {
			return url.Values{
				"category": {made.Category}, "priority": {string(made.Priority)}, "address": {address},
				"external_refs": {refs}, "point": {"10.7769, 106.7009"},
			}
		}
		way := ticketAt(made) + "?done=triage"
		d.submits(hotline, made, "triage", form("hẻm 19, phường Tân Định", "CV-12")).led(t, way)
		before := d.again(made)
		d.submits(hotline, made, "triage", url.Values{"priority": {"low"}, "category": {made.Category}}).led(t, way)
		if now := d.again(made); now.Address != before.Address || now.ExternalRefs != "CV-12" {
			t.Errorf("fields that a form does not have were removed: %q %q", now.Address, now.ExternalRefs)
		}
		d.submits(hotline, made, "triage", form("", "CV-12")).led(t, way)
		place := func(t models.Ticket) []any {
			return []any{t.AreaCode, t.Road, t.State, t.DepartmentID, t.SuggestedID, t.Why, *t.Lat, *t.Lon}
		}
		if diff := cmp.Diff(place(before), place(d.again(made))); diff != "" || d.again(made).Address != "" {
			t.Errorf("an address that is removed (-want +got):\n%s", diff)
		}
		d.submits(hotline, made, "triage", form("", " ")).led(t, way)
		d.submits(hotline, made, "triage", form("", "")).holds(t, "Chưa có gì khác")
		d.open(ticketAt(made), hotline).lacks(t, "CV-12</li>", "hẻm 19")
		if got := d.again(made).ExternalRefs; got != "" {
			t.Errorf("the reference %q is still there", got)
		}

		token, other := d.staff(models.RoleHotline, nil), d.ticket()
		d.done(t, d.verb(token, other, 1, "triage", `{"address":"142 Tô Ký","external_refs":"A-1"}`))
		d.done(t, d.verb(token, other, 2, "triage", `{"priority":"low","address":null}`))
		if now := d.again(other); now.Address != "142 Tô Ký" || now.ExternalRefs != "A-1" {
			t.Errorf("what the API does not name: %q %q", now.Address, now.ExternalRefs)
		}
		d.done(t, d.verb(token, other, 3, "triage", `{"address":"","external_refs":""}`))
		if now := d.again(other); now.Address != "" || now.ExternalRefs != "" || now.AreaCode != other.AreaCode {
			t.Errorf("after removing by the API: %q %q in %s", now.Address, now.ExternalRefs, now.AreaCode)
		}
	})
}
