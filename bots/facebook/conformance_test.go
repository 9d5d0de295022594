package facebook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/botstest"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/models"
)

const (
	token  = "EAAplanted"
	secret = "planted_secret"
	verify = "planted_verify"
)

func pageToken(context.Context) (string, error) { return token, nil }

func at(base string) *facebook.Adapter {
	return facebook.New(facebook.Config{
		Page: "10", AppID: "77", Secrets: []string{secret, "older"}, VerifyToken: verify, Token: pageToken, Base: base, Now: now,
	})
}

func hexHMAC(message string) string {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(h, message)
	return hex.EncodeToString(h.Sum(nil))
}

func photo(name, raw string) bots.Photo {
	return bots.Photo{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(raw)), nil
	}}
}

func TestConformance(t *testing.T) {
	botstest.Run(t, botstest.Case{
		Name: "facebook",
		New:  func(base string) bots.Adapter { return at(base) },
		Bare: func() bots.Adapter { return facebook.New(facebook.Config{Now: now}) },
		Sign: func(body []byte) http.Header {
			return http.Header{"X-Hub-Signature-256": {"sha256=" + hexHMAC(string(body))}}
		},
		Secrets: []string{token, secret, verify, hexHMAC(token)},
		Bodies: map[string]botstest.Body{
			"a text":           {JSON: recorded(t, "text"), Kinds: []bots.Kind{bots.KindText}},
			"a pressed choice": {JSON: recorded(t, "quick_reply"), Kinds: []bots.Kind{bots.KindPostback}},
			"a comment":        {JSON: recorded(t, "feed_comment"), Kinds: []bots.Kind{bots.KindComment}},
			"nothing for us":   {JSON: recorded(t, "no_messaging")},
		},
		Sends:  sends,
		Plain:  bots.Outgoing{To: "5", Text: "Xin chào"},
		Faults: faults(),
		Fetches: map[string]botstest.Fetch{
			"goes to no other host":                 {Media: bots.Media{URL: "https://evil.example/a"}, Err: foreign},
			"goes to no host of a similar name":     {Media: bots.Media{URL: "https://evilfbcdn.net/a"}, Err: foreign},
			"takes no path of a disk":               {Media: bots.Media{URL: "My Documents/foo.doc"}, Err: foreign},
			"takes no empty address":                {Media: bots.Media{FileID: "369239263222822"}, Err: foreign},
			"of what is said to be too large":       {Media: bots.Media{URL: "https://a.fbcdn.net/a", Size: bots.MaxMedia + 1}, Err: oversize},
			"takes no file of ours":                 {Media: bots.Media{URL: "file:///etc/passwd"}, Err: foreign},
			"asks nobody in the name of the reader": {Media: bots.Media{URL: "https://user:pass@a.fbcdn.net/a"}, Err: foreign},
		},
	})
}

var (
	oversize = models.Invalid{Field: "media", Key: "error_media_size"}
	foreign  = models.Invalid{Field: "media", Key: "error_media_host"}
)

func recorded(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const took = `{"recipient_id":"5","message_id":"m_77"}`

// posted is a call of the Send API: its fields, written as "name: value".
func posted(lines ...string) []botstest.Request {
	fields := map[string]string{"appsecret_proof": hexHMAC(token)}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		fields[name] = value
	}
	return []botstest.Request{{Method: http.MethodPost, Path: "/v25.0/10/messages", Fields: fields}}
}

const five, respond = `recipient: {"id":"5"}`, `messaging_type: RESPONSE`

