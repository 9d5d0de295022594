package telegram_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/telegram"
)

// said is an update with a message of the resident 5.
func said(content string) string {
	return `{"update_id":1,"message":{"message_id":9,"from":{"id":5},"chat":{"id":5,"type":"private"},"date":1790000000,` + content + `}}`
}

// oddities are bodies that are JSON, or nearly, and not what an update is.
var oddities = []string{
	``, `null`, `[]`, `{}`, `"message"`, `{"update_id":null}`, `{"update_id":"1"}`, `{"update_id":9223372036854775808}`,
	`{"update_id":1,"message":null}`, `{"update_id":1,"message":[]}`, `{"update_id":1,"message":"a"}`, `{"update_id":1,"message":{}}`,
	`{"update_id":1,"message":{"chat":null}}`, `{"update_id":1,"message":{"chat":[]}}`, `{"update_id":1,"message":{"chat":{"id":"5"}}}`,
	`{"update_id":1,"edited_message":{"chat":{}}}`, `{"update_id":1,"callback_query":{"from":{}}}`, `{"update_id":1,"my_chat_member":{}}`,
	`{"update_id":1,"callback_query":{"from":{"id":5},"message":{"chat":null}}}`, `{"update_id":1,"message_reaction":{}}`,
	`{"update_id":1,"message_reaction":{"new_reaction":[null]}}`, `{"update_id":1,"message_reaction":{"chat":{"id":5,"type":"private"},"new_reaction":{}}}`,
	`{"update_id":1,"update_id":2,"message":{"text":"a"},"message":{"chat":{"id":5,"type":"private"}}}`,
	`{"update_id":1,"message":` + strings.Repeat(`{"reply_to_message":`, 500) + `null` + strings.Repeat(`}`, 500) + `}`,
	`{"update_id":1,"message":` + strings.Repeat(`[`, 9_000) + strings.Repeat(`]`, 9_000) + `}`,
	said(`"text":null`), said(`"text":7`), said(`"text":""`), said(`"text":"a","text":"b"`), said(`"text":"\ud800"`),
	said("\"text\":\"\xff\xfe\""), said(`"text":"\u0000"`), said(`"text":"e\u0302\u0302"`), said(`"text":"a","date":1e400`),
	said(`"text":"a","date":-9223372036854775808`), said(`"text":"a","date":"1790000000"`), said(`"text":"a","message_id":1.5`),
	said(`"text":"/","entities":[{"type":"bot_command","offset":0,"length":-1}]`), said(`"text":"/ @","entities":[{"type":"bot_command"}]`),
	said(`"entities":[{"type":"bot_command","offset":0,"length":5}]`), said(`"text":"a","entities":null`), said(`"text":"a","entities":[null]`),
	said(`"photo":[]`), said(`"photo":[{}]`), said(`"photo":[null]`), said(`"photo":{}`), said(`"photo":[{"width":9223372036854775807,"height":9}]`),
	said(`"document":{}`), said(`"document":{"mime_type":"/"}`), said(`"video":null,"voice":{}`), said(`"sticker":[]`), said(`"contact":{}`),
	said(`"contact":{"user_id":5,"phone_number":null}`), said(`"location":{}`), said(`"location":{"latitude":1e400}`),
	said(`"location":{"latitude":"1"}`), said(`"location":{"latitude":-91,"longitude":181}`), said(`"venue":{}`), said(`"venue":{"location":null},"location":{}`),
	said(`"reply_to_message":{}`), said(`"reply_to_message":null,"is_topic_message":true`), said(`"forward_origin":[]`), said(`"forward_origin":7`),
	said(`"migrate_to_chat_id":-1`), said(`"migrate_to_chat_id":"x"`), said(`"from":null`), said(`"from":{"id":9223372036854775807}`),
}

func FuzzParse(f *testing.F) {
	for _, odd := range oddities {
		f.Add([]byte(odd))
	}
	for _, pattern := range []string{"testdata/*.json", "testdata/own/*.json"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw)
		}
	}
	bot := adapter()
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _ := bot.Parse(body) // it may say anything, and must not panic
		for _, e := range events {
			if _, err := e.Inbox("1"); err != nil {
				t.Fatal(err)
			}
			sound(t, e)
		}
	})
}

// sound checks what is true of every event, whatever was sent.
func sound(t *testing.T, e bots.Incoming) {
	t.Helper()
	switch {
	case e.Channel != telegram.Name || e.Kind == "" || e.Media == nil || e.ChatID == "":
		t.Errorf("an event of channel %q and kind %q in chat %q", e.Channel, e.Kind, e.ChatID)
	case e.User == "" && e.Kind != bots.KindIgnored:
		t.Errorf("%s of nobody", e.Kind)
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
	case e.ChatType != "" && e.Actionable:
		t.Error("a report from a group")
	}
}

func FuzzVerify(f *testing.F) {
	for _, given := range []string{
		"", " ", "\x00", secret, secret + " ", " " + secret, secret + "\x00", strings.ToUpper(secret), secret[1:], secret + secret,
		strings.Repeat("a", 100_000), "\xff\xfe",
	} {
		f.Add(given, secret, []byte(`{}`))
		f.Add(given, "", []byte{})
	}
	f.Fuzz(func(t *testing.T, given, set string, body []byte) {
		header := http.Header{"X-Telegram-Bot-Api-Secret-Token": {given}}
		if err := adapter("", set).Verify(header, body); (err == nil) != (set != "" && given == set) {
			t.Errorf("%q for %q: %v", given, set, err)
		}
	})
}
