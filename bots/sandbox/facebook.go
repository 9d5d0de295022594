package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FacebookApp is whom the Graph API knows: an app, and the one page that it serves.
type FacebookApp struct {
	ID        string
	Secret    string
	Page      string
	PageName  string
	Token     string   // of the page
	Templates []string // names of the utility templates that are approved
	PerSecond int      // messages that the page may send; 0: 300 (channels.md §4.4)
}

// Facebook is a Graph API with one page, the people who write to it and comment on its posts. Serve it over HTTP, tell
// it where, and close it when done.
type Facebook struct {
	ledger
	app     FacebookApp
	backoff time.Duration
	client  *http.Client
	stop    context.CancelFunc
	done    <-chan struct{}
	workers sync.WaitGroup

	base       string // where we are served: pictures are below it
	callback   string // as set in the app's console
	subscribed bool
	fields     []string // of the subscription; empty before the first: all
	getStarted string
	made       [][]byte
	waiting    [][]byte
	held       []map[string]any // entries of a webhook that is being gathered
	holding    bool
	residents  map[string]*FacebookResident
	threads    map[string][]FacebookMessage
	comments   map[string]*facebookComment
	files      [][]byte
	last       int   // number of the last id that was given
	second     int64 // in which sent messages are counted
	sent       int
}

// FacebookMessage is what our side has put into a thread.
type FacebookMessage struct {
	ID string
	Content
	Type     string // messaging_type
	Tag      string
	Template string
	Params   []string // what is filled into the template
	Comment  string   // that it answers in private
	Metadata string
	At       time.Time
	photo    string // its address
}

// NewFacebook returns a Graph API for one app.
func NewFacebook(app FacebookApp, o Options) *Facebook {
	if o.Backoff == 0 {
		o.Backoff = time.Second
	}
	if app.PerSecond == 0 {
		app.PerSecond = 300
	}
	ctx, stop := context.WithCancel(context.Background())
	f := &Facebook{
		ledger: newLedger(o.Now), app: app, backoff: o.Backoff,
		client: &http.Client{Timeout: time.Minute, Transport: o.transport()}, stop: stop, done: ctx.Done(),
		residents: map[string]*FacebookResident{}, threads: map[string][]FacebookMessage{},
		comments: map[string]*facebookComment{}, last: o.First,
	}
	f.workers.Go(func() { f.pump(ctx) })
	return f
}

// Close ends deliveries and hanging calls, and waits for the deliveries.
func (f *Facebook) Close() {
	f.stop()
	f.workers.Wait()
	f.client.CloseIdleConnections()
}

// ServedAt tells under which address this Graph API is served; pictures that are sent are below it.
func (f *Facebook) ServedAt(address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.base = strings.TrimRight(address, "/")
}

// Messages returns what the page has put into a thread so far.
func (f *Facebook) Messages(user string) []FacebookMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.threads[user])
}

// Await waits until the page has put so many messages into a thread.
func (f *Facebook) Await(ctx context.Context, user string, count int) ([]FacebookMessage, error) {
	err := f.await(ctx, func() bool { return len(f.threads[user]) >= count })
	return f.Messages(user), err
}

// FacebookFault is a refusal by the numbers of the Graph API (channels.md §4.4): 190 is a token that has expired,
// 10/2018278 a closed window, 551 somebody who cannot be reached.
func FacebookFault(code, subcode int) Fault {
	refusal := graphError{status: http.StatusBadRequest, code: code, subcode: subcode, says: "An error as it was told"}
	return Fault{Status: refusal.status, Body: string(refusal.body())}
}

// graphError is a refusal in the Graph API's form.
type graphError struct {
	status, code, subcode int
	says                  string
	retryAfter            int // seconds, in the header Retry-After
	regain                int // minutes, in the header of the page's use
}

// Error is the message.
func (e *graphError) Error() string { return e.says }

func (e *graphError) body() []byte {
	told := map[string]any{
		"message": "(#" + strconv.Itoa(e.code) + ") " + e.says, "type": "OAuthException", "code": e.code,
		"fbtrace_id": "AbCdEfGhIjK",
	}
	if e.subcode != 0 {
		told["error_subcode"] = e.subcode
	}
	body, _ := json.Marshal(map[string]any{"error": told}) // such a map can always be encoded
	return body
}

func graphInvalid(says string) *graphError {
	return &graphError{status: http.StatusBadRequest, code: 100, says: says}
}

var (
	errGraphToken = &graphError{status: http.StatusUnauthorized, code: 190, says: "Error validating access token"}
	errGraphProof = graphInvalid("Invalid appsecret_proof provided in the API argument")
	errGraphNode  = &graphError{status: http.StatusBadRequest, code: 100, subcode: 33, says: "Unsupported request"}
)

var graphPath = regexp.MustCompile(`^/v\d+\.\d+/(\w+)(?:/(\w+))?$`)

// graphCall is one call as it came.
type graphCall struct {
	form
	verb string
	node string
	edge string
}

