package telegram_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/botstest"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/models"
)

const (
	token  = "123456:AAF-planted"
	secret = "planted_secret"
)

func now() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func at(base string) *telegram.Adapter {
	return telegram.New(telegram.Config{Token: token, Base: base, Secrets: []string{secret}, Now: now})
}

func photo(name string) bots.Photo {
	return bots.Photo{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("bytes of " + name)), nil
	}}
}

func TestConformance(t *testing.T) {
	botstest.Run(t, botstest.Case{
		Name:    "telegram",
		New:     func(base string) bots.Adapter { return at(base) },
		Bare:    func() bots.Adapter { return telegram.New(telegram.Config{Now: now}) },
		Sign:    func([]byte) http.Header { return http.Header{"X-Telegram-Bot-Api-Secret-Token": {secret}} },
		Secrets: []string{token, secret},
		Bodies: map[string]botstest.Body{
			"a text":           {JSON: recorded(t, "text"), Kinds: []bots.Kind{bots.KindText}},
			"a pressed choice": {JSON: recorded(t, "callback_query"), Kinds: []bots.Kind{bots.KindPostback}},
			"nothing for us":   {JSON: recorded(t, "channel_post")},
		},
		Sends:   sends,
		Plain:   bots.Outgoing{To: "5", Text: "Xin chào"},
		Faults:  faults(),
		Fetches: fetches,
	})
}

func recorded(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const took = `{"ok":true,"result":{"message_id":77,"chat":{"id":5}}}`

// text is the request for a text under which a keyboard stands. The library writes out the entities that there are not.
func text(words, keyboard string) []botstest.Request {
	return []botstest.Request{{Method: http.MethodPost, Path: "/botSECRET/sendMessage", Fields: map[string]string{
		"chat_id": "5", "text": words, "disable_web_page_preview": "true", "reply_markup": keyboard, "entities": "null",
	}}}
}

// quoting are requests that answer message 9.
func quoting(requests []botstest.Request) []botstest.Request {
	for _, r := range requests {
		r.Fields["reply_to_message_id"], r.Fields["allow_sending_without_reply"] = "9", "true"
	}
	return requests
}

const noKeyboard = `{"remove_keyboard":true}`

var sends = map[string]botstest.Send{
	"words take the location button away": {
		Out:   bots.Outgoing{To: "5", Text: "<b>Xin</b> _chào_"},
		Reply: took, Want: text("<b>Xin</b> _chào_", noKeyboard), ID: "5:77",
	},
	"choices stand in rows of their own, too long ones only in the text": {
		Out: bots.Outgoing{To: "5", Text: "1 – xong", Buttons: []bots.Button{
			{Title: "xong", Payload: "done"}, {Title: "dài", Payload: strings.Repeat("ơ", 33)}, {Title: "sửa", Payload: "edit"},
		}},
		Reply: took, ID: "5:77",
		Want: text("1 – xong", `{"inline_keyboard":[[{"text":"xong","callback_data":"done"}],`+
			`[{"text":"sửa","callback_data":"edit"}]]}`),
	},
	"a question for the place brings its button": {
		Out:   bots.Outgoing{To: "5", Text: "Ở đâu?", AskLocation: "📍 Gửi vị trí"},
		Reply: took, ID: "5:77",
		Want: text("Ở đâu?", `{"keyboard":[[{"text":"📍 Gửi vị trí","request_location":true}]],`+
			`"resize_keyboard":true,"one_time_keyboard":true}`),
	},
	"an answer quotes what it answers, if that is still there": {
		Out:   bots.Outgoing{To: "5", Text: "a", Quote: "5:9"},
		Reply: took, Want: quoting(text("a", noKeyboard)), ID: "5:77",
	},
	"a picture quotes too": {
		Out:   bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}, Quote: "5:9"},
		Reply: took, ID: "5:77",
		Want: quoting([]botstest.Request{{Method: http.MethodPost, Path: "/botSECRET/sendPhoto", Fields: map[string]string{
			"chat_id": "5", "photo": "a.jpg: bytes of a.jpg", "caption_entities": "null",
		}}}),
	},
	"a message of another chat is not quoted": {
		Out:   bots.Outgoing{To: "5", Text: "a", Quote: "55:9"},
		Reply: took, Want: text("a", noKeyboard), ID: "5:77",
	},
	"what is no message is not quoted": {
		Out:   bots.Outgoing{To: "5", Text: "a", Quote: "5:cb:9"},
		Reply: took, Want: text("a", noKeyboard), ID: "5:77",
	},
	"one picture goes alone": {
		Out:   bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}},
		Reply: took, ID: "5:77",
		Want: []botstest.Request{{Method: http.MethodPost, Path: "/botSECRET/sendPhoto", Fields: map[string]string{
			"chat_id": "5", "photo": "a.jpg: bytes of a.jpg", "caption_entities": "null",
		}}},
	},
	"several pictures are an album, known by its first": {
		Out:   bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg"), photo("b.jpg")}},
		Reply: `{"ok":true,"result":[{"message_id":78},{"message_id":79}]}`, ID: "5:78",
		Want: []botstest.Request{{Method: http.MethodPost, Path: "/botSECRET/sendMediaGroup", Fields: map[string]string{
			"chat_id": "5",
			"media": `[{"type":"photo","media":"attach://file-0","caption_entities":null},` +
				`{"type":"photo","media":"attach://file-1","caption_entities":null}]`,
			"file-0": "a.jpg: bytes of a.jpg", "file-1": "b.jpg: bytes of b.jpg",
		}}},
	},
	"a message that was taken under an unreadable id is not sent again": {
		Out:   bots.Outgoing{To: "5", Text: "a"},
		Reply: `{"ok":true,"result":true}`, Want: text("a", noKeyboard), ID: "",
	},
}

