package page

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

func TestReadable(t *testing.T) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("chat_id", "5")
	part, _ := w.CreateFormFile("photo", "a.jpg")
	_, _ = part.Write(make([]byte, 3000))
	_ = w.Close()
	for name, tt := range map[string]struct{ kind, body, want string }{
		"letters instead of Facebook's escapes": {"application/json", `{"a":"\u1ed5 g\u00e0 \/"}`, "{\n  \"a\": \"ổ gà /\"\n}"},
		"an escape that is meant stays":         {"application/json", `"\\u00e0 \u0022"`, `"\\u00e0 \u0022"`},
		"a form as lines":                       {"application/x-www-form-urlencoded", "b=1&a=x%20y", "a: x y\nb: 1"},
		"files by name and size":                {w.FormDataContentType(), form.String(), "chat_id: 5\nphoto: a.jpg (3 kB)"},
		"bytes by their number":                 {"image/jpeg", "\xff\xd8\xff", "(image/jpeg, 3 B)"},
		"nothing":                               {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := readable(tt.kind, []byte(tt.body)); got != tt.want {
				t.Errorf("got %q, not %q", got, tt.want)
			}
		})
	}
}

// door is a page over fakes that nobody is connected to, and a Bot API behind its traffic.
func door(t *testing.T) (base string, traffic *Traffic, bot *sandbox.Telegram) {
	t.Helper()
	traffic = NewTraffic(time.Now)
	o := sandbox.Options{Now: time.Now}
	bot = sandbox.NewTelegram("1:secret", o)
	z := sandbox.NewZalo(sandbox.ZaloOptions{Options: o, AppID: "1", OA: "2"})
	b, f := sandbox.NewZaloBot("1:secret", o), sandbox.NewFacebook(sandbox.FacebookApp{ID: "1", Page: "2"}, o)
	t.Cleanup(func() { bot.Close(); z.Close(); b.Close(); f.Close() })
	p, err := New(Options{Now: time.Now, Traffic: traffic, Telegram: bot, Zalo: z, ZaloBot: b, Facebook: f})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", p)
	mux.Handle("/telegram/", traffic.In("telegram", http.StripPrefix("/telegram", bot)))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, traffic, bot
}

var patient = &http.Client{Timeout: 10 * time.Second}

func post(t *testing.T, address string, fields url.Values) (int, string) {
	t.Helper()
	res, err := patient.PostForm(address, fields)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(res.Body)
	return res.StatusCode, body.String()
}

// Every kind of fault reaches the wire, and stands in the traffic as it went.
func TestFaultsAreSeen(t *testing.T) {
	base, traffic, bot := door(t)
	send := url.Values{"chat_id": {"5001"}, "text": {"Chào"}}
	seen := int64(0)
	for _, kind := range bot.FaultKinds() {
		if kind == sandbox.FaultHang {
			continue // it would take as long as the caller waits
		}
		status, said := post(t, base+"/api/faults", url.Values{
			"platform": {"telegram"}, "kind": {string(kind)}, "calls": {"1"}, "seconds": {"7"},
		})
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", kind, status, said)
		}
		got, body := post(t, base+"/telegram/bot1:secret/sendMessage", send)
		want := map[sandbox.FaultKind]int{
			sandbox.FaultThrottled: 429, sandbox.FaultBroken: 502, sandbox.FaultReset: 0, sandbox.FaultToken: 401,
			sandbox.FaultBlocked: 403,
		}[kind]
		if got != want || kind == sandbox.FaultThrottled && !strings.Contains(body, `"retry_after":7`) {
			t.Errorf("%s: status %d, not %d: %s", kind, got, want, body)
		}
		fresh, next := traffic.since(seen)
		for len(fresh) > 0 && !fresh[0].Done && t.Context().Err() == nil { // it is kept just after the caller has it
			fresh, next = traffic.since(seen)
		}
		if seen = next; len(fresh) != 1 || fresh[0].Status != want {
			t.Errorf("%s: the traffic shows %+v", kind, fresh)
		}
	}
	if status, _ := post(t, base+"/telegram/bot1:secret/sendMessage", send); status != http.StatusOK {
		t.Errorf("after the faults the status is %d", status)
	}
	if got := len(bot.Messages(5001)); got != 2 {
		t.Errorf("the one whose connection broke and the last have come, %d are there", got)
	}
}

// What cannot be done is refused; what was done stands in the chat.
func TestActs(t *testing.T) {
	base, _, bot := door(t)
	for name, fields := range map[string]url.Values{
		"no such platform": {"platform": {"viber"}, "person": {"5001"}, "act": {"text"}, "text": {"a"}},
		"nobody":           {"platform": {"telegram"}, "person": {"1"}, "act": {"text"}, "text": {"a"}},
		"no words":         {"platform": {"telegram"}, "person": {"5001"}, "act": {"text"}, "text": {" "}},
		"no such act":      {"platform": {"telegram"}, "person": {"5001"}, "act": {"unsend"}, "message": {"1"}},
		"beyond the pole":  {"platform": {"telegram"}, "person": {"5001"}, "act": {"place"}, "lat": {"91"}, "lon": {"0"}},
		"no pictures":      {"platform": {"telegram"}, "person": {"5001"}, "act": {"photos"}},
		"no such button": {
			"platform": {"telegram"}, "person": {"5001"}, "act": {"press"}, "message": {"1"}, "data": {"done"},
		},
	} {
		if status, said := post(t, base+"/api/act", fields); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
	who := url.Values{"platform": {"telegram"}, "person": {"5001"}, "act": {"text"}, "text": {"Ổ gà"}}
	if status, said := post(t, base+"/api/act", who); status != http.StatusOK {
		t.Fatalf("%d %s", status, said)
	}
	who["act"], who["text"], who["message"] = []string{"edit"}, []string{"Ổ gà lớn"}, []string{"1"}
	if status, said := post(t, base+"/api/act", who); status != http.StatusOK || len(bot.Updates()) != 2 {
		t.Fatalf("%d %s, %d updates", status, said, len(bot.Updates()))
	}
	res, err := patient.Get(base + "/api/view?platform=telegram&person=5001")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var view struct{ Chat []bubble }
	if err := json.NewDecoder(res.Body).Decode(&view); err != nil {
		t.Fatal(err)
	}
	if len(view.Chat) != 1 || view.Chat[0].Text != "Ổ gà lớn" || view.Chat[0].Edits != 1 || !view.Chat[0].Mine {
		t.Errorf("the chat shows %+v", view.Chat)
	}
}