var sends = map[string]botstest.Send{
	"words, as they are, under our mark": {
		Out:   bots.Outgoing{To: "5", Text: "*Xin* chào\n", Delivery: "d1", Quote: "m_1", AskLocation: "Gửi vị trí"},
		Reply: took, ID: "m_77",
		Want: posted(five, respond, `message: {"text":"*Xin* chào\n","metadata":"vt:d1"}`),
	},
	"choices are quick replies, too long ones only in the text": {
		Out: bots.Outgoing{To: "5", Text: "1 – xong", Buttons: []bots.Button{
			{Title: "Xong", Payload: "done"},
			{Title: "dài", Payload: strings.Repeat("ơ", 1001)},
			{Title: " ", Payload: "no"},
			{Title: "Chưa xong, vẫn còn ngập", Payload: "not_done"},
			{Title: "Nhưngkhôngcókhoảngtrắng", Payload: "one"},
			{Title: "Đúng hai mươi chữ cái", Payload: "near"},
			{Title: "", Payload: "none"},
			{Title: "rỗng", Payload: ""},
		}},
		Reply: took, ID: "m_77",
		Want: posted(five, respond, `message: {"text":"1 – xong","quick_replies":[`+
			`{"content_type":"text","title":"Xong","payload":"done"},`+
			`{"content_type":"text","title":"Chưa xong, vẫn còn…","payload":"not_done"},`+
			`{"content_type":"text","title":"Nhưngkhôngcókhoảngt…","payload":"one"},`+
			`{"content_type":"text","title":"Đúng hai mươi chữ…","payload":"near"}]}`),
	},
	"thirteen choices at most": {
		Out:   bots.Outgoing{To: "5", Text: "a", Buttons: slicesOf(15)},
		Reply: took, ID: "m_77",
		Want: posted(five, respond, `message: {"text":"a","quick_replies":[`+strings.TrimSuffix(strings.Repeat(
			`{"content_type":"text","title":"a","payload":"a"},`, 13), ",")+`]}`),
	},
	"a picture": {
		Out:   bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg", "bytes")}, Delivery: "d1"},
		Reply: took, ID: "m_77",
		Want: posted(five, respond, `message: {"attachment":{"type":"image","payload":{"is_reusable":false}},"metadata":"vt:d1"}`,
			`filedata: a.jpg: bytes`),
	},
	"a private answer to a comment": {
		Out:   bots.Outgoing{To: "5", Comment: "1_2", Text: "Chào"},
		Reply: took, ID: "m_77", Want: posted(`recipient: {"comment_id":"1_2"}`, respond, `message: {"text":"Chào"}`),
	},
	"an answer to somebody unnamed goes to the comment": {
		Out:   bots.Outgoing{To: "comment:1_2", Text: "Chào"},
		Reply: took, ID: "m_77", Want: posted(`recipient: {"comment_id":"1_2"}`, respond, `message: {"text":"Chào"}`),
	},
	"the words of a person": {
		Out:   bots.Outgoing{To: "5", Text: "Chào", Step: bots.StepHuman},
		Reply: took, ID: "m_77", Want: posted(five, `messaging_type: MESSAGE_TAG`, `tag: HUMAN_AGENT`, `message: {"text":"Chào"}`),
	},
	"the picture of a person": {
		Out: bots.Outgoing{
			To: "5", Photos: []bots.Photo{photo("a.jpg", "bytes")}, Step: bots.StepHuman,
		},
		Reply: took, ID: "m_77", Want: posted(five, `messaging_type: MESSAGE_TAG`, `tag: HUMAN_AGENT`,
			`message: {"attachment":{"type":"image","payload":{"is_reusable":false}}}`, `filedata: a.jpg: bytes`),
	},
	"a template, filled by numbers": {
		Out: bots.Outgoing{To: "5", Text: "Đã xong", Delivery: "d1", Step: bots.StepTemplate, Template: bots.Template{
			ID: "resolved", Language: "vi", Params: map[string]string{"10": "j", "2": "b", "1": "a"},
		}},
		Reply: took, ID: "m_77",
		Want: posted(five, `messaging_type: UTILITY`, `message: {"template":{"name":"resolved","language":{"code":"vi"},`+
			`"components":[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b"},`+
			`{"type":"text","text":"j"}]}]},"metadata":"vt:d1"}`),
	},
	"a template, filled by names": {
		Out: bots.Outgoing{To: "5", Step: bots.StepTemplate, Template: bots.Template{
			ID: "resolved", Language: "en", Params: map[string]string{"place": "b", "code": "a"},
		}},
		Reply: took, ID: "m_77",
		Want: posted(five, `messaging_type: UTILITY`, `message: {"template":{"name":"resolved","language":{"code":"en"},`+
			`"components":[{"type":"body","parameters":[{"type":"text","parameter_name":"code","text":"a"},`+
			`{"type":"text","parameter_name":"place","text":"b"}]}]}}`),
	},
	"a template without anything to fill in": {
		Out:   bots.Outgoing{To: "5", Step: bots.StepTemplate, Template: bots.Template{ID: "open", Language: "vi"}},
		Reply: took, ID: "m_77",
		Want: posted(five, `messaging_type: UTILITY`,
			`message: {"template":{"name":"open","language":{"code":"vi"},"components":[]}}`),
	},
	"a message that was taken under an unreadable id is not sent again": {
		Out:   bots.Outgoing{To: "5", Text: "a"},
		Reply: `{"message_id":[]}`, Want: posted(five, respond, `message: {"text":"a"}`), ID: "",
	},
}

