package zalo_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

// desk answers as it is told, in order, the last answer again and again, and notes who asked with which token.
type desk struct {
	*httptest.Server
	answers []string
	asked   []string // path, query and body
	tokens  []string
	header  http.Header
}

func newDesk(t *testing.T, answers ...string) *desk {
	t.Helper()
	d := &desk{answers: answers}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		d.asked = append(d.asked, r.Method+" "+r.URL.RequestURI()+" "+strings.TrimSpace(string(raw)))
		d.tokens = append(d.tokens, r.Header.Get("access_token"))
		d.header = r.Header
		_, _ = io.WriteString(w, d.answers[min(len(d.tokens), len(d.answers))-1])
	}))
	t.Cleanup(d.Close)
	return d
}

// vault gives tokens in order, and notes which were refused.
type vault struct {
	tokens  []string
	refused []string
	err     error
}

func (v *vault) token(context.Context) (string, error) {
	if len(v.tokens) == 0 {
		return "", v.err
	}
	token := v.tokens[0]
	v.tokens = v.tokens[1:]
	return token, nil
}

func (v *vault) refuse(_ context.Context, token string) error {
	v.refused = append(v.refused, token)
	return nil
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	const refused, late = `{"error":-216,"message":"token old-1"}`, `{"error":-230,"message":""}`
	text := bots.Outgoing{To: "5", Text: "a"}
	picture := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}}
	up := `{"error":0,"data":{"attachment_id":"u","message_id":"m"}}`
	for name, tt := range map[string]struct {
		out     bots.Outgoing
		answers []string
		tokens  []string // sent, in order
		refused []string
		class   bots.ErrorClass
	}{
		"a good one":                          {text, []string{took}, []string{"one"}, nil, ""},
		"one that is renewed":                 {text, []string{refused, took}, []string{"one", "two"}, []string{"one"}, ""},
		"one that has expired":                {text, []string{`{"error":-220}`, took}, []string{"one", "two"}, []string{"one"}, ""},
		"one that templates refuse":           {text, []string{`{"error":-124}`, took}, []string{"one", "two"}, []string{"one"}, ""},
		"two that are refused":                {text, []string{refused}, []string{"one", "two"}, []string{"one"}, bots.ErrToken},
		"another fault after that":            {text, []string{refused, late}, []string{"one", "two"}, []string{"one"}, bots.ErrWindow},
		"another fault renews nothing":        {text, []string{late}, []string{"one"}, nil, bots.ErrWindow},
		"a picture asks for one token":        {picture, []string{up}, []string{"one", "one"}, nil, ""},
		"a picture, at its second request":    {picture, []string{up, refused, up}, []string{"one", "one", "two"}, []string{"one"}, ""},
		"a picture renews once in all":        {picture, []string{refused, up, refused}, []string{"one", "two", "two"}, []string{"one"}, bots.ErrToken},
		"a missing permission renews nothing": {text, []string{`{"error":-204}`}, []string{"one"}, nil, bots.ErrToken},
	} {
		t.Run(name, func(t *testing.T) {
			d, v := newDesk(t, tt.answers...), &vault{tokens: []string{"one", "two", "three"}}
			_, err := zalo.NewOA(zalo.OAConfig{Token: v.token, Refused: v.refuse, OpenAPI: d.URL, Now: now}).Send(t.Context(), tt.out)
			failed, _ := errors.AsType[*bots.SendError](err)
			if (tt.class == "") != (err == nil) || failed != nil && failed.Class != tt.class {
				t.Errorf("the error is to be of class %q, got %v", tt.class, err)
			}
			if diff := cmp.Diff(tt.tokens, d.tokens) + cmp.Diff(tt.refused, v.refused); diff != "" {
				t.Errorf("the tokens that were sent, and refused (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenThatCannotBeHad(t *testing.T) {
	d := newDesk(t, `{"error":-216}`)
	broken := func(context.Context, string) error { return errors.New("database is gone, 0912345678, tok-1") }
	human := &bots.SendError{Class: bots.ErrToken, Cause: "an administrator must consent again"}
	for name, tt := range map[string]struct {
		config zalo.OAConfig
		class  bots.ErrorClass
		asked  int
	}{
		"no keeper":                    {zalo.OAConfig{}, bots.ErrToken, 0},
		"an empty one":                 {zalo.OAConfig{Token: (&vault{}).token}, bots.ErrToken, 0},
		"a keeper in trouble":          {zalo.OAConfig{Token: (&vault{err: errors.New("database is gone")}).token}, bots.ErrRetry, 0},
		"a keeper that knows":          {zalo.OAConfig{Token: (&vault{err: human}).token}, bots.ErrToken, 0},
		"nobody who hears of refusals": {zalo.OAConfig{Token: (&vault{tokens: []string{"tok-1"}}).token}, bots.ErrToken, 1},
		"a refusal that is not heard":  {zalo.OAConfig{Token: (&vault{tokens: []string{"tok-1"}}).token, Refused: broken}, bots.ErrRetry, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d.asked = nil
			tt.config.OpenAPI, tt.config.Now = d.URL, now
			_, err := zalo.NewOA(tt.config).Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
			failed, ok := errors.AsType[*bots.SendError](err)
			if !ok || failed.Class != tt.class || failed.Ambiguous || len(d.asked) != tt.asked {
				t.Errorf("class %q after %d requests, got %v after %v", tt.class, tt.asked, err, d.asked)
			}
			if err != nil && (strings.Contains(err.Error(), "0912345678") || strings.Contains(err.Error(), "tok-1")) {
				t.Errorf("it tells a number or a token: %v", err)
			}
		})
	}
}

func TestRequestsCarryTheBareToken(t *testing.T) {
	d := newDesk(t, took)
	if _, err := at(d.URL).Send(t.Context(), bots.Outgoing{To: "5", Text: "a"}); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(proof))
	_, _ = mac.Write([]byte(token))
	want := []string{token, hex.EncodeToString(mac.Sum(nil)), "application/json", ""}
	got := []string{
		d.header.Get("access_token"), d.header.Get("appsecret_proof"), d.header.Get("Content-Type"), d.header.Get("Authorization"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the headers (-want +got):\n%s", diff)
	}
	bare := zalo.NewOA(zalo.OAConfig{Token: given, OpenAPI: d.URL, Now: now})
	if _, err := bare.Send(t.Context(), bots.Outgoing{To: "5", Text: "a"}); err != nil || d.header.Get("appsecret_proof") != "" {
		t.Errorf("without a secret there is no proof: %v, %q", err, d.header.Get("appsecret_proof"))
	}
}

func TestOtherFormsOfMessages(t *testing.T) {
	d := newDesk(t, took)
	oa := zalo.NewOA(zalo.OAConfig{
		Token: given, OpenAPI: d.URL, Business: d.URL + "/", Buttons: zalo.ButtonsInside, Trial: true, Now: now,
	})
	for _, out := range []bots.Outgoing{
		{To: "5", Text: "a?", Buttons: []bots.Button{{Title: "Có", Payload: "yes"}}},
		{Delivery: "d", Step: bots.StepTemplate, Template: bots.Template{ID: "t", Phone: "+84912345678"}},
	} {
		if _, err := oa.Send(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`POST /v3.0/oa/message/cs {"message":{"attachment":{"type":"template","payload":{"template_type":"button","text":"a?",` +
			`"buttons":[{"title":"Có","type":"oa.query.hide","payload":"#vt:yes"}]}}},"recipient":{"user_id":"5"}}`,
		`POST /message/template {"mode":"development","phone":"84912345678","template_data":{},"template_id":"t","tracking_id":"d"}`,
	}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("the requests (-want +got):\n%s", diff)
	}
}

func TestWaitsUntilTheMorningAndUntilTomorrow(t *testing.T) {
	hour := func(h int) func() time.Time { // of Vietnam
		return func() time.Time { return time.Date(2026, 11, 22, h-7, 0, 0, 0, time.UTC) }
	}
	for name, tt := range map[string]struct {
		now  func() time.Time
		body string
		want time.Duration
	}{
		"at 23:00 until 06:00":     {hour(23), `{"error":-133}`, 7 * time.Hour},
		"at 02:00 until 06:00":     {hour(2), `{"error":-234}`, 4 * time.Hour},
		"at 06:00 until the next":  {hour(6), `{"error":-133}`, 24 * time.Hour},
		"at 09:00 until midnight":  {hour(9), `{"error":-144}`, 15 * time.Hour},
		"a minute for a full desk": {hour(9), `{"error":-32}`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, tt.body)
			_, err := zalo.NewOA(zalo.OAConfig{Token: given, OpenAPI: d.URL, Now: tt.now}).Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
			failed, ok := errors.AsType[*bots.SendError](err)
			if !ok || failed.Class != bots.ErrThrottled || failed.RetryAfter != tt.want {
				t.Errorf("to wait %v, got %v: %v", tt.want, failed, err)
			}
		})
	}
}

func TestRetryAfterIsHeard(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"17": 17 * time.Second, "Sun, 22 Nov 2026 00:00:30 GMT": 30 * time.Second, "Sun, 22 Nov 2020 00:00:30 GMT": 0,
		"": time.Minute, "soon": time.Minute, "-1": time.Minute, "99999999999": 24 * time.Hour,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", said)
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		_, err := at(server.URL).Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
		server.Close()
		if failed, ok := errors.AsType[*bots.SendError](err); !ok || failed.Class != bots.ErrThrottled || failed.RetryAfter != want {
			t.Errorf("%q: %v, not %v", said, failed, want)
		}
	}
}

