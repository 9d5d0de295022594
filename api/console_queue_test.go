package api_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func (d *door) cookie(role models.Role, department *string) string {
	d.t.Helper()
	return web.StaffCookie + "=" + d.staff(role, department)
}

var cardLink = regexp.MustCompile(`<h2><a href="/console/tickets/([0-9]{9})["?]`)

// codes are the tickets that a queue shows, in its order.
func (p deskPage) codes() (all []string) {
	for _, found := range cardLink.FindAllStringSubmatch(p.Body, -1) {
		all = append(all, found[1])
	}
	return all
}

func codes(tickets ...models.Ticket) (all []string) {
	for _, one := range tickets {
		all = append(all, one.Code)
	}
	return all
}

// called writes down a call and returns the code of its ticket.
func (d *door) called(cookie string, fields url.Values) string {
	d.t.Helper()
	got := d.post("/console/call", cookie, fields)
	code, ok := strings.CutPrefix(got.Location, "/console/tickets/")
	if got.Status != http.StatusSeeOther || !ok {
		d.t.Fatalf("call: %d %q %.2000s", got.Status, got.Location, got.Body)
	}
	return strings.TrimSuffix(code, "?done=call")
}

func TestQueueShowsWhatIsAskedFor(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		admin := d.cookie(models.RoleAdmin, nil)
		lead := d.cookie(models.RoleLead, d.department("infra_center"))
		stranger := d.cookie(models.RoleViewer, d.department("waste_operator"))
		homeless := d.cookie(models.RoleStaff, nil)
		tree := d.report(workflow.SubmitInput{
			Words: "Cành cây gãy rớt xuống lề", Category: "green.branch", Lat: &centreLat, Lon: &centreLon,
			Address: "Hai Bà Trưng",
		})
		cover := d.ticket() // critical: four hours, day and night
		rubbish := d.report(workflow.SubmitInput{
			Words: "Bãi rác bốc mùi", Category: "env.garbage", ExternalRefs: "CV-12", Address: "Chợ Bà Chiểu",
		})
		answered := d.ticket()
		d.done(t, d.verb(d.staff(models.RoleAdmin, nil), answered, answered.Version, "resolve", answer))
		calling := d.called(admin, url.Values{"phone": {"0912 345 678"}, "words": {"Tiếng ồn"}, "category": {"noise.karaoke"}})
		clock.Move(2 * time.Minute)
		open := []string{calling, rubbish.Code, cover.Code, tree.Code}
		for name, tt := range map[string]struct {
			cookie, query string
			want          []string
		}{
			"open, nearest due first":     {admin, "", nil},
			"a group":                     {admin, "show=answered", codes(answered)},
			"a group that holds none":     {admin, "show=closed", nil},
			"a group that there is not":   {admin, "show=x", open},
			"all that ever was":           {admin, "show=all&q=nap", codes(answered, cover)},
			"department":                  {admin, "department=infra_center", codes(cover)},
			"a department that is not":    {admin, "department=x", nil},
			"type":                        {admin, "category=env.garbage", codes(rubbish)},
			"area":                        {admin, "area=26740", nil},
			"overdue, none":               {admin, "overdue=1", nil},
			"code as spoken":              {admin, "q=" + url.QueryEscape(models.SpokenCode(cover.Code)), codes(cover)},
			"code of an answered one":     {admin, "q=" + answered.Code, codes(answered)},
			"code, other filters kept":    {admin, "mine=1&category=env.garbage&q=" + answered.Code, codes(answered)},
			"code of nothing":             {admin, "q=" + models.NewCode(), nil},
			"another system's number":     {admin, "q=CV-12", codes(rubbish)},
			"phone number":                {admin, "q=%2B84+912.345.678", []string{calling}},
			"phone number, half":          {admin, "q=0912", nil},
			"words with accents":          {admin, "q=" + url.QueryEscape("bãi rác"), codes(rubbish)},
			"words without accents":       {admin, "q=BAI+RAC", codes(rubbish)},
			"words of the place":          {admin, "q=ba+chieu", codes(rubbish)},
			"the beginning of a word":     {admin, "q=chie", codes(rubbish)},
			"the end of a word":           {admin, "q=hieu", nil},
			"a word of the type":          {admin, "q=karaoke", []string{calling}},
			"words of which one is wrong": {admin, "q=bai+voi", nil},
			"a joker":                     {admin, "q=%25", nil},
			"signs alone":                 {admin, "q=...", nil},
			"NUL and broken UTF-8":        {admin, "q=%00%ff&area=%00&category=%ff&department=%00", nil},
			"own department":              {lead, "", codes(cover)},
			"own department by its code":  {lead, "department=infra_center", codes(cover)},
			"own department, another's":   {lead, "department=waste_operator", nil},
			"late ones that are answered": {admin, "show=answered&overdue=1", codes(answered)},
			"own department, a word":      {lead, "q=rac&show=all", nil},
			"another department":          {stranger, "q=" + cover.Code, nil},
			"nobody's department":         {homeless, "", nil},
		} {
			t.Run(name, func(t *testing.T) {
				got := d.open("/console?"+tt.query, tt.cookie)
				if got.Status != http.StatusOK {
					t.Fatalf("%d %.500s", got.Status, got.Body)
				}
				shown, want := got.codes(), slices.Clone(tt.want)
				switch name {
				case "open, nearest due first", "a group that there is not":
					want = open
				case "area":
					want = codes(tree, cover)
				}
				slices.Sort(shown)
				slices.Sort(want)
				if diff := cmp.Diff(want, shown); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.query, diff)
				}
			})
		}
		got := d.open("/console", admin)
		got.holds(t, "Hai Bà Trưng", "Điện thoại", "Trung tâm", html.EscapeString(models.SpokenCode(cover.Code)), "Khẩn",
			"gần đúng", "Ghi hộ cuộc gọi", "Đăng xuất")
		got.holds(t, "Người quản trị nạp ranh giới", "Trung tâm Quản lý Giao thông và Hạ tầng kỹ thuật (Sở Xây dựng)</p>")
		own := d.open("/console", lead)
		own.holds(t, "tên phường, xã gần đúng", `<p class="whose small"></p>`)
		own.lacks(t, "Ghi hộ cuộc gọi", `id="department"`, "Người quản trị nạp ranh giới")
		d.open("/console?q="+answered.Code, admin).holds(t, "Tất cả phản ánh</h1>", "Tìm: "+answered.Code)
		d.open("/console?q="+models.NewCode(), admin).holds(t, "Không có phản ánh nào mang mã này, kể cả đã khép")
		d.open("/console?q="+rubbish.Code, lead).holds(t, "Đơn vị bạn không có phản ánh nào mang mã này")
		d.open("/console", homeless).holds(t, "Không còn việc nào đang chờ")
		d.open("/console?q=voi", admin).holds(t, "Bỏ tất cả bộ lọc", "Tìm: voi", `href="/console"`)
	})
}

