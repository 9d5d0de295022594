package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/bots/telegram"
)

// talk is a bot, the Bot API that it uses, and a resident.
type talk struct {
	*telegram.Adapter
	api      *sandbox.Telegram
	resident *sandbox.Resident
}

func newTalk(t *testing.T) talk {
	t.Helper()
	api := sandbox.NewTelegram(token, sandbox.Options{Now: now, Backoff: time.Millisecond})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	t.Cleanup(api.Close)
	return talk{at(server.URL), api, api.Resident(5, "Lan")}
}

// polled returns the events of one poll and where the next begins.
func (k talk) polled(t *testing.T, from int64) ([]bots.Incoming, int64) {
	t.Helper()
	bodies, next, err := k.Poll(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	return k.read(t, bodies), next
}

func (k talk) read(t *testing.T, bodies [][]byte) []bots.Incoming {
	t.Helper()
	var events []bots.Incoming
	for _, body := range bodies {
		found, err := k.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, found...)
	}
	return events
}

func kinds(events []bots.Incoming) []bots.Kind {
	var found []bots.Kind
	for _, e := range events {
		found = append(found, e.Kind)
	}
	return found
}

func TestPollTakesEverythingOnce(t *testing.T) {
	k := newTalk(t)
	first := k.resident.Say("/start")
	k.resident.SendLocation(10.77, 106.7)
	k.resident.SendAlbum([][]byte{[]byte("one"), []byte("two")}, "ổ gà")
	k.resident.Edit(first, "xin chào")
	k.resident.Block()
	k.resident.Unblock()
	events, next := k.polled(t, 0)
	want := []bots.Kind{
		bots.KindCommand, bots.KindLocation, bots.KindImage, bots.KindImage, bots.KindEdit, bots.KindBlock, bots.KindUnblock,
	}
	if diff := cmp.Diff(want, kinds(events)); diff != "" {
		t.Errorf("the kinds differ (-want +got):\n%s", diff)
	}
	if events[2].GroupID == "" || events[2].GroupID != events[3].GroupID {
		t.Errorf("the album is not one: %q and %q", events[2].GroupID, events[3].GroupID)
	}
	again, _ := k.polled(t, 0)
	if len(again) != len(events) {
		t.Errorf("unconfirmed updates are to come again, got %d", len(again))
	}
	k.resident.Say("còn nữa")
	if rest, _ := k.polled(t, next); len(rest) != 1 || *rest[0].Text != "còn nữa" {
		t.Errorf("only what is new is to come, got %v", kinds(rest))
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	k := newTalk(t)
	ctx, cancel := context.WithCancel(t.Context())
	k.api.FailNext("getUpdates", sandbox.Fault{Hang: true})
	ended := make(chan error)
	go func() {
		_, _, err := k.Poll(ctx, 3)
		ended <- err
	}()
	if _, err := k.api.AwaitCalls(t.Context(), "getUpdates", 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("a poll that was ended says so, without the token: %v", err)
	}
}

func TestPollTakesTheWebhookAwayAndKeepsWhatWaits(t *testing.T) {
	k := newTalk(t)
	dead := httptest.NewServer(http.NotFoundHandler())
	defer dead.Close()
	if err := k.Register(t.Context(), dead.URL); err != nil {
		t.Fatal(err)
	}
	k.resident.Say("có ai không?")
	if events, _ := k.polled(t, 0); len(events) != 1 {
		t.Errorf("the waiting message is to come, got %v", kinds(events))
	}
	// Another program that polls is no webhook: nothing is taken away for it.
	k.api.FailNext("getUpdates", sandbox.Fault{Status: http.StatusConflict})
	if _, _, err := k.Poll(t.Context(), 0); err == nil {
		t.Error("a conflict between two pollers is an error")
	}
	if calls := k.api.Calls("deleteWebhook"); len(calls) != 1 || calls[0].Fields["drop_pending_updates"] != "false" {
		t.Errorf("the webhook is taken away once, dropping nothing: %v", calls)
	}
}

func TestRegisteredWebhookIsSignedAndRetried(t *testing.T) {
	k := newTalk(t)
	bodies := make(chan []byte, 10)
	hits := 0
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := k.Verify(r.Header, body); err != nil {
			t.Errorf("the webhook is to bring our secret: %v", err)
		}
		if hits++; hits == 1 { // one message, one delivery at a time
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		bodies <- body
	}))
	defer ours.Close()
	if err := k.Register(t.Context(), ours.URL); err != nil {
		t.Fatal(err)
	}
	k.resident.Say("xin chào")
	if events := k.read(t, [][]byte{<-bodies}); len(events) != 1 || *events[0].Text != "xin chào" {
		t.Errorf("the message is to come at the second try, got %v", events)
	}
	want := map[string]string{
		"url": ours.URL, "secret_token": secret, "max_connections": "40",
		"allowed_updates": `["message","edited_message","callback_query","my_chat_member"]`,
	}
	if diff := cmp.Diff(want, k.api.Calls("setWebhook")[0].Fields); diff != "" {
		t.Errorf("setWebhook differs (-want +got):\n%s", diff)
	}
	bare := telegram.New(telegram.Config{Token: token, Base: "http://127.0.0.1:1", Now: now})
	if err := bare.Register(t.Context(), ours.URL); err == nil {
		t.Error("a webhook without a secret is not to be set")
	}
}

