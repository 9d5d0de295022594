package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func ticketAt(made models.Ticket) string { return "/console/tickets/" + made.Code }

// again is a ticket as it is now.
func (d *door) again(made models.Ticket) (t models.Ticket) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) (err error) {
		t, err = tx.Ticket(made.ID)
		return err
	})
	return t
}

// submits sends the form of a verb as the page of the present version has it.
func (d *door) submits(cookie string, made models.Ticket, verb string, fields url.Values) deskPage {
	d.t.Helper()
	if fields == nil {
		fields = url.Values{}
	}
	if !fields.Has("version") {
		fields.Set("version", strconv.FormatInt(d.again(made).Version, 10))
	}
	return d.post(ticketAt(made)+"/"+verb, cookie, fields)
}

// led checks that a form was taken and where it led.
func (p deskPage) led(t *testing.T, to string) {
	t.Helper()
	if p.Status != http.StatusSeeOther || p.Location != to {
		t.Errorf("%d %q, want a way to %q: %.1500s", p.Status, p.Location, to, p.Body)
	}
}

// is checks a page's status.
func (p deskPage) is(t *testing.T, status int) {
	t.Helper()
	if p.Status != status {
		t.Errorf("%d %q, want %d: %.1500s", p.Status, p.Location, status, p.Body)
	}
}

// said makes a ticket whose reporter has a chat.
func (d *door) saidTicket() (made models.Ticket) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		c, _, err := tx.LockConversation("webchat", "web", models.TokenKey(models.NewToken()))
		if err != nil {
			return err
		}
		m, err := tx.Heard(models.Message{ConversationID: c.ID, Author: "resident", Text: coverIsGone})
		if err != nil {
			return err
		}
		made, err = d.desk.Submit(tx, workflow.SubmitInput{
			Actor: models.System(), ReporterID: c.ReporterID, ConversationID: &c.ID, Channel: "webchat",
			Words: coverIsGone, Lat: &centreLat, Lon: &centreLon, MessageIDs: []string{m.ID},
		})
		return err
	})
	return made
}

func TestTicketPageIsForThoseInScope(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		path := ticketAt(made)
		for name, tt := range map[string]struct {
			cookie string
			path   string
			want   int
		}{
			"the hotline":                 {d.cookie(models.RoleHotline, nil), path, 200},
			"its department":              {d.cookie(models.RoleStaff, made.DepartmentID), path, 200},
			"a viewer of its department":  {d.cookie(models.RoleViewer, made.DepartmentID), path, 200},
			"a code as people write it":   {d.cookie(models.RoleHotline, nil), "/console/tickets/" + url.PathEscape(models.SpokenCode(made.Code)), 200},
			"another department":          {d.cookie(models.RoleLead, d.department("power_company")), path, 404},
			"a code that nothing has":     {d.cookie(models.RoleAdmin, nil), "/console/tickets/123456782", 404},
			"no code at all":              {d.cookie(models.RoleAdmin, nil), "/console/tickets/x%00", 404},
			"nobody: the way to sign in":  {"", path, 303},
			"an unknown verb to its page": {d.cookie(models.RoleAdmin, nil), path + "?do=nonsense&done=nonsense", 200},
		} {
			t.Run(name, func(t *testing.T) {
				got := d.open(tt.path, tt.cookie)
				got.is(t, tt.want)
				switch tt.want {
				case 200:
					got.holds(t, models.SpokenCode(made.Code), coverIsGone, "Mất, bể nắp")
					got.lacks(t, "ticket_", "<no value>", "ZgotmplZ")
				case 404:
					got.holds(t, `href="/console"`)
					got.lacks(t, coverIsGone)
				}
			})
		}
	})
}

// offers lists the verbs whose forms a page has.
func (p deskPage) offers() (verbs []string) {
	for _, v := range []string{
		"accept", "assign", "resolve", "ask", "reply", "note", "attach", "return", "triage", "amend", "reopen", "withdraw",
	} {
		if strings.Contains(p.Body, "/"+v+`"`) {
			verbs = append(verbs, v)
		}
	}
	return verbs
}

