package facebook_test

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
)

// oddities are bodies that are JSON, or nearly, and not what a webhook is.
var oddities = []string{
	``, `null`, `[]`, `{}`, `"page"`, `{"object":null}`, `{"object":["page"]}`, `{"object":"page"}`, `{"object":"page","entry":null}`,
	`{"object":"page","entry":{}}`, `{"object":"page","entry":[null,1,"",[],{},true]}`, `{"object":"page","entry":[{"id":null}]}`,
	`{"object":"page","entry":[{"id":{},"messaging":{}}]}`, `{"object":"page","entry":[{"id":"1","messaging":[null,1,"",[],{},true]}]}`,
	`{"object":"page","entry":[{"id":"1","changes":[null,1,"",[],{},{"field":"feed"},{"field":"feed","value":[]}]}]}`,
	`{"object":"page","object":"user","entry":[{"id":"1"}],"entry":[{"messaging":[]}]}`,
	`{"object":"page","entry":` + strings.Repeat(`[`, 9_000) + strings.Repeat(`]`, 9_000) + `}`,
	`{"object":"page","entry":[{"id":"1","messaging":[` + strings.Repeat(`{"message":`, 500) + `1` + strings.Repeat(`}`, 500) + `]}]}`,
	thread(`"message":null`), thread(`"message":{}`), thread(`"message":[]`), thread(`"message":"a"`), thread(`"message":{"mid":{},"text":[]}`),
	thread(`"message":{"mid":"m","text":"a","text":"b","mid":"n"}`), thread(`"message":{"mid":1,"text":2}`),
	thread(`"message":{"mid":"m","text":"\ud800"}`), thread("\"message\":{\"mid\":\"m\",\"text\":\"\xff\xfe\"}"),
	thread(`"message":{"mid":"m\u0000","text":"\u0000"}`), thread(`"message":{"mid":"m","text":"e\u0302\u0302\u0302"}`),
	thread(`"message":{"mid":"m","attachments":null}`), thread(`"message":{"mid":"m","attachments":{"type":"image"}}`),
	thread(`"message":{"mid":"m","attachments":[null,1,[],{},{"type":null},{"type":7,"payload":7}]}`),
	thread(`"message":{"mid":"m","attachments":[{"type":"image","payload":[{"url":"a"}]}]}`),
	thread(`"message":{"mid":"m","attachments":[{"type":"image","payload":{"url":null,"sticker_id":{}}},{"type":"IMAGE","payload":{"url":"a"}}]}`),
	thread(`"message":{"mid":"m","attachments":[{"type":"location","payload":{"coordinates":[1,2]}}]}`),
	thread(`"message":{"mid":"m","attachments":[{"type":"location","payload":{"coordinates":{"lat":"inf","long":"0x1p3"}}}]}`),
	thread(`"message":{"mid":"m","attachments":[{"type":"location","payload":{"coordinates":{"lat":1e400,"long":-181}}}]}`),
	thread(`"message":{"mid":"m","quick_reply":[],"reply_to":"m","referral":1}`), thread(`"message":{"is_echo":"yes","app_id":{}}`),
	thread(`"message":{"mid":"m","text":"a"},"postback":{"payload":"b"},"read":{"watermark":1}`),
	thread(`"message_edit":{"mid":"m","text":null,"num_edit":"99999999999999999999"}`), thread(`"message_edit":{"num_edit":-1.5}`),
	thread(`"delivery":{"mids":"m","watermark":"x"}`), thread(`"delivery":{"mids":[null,1,{}],"watermark":[]}`),
	thread(`"read":{"watermark":1e300}`), thread(`"read":7`), thread(`"reaction":{"mid":["m"],"emoji":7}`),
	thread(`"postback":{"payload":{"a":1},"referral":[]}`), thread(`"referral":{"ref":12345678901234567890}`),
	strings.Replace(thread(`"message":{"mid":"m","text":"a"}`), `"sender":{"id":"5"}`, `"sender":[{"id":"5"}]`, 1),
	strings.Replace(thread(`"message":{"mid":"m","text":"a"}`), `"sender":{"id":"5"}`, `"sender":{"id":5.5e300}`, 1),
	strings.Replace(thread(`"message":{"mid":"m","text":"a"}`), `"sender":{"id":"5"}`, `"sender":{"user_ref":"u"}`, 1),
	strings.Replace(thread(`"message":{"mid":"m","text":"a"}`), `1790000000000`, strings.Repeat("9", 5_000), 1),
	`{"object":"page","entry":[{"id":"10","messaging":[{"sender":{"id":"5"},"message":{"is_echo":true}}]}]}`,
	feed(`"item":["comment"],"verb":"add"`), feed(`"item":"comment","verb":"add","from":"5","comment_id":"1"`),
	feed(`"item":"comment","verb":"add","comment_id":1.0,"photo":{},"created_time":"-1"`),
	feed(`"item":"comment","verb":"edited","comment_id":"` + strings.Repeat("1", 5_000) + `"`),
}