// TestQueueIsReadByPages: the order is that of what is due, what has no due time comes last, and nothing is left out
// or shown twice.
func TestQueueIsReadByPages(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		var want []string
		for i := range 105 {
			made := d.ticket()
			want = append(want, made.Code)
			if i%3 == 0 {
				clock.Move(time.Second) // some are due at one instant
			}
		}
		d.tx(func(tx *store.Tx) error {
			var waiting []models.Ticket
			for _, code := range []string{want[3], want[70]} {
				one, err := tx.TicketByCode(models.System(), code)
				if err != nil {
					return err
				}
				one.TargetDue = nil
				waiting = append(waiting, one)
			}
			for _, one := range waiting {
				if err := tx.SaveTicket(&one, one.Version, ""); err != nil {
					return err
				}
			}
			return nil
		})
		last := []string{want[3], want[70]}
		want = slices.DeleteFunc(want, func(code string) bool { return slices.Contains(last, code) })
		want = append(want, last...)
		next, path := regexp.MustCompile(`<a class="btn primary" href="([^"]+)">Xem tiếp`), "/console?department=infra_center"
		admin := d.cookie(models.RoleAdmin, nil)
		var got []string
		for range 4 {
			shown := d.open(path, admin)
			got = append(got, shown.codes()...)
			found := next.FindStringSubmatch(shown.Body)
			if found == nil {
				break
			}
			path = html.UnescapeString(found[1])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("three pages (-want +got):\n%s", diff)
		}
		if first := d.open("/console?after=nonsense", admin).codes(); !slices.Equal(first, want[:50]) {
			t.Errorf("a cursor that is none shows %d tickets, not the first page", len(first))
		}
	})
}