func TestTicketPageOffersWhatIsAllowedNow(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		hotline, staff := d.cookie(models.RoleHotline, nil), d.cookie(models.RoleStaff, made.DepartmentID)
		viewer := d.cookie(models.RoleViewer, made.DepartmentID)
		offers := func(cookie string, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, d.open(ticketAt(made), cookie).offers()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", d.again(made).State, diff)
			}
		}
		offers(viewer)
		offers(staff, "accept", "resolve", "reply", "note", "attach", "return")
		offers(hotline, "accept", "assign", "resolve", "reply", "note", "attach", "triage", "amend", "withdraw")
		page := d.open(ticketAt(made)+"?do=assign", hotline)
		page.holds(t, `name="department" value="" list=`)                                             // it has its department
		page.holds(t, `class="verb-now barred"`, `class="verb barred" name="verb" id="verb-resolve"`) // once on a phone
		d.submits(staff, made, "accept", nil).led(t, ticketAt(made)+"?done=accept")
		offers(staff, "resolve", "ask", "reply", "note", "attach")
		d.submits(staff, made, "ask", url.Values{"text": {"Nắp tròn hay vuông?"}}).led(t, ticketAt(made)+"?done=ask_runs")
		offers(staff, "resolve", "reply", "note", "attach")
		d.submits(staff, made, "resolve", url.Values{"text": {"Đã thay nắp."}, "outcome": {"fixed"}, "no_photo": {"Máy hỏng"}}).
			led(t, ticketAt(made)+"?done=resolve")
		offers(staff, "reply", "note", "attach")
		offers(hotline, "reply", "note", "attach", "reopen")
		for verb, cookie := range map[string]string{"note": viewer, "assign": staff} {
			d.submits(cookie, made, verb, url.Values{"text": {"x"}, "department": {"x"}}).is(t, http.StatusForbidden)
		}
		d.submits(hotline, made, "explode", nil).is(t, http.StatusNotFound)
		d.submits(d.cookie(models.RoleLead, d.department("power_company")), made, "note", url.Values{"text": {"x"}}).
			is(t, http.StatusNotFound)
	})
}

func TestVerbsOfThePage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		power := d.department("power_company")
		for name, tt := range map[string]struct {
			verb   string
			fields url.Values
			check  func(models.Ticket) bool
			shows  string // on the page afterwards
		}{
			"assign by name": {
				"assign", url.Values{"department": {"tong cong ty dien luc tphcm"}}, nil, "",
			},
			"assign by code": {
				"assign",
				url.Values{"department": {"power_company"}},
				func(t models.Ticket) bool { return *t.DepartmentID == *power && t.Why == models.WhyHotline }, "giao cho",
			},
			"triage": {
				"triage",
				url.Values{
					"category": {"road.pothole"}, "priority": {"high"}, "address": {"hẻm 19"},
					"point": {"10.7769, 106.7009"}, "external_refs": {" A-1   B-2 "},
				},
				func(t models.Ticket) bool {
					return t.Category == "road.pothole" && t.Priority == "high" && t.Address == "hẻm 19" &&
						t.ExternalRefs == "A-1 B-2" && t.Road == models.RoadAlley && *t.Lat == 10.7769 && *t.Lon == 106.7009
				}, "Số ở hệ thống khác",
			},
			"triage, only another type": {
				"triage",
				url.Values{"category": {"green.park"}, "priority": {"critical"}},
				func(t models.Ticket) bool { return t.Category == "green.park" && t.Priority == "critical" }, "",
			},
			"triage, a type and a lower priority": {
				"triage",
				url.Values{"category": {"utility.power_outage"}, "priority": {"low"}},
				func(t models.Ticket) bool { return t.Category == "utility.power_outage" && t.Priority == "low" }, "",
			},
			"a note": {
				"note", url.Values{"text": {"Nhớ mang theo thang"}}, nil, "Nhớ mang theo thang",
			},
			"a reply": {
				"reply", url.Values{"text": {"Đội đang tới"}}, nil, "Đội đang tới",
			},
			"amend": {
				"amend",
				url.Values{"text": {"Gần cổng trường"}, "address": {"142 Tô Ký"}},
				func(t models.Ticket) bool { return t.Address == "142 Tô Ký" }, "Gần cổng trường",
			},
			"amend, with a point": {
				"amend",
				url.Values{"text": {"Gần cổng trường"}, "point": {"(10.7769; 106.7009)"}},
				func(t models.Ticket) bool { return *t.Lat == 10.7769 && *t.Lon == 106.7009 }, "Gần cổng trường",
			},
			"withdraw": {
				"withdraw", nil, func(t models.Ticket) bool { return t.State == models.StateWithdrawn }, "rút lại giúp người dân",
			},
		} {
			if name == "assign by name" {
				d.tx(func(tx *store.Tx) error {
					one, err := tx.Department(*power)
					tt.fields = url.Values{"department": {strings.ToUpper(models.Fold(one.Name))}}
					tt.check = func(t models.Ticket) bool { return *t.DepartmentID == *power }
					tt.shows = one.Name
					return err
				})
			}
			t.Run(name, func(t *testing.T) {
				made := d.saidTicket()
				d.submits(hotline, made, tt.verb, tt.fields).led(t, ticketAt(made)+"?done="+tt.verb)
				if now := d.again(made); tt.check != nil && !tt.check(now) {
					t.Errorf("%+v", now)
				}
				d.open(ticketAt(made)+"?done="+tt.verb, hotline).holds(t, `role="status"`, tt.shows)
			})
		}
	})
}

