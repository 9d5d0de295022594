package facebook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
)

// thread is a webhook of page 10 with some events of the resident 5.
func thread(events ...string) string {
	whole := make([]string, 0, len(events))
	for _, e := range events {
		whole = append(whole, `{"sender":{"id":"5"},"recipient":{"id":"10"},"timestamp":1790000000000,`+e+`}`)
	}
	return `{"object":"page","entry":[{"id":"10","time":1790000000001,"messaging":[` + strings.Join(whole, ",") + `]}]}`
}

// feed is a webhook of page 10 with one change of its feed.
func feed(change string) string {
	return `{"object":"page","entry":[{"id":"10","time":1790000009,"changes":[{"field":"feed","value":{` + change + `}}]}]}`
}

const echo = `{"object":"page","entry":[{"id":"10","messaging":[{"sender":{"id":"10"},"recipient":{"id":"5"},` +
	`"timestamp":1790000000000,"message":{"mid":"m1","text":"a",%s}}]}]}`

// brief writes an event's kind, user and id, and what else it says.
func brief(e bots.Incoming) string {
	id := "-"
	if e.Message != nil {
		id = *e.Message
	}
	said := fmt.Sprintf("%s %s %s", e.Kind, e.User, id)
	if e.Text != nil {
		said += fmt.Sprintf(" text=%q", *e.Text)
	}
	if e.Lat != nil && e.Lon != nil {
		said += fmt.Sprintf(" at=%g,%g", *e.Lat, *e.Lon)
	}
	for _, m := range e.Media {
		said += fmt.Sprintf(" %s=%s%s", m.Type, m.URL, m.FileID)
	}
	for _, field := range []struct{ name, value string }{
		{"payload", e.Payload},
		{"admin", e.Admin},
		{"meta", e.Metadata},
		{"emoji", e.Emoji},
		{"ref", e.Ref},
		{"reply", e.ReplyTo},
		{"post", e.Post},
	} {
		if field.value != "" {
			said += " " + field.name + "=" + field.value
		}
	}
	if e.Anonymous {
		said += " anonymous"
	}
	if e.At == nil {
		said += " no-time"
	}
	return said
}

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want []string
	}{
		"ids of numbers keep every digit": {
			`{"object":"page","entry":[{"id":9007199254740993,"messaging":[{"sender":{"id":9007199254740995},` +
				`"recipient":{"id":9007199254740993},"timestamp":"1790000000","message":{"mid":"m1","text":"a"}}]}]}`,
			[]string{`text 9007199254740995 m1 text="a"`},
		},
		"words are composed, and otherwise as they were": {
			thread(`"message":{"mid":"m1","text":" e\u0302\n"}`), []string{`text 5 m1 text=" ê\n"`},
		},
		"several pictures under one text are one event": {
			thread(`"message":{"mid":"m1","text":"hai","attachments":[{"type":"image","payload":{"url":"https:\/\/a.fbcdn.net\/1"}},` +
				`{"type":"image","payload":{"url":"https://a.fbcdn.net/2"}}]}`),
			[]string{`image 5 m1 text="hai" image=https://a.fbcdn.net/1 image=https://a.fbcdn.net/2`},
		},
		"a picture after a link is a picture": {
			thread(`"message":{"mid":"m1","attachments":[{"type":"post","payload":null,"title":"b","URL":"https://b"},` +
				`{"type":"image","payload":{"url":"https://a.fbcdn.net/1"}}]}`),
			[]string{`image 5 m1 link=https://b image=https://a.fbcdn.net/1`},
		},
		"a link under words is words": {
			thread(`"message":{"mid":"m1","text":"xem","attachments":[{"type":"fallback","payload":null,"url":"https://b"}]}`),
			[]string{`text 5 m1 text="xem" link=https://b`},
		},
		"a sticker without an image is one too": {
			thread(`"message":{"mid":"m1","attachments":[{"type":"sticker","payload":{"url":"https://s","sticker_id":"7"}}]}`),
			[]string{`sticker 5 m1 sticker=https://s7`},
		},
		"a picture without an address is nothing": {
			thread(`"message":{"mid":"m1","attachments":[{"type":"image","payload":null}]}`), []string{`unsupported 5 m1`},
		},
		"a message of nothing": {thread(`"message":{"mid":"m1"}`), []string{`unsupported 5 m1`}},
		"the middle of the map is a place": {
			thread(`"message":{"mid":"m1","attachments":[{"type":"location","payload":{"coordinates":{"lat":0,"long":"-0.5"}}}]}`),
			[]string{`location 5 m1 at=0,-0.5`},
		},
		"no place lies beyond the pole": {
			thread(`"message":{"mid":"m1","attachments":[{"type":"location","payload":{"coordinates":{"lat":90.5,"long":1}}}]}`,
				`"message":{"mid":"m2","attachments":[{"type":"location","payload":{"coordinates":{"lat":"NaN","long":1}}}]}`),
			[]string{`unsupported 5 m1`, `unsupported 5 m2`},
		},
		"unsent": {thread(`"message":{"mid":"m1","text":"a","is_deleted":true}`), []string{`delete 5 m1`}},
		"reactions come and go": {
			thread(`"reaction":{"mid":"m1","action":"react","emoji":"❤","reaction":"love"}`,
				`"reaction":{"mid":"m1","action":"unreact"}`),
			[]string{`reaction 5 m1 emoji=❤`, `reaction 5 m1`},
		},
		"two edits are two": {
			thread(`"message_edit":{"mid":"m1","text":"b","num_edit":"1"}`, `"message_edit":{"mid":"m1","text":"c","num_edit":2}`),
			[]string{`edit 5 m1 text="b"`, `edit 5 m1 text="c"`},
		},
		"an event without an id counts once in a webhook": {
			thread(`"postback":{"title":"a","payload":"b"}`, `"postback":{"title":"a","payload":"b"}`,
				`"postback":{"title":"a","payload":"c"}`),
			[]string{`postback 5 - text="a" payload=b`, `postback 5 - text="a" payload=c`},
		},
		"a page that writes is never a resident": {
			`{"object":"page","entry":[{"id":"10","messaging":[{"sender":{"id":"10"},"recipient":{"id":"5"},"message":{"mid":"m1",` +
				`"text":"a"}},{"sender":{"id":"10"},"recipient":{"id":"5"},"postback":{"payload":"b"}}]}]}`,
			[]string{`echo 5 m1 text="a" admin=page inbox no-time`},
		},
		"what another app handles, and what says nothing to us": {
			`{"object":"page","entry":[{"id":"10","standby":[{"sender":{"id":"5"},"message":{"mid":"m1","text":"a"}}]}]}`, nil,
		},
		"an opt-in": {thread(`"optin":{"type":"one_time_notif_req"}`), nil},
		"a warning of Facebook": {
			`{"object":"page","entry":[{"id":"10","messaging":[{"recipient":{"id":"10"},"timestamp":1790000000000,` +
				`"policy_enforcement":{"action":"warning","reason":"spam"}}]}]}`,
			[]string{`ignored  - text="spam" payload=warning`},
		},
		"the test of the dashboard": {
			`{"object":"page","entry":[{"id":"0","time":1,"changes":[{"field":"messages","value":{"page_id":"1"}}]}]}`, nil,
		},
		"the test of the dashboard that looks like a comment": {
			strings.Replace(feed(`"item":"comment","verb":"add","from":{"id":"5"},"comment_id":"1_2"`), `"10"`, `"0"`, 1), nil,
		},
		"nobody": {`{"object":"page","entry":[{"id":"10","messaging":[{"message":{"mid":"m1","text":"a"}}]}]}`, nil},
		"a comment under a comment, with a picture": {
			feed(`"item":"comment","verb":"add","from":{"id":"5"},"post_id":"10_1","comment_id":"1_2","parent_id":"1_1",` +
				`"created_time":1790000000,"message":"đây","photo":"https://a.fbcdn.net/1"`),
			[]string{`comment 5 1_2 text="đây" image=https://a.fbcdn.net/1 reply=1_1 post=10_1`},
		},
		"a comment of somebody unnamed": {
			feed(`"item":"comment","verb":"add","post_id":"10_1","comment_id":"1_2","parent_id":"10_1","message":"a"`),
			[]string{`comment comment:1_2 1_2 text="a" post=10_1 anonymous`},
		},
		"a comment gets other words": {
			feed(`"item":"comment","verb":"edited","from":{"id":"5"},"post_id":"10_1","comment_id":"1_2","message":"b"`),
			[]string{`edit 5 1_2 text="b" post=10_1`},
		},
		"a comment goes": {
			feed(`"item":"comment","verb":"remove","from":{"id":5},"post_id":"10_1","comment_id":"1_2"`),
			[]string{`delete 5 1_2 post=10_1`},
		},
		"a comment is hidden":   {feed(`"item":"comment","verb":"hide","from":{"id":"5"},"comment_id":"1_2"`), nil},
		"a comment of our own":  {feed(`"item":"comment","verb":"add","from":{"id":"10"},"comment_id":"1_2","message":"a"`), nil},
		"a like is no comment":  {feed(`"item":"reaction","verb":"add","from":{"id":"5"},"post_id":"10_1"`), nil},
		"another kind of event": {`{"object":"page","entry":[{"id":"10","changes":[{"field":"ratings","value":{}}]}]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := adapter().Parse([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range events {
				got = append(got, brief(e))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the events differ (-want +got):\n%s", diff)
			}
		})
	}
}

// An echo tells whether we wrote it: if not, a person answers in the thread.
func TestEchoTellsItsAuthor(t *testing.T) {
	for name, tt := range map[string]struct{ app, said, author string }{
		"our app":                             {"77", `"is_echo":true,"app_id":77`, ""},
		"our app, and our mark":               {"77", `"is_echo":true,"app_id":"77","metadata":"vt:1"`, ""},
		"another app":                         {"77", `"is_echo":true,"app_id":78`, "78"},
		"another app under our mark":          {"77", `"is_echo":true,"app_id":78,"metadata":"vt:1"`, "78"},
		"the page inbox":                      {"77", `"is_echo":true,"app_id":263902037430900`, "page inbox"},
		"no app":                              {"77", `"is_echo":true`, "page inbox"},
		"no app, but our mark":                {"77", `"is_echo":true,"metadata":"vt:1"`, ""},
		"our mark, our app unknown":           {"", `"is_echo":true,"app_id":78,"metadata":"vt:1"`, ""},
		"another's mark, our app unknown":     {"", `"is_echo":true,"app_id":78,"metadata":"xx:1"`, "78"},
		"no mark, no app, and ours not known": {"", `"is_echo":"true"`, "page inbox"},
	} {
		t.Run(name, func(t *testing.T) {
			page := facebook.New(facebook.Config{AppID: tt.app, Now: now})
			events, err := page.Parse(fmt.Appendf(nil, echo, tt.said))
			if err != nil || len(events) != 1 {
				t.Fatalf("%v, %v", events, err)
			}
			if e := events[0]; e.Kind != bots.KindEcho || e.User != "5" || e.Actionable || e.Admin != tt.author {
				t.Errorf("%s of %q, actionable %t, by %q, not %q", e.Kind, e.User, e.Actionable, e.Admin, tt.author)
			}
		})
	}
}

func TestTimestamps(t *testing.T) {
	for written, want := range map[string]string{
		`1790000000`:              "2026-09-21T14:13:20Z",
		`1790000000123`:           "2026-09-21T14:13:20.123Z",
		`"1790000000"`:            "2026-09-21T14:13:20Z",
		`1790000000123.0`:         "2026-09-21T14:13:20.123Z",
		`"1.790000000E9"`:         "2026-09-21T14:13:20Z",
		`null`:                    "",
		`[]`:                      "",
		`"gestern"`:               "",
		`"NaN"`:                   "",
		`-1790000000`:             "",
		`1e999`:                   "",
		`9223372036854775808`:     "",
		`-9223372036854775808`:    "",
		`1795400000`:              "", // two days after now
		`1262000000`:              "", // 2009
		`179000000000000000000.0`: "",
	} {
		events, err := adapter().Parse([]byte(strings.Replace(
			thread(`"message":{"mid":"m1","text":"a"}`), "1790000000000", written, 1)))
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %v, %v", written, events, err)
		}
		got := ""
		if at := events[0].At; at != nil {
			got = at.Format("2006-01-02T15:04:05.999Z07:00")
		}
		if got != want {
			t.Errorf("%s is %q, not %q", written, got, want)
		}
	}
}

// A comment was written when it says so; an edit of it happened when it was told.
func TestCommentsHaveTheTimeOfWhatHappened(t *testing.T) {
	for verb, want := range map[string]int64{"add": 1790000000, "edited": 1790000009, "remove": 1790000009} {
		events, err := adapter().Parse([]byte(feed(
			`"item":"comment","verb":"` + verb + `","from":{"id":"5"},"comment_id":"1_2","message":"a","created_time":1790000000`)))
		if err != nil || len(events) != 1 || events[0].At == nil || events[0].At.Unix() != want {
			t.Errorf("%s: %v, %v, not at %d", verb, events, err, want)
		}
	}
}

// What is odd in a webhook is told, and costs nothing else of it.
func TestOneOddEventDoesNotCostTheOthers(t *testing.T) {
	both := thread(`"message":{"mid":"m1","text":"a"}`, `"message":{"mid":"m2","text":"b"}`)
	for name, tt := range map[string]struct{ at, odd string }{
		"an event that is a word":        {`},{"sender"`, `},"x",{"sender"`},
		"a message that is a list":       {`},{"sender"`, `},{"sender":{"id":"5"},"message":[]},{"sender"`},
		"attachments that are one":       {`},{"sender"`, `},{"sender":{"id":"5"},"message":{"attachments":{}}},{"sender"`},
		"an entry that is a number":      {`[{"id"`, `[5,{"id"`},
		"an entry of which a part is no": {`"time"`, `"changes":7,"time"`},
	} {
		t.Run(name, func(t *testing.T) {
			odd := strings.Replace(both, tt.at, tt.odd, 1)
			events, err := adapter().Parse([]byte(odd))
			if err == nil {
				t.Error("it is to be told")
			}
			if len(events) != 2 {
				t.Errorf("both others are to come, got %d", len(events))
			}
		})
	}
}

// TestACommentIsOneConversation: what its author does to it later belongs to it, not to a thread of theirs.
func TestACommentIsOneConversation(t *testing.T) {
	for _, verb := range []string{"add", "edited", "remove"} {
		events, err := adapter().Parse([]byte(feed(
			`"item":"comment","verb":"` + verb + `","from":{"id":"5"},"comment_id":"1_2","message":"a"`)))
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %v, %v", verb, events, err)
		}
		row, err := events[0].Inbox("")
		if err != nil || row.Sender != bots.CommentPrefix+"1_2" {
			t.Errorf("%s is in the conversation %q, want the comment's: %v", verb, row.Sender, err)
		}
	}
}

func TestAWarningOfFacebookAlerts(t *testing.T) {
	events, err := adapter().Parse([]byte(`{"object":"page","entry":[{"id":"10","messaging":[{"recipient":{"id":"10"},` +
		`"timestamp":1790000000000,"policy_enforcement":{"action":"block","reason":"0912345678"}}]}]}`))
	if err != nil || len(events) != 1 {
		t.Fatalf("%v, %v", events, err)
	}
	if got := events[0].Alert; !strings.Contains(got, "(block)") || strings.Contains(got, "0912345678") {
		t.Errorf("an operator hears what was done, and nothing personal: %q", got)
	}
}
