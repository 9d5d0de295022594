package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/sandbox"
)

const token = "1:secret"

// api is a Bot API that is served, with one resident.
type api struct {
	*sandbox.Telegram
	lan    *sandbox.Resident
	client *http.Client
	base   string
}

func newAPI(t *testing.T) api {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }
	return newAPIWith(t, sandbox.Options{Now: now, Backoff: time.Millisecond})
}

func newAPIWith(t *testing.T, o sandbox.Options) api {
	t.Helper()
	telegram := sandbox.NewTelegram(token, o)
	server := httptest.NewServer(telegram)
	t.Cleanup(server.Close)
	t.Cleanup(telegram.Close)
	return api{telegram, telegram.Resident(5, "Lan"), server.Client(), server.URL}
}

// call returns the status, the description of a refusal and the result.
func (a api) call(t *testing.T, bot, method, fields string) (int, string, json.RawMessage) {
	t.Helper()
	values, err := url.ParseQuery(fields)
	if err != nil {
		t.Fatal(err)
	}
	res, err := a.client.PostForm(a.base+"/bot"+bot+"/"+method, values)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct {
		ErrorCode   int             `json:"error_code"`
		Description string          `json:"description"`
		Result      json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK && said.ErrorCode != res.StatusCode {
		t.Errorf("error_code %d under status %d", said.ErrorCode, res.StatusCode)
	}
	return res.StatusCode, said.Description, said.Result
}

func TestTelegramRefusesWhatItIsDocumentedTo(t *testing.T) {
	a := newAPI(t)
	a.lan.SendPhoto(make([]byte, 20<<20+1), "")
	large := a.Updates()[0]
	at := bytes.LastIndex(large, []byte("AgACAgUAAxk"))
	file := string(large[at : at+len("AgACAgUAAxk2")])
	inline := func(data string) string {
		return "chat_id=5&text=a&reply_markup=" + url.QueryEscape(`{"inline_keyboard":[[{"text":"a","callback_data":"`+data+`"}]]}`)
	}
	for name, tt := range map[string]struct {
		bot, method, fields string
		status              int
		says                string
	}{
		"another token":                   {"1:other", "getMe", "", 401, "Unauthorized"},
		"its own token":                   {token, "getMe", "", 200, ""},
		"an unknown method":               {token, "sendNothing", "", 404, "method not found"},
		"an empty text":                   {token, "sendMessage", "chat_id=5&text=", 400, "message text is empty"},
		"the longest text":                {token, "sendMessage", "chat_id=5&text=" + strings.Repeat("a", 4096), 200, ""},
		"a text that is longer":           {token, "sendMessage", "chat_id=5&text=" + strings.Repeat("a", 4097), 400, "message is too long"},
		"a text of emoji, twice as long":  {token, "sendMessage", "chat_id=5&text=" + strings.Repeat("😀", 2049), 400, "message is too long"},
		"an answer to what is not there":  {token, "sendMessage", "chat_id=5&text=a&reply_to_message_id=99", 400, "to be replied"},
		"an answer to it, or not":         {token, "sendMessage", "chat_id=5&text=a&reply_to_message_id=99&allow_sending_without_reply=true", 200, ""},
		"a chat that nobody opened":       {token, "sendMessage", "chat_id=6&text=a", 400, "chat not found"},
		"no chat":                         {token, "sendMessage", "text=a", 400, "chat_id is empty"},
		"a keyboard that is no JSON":      {token, "sendMessage", "chat_id=5&text=a&reply_markup=x", 400, "can't parse"},
		"the longest callback data":       {token, "sendMessage", inline(strings.Repeat("a", 64)), 200, ""},
		"callback data of 66 bytes":       {token, "sendMessage", inline(strings.Repeat("ơ", 33)), 400, "BUTTON_DATA_INVALID"},
		"a callback that nobody pressed":  {token, "answerCallbackQuery", "callback_query_id=1", 400, "query is too old"},
		"an album of nothing":             {token, "sendMediaGroup", "chat_id=5&media=[]", 400, "2-10"},
		"a photo without a picture":       {token, "sendPhoto", "chat_id=5", 400, "there is no photo"},
		"an unknown file":                 {token, "getFile", "file_id=x", 400, "invalid file_id"},
		"a file of more than 20 MB":       {token, "getFile", "file_id=" + file, 400, "file is too big"},
		"a webhook without TLS":           {token, "setWebhook", "url=http://example.org/a", 400, "HTTPS"},
		"a secret that no header carries": {token, "setWebhook", "url=https://example.org&secret_token=a%20b", 400, "unallowed"},
	} {
		t.Run(name, func(t *testing.T) {
			status, says, _ := a.call(t, tt.bot, tt.method, tt.fields)
			if status != tt.status || !strings.Contains(says, tt.says) {
				t.Errorf("%d %q, not %d %q", status, says, tt.status, tt.says)
			}
		})
	}
}

func TestTelegramDeliversAgain(t *testing.T) {
	a := newAPI(t)
	var refusals, hits atomic.Int64
	refusals.Store(2)
	came := make(chan string, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if refusals.Add(-1) >= 0 {
			w.WriteHeader(http.StatusInternalServerError)
		}
		raw, _ := io.ReadAll(r.Body)
		came <- r.Header.Get("X-Telegram-Bot-Api-Secret-Token") + string(raw)
	}))
	defer hook.Close()
	if _, err := a.Redeliver(t.Context(), nil, 1); err == nil {
		t.Error("without a webhook nothing can be delivered")
	}
	a.call(t, token, "setWebhook", "url="+hook.URL+"&secret_token=s")
	a.lan.Say("một")
	want := "s" + string(a.Updates()[0])
	for range 3 {
		if got := <-came; got != want {
			t.Errorf("the same update is to come until it is taken, got %s", got)
		}
	}
	statuses, err := a.Redeliver(t.Context(), a.Updates()[0], 16)
	if err != nil || len(statuses) != 16 || hits.Load() != 19 {
		t.Errorf("16 more are to come, got %v, %v, %d", statuses, err, hits.Load())
	}
	if status, says, _ := a.call(t, token, "getUpdates", ""); status != http.StatusConflict {
		t.Errorf("a webhook shuts getUpdates, got %d %s", status, says)
	}
}

