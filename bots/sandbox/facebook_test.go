package sandbox_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

const (
	graphToken  = "EAAsecret"
	graphSecret = "app secret"
)

// graph is a Graph API that is served, with one resident who has written.
type graph struct {
	*sandbox.Facebook
	lan    *sandbox.FacebookResident
	client *http.Client
	base   string
}

func newGraph(t *testing.T) graph {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }
	facebook := sandbox.NewFacebook(sandbox.FacebookApp{
		ID: "77", Secret: graphSecret, Page: "10", Token: graphToken, Templates: []string{"resolved"}, PerSecond: 1000,
	}, sandbox.Options{Now: now, Backoff: time.Millisecond})
	server := httptest.NewServer(facebook)
	t.Cleanup(server.Close)
	t.Cleanup(facebook.Close)
	facebook.ServedAt(server.URL)
	lan := facebook.Resident("5", "Lan", "Nguyễn")
	lan.Say("xin chào")
	return graph{facebook, lan, server.Client(), server.URL}
}

func graphProof(token string) string {
	h := hmac.New(sha256.New, []byte(graphSecret))
	_, _ = io.WriteString(h, token)
	return hex.EncodeToString(h.Sum(nil))
}

// call makes a call and returns "status code/subcode" of its answer.
func (g graph) call(t *testing.T, req *http.Request, token, proof string) string {
	t.Helper()
	req.Header.Set("Authorization", "Bearer "+token)
	query := req.URL.Query()
	query.Set("appsecret_proof", proof)
	req.URL.RawQuery = query.Encode()
	res, err := g.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct {
		Error struct {
			Code    int `json:"code"`
			Subcode int `json:"error_subcode"`
		} `json:"error"`
	}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if said.Error.Code == 0 {
		return strconv.Itoa(res.StatusCode)
	}
	return strconv.Itoa(res.StatusCode) + " " + strconv.Itoa(said.Error.Code) + "/" + strconv.Itoa(said.Error.Subcode)
}

func (g graph) request(t *testing.T, method, path, kind, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, g.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	return req
}

func (g graph) send(t *testing.T, body string) string {
	t.Helper()
	return g.call(t, g.request(t, http.MethodPost, "/v25.0/10/messages", "application/json", body), graphToken, graphProof(graphToken))
}

// graphRespond is the body of a send to the resident.
func graphRespond(message string) string {
	return `{"recipient":{"id":"5"},"messaging_type":"RESPONSE","message":{` + message + `}}`
}

func graphChoices(count int, choice string) string {
	return graphRespond(`"text":"a","quick_replies":[` + strings.TrimSuffix(strings.Repeat(choice+",", count), ",") + `]`)
}

func graphChoice(title, payload string) string {
	return `{"content_type":"text","title":"` + title + `","payload":"` + payload + `"}`
}

