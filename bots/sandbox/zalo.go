package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ZaloOptions are those of an Official Account's platform. The wait after the first refusal by a webhook stands for
// Zalo's 30 seconds; the further ones are as much longer as Zalo's are.
type ZaloOptions struct {
	Options
	AppID     string
	AppSecret string
	OASecret  string // signs the webhooks
	OA        string // the account's id
	Name      string // as residents find it
	PerMinute int    // requests that an app may make; 0: 4000
	Bought    int    // messages that may be sent after the free window; 0: as many as are wanted
	PerDay    int    // template messages; 0: as many as are wanted
}

// Zalo is the platform of one Official Account (channels.md §2): the OA API, template messages, the sign-on with its
// tokens, and the residents. All its hosts are one. Serve it over HTTP, tell it At which address, and close it when
// done. Of the errors of the sign-on only their form is Zalo's, as their numbers are not documented.
type Zalo struct {
	ledger
	options ZaloOptions
	posts   *zaloPosts
	base    string

	access    map[string]time.Time // tokens, until when
	newest    string               // of them
	refresh   string               // the only one that is good: each is for one use
	refreshed time.Time            // when it was made
	grants    map[string]zaloGrant
	hook      string
	events    []string // that the webhook gets; empty: all
	lost      bool     // the webhook failed too often
	made      [][]byte
	residents map[string]*ZaloResident
	messages  []ZaloMessage
	reactions map[string]string
	uploads   map[string]zaloUpload
	templates map[string][]string
	media     map[string][]byte
	last      int // of all ids
	minute    time.Time
	spent     int // requests in that minute
	quotas    zaloQuotas
}

// ZaloMessage is what our side has sent to a resident, and what it was taken as.
type ZaloMessage struct {
	ID, To string
	Content
	Quote    string
	Template string
	Params   map[string]any
	Tracking string
	Quota    string // from what it was paid: "reply" is free
	At       time.Time
}

type zaloUpload struct {
	Upload
	at time.Time
}

// NewZalo returns the platform of an account, which has a pair of tokens as the console's explorer gives one.
func NewZalo(o ZaloOptions) *Zalo {
	o.PerMinute, o.Name = cmp.Or(o.PerMinute, 4000), cmp.Or(o.Name, "1022")
	z := &Zalo{
		ledger: newLedger(o.Now), options: o, posts: newZaloPosts(o.Options), access: map[string]time.Time{},
		grants: map[string]zaloGrant{}, residents: map[string]*ZaloResident{}, reactions: map[string]string{},
		uploads: map[string]zaloUpload{}, templates: map[string][]string{}, media: map[string][]byte{}, last: o.First,
	}
	z.issue()
	return z
}

// Close ends deliveries and hanging calls, and waits for the deliveries.
func (z *Zalo) Close() { z.posts.close() }

// At tells the platform where it is served: the addresses of pictures begin with it.
func (z *Zalo) At(base string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.base = strings.TrimRight(base, "/")
}

// Messages returns what was sent to a resident so far.
func (z *Zalo) Messages(user string) []ZaloMessage {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.messagesTo(user)
}

func (z *Zalo) messagesTo(user string) []ZaloMessage {
	var found []ZaloMessage
	for _, m := range z.messages {
		if m.To == user {
			found = append(found, m)
		}
	}
	return found
}

// Await waits until so many messages were sent to a resident.
func (z *Zalo) Await(ctx context.Context, user string, count int) ([]ZaloMessage, error) {
	err := z.await(ctx, func() bool { return len(z.messagesTo(user)) >= count })
	return z.Messages(user), err
}

// Reaction returns how the account reacted to a message of a resident; empty if it did not.
func (z *Zalo) Reaction(message string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.reactions[message]
}

// Approve makes a template that may be sent, with the names of its parameters.
func (z *Zalo) Approve(template string, params ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.templates[template] = params
}

// next is an id that nothing else has. The lock is held.
func (z *Zalo) next() string {
	z.last++
	return "9a" + strconv.FormatInt(0x5_0000_0000+int64(z.last), 16)
}

// zaloError is a refusal in Zalo's form: HTTP 200 with a number (channels.md §2.8).
type zaloError struct {
	code int
	says string
}

// ZaloFault is a call that Zalo refuses with an error: -216 for an expired token, -230 for a closed window, -244 for a
// resident who turned us off.
func ZaloFault(code int) Fault {
	return Fault{Status: http.StatusOK, Body: `{"error":` + strconv.Itoa(code) + `,"message":"as the test wants it"}`}
}

// zaloCall is a request, read.
type zaloCall struct {
	Recipient struct {
		User string `json:"user_id"`
	} `json:"recipient"`
	Message zaloContent `json:"message"`
	Action  *struct {
		Icon    string `json:"react_icon"`
		Message string `json:"react_message_id"`
	} `json:"sender_action"`
	User     string         `json:"user_id"`
	Phone    string         `json:"phone"`
	Template string         `json:"template_id"`
	Params   map[string]any `json:"template_data"`
	Tracking string         `json:"tracking_id"`

	form form
}

