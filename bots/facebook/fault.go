package facebook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/vticket/vticket/bots"
)

// graphError is how the Graph API says no.
type graphError struct {
	Message   scalar `json:"message"`
	Code      scalar `json:"code"`
	Subcode   scalar `json:"error_subcode"`
	Trace     scalar `json:"fbtrace_id"`
	Transient flag   `json:"is_transient"`
}

// refusals are what the Graph API's errors mean (channels.md §4.4), whatever status they come with; the first that fits
// counts, and a subcode of 0 fits all. Where a person must act, in the console or about the page, the class is that of
// a refused token: it is logged as an error and tried again slowly. Where another app controls the thread we may not
// answer now: the ladder goes on, holds the message until the resident writes, and staff read why.
var refusals = []struct {
	code, subcode int
	class         bots.ErrorClass
}{
	{10, 2018278, bots.ErrWindow},
	{10, 2534022, bots.ErrWindow},
	{10, 2018300, bots.ErrWindow}, // another app controls the thread
	{10, 0, bots.ErrToken},        // 1893063, the page is restricted for some time; else a permission
	{551, 0, bots.ErrBlocked},
	{200, 1545041, bots.ErrBlocked},
	{200, 2018108, bots.ErrBlocked},
	{100, 0, bots.ErrRejected},
	{190, 0, bots.ErrToken},
	{200, 0, bots.ErrToken}, // a permission, as the next two
	{230, 0, bots.ErrToken},
	{299, 0, bots.ErrToken},
	{4, 0, bots.ErrThrottled},
	{17, 0, bots.ErrThrottled},
	{32, 0, bots.ErrThrottled},
	{613, 0, bots.ErrThrottled},
	{80006, 0, bots.ErrThrottled},
	{1, 0, bots.ErrRetry},
	{2, 0, bots.ErrRetry},
	{1200, 0, bots.ErrRetry},
	{368, 0, bots.ErrToken}, // the page broke a policy, as the next
	{1404, 0, bots.ErrToken},
}

// throttledFor is the wait where Facebook says only that there was too much.
const throttledFor = time.Minute

// class is what is to be done about an error; what the table does not know is for ever, unless the status or the error
// itself says that it will pass.
func (e graphError) class(status int) bots.ErrorClass {
	for _, r := range refusals {
		if r.code == e.Code.count() && (r.subcode == 0 || r.subcode == e.Subcode.count()) {
			return r.class
		}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return bots.ErrThrottled
	case bool(e.Transient) || status >= http.StatusInternalServerError:
		return bots.ErrRetry
	default:
		return bots.ErrRejected
	}
}

// refusal reads the error of an answer, nil when there is none.
func refusal(res *http.Response, answer []byte, now time.Time) *bots.SendError {
	var said struct {
		Error *graphError `json:"error"`
	}
	_ = json.Unmarshal(answer, &said)
	if said.Error == nil {
		if res.StatusCode == http.StatusOK {
			return nil
		}
		return unreadable(res, errAnswer)
	}
	e := said.Error
	failed := &bots.SendError{Class: e.class(res.StatusCode), Cause: fmt.Sprintf(
		"%s (status %d, code %s/%s, fbtrace_id %s)", e.Message, res.StatusCode, e.Code, e.Subcode, e.Trace)}
	if failed.Class == bots.ErrThrottled {
		failed.RetryAfter = retryAfter(res.Header, now)
	}
	return failed
}

// unreadable is what an answer means that is not the Graph API's. A gateway that waited in vain does not know whether
// the call was taken; the other pages say that nobody took it.
func unreadable(res *http.Response, err error) *bots.SendError {
	failed := &bots.SendError{
		Class: bots.ErrRetry, Cause: fmt.Sprintf("status %d: %v", res.StatusCode, err),
		Ambiguous: res.StatusCode == http.StatusOK || res.StatusCode == http.StatusGatewayTimeout,
	}
	if res.StatusCode == http.StatusTooManyRequests {
		failed.Class, failed.RetryAfter = bots.ErrThrottled, throttledFor
	}
	return failed
}

// retryAfter is how long to wait: what Retry-After says, in seconds or as a date, or the longest of the waits that the
// page's use brought upon it, in minutes.
func retryAfter(header http.Header, now time.Time) time.Duration {
	var wait time.Duration
	said := header.Get("Retry-After")
	if n, err := strconv.Atoi(said); err == nil {
		wait = time.Duration(min(n, 24*60*60)) * time.Second
	} else if at, err := http.ParseTime(said); err == nil {
		wait = at.Sub(now)
	}
	var use map[string][]struct {
		Minutes scalar `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(header.Get("X-Business-Use-Case-Usage")), &use) == nil {
		for _, page := range use {
			for _, u := range page {
				wait = max(wait, time.Duration(min(u.Minutes.count(), 24*60))*time.Minute)
			}
		}
	}
	if wait <= 0 {
		return throttledFor
	}
	return wait
}
