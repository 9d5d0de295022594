package zalo_test

import (
	"encoding/json"
	"math"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

// oddities are bodies whose structure is not what anybody would write.
func oddities() []string {
	deep := strings.Repeat(`{"message":`, 2000) + "1" + strings.Repeat("}", 2000)
	list := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	odd := []string{
		"", "null", "0", "[]", `""`, "{}", deep, list, "\xff\xfe{}", "{\"event_name\":\"\xc3\x28\"}", "\ufeff{}",
		`{"message":` + list + `}`, `{"event_name":"user_send_text","message":` + list + `,"sender":{"id":"5"}}`,
		`{"timestamp":"1","timestamp":2,"timestamp":null}`, `{"timestamp":1e308,"timestamp":-1e308}`,
		`{"event_name":["user_send_text"],"sender":[{"id":"5"}],"recipient":"9","message":"text","timestamp":[]}`,
		`{"ok":true,"result":{"ok":true,"result":{"message":{}}}}`, `{"ok":true,"result":[{"event_name":"message.text.received"}]}`,
		`{"event_name":"follow","oa_id":9,"follower":{"id":5},"follower":{"id":"6"},"timestamp":99999999999999999999999999}`,
	}
	values := []string{
		"null", "true", `"5"`, "5", "-0", "1e400", "0x10", `"NaN"`, `"1e999"`, "[]", "[null]", "{}", `{"id":{"id":1}}`, `"\u0000"`,
		`"\ud800"`, `"#vt:"`, "123456789012345678901234567890", `"` + strings.Repeat("9", 5000) + `"`, "[[[[]]]]",
		`[{"type":"link","payload":{"description":"{\"phone\":{}}"}},{"type":7},{"payload":[]}]`,
		`[{"type":"location","payload":{"coordinates":{"latitude":"1e400","longitude":[]}}}]`,
	}
	names := []string{
		"user_send_text", "user_send_image", "user_send_location", "user_send_business_card", "user_send_video", "user_send_file",
		"user_send_sticker", "user_send_link", "user_send_group_text", "anonymous_send_text", "user_submit_info",
		"user_reacted_message", "user_seen_message", "user_received_message", "oa_send_text", "follow", "user_withdraw",
		"user_click_chatnow", "message.text.received", "message.image.received", "message.sticker.received",
	}
	for i, v := range values {
		name := names[i%len(names)]
		odd = append(odd,
			`{"event_name":"`+name+`","sender":`+v+`,"recipient":`+v+`,"message":`+v+`,"timestamp":`+v+`,"info":`+v+`}`,
			`{"event_name":"`+name+`","sender":{"id":"5"},"recipient":{"id":"9"},"timestamp":"1","message":{"text":`+v+
				`,"msg_id":`+v+`,"attachments":`+v+`,"msg_ids":`+v+`},"info":{"name":`+v+`,"full_address":`+v+`},"follower":`+v+`}`,
			`{"message":{"from":{"id":"5","is_bot":`+v+`},"chat":`+v+`,"date":`+v+`,"text":`+v+`,"photo_url":`+v+`,"message_id":`+v+`}}`,
		)
	}
	for _, name := range names {
		odd = append(odd, `{"event_name":"`+name+`","sender":{"id":"5"},"follower":{"id":"5"},"recipient":{"id":"9"}}`)
	}
	return odd
}

func seed(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.expected.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(recorded(f, strings.TrimSuffix(filepath.Base(file), ".expected.json")))
	}
	for _, body := range oddities() {
		f.Add([]byte(body))
	}
}

// sane checks what must hold of whatever events come of whatever bytes.
func sane(t *testing.T, adapter bots.Adapter, body []byte) {
	t.Helper()
	events, err := adapter.Parse(body)
	if err != nil && len(events) > 0 {
		t.Error("events and an error")
	}
	if err == nil && !json.Valid(body) {
		t.Error("what is no JSON is an error")
	}
	for _, e := range events {
		switch {
		case e.User == "" || e.Channel != adapter.Name() || e.Kind == "" || e.Media == nil:
			t.Errorf("an event without user, channel, kind or media: %+v", e)
		case e.Message == nil && e.Dedupe == "":
			t.Errorf("an event that nothing is known by: %+v", e)
		case (e.Lat == nil) != (e.Lon == nil) || e.Lat != nil && !(math.Abs(*e.Lat) <= 90 && math.Abs(*e.Lon) <= 180):
			t.Errorf("a place that cannot be: %+v", e)
		case e.Text != nil && (*e.Text == "" || !utf8.ValidString(*e.Text)):
			t.Errorf("words that are none: %q", *e.Text)
		case e.At != nil && (e.At.Year() < 2010 || e.At.After(now().AddDate(0, 0, 1))):
			t.Errorf("an impossible time: %v", e.At)
		case e.ChatType != "" && e.Actionable:
			t.Errorf("a group is no place for reports: %+v", e)
		}
		if _, err := e.Inbox("x"); err != nil {
			t.Errorf("it cannot be kept: %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	seed(f)
	adapter := at("")
	f.Fuzz(func(t *testing.T, body []byte) {
		sane(t, adapter, body)
		_ = adapter.Fresh(body)
	})
}

func FuzzBotParse(f *testing.F) {
	seed(f)
	bot := zalo.NewBot(zalo.BotConfig{Now: now})
	f.Fuzz(func(t *testing.T, body []byte) { sane(t, bot, body) })
}

// FuzzVerify: nothing is taken under a digest of anything but the body's only timestamp, as it is written.
func FuzzVerify(f *testing.F) {
	for _, body := range oddities() {
		f.Add("mac=00", body, "1")
	}
	body := `{"timestamp":"1751100600000"}`
	f.Add(sign([]byte(body), "1751100600000").Get("X-ZEvent-Signature"), body, "1751100600000")
	f.Add("mac=", body, "\r\n")
	adapter := at("")
	f.Fuzz(func(t *testing.T, value, body, stamp string) {
		if adapter.Verify(http.Header{"X-Zevent-Signature": {value}}, []byte(body)) == nil && !strings.Contains(body, "1751100600000") {
			t.Errorf("taken: %q with %q", body, value)
		}
		if adapter.Verify(sign([]byte(body), stamp), []byte(body)) != nil {
			return
		}
		var e map[string]json.RawMessage
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatalf("taken: %q, which is no JSON object", body)
		}
		if written := strings.Trim(string(e["timestamp"]), `"`); stamp == "" || written != stamp && !strings.Contains(written, `\`) {
			t.Errorf("taken: %q with the timestamp %q", body, stamp)
		}
	})
}

func FuzzBotVerify(f *testing.F) {
	for _, value := range []string{"", "planted_secret", "planted_secre", "planted_secret ", "PLANTED_SECRET", "\x00", strings.Repeat("p", 10_000)} {
		f.Add(value)
	}
	bot := zalo.NewBot(zalo.BotConfig{Secrets: []string{"", "planted_secret"}, Now: now})
	f.Fuzz(func(t *testing.T, value string) {
		if err := bot.Verify(http.Header{"X-Bot-Api-Secret-Token": {value}}, nil); (err == nil) != (value == "planted_secret") {
			t.Errorf("%q: %v", value, err)
		}
	})
}