// ServeHTTP answers the paths of all of Zalo's hosts.
func (z *Zalo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if id, ok := strings.CutPrefix(path, "media/"); ok && r.Method == http.MethodGet {
		serveZaloMedia(w, &z.ledger, z.media, id)
		return
	}
	if path == "v4/oa/permission" && r.Method == http.MethodGet {
		z.permission(w, r)
		return
	}
	call, err := readZaloCall(w, r)
	if err != nil {
		_ = zaloAnswer(w, nil, &zaloError{-201, "the request cannot be read"})
		return
	}
	entry := Call{Method: path, Chat: cmp.Or(call.Recipient.User, call.User), Fields: call.form.fields}
	entry.Content = call.Message.content()
	if p, ok := call.form.files["file"]; ok {
		entry.Photos = []Upload{newUpload(p.name, p.raw)}
	}
	z.play(w, r, entry, z.posts.done, func(w http.ResponseWriter) int {
		if path == "v4/oa/access_token" {
			return z.token(w, r, call.form)
		}
		data, refusal := z.do(w, r, path, call)
		return zaloAnswer(w, data, refusal)
	})
}

func readZaloCall(w http.ResponseWriter, r *http.Request) (zaloCall, error) {
	var call zaloCall
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return call, err
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if call.form, err = readForm(r); err != nil {
		return call, err
	}
	if data := call.form.fields["data"]; r.Method == http.MethodGet && data != "" { // the only parameter of a GET
		raw = []byte(data)
	}
	if len(call.form.files) == 0 && len(raw) > 0 && raw[0] == '{' {
		err = json.Unmarshal(raw, &call)
	}
	return call, err
}

// do is the effect of one call of the OA API or of template messages.
func (z *Zalo) do(w http.ResponseWriter, r *http.Request, path string, call zaloCall) (any, *zaloError) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if refusal := z.admit(w, r, path); refusal != nil {
		return nil, refusal
	}
	switch r.Method + " " + path {
	case "POST v3.0/oa/message/cs":
		return z.consult(call)
	case "POST v2.0/oa/message":
		return z.react(call)
	case "POST v2.0/oa/upload/image":
		return z.upload(call)
	case "POST v3.0/oa/message/template":
		return z.templateTo(call)
	case "POST message/template":
		return z.templateBy(call)
	case "POST v3.0/oa/quota/message":
		return z.quota(call)
	case "GET v3.0/oa/user/detail":
		return z.profile(call)
	case "GET v2.0/oa/getoa":
		return map[string]any{"oa_id": z.options.OA, "name": z.options.Name, "is_verified": true}, nil
	case "POST v3.0/oa/message/transaction", "POST v3.0/oa/message/promotion": // shut down on 2026-03-01
		return nil, &zaloError{-240, "message API has been shut down"}
	default:
		return nil, &zaloError{404, "Empty api"}
	}
}

// admit counts a call and looks at its token. The lock is held.
func (z *Zalo) admit(w http.ResponseWriter, r *http.Request, path string) *zaloError {
	if minute := z.now().Truncate(time.Minute); !minute.Equal(z.minute) {
		z.minute, z.spent = minute, 0
	}
	z.spent++
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(z.options.PerMinute))
	w.Header().Set("X-RateLimit-Remain", strconv.Itoa(max(0, z.options.PerMinute-z.spent)))
	if z.spent > z.options.PerMinute {
		return &zaloError{-32, "Your application reached limit call api"}
	}
	until, known := z.access[r.Header.Get("access_token")] // no other header counts (channels.md §2.2)
	switch {
	case known && z.now().Before(until):
		return nil
	case path == "message/template":
		return &zaloError{-124, "Access token invalid"}
	case known:
		return &zaloError{-220, "access_token is expired or removed"}
	default:
		return &zaloError{-216, "Access token is invalid"}
	}
}

// zaloAnswer writes data, or a refusal, and returns its status.
func zaloAnswer(w http.ResponseWriter, data any, refusal *zaloError) int {
	body := map[string]any{"error": 0, "message": "Success", "data": data}
	if refusal != nil {
		body = map[string]any{"error": refusal.code, "message": refusal.says}
	}
	return zaloJSON(w, body)
}

// zaloJSON writes an answer, under 200 whatever it says.
func zaloJSON(w http.ResponseWriter, body any) int {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusOK)
	_ = json.NewEncoder(w).Encode(body)
	return http.StatusOK
}

// serveZaloMedia gives the bytes of a picture.
func serveZaloMedia(w http.ResponseWriter, l *ledger, media map[string][]byte, id string) {
	l.mu.Lock()
	raw, ok := media[id]
	l.mu.Unlock()
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/jpg") // as Zalo's servers say, though there is no such type
	_, _ = w.Write(raw)
}
