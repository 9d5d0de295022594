package facebook_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
)

func TestRetryAfterIsTheLongestThatWasSaid(t *testing.T) {
	const usage = `{"10":[{"type":"messenger","estimated_time_to_regain_access":2},{"estimated_time_to_regain_access":"3"}]}`
	for name, tt := range map[string]struct {
		after, usage string
		want         time.Duration
	}{
		"nothing":                         {"", "", time.Minute},
		"seconds":                         {"90", "", 90 * time.Second},
		"a date":                          {now().Add(2 * time.Minute).Format(http.TimeFormat), "", 2 * time.Minute},
		"a date that has passed":          {now().Add(-time.Minute).Format(http.TimeFormat), "", time.Minute},
		"minutes of the page":             {"", usage, 3 * time.Minute},
		"both, the page for longer":       {"90", usage, 3 * time.Minute},
		"both, the header for longer":     {"600", usage, 10 * time.Minute},
		"for ever":                        {"99999999999", `{"10":[{"estimated_time_to_regain_access":99999999}]}`, 24 * time.Hour},
		"what is neither number nor date": {"soon", `{"10":{}}`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", tt.after)
				w.Header().Set("X-Business-Use-Case-Usage", tt.usage)
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"error":{"code":613}}`)
			}))
			defer server.Close()
			_, err := at(server.URL).Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
			failed, ok := errors.AsType[*bots.SendError](err)
			if !ok || failed.Class != bots.ErrThrottled || failed.RetryAfter != tt.want {
				t.Errorf("%v, %+v, not after %v", err, failed, tt.want)
			}
		})
	}
}

// The token is told to the Graph API in a header, and nowhere else; the version is the configured one.
func TestTokenGoesIntoTheHeaderOnly(t *testing.T) {
	var asked *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r }))
	defer server.Close()
	_, _ = at(server.URL+"/").Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
	if asked == nil || asked.Header.Get("Authorization") != "Bearer "+token {
		t.Fatalf("asked %v", asked)
	}
	if want := "/v25.0/10/messages?appsecret_proof=" + hexHMAC(token); asked.RequestURI != want {
		t.Errorf("%s, not %s", asked.RequestURI, want)
	}
}