func slicesOf(count int) []bots.Button {
	buttons := make([]bots.Button, count)
	for i := range buttons {
		buttons[i] = bots.Button{Title: "a", Payload: "a"}
	}
	return buttons
}

// slow is where Facebook does not say for how long.
var slow = bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Minute}

// coded is every error that is documented, and what is to be done about it (channels.md §4.4).
var coded = map[string]struct {
	status, code, subcode int
	class                 bots.ErrorClass
}{
	"a closed window":                {400, 10, 2018278, bots.ErrWindow},
	"a closed window, newer":         {403, 10, 2534022, bots.ErrWindow},
	"another app has the thread":     {403, 10, 2018300, bots.ErrWindow},
	"a page restricted for a while":  {403, 10, 1893063, bots.ErrToken},
	"a permission that is missing":   {403, 10, 0, bots.ErrToken},
	"somebody unavailable":           {400, 551, 1545041, bots.ErrBlocked},
	"somebody who blocked us":        {403, 200, 1545041, bots.ErrBlocked},
	"somebody who blocked us, older": {403, 200, 2018108, bots.ErrBlocked},
	"nobody of that id":              {400, 100, 2018001, bots.ErrRejected},
	"a tag that is gone":             {400, 100, 0, bots.ErrRejected},
	"a token that has expired":       {400, 190, 463, bots.ErrToken},
	"a token that has expired, 401":  {401, 190, 0, bots.ErrToken},
	"a scope that is missing":        {403, 200, 0, bots.ErrToken},
	"a scope that is missing, 230":   {400, 230, 0, bots.ErrToken},
	"a scope that is missing, 299":   {400, 299, 0, bots.ErrToken},
	"too much of the app":            {400, 4, 0, bots.ErrThrottled},
	"too much of the user":           {400, 17, 0, bots.ErrThrottled},
	"too much of the page":           {400, 32, 0, bots.ErrThrottled},
	"too much at once":               {400, 613, 0, bots.ErrThrottled},
	"too much of Messenger":          {400, 80006, 0, bots.ErrThrottled},
	"an unknown trouble":             {500, 1, 0, bots.ErrRetry},
	"an unknown trouble under 400":   {400, 1, 0, bots.ErrRetry},
	"a service that is down":         {503, 2, 0, bots.ErrRetry},
	"a send that failed for now":     {400, 1200, 0, bots.ErrRetry},
	"a policy that was broken":       {400, 368, 0, bots.ErrToken},
	"a policy that was broken, 1404": {400, 1404, 0, bots.ErrToken},
	"a comment answered before":      {400, 10900, 0, bots.ErrRejected},
	"an error nobody knows":          {400, 99999, 0, bots.ErrRejected},
	"an error nobody knows, of ours": {500, 99999, 0, bots.ErrRetry},
	"an error nobody knows, of 429":  {429, 99999, 0, bots.ErrThrottled},
}

