package zalo_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/bots/zalo"
)

// talk is an Official Account, the platform that it uses, a resident, and what its webhook has taken.
type talk struct {
	*zalo.OA
	platform *sandbox.Zalo
	resident *sandbox.ZaloResident
	events   chan bots.Incoming
	passed   atomic.Int64 // seconds since now
	renewed  atomic.Int64 // tokens
}

func newTalk(t *testing.T) *talk {
	t.Helper()
	k := &talk{events: make(chan bots.Incoming, 100)}
	clock := func() time.Time { return now().Add(time.Duration(k.passed.Load()) * time.Second) }
	k.platform = sandbox.NewZalo(sandbox.ZaloOptions{
		Options: sandbox.Options{Now: clock, Backoff: time.Millisecond}, AppID: app, AppSecret: proof, OASecret: secret, OA: "9",
	})
	server := httptest.NewServer(k.platform)
	t.Cleanup(server.Close)
	t.Cleanup(k.platform.Close)
	k.platform.At(server.URL)
	k.resident = k.platform.Resident("246845883529197922", "Lan")
	k.OA = zalo.NewOA(zalo.OAConfig{
		AppID: app, Secrets: []string{"older", secret}, OpenAPI: server.URL, Business: server.URL, Now: clock,
		Token:   func(context.Context) (string, error) { access, _ := k.platform.Tokens(); return access, nil },
		Refused: func(context.Context, string) error { return k.renew(server) },
	})
	hook := httptest.NewServer(k.hear(t))
	t.Cleanup(hook.Close)
	k.platform.SetWebhook(hook.URL)
	return k
}

// hear is the door: verify, freshness, parse.
func (k *talk) hear(t *testing.T) http.HandlerFunc {
	t.Helper()
	return func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := k.Verify(r.Header, body); err != nil {
			t.Errorf("what Zalo signs is to be taken: %v: %s", err, body)
		}
		if err := k.Fresh(body); err != nil {
			t.Errorf("it has just happened: %v: %s", err, body)
		}
		events, err := k.Parse(body)
		if err != nil {
			t.Error(err)
		}
		for _, e := range events {
			k.events <- e
		}
	}
}