func faults() map[string]botstest.Fault {
	broken := bots.Outgoing{To: "5", Photos: []bots.Photo{{Name: "a.jpg", Open: func(context.Context) (io.ReadCloser, error) {
		return nil, errors.New("disk is gone")
	}}}}
	upload := bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg")}}
	nobody := bots.Outgoing{To: "somebody", Text: "a"}
	refusal := func(status int, says string) botstest.Reply {
		code := strconv.Itoa(status)
		return botstest.Reply{Status: status, Body: `{"ok":false,"error_code":` + code + `,"description":"` + says + `"}`}
	}
	throttled := botstest.Reply{Status: 429, Body: `{"ok":false,"error_code":429,` +
		`"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}`}
	retry, rejected := bots.SendError{Class: bots.ErrRetry}, bots.SendError{Class: bots.ErrRejected}
	blocked, unauthorized := bots.SendError{Class: bots.ErrBlocked}, bots.SendError{Class: bots.ErrToken}
	unsure := bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	slow := bots.SendError{Class: bots.ErrThrottled, RetryAfter: 17 * time.Second}
	return map[string]botstest.Fault{
		"too many requests":                 {Reply: throttled, Want: slow},
		"too many uploads":                  {Out: &upload, Reply: throttled, Want: slow},
		"a block":                           {Reply: refusal(403, "Forbidden: bot was blocked by the user"), Want: blocked},
		"a block of an upload":              {Out: &upload, Reply: refusal(403, "Forbidden: bot was blocked by the user"), Want: blocked},
		"a deleted account":                 {Reply: refusal(403, "Forbidden: user is deactivated"), Want: blocked},
		"somebody who never wrote":          {Reply: refusal(403, "Forbidden: bot can't initiate conversation with a user"), Want: blocked},
		"a group that threw the bot out":    {Reply: refusal(403, "Forbidden: bot was kicked from the group chat"), Want: rejected},
		"an unknown chat":                   {Reply: refusal(400, "Bad Request: chat not found"), Want: rejected},
		"a bad message":                     {Reply: refusal(400, "Bad Request: message is too long"), Want: rejected},
		"a picture that is none":            {Out: &upload, Reply: refusal(400, "Bad Request: IMAGE_PROCESS_FAILED"), Want: rejected},
		"a request that is too large":       {Out: &upload, Reply: refusal(413, "Request Entity Too Large"), Want: rejected},
		"a revoked token":                   {Reply: refusal(401, "Unauthorized"), Want: unauthorized},
		"a revoked token at an upload":      {Out: &upload, Reply: refusal(401, "Unauthorized"), Want: unauthorized},
		"a token of the wrong form":         {Reply: refusal(404, "Not Found"), Want: unauthorized},
		"a conflict":                        {Reply: refusal(409, "Conflict: terminated by other getUpdates request"), Want: retry},
		"trouble of its own":                {Reply: refusal(500, "Internal Server Error"), Want: retry},
		"an error that repeats the token":   {Reply: refusal(400, "Bad Request: no bot "+token+" "+secret), Want: rejected},
		"the page of a gateway":             {Reply: botstest.Reply{Status: 502, Body: "<html>Bad Gateway</html>"}, Want: retry},
		"the page of a firewall":            {Reply: botstest.Reply{Status: 403, Body: "<html>Forbidden</html>"}, Want: retry},
		"half an answer":                    {Reply: botstest.Reply{Status: 200, Body: took[:20]}, Want: unsure},
		"a break in the middle of an album": {Out: &upload, Reply: botstest.Reply{Reset: true}, Want: unsure},
		"a group that moved": {Want: rejected, Reply: botstest.Reply{Status: 400, Body: `{"ok":false,"error_code":400,` +
			`"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001}}`}},
		"nothing, as the picture cannot be read": {Out: &broken, Reply: botstest.Reply{Body: took}, Want: retry},
		"nothing, as there is no such address":   {Out: &nobody, Want: rejected},
	}
}

