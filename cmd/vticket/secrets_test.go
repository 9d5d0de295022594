package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// What is planted, and may stand nowhere but where messages and tickets are kept. The words are in no other text.
const (
	plantTelegram       = "515151:planted-Telegram_token"
	plantTelegramSecret = "planted-telegram-webhook"
	plantZaloApp        = "planted-zalo-app-secret"
	plantZaloOA         = "planted-zalo-oa-key"
	plantZaloVerifier   = "planted-verifier-of-43-characters-0123456789"
	plantZaloBot        = "616161:planted-zalo-bot-token"
	plantZaloBotSecret  = "planted-zalo-bot-webhook"
	plantFacebook       = "planted-EAAB-page-token"
	plantFacebookSecret = "planted-facebook-app-secret"
	plantFacebookVerify = "planted-facebook-verify"
	plantCode           = "planted-consent-code"
	plantPassword       = "planted-password-of-minh"
	plantAnswer         = "Đội Mườicau đã tới ngõ Chínmận"
)

var (
	plantKey    = base64.StdEncoding.EncodeToString([]byte("planted-key-of-thirty-two-bytes!"))
	plantPhones = []string{"0912 345 678", "+84 938-111-222", "84977123456", "(028) 3822 1234", "090.599.9888"}
	plantNames  = []string{"Trần Lanplanted", "Lê Hoaplanted", "Võ Minhplanted", "Đỗ Namplanted"}
	plantTexts  = []string{
		"Nhà Bảylúa tối hù", "Ngã ba Sáuxoài tối om", "Cột Nămổi nghiêng", "Đèn Bốnbưởi tắt", "Bóng Bađào vỡ", "Hẻm Haimít tối",
	}
	// refusals are the ways in which the platforms refuse: one for each text.
	refusals = []string{"rejected", "blocked", "token", "page", "half", "throttled"}
)

// leaks are the words and digits by which what is planted is known.
func leaks() []string {
	all := []string{
		plantTelegram, plantTelegramSecret, plantZaloApp, plantZaloOA, plantZaloVerifier, plantZaloBot, plantZaloBotSecret,
		plantFacebook, plantFacebookSecret, plantFacebookVerify, plantCode, plantPassword, plantKey, "Mườicau", "Chínmận",
		"Lanplanted", "Hoaplanted", "Minhplanted", "Namplanted", "Bảylúa", "Sáuxoài", "Nămổi", "Bốnbưởi", "Bađào", "Haimít",
		"planted-Telegram_token", "planted-zalo-bot-token", hex.EncodeToString(mac(plantFacebookSecret, plantFacebook)),
	}
	for _, phone := range plantPhones {
		digits, _ := models.NormalPhone(phone)
		all = append(all, phone, digits, "84"+digits[1:])
	}
	return all
}

func mac(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(h, text)
	return h.Sum(nil)
}

// parrot stands before the platforms. It refuses what it is told to refuse, and repeats in its refusal all that it was
// told: the worst that a platform can do to us.
type parrot struct {
	platform http.Handler
	kind     string
	guard    sync.Mutex
	refuse   map[string]string // the way by what the body holds
}

// ServeHTTP lets pass what is not refused.
func (p *parrot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.guard.Lock()
	way := ""
	for mark, as := range p.refuse {
		if strings.Contains(string(body)+r.URL.Path, mark) && !strings.Contains(r.URL.Path, "/getUpdates") {
			way = as
		}
	}
	p.guard.Unlock()
	if way == "" {
		if p.platform != nil { // a parrot may stand alone
			p.platform.ServeHTTP(w, r)
		}
		return
	}
	dump, err := httputil.DumpRequest(r, true)
	if err != nil {
		return
	}
	echo := string(dump)
	if plain, err := url.QueryUnescape(echo); err == nil {
		echo += "\n" + plain
	}
	p.answer(w, way, echo)
}

