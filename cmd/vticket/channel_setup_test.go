package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/sandbox"
)

// door is a public address; behind it is nothing until the program is started.
type door struct {
	*httptest.Server
	env     stackEnv
	secrets []string // that no command may print
	base    atomic.Pointer[url.URL]
}

// newDoor is a public address of an installation of its own, beside a platform that is served.
func newDoor(t *testing.T, platform http.Handler, end func()) (d *door, address string) {
	t.Helper()
	d = &door{env: embeddedStack(t)}
	d.base.Store(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	d.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(d.base.Load()) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	fake := httptest.NewServer(platform)
	t.Cleanup(func() { d.Close(); end(); fake.Close() })
	return d, fake.URL
}

// open starts the program behind the address.
func (d *door) open(t *testing.T) {
	t.Helper()
	p := start(t, binary, d.env)
	at, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	d.base.Store(at)
}

// channel runs a command, looks that it ends well or not, and that it says what it is to say and no secret.
func (d *door) channel(t *testing.T, ends bool, args string, says ...string) string {
	t.Helper()
	return d.with(t, d.env, ends, args, says...)
}

func (d *door) with(t *testing.T, env stackEnv, ends bool, args string, says ...string) string {
	t.Helper()
	out, err := attempt(t, env, "", append([]string{"channel"}, strings.Fields(args)...)...)
	if (err == nil) != ends {
		t.Errorf("channel %s ends well is to be %t: %v\n%s", args, ends, err, out)
	}
	for _, what := range says {
		if !strings.Contains(out, what) {
			t.Errorf("channel %s does not say %q:\n%s", args, what, out)
		}
	}
	for _, secret := range d.secrets {
		if strings.Contains(out, secret) {
			t.Errorf("channel %s tells a secret:\n%s", args, out)
		}
	}
	return out
}

func (d *door) status(t *testing.T, channel string) (state channelState) {
	t.Helper()
	out := d.channel(t, true, "status "+channel+" --json")
	line, _, _ := strings.Cut(out, "\n")
	if err := json.Unmarshal([]byte(line), &state); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return state
}

func TestChannelSetupBots(t *testing.T) {
	t.Parallel()
	telegram := sandbox.NewTelegram(botToken, sandbox.Options{Now: time.Now})
	zaloBot := sandbox.NewZaloBot(botToken, sandbox.Options{Now: time.Now})
	for name, tt := range map[string]struct {
		fake                          http.Handler
		end                           func()
		variable, secret, base, known string
	}{
		"telegram": {telegram, telegram.Close, "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_BASE_URL", "@a_bot"},
		"zalo-bot": {zaloBot, zaloBot.Close, "ZALO_BOT_TOKEN", "ZALO_BOT_SECRET", "ZALO_BOT_URL", "bot.sandbox"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, platform := newDoor(t, tt.fake, tt.end)
			d.secrets = []string{botToken, "s3cret-of-ours"}
			d.channel(t, false, "setup "+name, " 1. "+tt.variable+": ", "missing: "+tt.variable)
			d.channel(t, false, "status "+name, tt.variable+" is empty", "channel setup "+name)

			d.env = append(d.env, tt.variable+"="+botToken, tt.base+"="+platform)
			d.channel(t, true, "setup "+name, "we are "+tt.known, "the worker asks for updates")

			d.env = append(d.env, "PUBLIC_URL="+d.URL)
			d.channel(t, false, "setup "+name, " 1. "+tt.secret+": ", "openssl rand")
			d.env = append(d.env, tt.secret+"=s3cret-of-ours")
			d.channel(t, false, "setup "+name, "registered", "the webhook is ours", "is answered by 502", "is vticket serve running")
			d.open(t)
			for range 2 {
				d.channel(t, true, "setup "+name, "the webhook is ours", "a signed event is answered by 200",
					"an event with a wrong signature is answered by 401")
			}
			state := d.status(t, name)
			if state.Account != tt.known || state.Webhook != d.URL+"/webhooks/"+name || state.Webhook != state.Expected ||
				len(state.Findings) != 2 || (state.Pending != nil) != (name == "telegram") {
				t.Errorf("its state: %+v", state)
			}
			d.with(t, append(slices.Clone(d.env), tt.secret+"=s3cret-of-somebody"), false, "setup "+name,
				"a signed event is answered by 401", "start vticket serve again with these settings")
			d.with(t, append(slices.Clone(d.env), tt.variable+"=1:another"), false, "status "+name, "the token is refused")
		})
	}
}

const zaloApp, zaloAccount = "360846524940903967", "4318657068771012646"

var (
	verifierLine = regexp.MustCompile(`(?m)^\s+(ZALO_PKCE_VERIFIER=[A-Za-z0-9_-]{43})$`)
	consentLine  = regexp.MustCompile(`(?m)^\s+(http\S+/v4/oa/permission\?\S+)$`)
)

