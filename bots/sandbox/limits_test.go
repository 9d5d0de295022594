package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

// The limits that a test asks for: pace, quotas, and time that passes for windows and tokens.

func TestTelegramPace(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	a := newAPIWith(t, sandbox.Options{Now: func() time.Time { return now }, Paced: true})
	refused := 0
	for range 8 {
		if status, says, _ := a.call(t, token, "sendMessage", "chat_id=5&text=a"); status == http.StatusTooManyRequests {
			refused++
			if !strings.HasSuffix(says, "retry after 1") {
				t.Errorf("refused with %q", says)
			}
		}
	}
	if refused != 2 {
		t.Errorf("of eight at once two are too many, %d were refused", refused)
	}
	now = now.Add(time.Second)
	if status, says, _ := a.call(t, token, "sendMessage", "chat_id=5&text=a"); status != http.StatusOK {
		t.Errorf("a second later: %d %s", status, says)
	}
}

func TestZaloAgesAndCountsWhatIsPaid(t *testing.T) {
	a := newAccountPaid(t, 0, 1)
	if windows := a.Resident("6", "Minh").Windows(); windows != nil {
		t.Errorf("who never wrote has no window, got %v", windows)
	}
	before := a.lan.Windows()[0].Until
	a.Age(24 * time.Hour)
	if got := before.Sub(a.lan.Windows()[0].Until); got != 24*time.Hour {
		t.Errorf("the window moved by %v", got)
	}
	if code, _ := a.call(t, "POST", consult, text("5", "chào")); code != 0 {
		t.Errorf("within 48 hours: %d", code)
	}
	a.Age(25 * time.Hour)
	if code, _ := a.call(t, "POST", consult, text("5", "chào")); code != -220 {
		t.Errorf("the token is to have ended, got %d", code)
	}
	a.token = a.renewed(t)
	for i, want := range []int{0, -211} {
		if code, _ := a.call(t, "POST", consult, text("5", "chào")); code != want {
			t.Errorf("paid message %d: %d, not %d", i+1, code, want)
		}
	}
	a.Approve("1", "code")
	const template = `{"user_id":"5","template_id":"1","template_data":{"code":"1"}}`
	for i, want := range []int{0, -144} {
		if code, _ := a.call(t, "POST", "/v3.0/oa/message/template", template); code != want {
			t.Errorf("template %d of the day: %d, not %d", i+1, code, want)
		}
	}
	a.Age(24 * 6 * time.Hour)
	a.token = a.renewed(t)
	if code, _ := a.call(t, "POST", consult, text("5", "chào")); code != -230 {
		t.Errorf("after seven days: %d", code)
	}
}

// renewed is the next access token, bought with the refresh token.
func (a *account) renewed(t *testing.T) string {
	t.Helper()
	_, refresh := a.Tokens()
	return fmt.Sprint(a.grant(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})["access_token"])
}
