package zalo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/botstest"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

const (
	app    = "360846524940903967"
	secret = "planted-OA-secret"
	token  = "planted-access-token"
	proof  = "planted-app-secret"
)

// now is 07:00 in Vietnam.
func now() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func given(context.Context) (string, error) { return token, nil }

func at(base string) *zalo.OA {
	return zalo.NewOA(zalo.OAConfig{
		AppID: app, Secrets: []string{secret}, Token: given, Proof: proof, OpenAPI: base, Business: base, Now: now,
		Refused: func(context.Context, string) error { return nil },
	})
}

// sign makes the header that Zalo sends with a body and its timestamp.
func sign(body []byte, stamp string) http.Header {
	sum := sha256.Sum256([]byte(app + string(body) + stamp + secret))
	return http.Header{"X-Zevent-Signature": {"mac=" + hex.EncodeToString(sum[:])}}
}

func photo(name string) bots.Photo { return photoOf(name, []byte("bytes of "+name)) }

func photoOf(name string, raw []byte) bots.Photo {
	return bots.Photo{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}}
}

func TestConformance(t *testing.T) {
	botstest.Run(t, botstest.Case{
		Name:    "zalo",
		New:     func(base string) bots.Adapter { return at(base) },
		Bare:    func() bots.Adapter { return zalo.NewOA(zalo.OAConfig{Now: now}) },
		Sign:    func(body []byte) http.Header { return sign(body, "1793318400000") },
		Signed:  `{"event_name":"follow","timestamp":"1793318400000"}`,
		Secrets: []string{secret, token, proof},
		Bodies: map[string]botstest.Body{
			"a text":         {JSON: string(recorded(t, "user_send_text")), Kinds: []bots.Kind{bots.KindText}},
			"a choice":       {JSON: string(recorded(t, "button_click_query")), Kinds: []bots.Kind{bots.KindPostback}},
			"somebody's own": {JSON: string(recorded(t, "user_submit_info")), Kinds: []bots.Kind{bots.KindSharedInfo}},
			"nothing for us": {JSON: `{"event_name":"update_user_info","oa_id":"1","timestamp":"1793318400000"}`},
		},
		Sends:   sends,
		Plain:   bots.Outgoing{To: "5", Text: "Xin chào"},
		Faults:  faults(),
		Fetches: fetches,
	})
}

const (
	took   = `{"error":0,"message":"Success","data":{"message_id":"m77","user_id":"5"}}`
	cs     = "/v3.0/oa/message/cs"
	upload = "/v2.0/oa/upload/image"
)

// message is the request that sends a message.
func message(content string) []botstest.Request {
	return []botstest.Request{{Method: http.MethodPost, Path: cs, Fields: map[string]string{
		"recipient": `{"user_id":"5"}`, "message": content,
	}}}
}