// TestHiddenReporterIsNotFoundByPhone: the owner of such a type must not learn who reported.
func TestHiddenReporterIsNotFoundByPhone(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hidden := ""
		for _, key := range d.desk.Catalogue.Order {
			if c := d.desk.Catalogue.Categories[key]; c.ReporterHidden && !c.Conflict && hidden == "" {
				hidden = key
			}
		}
		admin := d.cookie(models.RoleAdmin, nil)
		secret := d.called(admin, url.Values{"phone": {"0912345678"}, "words": {"Xin giấu tên"}, "category": {hidden}})
		plain := d.called(admin, url.Values{"phone": {"0912345678"}, "words": {"Nắp cống bị mất"}})
		infra := d.department("infra_center")
		d.tx(func(tx *store.Tx) error {
			for _, code := range []string{secret, plain} {
				one, err := tx.TicketByCode(models.System(), code)
				if err != nil {
					return err
				}
				_, err = d.desk.Assign(tx, workflow.AssignInput{
					Act: workflow.Act{Actor: models.System(), Ticket: one.ID}, DepartmentID: *infra,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		lead := d.cookie(models.RoleLead, infra)
		if diff := cmp.Diff([]string{plain}, d.open("/console?q=0912345678", lead).codes()); diff != "" {
			t.Errorf("found by the department (-want +got):\n%s", diff)
		}
		if got := d.open("/console?q=0912345678", admin).codes(); len(got) != 2 {
			t.Errorf("found by the hotline: %v", got)
		}
	})
}

func TestCallIsWrittenDownOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		form := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(d.open("/console/call", hotline).Body)[1]
		fields := url.Values{
			"form": {form}, "phone": {"0912.345.678"}, "name": {"Cô Bảy"}, "words": {"Mất nắp cống\r\nnguy hiểm lắm"},
			"place": {"140 Tô Ký"}, "point": {"10.7769, 106.7009"}, "category": {"drainage.manhole_cover"},
			"priority": {"high"}, "reference": {"1022-77  CV/9"}, "look": {""},
		}
		fields.Set("category", d.ticket().Category)
		first, again := d.called(hotline, fields), d.called(hotline, fields)
		if first != again {
			t.Errorf("one form made two tickets: %s and %s", first, again)
		}
		fields.Set("words", "Đèn đường tắt")
		if other := d.called(hotline, fields); other == first {
			t.Error("a form that was changed is another call")
		}
		d.tx(func(tx *store.Tx) error {
			made, err := tx.TicketByCode(models.System(), first)
			if err != nil {
				return err
			}
			reports, err := tx.Reports(made.ID)
			if err != nil {
				return err
			}
			reporter, err := tx.PhoneReporter("0912345678")
			if err != nil {
				return err
			}
			got := []string{
				string(made.Priority), made.AreaCode, made.Address, made.ExternalRefs, reports[0].Channel, reports[0].Words,
			}
			want := []string{"high", "26740", "140 Tô Ký", "1022-77 CV/9", "phone", "Mất nắp cống\nnguy hiểm lắm"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what was written down (-want +got):\n%s", diff)
			}
			if reports[0].ReporterID != reporter || reports[0].ConversationID != nil {
				t.Errorf("the report belongs to %s, in a chat: %t", reports[0].ReporterID, reports[0].ConversationID != nil)
			}
			return nil
		})
		if diff := cmp.Diff("staff submit", d.timeline(d.byCode(first).ID)[0]); diff != "" {
			t.Errorf("who did it (-want +got):\n%s", diff)
		}
		looked := d.post("/console/call", hotline, url.Values{"look": {"1"}, "phone": {"+84 912345678"}, "words": {"đang ghi dở"}})
		looked.holds(t, "Số này đang có phản ánh chưa xong", first, "140 Tô Ký", "đang ghi dở")
		d.open("/console/call?phone=0912345678", hotline).holds(t, first)
		d.open("/console/call?phone=0912345679", hotline).holds(t, "Số này không có phản ánh nào đang chờ")
	})
}

