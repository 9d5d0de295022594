package sandbox

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// ZaloBot is the Zalo Bot platform with one bot (channels.md §3), and the residents who talk to it. Serve it over HTTP,
// tell it At which address, and close it when done. How it retries a webhook is not documented: as the OA's platform.
type ZaloBot struct {
	ledger
	token     string
	posts     *zaloPosts
	base      string
	hook      webhook
	updates   []json.RawMessage // that nobody has taken yet
	residents map[string]*ZaloBotResident
	chats     map[string][]ZaloMessage
	media     map[string][]byte
	last      int
}

// NewZaloBot returns the platform for one token.
func NewZaloBot(token string, o Options) *ZaloBot {
	return &ZaloBot{
		ledger: newLedger(o.Now), token: token, posts: newZaloPosts(o), last: o.First, media: map[string][]byte{},
		residents: map[string]*ZaloBotResident{}, chats: map[string][]ZaloMessage{},
	}
}

// Close ends deliveries and hanging calls, and waits for the deliveries.
func (z *ZaloBot) Close() { z.posts.close() }

// At tells the platform where it is served: the addresses of pictures begin with it.
func (z *ZaloBot) At(base string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.base = strings.TrimRight(base, "/")
}

// Messages returns what the bot has put into a chat so far.
func (z *ZaloBot) Messages(chat string) []ZaloMessage {
	z.mu.Lock()
	defer z.mu.Unlock()
	return append([]ZaloMessage(nil), z.chats[chat]...)
}

// Await waits until the bot has put so many messages into a chat.
func (z *ZaloBot) Await(ctx context.Context, chat string, count int) ([]ZaloMessage, error) {
	err := z.await(ctx, func() bool { return len(z.chats[chat]) >= count })
	return z.Messages(chat), err
}

// ServeHTTP answers /bot<token>/<method>, and the pictures of residents.
func (z *ZaloBot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/media/"); ok && r.Method == http.MethodGet {
		serveZaloMedia(w, &z.ledger, z.media, id)
		return
	}
	rest, ours := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, ok := strings.Cut(rest, "/")
	if !ours || !ok {
		zaloBotAnswer(w, nil, &zaloError{http.StatusNotFound, "Not found"})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	in, err := readForm(r)
	if err != nil {
		zaloBotAnswer(w, nil, &zaloError{http.StatusBadRequest, "Bad request"})
		return
	}
	call := Call{Method: method, Chat: in.fields["chat_id"], Fields: in.fields}
	call.Text = in.fields["text"]
	z.play(w, r, call, z.posts.done, func(w http.ResponseWriter) int {
		if subtle.ConstantTimeCompare([]byte(token), []byte(z.token)) != 1 {
			return zaloBotAnswer(w, nil, &zaloError{http.StatusUnauthorized, "Unauthorized"})
		}
		result, refusal := z.do(r.Context(), method, in.fields)
		return zaloBotAnswer(w, result, refusal)
	})
}

// do is the effect of one call.
func (z *ZaloBot) do(ctx context.Context, method string, in map[string]string) (any, *zaloError) {
	if method == "getUpdates" { // it waits, so it takes the lock now and then
		return z.getUpdates(ctx, in["timeout"])
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	switch method {
	case "getMe":
		id, _, _ := strings.Cut(z.token, ":")
		return map[string]any{"id": id, "account_name": "bot.sandbox", "account_type": "BASIC"}, nil
	case "setWebhook":
		return z.setWebhook(in["url"], in["secret_token"])
	case "deleteWebhook":
		z.hook = webhook{}
		return z.webhookInfo(), nil
	case "getWebhookInfo":
		return z.webhookInfo(), nil
	case "sendMessage":
		if units := len(utf16.Encode([]rune(norm.NFC.String(in["text"])))); units == 0 || units > zaloText {
			return nil, badZaloBot("text is to be of 1 to 2000 characters")
		}
		return z.put(in["chat_id"], Content{Text: in["text"]})
	case "sendPhoto":
		if u, err := url.Parse(in["photo"]); err != nil || u.Host == "" {
			return nil, badZaloBot("photo is to be a URL")
		}
		return z.put(in["chat_id"], Content{Text: in["caption"], Photos: []Upload{{Name: in["photo"]}}})
	case "sendChatAction":
		if in["action"] != "typing" {
			return nil, badZaloBot("unknown action")
		}
		return nil, z.known(in["chat_id"])
	default:
		return nil, &zaloError{http.StatusNotFound, "Not found"}
	}
}

func badZaloBot(says string) *zaloError {
	return &zaloError{http.StatusBadRequest, "Bad request: " + says}
}

// known refuses a chat that nobody opened. The lock is held, here and below.
func (z *ZaloBot) known(chat string) *zaloError {
	if z.residents[chat] == nil {
		return badZaloBot("chat not found")
	}
	return nil
}

func (z *ZaloBot) put(chat string, c Content) (any, *zaloError) {
	if refusal := z.known(chat); refusal != nil {
		return nil, refusal
	}
	m := ZaloMessage{ID: z.next(), To: chat, Content: c, At: z.now()}
	z.chats[chat] = append(z.chats[chat], m)
	z.wake()
	return map[string]any{"message_id": m.ID, "date": m.At.UnixMilli()}, nil
}

func (z *ZaloBot) next() string {
	z.last++
	return "2d" + strconv.FormatInt(0x7_0000_0000+int64(z.last), 16)
}

func (z *ZaloBot) setWebhook(address, secret string) (any, *zaloError) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u.Hostname()): // a local try has no certificate
		return nil, badZaloBot("url is to be HTTPS")
	case len(secret) < 8 || len(secret) > 256:
		return nil, badZaloBot("secret_token is to be of 8 to 256 characters")
	}
	z.hook = webhook{url: address, secret: secret}
	for _, body := range z.updates {
		z.deliver(body)
	}
	z.updates = nil
	z.wake()
	return z.webhookInfo(), nil
}

func (z *ZaloBot) webhookInfo() any {
	return map[string]any{"url": z.hook.url, "updated_at": z.now().UnixMilli()}
}

// getUpdates gives one update, which is gone then; it waits for one as long as it is asked to.
func (z *ZaloBot) getUpdates(ctx context.Context, timeout string) (any, *zaloError) {
	seconds, err := strconv.Atoi(timeout)
	if err != nil {
		seconds = 30
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
	defer cancel()
	go func() {
		select {
		case <-z.posts.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	var found json.RawMessage
	var refusal *zaloError
	err = z.await(ctx, func() bool {
		switch {
		case z.hook.url != "":
			refusal = badZaloBot("getUpdates does not work while a webhook is set")
			return true
		case len(z.updates) > 0:
			found, z.updates = z.updates[0], z.updates[1:]
			return true
		default:
			return false
		}
	})
	if err != nil {
		refusal = &zaloError{http.StatusRequestTimeout, "Request timeout"}
	}
	return found, refusal
}

// zaloBotAnswer writes a result, or a refusal, and returns its status: refusals have theirs in the body.
func zaloBotAnswer(w http.ResponseWriter, result any, refusal *zaloError) int {
	if refusal != nil {
		return zaloJSON(w, map[string]any{
			"ok": false, "error_code": refusal.code, "description": refusal.says,
		})
	}
	return zaloJSON(w, map[string]any{"ok": true, "result": result})
}