var sends = map[string]botstest.Send{
	"words": {
		Out: bots.Outgoing{To: "5", Text: "<b>Xin</b> & chào"}, Reply: took, ID: "m77",
		Want: message(`{"text":"<b>Xin</b> & chào"}`),
	},
	"words of staff, as there is no window of their own": {
		Out: bots.Outgoing{To: "5", Text: "a", Step: bots.StepHuman}, Reply: took, ID: "m77", Want: message(`{"text":"a"}`),
	},
	"an answer names what it answers": {
		Out: bots.Outgoing{To: "5", Text: "a", Quote: "q1"}, Reply: took, ID: "m77",
		Want: message(`{"text":"a","quote_message_id":"q1"}`),
	},
	"a question for the place is words only": {
		Out: bots.Outgoing{To: "5", Text: "Ở đâu?", AskLocation: "📍 Gửi vị trí"}, Reply: took, ID: "m77",
		Want: message(`{"text":"Ở đâu?"}`),
	},
	"choices come back with our prefix, five at most": {
		Out: bots.Outgoing{To: "5", Text: "1 – xong", Buttons: []bots.Button{
			{Title: "xong", Payload: "done"},
			{Title: "không có gì"},
			{Title: "b", Payload: "b"},
			{Title: "c", Payload: "c"},
			{Title: "d", Payload: "d"},
			{Title: "e", Payload: "e"},
			{Title: "thừa", Payload: "f"},
		}},
		Reply: took, ID: "m77",
		Want: message(`{"text":"1 – xong","attachment":{"type":"template","payload":{"buttons":[` +
			`{"title":"xong","type":"oa.query.hide","payload":"#vt:done"},` +
			`{"title":"b","type":"oa.query.hide","payload":"#vt:b"},{"title":"c","type":"oa.query.hide","payload":"#vt:c"},` +
			`{"title":"d","type":"oa.query.hide","payload":"#vt:d"},{"title":"e","type":"oa.query.hide","payload":"#vt:e"}]}}}`),
	},
	"a picture is uploaded, then sent": {
		Out:   bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}},
		Reply: `{"error":0,"message":"Success","data":{"attachment_id":"up1","message_id":"m77"}}`, ID: "m77",
		Want: append([]botstest.Request{{Method: http.MethodPost, Path: upload, Fields: map[string]string{
			"file": "a.jpg: bytes of a.jpg",
		}}}, message(`{"attachment":{"type":"template","payload":{"template_type":"media",`+
			`"elements":[{"media_type":"image","attachment_id":"up1"}]}}}`)...),
	},
	"a template by account": {
		Out: bots.Outgoing{Delivery: "d1", To: "5", Step: bots.StepTemplate, Template: bots.Template{
			ID: "t1", Params: map[string]string{"code": "TK-1"},
		}},
		Reply: took, ID: "m77",
		Want: []botstest.Request{{Method: http.MethodPost, Path: "/v3.0/oa/message/template", Fields: map[string]string{
			"user_id": "5", "template_id": "t1", "template_data": `{"code":"TK-1"}`,
		}}},
	},
	"a template by telephone number": {
		Out:   bots.Outgoing{Delivery: "d1", To: "5", Step: bots.StepTemplate, Template: bots.Template{ID: "t1", Phone: "0912345678"}},
		Reply: `{"error":0,"message":"Success","data":{"msg_id":"z9","sent_time":"1"}}`, ID: "z9",
		Want: []botstest.Request{{Method: http.MethodPost, Path: "/message/template", Fields: map[string]string{
			"phone": "84912345678", "template_id": "t1", "template_data": `{}`, "tracking_id": "d1",
		}}},
	},
	"a message that was taken under an unreadable id is not sent again": {
		Out: bots.Outgoing{To: "5", Text: "a"}, Reply: `{"error":0,"data":true}`, Want: message(`{"text":"a"}`), ID: "",
	},
}

// says is an answer with an error of Zalo's.
func says(code int, what string) botstest.Reply {
	return botstest.Reply{Body: fmt.Sprintf(`{"error":%d,"message":%q}`, code, what)}
}

