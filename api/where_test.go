package api_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// zaloChat is a resident on Zalo whom the bot has asked for the place of a broken lamp.
type zaloChat struct {
	*door
	talk  *dialogue.Talk
	clock *modelstest.Clock
	draft string
	token string
}

const ourOA = "4019348215307"

func eachZaloChat(t *testing.T, test func(t *testing.T, z *zaloChat)) {
	t.Helper()
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		z := &zaloChat{door: d, clock: clock, token: models.NewToken()}
		z.talk = &dialogue.Talk{Store: d.store, Desk: d.desk, Log: slog.New(slog.DiscardHandler)}
		words := bots.Incoming{
			Channel: "zalo", User: "lan", Dedupe: "1", Kind: bots.KindText, Text: new(lampIsOut), Actionable: true,
		}
		event, err := words.Inbox(ourOA)
		if err != nil {
			t.Fatal(err)
		}
		d.tx(func(tx *store.Tx) error { return tx.Receive(event) })
		z.converse(t, event.ID)
		d.tx(func(tx *store.Tx) error {
			a, _, err := tx.FindAddress("zalo", ourOA, "lan")
			if err != nil {
				return err
			}
			talk, err := tx.ConversationWith(a.ID)
			if err != nil {
				return err
			}
			draft, _, err := tx.OpenDraft(talk.ID)
			z.draft = draft.ID
			return err
		})
		clock.Move(7 * time.Second)
		z.settle(t)
		d.tx(func(tx *store.Tx) error {
			return tx.InsertPlaceLink(models.PlaceLink{
				TokenHash: models.TokenKey(z.token), DraftID: z.draft, CreatedAt: tx.Now,
				ExpiresAt: tx.Now.Add(22 * time.Hour),
			})
		})
		test(t, z)
	})
}

const lampIsOut = "Đèn đường tắt tối thui mấy hôm nay"

