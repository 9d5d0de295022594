package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/sandbox"
)

// clock is the platform's time: 07:00 in Vietnam at first.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// account is an Official Account that is served, with one resident who has written.
type account struct {
	*sandbox.Zalo
	*clock
	lan    *sandbox.ZaloResident
	wrote  string
	client *http.Client
	base   string
	token  string
}

func newAccount(t *testing.T, perMinute int) *account {
	t.Helper()
	return newAccountPaid(t, perMinute, 0)
}

// newAccountPaid is one that has paid for so many messages, and for as many templates a day.
func newAccountPaid(t *testing.T, perMinute, paid int) *account {
	t.Helper()
	c := newClock()
	z := sandbox.NewZalo(sandbox.ZaloOptions{
		Options: sandbox.Options{Now: c.now, Backoff: time.Millisecond}, AppID: "77", AppSecret: "app-secret",
		OASecret: "oa-secret", OA: "9", PerMinute: perMinute, Bought: paid, PerDay: paid,
	})
	server := httptest.NewServer(z)
	t.Cleanup(server.Close)
	t.Cleanup(z.Close)
	z.At(server.URL)
	a := &account{Zalo: z, clock: c, lan: z.Resident("5", "Lan"), client: server.Client(), base: server.URL}
	a.wrote = a.lan.Say("xin chào")
	a.token, _ = z.Tokens()
	return a
}

// call returns Zalo's number of an error, and the data.
func (a *account) call(t *testing.T, method, path, body string) (int, json.RawMessage) {
	t.Helper()
	return a.ask(t, method, path, "application/json", strings.NewReader(body))
}

func (a *account) ask(t *testing.T, method, path, kind string, body io.Reader) (int, json.RawMessage) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, a.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if method != http.MethodGet {
		req.Header.Set("Content-Type", kind)
	}
	req.Header["access_token"] = []string{a.token}
	res, err := a.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct {
		Error int
		Data  json.RawMessage
	}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(err, res.StatusCode)
	}
	return said.Error, said.Data
}

const consult = "/v3.0/oa/message/cs"

func text(to, words string) string {
	return fmt.Sprintf(`{"recipient":{"user_id":%q},"message":{"text":%q}}`, to, words)
}

