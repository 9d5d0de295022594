package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

const rightPassword = "mua to qua troi"

// colleague makes an admin who has a password; once: one from a printed slip.
func (d *door) colleague(email string, once bool) {
	d.t.Helper()
	typed := rightPassword
	if once {
		typed = models.FoldOncePassword(rightPassword)
	}
	hash, err := web.HashPassword(typed)
	if err != nil {
		d.t.Fatal(err)
	}
	d.tx(func(tx *store.Tx) error {
		who := models.Staff{Email: email, Name: "Lan", Role: models.RoleAdmin, PasswordHash: hash}
		if once {
			until := tx.Now.Add(time.Hour)
			who.PasswordOnceUntil = &until
		}
		return tx.InsertStaff(&who)
	})
}

// deskPage is an answer as a browser sees it.
type deskPage struct {
	Status   int
	Location string
	Body     string
	Cookie   string // of staff, as it was set
	Header   http.Header
}

// post sends a form as a page does.
func (d *door) post(path, cookie string, fields url.Values) deskPage {
	d.t.Helper()
	return d.staffSees(ask{
		method: http.MethodPost, path: path, cookie: cookie, kind: "application/x-www-form-urlencoded", body: fields.Encode(),
	})
}

// get opens a page.
func (d *door) open(path, cookie string) deskPage {
	d.t.Helper()
	return d.staffSees(ask{method: http.MethodGet, path: path, cookie: cookie})
}

func (d *door) staffSees(a ask) deskPage {
	d.t.Helper()
	status, header, body := d.do(a)
	p := deskPage{Status: status, Location: header.Get("Location"), Body: body, Header: header}
	for _, set := range (&http.Response{Header: header}).Cookies() {
		if set.Name == web.StaffCookie && set.Value != "" {
			p.Cookie = set.Name + "=" + set.Value
		}
	}
	return p
}

func (d *door) signin(email, password string) deskPage {
	d.t.Helper()
	return d.post("/console/signin", "", url.Values{"email": {email}, "password": {password}, "next": {"/console"}})
}

// holds tells which of some words a page lacks.
func (p deskPage) holds(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(p.Body, word) {
			t.Errorf("%d: the page does not say %q:\n%.3000s", p.Status, word, p.Body)
		}
	}
}

func (p deskPage) lacks(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(p.Body, word) {
			t.Errorf("the page says %q", word)
		}
	}
}

func TestSigninLeadsOn(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		d.colleague("lan@example.vn", false)
		d.colleague("slip@example.vn", true)
		for name, tt := range map[string]struct {
			email, password, next string
			status                int
			leads                 string
		}{
			"to the queue":                    {"lan@example.vn", rightPassword, "", http.StatusSeeOther, "/console"},
			"however the e-mail is written":   {" LAN@example.vn ", rightPassword, "", http.StatusSeeOther, "/console"},
			"to where they wanted to go":      {"lan@example.vn", rightPassword, "/console?show=late", http.StatusSeeOther, "/console?show=late"},
			"never to another site":           {"lan@example.vn", rightPassword, "//evil.example/", http.StatusSeeOther, "/console"},
			"from a slip to the password":     {"slip@example.vn", rightPassword, "/console/call", http.StatusSeeOther, "/console/password"},
			"nowhere with a wrong password":   {"lan@example.vn", "khong phai vay", "", http.StatusUnprocessableEntity, ""},
			"nowhere with an unknown e-mail":  {"minh@example.vn", rightPassword, "", http.StatusUnprocessableEntity, ""},
			"nowhere with nothing":            {"", "", "", http.StatusUnprocessableEntity, ""},
			"nowhere with a NUL in the email": {"lan\x00@example.vn", "x", "", http.StatusUnprocessableEntity, ""},
		} {
			t.Run(name, func(t *testing.T) {
				got := d.post("/console/signin", "", url.Values{
					"email": {tt.email}, "password": {tt.password}, "next": {tt.next},
				})
				if got.Status != tt.status || got.Location != tt.leads || (got.Cookie != "") != (tt.leads != "") {
					t.Errorf("%d %q cookie %q", got.Status, got.Location, got.Cookie)
				}
				if tt.status == http.StatusUnprocessableEntity {
					got.holds(t, "E-mail hoặc mật khẩu chưa đúng", `role="alert"`)
					if tt.email == "lan@example.vn" {
						got.holds(t, `value="lan@example.vn"`)
					}
				}
			})
		}
	})
}