func TestRefusedFormKeepsWhatWasTyped(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		made := d.saidTicket()
		d.submits(hotline, made, "accept", nil)
		long := strings.Repeat("ô", 4001)
		for name, tt := range map[string]struct {
			verb   string
			fields url.Values
			field  string // beside which the words stand
			says   string
			keeps  string
		}{
			"an empty question":     {"ask", url.Values{"text": {"  "}}, "text", "Cần ghi nội dung", ""},
			"a long note":           {"note", url.Values{"text": {long}}, "text", "quá dài", long},
			"an unknown department": {"assign", url.Values{"department": {"Sở Kỳ Lạ"}}, "department", "Không có đơn vị này", "Sở Kỳ Lạ"},
			"the department it has": {"assign", url.Values{"department": {"infra_center"}}, "department", "Đơn vị này đang giữ phản ánh", "infra_center"},
			"no outcome":            {"resolve", url.Values{"text": {"Đã xong việc"}}, "outcome", "Kết quả", "Đã xong việc"},
			"no photo": {
				"resolve", url.Values{"text": {"Đã xong việc"}, "outcome": {"fixed"}}, "photo", "cần ảnh sau khi xử lý", "Đã xong việc",
			},
			"half a point":        {"triage", url.Values{"point": {"10.5"}}, "point", "Toạ độ chưa đúng", `value="10.5"`},
			"a point of words":    {"triage", url.Values{"point": {"gần chợ"}}, "point", "Toạ độ chưa đúng", "gần chợ"},
			"a point off Earth":   {"triage", url.Values{"point": {"91, 106"}}, "point", "Toạ độ chưa đúng", "91, 106"},
			"an unknown type":     {"triage", url.Values{"category": {"nonsense"}, "priority": {string(made.Priority)}}, "category", "Không có loại", ""},
			"an unknown priority": {"triage", url.Values{"category": {made.Category}, "priority": {"huge"}}, "priority", "Mức ưu tiên", ""},
			"nothing new": {
				"triage", url.Values{"category": {made.Category}, "priority": {string(made.Priority)}}, "category", "Chưa có gì khác", "",
			},
		} {
			t.Run(name, func(t *testing.T) {
				before := d.again(made).Version
				got := d.submits(hotline, made, tt.verb, tt.fields)
				got.is(t, http.StatusUnprocessableEntity)
				got.holds(t, `id="fault-`+tt.verb+"-"+tt.field+`"`, tt.says, `id="verb-`+tt.verb+`" data-verb="`+tt.verb+`" open`, tt.keeps)
				if after := d.again(made).Version; after != before {
					t.Errorf("version %d became %d", before, after)
				}
			})
		}
		t.Run("a field that the form does not have", func(t *testing.T) {
			d.submits(hotline, made, "note", url.Values{"text": {"Giữ lại"}, "x": {"y"}}).is(t, http.StatusUnprocessableEntity)
		})
	})
}

func TestTheSameFormTwiceDoesItOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		staff := d.cookie(models.RoleStaff, made.DepartmentID)
		d.submits(staff, made, "accept", nil)
		form := url.Values{"text": {"Nắp tròn hay vuông?"}, "version": {strconv.FormatInt(d.again(made).Version, 10)}}
		d.submits(staff, made, "ask", form).led(t, ticketAt(made)+"?done=ask_runs")
		second := d.submits(staff, made, "ask", form)
		second.is(t, http.StatusPreconditionFailed)
		second.holds(t, "Phản ánh này vừa được thay đổi", "Chờ người dân", "Bạn đã viết", "Nắp tròn hay vuông?")
		want := []string{"system submit", "staff accept", "staff ask"}
		if diff := cmp.Diff(want, d.timeline(made.ID)); diff != "" {
			t.Errorf("timeline (-want +got):\n%s", diff)
		}
		for name, version := range map[string]string{"none": "", "words": "x", "zero": "0"} {
			t.Run("version "+name, func(t *testing.T) {
				got := d.submits(staff, made, "reply", url.Values{"text": {"Giữ lời này"}, "version": {version}})
				got.is(t, http.StatusPreconditionFailed)
				got.holds(t, "Giữ lời này</textarea>")
			})
		}
	})
}

func TestReturnLeadsToTheQueue(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		staff, hotline := d.cookie(models.RoleStaff, made.DepartmentID), d.cookie(models.RoleHotline, nil)
		d.submits(staff, made, "return", url.Values{"text": {"Cống của điện lực"}}).led(t, "/console?done=return")
		d.open(ticketAt(made), staff).is(t, http.StatusNotFound)
		d.open(ticketAt(made), hotline).holds(t, "Minh trả lại tổng đài, vì:", "Cống của điện lực", "Đã bị trả lại 1 lần")
	})
}

func TestAnswerWithPhotos(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		staff := d.cookie(models.RoleStaff, made.DepartmentID)
		send := func(verb string, parts ...part) deskPage {
			t.Helper()
			version := strconv.FormatInt(d.again(made).Version, 10)
			kind, body := formOf(t, append([]part{{"version", version, ""}}, parts...)...)
			return d.staffSees(ask{method: http.MethodPost, path: ticketAt(made) + "/" + verb, cookie: staff, kind: kind, body: body})
		}
		after := func() (ids []string) {
			d.tx(func(tx *store.Tx) error {
				all, err := tx.TicketAttachments(made.ID)
				ids = nil
				for _, a := range all {
					ids = append(ids, a.ID)
				}
				return err
			})
			return ids
		}
		send("attach").holds(t, "Chưa có ảnh nào")
		send("attach", photo(picture(t, 1))).led(t, ticketAt(made)+"?done=attach")
		d.fetchAll(t, after()...)
		d.open(ticketAt(made), staff).holds(t, "/api/v1/photos/"+after()[0]+"/320", `name="after_`+after()[0]+`" value="on" checked`)

		refused := send("resolve", part{"text", "Đã thay nắp mới", ""}, photo("%PDF-1.4"))
		refused.is(t, http.StatusUnprocessableEntity)
		refused.holds(t, "không phải ảnh", "Đã thay nắp mới</textarea>")

		kept := send("resolve", part{"text", "Đã thay nắp mới", ""}, photo(picture(t, 2)))
		kept.is(t, http.StatusUnprocessableEntity) // no outcome; the photo stays with the ticket
		if ids := after(); len(ids) != 2 {
			t.Fatalf("%d photos", len(ids))
		}
		kept.holds(t, `name="after_`+after()[1]+`" value="on" checked`, "Đang tải ảnh về")
		if diff := cmp.Diff([]string{"system submit", "staff attach", "staff attach"}, d.timeline(made.ID)); diff != "" {
			t.Errorf("each photo that a ticket gets is an event (-want +got):\n%s", diff)
		}

		send("resolve", part{"text", "Đã thay nắp mới", ""}, part{"outcome", "fixed", ""},
			part{"after_" + after()[1], "on", ""}, photo(picture(t, 3))).led(t, ticketAt(made)+"?done=resolve")
		var photos []string
		d.tx(func(tx *store.Tx) error {
			said, err := tx.TicketMessages(made.ID)
			photos = said[len(said)-1].Args.Photos()
			return err
		})
		if diff := cmp.Diff(after()[1:], photos); diff != "" {
			t.Errorf("photos of the answer (-want +got):\n%s", diff)
		}
	})
}

