package zalo_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/zalo"
)

// TestConsentKeepsThePair has the sign-on answer oddly: the refresh token is used up by asking, so a pair that came is
// never thrown away.
func TestConsentKeepsThePair(t *testing.T) {
	const pair = `"access_token":"a1","refresh_token":"r1"`
	for name, a := range map[string]struct {
		answer  string
		life    time.Duration // 0: refused
		refusal string
	}{
		"a string, as documented": {answer: `{` + pair + `,"expires_in":"90000"}`, life: 90000 * time.Second},
		"a number":                {answer: `{` + pair + `,"expires_in":3600}`, life: time.Hour},
		"no life":                 {answer: `{` + pair + `}`, life: 25 * time.Hour},
		"a null life":             {answer: `{` + pair + `,"expires_in":null}`, life: 25 * time.Hour},
		"a life of no seconds":    {answer: `{` + pair + `,"expires_in":"90000.5"}`, life: 25 * time.Hour},
		"a life before its birth": {answer: `{` + pair + `,"expires_in":"-1"}`, life: 25 * time.Hour},
		"an error of 0 as a string": {
			answer: `{` + pair + `,"expires_in":"90000","error":"0","error_name":null}`, life: 90000 * time.Second,
		},
		"a refusal": {
			answer:  `{"error":-14014,"error_name":"Invalid refresh token","error_reason":"used r0"}`,
			refusal: "refuses: -14014 Invalid refresh token used",
		},
		"a refusal as a string": {answer: `{"error":"-14014","error_name":"Invalid"}`, refusal: "refuses: -14014 Invalid"},
		"half a pair":           {answer: `{"access_token":"a1","expires_in":"90000"}`, refusal: "refuses"},
		"a page":                {answer: `<html>`, refusal: "without sense"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, a.answer)
			}))
			defer server.Close()
			consent := zalo.Consent{AppID: app, Secret: proof, Base: server.URL, Now: now}
			grant, err := consent.Refresh(t.Context(), "r0")
			if a.life == 0 {
				if err == nil || !strings.Contains(err.Error(), a.refusal) || strings.Contains(err.Error(), "r0") {
					t.Errorf("the error must say %q and not our token: %v", a.refusal, err)
				}
				return
			}
			if err != nil || grant.Access != "a1" || grant.Refresh != "r1" || !grant.ExpiresAt.Equal(now().Add(a.life)) {
				t.Errorf("a pair for %v was given, got %+v, %v", a.life, grant, err)
			}
		})
	}
}
