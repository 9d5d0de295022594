package api_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

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
// that was not accepted stands with its step and no longer as if it were one.
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
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, []string{`<p class="words">Đã lắp nắp mới.`}, []string{"words said"})
		reopen := visit{method: http.MethodPost, path: to + "/not-done", kind: tell.kind, chat: chat}
		d.browse(t, reopen).wants(t, 303, nil, nil)
		d.browse(t, visit{path: to, chat: chat}).
			wants(t, 200, []string{`<span class="words said">Đã lắp nắp mới.`}, []string{`<p class="words">Đã lắp nắp mới.`})
		d.browse(t, visit{path: to}).wants(t, 200, nil, []string{"Đã lắp nắp mới."})
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
