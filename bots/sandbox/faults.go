package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind is something that goes wrong with messages that are sent, on whatever platform.
type FaultKind string

// The kinds of faults.
const (
	FaultThrottled FaultKind = "throttled" // 429 with Retry-After
	FaultBroken    FaultKind = "broken"    // a gateway's page, 502
	FaultHang      FaultKind = "hang"      // no answer
	FaultReset     FaultKind = "reset"     // the message is taken, and the connection broken instead of an answer
	FaultToken     FaultKind = "token"     // our credentials have expired
	FaultWindow    FaultKind = "window"    // it is too late to answer
	FaultBlocked   FaultKind = "blocked"   // the resident does not want to be reached
)

var faultKinds = []FaultKind{
	FaultThrottled, FaultBroken, FaultHang, FaultReset, FaultToken, FaultWindow, FaultBlocked,
}

// maxFaults is the most calls that can be set to fail at once.
const maxFaults = 1000

var errFault = errors.New("there is no such fault on this platform, or for so many calls")

// sendFaults are what goes wrong with the next calls that send anything, whatever their method.
type sendFaults struct {
	methods []string
	waiting []Fault
}

func (s *sendFaults) take(method string) (Fault, bool) {
	if len(s.waiting) == 0 || !slices.Contains(s.methods, method) {
		return Fault{}, false
	}
	next := s.waiting[0]
	s.waiting = s.waiting[1:]
	return next, true
}

// sender is how a platform says each kind of fault, and which of its methods send.
type sender struct {
	methods []string
	says    func(FaultKind) (Fault, bool)
}

// fault makes one, in the platform's words where it has words of its own.
func (s sender) fault(kind FaultKind, wait time.Duration) (Fault, bool) {
	f, ok := s.says(kind)
	if ok {
		if kind == FaultThrottled {
			f.RetryAfter = int(wait / time.Second)
		}
		return f, true
	}
	switch kind {
	case FaultThrottled:
		return Fault{Status: http.StatusTooManyRequests, RetryAfter: int(wait / time.Second)}, true
	case FaultBroken:
		return Fault{Status: http.StatusBadGateway, Body: "<html><h1>502 Bad Gateway</h1></html>"}, true
	case FaultHang:
		return Fault{Hang: true}, true
	case FaultReset:
		return Fault{ResetAfterAccept: true}, true
	default:
		return Fault{}, false
	}
}

func (s sender) kinds() []FaultKind {
	return slices.DeleteFunc(slices.Clone(faultKinds), func(kind FaultKind) bool {
		_, ok := s.fault(kind, 0)
		return !ok
	})
}

// failSends lets the next calls fail that send anything; wait is what Retry-After says.
func (l *ledger) failSends(s sender, kind FaultKind, calls int, wait time.Duration) error {
	f, ok := s.fault(kind, wait)
	if !ok || calls < 1 || calls > maxFaults {
		return errFault
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sends.methods = s.methods
	for range calls {
		l.sends.waiting = append(l.sends.waiting, f)
	}
	return nil
}

// FaultsLeft is how many calls are still to fail by FailSends.
func (l *ledger) FaultsLeft() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.sends.waiting)
}

// Mend lets no further call fail by FailSends.
func (l *ledger) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sends.waiting = nil
}

var telegramSender = sender{
	[]string{"sendMessage", "sendPhoto", "sendMediaGroup"},
	func(kind FaultKind) (Fault, bool) {
		switch kind {
		case FaultToken:
			return Fault{Status: http.StatusUnauthorized}, true
		case FaultBlocked:
			return Fault{
				Status: http.StatusForbidden,
				Body:   `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`,
			}, true
		default:
			return Fault{}, false
		}
	},
}

// FailSends lets the next calls fail that send anything; wait is what Retry-After says.
func (t *Telegram) FailSends(kind FaultKind, calls int, wait time.Duration) error {
	return t.failSends(telegramSender, kind, calls, wait)
}

// FaultKinds are those that this platform knows.
func (*Telegram) FaultKinds() []FaultKind { return telegramSender.kinds() }

var zaloSender = sender{
	[]string{"v3.0/oa/message/cs", "v3.0/oa/message/template", "message/template"},
	func(kind FaultKind) (Fault, bool) {
		switch kind {
		case FaultToken:
			return ZaloFault(-220), true
		case FaultWindow:
			return ZaloFault(-230), true
		case FaultBlocked:
			return ZaloFault(-244), true
		default:
			return Fault{}, false
		}
	},
}

// FailSends lets the next calls fail that send anything; wait is what Retry-After says.
func (z *Zalo) FailSends(kind FaultKind, calls int, wait time.Duration) error {
	return z.failSends(zaloSender, kind, calls, wait)
}

// FaultKinds are those that this platform knows.
func (*Zalo) FaultKinds() []FaultKind { return zaloSender.kinds() }

var zaloBotSender = sender{
	[]string{"sendMessage", "sendPhoto"},
	func(kind FaultKind) (Fault, bool) {
		says := func(code int) (Fault, bool) {
			return Fault{Status: http.StatusOK, Body: `{"ok":false,"error_code":` + strconv.Itoa(code) +
				`,"description":"` + http.StatusText(code) + `"}`}, true
		}
		switch kind {
		case FaultThrottled:
			return says(http.StatusTooManyRequests)
		case FaultToken:
			return says(http.StatusUnauthorized)
		case FaultBlocked:
			return says(http.StatusForbidden)
		default:
			return Fault{}, false
		}
	},
}

// FailSends lets the next calls fail that send anything; wait is what Retry-After says.
func (z *ZaloBot) FailSends(kind FaultKind, calls int, wait time.Duration) error {
	return z.failSends(zaloBotSender, kind, calls, wait)
}

// FaultKinds are those that this platform knows.
func (*ZaloBot) FaultKinds() []FaultKind { return zaloBotSender.kinds() }

var facebookSender = sender{
	[]string{"messages"},
	func(kind FaultKind) (Fault, bool) {
		switch kind {
		case FaultToken:
			return FacebookFault(190, 463), true
		case FaultWindow:
			return FacebookFault(10, 2018278), true
		case FaultBlocked:
			return FacebookFault(551, 1545041), true
		default:
			return Fault{}, false
		}
	},
}

// FailSends lets the next calls fail that send anything; wait is what Retry-After says.
func (f *Facebook) FailSends(kind FaultKind, calls int, wait time.Duration) error {
	return f.failSends(facebookSender, kind, calls, wait)
}

// FaultKinds are those that this platform knows.
func (*Facebook) FaultKinds() []FaultKind { return facebookSender.kinds() }