func FuzzParse(f *testing.F) {
	for _, odd := range oddities {
		f.Add([]byte(odd))
	}
	files, _ := filepath.Glob("testdata/*.json")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	page := facebook.New(facebook.Config{AppID: "77", Now: now})
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _ := page.Parse(body) // it may say anything, and must not panic
		rows := map[string]bool{}
		for _, e := range events {
			row, err := e.Inbox("")
			if err != nil || rows[row.ID] {
				t.Fatalf("%v, the same twice: %t", err, rows[row.ID])
			}
			rows[row.ID] = true
			sound(t, e)
		}
	})
}

// sound checks what is true of every event, whatever was sent.
func sound(t *testing.T, e bots.Incoming) {
	t.Helper()
	switch {
	case e.Channel != facebook.Name || e.Kind == "" || e.Media == nil:
		t.Errorf("an event of channel %q and kind %q", e.Channel, e.Kind)
	case e.User == "" && e.Kind != bots.KindIgnored:
		t.Errorf("%s of nobody", e.Kind)
	case strings.ContainsFunc(e.User, unicode.IsControl):
		t.Errorf("no database takes the user %q", e.User)
	case e.Message == nil && e.Dedupe == "":
		t.Errorf("%s cannot be told from another", e.Kind)
	case e.Text != nil && (*e.Text == "" || !utf8.ValidString(*e.Text) || !norm.NFC.IsNormalString(*e.Text)):
		t.Errorf("the words %q", *e.Text)
	case (e.Lat == nil) != (e.Lon == nil):
		t.Error("half a place")
	case e.Lat != nil && !(*e.Lat >= -90 && *e.Lat <= 90 && *e.Lon >= -180 && *e.Lon <= 180):
		t.Errorf("the place %g, %g", *e.Lat, *e.Lon)
	case e.At != nil && (e.At.Year() < 2010 || e.At.After(now().Add(24*time.Hour))):
		t.Errorf("the instant %v", e.At)
	}
}

func FuzzVerify(f *testing.F) {
	good := hexHMAC(`{"object":"page"}`)
	for _, value := range []string{
		"", "sha256=", "sha256=" + good, "sha256=" + strings.ToUpper(good), "SHA256=" + good, "sha1=" + good, good,
		"sha256=" + good + "00", "sha256= " + good, "sha256=" + good[:63], "sha256=\x00" + good, "sha256=sha256=" + good,
		"sha256=" + strings.Repeat("é", 32), "sha256=" + strings.Repeat("0", 100_000),
	} {
		f.Add(value, []byte(`{"object":"page"}`))
		f.Add(value, []byte{})
	}
	page := at("")
	f.Fuzz(func(t *testing.T, value string, body []byte) {
		err := page.Verify(http.Header{"X-Hub-Signature-256": {value}}, body)
		given, ok := strings.CutPrefix(value, "sha256=")
		raw, bad := hex.DecodeString(given)
		want := ok && bad == nil && (hex.EncodeToString(raw) == hexHMAC(string(body)) || signedByOlder(given, body))
		if (err == nil) != want {
			t.Errorf("taken is to be %t: %v", want, err)
		}
	})
}

// signedByOlder is for the secret before the last: it is still good.
func signedByOlder(given string, body []byte) bool {
	older := facebook.New(facebook.Config{Secrets: []string{"older"}, Now: now})
	return older.Verify(http.Header{"X-Hub-Signature-256": {"sha256=" + given}}, body) == nil
}

func FuzzChallenge(f *testing.F) {
	for _, query := range []string{
		"", "hub.mode=subscribe", "hub.mode=subscribe&hub.verify_token=" + verify + "&hub.challenge=1",
		"hub.mode=subscribe&hub.verify_token=x&hub.verify_token=" + verify + "&hub.challenge=1&hub.challenge=2",
		"hub.mode=subscribe&hub.verify_token=" + verify, "hub.mode=SUBSCRIBE&hub.verify_token=" + verify,
		"hub_mode=subscribe&hub_verify_token=" + verify, "hub.mode=subscribe&hub.verify_token=%00&hub.challenge=%ff",
	} {
		f.Add(query)
	}
	page := at("")
	f.Fuzz(func(t *testing.T, raw string) {
		query, _ := url.ParseQuery(raw)
		answer, ok := page.Challenge(query)
		want := query.Get("hub.mode") == "subscribe" && query.Get("hub.verify_token") == verify
		if ok != want || ok && answer != query.Get("hub.challenge") || !ok && answer != "" {
			t.Errorf("%q and %t, ours is %t", answer, ok, want)
		}
	})
}