func TestZaloRefusesWhatItIsDocumentedTo(t *testing.T) {
	a := newAccount(t, 0)
	a.Resident("6", "Mai")
	quiet := a.Resident("7", "An")
	quiet.Say("a")
	quiet.Block()
	quiet.Phone("84912345678")
	a.Approve("t1", "code")
	attached := func(payload string) string {
		return `{"recipient":{"user_id":"5"},"message":{"text":"a","attachment":{"type":"template","payload":` + payload + `}}}`
	}
	quoting := func(message string) string {
		return fmt.Sprintf(`{"recipient":{"user_id":"5"},"message":{"text":"a","quote_message_id":%q}}`, message)
	}
	button := func(b string) string { return attached(`{"buttons":[` + b + `]}`) }
	good := `{"title":"a","type":"oa.query.hide","payload":"#vt:a"}`
	react := func(icon, message string) string {
		return fmt.Sprintf(`{"recipient":{"user_id":"5"},"sender_action":{"react_icon":%q,"react_message_id":%q}}`, icon, message)
	}
	for name, tt := range map[string]struct {
		path, body string
		want       int
	}{
		"a text":                         {consult, text("5", "a"), 0},
		"the longest text":               {consult, text("5", strings.Repeat("đ", 2000)), 0},
		"a text that is longer":          {consult, text("5", strings.Repeat("đ", 2001)), -201},
		"letters that are not composed":  {consult, text("5", strings.Repeat("e\u0302\u0301", 2000)), 0},
		"an empty text":                  {consult, text("5", ""), -201},
		"somebody unknown":               {consult, text("404", "a"), -201},
		"somebody who never wrote":       {consult, text("6", "a"), -232},
		"somebody who turned us off":     {consult, text("7", "a"), -244},
		"an answer that quotes":          {consult, quoting(a.wrote), 0},
		"a quote of nothing":             {consult, quoting("x"), -201},
		"five choices":                   {consult, button(strings.Repeat(good+",", 4) + good), 0},
		"six choices":                    {consult, button(strings.Repeat(good+",", 5) + good), -201},
		"a choice without words":         {consult, button(`{"type":"oa.query.hide","payload":"a"}`), -201},
		"a choice that holds nothing":    {consult, button(`{"title":"a","type":"oa.query.show","payload":""}`), -201},
		"a choice of an unknown kind":    {consult, button(`{"title":"a","type":"postback","payload":"a"}`), -201},
		"a link":                         {consult, button(`{"title":"a","type":"oa.open.url","payload":{"url":"https://a.vn"}}`), 0},
		"a picture nobody uploaded":      {consult, attached(`{"template_type":"media","elements":[{"media_type":"image","attachment_id":"x"}]}`), -100},
		"a file in place of a template":  {consult, `{"recipient":{"user_id":"5"},"message":{"attachment":{"type":"image"}}}`, -201},
		"the older API":                  {"/v2.0/oa/message", text("5", "a"), -240},
		"an endpoint that was shut down": {"/v3.0/oa/message/transaction", "{}", -240},
		"an unknown endpoint":            {"/v3.0/oa/message/nothing", "{}", 404},
		"no JSON":                        {consult, "{", -201},
		"a reaction":                     {"/v2.0/oa/message", react("/-strong", a.wrote), 0},
		"a reaction of an unknown kind":  {"/v2.0/oa/message", react("!", a.wrote), -201},
		"a reaction to nothing":          {"/v2.0/oa/message", react("/-strong", "x"), -201},
		"a template by account":          {"/v3.0/oa/message/template", `{"user_id":"6","template_id":"t1","template_data":{"code":"1"}}`, 0},
		"a template nobody approved":     {"/v3.0/oa/message/template", `{"user_id":"6","template_id":"t2","template_data":{}}`, -131},
		"a template with a gap":          {"/v3.0/oa/message/template", `{"user_id":"6","template_id":"t1","template_data":{}}`, -1123},
		"a template by phone":            {"/message/template", `{"phone":"84912345678","template_id":"t1","template_data":{"code":"1"},"tracking_id":"d"}`, 0},
		"a phone written as at home":     {"/message/template", `{"phone":"0912345678","template_id":"t1","template_data":{"code":"1"},"tracking_id":"d"}`, -108},
		"a phone without Zalo":           {"/message/template", `{"phone":"84900000000","template_id":"t1","template_data":{"code":"1"},"tracking_id":"d"}`, -118},
		"nothing to track by":            {"/message/template", `{"phone":"84912345678","template_id":"t1","template_data":{"code":"1"}}`, -132},
		"the window":                     {"/v3.0/oa/quota/message", `{"user_id":"5"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if code, _ := a.call(t, http.MethodPost, tt.path, tt.body); code != tt.want {
				t.Errorf("error %d, not %d", code, tt.want)
			}
		})
	}
	if a.Reaction(a.wrote) != "/-strong" {
		t.Errorf("the reaction is %q", a.Reaction(a.wrote))
	}
	if code, data := a.call(t, http.MethodGet, "/v3.0/oa/user/detail?data="+url.QueryEscape(`{"user_id":"5"}`), ""); code != 0 || !strings.Contains(string(data), `"display_name":"Lan"`) {
		t.Errorf("the profile: %d %s", code, data)
	}
	if code, data := a.call(t, http.MethodGet, "/v2.0/oa/getoa", ""); code != 0 || !strings.Contains(string(data), `"oa_id":"9"`) {
		t.Errorf("the account: %d %s", code, data)
	}
}

func TestZaloWindowShuts(t *testing.T) {
	a := newAccount(t, 0)
	send := func(want int, quota string) {
		t.Helper()
		if code, data := a.call(t, http.MethodPost, consult, text("5", "a")); code != want || !strings.Contains(string(data), quota) {
			t.Errorf("error %d with %s, not %d with %q", code, data, want, quota)
		}
	}
	access := func() { // the token has a day only
		t.Helper()
		a.ExpireTokens()
		_, refresh := a.Tokens()
		a.grant(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	}
	send(0, `"quota_type":"reply"`)
	a.pass(48 * time.Hour)
	access()
	send(0, `"quota_type":"reply"`)
	a.pass(time.Second)
	send(0, `"quota_type":"purchase_quota"`)
	a.pass(5*24*time.Hour - time.Second)
	access()
	send(0, `"quota_type":"purchase_quota"`)
	a.pass(time.Second)
	send(-230, "")
	a.lan.Unfollow()
	send(-230, "")
	for name, interact := range map[string]func(){
		"a follow": a.lan.Follow, "an opened chat": a.lan.ClickChatNow, "a form": func() { a.lan.SubmitInfo("Lan", "84912345678", "") },
	} {
		a.pass(8 * 24 * time.Hour)
		access()
		send(-230, "")
		interact()
		if code, _ := a.call(t, http.MethodPost, consult, text("5", "a")); code != 0 {
			t.Errorf("%s opens the window, got %d", name, code)
		}
	}
}

// grant asks for a pair of tokens, takes it, and returns what was said.
func (a *account) grant(t *testing.T, fields url.Values) map[string]any {
	t.Helper()
	fields.Set("app_id", "77")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.base+"/v4/oa/access_token", strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header["secret_key"] = []string{"app-secret"}
	res, err := a.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if token, ok := said["access_token"].(string); ok {
		a.token = token
	}
	return said
}

func TestZaloSignOn(t *testing.T) {
	a := newAccount(t, 0)
	a.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	const verifier = "a-verifier-of-forty-three-characters-1234567"
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	res, err := a.client.Get(a.base + "/v4/oa/permission?app_id=77&state=s&redirect_uri=https%3A%2F%2Fa.vn%2Fback&code_challenge=" + challenge)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil || back.Query().Get("oa_id") != "9" || back.Query().Get("state") != "s" {
		t.Fatal(back, err)
	}
	exchange := func(code, verifier string) url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}}
	}
	refresh := func(token any) url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {fmt.Sprint(token)}}
	}
	if said := a.grant(t, exchange(a.Consent(challenge), "another")); said["error"] == nil {
		t.Errorf("another verifier: %v", said)
	}
	late := a.Consent(challenge)
	a.pass(10*time.Minute + time.Second)
	if said := a.grant(t, exchange(late, verifier)); said["error"] == nil {
		t.Errorf("a code is good for ten minutes: %v", said)
	}
	code := a.Consent(challenge)
	first := a.grant(t, exchange(code, verifier))
	if first["expires_in"] != "90000" || first["access_token"] == nil || first["error"] != nil {
		t.Fatalf("a pair, its time in a string: %v", first)
	}
	if said := a.grant(t, exchange(code, verifier)); said["error"] == nil {
		t.Errorf("a code is for one use: %v", said)
	}
	second := a.grant(t, refresh(first["refresh_token"]))
	if second["access_token"] == first["access_token"] || second["refresh_token"] == first["refresh_token"] || second["error"] != nil {
		t.Errorf("a refresh turns both: %v", second)
	}
	if said := a.grant(t, refresh(first["refresh_token"])); said["error"] == nil {
		t.Errorf("a refresh token is for one use: %v", said)
	}
	a.pass(25 * time.Hour)
	if code, _ := a.call(t, http.MethodPost, consult, text("5", "a")); code != -220 {
		t.Errorf("a token is good for 25 hours, got %d", code)
	}
	a.token = "nonsense"
	if code, _ := a.call(t, http.MethodPost, consult, text("5", "a")); code != -216 {
		t.Errorf("an unknown token, got %d", code)
	}
	if code, _ := a.call(t, http.MethodPost, "/message/template", "{}"); code != -124 {
		t.Errorf("an unknown token for templates, got %d", code)
	}
	a.pass(90 * 24 * time.Hour)
	if said := a.grant(t, refresh(second["refresh_token"])); said["error"] == nil {
		t.Errorf("a refresh token is good for three months: %v", said)
	}
}

func TestZaloUploads(t *testing.T) {
	a := newAccount(t, 0)
	upload := func(raw []byte) (int, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile("file", "a.jpg")
		_, _ = part.Write(raw)
		_ = form.Close()
		code, data := a.ask(t, http.MethodPost, "/v2.0/oa/upload/image", form.FormDataContentType(), &body)
		var said struct {
			ID string `json:"attachment_id"`
		}
		_ = json.Unmarshal(data, &said)
		return code, said.ID
	}
	show := func(id string) int {
		code, _ := a.call(t, http.MethodPost, consult, `{"recipient":{"user_id":"5"},"message":{"attachment":{"type":"template",`+
			`"payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":"`+id+`"}]}}}}`)
		return code
	}
	jpeg := func(size int) []byte { return append([]byte("\xff\xd8\xff"), make([]byte, size-3)...) }
	if code, _ := upload(jpeg(1<<20 + 1)); code != -210 {
		t.Errorf("a picture of more than 1 MB, got %d", code)
	}
	if code, _ := upload([]byte("GIF89a")); code != -201 {
		t.Errorf("neither jpg nor png, got %d", code)
	}
	code, id := upload(jpeg(1 << 20))
	if code != 0 || show(id) != 0 {
		t.Errorf("a picture of 1 MB, got %d", code)
	}
	if sent := a.Messages("5"); len(sent) != 1 || sent[0].Photos[0].Bytes != 1<<20 || sent[0].Photos[0].Name != "a.jpg" {
		t.Errorf("the resident sees %v", sent)
	}
	a.pass(7*24*time.Hour + time.Second)
	a.lan.Say("còn đây")
	_, refresh := a.Tokens()
	a.grant(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	if code := show(id); code != -100 {
		t.Errorf("an upload is kept for a week, got %d", code)
	}
}

func TestZaloLimitsItsRate(t *testing.T) {
	a := newAccount(t, 3)
	for _, want := range []int{0, 0, 0, -32} {
		if code, _ := a.call(t, http.MethodPost, consult, text("5", "a")); code != want {
			t.Errorf("error %d, not %d", code, want)
		}
	}
	a.pass(time.Minute)
	if code, _ := a.call(t, http.MethodPost, consult, text("5", "a")); code != 0 {
		t.Errorf("in the next minute there is room again, got %d", code)
	}
}

func TestZaloTemplatesSleepAtNight(t *testing.T) {
	a := newAccount(t, 0)
	a.Approve("t1")
	a.lan.Phone("84912345678")
	send := func() int {
		code, _ := a.call(t, http.MethodPost, "/message/template", `{"phone":"84912345678","template_id":"t1","tracking_id":"d"}`)
		return code
	}
	if code := send(); code != 0 {
		t.Errorf("at 07:00: %d", code)
	}
	a.pass(15 * time.Hour)
	if code := send(); code != -133 {
		t.Errorf("at 22:00: %d", code)
	}
	if sent := a.Messages("5"); len(sent) != 1 || sent[0].Tracking != "d" || sent[0].Template != "t1" {
		t.Errorf("the resident sees %v", sent)
	}
}

func TestZaloFailsAsItIsTold(t *testing.T) {
	a := newAccount(t, 0)
	const method = "v3.0/oa/message/cs"
	a.FailNext(method, sandbox.ZaloFault(-230))
	a.FailNext(method, sandbox.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7})
	a.FailNext(method, sandbox.Fault{ResetAfterAccept: true})
	if code, _ := a.call(t, http.MethodPost, consult, text("5", "a")); code != -230 {
		t.Errorf("error %d", code)
	}
	post := func(words string) (*http.Response, error) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, a.base+consult, strings.NewReader(text("5", words)))
		req.Header = http.Header{"access_token": {a.token}, "Content-Type": {"application/json"}}
		return a.client.Do(req)
	}
	res, err := post("b")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "7" {
		t.Errorf("status %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	if res, err := post("c"); !errors.Is(err, io.EOF) {
		_ = res.Body.Close()
		t.Errorf("the line is to break, got %v", err)
	}
	if sent, err := a.Await(t.Context(), "5", 1); err != nil || len(sent) != 1 || sent[0].Text != "c" {
		t.Errorf("what came before the break is there: %v, %v", sent, err)
	}
	var statuses []int
	for _, c := range a.Calls(method) {
		statuses = append(statuses, c.Status)
	}
	if diff := cmp.Diff([]int{200, 429, 0}, statuses); diff != "" {
		t.Errorf("the ledger (-want +got):\n%s", diff)
	}
}

func TestZaloDeliversAgainAndThenGivesUp(t *testing.T) {
	a := newAccount(t, 0)
	type hit struct{ retry, signature, body string }
	hits := make(chan hit, 100)
	var refusals atomic.Int64
	refusals.Store(2)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		hits <- hit{r.Header.Get("num_retry"), r.Header.Get("X-ZEvent-Signature"), string(raw)}
		if refusals.Add(-1) >= 0 {
			w.WriteHeader(http.StatusAccepted) // only 200 is an answer
		}
	}))
	defer hook.Close()
	a.SetWebhook(hook.URL, "user_send_text")
	a.lan.SendLocation(10.77, 106.7, "chợ") // nobody asked for it
	a.lan.Say("một")
	for _, retry := range []string{"", "1", "2"} {
		got := <-hits
		var e struct{ Timestamp string }
		_ = json.Unmarshal([]byte(got.body), &e)
		sum := sha256.Sum256([]byte("77" + got.body + e.Timestamp + "oa-secret"))
		if got.retry != retry || got.signature != "mac="+hex.EncodeToString(sum[:]) || !strings.Contains(got.body, "một") {
			t.Errorf("try %q: %+v", retry, got)
		}
	}
	refusals.Store(1000)
	a.lan.Say("hai")
	if err := a.AwaitUnsubscribed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(hits) != 6 {
		t.Errorf("six tries, got %d", len(hits))
	}
	a.lan.Say("ba")
	if made := a.Events(); len(made) != 5 {
		t.Errorf("five events were made, got %d", len(made))
	}
}
