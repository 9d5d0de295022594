package api_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// visit is what a browser does: it brings its chat cookie and follows nothing.
type visit struct {
	method, path string
	chat         string // the cookie's token
	kind, body   string
	from         string // the address that the proxy names, empty: none
}

type page struct {
	status int
	header http.Header
	body   string
}

func (d *door) browse(t *testing.T, v visit) page {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), v.method, d.url+v.path, strings.NewReader(v.body))
	if err != nil {
		t.Fatal(err)
	}
	if v.from != "" {
		req.Header.Set("X-Forwarded-For", v.from)
	}
	if v.kind != "" {
		req.Header.Set("Content-Type", v.kind)
	}
	if v.chat != "" {
		req.AddCookie(&http.Cookie{Name: web.ChatCookie, Value: v.chat})
	}
	stay := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	res, err := stay.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{res.StatusCode, res.Header, string(raw)}
}

// wants checks a page's status and what it says and does not say.
func (p page) wants(t *testing.T, status int, says, keeps []string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("%d, not %d: %.500s", p.status, status, p.body)
	}
	for _, words := range says {
		if !strings.Contains(p.body, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	for _, words := range keeps {
		if strings.Contains(p.body, words) {
			t.Errorf("the page says %q", words)
		}
	}
}

// filled is a form of the first page; later parts replace earlier ones of the same name.
func filled(t *testing.T, chat string, parts ...part) visit {
	t.Helper()
	all := []part{
		{name: "house", value: "140"},
		{name: "street", value: "Tô Ký"},
		{name: "ward", value: "phường Đông Hưng Thuận"},
		{name: "text", value: coverIsGone},
		{name: "phone", value: ""},
		{name: "lat", value: ""},
		{name: "lon", value: ""},
	}
	for _, p := range parts {
		found := false
		for i := range all {
			if all[i].name == p.name {
				all[i], found = p, true
			}
		}
		if !found || p.name == "photo" {
			all = append([]part{p}, all...) // pictures come first on the page
		}
	}
	kind, body := formOf(t, all...)
	return visit{method: http.MethodPost, path: "/", chat: chat, kind: kind, body: body}
}

// own lists the tickets of a browser, newest first.
func (d *door) own(chat string) (tickets []models.Ticket) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		a, found, err := tx.FindAddress("webchat", "web", models.TokenKey(chat))
		if err != nil || !found {
			return err
		}
		tickets, err = tx.ReporterTickets(a.ReporterID, 10)
		return err
	})
	return tickets
}

// sent sends a form that is taken and returns the address of its page.
func (d *door) sent(t *testing.T, v visit) string {
	t.Helper()
	p := d.browse(t, v)
	if to := p.header.Get("Location"); p.status == http.StatusSeeOther && strings.HasPrefix(to, "/t/") {
		return to
	}
	t.Fatalf("%d %q %.2000s", p.status, p.header.Get("Location"), p.body)
	return ""
}

// TestReportFormSaysAllThatIsWrong at once, each beside its field.
func TestReportFormSaysAllThatIsWrong(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		place, words, phone, kind := "Hãy ghi tên đường hoặc phường", "Hãy ghi vài chữ", "Số điện thoại này chưa đúng", "không phải ảnh JPEG"
		none := []part{
			{name: "house", value: ""},
			{name: "street", value: ""},
			{name: "ward", value: ""},
			{name: "text", value: ""},
			{name: "phone", value: "0903"},
		}
		chat := models.NewToken()
		d.browse(t, filled(t, chat, none...)).wants(t, 422, []string{place, words, phone}, nil)
		d.browse(t, filled(t, chat, append(slices.Clip(none), photo("no picture"))...)).wants(t, 422, []string{place, phone, kind}, []string{words})
		d.browse(t, filled(t, chat, part{name: "text", value: strings.Repeat("a", 4001)}, none[4])).
			wants(t, 422, []string{phone, "Nội dung này quá dài"}, []string{place, words})
		if made := d.own(chat); len(made) > 0 {
			t.Errorf("nothing was to be made: %v", made)
		}
	})
}

