package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

// bot is a Zalo Bot that is served, with one resident.
type bot struct {
	*sandbox.ZaloBot
	lan    *sandbox.ZaloBotResident
	client *http.Client
	base   string
}

func newBot(t *testing.T) bot {
	t.Helper()
	z := sandbox.NewZaloBot(token, sandbox.Options{Now: newClock().now, Backoff: time.Millisecond})
	server := httptest.NewServer(z)
	t.Cleanup(server.Close)
	t.Cleanup(z.Close)
	z.At(server.URL)
	return bot{z, z.Resident("5", "Lan"), server.Client(), server.URL}
}

func (b bot) call(t *testing.T, token, method, body string) (int, string) {
	t.Helper()
	res, err := b.client.Post(b.base+"/bot"+token+"/"+method, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct {
		OK     bool
		Error  int `json:"error_code"`
		Result json.RawMessage
	}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil || said.OK != (said.Error == 0) {
		t.Fatal(err, said)
	}
	return said.Error, string(said.Result)
}

func TestZaloBotRefusesWhatItIsDocumentedTo(t *testing.T) {
	b := newBot(t)
	for name, tt := range map[string]struct {
		token, method, body string
		want                int
	}{
		"another token":            {"1:other", "getMe", "{}", 401},
		"its own token":            {token, "getMe", "{}", 0},
		"an unknown method":        {token, "sendNothing", "{}", 404},
		"a text":                   {token, "sendMessage", `{"chat_id":"5","text":"a"}`, 0},
		"an empty text":            {token, "sendMessage", `{"chat_id":"5","text":""}`, 400},
		"a text that is longer":    {token, "sendMessage", `{"chat_id":"5","text":"` + strings.Repeat("đ", 2001) + `"}`, 400},
		"a chat that nobody made":  {token, "sendMessage", `{"chat_id":"6","text":"a"}`, 400},
		"a picture by its address": {token, "sendPhoto", `{"chat_id":"5","photo":"https://a.vn/1.jpg"}`, 0},
		"a picture without one":    {token, "sendPhoto", `{"chat_id":"5","photo":"1.jpg"}`, 400},
		"a sign of writing":        {token, "sendChatAction", `{"chat_id":"5","action":"typing"}`, 0},
		"another sign":             {token, "sendChatAction", `{"chat_id":"5","action":"dancing"}`, 400},
		"a webhook without TLS":    {token, "setWebhook", `{"url":"http://a.vn","secret_token":"12345678"}`, 400},
		"a short secret":           {token, "setWebhook", `{"url":"https://a.vn","secret_token":"1234567"}`, 400},
		"nothing to give":          {token, "getUpdates", `{"timeout":"0"}`, 408},
	} {
		t.Run(name, func(t *testing.T) {
			if code, _ := b.call(t, tt.token, tt.method, tt.body); code != tt.want {
				t.Errorf("error %d, not %d", code, tt.want)
			}
		})
	}
	if sent, err := b.Await(t.Context(), "5", 2); err != nil || len(sent) != 2 {
		t.Errorf("a text and a picture are there, got %v, %v", sent, err)
	}
}

func TestZaloBotGivesEachUpdateOnceOrPostsIt(t *testing.T) {
	b := newBot(t)
	b.lan.Say("một")
	b.lan.SendImage([]byte("jpeg"), "hai")
	if code, result := b.call(t, token, "getUpdates", `{"timeout":"1"}`); code != 0 || !strings.Contains(result, `"text":"một"`) {
		t.Errorf("%d %s", code, result)
	}
	came := make(chan string, 10)
	var hits atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		came <- r.Header.Get("X-Bot-Api-Secret-Token") + string(raw)
		if hits.Add(1) == 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer hook.Close()
	b.call(t, token, "setWebhook", `{"url":"`+hook.URL+`","secret_token":"12345678"}`)
	for range 2 {
		if got := <-came; !strings.HasPrefix(got, `12345678{"event_name":"message.image.received"`) {
			t.Errorf("what waited is posted, again if it was not taken: %s", got)
		}
	}
	if code, result := b.call(t, token, "getWebhookInfo", "{}"); code != 0 || !strings.Contains(result, hook.URL) {
		t.Errorf("%d %s", code, result)
	}
	if code, _ := b.call(t, token, "getUpdates", `{"timeout":"1"}`); code != 400 {
		t.Errorf("a webhook shuts getUpdates, got %d", code)
	}
	b.lan.SendSticker("s")
	if got := <-came; !strings.Contains(got, `"sticker":"s"`) {
		t.Error(got)
	}
	b.call(t, token, "deleteWebhook", "{}")
	b.lan.SendOther()
	if code, result := b.call(t, token, "getUpdates", `{"timeout":"1"}`); code != 0 || !strings.Contains(result, "unsupported") {
		t.Errorf("%d %s", code, result)
	}
}
