package zalo_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

// parsed returns the only event of a body as JSON that a table can compare, or nil.
func parsed(t *testing.T, adapter bots.Adapter, body string) map[string]any {
	t.Helper()
	events, err := adapter.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if len(events) == 0 {
		return nil
	}
	if events[0].Message == nil && events[0].Dedupe == "" {
		t.Error("an event without an id needs something to be known by")
	}
	raw, err := json.Marshal(events[0])
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for name, value := range all { // what says nothing is not compared
		if items, list := value.([]any); value == nil || value == false || list && len(items) == 0 {
			delete(all, name)
		}
	}
	delete(all, "channel")
	return all
}

type fields = map[string]any

// event is one with an envelope: user 5 writes to the OA 9.
func event(name, rest string) string {
	return `{"event_name":"` + name + `","sender":{"id":"5"},"recipient":{"id":"9"},"timestamp":"1751100600000",` + rest + `}`
}

// got is what such an event becomes.
func got(kind string, more fields) fields {
	all := fields{
		"external_user_id": "5", "account_id": "9", "kind": kind, "timestamp": "2025-06-28T08:50:00Z",
	}
	maps.Copy(all, more)
	return all
}

func TestParse(t *testing.T) {
	text := func(more fields) fields {
		all := fields{"external_message_id": "m", "text": "a", "actionable": true}
		maps.Copy(all, more)
		return got("text", all)
	}
	for name, tt := range map[string]struct {
		body string
		want fields
	}{
		"ids beyond 53 bits as numbers": {
			`{"event_name":"user_send_text","sender":{"id":9007199254740993123},"recipient":{"id":9},"timestamp":1751100600,` +
				`"message":{"text":"a","msg_id":12345678901234567890}}`,
			text(fields{"external_user_id": "9007199254740993123", "external_message_id": "12345678901234567890"}),
		},
		"a time as a float": {
			`{"event_name":"user_send_text","sender":{"id":"5"},"recipient":{"id":"9"},"timestamp":1751100600000.0,` +
				`"message":{"text":"a","msg_id":"m"}}`, text(nil),
		},
		"words are composed and not trimmed": {
			event("user_send_text", `"message":{"text":" e\u0302\u0301\n👩‍🚒 ","msg_id":"m"}`), text(fields{"text": " ế\n👩‍🚒 "}),
		},
		"an answer": {
			event("user_send_text", `"message":{"text":"a","msg_id":"m","quote_msg_id":"q"}`), text(fields{"reply_to": "q"}),
		},
		"no words": {
			event("user_send_text", `"message":{"text":"","msg_id":"m"}`), got("unsupported", fields{"external_message_id": "m"}),
		},
		"the prefix elsewhere is no choice": {
			event("user_send_text", `"message":{"text":" #vt:done","msg_id":"m"}`), text(fields{"text": " #vt:done"}),
		},
		"a link without words": {
			event("user_send_link", `"message":{"msg_id":"m","attachments":[{"type":"link","payload":{"url":"https://a.vn"}}]}`),
			got("unsupported", fields{
				"external_message_id": "m", "media": []any{fields{"type": "link", "url": "https://a.vn"}},
			}),
		},
		"several pictures, of odd forms": {
			event("user_send_image", `"message":{"msg_id":"m","attachments":[null,7,{"type":"PHOTO","payload":{"thumbnail":"https://t"}},`+
				`{"type":"image","payload":null},{"type":"hologram","payload":{"url":"https://h"}},{"type":"gif","payload":{"url":"https://g"}}]}`),
			got("image", fields{"external_message_id": "m", "actionable": true, "media": []any{
				fields{"type": "image", "url": "https://t"}, fields{"type": "image", "url": "https://g"},
			}}),
		},
		"a film that is sent as a file": {
			event("user_send_file", `"message":{"msg_id":"m","attachments":[{"type":"file","payload":{"type":"MP4","url":"https://f","size":70}}]}`),
			got("video", fields{"external_message_id": "m", "actionable": true, "media": []any{
				fields{"type": "video", "url": "https://f", "size": 70.0},
			}}),
		},
		"a place at zero, in numbers": {
			event("user_send_location", `"message":{"msg_id":"m","attachments":[{"type":"location","payload":{"coordinates":{"latitude":0,"longitude":-0.0}}}]}`),
			got("location", fields{"external_message_id": "m", "actionable": true, "lat": 0.0, "lon": 0.0}),
		},
		"a place that cannot be": {
			event("user_send_location", `"message":{"text":"a","msg_id":"m","attachments":[{"payload":{"coordinates":{"latitude":"90.1","longitude":"1"}}}]}`),
			text(nil),
		},
		"a place in words": {
			event("user_send_location", `"message":{"msg_id":"m","attachments":[{"payload":{"coordinates":{"latitude":"NaN","longitude":"Inf"}}}]}`),
			got("unsupported", fields{"external_message_id": "m"}),
		},
		"a card whose description is no JSON": {
			event("user_send_business_card", `"message":{"msg_id":"m","attachments":[{"type":"link","payload":{"description":"An"}}]}`),
			got("contact", fields{"external_message_id": "m", "actionable": true}),
		},
		"somebody anonymous": {
			event("anonymous_send_text", `"message":{"text":"a","msg_id":"m","conversation_id":"c"}`),
			text(fields{"anonymous": true, "conversation_id": "c"}),
		},
		"a group": {
			event("user_send_group_text", `"oa_id":"1","message":{"text":"a","msg_id":"m"}`),
			got("text", fields{
				"account_id": "1", "external_message_id": "m", "text": "a", "chat_type": "group", "chat_id": "9",
			}),
		},
		"an older form": {
			event("user_submit_info", `"info":{"name":"An","phone":84912345678,"address":"1 Lê Lợi","ward":"Sài Gòn","district":"","city":"TP. HCM"}`),
			got("shared_info", fields{"actionable": true, "info": fields{
				"name": "An", "phone": "84912345678", "address": "1 Lê Lợi, Sài Gòn, TP. HCM",
			}}),
		},
		"a reaction": {
			event("user_reacted_message", `"message":{"msg_id":"m","react_icon":"/-heart"}`),
			got("reaction", fields{"external_message_id": "m", "emoji": "/-heart"}),
		},
		"a reaction that is taken back": {
			event("user_reacted_message", `"message":{"msg_id":"m","react_icon":"/-remove"}`),
			got("reaction", fields{"external_message_id": "m"}),
		},
		"a chat that is opened": {
			`{"event_name":"user_click_chatnow","oa_id":"9","user_id":"5","timestamp":"1751100600000"}`,
			got("ignored", fields{"opens_window": true}),
		},
		"a consent that is withdrawn": {
			`{"event_name":"user_withdraw","oa_id":"9","user_id":"5","timestamp":"1751100600000"}`, got("privacy_request", nil),
		},
		"our own template": {
			`{"event_name":"oa_send_list","sender":{"id":"9"},"recipient":{"id":"5"},"timestamp":"1751100600000",` +
				`"message":{"msg_id":"m","zinstant_id":"z"}}`, got("echo", fields{"external_message_id": "m"}),
		},
		"a delivery that came later": {
			`{"event_name":"user_received_message","sender":{"id":"9"},"recipient":{"id":"5"},"timestamp":"1","message":{"msg_id":"m",` +
				`"delivery_time":"1751100600000"}}`, got("delivery", fields{
				"external_message_id": "m", "message_ids": []any{"m"},
			}),
		},
		"a template by phone that came": {
			`{"event_name":"user_received_message","sender":{"id":"9"},"recipient":{"id":"84912345678"},"timestamp":"1751100600000",` +
				`"message":{"msg_id":"m","tracking_id":"d"}}`,
			got("delivery", fields{"external_user_id": "84912345678", "external_message_id": "m", "tracking_id": "d"}),
		},
		"a message that was seen": {
			`{"event_name":"user_seen_message","sender":{"id":"9"},"recipient":{"id":"5"},"timestamp":"1751100600000",` +
				`"message":{"msg_id":"m"}}`, got("read", fields{"external_message_id": "m", "message_ids": []any{"m"}}),
		},
		"our own words to a group": {event("oa_send_group_text", `"message":{"text":"a","msg_id":"m"}`), nil},
		"an asked consent":         {event("oa_send_consent", `"message":{"msg_id":"m"}`), nil},
		"our own reaction":         {event("oa_reacted_message", `"message":{"msg_id":"m"}`), nil},
		"a kind that is new":       {event("user_send_hologram", `"message":{"msg_id":"m"}`), nil},
		"somebody without an id":   {`{"event_name":"user_send_text","message":{"text":"a"}}`, nil},
		"an id of odd letters":     {`{"event_name":"follow","oa_id":"9","follower":{"id":"5\u0000"}}`, nil},
		"keys of another case":     {`{"event_name":"follow","oa_id":"9","Follower":{"ID":"5"}}`, nil},
		"null":                     {`null`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, parsed(t, at(""), tt.body)); diff != "" {
				t.Errorf("the event differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseKnowsTheSameEventAgain(t *testing.T) {
	key := func(body string) string {
		events, err := at("").Parse([]byte(body))
		if err != nil || len(events) != 1 {
			t.Fatal(events, err)
		}
		row, err := events[0].Inbox("")
		if err != nil {
			t.Fatal(err)
		}
		return row.ID
	}
	seen := map[string]string{}
	for name, body := range map[string]string{
		"a form":                event("user_submit_info", `"info":{"name":"An","phone":"84912345678"}`),
		"another form":          event("user_submit_info", `"info":{"name":"An","phone":"84912345679"}`),
		"a heart":               event("user_reacted_message", `"message":{"msg_id":"m","react_icon":"/-heart"}`),
		"a thumb":               event("user_reacted_message", `"message":{"msg_id":"m","react_icon":"/-strong"}`),
		"the message itself":    event("user_send_text", `"message":{"text":"a","msg_id":"m"}`),
		"its reading":           event("user_seen_message", `"message":{"msg_ids":["m"]}`),
		"its delivery":          event("user_received_message", `"message":{"msg_id":"m"}`),
		"a follower":            `{"event_name":"follow","oa_id":"9","follower":{"id":"5"},"timestamp":"1751100600000"}`,
		"a follower that left":  `{"event_name":"unfollow","oa_id":"9","follower":{"id":"5"},"timestamp":"1751100600000"}`,
		"a follower that came":  `{"event_name":"follow","oa_id":"9","follower":{"id":"5"},"timestamp":"1751100700000"}`,
		"a follower of another": `{"event_name":"follow","oa_id":"8","follower":{"id":"5"},"timestamp":"1751100600000"}`,
		"another follower":      `{"event_name":"follow","oa_id":"9","follower":{"id":"6"},"timestamp":"1751100600000"}`,
	} {
		if other, twice := seen[key(body)]; twice {
			t.Errorf("%s is taken for %s", name, other)
		}
		seen[key(body)] = name
	}
	one := event("user_submit_info", `"info":{"name":"An","phone":"84912345678"}`)
	other := `{"timestamp": "1751100600000", "info": {"phone":"84912345678","name":"An"}, "recipient":{"id":"9"},` +
		`"sender":{"id":"5"},"event_name":"user_submit_info"}`
	if key(one) != key(other) {
		t.Error("a retry may be written otherwise, and is the same event all the same")
	}
}

func TestBotParse(t *testing.T) {
	bot := zalo.NewBot(zalo.BotConfig{Now: now})
	flat := func(name, rest string) string {
		return `{"event_name":"` + name + `","message":{"from":{"id":"5","is_bot":false},"chat":{"id":"5","chat_type":"PRIVATE"},` +
			`"message_id":"m","date":1751100600000,` + rest + `}}`
	}
	want := func(kind string, more fields) fields {
		all := fields{
			"external_user_id": "5", "external_message_id": "m", "kind": kind, "timestamp": "2025-06-28T08:50:00Z",
			"actionable": true,
		}
		for name, value := range more {
			if all[name] = value; value == nil {
				delete(all, name)
			}
		}
		return all
	}
	picture := []any{fields{"type": "image", "url": "https://p"}}
	for name, tt := range map[string]struct {
		body string
		want fields
	}{
		"a flat text":           {flat("message.text.received", `"text":"a"`), want("text", fields{"text": "a"})},
		"a wrapped text":        {`{"ok":true,"result":` + flat("message.text.received", `"text":"a"`) + `}`, want("text", fields{"text": "a"})},
		"a picture as it comes": {flat("message.image.received", `"photo_url":"https://p","caption":"a"`), want("image", fields{"text": "a", "media": picture})},
		"a picture as it is documented": {
			flat("message.image.received", `"photo":"https://p"`), want("image", fields{"media": picture}),
		},
		"a voice": {
			flat("message.voice.received", `"voice_url":"https://v"`),
			want("audio", fields{"media": []any{fields{"type": "audio", "url": "https://v"}}}),
		},
		"a sticker": {
			flat("message.sticker.received", `"sticker":"s","url":"https://s"`),
			want("sticker", fields{"media": []any{fields{"type": "sticker", "url": "https://s", "file_id": "s"}}, "actionable": nil}),
		},
		"what Zalo does not pass on":  {flat("message.unsupported.received", `"x":1`), want("unsupported", fields{"actionable": nil})},
		"a polled one without a name": {flat("", `"text":"a"`), want("text", fields{"text": "a"})},
		"a polled picture":            {flat("", `"photo_url":"https://p"`), want("image", fields{"media": picture})},
		"a text without words":        {flat("message.text.received", `"text":null`), want("unsupported", fields{"actionable": nil})},
		"a group": {
			`{"event_name":"message.text.received","message":{"from":{"id":"5"},"chat":{"id":"9","chat_type":"GROUP"},` +
				`"message_id":"m","date":1751100600000,"text":"a"}}`,
			want("text", fields{"text": "a", "chat_type": "group", "chat_id": "9", "actionable": nil}),
		},
		"a chat without a sender": {
			`{"event_name":"message.text.received","message":{"chat":{"id":"5","chat_type":"PRIVATE"},"message_id":"m",` +
				`"date":1751100600000,"text":"a"}}`, want("text", fields{"text": "a"}),
		},
		"a message without an id": {
			`{"event_name":"message.text.received","message":{"from":{"id":"5"},"date":"1751100600000","text":"a"}}`,
			want("text", fields{"text": "a", "external_message_id": nil}),
		},
		"a bot":              {`{"event_name":"message.text.received","message":{"from":{"id":"5","is_bot":true},"text":"a"}}`, nil},
		"a kind that is new": {flat("message.hologram.received", `"text":"a"`), nil},
		"an event that is":   {flat("bot.joined", `"text":"a"`), nil},
		"nothing polled":     {flat("", `"text":""`), nil},
		"an empty answer":    {`{"ok":true,"result":{}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, parsed(t, bot, tt.body)); diff != "" {
				t.Errorf("the event differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNewsOfOurTemplatesAlert: nobody wrote, but an operator has to act.
func TestNewsOfOurTemplatesAlert(t *testing.T) {
	for body, want := range map[string]string{
		`{"event_name":"change_template_status","template_id":7,"status":{"prev_status":"ENABLE","new_status":"REJECT"},` +
			`"reason":"0912345678"}`: "template 7 went from ENABLE to REJECT",
		`{"event_name":"change_template_quality","template_id":"7"}`:      "template 7 has another quality",
		`{"event_name":"change_oa_daily_quota","oaId":"9","quota":500}`:   "templates a day (500)",
		`{"event_name":"change_oa_template_quota","oaId":"9","quota":10}`: "templates a day (10)",
		`{"event_name":"update_user_info","oa_id":"9"}`:                   "",
	} {
		events, err := at("").Parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range events {
			got = e.Alert
		}
		if !strings.Contains(got, want) || want == "" && got != "" || strings.Contains(got, "0912345678") {
			t.Errorf("%s alerts with %q, want %q and nothing personal", body, got, want)
		}
	}
}
