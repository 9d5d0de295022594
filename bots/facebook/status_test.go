package facebook_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/sandbox"
)

// receiver is our webhook: it refuses the first body, and takes the others.
func receiver(t *testing.T, k talk) (address string, bodies chan []byte) {
	t.Helper()
	bodies = make(chan []byte, 10)
	refused := make(chan struct{}, 1)
	refused <- struct{}{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			answer, ok := k.Challenge(r.URL.Query())
			if !ok {
				w.WriteHeader(http.StatusForbidden)
			}
			_, _ = io.WriteString(w, answer)
			return
		}
		body, _ := io.ReadAll(r.Body)
		if err := k.Verify(r.Header, body); err != nil {
			t.Errorf("the webhook is to be signed: %v", err)
		}
		select {
		case <-refused:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			bodies <- body
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/webhooks/facebook", bodies
}

func TestWebhookIsRegisteredSignedAndRetried(t *testing.T) {
	k := newTalk(t)
	address, bodies := receiver(t, k)
	if err := k.api.SetCallback(t.Context(), address, "another"); err == nil {
		t.Error("with another verify token the webhook is not ours")
	}
	if err := k.api.SetCallback(t.Context(), address, verify); err != nil {
		t.Fatal(err)
	}
	if err := k.Register(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if k.api.GetStarted() != facebook.GetStarted {
		t.Errorf("the first button is to be there, got %q", k.api.GetStarted())
	}
	k.resident.Say("đường a/b")
	body := <-bodies
	if !strings.Contains(string(body), `\u0111\u01b0\u1eddng a\/b`) {
		t.Errorf("it is written as Facebook writes: %s", body)
	}
	if events, err := k.Parse(body); err != nil || len(events) != 1 || *events[0].Text != "đường a/b" {
		t.Errorf("the message is to come at the second try, got %v, %v", events, err)
	}
	if err := k.Register(t.Context(), ""); err != nil || k.api.Subscribed() {
		t.Errorf("an empty address ends it: %v", err)
	}
}

func TestStatusTellsOfPageSubscriptionAndWebhook(t *testing.T) {
	k := newTalk(t)
	var page interface {
		bots.Inspector
		bots.Registrar
	} = k
	status := func() bots.AccountStatus {
		got, err := page.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := status(); got.Name != "1022" || got.Webhook != "" || !strings.HasPrefix(got.LastError, "the page does not send us messages, ") {
		t.Errorf("before anything was set: %+v", got)
	}
	address, _ := receiver(t, k)
	if err := k.api.SetCallback(t.Context(), address, verify); err != nil {
		t.Fatal(err)
	}
	if err := page.Register(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bots.AccountStatus{Name: "1022", Webhook: address}, status()); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
	// What the token may not read is not known, and no fault.
	k.api.FailNext("subscribed_apps", sandbox.FacebookFault(200, 0))
	k.api.FailNext("subscriptions", sandbox.FacebookFault(190, 0))
	if diff := cmp.Diff(bots.AccountStatus{Name: "1022"}, status()); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
	k.api.FailNext("node", sandbox.FacebookFault(190, 463))
	if _, err := page.Status(t.Context()); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("a refused token is told, and not itself: %v", err)
	}
	k.api.FailNext("subscriptions", sandbox.Fault{Status: http.StatusBadGateway})
	if _, err := page.Status(t.Context()); err == nil {
		t.Error("trouble is no answer")
	}
}