// method is the name of a call in the ledger: its edge, "sender_action", or "node" for something's own fields.
func (c graphCall) method() string {
	switch {
	case c.fields["sender_action"] != "":
		return "sender_action"
	case c.edge != "":
		return c.edge
	default:
		return "node"
	}
}

// ServeHTTP answers /v25.0/… and /media/<number>.
func (f *Facebook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/media/"); ok {
		f.serveMedia(w, rest)
		return
	}
	path := graphPath.FindStringSubmatch(r.URL.Path)
	if path == nil {
		answerGraph(w, nil, errGraphNode)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	in, err := readForm(r)
	if err != nil {
		answerGraph(w, nil, graphInvalid("The request cannot be read"))
		return
	}
	f.answer(w, r, graphCall{form: in, verb: r.Method, node: path[1], edge: path[2]})
}

// answer does one call, and keeps it before it is answered: whoever has the answer finds the call.
func (f *Facebook) answer(w http.ResponseWriter, r *http.Request, c graphCall) {
	call := Call{Method: c.method(), Chat: c.recipient().chat(), Fields: c.fields, Content: c.content()}
	refusal := f.authorize(r, c)
	fault, failing := Fault{}, false
	if refusal == nil {
		fault, failing = f.fault(call.Method)
	}
	var result any
	switch {
	case refusal != nil:
	case failing && !fault.ResetAfterAccept:
		f.misbehave(w, r, fault, call)
		return
	default:
		result, refusal = f.do(c)
	}
	if failing {
		f.record(call)
		reset(w)
		return
	}
	call.Status = http.StatusOK
	if refusal != nil {
		call.Status = refusal.status
	}
	f.record(call)
	answerGraph(w, result, refusal)
}

// authorize checks who asks: the page, and of its own webhook the app. The token is taken from the header only, though
// the Graph API takes it from anywhere: what stands in an address ends up in logs.
func (f *Facebook) authorize(r *http.Request, c graphCall) *graphError {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	want := f.app.Token
	if c.edge == "subscriptions" {
		want = f.app.ID + "|" + f.app.Secret
	}
	switch {
	case c.fields["access_token"] != "":
		return graphInvalid("The token belongs into the header")
	case subtle.ConstantTimeCompare([]byte(token), []byte(want)) != 1:
		return errGraphToken
	case c.fields["appsecret_proof"] != graphHMAC(f.app.Secret, []byte(token)):
		return errGraphProof
	default:
		return nil
	}
}

func graphHMAC(secret string, message []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write(message)
	return hex.EncodeToString(h.Sum(nil))
}

// misbehave does what a fault says instead of the call.
func (f *Facebook) misbehave(w http.ResponseWriter, r *http.Request, fault Fault, call Call) {
	if fault.Hang {
		f.record(call)
		select {
		case <-r.Context().Done():
		case <-f.done:
		}
		reset(w)
		return
	}
	call.Status = fault.Status
	f.record(call)
	if fault.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
	}
	if fault.Body == "" {
		refusal := graphError{status: fault.Status, code: 2, says: "Service temporarily unavailable"}
		if fault.Status == http.StatusTooManyRequests {
			refusal.code, refusal.says = 613, "Calls to this api have exceeded the rate limit."
		}
		fault.Body = string(refusal.body())
	}
	w.WriteHeader(fault.Status)
	_, _ = w.Write([]byte(fault.Body))
}

// do is the effect of one call.
func (f *Facebook) do(c graphCall) (any, *graphError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	page := c.node == f.app.Page
	switch {
	case page && c.edge == "messages" && c.verb == http.MethodPost:
		return f.send(c)
	case page && c.edge == "subscribed_apps":
		return f.subscribe(c)
	case page && c.edge == "messenger_profile" && c.verb == http.MethodPost:
		return f.setProfile(c)
	case page && c.edge == "" && c.verb == http.MethodGet:
		return map[string]any{"id": f.app.Page, "name": f.app.PageName}, nil
	case c.node == f.app.ID && c.edge == "subscriptions" && c.verb == http.MethodGet:
		return f.subscriptions(), nil
	case c.edge == "comments" && c.verb == http.MethodPost:
		return f.answerComment(c)
	case c.edge == "" && c.verb == http.MethodGet:
		return f.profile(c)
	default:
		return nil, errGraphNode
	}
}

// answerGraph writes a result, or a refusal.
func answerGraph(w http.ResponseWriter, result any, refusal *graphError) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if refusal == nil {
		_ = json.NewEncoder(w).Encode(result)
		return
	}
	if refusal.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(refusal.retryAfter))
	}
	if refusal.regain > 0 {
		w.Header().Set("X-Business-Use-Case-Usage", `{"1":[{"type":"messenger","call_count":100,`+
			`"estimated_time_to_regain_access":`+strconv.Itoa(refusal.regain)+`}]}`)
	}
	w.WriteHeader(refusal.status)
	_, _ = w.Write(refusal.body())
}
