package sandbox

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxRequest is the most bytes of a request: an album of ten of the largest pictures.
const maxRequest = 110 << 20

// Telegram is a Bot API with one bot, and the residents who talk to it. Serve it over HTTP, and close it when done.
type Telegram struct {
	ledger
	token   string
	first   int
	pace    telegramPace
	backoff time.Duration
	client  *http.Client
	stop    context.CancelFunc
	done    <-chan struct{}
	workers sync.WaitGroup

	hook      webhook
	allowed   []string // kinds of updates that are wanted; empty: all that we make
	updates   []*update
	made      [][]byte // every update, in the order of their ids
	poller    chan struct{}
	residents map[int64]*Resident
	chats     map[int64][]Message
	files     map[string]file
	callbacks map[string]bool // true: answered
	lastFile  int
}

// file is what getFile leads to.
type file struct {
	path string
	raw  []byte
}

// NewTelegram returns a Bot API for one token.
func NewTelegram(token string, o Options) *Telegram {
	if o.Backoff == 0 {
		o.Backoff = time.Second
	}
	ctx, stop := context.WithCancel(context.Background())
	t := &Telegram{
		ledger: newLedger(o.Now), token: token, first: o.First, pace: newTelegramPace(o.Paced), backoff: o.Backoff,
		client: &http.Client{Timeout: time.Minute, Transport: o.transport()},
		stop:   stop, done: ctx.Done(), poller: make(chan struct{}), residents: map[int64]*Resident{},
		chats: map[int64][]Message{}, files: map[string]file{}, callbacks: map[string]bool{},
	}
	t.workers.Go(func() { t.pump(ctx) })
	return t
}

// Close ends deliveries and hanging calls, and waits for the deliveries.
func (t *Telegram) Close() {
	t.stop()
	t.workers.Wait()
	t.client.CloseIdleConnections()
}

// Messages returns what the bot has put into a chat so far.
func (t *Telegram) Messages(chat int64) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Message(nil), t.chats[chat]...)
}

// Await waits until the bot has put so many messages into a chat.
func (t *Telegram) Await(ctx context.Context, chat int64, count int) ([]Message, error) {
	err := t.await(ctx, func() bool { return len(t.chats[chat]) >= count })
	return t.Messages(chat), err
}

// telegramError is a refusal in the Bot API's form.
type telegramError struct {
	status     int
	says       string
	retryAfter int
}

// Error is the description.
func (e *telegramError) Error() string { return e.says }

func badRequest(says string) *telegramError {
	return &telegramError{status: http.StatusBadRequest, says: "Bad Request: " + says}
}

var errUnauthorized = &telegramError{status: http.StatusUnauthorized, says: "Unauthorized"}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		t.serveFile(w, rest)
		return
	}
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || !strings.HasPrefix(r.URL.Path, "/bot") {
		answer(w, nil, &telegramError{status: http.StatusNotFound, says: "Not Found"})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	in, err := readForm(r)
	if err != nil {
		answer(w, nil, badRequest("can't parse the request"))
		return
	}
	call := Call{Method: method, Chat: in.fields["chat_id"], Fields: in.fields, Content: in.content()}
	if !t.ours(token) {
		call.Status = answer(w, nil, errUnauthorized)
		t.record(call)
		return
	}
	fault, failing := t.fault(method)
	switch {
	case failing && fault.Hang:
		t.record(call)
		select {
		case <-r.Context().Done():
		case <-t.done:
		}
		reset(w)
	case failing && fault.ResetAfterAccept:
		_, _ = t.do(r.Context(), method, in)
		t.record(call)
		reset(w)
	case failing:
		call.Status = misanswer(w, fault)
		t.record(call)
	default:
		result, refusal := t.do(r.Context(), method, in)
		call.Status = http.StatusOK
		if refusal != nil {
			call.Status = refusal.status
		}
		t.record(call) // before the answer: whoever has the answer finds the call
		answer(w, result, refusal)
	}
}

func (t *Telegram) ours(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(t.token)) == 1
}

// do is the effect of one call.
func (t *Telegram) do(ctx context.Context, method string, in form) (any, *telegramError) {
	switch strings.ToLower(method) { // the Bot API does not mind the case
	case "getme":
		id, _, _ := strings.Cut(t.token, ":")
		return map[string]any{"id": json.Number(id), "is_bot": true, "first_name": "1022", "username": "a_bot"}, nil
	case "setwebhook":
		return t.setWebhook(in)
	case "deletewebhook":
		return t.deleteWebhook(in)
	case "getwebhookinfo":
		return t.webhookInfo(), nil
	case "getupdates":
		return t.getUpdates(ctx, in)
	case "sendmessage":
		return t.sendMessage(in)
	case "sendphoto":
		return t.sendPhoto(in)
	case "sendmediagroup":
		return t.sendMediaGroup(in)
	case "answercallbackquery":
		return t.answerCallback(in)
	case "getfile":
		return t.getFile(in)
	default:
		return nil, &telegramError{status: http.StatusNotFound, says: "Not Found: method not found"}
	}
}

// answer writes a result, or a refusal, and returns its status.
func answer(w http.ResponseWriter, result any, refusal *telegramError) int {
	body, status := map[string]any{"ok": true, "result": result}, http.StatusOK
	if refusal != nil {
		status = refusal.status
		body = map[string]any{"ok": false, "error_code": status, "description": refusal.says}
		if refusal.retryAfter > 0 {
			body["parameters"] = map[string]any{"retry_after": refusal.retryAfter}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
	return status
}

// misanswer writes what a fault says.
func misanswer(w http.ResponseWriter, f Fault) int {
	if f.Body != "" {
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
		return f.Status
	}
	says := http.StatusText(f.Status)
	if f.RetryAfter > 0 {
		says += ": retry after " + strconv.Itoa(f.RetryAfter)
	}
	return answer(w, nil, &telegramError{status: f.Status, says: says, retryAfter: f.RetryAfter})
}