// byCode returns a ticket.
func (d *door) byCode(code string) (t models.Ticket) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) (err error) {
		t, err = tx.TicketByCode(models.System(), code)
		return err
	})
	return t
}

func TestCallSaysWhatIsToBeCorrected(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hotline := d.cookie(models.RoleHotline, nil)
		for name, tt := range map[string]struct{ field, value, says string }{
			"no number":          {"phone", "", "Số điện thoại chưa đúng"},
			"no phone number":    {"phone", "113", "Số điện thoại chưa đúng"},
			"no words":           {"words", " \n ", "vài chữ cũng được"},
			"too many words":     {"words", strings.Repeat("à", 10_001), "quá dài"},
			"a point in words":   {"point", "gần chợ", "Toạ độ chưa đúng"},
			"a point off Earth":  {"point", "91, 106", "Toạ độ chưa đúng"},
			"half a point":       {"point", "10.77", "Toạ độ chưa đúng"},
			"a type that is not": {"category", "x", "Không có loại phản ánh này"},
			"a priority, not":    {"priority", "now", "Mức ưu tiên"},
			"a long place":       {"place", strings.Repeat("x", 401), "quá dài"},
			"a long reference":   {"reference", strings.Repeat("x", 101), "quá dài"},
		} {
			t.Run(name, func(t *testing.T) {
				fields := url.Values{"phone": {"0912345678"}, "words": {"Nắp cống mất"}, "name": {"Cô <Bảy>"}}
				fields.Set(tt.field, tt.value)
				got := d.post("/console/call", hotline, fields)
				if got.Status != http.StatusUnprocessableEntity {
					t.Errorf("%d", got.Status)
				}
				got.holds(t, tt.says, `id="`+tt.field+`-fault"`, "Cô &lt;Bảy&gt;")
			})
		}
		if got := d.post("/console/call", d.cookie(models.RoleLead, d.department("infra_center")), nil); got.Status != http.StatusForbidden {
			t.Errorf("whoever works for a department: %d", got.Status)
		}
	})
}

func TestDepartmentsAreNamed(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		status, _, body := d.do(ask{method: http.MethodGet, path: "/api/v1/departments", token: d.staff(models.RoleViewer, nil)})
		want := `"code":"infra_center"`
		if status != http.StatusOK || !strings.Contains(body, want) || !strings.Contains(body, *d.department("infra_center")) {
			t.Errorf("%d %.500s", status, body)
		}
		d.refused(t, ask{method: http.MethodGet, path: "/api/v1/departments"}, refusal{http.StatusUnauthorized, "unauthorized", ""})
		admin, cover := d.staff(models.RoleAdmin, nil), d.ticket()
		got, _ := d.list(t, admin, "department=infra_center")
		if diff := cmp.Diff(codes(cover), got); diff != "" {
			t.Errorf("by the code of a department (-want +got):\n%s", diff)
		}
		d.refused(t, ask{method: http.MethodGet, path: "/api/v1/tickets?department=x", token: admin},
			refusal{http.StatusUnprocessableEntity, "invalid", "department"})
		if found, _ := d.list(t, admin, "q=nap+cong"); !slices.Equal(found, codes(cover)) {
			t.Errorf("found by words: %v", found)
		}
	})
}