func faults() map[string]botstest.Fault {
	upload := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg", "bytes")}}
	broken := bots.Outgoing{To: "5", Photos: []bots.Photo{{Name: "a.jpg", Open: func(context.Context) (io.ReadCloser, error) {
		return nil, errors.New("disk is gone")
	}}}}
	lost := bots.Outgoing{To: "5", Photos: []bots.Photo{{Name: "a.jpg", Open: func(context.Context) (io.ReadCloser, error) {
		return nil, models.ErrNotFound
	}}}}
	huge := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg", strings.Repeat("a", 8<<20+1))}}
	two := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg", "a"), photo("b.jpg", "b")}}
	nobody, silent := bots.Outgoing{Text: "a"}, bots.Outgoing{To: "5"}
	unnamed := bots.Outgoing{To: "5", Text: "a", Step: bots.StepTemplate}
	retry, rejected := bots.SendError{Class: bots.ErrRetry}, bots.SendError{Class: bots.ErrRejected}
	unsure := bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	all := map[string]botstest.Fault{
		"an error that will pass": {Reply: botstest.Reply{Status: 400, Body: `{"error":{"code":7,"is_transient":true}}`}, Want: retry},
		"an error that repeats what is secret": {Want: rejected, Reply: botstest.Reply{Status: 400, Body: `{"error":{"code":100,` +
			`"message":"no ` + token + ` ` + secret + ` ` + verify + ` ` + hexHMAC(token) + `"}}`}},
		"an error under 200":               {Reply: botstest.Reply{Body: `{"error":{"code":190}}`}, Want: bots.SendError{Class: bots.ErrToken}},
		"an error of an upload":            {Out: &upload, Reply: botstest.Reply{Status: 400, Body: `{"error":{"code":100,"error_subcode":2018047}}`}, Want: rejected},
		"the page of a gateway":            {Reply: botstest.Reply{Status: 502, Body: "<html>Bad Gateway</html>"}, Want: retry},
		"a gateway that waited in vain":    {Reply: botstest.Reply{Status: 504, Body: "<html>Timeout</html>"}, Want: unsure},
		"the page of a firewall":           {Reply: botstest.Reply{Status: 403, Body: "<html>Forbidden</html>"}, Want: retry},
		"a firewall that counts":           {Reply: botstest.Reply{Status: 429, Body: "slow"}, Want: slow},
		"JSON of something between":        {Reply: botstest.Reply{Status: 503, Body: `{"message":"no healthy upstream"}`}, Want: retry},
		"half an answer":                   {Reply: botstest.Reply{Body: took[:20]}, Want: unsure},
		"a break during an upload":         {Out: &upload, Reply: botstest.Reply{Reset: true}, Want: unsure},
		"nothing, as a picture is away":    {Out: &broken, Reply: botstest.Reply{Body: took}, Want: retry},
		"nothing, as a picture is lost":    {Out: &lost, Reply: botstest.Reply{Body: took}, Want: rejected},
		"nothing, as a picture is huge":    {Out: &huge, Reply: botstest.Reply{Body: took}, Want: rejected},
		"nothing, as pictures are two":     {Out: &two, Reply: botstest.Reply{Body: took}, Want: rejected},
		"nothing, as it goes to nobody":    {Out: &nobody, Reply: botstest.Reply{Body: took}, Want: rejected},
		"nothing, as nothing is said":      {Out: &silent, Reply: botstest.Reply{Body: took}, Want: rejected},
		"nothing, as no template is named": {Out: &unnamed, Reply: botstest.Reply{Body: took}, Want: rejected},
	}
	for name, tt := range coded {
		want := bots.SendError{Class: tt.class}
		if tt.class == bots.ErrThrottled {
			want = slow
		}
		all[name] = botstest.Fault{Want: want, Reply: botstest.Reply{Status: tt.status, Body: fmt.Sprintf(
			`{"error":{"message":"(#%d) no","type":"OAuthException","code":%d,"error_subcode":%d,"fbtrace_id":"A1"}}`,
			tt.code, tt.code, tt.subcode)}}
	}
	return all
}