func TestChannelSetupZalo(t *testing.T) {
	t.Parallel()
	oa := sandbox.NewZalo(sandbox.ZaloOptions{
		Options: sandbox.Options{Now: time.Now}, AppID: zaloApp, AppSecret: "s3cret-of-app", OASecret: "s3cret-of-oa",
		OA: zaloAccount, Name: "Tổng đài 1022",
	})
	d, platform := newDoor(t, oa, oa.Close)
	oa.At(platform)
	const key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	access, refresh := oa.Tokens()
	d.secrets = []string{"s3cret", key, access, refresh}
	d.env = append(d.env, "PUBLIC_URL="+d.URL, "ZALO_OPENAPI_URL="+platform, "ZALO_OAUTH_URL="+platform)
	d.channel(t, false, "setup zalo", " 1. ZALO_APP_ID: mở developers.zalo.me", " 4. SECRETS_KEY: ", "openssl rand -base64 32")
	d.env = append(
		d.env, "ZALO_APP_ID="+zaloApp, "ZALO_APP_SECRET=s3cret-of-app", "ZALO_OA_SECRET_KEY=s3cret-of-oa",
		"ZALO_OA_ID="+zaloAccount, "SECRETS_KEY="+key, "ZALO_VERIFIER_PATH=zalo_verifierAb1.html", "ZALO_VERIFIER_CONTENT=it is us",
	)
	out := d.channel(t, false, "setup zalo", "nobody has consented", `"Code Challenge": `, "- user_send_location",
		`"Official Account Callback Url": `+d.URL+"/webhooks/zalo/consent")
	verifier := verifierLine.FindStringSubmatch(out)
	if verifier == nil || consentLine.MatchString(out) {
		t.Fatalf("a verifier is to be made first, and no link without it:\n%s", out)
	}
	d.env = append(d.env, verifier[1])
	d.secrets = append(d.secrets, strings.TrimPrefix(verifier[1], "ZALO_PKCE_VERIFIER="))
	d.open(t)
	out = d.channel(t, false, "setup zalo", "nobody has consented", "a signed event is answered by 200", "the file of the domain is answered by 200",
		"an event with a wrong signature is answered by 401")
	found, failed := examined(t, d.env, "--only", "zalo")
	expectFinding(t, found, levelFail, "zalo", "nobody has consented")
	if !failed {
		t.Error("nothing can be sent, and the doctor is content")
	}

	link := consentLine.FindStringSubmatch(out)
	if link == nil {
		t.Fatalf("no link to consent by:\n%s", out)
	}
	if said := visit(t, link[1]); !strings.Contains(said, "Đã nối xong") {
		t.Fatalf("the administrator who consents is told %q", said)
	}
	access, refresh = oa.Tokens()
	d.secrets = append(d.secrets, access, refresh)
	for range 2 {
		d.channel(t, true, "setup zalo", "we are Tổng đài 1022", "the refresh token is 0 days old", "no approved text for answer_fixed")
	}
	zaloGrows(t, d, oa)
	zaloPair(t, d, oa)
}

// zaloGrows has the tokens grow old, or fail.
func zaloGrows(t *testing.T, d *door, oa *sandbox.Zalo) {
	t.Helper()
	db := rawDB(t, strings.TrimPrefix(d.env[0], "DATA_DIR="))
	day := 24 * time.Hour
	for name, tt := range map[string]struct {
		set   string
		value any
		level level
		says  string
	}{
		"young":           {"issued_at", time.Now().Add(-59 * day), levelOK, "the refresh token is 59 days old"},
		"old":             {"issued_at", time.Now().Add(-61 * day), levelWarn, "the refresh token is 61 days old"},
		"near its end":    {"issued_at", time.Now().Add(-86 * day), levelFail, "the refresh token is 86 days old"},
		"not renewed":     {"fault", "the sign-on of zalo refuses: -14014", levelFail, "could not be renewed"},
		"access has gone": {"expires_at", time.Now().Add(-time.Minute), levelWarn, "the access token has ended"},
	} {
		if at, ok := tt.value.(time.Time); ok {
			tt.value = at.UTC()
		}
		_, err := db.ExecContext(t.Context(), "UPDATE grants SET issued_at = ?, fault = '', expires_at = ?, "+tt.set+" = ?",
			time.Now().UTC(), time.Now().Add(20*time.Hour).UTC(), tt.value) // of a column that is there twice the last counts
		if err != nil {
			t.Fatal(err)
		}
		found, failed := examined(t, d.env, "--only", "zalo")
		expectFinding(t, found, tt.level, "zalo", tt.says)
		if failed != (tt.level == levelFail) {
			t.Errorf("tokens that are %s: it fails is not to be %t: %+v", name, failed, found)
		}
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE grants SET issued_at = ?, fault = '', expires_at = ?", time.Now().UTC(), time.Now().Add(-time.Minute).UTC()); err != nil {
		t.Fatal(err)
	}
	state := d.status(t, "zalo")
	if g := state.Grant; g == nil || g.RefreshDays != 0 || time.Until(g.AccessUntil) < 24*time.Hour || state.Account != "Tổng đài 1022" ||
		len(state.Missing) != len(templateKeys) {
		t.Errorf("status renews what has ended: %+v", state)
	}
	oa.ExpireTokens() // long before their time: the platform knows better
	d.status(t, "zalo")
}