func TestFacebookRefusesWhatItIsDocumentedTo(t *testing.T) {
	g := newGraph(t)
	g.Resident("6", "Minh", "")
	template := func(name string) string {
		return `{"recipient":{"id":"6"},"messaging_type":"UTILITY","message":{"template":{"name":"` + name + `","language":{"code":"vi"}}}}`
	}
	for name, tt := range map[string]struct{ body, want string }{
		"the longest text":                   {graphRespond(`"text":"` + strings.Repeat("a", 2000) + `"`), "200"},
		"a text that is longer":              {graphRespond(`"text":"` + strings.Repeat("a", 2001) + `"`), "400 100/0"},
		"a text of emoji, twice as long":     {graphRespond(`"text":"` + strings.Repeat("😀", 1001) + `"`), "400 100/0"},
		"nothing":                            {graphRespond(``), "400 100/0"},
		"no message":                         {`{"recipient":{"id":"5"},"messaging_type":"RESPONSE"}`, "400 100/0"},
		"a text and a picture":               {graphRespond(`"text":"a","attachment":{"type":"image"}`), "400 100/0"},
		"a picture without its bytes":        {graphRespond(`"attachment":{"type":"image"}`), "400 100/2018047"},
		"thirteen choices":                   {graphChoices(13, graphChoice(strings.Repeat("ơ", 20), strings.Repeat("a", 1000))), "200"},
		"fourteen choices":                   {graphChoices(14, graphChoice("a", "a")), "400 100/0"},
		"a choice of 21 letters":             {graphChoices(1, graphChoice(strings.Repeat("a", 21), "a")), "400 100/0"},
		"a choice without words":             {graphChoices(1, graphChoice("", "a")), "400 100/0"},
		"a choice that brings nothing":       {graphChoices(1, graphChoice("a", "")), "400 100/0"},
		"a choice that brings too much":      {graphChoices(1, graphChoice("a", strings.Repeat("a", 1001))), "400 100/0"},
		"a choice that asks for the place":   {graphChoices(1, `{"content_type":"location"}`), "400 100/0"},
		"somebody who does not exist":        {`{"recipient":{"id":"7"},"messaging_type":"RESPONSE","message":{"text":"a"}}`, "400 100/2018001"},
		"nobody":                             {`{"messaging_type":"RESPONSE","message":{"text":"a"}}`, "400 100/2018001"},
		"somebody who never wrote":           {`{"recipient":{"id":"6"},"messaging_type":"RESPONSE","message":{"text":"a"}}`, "400 10/2018278"},
		"somebody who never wrote, by hand":  {`{"recipient":{"id":"6"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","message":{"text":"a"}}`, "400 10/2018278"},
		"an approved template":               {template("resolved"), "200"},
		"a template that was not approved":   {template("other"), "400 100/0"},
		"words under the name of a template": {`{"recipient":{"id":"6"},"messaging_type":"UTILITY","message":{"text":"a"}}`, "400 100/0"},
		"a template as an answer":            {graphRespond(`"template":{"name":"resolved","language":{"code":"vi"}}`), "400 100/0"},
		"a tag that is gone":                 {`{"recipient":{"id":"5"},"messaging_type":"MESSAGE_TAG","tag":"ACCOUNT_UPDATE","message":{"text":"a"}}`, "400 100/0"},
		"no type":                            {`{"recipient":{"id":"5"},"message":{"text":"a"}}`, "400 100/0"},
		"an unknown comment":                 {`{"recipient":{"comment_id":"1_1"},"messaging_type":"RESPONSE","message":{"text":"a"}}`, "400 100/2018292"},
		"a sender action":                    {`{"recipient":{"id":"5"},"sender_action":"typing_on"}`, "200"},
		"a sender action that nobody knows":  {`{"recipient":{"id":"5"},"sender_action":"wave"}`, "400 100/0"},
		"a sender action beside a message":   {`{"recipient":{"id":"5"},"sender_action":"typing_on","message":{"text":"a"}}`, "400 100/0"},
		"a token in the body":                {`{"access_token":"` + graphToken + `","recipient":{"id":"5"}}`, "400 100/0"},
		"what is no JSON":                    {`{`, "400 100/0"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := g.send(t, tt.body); got != tt.want {
				t.Errorf("%s, not %s", got, tt.want)
			}
		})
	}
}

