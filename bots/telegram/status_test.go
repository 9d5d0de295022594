package telegram_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/sandbox"
)

func TestStatusTellsOfAccountAndWebhook(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("xin chào")
	if err := k.Register(t.Context(), "http://127.0.0.1:1/webhooks/telegram"); err != nil {
		t.Fatal(err)
	}
	got, err := k.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got.LastError = "" // the sandbox may have tried the webhook by now
	want := bots.AccountStatus{Name: "@a_bot", Webhook: "http://127.0.0.1:1/webhooks/telegram", Pending: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
}

func TestStatusOfARefusedTokenDoesNotTellIt(t *testing.T) {
	api := sandbox.NewTelegram("1:another", sandbox.Options{Now: now})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	t.Cleanup(api.Close)
	_, err := at(server.URL).Status(t.Context())
	failed, ok := errors.AsType[*bots.SendError](err)
	if !ok || failed.Class != bots.ErrToken || strings.Contains(err.Error(), token) {
		t.Errorf("got %v", err)
	}
}
