package web

import (
	"sync"
	"time"
)

const (
	triesOfEmail   = 10               // wrong passwords for one e-mail
	triesOfAddress = 100              // and from one address of the network, behind which a whole office may sit
	triesFor       = 15 * time.Minute // is how long a try counts
	triesKept      = 10_000           // keys; forgetting all of them at once keeps memory bounded
)

// TriesError refuses a sign-in, right or wrong, until some time, which is so far off.
type TriesError struct {
	Until time.Time
	Wait  time.Duration
}

// Error says why.
func (TriesError) Error() string { return "too many tries to sign in" }

// tries counts attempts to sign in, by key, in the memory of this program.
type tries struct {
	mu   sync.Mutex
	made map[string][]time.Time
}

// take counts a try under every key, each with how many are allowed, before the password is looked at, so that tries at
// one moment are counted too.
// When one key has had too many nothing is counted, and until says when the next is allowed.
func (t *tries) take(now time.Time, keys map[string]int) (until time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made == nil || len(t.made) > triesKept {
		t.made = map[string][]time.Time{}
	}
	for key, most := range keys {
		t.forget(now, key)
		if made := t.made[key]; len(made) >= most && made[0].Add(triesFor).After(until) {
			until = made[0].Add(triesFor)
		}
	}
	if !until.IsZero() {
		return until, false
	}
	for key := range keys {
		t.made[key] = append(t.made[key], now)
	}
	return until, true
}

// forget drops the tries that no longer count.
func (t *tries) forget(now time.Time, key string) {
	made := t.made[key]
	for len(made) > 0 && !made[0].Add(triesFor).After(now) {
		made = made[1:]
	}
	if len(made) == 0 {
		delete(t.made, key)
		return
	}
	t.made[key] = made
}

// succeeded takes back the last try under every key: it was none. Whoever signs in with one e-mail does not win more
// tries for another.
func (t *tries) succeeded(keys map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key := range keys {
		if made := t.made[key]; len(made) > 0 {
			t.made[key] = made[:len(made)-1]
		}
	}
}