func (p *parrot) answer(w http.ResponseWriter, way, echo string) {
	switch way {
	case "page":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<h1>Bad Gateway</h1><pre>"+echo+"</pre>")
		return
	case "half":
		said, _ := json.Marshal(echo)
		_, _ = fmt.Fprintf(w, `{"ok":true,"result":{"text":%s`, said[:len(said)-2])
		return
	}
	status := map[string]int{"rejected": 400, "blocked": 403, "token": 401, "throttled": 429}[way]
	answer := map[string]any{"ok": false, "error_code": status, "description": "Forbidden: bot was blocked by the user " + echo}
	switch p.kind {
	case "facebook":
		code := map[string]int{"rejected": 100, "blocked": 551, "token": 190, "throttled": 4}[way]
		answer["error"] = map[string]any{"message": echo, "code": code, "fbtrace_id": "t-1"}
	case "zalo":
		status = http.StatusOK
		answer["error"] = map[string]int{"rejected": -201, "blocked": -244, "token": -204, "throttled": -32}[way]
		answer["message"], answer["error_name"], answer["error_reason"] = echo, echo, echo
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func (p *parrot) refuses(mark, way string) {
	p.guard.Lock()
	defer p.guard.Unlock()
	p.refuse[mark] = way
}

// plantation is the program with all four platforms, each behind a parrot.
type plantation struct {
	*program
	telegram *sandbox.Telegram
	zalo     *sandbox.Zalo
	bot      *sandbox.ZaloBot
	facebook *sandbox.Facebook
	parrots  map[string]*parrot
	public   string
	db       *store.Store
	sql      *sql.DB
	env      stackEnv
}

func plant(t *testing.T, env stackEnv, dsn string) *plantation {
	t.Helper()
	o := sandbox.Options{Now: time.Now, Backoff: 20 * time.Millisecond}
	p := &plantation{parrots: map[string]*parrot{}, env: env}
	p.telegram = sandbox.NewTelegram(plantTelegram, o)
	p.zalo = sandbox.NewZalo(sandbox.ZaloOptions{Options: o, AppID: "42", AppSecret: plantZaloApp, OASecret: plantZaloOA, OA: "77"})
	p.bot = sandbox.NewZaloBot(plantZaloBot, o)
	p.facebook = sandbox.NewFacebook(sandbox.FacebookApp{
		ID: "11", Secret: plantFacebookSecret, Page: "22", PageName: "1022", Token: plantFacebook,
	}, o)
	serve := func(kind string, platform http.Handler) string {
		p.parrots[kind] = &parrot{platform: platform, kind: kind, refuse: map[string]string{}}
		server := httptest.NewServer(p.parrots[kind])
		t.Cleanup(server.Close)
		return server.URL
	}
	zaloURL, botURL, facebookURL := serve("zalo", p.zalo), serve("zalo_bot", p.bot), serve("facebook", p.facebook)
	p.zalo.At(zaloURL)
	p.bot.At(botURL)
	p.facebook.ServedAt(facebookURL)
	var base atomic.Pointer[url.URL]
	public := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(base.Load()) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(public.Close)
	p.public = public.URL
	base.Store(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	p.env = append(p.env, "LOG_LEVEL=debug", "PUBLIC_URL="+public.URL, "SECRETS_KEY="+plantKey,
		"TELEGRAM_BOT_TOKEN="+plantTelegram, "TELEGRAM_WEBHOOK_SECRET="+plantTelegramSecret,
		"TELEGRAM_BASE_URL="+serve("telegram", p.telegram), "ZALO_APP_ID=42", "ZALO_APP_SECRET="+plantZaloApp, "ZALO_OA_ID=77",
		"ZALO_OA_SECRET_KEY="+plantZaloOA, "ZALO_PKCE_VERIFIER="+plantZaloVerifier, "ZALO_OPENAPI_URL="+zaloURL,
		"ZALO_BUSINESS_URL="+zaloURL, "ZALO_OAUTH_URL="+zaloURL, "ZALO_BOT_TOKEN="+plantZaloBot,
		"ZALO_BOT_SECRET="+plantZaloBotSecret, "ZALO_BOT_URL="+botURL, "FB_PAGE_ID=22", "FB_PAGE_TOKEN="+plantFacebook,
		"FB_APP_ID=11", "FB_APP_SECRET="+plantFacebookSecret, "FB_VERIFY_TOKEN="+plantFacebookVerify, "FB_GRAPH_URL="+facebookURL,
	)
	t.Cleanup(func() { p.telegram.Close(); p.zalo.Close(); p.bot.Close(); p.facebook.Close() })
	var err error
	if p.db, err = store.Open(dsn, store.Options{Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.db.Close() })
	if p.sql, err = sql.Open("pgx", dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.sql.Close() })
	p.program = start(t, binary, p.env)
	at, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	base.Store(at)
	p.zalo.SetWebhook(p.public + "/webhooks/zalo")
	if err := p.facebook.SetCallback(t.Context(), p.public+"/webhooks/facebook", plantFacebookVerify); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPlantedSecretsStandNowhere: whatever platforms, residents and strangers do, tokens, telephone numbers, names and
// what people say stand in no line of the log, not in Redis, and not in what is kept of the talks with platforms.
func TestPlantedSecretsStandNowhere(t *testing.T) {
	needServices(t)
	t.Parallel()
	env, dsn, redisDB := externalStack(t, 6)
	seed(t, dsn)
	p := plant(t, env, dsn)
	watched := watchRedis(t, redisDB)
	more := p.consent(t)
	p.strangers(t)
	p.report(t)
	p.fail(t)
	more = append(more, p.expire(t)...)
	p.stop()

	found := append(leaks(), more...)
	if len(found) < 30 {
		t.Fatalf("%d things are planted, not 30", len(found))
	}
	log, err := os.ReadFile(p.cmd.Stderr.(*os.File).Name())
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range map[string]string{
		"the log": string(log), "Redis": watched(), "the interactions": p.rows(t, "interactions"), "the faults of tokens": p.rows(t, "grants"),
	} {
		t.Logf("%s: %d bytes", place, len(text))
		for _, secret := range found {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%q stands in %s: …%s…", secret, place, text[max(0, at-300):min(len(text), at+len(secret)+80)])
			}
		}
	}
}

// consent lets the app act for the Official Account, after a code that the platform refuses.
func (p *plantation) consent(t *testing.T) []string {
	t.Helper()
	sealer, err := models.NewSealer(plantKey)
	if err != nil {
		t.Fatal(err)
	}
	state, err := sealer.Seal("zalo consent", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	if err != nil {
		t.Fatal(err)
	}
	bring := func(code, state string) int {
		return p.get(t, "/webhooks/zalo/consent?"+url.Values{"code": {code}, "state": {state}, "oa_id": {"77"}}.Encode())
	}
	p.parrots["zalo"].refuses(plantCode, "rejected")
	for _, state := range []string{state, "planted-state", ""} {
		if status := bring(plantCode, state); status != http.StatusForbidden {
			t.Errorf("a code that is refused is answered by %d", status)
		}
	}
	sum := sha256.Sum256([]byte(plantZaloVerifier))
	code := p.zalo.Consent(base64.RawURLEncoding.EncodeToString(sum[:]))
	if status := bring(code, state); status != http.StatusOK {
		t.Fatalf("the consent is answered by %d", status)
	}
	access, refresh := p.zalo.Tokens()
	return []string{code, access, refresh, "planted-state"}
}

func (p *plantation) get(t *testing.T, path string) int {
	t.Helper()
	return p.ask(t, http.MethodGet, path, "", nil)
}

func (p *plantation) ask(t *testing.T, method, path, body string, header map[string]string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.public+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// strangers post what is no event: unsigned, broken, and of wrong types, signed as the platforms sign.
func (p *plantation) strangers(t *testing.T) {
	t.Helper()
	said := plantTexts[0] + " " + strings.Join(plantPhones, " ")
	for _, body := range []string{
		`{"message":"` + said, `{"update_id":"` + said + `"}`, `["` + said + `"]`, `{"timestamp":"1","event_name":"` + said + `"}`,
		`{"update_id":84977123456849771234569,"message":{"text":{"a":"` + said + `"},"from":"` + plantNames[0] + `"}}`,
		`{"object":"page","entry":[{"id":"22","messaging":[{"sender":"` + plantNames[0] + `","message":["` + said + `"]}]}]}`,
		`{"object":"page","entry":"` + said + `"}`, `{"timestamp":"84977123456","sender":{"id":["` + said + `"]},"event_name":"user_send_text","message":3}`,
		`{"timestamp":"84977123456","event_name":"message.text.received","message":{"text":7,"chat":"` + said + `","date":"0912345678"}}`,
	} {
		sum := sha256.Sum256([]byte("42" + body + "84977123456" + plantZaloOA))
		for path, header := range map[string]map[string]string{
			"telegram": {"X-Telegram-Bot-Api-Secret-Token": plantTelegramSecret},
			"zalo":     {"X-ZEvent-Signature": "mac=" + hex.EncodeToString(sum[:])},
			"zalo-bot": {"X-Bot-Api-Secret-Token": plantZaloBotSecret},
			"facebook": {"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac(plantFacebookSecret, body))},
		} {
			p.ask(t, http.MethodPost, "/webhooks/"+path, body, header)
			if status := p.ask(t, http.MethodPost, "/webhooks/"+path, body, nil); status != http.StatusUnauthorized {
				t.Errorf("an unsigned body is answered by %d", status)
			}
		}
	}
	p.get(t, "/webhooks/facebook?hub.mode=subscribe&hub.verify_token=wrong-"+plantFacebookVerify+"&hub.challenge=1")
}

// chats are one resident of each platform for each way of refusal.
func chat(channel, way int) string { return fmt.Sprintf("7%d%d00055500%d", channel, way, way) }

// report lets every resident of every platform report something, and waits for all tickets.
func (p *plantation) report(t *testing.T) {
	t.Helper()
	for i, text := range plantTexts {
		said := func(platform int) string { // each of a place of their own
			return fmt.Sprintf("%s, gọi %s. Đèn đường tắt trước số %d đường Tô Ký, phường Đông Hưng Thuận",
				text, plantPhones[i%len(plantPhones)], 100*platform+2*i)
		}
		var id int64
		_, _ = fmt.Sscan(chat(1, i), &id)
		p.telegram.Resident(id, plantNames[0]).Say(said(1))
		p.facebook.Resident(chat(3, i), "Minhplanted", "Võ").Say(said(3))
		p.bot.Resident(chat(4, i), plantNames[3]).Say(said(4))
		lan := p.zalo.Resident(chat(2, i), plantNames[1])
		lan.Say(said(2))
		lan.SubmitInfo(plantNames[1], plantPhones[i%len(plantPhones)], fmt.Sprintf("%d Tô Ký", 200+2*i))
	}
	eventually(t, 60*time.Second, "every resident has a ticket", func() bool { return p.count(t, "tickets", "1=1") >= 4*len(plantTexts) })
	eventually(t, 60*time.Second, "every receipt is delivered", func() bool {
		return p.count(t, "deliveries", "status IN ('queued', 'sending')") == 0
	})
}

// fail lets a colleague answer every resident, whose platforms refuse, each in its way.
func (p *plantation) fail(t *testing.T) {
	t.Helper()
	for i, way := range refusals {
		for n, kind := range []string{"telegram", "zalo", "facebook", "zalo_bot"} {
			p.parrots[kind].refuses(chat(n+1, i), way)
		}
	}
	command(t, p.env, plantPassword+"\n", "admin", "create", "--email", "minh@example.vn", "--role", "hotline", "--password-stdin")
	minh := signIn(p.program, "minh@example.vn", plantPassword)
	var all []models.Ticket
	err := p.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.Tickets(models.System(), store.TicketFilter{Limit: 100})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		minh.do(minh.ticket(one.Code), "reply", map[string]any{"text": plantAnswer + ", gọi " + strings.Join(plantPhones, " hay ")})
	}
	eventually(t, 60*time.Second, "every answer was refused", func() bool {
		return p.count(t, "interactions", "class <> ''") >= 4*len(refusals)
	})
	for _, class := range []string{"rejected", "blocked", "token", "retry", "throttled"} {
		if p.count(t, "interactions", "class = '"+class+"'") == 0 {
			t.Errorf("no send failed as %s", class)
		}
	}
}

// expire lets the tokens of the Official Account end, and its renewal fail.
func (p *plantation) expire(t *testing.T) []string {
	t.Helper()
	_, refresh := p.zalo.Tokens()
	p.parrots["zalo"].refuses("refresh_token", "rejected")
	p.zalo.ExpireTokens()
	p.zalo.Resident(chat(2, 9), plantNames[1]).Say(plantTexts[1])
	eventually(t, 30*time.Second, "the renewal is refused", func() bool { return p.count(t, "grants", "fault <> ''") == 1 })
	access, _ := p.zalo.Tokens()
	return []string{access, refresh, hex.EncodeToString(mac(plantZaloApp, access))}
}

func (p *plantation) count(t *testing.T, table, where string) (n int) {
	t.Helper()
	if err := p.sql.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE "+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// rows is a whole table as text.
func (p *plantation) rows(t *testing.T, table string) string {
	t.Helper()
	var text string
	query := "SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM " + table + " t"
	if err := p.sql.QueryRowContext(t.Context(), query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// watchRedis reads all that Redis holds, again and again; what it returns is all that was seen.
func watchRedis(t *testing.T, client *redis.Client) (seen func() string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	all := map[string]bool{}
	var watching sync.WaitGroup
	watching.Go(func() {
		for ctx.Err() == nil {
			dumpRedis(ctx, client, all)
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	return func() string {
		stop()
		watching.Wait()
		var text strings.Builder
		for one := range all {
			text.WriteString(one + "\n")
		}
		return text.String()
	}
}

func dumpRedis(ctx context.Context, client *redis.Client, into map[string]bool) {
	for keys := client.Scan(ctx, 0, "*", 1000).Iterator(); keys.Next(ctx); {
		key := keys.Val()
		into[key] = true
		var found any
		switch client.Type(ctx, key).Val() {
		case "string":
			found = client.Get(ctx, key).Val()
		case "hash":
			found = client.HGetAll(ctx, key).Val()
		case "list":
			found = client.LRange(ctx, key, 0, -1).Val()
		case "set":
			found = client.SMembers(ctx, key).Val()
		case "zset":
			found = client.ZRange(ctx, key, 0, -1).Val()
		}
		into[fmt.Sprint(found)] = true
	}
}