func TestReportFormMakesATicketThatTheChatKnows(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		d.sent(t, filled(t, chat, part{name: "phone", value: "+84 903 123 456"},
			photo(picture(t, 1)), photo(picture(t, 2))))
		tickets := d.own(chat)
		if len(tickets) != 1 || tickets[0].Address != "140 Tô Ký, phường Đông Hưng Thuận" {
			t.Fatalf("tickets of the form: %+v", tickets)
		}
		d.tx(func(tx *store.Tx) error {
			pictures, err := tx.TicketAttachments(tickets[0].ID)
			if err != nil || len(pictures) != 2 {
				t.Errorf("%d pictures belong to the ticket, not 2: %v", len(pictures), err)
			}
			reports, err := tx.Reports(tickets[0].ID)
			if err != nil {
				return err
			}
			if caller, err := tx.PhoneReporter("0903123456"); err != nil || caller == reports[0].ReporterID {
				t.Errorf("a number that was typed makes nobody its owner: %q %v", caller, err)
			}
			asked := store.TicketFilter{Phone: "0903123456", Limit: 10}
			if found, err := tx.Tickets(models.System(), asked); err != nil || len(found) != 1 {
				t.Errorf("whoever calls back finds the report by the number: %d %v", len(found), err)
			}
			said, err := tx.TicketMessages(tickets[0].ID)
			var keys []string
			for _, m := range said {
				keys = append(keys, m.Key)
			}
			if diff := cmp.Diff([]string{models.KeyVerbatim, "receipt"}, keys); diff != "" {
				t.Errorf("messages about the ticket (-want +got):\n%s", diff)
			}
			return err
		})
	})
}

func TestReportFormSentTwiceIsOneTicket(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat, form := models.NewToken(), part{name: "form", value: models.NewID()}
		shot := photo(picture(t, 1))
		first := d.sent(t, filled(t, chat, form, shot))
		again := d.sent(t, filled(t, chat, form, shot))
		if first != again || len(d.own(chat)) != 1 || len(d.files(t)) != 1 {
			t.Errorf("%s then %s, %d tickets, %d files", first, again, len(d.own(chat)), len(d.files(t)))
		}
		d.sent(t, filled(t, chat, form, part{name: "text", value: "Đèn đường tắt cả tuần nay"}))
		if n := len(d.own(chat)); n != 2 {
			t.Errorf("another report on the same form: %d tickets, not 2", n)
		}
	})
}

func TestReportFormSaysWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		again := "bạn chọn lại hình giúp"
		for name, tt := range map[string]struct {
			parts  []part
			status int
			says   string
			kept   []string
		}{
			"no place": {
				[]part{{name: "house"}, {name: "street"}, {name: "ward"}},
				422, "để chúng tôi biết chỗ đó ở đâu",
				[]string{coverIsGone},
			},
			"neither words nor photo": {[]part{{name: "text", value: " \r\n "}}, 422, "hoặc chọn một tấm hình", []string{"Tô Ký"}},
			"half a telephone number": {
				[]part{{name: "phone", value: "0903"}, photo(picture(t, 1))},
				422, "ghi đủ 10 số",
				[]string{coverIsGone, "Tô Ký", `value="0903"`, again},
			},
			"half a point":         {[]part{{name: "lat", value: "10.7"}}, 422, "cả vĩ độ và kinh độ", []string{coverIsGone}},
			"a point that is none": {[]part{{name: "lat", value: "NaN"}, {name: "lon", value: "1"}}, 422, "Hãy ghi một số có dấu chấm", []string{coverIsGone}},
			"a text as a photo":    {[]part{photo("hello")}, 422, "không phải ảnh", []string{coverIsGone, "Tô Ký", again}},
			"five photos": {
				[]part{photo(picture(t, 1)), photo(picture(t, 2)), photo(picture(t, 3)), photo(picture(t, 4)), photo(picture(t, 5))},
				422, "tối đa 4 ảnh",
				[]string{coverIsGone, again},
			},
			"a photo of 21 MB":  {[]part{photo("\xff\xd8\xff\xe0" + strings.Repeat("a", 21<<20))}, 413, "không quá 20 MB", []string{coverIsGone, again}},
			"words without end": {[]part{{name: "text", value: strings.Repeat("ở", 4001)}}, 422, "quá dài", []string{"Tô Ký"}},
			"a field of its own": {
				[]part{{name: "admin", value: "1"}}, 422, "không có trong biểu mẫu", []string{coverIsGone},
			},
		} {
			t.Run(name, func(t *testing.T) {
				got := d.browse(t, filled(t, chat, tt.parts...))
				got.wants(t, tt.status, append([]string{tt.says, `role="alert"`}, tt.kept...), []string{"error_", "problem_"})
				if files := d.files(t); len(files) > 0 {
					t.Errorf("pictures of a refused form are kept: %v", files)
				}
			})
		}
		if tickets := d.own(chat); len(tickets) > 0 {
			t.Errorf("a refused form became %+v", tickets)
		}
	})
}