func TestPressedChoiceIsAcknowledgedOnce(t *testing.T) {
	k := newTalk(t)
	sent, err := k.Send(t.Context(), bots.Outgoing{To: "5", Text: "Xong?", Buttons: []bots.Button{{Title: "Xong", Payload: "done"}}})
	if err != nil {
		t.Fatal(err)
	}
	question := k.api.Messages(5)[0].ID
	if err := k.resident.Press(question, "done"); err != nil {
		t.Fatal(err)
	}
	k.resident.Reply(question, "xong rồi")
	events, _ := k.polled(t, 0)
	if diff := cmp.Diff([]bots.Kind{bots.KindPostback, bots.KindText}, kinds(events)); diff != "" {
		t.Fatalf("the kinds differ (-want +got):\n%s", diff)
	}
	for _, e := range events {
		if e.ReplyTo != sent.ID {
			t.Errorf("what answers our message names it as Send did: %q, not %q", e.ReplyTo, sent.ID)
		}
		for range 2 { // the second time Telegram no longer knows of it
			if err := k.Acknowledge(t.Context(), e); err != nil {
				t.Error(err)
			}
		}
	}
	if calls := k.api.Calls("answerCallbackQuery"); len(calls) != 2 {
		t.Errorf("only a pressed choice is acknowledged, got %v", calls)
	}
}

func TestPictureOfAResidentIsFetchedAndOursArrive(t *testing.T) {
	k := newTalk(t)
	raw := bytes.Repeat([]byte("jpeg"), 1000)
	k.resident.SendPhoto(raw, "ổ gà")
	events, _ := k.polled(t, 0)
	body, err := k.Fetch(t.Context(), events[0].Media[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("%d bytes and %v, not the %d of the largest size", len(got), err, len(raw))
	}
	if _, err := k.Send(t.Context(), bots.Outgoing{To: "5", Photos: []bots.Photo{photo("a.jpg"), photo("b.jpg")}}); err != nil {
		t.Fatal(err)
	}
	if sent, err := k.api.Await(t.Context(), 5, 2); err != nil || sent[1].Photos[0].Bytes != len("bytes of b.jpg") {
		t.Errorf("both pictures are to arrive, got %v and %v", sent, err)
	}
}

func TestBlockedResidentIsNotReached(t *testing.T) {
	k := newTalk(t)
	k.resident.Block()
	_, err := k.Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
	if failed, ok := errors.AsType[*bots.SendError](err); !ok || failed.Class != bots.ErrBlocked {
		t.Errorf("got %v", err)
	}
	k.resident.Unblock()
	if _, err := k.Send(t.Context(), bots.Outgoing{To: "5", Text: "a"}); err != nil {
		t.Error(err)
	}
}

// A picture that was not read to its end is closed all the same.
func TestUnreadPictureIsClosed(t *testing.T) {
	k := newTalk(t)
	closed := make(chan struct{})
	endless := bots.Photo{Name: "a.jpg", Open: func(context.Context) (io.ReadCloser, error) {
		return &picture{closed}, nil
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := k.Send(ctx, bots.Outgoing{To: "5", Photos: []bots.Photo{endless}}); err == nil {
		t.Error("it cannot have been sent")
	}
	<-closed
}

type picture struct{ closed chan struct{} }

func (*picture) Read(p []byte) (int, error) { return len(p), nil }
func (p *picture) Close() error             { close(p.closed); return nil }

func TestAccountIsTheBotsOwnID(t *testing.T) {
	if telegram.Account(token) != "123456" || telegram.Account("") != "" {
		t.Errorf("%q and %q", telegram.Account(token), telegram.Account(""))
	}
}