func TestFacebookLetsOnlyThePageIn(t *testing.T) {
	g := newGraph(t)
	app := "77|" + graphSecret
	for name, tt := range map[string]struct{ method, path, token, proof, want string }{
		"the page":                          {"GET", "/v25.0/10?fields=name", graphToken, graphProof(graphToken), "200"},
		"another token":                     {"GET", "/v25.0/10", "other", graphProof("other"), "401 190/0"},
		"no proof":                          {"GET", "/v25.0/10", graphToken, "", "400 100/0"},
		"the proof of another token":        {"GET", "/v25.0/10", graphToken, graphProof("other"), "400 100/0"},
		"the app, of its webhook":           {"GET", "/v25.0/77/subscriptions", app, graphProof(app), "200"},
		"the page, of the app's webhook":    {"GET", "/v25.0/77/subscriptions", graphToken, graphProof(graphToken), "401 190/0"},
		"a person":                          {"GET", "/v25.0/5?fields=first_name", graphToken, graphProof(graphToken), "200"},
		"nobody":                            {"GET", "/v25.0/9", graphToken, graphProof(graphToken), "400 100/33"},
		"no version":                        {"GET", "/10", graphToken, graphProof(graphToken), "400 100/33"},
		"an unknown edge":                   {"GET", "/v25.0/10/photos", graphToken, graphProof(graphToken), "400 100/33"},
		"an event that nobody makes":        {"POST", "/v25.0/10/subscribed_apps?subscribed_fields=horoscope", graphToken, graphProof(graphToken), "400 100/0"},
		"a first button that brings naught": {"POST", "/v25.0/10/messenger_profile", graphToken, graphProof(graphToken), "400 100/0"},
		"an answer to no comment":           {"POST", "/v25.0/1_1/comments?message=a", graphToken, graphProof(graphToken), "400 100/33"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := g.call(t, g.request(t, tt.method, tt.path, "", ""), tt.token, tt.proof); got != tt.want {
				t.Errorf("%s, not %s", got, tt.want)
			}
		})
	}
}

func TestFacebookTakesPicturesUpToALimit(t *testing.T) {
	g := newGraph(t)
	upload := func(size int) string {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		_ = w.WriteField("recipient", `{"id":"5"}`)
		_ = w.WriteField("messaging_type", "RESPONSE")
		_ = w.WriteField("message", `{"attachment":{"type":"image"}}`)
		file, err := w.CreateFormFile("filedata", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = file.Write(make([]byte, size))
		_ = w.Close()
		req := g.request(t, http.MethodPost, "/v25.0/10/messages", w.FormDataContentType(), body.String())
		return g.call(t, req, graphToken, graphProof(graphToken))
	}
	if largest, larger := upload(8<<20), upload(8<<20+1); largest != "200" || larger != "400 100/2018294" {
		t.Errorf("%s and %s", largest, larger)
	}
}

func TestFacebookDeliversAgainAndGivesUp(t *testing.T) {
	g := newGraph(t)
	var deaf atomic.Bool
	came := make(chan string, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge"))
			return
		}
		raw, _ := io.ReadAll(r.Body)
		if deaf.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
		came <- r.Header.Get("X-Hub-Signature-256") + " " + string(raw)
	}))
	defer hook.Close()
	if _, err := g.Redeliver(t.Context(), nil, 1); err == nil {
		t.Error("without a callback nothing can be delivered")
	}
	if err := g.SetCallback(t.Context(), hook.URL, "v"); err != nil {
		t.Fatal(err)
	}
	const subscribe = "/v25.0/10/subscribed_apps?subscribed_fields=messages,message_edits"
	g.call(t, g.request(t, http.MethodPost, subscribe, "", ""), graphToken, graphProof(graphToken))
	g.Together(func() {
		g.lan.Edit(g.lan.Say("một"), "hai", 1)
		g.lan.Read() // was not asked for
	})
	last := g.Webhooks()[len(g.Webhooks())-1]
	if want := "sha256=" + graphProof(string(last)) + " " + string(last); <-came != want {
		t.Errorf("what was made is to come, signed: %s", last)
	}
	if n := strings.Count(string(last), `"messaging"`); n != 2 {
		t.Errorf("what happens together comes together, got %d of 2: %s", n, last)
	}
	deaf.Store(true)
	g.lan.Say("ba")
	for range 16 {
		<-came
	}
	statuses, err := g.Redeliver(t.Context(), last, 3)
	if err != nil || len(statuses) != 3 || statuses[2] != http.StatusInternalServerError {
		t.Errorf("three more are to come, got %v, %v", statuses, err)
	}
	for tries := 0; g.Subscribed(); tries++ { // it is switched off a moment after the last try
		if tries == 5000 {
			t.Fatal("it is to give up")
		}
		time.Sleep(time.Millisecond)
	}
}