func TestATrackedReportShowsWhatItsReaderMaySee(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat, stranger := models.NewToken(), d.resident()
		to := d.sent(t, filled(t, chat))
		made := d.own(chat)[0]
		code, kind := models.SpokenCode(made.Code), d.desk.Catalogue.Category(made.Category).NameVi
		secret := []string{"140 Tô Ký", coverIsGone, "/withdraw"}
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, append([]string{code, "Đã nhận phản ánh"}, secret...), nil)
		for name, token := range map[string]string{"no chat": "", "another chat": stranger, "odd bytes": "'--"} {
			t.Run(name, func(t *testing.T) {
				got := d.browse(t, visit{path: to, chat: token})
				got.wants(t, 200, []string{code, kind, "Tô Ký", "Trả lời chậm nhất"}, secret)
				if got.header.Get("X-Robots-Tag") != "noindex" {
					t.Error("search engines may show it")
				}
			})
		}
		d.browse(t, visit{path: "/t/" + models.NewToken()}).wants(t, 404, []string{"Không có phản ánh nào"}, nil)
		d.browse(t, visit{path: "/t/%00'--"}).wants(t, 404, []string{"Không có phản ánh nào"}, nil)
	})
}

// TestAPromisedDayIsLateOnceItIsOver: the receipt names a day, not the hour at which the report was sent.
func TestAPromisedDayIsLateOnceItIsOver(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		chat, late := models.NewToken(), []string{"quá ngày hẹn"}
		to := d.sent(t, filled(t, chat))
		made := d.own(chat)[0]
		clock.Move(made.PromiseDue.Sub(clock.Now()) + time.Minute)
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, nil, late)
		marks := func() int { // of what is late, on the page of staff
			seen := d.open(ticketAt(made), d.cookie(models.RoleLead, made.DepartmentID))
			return strings.Count(seen.Body, `class="chip bad">trễ`)
		}
		before := marks()
		clock.Move(locales.EndOfDay(*made.PromiseDue).Sub(clock.Now()) + time.Second)
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, late, nil)
		if after := marks(); after != before+1 {
			t.Errorf("staff see the promise late on the day after too: %d things were late, then %d", before, after)
		}
	})
}

func TestATypeThatIsNotPublicStaysHidden(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		hidden := ""
		for _, key := range d.desk.Catalogue.Order {
			if !d.desk.Catalogue.Category(key).PublicOK {
				hidden = key
				break
			}
		}
		made := d.report(workflow.SubmitInput{Words: coverIsGone, Category: hidden, Address: "140 Tô Ký"})
		var link string
		d.tx(func(tx *store.Tx) error {
			reports, err := tx.Reports(made.ID)
			link = reports[0].TrackToken
			return err
		})
		d.browse(t, visit{path: "/t/" + link}).wants(t, 200, []string{"Phản ánh gửi thành phố"},
			[]string{d.desk.Catalogue.Category(hidden).NameVi, "Tô Ký", "Tổ điều phối"})
	})
}

