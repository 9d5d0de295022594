package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// play answers a call as do says, unless a fault waits for it, and keeps it.
func (l *ledger) play(
	w http.ResponseWriter, r *http.Request, call Call, done <-chan struct{}, do func(http.ResponseWriter) int,
) {
	fault, failing := l.fault(call.Method)
	switch {
	case failing && fault.Hang:
		l.record(call)
		select {
		case <-r.Context().Done():
		case <-done:
		}
		reset(w)
	case failing && fault.ResetAfterAccept:
		do(&heldAnswer{header: http.Header{}})
		l.record(call)
		reset(w)
	case failing:
		call.Status = fault.Status
		l.record(call)
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
		}
		w.WriteHeader(fault.Status)
		_, _ = io.WriteString(w, fault.Body)
	default:
		kept := &heldAnswer{header: w.Header()}
		call.Status = do(kept)
		l.record(call) // before the answer: whoever has the answer finds the call
		w.WriteHeader(call.Status)
		_, _ = w.Write(kept.body.Bytes())
	}
}

// heldAnswer is kept until it is to be given, or thrown away.
type heldAnswer struct {
	header http.Header
	body   bytes.Buffer
}

// Header returns the answer's header.
func (n *heldAnswer) Header() http.Header { return n.header }

// Write keeps a part of the body.
func (n *heldAnswer) Write(p []byte) (int, error) { return n.body.Write(p) }

// WriteHeader does nothing: whoever writes returns the status too.
func (*heldAnswer) WriteHeader(int) {}