func faults() map[string]botstest.Fault {
	unreadable := bots.Outgoing{To: "5", Photos: []bots.Photo{{Name: "a.jpg", Open: func(context.Context) (io.ReadCloser, error) {
		return nil, errors.New("disk is gone")
	}}}}
	lost := bots.Outgoing{To: "5", Photos: []bots.Photo{{Name: "a.jpg", Open: func(context.Context) (io.ReadCloser, error) {
		return nil, models.ErrNotFound
	}}}}
	huge := bots.Outgoing{To: "5", Photos: []bots.Photo{photoOf("a.jpg", make([]byte, 1_000_001))}}
	picture := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}}
	several := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg"), photo("b.jpg")}}
	template := bots.Outgoing{To: "5", Step: bots.StepTemplate, Template: bots.Template{ID: "t", Phone: "84912345678"}}
	retry, rejected := bots.SendError{Class: bots.ErrRetry}, bots.SendError{Class: bots.ErrRejected}
	unsure := bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	table := map[string]botstest.Fault{
		"an error in a string":                   {Reply: botstest.Reply{Body: `{"error":"-230","message":"late"}`}, Want: bots.SendError{Class: bots.ErrWindow, ByPhone: true}},
		"an error that repeats secrets":          {Reply: says(-201, token+" "+secret+" "+proof), Want: rejected},
		"an error under another status":          {Reply: botstest.Reply{Status: 400, Body: `{"error":-244}`}, Want: bots.SendError{Class: bots.ErrBlocked}},
		"an error that is new":                   {Reply: says(-9999, "?"), Want: rejected},
		"the page of a gateway":                  {Reply: botstest.Reply{Status: 502, Body: "<html>Bad Gateway</html>"}, Want: retry},
		"a gateway that waited in vain":          {Reply: botstest.Reply{Status: 504, Body: "<html>Timeout</html>"}, Want: unsure},
		"the page of a firewall":                 {Reply: botstest.Reply{Status: 403, Body: "<html>Forbidden</html>"}, Want: retry},
		"success under a wrong status":           {Reply: botstest.Reply{Status: 500, Body: took}, Want: retry},
		"too many requests at the door":          {Reply: botstest.Reply{Status: 429}, Want: bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Minute}},
		"half an answer":                         {Reply: botstest.Reply{Body: took[:20]}, Want: unsure},
		"an answer without a verdict":            {Reply: botstest.Reply{Body: `{"data":{}}`}, Want: unsure},
		"a break in the middle of a upload":      {Out: &picture, Reply: botstest.Reply{Reset: true}, Want: retry},
		"an upload without its id":               {Out: &picture, Reply: botstest.Reply{Body: took}, Want: retry},
		"a refused template":                     {Out: &template, Reply: says(-118, "account 84912345678 not existed"), Want: bots.SendError{Class: bots.ErrWindow}},
		"nothing, as the picture cannot be read": {Out: &unreadable, Want: retry},
		"nothing, as the picture is lost":        {Out: &lost, Want: rejected},
		"nothing, as the picture is large":       {Out: &huge, Want: rejected},
		"nothing, as it is not one picture":      {Out: &several, Want: rejected},
	}
	for class, codes := range map[bots.ErrorClass][]int{
		bots.ErrToken: {
			-216, -220, -124, -204, -205, -209, -212, -219, -223, -221, -224, -235, -320, -321, -136, -137, -115, -117, -131,
			-135, -1351, -145, -146, -242, -1241,
		},
		bots.ErrThrottled: {-32, -144, -147, -211, -133, -234},
		bots.ErrRetry:     {-200, -100},
		bots.ErrWindow:    {-213, -218, -227, -230, -232, -248, -108, -114, -118, -119, -140},
		bots.ErrBlocked:   {-244, -139, -141},
		bots.ErrRejected:  {-201, -210, -233, -240, -109, -111, -112, -1123, -113, -1131, -132},
	} {
		for _, code := range codes {
			table[fmt.Sprintf("error %d", code)] = botstest.Fault{
				Reply: says(code, "?"), Want: detailed(bots.SendError{Class: class, RetryAfter: waits[code]}, code),
			}
		}
	}
	return table
}

// detailed is an error with what is particular to its code: it concerns one message, an approved text, an account.
func detailed(e bots.SendError, code int) bots.SendError {
	e.Alone = slices.Contains([]int{-144, -147, -211, -133, -234}, code)
	e.Template = slices.Contains([]int{-117, -131, -135, -1351, -145, -146}, code)
	e.ByPhone = slices.Contains([]int{-213, -227, -230}, code)
	if code == -200 {
		e.Tries = 3
	}
	return e
}

// waits are from 07:00 in Vietnam.
var waits = map[int]time.Duration{
	-32: time.Minute, -144: 17 * time.Hour, -147: 17 * time.Hour, -211: 17 * time.Hour, -133: 23 * time.Hour,
	-234: 23 * time.Hour,
}

var (
	oversize = models.Invalid{Field: "media", Key: "error_media_size"}
	foreign  = models.Invalid{Field: "media", Key: "error_media_host"}
)

