package zalo

import (
	"strconv"
	"time"

	"github.com/vticket/vticket/bots"
)

// refusal is what an error of Zalo means: its class, and how long to wait. A nil wait is left to the sender.
type refusal struct {
	class bots.ErrorClass
	wait  func(now time.Time) time.Duration
}

// refusals are what Zalo's errors mean, those of the Official Account and of template messages (channels.md §2.8).
// What a person must mend is a token error: it keeps the queue waiting and says so loudly. Whom Zalo does not let us
// reach is a closed window, so that the next step of the ladder is tried; only who turned our messages off is blocked.
var refusals = map[int]refusal{
	// The access token is refused, even after it was renewed.
	-216: {bots.ErrToken, nil}, -220: {bots.ErrToken, nil}, -124: {bots.ErrToken, nil},

	// A person must act: the OA is gone; app or permission; unverified; package; money; the template; the proof.
	-204: {bots.ErrToken, nil}, -205: {bots.ErrToken, nil},
	-209: {bots.ErrToken, nil}, -212: {bots.ErrToken, nil}, -219: {bots.ErrToken, nil}, -223: {bots.ErrToken, nil},
	-221: {bots.ErrToken, nil}, -224: {bots.ErrToken, nil}, -235: {bots.ErrToken, nil},
	-320: {bots.ErrToken, nil}, -321: {bots.ErrToken, nil}, -136: {bots.ErrToken, nil}, -137: {bots.ErrToken, nil},
	-115: {bots.ErrToken, nil},
	-117: {bots.ErrToken, nil}, -131: {bots.ErrToken, nil}, -135: {bots.ErrToken, nil}, -1351: {bots.ErrToken, nil},
	-145: {bots.ErrToken, nil}, -146: {bots.ErrToken, nil},
	-242: {bots.ErrToken, nil}, -1241: {bots.ErrToken, nil},

	// Later: too many requests; Zalo's own trouble; an upload that is forgotten, which the next try makes anew; quotas
	// of the day; hours of the night.
	-32:  {bots.ErrThrottled, aMinute},
	-200: {bots.ErrRetry, nil}, -100: {bots.ErrRetry, nil},
	-144: {bots.ErrThrottled, tomorrow}, -147: {bots.ErrThrottled, tomorrow}, -211: {bots.ErrThrottled, tomorrow},
	-133: {bots.ErrThrottled, morning}, -234: {bots.ErrThrottled, morning},

	// Not to be reached here: no follower; has had enough for today; away for 45 days or banned; outside of the window;
	// policy; and by telephone number: wrong, unknown to Zalo, or unable to take templates.
	-213: {bots.ErrWindow, nil}, -218: {bots.ErrWindow, nil}, -227: {bots.ErrWindow, nil},
	-230: {bots.ErrWindow, nil}, -232: {bots.ErrWindow, nil}, -248: {bots.ErrWindow, nil},
	-108: {bots.ErrWindow, nil}, -114: {bots.ErrWindow, nil}, -118: {bots.ErrWindow, nil}, -119: {bots.ErrWindow, nil},
	-140: {bots.ErrWindow, nil},

	// Turned off by the resident: messages of this kind, templates of this kind, templates of this OA.
	-244: {bots.ErrBlocked, nil}, -139: {bots.ErrBlocked, nil}, -141: {bots.ErrBlocked, nil},

	// Our own faults; -112 and -113 have finer ones below them, as -1123.
	-201: {bots.ErrRejected, nil}, -210: {bots.ErrRejected, nil}, -233: {bots.ErrRejected, nil},
	-240: {bots.ErrRejected, nil}, -109: {bots.ErrRejected, nil}, -111: {bots.ErrRejected, nil},
	-112: {bots.ErrRejected, nil}, -113: {bots.ErrRejected, nil}, -132: {bots.ErrRejected, nil},
}

// detail adds what is particular to some of the refusals.
func detail(code int, failed *bots.SendError) {
	switch code {
	case -144, -147, -211, -133, -234: // a quota, or the night: other messages go on
		failed.Alone = true
	case -117, -131, -135, -1351, -145, -146:
		failed.Template = true
	case -213, -227, -230: // the account is out of reach
		failed.ByPhone = true
	case -200:
		failed.Tries = 3
	}
}

// vietnam is the zone of Zalo's days and nights; it has no summer time.
var vietnam = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

func aMinute(time.Time) time.Duration { return overloaded }

// morning is the time until it is 06:00 in Vietnam.
func morning(now time.Time) time.Duration { return until(now, 6) }

// tomorrow is the time until midnight in Vietnam.
func tomorrow(now time.Time) time.Duration { return until(now, 0) }

func until(now time.Time, hour int) time.Duration {
	local := now.In(vietnam)
	next := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, vietnam)
	if !next.After(local) {
		next = next.AddDate(0, 0, 1)
	}
	return next.Sub(local)
}

// expired tells the errors after which another token is worth a try.
func expired(code int) bool { return code == -216 || code == -220 || code == -124 }

// judge reads an answer of the OA's platform: HTTP 200 does not mean success, the body's error does. It returns the
// answer's data, or Zalo's code beside the error.
func (c *client) judge(a answer, secrets ...string) (data object, code int, failed *bots.SendError) {
	code, err := strconv.Atoi(a.body.text("error"))
	switch {
	case err != nil, code == 0 && a.status != 200:
		return nil, 0, c.unread(a)
	case code == 0:
		return a.body.object("data"), 0, nil
	}
	cause := "error " + strconv.Itoa(code) + ": " + c.redact(a.body.text("message"), secrets...)
	failed = &bots.SendError{Class: bots.ErrRejected, Cause: cause} // what is new to us is a refusal all the same
	if r, ok := refusals[code]; ok {
		failed.Class = r.class
		if r.wait != nil {
			failed.RetryAfter = r.wait(c.now())
		}
	}
	detail(code, failed)
	if failed.Class == bots.ErrThrottled && a.header.Get("Retry-After") != "" {
		failed.RetryAfter = c.retryAfter(a)
	}
	return nil, code, failed
}