func TestAResidentAnswersFromThePage(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		var admin models.Actor
		session := d.staff(models.RoleAdmin, nil)
		d.tx(func(tx *store.Tx) error {
			who, err := tx.SessionStaff(session)
			admin = who.Actor()
			return err
		})
		for name, tt := range map[string]struct {
			resolved bool
			verb     string
			stars    int
			want     models.State
			said     string
		}{
			"done":                        {true, "done", 0, models.StateClosed, "done"},
			"not done":                    {true, "not-done", 0, models.StateAssigned, "not-done"},
			"five stars close it":         {true, "rate", 5, models.StateClosed, "rate"},
			"two stars do not":            {true, "rate", 2, models.StateResolved, "rate-low"},
			"taken back":                  {false, "withdraw", 0, models.StateWithdrawn, "withdraw"},
			"taken back too late":         {true, "withdraw", 0, models.StateResolved, "late"},
			"done before it was answered": {false, "done", 0, models.StateAssigned, "late"},
		} {
			t.Run(name, func(t *testing.T) {
				chat := models.NewToken()
				to := d.sent(t, filled(t, chat,
					part{name: "lat", value: strconv.FormatFloat(centreLat, 'f', -1, 64)},
					part{name: "lon", value: strconv.FormatFloat(centreLon, 'f', -1, 64)}))
				made := d.own(chat)[0]
				if tt.resolved {
					d.tx(func(tx *store.Tx) error {
						_, err := d.desk.Resolve(tx, workflow.ResolveInput{
							Act:     workflow.Act{Actor: admin, Ticket: made.ID},
							Outcome: models.OutcomeFixed, Text: "Đã lắp nắp mới.", NoPhoto: "mưa",
						})
						return err
					})
					clock.Move(time.Minute)
					d.browse(t, visit{path: to}).wants(t, 200, []string{"Đã lắp nắp mới.", "Đã xử lý"}, []string{"/not-done"})
				}
				say := visit{
					method: http.MethodPost, path: to + "/" + tt.verb, chat: d.resident(),
					kind: "application/x-www-form-urlencoded",
				}
				if tt.stars > 0 {
					say.body = "stars=" + strconv.Itoa(tt.stars)
				}
				d.browse(t, say).wants(t, 403, nil, nil) // it is not a stranger's to say
				say.chat = chat
				first := d.browse(t, say)
				if got := first.header.Get("Location"); first.status != 303 || got != to+"?said="+tt.said {
					t.Fatalf("%d to %s: %.500s", first.status, got, first.body)
				}
				if second := d.browse(t, say); second.status != 303 {
					t.Errorf("said twice: %d", second.status)
				}
				if got := d.own(chat)[0].State; got != tt.want {
					t.Errorf("the report is %s, not %s", got, tt.want)
				}
				d.browse(t, visit{path: first.header.Get("Location"), chat: chat}).wants(t, 200, []string{`role="status"`}, nil)
			})
		}
	})
}