func TestTelegramFailsAsItIsTold(t *testing.T) {
	a := newAPI(t)
	a.FailNext("sendMessage", sandbox.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7})
	a.FailNext("sendMessage", sandbox.Fault{ResetAfterAccept: true})
	if status, says, _ := a.call(t, token, "sendMessage", "chat_id=5&text=a"); status != 429 || !strings.HasSuffix(says, "retry after 7") {
		t.Errorf("got %d %s", status, says)
	}
	res, err := a.client.PostForm(a.base+"/bot"+token+"/sendMessage", url.Values{"chat_id": {"5"}, "text": {"b"}})
	if err == nil {
		defer res.Body.Close()
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("the line is to break, got %v", err)
	}
	sent, err := a.Await(t.Context(), 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := a.call(t, token, "sendMessage", "chat_id=5&text=c"); status != http.StatusOK {
		t.Errorf("after its faults it answers, got %d", status)
	}
	texts, statuses := []string{}, []int{}
	for _, m := range append(sent, a.Messages(5)[1:]...) {
		texts = append(texts, m.Text)
	}
	for _, c := range a.Calls("sendMessage") {
		statuses = append(statuses, c.Status)
	}
	if diff := cmp.Diff([]string{"b", "c"}, texts) + cmp.Diff([]int{429, 0, 200}, statuses); diff != "" {
		t.Errorf("what was taken, and what the ledger says, differ (-want +got):\n%s", diff)
	}
}

func TestTelegramGivesOnlyTheUpdatesThatAreAskedFor(t *testing.T) {
	a := newAPI(t)
	a.call(t, token, "getUpdates", `allowed_updates=["message"]`)
	a.lan.Say("một")
	a.lan.Block()
	if _, _, result := a.call(t, token, "getUpdates", ""); strings.Count(string(result), "update_id") != 1 {
		t.Errorf("only the message is to come, got %s", result)
	}
}
