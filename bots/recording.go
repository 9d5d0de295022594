package bots

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Recording says how the calls to a platform are told: Secrets are struck wherever they stand, beside those that the
// requests bring themselves. Calls whose path ends with Quiet are not told: polling asks for ever.
type Recording struct {
	Channel string
	Record  Record // nil: nothing is told
	Secrets []string
	Quiet   string
	Now     func() time.Time
}

// Recorded is a transport that tells what is asked and answered. It changes neither, and its answer is told once it has
// been read or closed.
func Recorded(next http.RoundTripper, r Recording) http.RoundTripper {
	if r.Record == nil {
		return next
	}
	return recorded{next, r}
}

type recorded struct {
	next http.RoundTripper
	Recording
}

// RoundTrip makes one request.
func (t recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.Quiet != "" && strings.HasSuffix(req.URL.Path, t.Quiet) {
		return t.next.RoundTrip(req)
	}
	c := conversation{Recording: t.Recording, req: req, began: t.Now()}
	outgoing := *req // a transport leaves its request as it is
	if outgoing.Body != nil && outgoing.Body != http.NoBody {
		c.asked = overhear(req)
		outgoing.Body = c.asked
	}
	res, err := t.next.RoundTrip(&outgoing)
	if err != nil {
		c.tell(nil, nil, err)
		return nil, err
	}
	res.Body = &answer{ReadCloser: res.Body, tell: func(heard *kept, err error) { c.tell(res, heard, err) }}
	return res, nil
}

// maxHeard is how much of a body is looked at, in bytes: more than is told, so that what is cut is read whole.
const maxHeard = 64 << 10

// kept is the beginning of something and its size.
type kept struct {
	head []byte
	size int64
}

// Write keeps what fits.
func (k *kept) Write(p []byte) (int, error) {
	k.size += int64(len(p))
	k.head = append(k.head, p[:min(len(p), maxHeard-len(k.head))]...)
	return len(p), nil
}

// whole tells whether all of it is kept.
func (k *kept) whole() bool { return int64(len(k.head)) == k.size }

// conversation is one request on its way to being told.
type conversation struct {
	Recording
	req   *http.Request
	asked *question
	began time.Time
}

// tell tells what was asked and answered; without an answer, why there was none.
func (c conversation) tell(res *http.Response, heard *kept, failed error) {
	x := Exchange{
		Delivery: deliveryOf(c.req.Context()), Channel: c.Channel, Method: c.req.Method, Host: c.req.URL.Host,
		Began: c.began, Took: c.Now().Sub(c.began),
	}
	s := &scrubber{secrets: append(secretsOf(c.req.Header), c.Secrets...)}
	for range 2 { // what is found at the end is struck at the beginning too
		s.open = asked
		x.Request = clip(s.request(c.req, c.asked))
	}
	if s.open = answered; res != nil {
		x.Status = res.StatusCode
		for range 2 {
			x.Response = clip(s.body(res.Header.Get("Content-Type"), heard))
		}
	}
	x.Path = clip(strikeSecrets(c.req.URL.Path, s.secrets))
	if failed != nil {
		x.Error = clip(s.clean(failed.Error()))
	}
	c.Record(x)
}

// secretsOf are those in a request's header: nothing else of it is looked at.
func secretsOf(header http.Header) []string {
	var found []string
	for name, values := range header {
		if name != "Authorization" && !secretName.MatchString(name) {
			continue
		}
		for _, value := range values {
			found = append(found, strings.TrimPrefix(value, "Bearer "))
		}
	}
	return found
}

// answer is a body that is overheard: it tells once, when it has ended.
type answer struct {
	io.ReadCloser
	heard kept
	once  sync.Once
	tell  func(*kept, error)
}

// Read reads on.
func (a *answer) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	_, _ = a.heard.Write(p[:n]) // it takes everything
	switch {
	case errors.Is(err, io.EOF):
		a.end(nil)
	case err != nil:
		a.end(fmt.Errorf("the answer broke off: %w", err))
	}
	return n, err
}

// Close ends it.
func (a *answer) Close() error {
	err := a.ReadCloser.Close()
	a.end(nil)
	return err
}

func (a *answer) end(err error) { a.once.Do(func() { a.tell(&a.heard, err) }) }

// question is a request's body that is overheard while it is sent.
type question struct {
	io.ReadCloser
	mu    sync.Mutex
	heard kept
	form  *io.PipeWriter // to who reads the parts of a form; nil: it is none
	parts chan []part
}

// part is one field of a form, or a file: its name and size.
type part struct {
	name, file string
	kept
}

func overhear(req *http.Request) *question {
	q := &question{ReadCloser: req.Body}
	kind, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return q
	}
	from, to := io.Pipe()
	q.form, q.parts = to, make(chan []part, 1)
	go func() {
		q.parts <- readParts(multipart.NewReader(from, params["boundary"]))
		_ = from.Close() // whoever still writes goes on without us
	}()
	return q
}

// readParts reads a form to its end, or to where it breaks off.
func readParts(form *multipart.Reader) (all []part) {
	for {
		p, err := form.NextPart()
		if err != nil {
			return all
		}
		one := part{name: p.FormName(), file: p.FileName()}
		_, err = io.Copy(&one.kept, p)
		if one.file != "" {
			one.head = nil
		}
		if all = append(all, one); err != nil {
			return all
		}
	}
}

// Read reads on.
func (q *question) Read(p []byte) (int, error) {
	n, err := q.ReadCloser.Read(p)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.form == nil {
		_, _ = q.heard.Write(p[:n])
		return n, err
	}
	_, _ = q.form.Write(p[:n])
	if err != nil {
		_ = q.form.Close()
	}
	return n, err
}

// fields are the parts of a form that have been sent so far.
func (q *question) fields() []part {
	_ = q.form.Close()
	parts := <-q.parts
	q.parts <- parts
	return parts
}

// text is what was sent so far.
func (q *question) text() kept {
	q.mu.Lock()
	defer q.mu.Unlock()
	return kept{head: append([]byte(nil), q.heard.head...), size: q.heard.size}
}