func TestSigninTriesAreLimited(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		d.colleague("lan@example.vn", false)
		for range 12 { // success is no try
			if got := d.signin("lan@example.vn", rightPassword); got.Status != http.StatusSeeOther {
				t.Fatalf("sign in: %d", got.Status)
			}
		}
		for i := range 10 {
			if got := d.signin("lan@example.vn", "sai"); got.Status != http.StatusUnprocessableEntity {
				t.Fatalf("try %d: %d", i, got.Status)
			}
		}
		got := d.signin("lan@example.vn", rightPassword)
		if got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "900" {
			t.Errorf("the eleventh: %d, retry after %s", got.Status, got.Header.Get("Retry-After"))
		}
		got.holds(t, "08:15", `value="lan@example.vn"`)
		login := `{"email":"Lan@example.vn","password":"` + rightPassword + `"}`
		d.refused(t, ask{method: http.MethodPost, path: "/api/v1/auth/login", body: login},
			refusal{Status: http.StatusTooManyRequests, Code: "signin_tries"})
		if got := d.signin("another@example.vn", "sai"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("a colleague behind the same address: %d", got.Status)
		}
		clock.Move(15 * time.Minute)
		if got := d.signin("lan@example.vn", rightPassword); got.Status != http.StatusSeeOther {
			t.Errorf("a quarter of an hour later: %d", got.Status)
		}
	})
}

func TestSlipPasswordOpensOnlyTheChoiceOfAnother(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		d.colleague("slip@example.vn", true)
		cookie := d.signin("slip@example.vn", rightPassword).Cookie
		if got := d.open("/console", cookie); got.Location != "/console/password" {
			t.Errorf("the queue leads to %d %q", got.Status, got.Location)
		}
		for _, tt := range []struct{ password, again, says string }{
			{"ngan", "ngan", "ít nhất 10 ký tự"},
			{"mot cau de nho", "mot cau khac", "Hai lần nhập chưa giống nhau"},
		} {
			got := d.post("/console/password", cookie, url.Values{"password": {tt.password}, "again": {tt.again}})
			if got.Status != http.StatusUnprocessableEntity {
				t.Errorf("%q: %d", tt.password, got.Status)
			}
			got.holds(t, tt.says)
			got.lacks(t, tt.password)
		}
		got := d.post("/console/password", cookie, url.Values{"password": {"mot cau de nho"}, "again": {"mot cau de nho"}})
		if got.Status != http.StatusSeeOther || got.Location != "/console?done=password" {
			t.Fatalf("chosen: %d %q %.500s", got.Status, got.Location, got.Body)
		}
		d.open(got.Location, cookie).holds(t, "Đã đổi mật khẩu", "Lan")
	})
}

func TestPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		d.colleague("lan@example.vn", false)
		cookie := d.signin("lan@example.vn", rightPassword).Cookie
		fields := url.Values{"current": {"sai"}, "password": {"mot cau de nho"}, "again": {"mot cau de nho"}}
		got := d.post("/console/password", cookie, fields)
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("wrong present password: %d", got.Status)
		}
		got.holds(t, "Mật khẩu hiện tại không đúng")
		fields.Set("current", rightPassword)
		if got := d.post("/console/password", cookie, fields); got.Status != http.StatusSeeOther {
			t.Errorf("right present password: %d", got.Status)
		}
		if got := d.post("/console/password", "", fields); got.Location != "/console/signin?next=/console/password" {
			t.Errorf("nobody: %d %q", got.Status, got.Location)
		}
	})
}

func TestSignoutEndsTheSession(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		cookie := web.StaffCookie + "=" + d.staff(models.RoleAdmin, nil)
		if got := d.open("/console/signin?next=/console/call", cookie); got.Location != "/console/call" {
			t.Errorf("signed in already: %d %q", got.Status, got.Location)
		}
		if got := d.post("/console/signout", cookie, nil); got.Location != "/console/signin?done=signout" {
			t.Errorf("signing out: %d %q", got.Status, got.Location)
		}
		got := d.open("/console/call?phone=1", cookie)
		want := "/console/signin?next=" + url.QueryEscape("/console/call?phone=1")
		if diff := cmp.Diff(want, got.Location); diff != "" {
			t.Errorf("afterwards (-want +got):\n%s", diff)
		}
		d.open("/console/signin?done=signout", "").holds(t, "Bạn đã đăng xuất")
		d.open("/console/signin?done=nothing", "").lacks(t, "done_")
	})
}