var fetches = map[string]botstest.Fetch{
	"gives the bytes": {
		Media:   bots.Media{URL: "BASE/jpg/1.jpg"},
		Replies: map[string]botstest.Reply{"/jpg/1.jpg": {Body: "bytes"}}, Bytes: "bytes",
	},
	"of what is said to be too large asks nobody": {Media: bots.Media{URL: "BASE/1", Size: bots.MaxMedia + 1}, Err: oversize},
	"of what is gone": {
		Media: bots.Media{URL: "BASE/1.jpg"}, Replies: map[string]botstest.Reply{"/1.jpg": {Status: 404}}, Fails: true,
	},
	"goes to no other host":          {Media: bots.Media{URL: "https://evil.example/1.jpg"}, Err: foreign},
	"goes to no host that looks so":  {Media: bots.Media{URL: "https://zdn.vn.evil.example/1.jpg"}, Err: foreign},
	"takes no file of ours":          {Media: bots.Media{URL: "file:///etc/passwd"}, Err: foreign},
	"takes no sticker without a URL": {Media: bots.Media{Type: bots.KindSticker, FileID: "5cb6"}, Err: foreign},
}

func TestBotConformance(t *testing.T) {
	const token, secret = "1459232241454765289:planted", "planted_secret"
	refusal := func(code int, says string) botstest.Reply {
		return botstest.Reply{Body: fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q}`, code, says)}
	}
	picture := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}}
	template := bots.Outgoing{To: "5", Step: bots.StepTemplate}
	retry, rejected := bots.SendError{Class: bots.ErrRetry}, bots.SendError{Class: bots.ErrRejected}
	botstest.Run(t, botstest.Case{
		Name: "zalo_bot",
		New: func(base string) bots.Adapter {
			return zalo.NewBot(zalo.BotConfig{Token: token, Base: base, Secrets: []string{"", secret}, Now: now})
		},
		Bare:    func() bots.Adapter { return zalo.NewBot(zalo.BotConfig{Now: now}) },
		Sign:    func([]byte) http.Header { return http.Header{"X-Bot-Api-Secret-Token": {secret}} },
		Secrets: []string{token, secret},
		Bodies: map[string]botstest.Body{
			"a text":         {JSON: string(recorded(t, "zalo_bot_text")), Kinds: []bots.Kind{bots.KindText}},
			"nothing for us": {JSON: `{"event_name":"message.new.received","message":{"from":{"id":"5"}}}`},
		},
		Sends: map[string]botstest.Send{
			"words, the choices by their numbers": {
				Out:   bots.Outgoing{To: "5", Text: "1 – xong", Buttons: []bots.Button{{Title: "xong", Payload: "done"}}},
				Reply: `{"ok":true,"result":{"message_id":"m7","date":1749632637199}}`, ID: "m7",
				Want: []botstest.Request{{Method: http.MethodPost, Path: "/botSECRET/sendMessage", Fields: map[string]string{
					"chat_id": "5", "text": "1 – xong",
				}}},
			},
		},
		Plain: bots.Outgoing{To: "5", Text: "a"},
		Faults: map[string]botstest.Fault{
			"a revoked token":               {Reply: refusal(401, "Unauthorized"), Want: bots.SendError{Class: bots.ErrToken}},
			"a used up quota":               {Reply: refusal(429, "Quota exceeded"), Want: bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Minute}},
			"a bad message":                 {Reply: refusal(400, "Bad request"), Want: rejected},
			"an unknown chat":               {Reply: refusal(404, "Not found"), Want: rejected},
			"trouble of its own":            {Reply: refusal(500, "Internal"), Want: retry},
			"a time-out":                    {Reply: refusal(408, "Request timeout"), Want: retry},
			"an error that repeats secrets": {Reply: refusal(400, token+" "+secret), Want: rejected},
			"a status without a code":       {Reply: botstest.Reply{Status: 401, Body: `{"ok":false}`}, Want: bots.SendError{Class: bots.ErrToken}},
			"the page of a gateway":         {Reply: botstest.Reply{Status: 502, Body: "<html>"}, Want: retry},
			"half an answer":                {Reply: botstest.Reply{Body: `{"ok":true,`}, Want: bots.SendError{Class: bots.ErrRetry, Ambiguous: true}},
			"nothing, as it is a picture":   {Out: &picture, Want: rejected},
			"nothing, as it is a template":  {Out: &template, Want: rejected},
		},
		Fetches: fetches,
	})
	if zalo.BotAccount(token) != "1459232241454765289" || zalo.BotAccount("") != "" {
		t.Error("the account is the bot's own id")
	}
}