// found is the answer of getFile.
func found(path string) botstest.Reply {
	return botstest.Reply{Body: `{"ok":true,"result":{"file_id":"f","file_size":5,"file_path":"` + path + `"}}`}
}

var (
	oversize = models.Invalid{Field: "media", Key: "error_media_size"}
	foreign  = models.Invalid{Field: "media", Key: "error_media_host"}
)

const getFile, media = "/botSECRET/getFile", "/file/botSECRET/photos/file_1.jpg"

var fetches = map[string]botstest.Fetch{
	"gives the bytes": {
		Media:   bots.Media{FileID: "f"},
		Replies: map[string]botstest.Reply{getFile: found("photos/file_1.jpg"), media: {Body: "bytes"}}, Bytes: "bytes",
	},
	"of what is said to be too large asks nobody": {Media: bots.Media{FileID: "f", Size: bots.MaxMedia + 1}, Err: oversize},
	"of what Telegram does not give": {
		Media: bots.Media{FileID: "f"}, Err: oversize, Replies: map[string]botstest.Reply{getFile: {
			Status: 400, Body: `{"ok":false,"error_code":400,"description":"Bad Request: file is too big"}`,
		}},
	},
	"of what turns out too large": {
		Media: bots.Media{FileID: "f"}, Err: oversize, Replies: map[string]botstest.Reply{getFile: {
			Body: `{"ok":true,"result":{"file_id":"f","file_size":20971521,"file_path":"a"}}`,
		}},
	},
	"of what is gone": {
		Media: bots.Media{FileID: "f"}, Fails: true,
		Replies: map[string]botstest.Reply{getFile: found("photos/file_1.jpg"), media: {Status: 404}},
	},
	"with a revoked token": {
		Media: bots.Media{FileID: "f"}, Fails: true,
		Replies: map[string]botstest.Reply{getFile: {Status: 401, Body: `{"ok":false,"error_code":401,"description":"Unauthorized"}`}},
	},
	"goes to no other host":   {Media: bots.Media{FileID: "f"}, Err: foreign, Replies: map[string]botstest.Reply{getFile: found("https://evil.example/a")}},
	"climbs no folder":        {Media: bots.Media{FileID: "f"}, Err: foreign, Replies: map[string]botstest.Reply{getFile: found("../bot1/getMe")}},
	"climbs no hidden folder": {Media: bots.Media{FileID: "f"}, Err: foreign, Replies: map[string]botstest.Reply{getFile: found("%2e%2e/a")}},
	"takes no path of a disk": {Media: bots.Media{FileID: "f"}, Err: foreign, Replies: map[string]botstest.Reply{getFile: found("/etc/passwd")}},
	"takes no empty path":     {Media: bots.Media{FileID: "f"}, Err: foreign, Replies: map[string]botstest.Reply{getFile: found("")}},
}