// zaloPair is the other way to consent: a pair of tokens out of the console.
func zaloPair(t *testing.T, d *door, oa *sandbox.Zalo) {
	t.Helper()
	access, refresh := oa.Tokens()
	d.secrets = append(d.secrets, access, refresh)
	pair := fmt.Sprintf(`{"access_token":%q,"refresh_token":%q,"expires_in":"90000"}`, access, refresh)
	for name, tt := range map[string]struct {
		env   stackEnv
		stdin string
		says  string
	}{
		"nothing":           {d.env, "", "the standard input must be like"},
		"half a pair":       {d.env, `{"access_token":"s3cret"}`, "the standard input must be like"},
		"no seconds":        {d.env, strings.Replace(pair, "90000", "s3cret", 1), "expires_in must be seconds"},
		"a token of nobody": {d.env, strings.Replace(pair, access, "s3cret", 1), "not kept"},
		"of another account": {
			append(slices.Clone(d.env), "ZALO_OA_ID=17"), pair, "not kept: the pair is of the account " + zaloAccount,
		},
	} {
		out, err := attempt(t, tt.env, tt.stdin, "channel", "token", "zalo")
		if err == nil || !strings.Contains(out, tt.says) || strings.Contains(out, "s3cret") || strings.Contains(out, access) {
			t.Errorf("%s: %v, %q, not %q", name, err, out, tt.says)
		}
	}
	out, err := attempt(t, d.env, pair, "channel", "token", "zalo")
	if err != nil || !strings.Contains(out, "Kept for Tổng đài 1022") || strings.Contains(out, access) {
		t.Errorf("the pair is to be kept: %v, %q", err, out)
	}
	if state := d.status(t, "zalo"); state.Grant == nil || state.Grant.Fault != "" {
		t.Errorf("its state: %+v", state)
	}
	if out, err := attempt(t, d.env, pair, "channel", "token", "facebook"); err == nil {
		t.Errorf("only zalo keeps tokens: %q", out)
	}
}

// visit opens an address as a browser does.
func visit(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

func TestChannelSetupFacebook(t *testing.T) {
	t.Parallel()
	page := sandbox.NewFacebook(sandbox.FacebookApp{
		ID: "77", Secret: "s3cret-of-app", Page: "1234567890", PageName: "1022 Thành phố", Token: "s3cret-of-page",
	}, sandbox.Options{Now: time.Now})
	d, platform := newDoor(t, page, page.Close)
	d.secrets = []string{"s3cret"}
	d.channel(t, false, "setup facebook", " 1. PUBLIC_URL: ", " 4. FB_PAGE_TOKEN: ", "pages_messaging", " 5. FB_VERIFY_TOKEN: ")
	d.env = append(
		d.env, "PUBLIC_URL="+d.URL, "FB_GRAPH_URL="+platform, "FB_PAGE_ID=1234567890", "FB_PAGE_TOKEN=s3cret-of-page",
		"FB_APP_SECRET=s3cret-of-app", "FB_VERIFY_TOKEN=s3cret-word",
	)
	d.channel(t, false, "setup facebook", "we are 1022 Thành phố", "set FB_APP_ID", "is answered by 502")
	if page.GetStarted() != facebook.GetStarted {
		t.Errorf("the first button is to be there, not %q", page.GetStarted())
	}
	d.env = append(d.env, "FB_APP_ID=77")
	d.open(t)
	d.channel(t, false, "setup facebook", "registered", "the webhook is nowhere", "Callback URL: "+d.URL+"/webhooks/facebook",
		"- message_echoes", "the challenge with FB_VERIFY_TOKEN is answered by 200", "a signed event is answered by 200",
		"an event with a wrong signature is answered by 401")
	if err := page.SetCallback(t.Context(), d.URL+"/webhooks/facebook", "s3cret-word"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		d.channel(t, true, "setup facebook", "the webhook is ours", "no approved text for answer_fixed")
	}
	d.with(t, append(slices.Clone(d.env), "FB_VERIFY_TOKEN=another"), false, "setup facebook",
		"the challenge with FB_VERIFY_TOKEN is answered by 403")
	all := "FB_TEMPLATES=answer_fixed=a,answer_answered=b,answer_cannot_fix=c,question=d"
	d.with(t, append(slices.Clone(d.env), all), true, "status facebook", "the webhook is ours", "there is an approved text for")
	d.with(t, append(slices.Clone(d.env), "FB_PAGE_TOKEN=s3cret-other"), false, "status facebook", "the token is refused")
	if state := d.status(t, "facebook"); state.Account != "1022 Thành phố" || state.Webhook != d.URL+"/webhooks/facebook" {
		t.Errorf("its state: %+v", state)
	}
}