// TestCategoriesAndAreasAreListed: programs that triage need the values that tickets name.
func TestCategoriesAndAreasAreListed(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		viewer := d.staff(models.RoleViewer, nil)
		for path, want := range map[string]string{
			"categories": `{"key":"road.pothole","name":"Pothole / damaged surface","field":"road","priority":"normal"}`,
			"areas":      `{"code":"26740","name":"`,
		} {
			status, _, body := d.do(ask{
				method: http.MethodGet, path: "/api/v1/" + path, token: viewer,
				language: "en",
			})
			if status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s is to hold %s: %d %.500s", path, want, status, body)
			}
			d.refused(t, ask{method: http.MethodGet, path: "/api/v1/" + path}, refusal{http.StatusUnauthorized, "unauthorized", ""})
		}
	})
}

// TestQueueKnowsWhatIsMine: a colleague lists what they have taken on, and comes back to that list from a ticket.
func TestQueueKnowsWhatIsMine(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		mine, free := d.saidTicket(), d.saidTicket()
		cookie := d.cookie(models.RoleStaff, mine.DepartmentID)
		d.submits(cookie, mine, "accept", nil).led(t, ticketAt(mine)+"?done=accept")
		list := "/console?mine=1"
		page := d.open(list, cookie)
		page.holds(t, "Tôi đang nhận", `<p class="whose small">Minh</p>`, ticketAt(mine)+"?from=%2fconsole%3fmine%3d1")
		if diff := cmp.Diff(codes(mine), page.codes()); diff != "" {
			t.Errorf("what I have taken on (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(codes(mine, free), d.open("/console", cookie).codes()); diff != "" {
			t.Errorf("all of the department (-want +got):\n%s", diff)
		}
		d.open(ticketAt(mine)+"?from="+url.QueryEscape(list), cookie).holds(t, `href="/console?mine=1">‹`,
			`name="from" value="/console?mine=1"`)
		noted := url.Values{"text": {"a"}, "from": {list}}
		d.submits(cookie, mine, "note", noted).led(t, ticketAt(mine)+"?done=note&from="+url.QueryEscape(list))
		returned := url.Values{"text": {"Không phải việc của chúng tôi"}, "from": {list}}
		d.submits(cookie, free, "return", returned).led(t, list+"&done=return")
		for _, foreign := range []string{"https://evil.example/", "//evil.example", "/console/signout?x=1", "javascript:alert(1)"} {
			d.open(ticketAt(mine)+"?from="+url.QueryEscape(foreign), cookie).lacks(t, foreign)
		}
	})
}

// TestQueueOffersOnlyFiltersThatFind: nobody is late with what is answered.
func TestQueueOffersOnlyFiltersThatFind(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		admin := d.cookie(models.RoleAdmin, nil)
		d.open("/console?show=new", admin).holds(t, `name="overdue"`)
		for _, ended := range []string{"answered", "closed"} {
			d.open("/console?overdue=1&show="+ended, admin).lacks(t, `name="overdue"`, "Trễ hạn <span")
		}
		lead := d.cookie(models.RoleLead, d.department("infra_center"))
		d.open("/console?department=power_company", lead).holds(t, "Đơn vị: ", "Bỏ tất cả bộ lọc")
	})
}

// TestTimeLeftIsTheDepartments: at night a department that works day and night has hours left, not the minutes of the
// city's offices.
func TestTimeLeftIsTheDepartments(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		d.tx(func(tx *store.Tx) error {
			own, err := tx.DepartmentByCode("infra_center")
			own.Calendar = models.CalendarAlways
			if err != nil {
				return err
			}
			return tx.SaveDepartments([]models.Department{own})
		})
		made := d.report(workflow.SubmitInput{Words: "Ổ gà", Category: "road.pothole", Lat: &centreLat, Lon: &centreLon})
		clock.Move(d.byCode(made.Code).TargetDue.Sub(clock.Now()) - 6*time.Hour) // two nights later, 18:00
		admin := d.cookie(models.RoleAdmin, nil)
		for _, page := range []string{"/console", ticketAt(made)} {
			d.open(page, admin).holds(t, "còn 6 giờ<")
		}
	})
}