// TestADepartmentIsAnsweredFromThePage: whoever has no script reads the question here and can answer it, and an answer
// that was not accepted does not stand there as if it were one.
func TestADepartmentIsAnsweredFromThePage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		to := d.sent(t, filled(t, chat,
			part{name: "lat", value: strconv.FormatFloat(centreLat, 'f', -1, 64)},
			part{name: "lon", value: strconv.FormatFloat(centreLon, 'f', -1, 64)}))
		made, session := d.own(chat)[0], d.staff(models.RoleAdmin, nil)
		act := func(do func(tx *store.Tx, act workflow.Act) error) {
			d.tx(func(tx *store.Tx) error {
				who, err := tx.SessionStaff(session)
				if err != nil {
					return err
				}
				return do(tx, workflow.Act{Actor: who.Actor(), Ticket: made.ID})
			})
		}
		act(func(tx *store.Tx, act workflow.Act) error {
			if _, err := d.desk.Accept(tx, workflow.AcceptInput{Act: act}); err != nil {
				return err
			}
			_, err := d.desk.Ask(tx, workflow.AskInput{Act: act, Text: "Trước nhà nào vậy bạn?"})
			return err
		})
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, []string{"Trước nhà nào vậy bạn?", "/tell"}, nil)
		d.browse(t, visit{path: to}).wants(t, 200, nil, []string{"Trước nhà nào", "/tell"})
		tell := visit{
			method: http.MethodPost, path: to + "/tell", kind: "application/x-www-form-urlencoded",
			body: "text=" + url.QueryEscape("Trước tiệm thuốc số 140"), chat: chat,
		}
		d.browse(t, tell).wants(t, 303, nil, nil)
		if verbs := d.timeline(made.ID); verbs[len(verbs)-1] != "resident attach" {
			t.Errorf("the answer is on the timeline: %v", verbs)
		}
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, []string{"Trước tiệm thuốc số 140", "Bạn bổ sung"}, nil)
		d.browse(t, visit{path: to}).wants(t, 200, nil, []string{"Trước tiệm thuốc số 140"})
		tell.body = "text=+"
		d.browse(t, tell).wants(t, 422, nil, nil)
		act(func(tx *store.Tx, act workflow.Act) error {
			_, err := d.desk.Resolve(tx, workflow.ResolveInput{
				Act: act, Outcome: models.OutcomeFixed, Text: "Đã lắp nắp mới.", NoPhoto: "mưa",
			})
			return err
		})
		reopen := visit{method: http.MethodPost, path: to + "/not-done", kind: tell.kind, chat: chat}
		d.browse(t, reopen).wants(t, 303, nil, nil)
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, nil, []string{"Đã lắp nắp mới."})
	})
}

func TestTheChatOpensByCookie(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		home := d.browse(t, visit{path: "/"})
		home.wants(t, 200, []string{`enctype="multipart/form-data"`, `data-known="false"`, "gần đúng"}, nil)
		given := regexp.MustCompile(web.ChatCookie + `=([a-z2-7]{26}); .*HttpOnly; SameSite=Lax`).
			FindStringSubmatch(home.header.Get("Set-Cookie"))
		if given == nil {
			t.Fatalf("the browser is given %q", home.header.Get("Set-Cookie"))
		}
		list := visit{path: "/api/v1/chat/tickets", chat: given[1]}
		d.browse(t, list).wants(t, 401, nil, nil) // nothing is kept of those who only look
		opened := d.browse(t, visit{method: http.MethodPost, path: "/chat", chat: given[1]})
		opened.wants(t, 204, nil, nil)
		d.browse(t, list).wants(t, 200, []string{`"tickets":[]`}, nil)
		d.browse(t, visit{path: "/", chat: given[1]}).wants(t, 200, []string{`data-known="true"`}, nil)
	})
}

func TestTheLanguageIsRemembered(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for path, want := range map[string]string{"/?lang=en": "/", "/?lang=en&x=1": "/?x=1"} {
			got := d.browse(t, visit{path: path})
			if got.status != http.StatusSeeOther || got.header.Get("Location") != want ||
				!strings.Contains(got.header.Get("Set-Cookie"), "vticket_lang=en; Path=/; Max-Age=31536000") {
				t.Errorf("%s: %d to %q with %q", path, got.status, got.header.Get("Location"), got.header.Get("Set-Cookie"))
			}
		}
	})
}

func TestOutlinesAreAskedForByASmallBox(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		got := d.browse(t, visit{path: "/areas.json?bbox=10.7,106.6,10.8,106.7"})
		got.wants(t, 200, []string{`{"areas":[]}`}, nil) // guessed areas have no borders
		if cache := got.header.Get("Cache-Control"); cache != "public, max-age=3600" {
			t.Errorf("kept as %q", cache)
		}
		for _, box := range []string{"", "1,2,3", "10,106,11,107", "NaN,1,2,3", "10.8,106,10.7,106", "91,0,91,0", "a,b,c,d"} {
			d.browse(t, visit{path: "/areas.json?bbox=" + box}).wants(t, 422, []string{`"field":"bbox"`}, nil)
		}
	})
}