func (z *zaloChat) converse(t *testing.T, id string) {
	t.Helper()
	if err := z.talk.Converse(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func (z *zaloChat) settle(t *testing.T) {
	t.Helper()
	if err := z.talk.Settle(t.Context(), z.draft); err != nil {
		t.Fatal(err)
	}
}

func (z *zaloChat) path() string { return "/where/" + z.token }

// gives sends the form; fields are names and values by turns.
func (z *zaloChat) gives(t *testing.T, fields ...string) page {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return z.browse(t, visit{
		method: http.MethodPost, path: z.path(), kind: "application/x-www-form-urlencoded", body: form.Encode(),
	})
}

// unread are the events that wait for a turn.
func (z *zaloChat) unread() (events []models.InboxEvent) {
	z.t.Helper()
	z.tx(func(tx *store.Tx) (err error) {
		events, err = tx.Unread("zalo", ourOA, "lan")
		return err
	})
	return events
}

// outcome lets the bot read what waits, and returns the resident's tickets and what the bot has said.
func (z *zaloChat) outcome(t *testing.T) (tickets []models.Ticket, said []string) {
	t.Helper()
	for _, e := range z.unread() {
		z.converse(t, e.ID)
	}
	z.clock.Move(7 * time.Second)
	z.settle(t)
	z.tx(func(tx *store.Tx) error {
		a, _, err := tx.FindAddress("zalo", ourOA, "lan")
		if err != nil {
			return err
		}
		if tickets, err = tx.ReporterTickets(a.ReporterID, 10); err != nil {
			return err
		}
		talk, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		last, _, err := tx.LastQuestion(talk.ID)
		said = append(said, last.Key)
		return err
	})
	return tickets, said
}

const thanks, ended = "chúng tôi đã nhận vị trí", "không còn dùng được"

func TestAPlaceIsGivenOnThePage(t *testing.T) {
	for name, tt := range map[string]struct {
		fields   []string
		lat, lon float64 // 0: no point
		address  string
		says     string
	}{
		"by the phone":             {[]string{"lat", "10.776900", "lon", "106.700900", "accuracy_m", "12"}, 10.7769, 106.7009, "", "receipt"},
		"by a pin":                 {[]string{"lat", "10.8", "lon", "106.7", "accuracy_m", "", "address", ""}, 10.8, 106.7, "", "receipt"},
		"by a pin and words":       {[]string{"lat", "10.8", "lon", "106.7", "address", " cổng chợ\r\nBà Chiểu "}, 10.8, 106.7, "cổng chợ Bà Chiểu", "receipt"},
		"in words":                 {[]string{"address", "140 Tô Ký"}, 0, 0, "140 Tô Ký", "receipt"},
		"in words that command":    {[]string{"address", "huỷ"}, 0, 0, "huỷ", "receipt"},
		"roughly: asks the street": {[]string{"lat", "10.7769", "lon", "106.7009", "accuracy_m", "301"}, 0, 0, "", "ask_street"},
	} {
		t.Run(name, func(t *testing.T) {
			eachZaloChat(t, func(t *testing.T, z *zaloChat) {
				t.Helper()
				p := z.gives(t, tt.fields...)
				p.wants(t, http.StatusOK, []string{thanks, `href="https://zalo.me/` + ourOA + `"`}, []string{"<form"})
				tickets, said := z.outcome(t)
				if diff := cmp.Diff([]string{tt.says}, said); diff != "" {
					t.Errorf("the bot has said (-want +got):\n%s", diff)
				}
				if tt.says != "receipt" {
					if len(tickets) > 0 {
						t.Errorf("a ticket of a rough place: %+v", tickets)
					}
					return
				}
				if len(tickets) != 1 || tickets[0].Address != tt.address {
					t.Fatalf("tickets: %+v", tickets)
				}
				if made := tickets[0]; tt.lat != 0 && (made.Lat == nil || *made.Lat != tt.lat || *made.Lon != tt.lon) {
					t.Errorf("the ticket is at %v %v", made.Lat, made.Lon)
				}
			})
		})
	}
}

func TestThePlacePageIsForOneReader(t *testing.T) {
	eachZaloChat(t, func(t *testing.T, z *zaloChat) {
		t.Helper()
		p := z.browse(t, visit{method: http.MethodGet, path: z.path()})
		p.wants(t, http.StatusOK,
			[]string{"qua Zalo", `method="post"`, `name="address"`, "Dùng vị trí hiện tại", "Gửi chỗ này"},
			[]string{lampIsOut, "lan\"", "<style", "onclick"})
		got := map[string]string{}
		for _, name := range []string{"Cache-Control", "Referrer-Policy", "X-Robots-Tag"} {
			got[name] = p.header.Get(name)
		}
		want := map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("headers (-want +got):\n%s", diff)
		}
		if !strings.Contains(p.header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("policy: %q", p.header.Get("Content-Security-Policy"))
		}
		all := len(p.body)
		for _, found := range regexp.MustCompile(`<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(p.body, -1) {
			file := z.browse(t, visit{method: http.MethodGet, path: found[1]})
			file.wants(t, http.StatusOK, nil, nil)
			all += len(file.body)
		}
		if t.Logf("%d bytes", all); all > 30_000 {
			t.Errorf("the page has %d bytes with all that it needs, not 30 kB", all)
		}
		if z.browse(t, visit{method: http.MethodGet, path: z.path()}).status != http.StatusOK || len(z.unread()) > 0 {
			t.Error("looking uses the link: chats look at links before people do")
		}
	})
}

func TestAPlaceLinkIsGoodOnce(t *testing.T) {
	gps := []string{"lat", "10.7769", "lon", "106.7009", "accuracy_m", "12"}
	for name, tt := range map[string]struct {
		before func(t *testing.T, z *zaloChat)
		status int
		waits  int // events
	}{
		"used": {func(t *testing.T, z *zaloChat) {
			t.Helper()
			z.gives(t, gps...).wants(t, http.StatusOK, nil, nil)
		}, http.StatusGone, 1},
		"expired": {func(_ *testing.T, z *zaloChat) { z.clock.Move(22 * time.Hour) }, http.StatusGone, 0},
		"of a draft that is gone": {func(t *testing.T, z *zaloChat) {
			t.Helper()
			z.gives(t, "address", "140 Tô Ký").wants(t, http.StatusOK, nil, nil)
			z.outcome(t)
		}, http.StatusGone, 0},
		"unknown":   {func(_ *testing.T, z *zaloChat) { z.token = models.NewToken() }, http.StatusNotFound, 0},
		"malformed": {func(_ *testing.T, z *zaloChat) { z.token = "%27--%00" }, http.StatusNotFound, 0},
	} {
		t.Run(name, func(t *testing.T) {
			eachZaloChat(t, func(t *testing.T, z *zaloChat) {
				t.Helper()
				tt.before(t, z)
				for _, p := range []page{
					z.browse(t, visit{method: http.MethodGet, path: z.path()}), z.gives(t, gps...),
				} {
					p.wants(t, tt.status, []string{ended, "nhắn địa chỉ trong chat"}, []string{"<form", "zalo.me"})
				}
				if n := len(z.unread()); n != tt.waits {
					t.Errorf("%d events wait, not %d", n, tt.waits)
				}
			})
		})
	}
}

func TestTwoPlacesAtOnceAreOne(t *testing.T) {
	eachZaloChat(t, func(t *testing.T, z *zaloChat) {
		t.Helper()
		statuses := make([]int, 8)
		var all sync.WaitGroup
		for i := range statuses {
			all.Go(func() {
				statuses[i] = z.gives(t, "lat", "10.7"+string(rune('0'+i)), "lon", "106.7").status
			})
		}
		all.Wait()
		took := 0
		for _, status := range statuses {
			switch status {
			case http.StatusOK:
				took++
			case http.StatusGone:
			default:
				t.Errorf("status %d", status)
			}
		}
		if n := len(z.unread()); took != 1 || n != 1 {
			t.Errorf("%d were thanked and %d places came, not 1: %v", took, n, statuses)
		}
	})
}

func TestAWrongPlaceCanBeGivenAgain(t *testing.T) {
	eachZaloChat(t, func(t *testing.T, z *zaloChat) {
		t.Helper()
		again := "<form"
		for name, tt := range map[string]struct {
			fields []string
			status int
			says   string
		}{
			"Hà Nội":              {[]string{"lat", "21.03", "lon", "105.85"}, 422, "ngoài thành phố"},
			"the Gulf":            {[]string{"lat", "0", "lon", "0"}, 422, "ngoài thành phố"},
			"not a number":        {[]string{"lat", "NaN", "lon", "106.7"}, 422, again},
			"without an end":      {[]string{"lat", "Inf", "lon", "106.7"}, 422, again},
			"beyond the pole":     {[]string{"lat", "90.1", "lon", "106.7"}, 422, again},
			"half a place":        {[]string{"lat", "10.7"}, 422, again},
			"accuracy below zero": {[]string{"lat", "10.7", "lon", "106.7", "accuracy_m", "-1"}, 422, again},
			"odd accuracy":        {[]string{"lat", "10.7", "lon", "106.7", "accuracy_m", "NaN"}, 422, again},
			"nothing":             {nil, 422, "Bạn chưa chỉ chỗ"},
			"only blanks":         {[]string{"address", " \r\n\x00"}, 422, "Bạn chưa chỉ chỗ"},
			"201 characters":      {[]string{"address", strings.Repeat("ở", 201)}, 422, again},
			"over 1 MiB":          {[]string{"address", strings.Repeat("a", 1<<20)}, 413, again},
			"another field":       {[]string{"address", "140 Tô Ký", "admin", "1"}, 422, again},
		} {
			t.Run(name, func(t *testing.T) {
				z.gives(t, tt.fields...).wants(t, tt.status, []string{tt.says, again, `role="alert"`}, nil)
			})
		}
		kept := z.gives(t, "lat", "21.03", "lon", "105.85", "address", `140 "Tô Ký"`)
		kept.wants(t, 422, []string{"140 &#34;Tô Ký&#34;"}, []string{"21.03"})
		if n := len(z.unread()); n > 0 {
			t.Errorf("%d refused places came", n)
		}
		z.gives(t, "lat", "10.7769", "lon", "106.7009").wants(t, http.StatusOK, []string{thanks}, nil)
	})
}

func TestAPlaceComesFromItsOwnPageOnly(t *testing.T) {
	eachZaloChat(t, func(t *testing.T, z *zaloChat) {
		t.Helper()
		for _, tt := range []struct {
			name, origin, site string
			status             int
		}{
			{"another site", "https://evil.example", "", http.StatusForbidden},
			{"another site, as the browser says", "null", "cross-site", http.StatusForbidden},
			{"an older browser, which hides the page", "null", "", http.StatusOK},
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, z.url+z.path(), strings.NewReader("address=140+Tô+Ký"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", tt.origin)
			if tt.site != "" {
				req.Header.Set("Sec-Fetch-Site", tt.site)
			}
			res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if res.Body.Close(); res.StatusCode != tt.status {
				t.Errorf("%s: %d, not %d", tt.name, res.StatusCode, tt.status)
			}
			refusals := z.logged.since("foreign page")
			if tt.status == http.StatusForbidden && (len(refusals) != 1 || !strings.HasSuffix(refusals[0], "route=/where/:token")) {
				t.Errorf("%s: the log names the route, not the secret in the path: %v", tt.name, refusals)
			}
		}
	})
}
