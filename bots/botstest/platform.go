package botstest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Request is a request as the platform sees it: secrets in its path written as SECRET, and its fields, from a form, the
// parts of one or the top level of a JSON object. A file is its name, a colon and its bytes; a JSON value its text.
type Request struct {
	Method string
	Path   string
	Fields map[string]string
}

// Reply is an answer of a platform; the zero value is 200 with an empty body.
type Reply struct {
	Status   int
	Body     string
	Location string
	Hang     bool // until the caller gives up
	Reset    bool // no answer, though the request was read
}

// platform answers as it is told, and keeps what it was asked.
type platform struct {
	*httptest.Server
	answer  Reply
	byPath  map[string]Reply
	secrets []string
	mu      sync.Mutex
	asked   []Request
}

func newPlatform(t *testing.T, secrets []string, answer Reply, byPath map[string]Reply) *platform {
	t.Helper()
	p := &platform{secrets: secrets, answer: answer, byPath: byPath}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *platform) serve(w http.ResponseWriter, r *http.Request) {
	asked := Request{Method: r.Method, Path: r.URL.Path, Fields: fields(r)}
	for _, secret := range p.secrets {
		asked.Path = strings.ReplaceAll(asked.Path, secret, "SECRET")
	}
	p.mu.Lock()
	p.asked = append(p.asked, asked)
	p.mu.Unlock()
	reply, ok := p.byPath[asked.Path]
	if !ok {
		reply = p.answer
	}
	switch {
	case reply.Hang:
		<-r.Context().Done()
		return
	case reply.Reset:
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = connection.Close()
		}
		return
	case reply.Location != "":
		w.Header().Set("Location", reply.Location)
	}
	if reply.Status != 0 {
		w.WriteHeader(reply.Status)
	}
	_, _ = io.WriteString(w, reply.Body)
}

// fields reads what a request brings, in whichever form.
func fields(r *http.Request) map[string]string {
	found := map[string]string{}
	take := func(values url.Values) {
		for name, v := range values {
			found[name] = strings.Join(v, ",")
		}
	}
	take(r.URL.Query())
	if parts, err := r.MultipartReader(); err == nil {
		for {
			p, err := parts.NextPart()
			if err != nil {
				return found
			}
			raw, _ := io.ReadAll(p)
			found[p.FormName()] = string(raw)
			if p.FileName() != "" {
				found[p.FormName()] = p.FileName() + ": " + string(raw)
			}
		}
	}
	raw, _ := io.ReadAll(r.Body)
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		for name, value := range object {
			var text string
			if json.Unmarshal(value, &text) != nil {
				text = string(value)
			}
			found[name] = text
		}
		return found
	}
	if values, err := url.ParseQuery(string(raw)); err == nil {
		take(values)
	}
	return found
}