func TestCausesKeepNumbersAndTokensToThemselves(t *testing.T) {
	for said, want := range map[string]string{
		"phone 84912345678 is bad":     "error -201: phone [phone] is bad",
		"phone +84912345678":           "error -201: phone [phone]",
		"phone 0912 345 678 is bad":    "error -201: phone [phone] is bad",
		"user 246845883529197922 gone": "error -201: user 246845883529197922 gone",
		"token " + token + ".":         "error -201: token [secret].",
		strings.Repeat("đ", 300):       "error -201: " + strings.Repeat("đ", 150),
	} {
		d := newDesk(t, `{"error":-201,"message":"`+said+`"}`)
		_, err := at(d.URL).Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
		if failed, ok := errors.AsType[*bots.SendError](err); !ok || failed.Cause != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

func TestProfileAndStatus(t *testing.T) {
	d := newDesk(t, `{"error":0,"data":{"display_name":"Nguye\u0302\u0303n An","name":"1022 TP.HCM","user_id":"5"}}`)
	name, err := at(d.URL).Profile(t.Context(), "5&x")
	if err != nil || name != "Nguyễn An" {
		t.Errorf("%q, %v", name, err)
	}
	status, err := at(d.URL).Status(t.Context())
	if diff := cmp.Diff(bots.AccountStatus{Name: "1022 TP.HCM"}, status); diff != "" || err != nil {
		t.Errorf("%v, the status (-want +got):\n%s", err, diff)
	}
	want := []string{"GET /v3.0/oa/user/detail?data=%7B%22user_id%22%3A%225%5Cu0026x%22%7D ", "GET /v2.0/oa/getoa "}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("the requests (-want +got):\n%s", diff)
	}
	if name, err := at(newDesk(t, `{"error":-213}`).URL).Profile(t.Context(), "5"); name != "" || err != nil {
		t.Errorf("whom Zalo does not show has no name: %q, %v", name, err)
	}
	if _, err := at(newDesk(t, `{"error":-32}`).URL).Profile(t.Context(), "5"); err == nil {
		t.Error("a full desk is no answer")
	}
	if _, err := at(newDesk(t, `{"error":-216}`).URL).Status(t.Context()); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("a refused token: %v", err)
	}
}

func TestAcknowledgeReactsToWhatIsShown(t *testing.T) {
	id, d := "m1", newDesk(t, took)
	shown := bots.Incoming{User: "5", Message: &id, Kind: bots.KindImage, Actionable: true}
	tapped, form, group, nobody := shown, shown, shown, shown
	tapped.Kind, form.Message, group.Actionable, nobody.Anonymous = bots.KindPostback, nil, false, true
	for _, in := range []bots.Incoming{shown, tapped, form, group, nobody} {
		if err := at(d.URL).Acknowledge(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`POST /v2.0/oa/message {"recipient":{"user_id":"5"},"sender_action":{"react_icon":"/-strong","react_message_id":"m1"}}`,
	}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("the requests (-want +got):\n%s", diff)
	}
	if err := at(newDesk(t, `{"error":-240}`).URL).Acknowledge(t.Context(), shown); err == nil {
		t.Error("a refusal is told")
	}
}