// renew does what keeps the tokens: it uses the refresh token.
func (k *talk) renew(server *httptest.Server) error {
	k.renewed.Add(1)
	_, refresh := k.platform.Tokens()
	form := "grant_type=refresh_token&app_id=" + app + "&refresh_token=" + refresh
	req, err := http.NewRequest(http.MethodPost, server.URL+"/v4/oa/access_token", strings.NewReader(form))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header["secret_key"] = []string{proof}
	res, err := server.Client().Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

func (k *talk) pass(d time.Duration) { k.passed.Add(int64(d / time.Second)) }

// next waits for the next event of a kind.
func (k *talk) next(t *testing.T, kind bots.Kind) bots.Incoming {
	t.Helper()
	for {
		select {
		case e := <-k.events:
			if e.Kind == kind {
				return e
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("no %s has come", kind)
		}
	}
}

func (k *talk) fails(t *testing.T, out bots.Outgoing, class bots.ErrorClass) {
	t.Helper()
	out.To = "246845883529197922"
	_, err := k.Send(t.Context(), out)
	failed, _ := errors.AsType[*bots.SendError](err)
	if (class == "") != (err == nil) || failed != nil && failed.Class != class {
		t.Errorf("class %q, got %v", class, err)
	}
}

func TestEverythingAResidentDoesIsHeard(t *testing.T) {
	k := newTalk(t)
	k.resident.Follow()
	if e := k.next(t, bots.KindFollow); e.User != "246845883529197922" || *e.Account != "9" || e.Origin != "oa_profile" {
		t.Errorf("%+v", e)
	}
	k.resident.Say("Ổ gà\n")
	if e := k.next(t, bots.KindText); *e.Text != "Ổ gà\n" || !e.Actionable || e.At == nil || !e.At.Equal(now()) {
		t.Errorf("%+v", e)
	}
	k.resident.SendLocation(10.7769, 106.7009, "Chợ Bến Thành")
	if e := k.next(t, bots.KindLocation); *e.Lat != 10.7769 || *e.Lon != 106.7009 || *e.Text != "Chợ Bến Thành" {
		t.Errorf("%+v", e)
	}
	raw := bytes.Repeat([]byte("jpeg"), 1000)
	id := k.resident.SendImage(raw, "đây")
	picture := k.next(t, bots.KindImage)
	body, err := k.Fetch(t.Context(), picture.Media[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, raw) || *picture.Message != id {
		t.Errorf("%d bytes of %s, %v", len(got), *picture.Message, err)
	}
	if err := k.Acknowledge(t.Context(), picture); err != nil || k.platform.Reaction(id) != "/-strong" {
		t.Errorf("the picture is acknowledged: %v, %q", err, k.platform.Reaction(id))
	}
	k.resident.SubmitInfo("Lan", "84912345678", "1 Lê Lợi")
	if e := k.next(t, bots.KindSharedInfo); *e.Info != (bots.SharedInfo{Name: "Lan", Phone: "84912345678", Address: "1 Lê Lợi"}) {
		t.Errorf("%+v", e.Info)
	}
	k.resident.ClickChatNow()
	if e := k.next(t, bots.KindIgnored); !e.OpensWindow {
		t.Errorf("%+v", e)
	}
	k.resident.Unfollow()
	k.next(t, bots.KindUnfollow)
	if name, err := k.Profile(t.Context(), "246845883529197922"); name != "Lan" || err != nil {
		t.Errorf("%q, %v", name, err)
	}
	if status, err := k.Status(t.Context()); status.Name != "1022" || err != nil {
		t.Errorf("%+v, %v", status, err)
	}
}

func TestChoiceIsTappedAndAnswersNameTheirQuestion(t *testing.T) {
	k := newTalk(t)
	asked := k.resident.Say("a")
	sent, err := k.Send(t.Context(), bots.Outgoing{
		To: "246845883529197922", Text: "Xong?", Quote: asked, Buttons: []bots.Button{{Title: "Xong", Payload: "done:1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen := k.platform.Messages("246845883529197922")[0]; seen.ID != sent.ID || seen.Quote != asked || seen.Text != "Xong?" {
		t.Errorf("the resident sees %+v", seen)
	}
	if e := k.next(t, bots.KindEcho); *e.Message != sent.ID || e.User != "246845883529197922" || e.Admin != "" {
		t.Errorf("the echo is %+v", e)
	}
	if err := k.resident.Tap(sent.ID, "#vt:done:1"); err != nil {
		t.Fatal(err)
	}
	if e := k.next(t, bots.KindPostback); e.Payload != "done:1" || e.Text != nil || !e.Actionable {
		t.Errorf("%+v", e)
	}
	k.resident.Reply(sent.ID, "chưa")
	if e := k.next(t, bots.KindText); e.ReplyTo != sent.ID {
		t.Errorf("%+v", e)
	}
}

func TestPictureOfOursArrives(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	k.fails(t, bots.Outgoing{Photos: []bots.Photo{photoOf("after.jpg", b.Bytes())}}, "")
	seen, err := k.platform.Await(t.Context(), "246845883529197922", 1)
	if err != nil || len(seen[0].Photos) != 1 || seen[0].Photos[0].Name != "after.jpg" || seen[0].Photos[0].Bytes != b.Len() {
		t.Errorf("the resident sees %+v, %v", seen, err)
	}
	k.fails(t, bots.Outgoing{Photos: []bots.Photo{photoOf("a.jpg", []byte("no picture"))}}, bots.ErrRejected)
}

// After the window only an approved template arrives, by account or by telephone number, whose delivery is told.
func TestLadderFromMessageToTemplate(t *testing.T) {
	k := newTalk(t)
	words := bots.Outgoing{Text: "Đã vá"}
	template := bots.Outgoing{Delivery: "d1", Step: bots.StepTemplate, Template: bots.Template{ID: "t1", Params: map[string]string{"code": "1"}}}
	k.fails(t, words, bots.ErrWindow)
	k.resident.Say("a")
	k.next(t, bots.KindText)
	k.fails(t, words, "")
	k.next(t, bots.KindEcho)
	k.pass(7*24*time.Hour + time.Second)
	k.fails(t, words, bots.ErrWindow)
	k.fails(t, template, bots.ErrToken) // nobody has approved it
	k.platform.Approve("t1", "code")
	k.fails(t, template, "")
	template.Template.Phone = "84912345678"
	k.fails(t, template, bots.ErrWindow) // nobody has that number
	k.resident.Phone("84912345678")
	k.fails(t, template, "")
	if e := k.next(t, bots.KindDelivery); e.Tracking != "d1" || e.User != "84912345678" {
		t.Errorf("the delivery is %+v", e)
	}
	k.pass(15 * time.Hour)
	k.fails(t, template, bots.ErrThrottled)
	k.resident.Block()
	k.resident.Say("thôi")
	k.fails(t, words, bots.ErrBlocked)
	k.resident.Unblock()
	k.fails(t, words, "")
	if k.renewed.Load() == 0 {
		t.Error("after a week the token was another")
	}
}

func TestExpiredTokenIsNoticedOnlyByThePlatform(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	k.platform.ExpireTokens()
	k.fails(t, bots.Outgoing{Text: "a"}, "")
	if seen := k.platform.Messages("246845883529197922"); len(seen) != 1 || k.renewed.Load() != 1 {
		t.Errorf("sent once, after one renewal: %v, %d", seen, k.renewed.Load())
	}
}

func TestFaultsOfThePlatform(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	const method = "v3.0/oa/message/cs"
	for name, tt := range map[string]struct {
		fault     sandbox.Fault
		class     bots.ErrorClass
		ambiguous bool
	}{
		"a full desk":             {sandbox.ZaloFault(-32), bots.ErrThrottled, false},
		"a full door":             {sandbox.Fault{Status: 429, RetryAfter: 9}, bots.ErrThrottled, false},
		"a broken gateway":        {sandbox.Fault{Status: 502, Body: "<html>"}, bots.ErrRetry, false},
		"a gateway that gave up":  {sandbox.Fault{Status: 504}, bots.ErrRetry, true},
		"a break after it's done": {sandbox.Fault{ResetAfterAccept: true}, bots.ErrRetry, true},
		"silence":                 {sandbox.Fault{Hang: true}, bots.ErrRetry, true},
		"a closed window":         {sandbox.ZaloFault(-230), bots.ErrWindow, false},
		"a block":                 {sandbox.ZaloFault(-244), bots.ErrBlocked, false},
	} {
		t.Run(name, func(t *testing.T) {
			k.platform.FailNext(method, tt.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err := k.Send(ctx, bots.Outgoing{To: "246845883529197922", Text: name})
			failed, ok := errors.AsType[*bots.SendError](err)
			if !ok || failed.Class != tt.class || failed.Ambiguous != tt.ambiguous {
				t.Errorf("class %q, ambiguous %t, got %v", tt.class, tt.ambiguous, failed)
			}
		})
	}
	if seen := k.platform.Messages("246845883529197922"); len(seen) != 1 || seen[0].Text != "a break after it's done" {
		t.Errorf("only what was done before the break is there: %v", seen)
	}
}

func TestBotAgainstItsPlatform(t *testing.T) {
	platform := sandbox.NewZaloBot(botToken, sandbox.Options{Now: now, Backoff: time.Millisecond})
	server := httptest.NewServer(platform)
	defer server.Close()
	defer platform.Close()
	platform.At(server.URL)
	bot, resident := botAt(server.URL), platform.Resident("6ede9afa66b88fe6d6a9", "Ted")
	events := make(chan bots.Incoming, 10)
	take := func(body []byte) {
		found, err := bot.Parse(body)
		if err != nil {
			t.Error(err)
		}
		for _, e := range found {
			events <- e
		}
	}
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := bot.Verify(r.Header, body); err != nil {
			t.Error(err)
		}
		take(body)
	}))
	defer hook.Close()
	if err := bot.Register(t.Context(), hook.URL); err != nil {
		t.Fatal(err)
	}
	resident.Say("xin chào")
	if e := <-events; *e.Text != "xin chào" || e.User != "6ede9afa66b88fe6d6a9" {
		t.Errorf("%+v", e)
	}
	resident.SendImage([]byte("jpeg"), "ổ gà")
	picture := <-events
	body, err := bot.Fetch(t.Context(), picture.Media[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if raw, err := io.ReadAll(body); string(raw) != "jpeg" || err != nil || picture.Kind != bots.KindImage {
		t.Errorf("%s, %v, %s", raw, err, picture.Kind)
	}
	if err := bot.Acknowledge(t.Context(), picture); err != nil || len(platform.Calls("sendChatAction")) != 1 {
		t.Error(err)
	}
	status, err := bot.Status(t.Context())
	if diff := cmp.Diff(bots.AccountStatus{Name: "bot.sandbox", Webhook: hook.URL}, status); diff != "" || err != nil {
		t.Errorf("%v, the status (-want +got):\n%s", err, diff)
	}
	go func() { // the poll takes the webhook away, and waits
		if _, err := platform.AwaitCalls(t.Context(), "deleteWebhook", 1); err == nil {
			resident.Say("còn đây")
		}
	}()
	bodies, _, err := bot.Poll(t.Context(), 0)
	if err != nil || len(bodies) != 1 || !strings.Contains(string(bodies[0]), "còn đây") {
		t.Errorf("%s, %v", bodies, err)
	}
	sent, err := bot.Send(t.Context(), bots.Outgoing{To: "6ede9afa66b88fe6d6a9", Text: "Đã nhận"})
	if seen := platform.Messages("6ede9afa66b88fe6d6a9"); err != nil || len(seen) != 1 || seen[0].ID != sent.ID || seen[0].Text != "Đã nhận" {
		t.Errorf("%v, %v", seen, err)
	}
}