func TestAnswerToWhoHasNoChatIsKept(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, hotline := d.ticket(), d.cookie(models.RoleHotline, nil)
		d.submits(hotline, made, "accept", nil)
		got := d.open(ticketAt(made), hotline)
		got.holds(t, "Người báo không dùng chat", "Câu trả lời được lưu ở đây")
		got.lacks(t, "ngay trong chat")
		if slices.Contains(got.offers(), "ask") || slices.Contains(got.offers(), "reply") {
			t.Error("a question is offered that nobody would read")
		}
		d.submits(hotline, made, "amend", url.Values{"text": {"Nắp thứ hai cũng mất"}}).led(t, ticketAt(made)+"?done=amend")
		d.submits(hotline, made, "resolve", url.Values{"text": {"Đã thay nắp mới"}, "outcome": {"answered"}}).
			led(t, ticketAt(made)+"?done=resolve_kept")
		kept := d.open(ticketAt(made)+"?done=resolve_kept", hotline)
		kept.holds(t, "Đã lưu câu trả lời. Người báo không dùng chat: tổng đài gọi báo.")
		kept.lacks(t, "đang được gửi")
		d.open(ticketAt(made), hotline).holds(t, "Đã thay nắp mới", "Nắp thứ hai cũng mất", "Ghi chú nội bộ · Minh")
	})
}

func TestTicketPageHidesWhatWasTakenBack(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, resident := d.saidTicket(), d.resident()
		shot := d.evidence(t, resident, made.ID, picture(t, 1))
		hotline := d.cookie(models.RoleHotline, nil)
		d.open(ticketAt(made), hotline).holds(t, shot.ID)
		d.tx(func(tx *store.Tx) error {
			c, _, err := tx.LockConversation("webchat", "web", models.TokenKey(resident))
			if err != nil {
				return err
			}
			m, err := tx.Heard(models.Message{ConversationID: c.ID, Author: "resident", Text: "Tôi tên là Hoa", ExternalID: "7"})
			if err != nil {
				return err
			}
			if err := tx.LinkMessages([]string{m.ID}, made.ID); err != nil {
				return err
			}
			a := models.Attachment{ConversationID: &c.ID, MessageID: &m.ID, Kind: models.AttachmentEvidence, Media: models.MediaImage}
			if err := tx.InsertAttachment(&a); err != nil {
				return err
			}
			shot = a
			_, _, err = tx.HideMessage(c.ID, "7")
			return err
		})
		got := d.open(ticketAt(made), hotline)
		got.holds(t, "Người dân đã thu hồi tin nhắn này")
		got.lacks(t, "Tôi tên là Hoa", shot.ID)
	})
}

func TestTicketPageHidesReporters(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		code := d.called(hotline, url.Values{
			"words": {"Nắp cống trước số 140 bị mất rồi"}, "phone": {"0908000318"}, "place": {"10.7769, 106.7009"},
			"form": {models.NewID()},
		})
		made := d.byCode(code)
		d.submits(hotline, made, "triage", url.Values{"category": {"traffic.illegal_parking"}, "priority": {"normal"}})
		d.submits(hotline, made, "assign", url.Values{"department": {"infra_center"}})
		ours := d.open(ticketAt(made), hotline)
		ours.holds(t, "••• 318")
		ours.lacks(t, "908000318")
		theirs := d.open(ticketAt(made), d.cookie(models.RoleLead, d.department("infra_center")))
		theirs.holds(t, "Loại này giấu thông tin người báo")
		theirs.lacks(t, "•••")
	})
}

func TestTicketPageSaysWhenItIsLate(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		made := d.saidTicket()
		department := made.DepartmentID
		d.open(ticketAt(made), d.cookie(models.RoleLead, department)).lacks(t, `class="chip bad">trễ`)
		clock.Move(30 * 24 * time.Hour)
		d.open(ticketAt(made), d.cookie(models.RoleLead, department)).holds(t, "trễ 29 ngày", `class="chip bad">trễ`)
	})
}
