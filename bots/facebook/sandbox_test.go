package facebook_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/sandbox"
)

// clock is the time of a test, for both sides.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// talk is a page, the Graph API that it uses, and a resident.
type talk struct {
	*facebook.Adapter
	api      *sandbox.Facebook
	resident *sandbox.FacebookResident
	clock    *clock
	base     string
}

func newTalk(t *testing.T) talk {
	t.Helper()
	c := &clock{at: now()}
	api := sandbox.NewFacebook(sandbox.FacebookApp{
		ID: "77", Secret: secret, Page: "10", PageName: "1022", Token: token, Templates: []string{"resolved"}, PerSecond: 3,
	}, sandbox.Options{Now: c.now, Backoff: time.Millisecond})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	t.Cleanup(api.Close)
	api.ServedAt(server.URL)
	page := facebook.New(facebook.Config{
		Page: "10", AppID: "77", Secrets: []string{secret, "older"}, VerifyToken: verify, Token: pageToken,
		Base: server.URL, Now: c.now,
	})
	return talk{page, api, api.Resident("5", "Lan", "Nguyễn Thị"), c, server.URL}
}

// heard returns the events of the webhooks that were made since the last n.
func (k talk) heard(t *testing.T, n int) []bots.Incoming {
	t.Helper()
	var events []bots.Incoming
	for _, body := range k.api.Webhooks()[n:] {
		found, err := k.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, found...)
	}
	return events
}

func briefs(events []bots.Incoming) []string {
	var said []string
	for _, e := range events {
		said = append(said, brief(e))
	}
	return said
}

// class sends something and returns the class of its failure.
func (k talk) class(t *testing.T, out bots.Outgoing) bots.ErrorClass {
	t.Helper()
	k.clock.pass(time.Second) // so that the page never sends too much
	_, err := k.Send(t.Context(), out)
	if err == nil {
		return ""
	}
	failed, ok := errors.AsType[*bots.SendError](err)
	if !ok {
		t.Fatalf("not a send error: %v", err)
	}
	return failed.Class
}

func TestEverythingThatAResidentDoesIsHeard(t *testing.T) {
	k := newTalk(t)
	k.resident.OpenLink("qr-12")
	k.resident.Postback("Bắt đầu", facebook.GetStarted)
	first := k.resident.Say("Đường ngập </b> 🌊")
	k.resident.Edit(first, "Đường ngập sâu", 1)
	k.resident.React(first, "👍")
	k.resident.React(first, "")
	k.resident.Like()
	k.resident.Unsend(first)
	k.resident.Read()
	comment := k.resident.Comment("1", "Ở đây nữa")
	k.resident.EditComment(comment, "Ở đây cũng vậy")
	k.resident.RemoveComment(comment)
	unnamed := k.api.Resident("6", "", "").Comment("1", "a")
	want := []string{
		`referral 5 - ref=qr-12`,
		`postback 5 m_1 text="Bắt đầu" payload=get_started`,
		`text 5 m_2 text="Đường ngập </b> 🌊"`,
		`edit 5 m_2 text="Đường ngập sâu"`,
		`reaction 5 m_2 emoji=👍`,
		`reaction 5 m_2`,
		`sticker 5 m_3 sticker=https://scontent.xx.fbcdn.net/v/like.png369239263222822`,
		`delete 5 m_2`,
		`read 5 -`,
		`comment 5 ` + comment + ` text="Ở đây nữa" post=10_1`,
		`edit 5 ` + comment + ` text="Ở đây cũng vậy" post=10_1`,
		`delete 5 ` + comment + ` post=10_1`,
		`comment comment:` + unnamed + ` ` + unnamed + ` text="a" post=10_1 anonymous`,
	}
	if diff := cmp.Diff(want, briefs(k.heard(t, 0))); diff != "" {
		t.Errorf("what was heard differs (-want +got):\n%s", diff)
	}
}

func TestAnswerIsEchoedDeliveredAndTapped(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("xin chào")
	sent, err := k.Send(t.Context(), bots.Outgoing{
		To: "5", Text: "Xong?", Delivery: "d1", Buttons: []bots.Button{{Title: "Xong", Payload: "done"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.resident.Tap(sent.ID, "done"); err != nil {
		t.Fatal(err)
	}
	k.resident.Reply(sent.ID, "xong rồi")
	k.resident.Answer("Chào Lan")
	events := k.heard(t, 1)
	want := []string{
		`echo 5 m_2 text="Xong?" meta=vt:d1`,
		`delivery 5 -`,
		`postback 5 m_3 text="Xong" payload=done`,
		`text 5 m_4 text="xong rồi" reply=m_2`,
		`echo 5 m_5 text="Chào Lan" admin=page inbox`,
	}
	if diff := cmp.Diff(want, briefs(events)); diff != "" {
		t.Errorf("what was heard differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{sent.ID}, events[1].MessageIDs); diff != "" {
		t.Errorf("the delivery is of what was sent (-want +got):\n%s", diff)
	}
}

func TestWindowsCloseOneAfterTheOther(t *testing.T) {
	k := newTalk(t)
	template := bots.Outgoing{To: "5", Step: bots.StepTemplate, Template: bots.Template{
		ID: "resolved", Language: "vi", Params: map[string]string{"1": "4812 77356", "2": "Lê Lợi"},
	}}
	reply, human := bots.Outgoing{To: "5", Text: "a"}, bots.Outgoing{To: "5", Text: "b", Step: bots.StepHuman}
	unknown := template
	unknown.Template.ID = "unheard_of"
	classes := func() [4]bots.ErrorClass {
		return [4]bots.ErrorClass{k.class(t, reply), k.class(t, human), k.class(t, template), k.class(t, unknown)}
	}
	shut, gone := bots.ErrWindow, bots.ErrRejected
	if got, want := classes(), [4]bots.ErrorClass{shut, shut, "", gone}; got != want {
		t.Errorf("before a word was said: %q, not %q", got, want)
	}
	k.resident.Say("xin chào")
	if got, want := classes(), [4]bots.ErrorClass{"", "", "", gone}; got != want {
		t.Errorf("at once: %q, not %q", got, want)
	}
	k.clock.pass(24 * time.Hour)
	k.resident.Read() // opens nothing
	if got, want := classes(), [4]bots.ErrorClass{shut, "", "", gone}; got != want {
		t.Errorf("after a day: %q, not %q", got, want)
	}
	k.clock.pass(6 * 24 * time.Hour)
	if got, want := classes(), [4]bots.ErrorClass{shut, shut, "", gone}; got != want {
		t.Errorf("after a week: %q, not %q", got, want)
	}
	last := k.api.Messages("5")
	if diff := cmp.Diff([]string{"4812 77356", "Lê Lợi"}, last[len(last)-1].Params); diff != "" {
		t.Errorf("the template is filled otherwise (-want +got):\n%s", diff)
	}
}

func TestPicturesGoBothWays(t *testing.T) {
	k := newTalk(t)
	one, two := bytes.Repeat([]byte("jpeg"), 1000), []byte("another")
	k.resident.SendPhotos(one, two)
	media := k.heard(t, 0)[0].Media
	if len(media) != 2 {
		t.Fatalf("both pictures are to be named, got %v", media)
	}
	body, err := k.Fetch(t.Context(), media[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, one) {
		t.Errorf("%d bytes and %v, not the %d that were sent", len(got), err, len(one))
	}
	if _, err := k.Fetch(t.Context(), bots.Media{URL: k.base + "/media/9"}); err == nil {
		t.Error("an address that has expired gives nothing")
	}
	_, err = k.Send(t.Context(), bots.Outgoing{
		To: "5", Photos: []bots.Photo{photo("a.jpg", "bytes")}, Buttons: []bots.Button{{Title: "xong", Payload: "done:1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := k.api.Await(t.Context(), "5", 1)
	if err != nil || sent[0].Photos[0].Bytes != len("bytes") || len(sent[0].Buttons) != 1 {
		t.Errorf("ours is to arrive, got %v and %v", sent, err)
	}
}

func TestCommentIsAnsweredInPrivateOnce(t *testing.T) {
	k := newTalk(t)
	comment, late := k.resident.Comment("1", "ngập"), k.resident.Comment("1", "ngập nữa")
	private := bots.Outgoing{To: "5", Comment: comment, Text: "Chào Lan"}
	if first, second := k.class(t, private), k.class(t, private); first != "" || second != bots.ErrRejected {
		t.Errorf("one private answer is taken: %q, then %q", first, second)
	}
	if class := k.class(t, bots.Outgoing{To: "5", Text: "a"}); class != bots.ErrWindow {
		t.Errorf("it opens no window, got %q", class)
	}
	k.clock.pass(8 * 24 * time.Hour)
	if class := k.class(t, bots.Outgoing{To: "5", Comment: late, Text: "a"}); class != bots.ErrRejected {
		t.Errorf("after a week it is too late, got %q", class)
	}
}

func TestResidentWhoBlockedIsNotReached(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	k.resident.Block()
	if class := k.class(t, bots.Outgoing{To: "5", Text: "a"}); class != bots.ErrBlocked {
		t.Errorf("got %q", class)
	}
	k.resident.Unblock()
	if class := k.class(t, bots.Outgoing{To: "5", Text: "a"}); class != "" {
		t.Errorf("got %q", class)
	}
}

func TestThrottledForAsLongAsIsSaid(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	wait := func() time.Duration {
		_, err := k.Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
		failed, ok := errors.AsType[*bots.SendError](err)
		if !ok || failed.Class != bots.ErrThrottled {
			return 0
		}
		return failed.RetryAfter
	}
	k.api.FailNext("messages", sandbox.Fault{Status: http.StatusTooManyRequests, RetryAfter: 17})
	if got := wait(); got != 17*time.Second {
		t.Errorf("as the header says: %v", got)
	}
	for range 3 {
		if got := wait(); got != 0 {
			t.Errorf("three in a second are taken: %v", got)
		}
	}
	if got := wait(); got != 5*time.Minute {
		t.Errorf("as the page's use says: %v", got)
	}
}

func TestAmbiguousMessageMayBeThere(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	k.api.FailNext("messages", sandbox.Fault{ResetAfterAccept: true})
	_, err := k.Send(t.Context(), bots.Outgoing{To: "5", Text: "b"})
	if failed, ok := errors.AsType[*bots.SendError](err); !ok || !failed.Ambiguous || failed.Class != bots.ErrRetry {
		t.Errorf("got %v", err)
	}
	if sent := k.api.Messages("5"); len(sent) != 1 {
		t.Errorf("it is there, got %v", sent)
	}
}

func TestCauseNamesTheTraceAndNoTelephone(t *testing.T) {
	k := newTalk(t)
	k.resident.Say("a")
	k.api.FailNext("messages", sandbox.Fault{Status: 400, Body: `{"error":{"message":"no 0912345678, +84 912 345 678, ` +
		`84.912.345.678, 1234567890123456","code":100,"error_subcode":33,"fbtrace_id":"AbC"}}`})
	_, err := k.Send(t.Context(), bots.Outgoing{To: "5", Text: "b"})
	const want = "send rejected: no [phone], [phone], [phone], 1234567890123456 (status 400, code 100/33, fbtrace_id AbC)"
	if err == nil || err.Error() != want {
		t.Errorf("%v, not %s", err, want)
	}
}

func TestWithoutAGoodTokenAPersonMustAct(t *testing.T) {
	k := newTalk(t)
	with := func(token bots.Token, secrets ...string) bots.ErrorClass {
		page := facebook.New(facebook.Config{Page: "10", Secrets: secrets, Token: token, Base: k.base, Now: now})
		_, err := page.Send(t.Context(), bots.Outgoing{To: "5", Text: "a"})
		failed, ok := errors.AsType[*bots.SendError](err)
		if !ok || strings.Contains(err.Error(), secret) {
			t.Fatalf("got %v", err)
		}
		return failed.Class
	}
	given := func(token string, err error) bots.Token {
		return func(context.Context) (string, error) { return token, err }
	}
	for name, tt := range map[string]struct{ got, want bots.ErrorClass }{
		"another token":               {with(given("other", nil), secret), bots.ErrToken},
		"an empty token":              {with(given("", nil), secret), bots.ErrToken},
		"no secret":                   {with(pageToken), bots.ErrToken},
		"an empty secret":             {with(pageToken, ""), bots.ErrToken},
		"a proof by another secret":   {with(pageToken, "older"), bots.ErrRejected},
		"a token that is not at hand": {with(given("", errors.New("no database, "+secret)), secret), bots.ErrRetry},
		"a token that was refused":    {with(given("", &bots.SendError{Class: bots.ErrToken}), secret), bots.ErrToken},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, not %q", name, tt.got, tt.want)
		}
	}
}

func TestAcknowledgeOnlyWhatIsSaidInTheThread(t *testing.T) {
	k := newTalk(t)
	first := k.resident.Say("a")
	k.resident.Edit(first, "b", 1)
	k.resident.React(first, "👍")
	k.resident.Read()
	k.resident.Comment("1", "c")
	k.resident.SendPhotos([]byte("jpeg"))
	var page bots.Acknowledger = k
	for _, e := range k.heard(t, 0) {
		if err := page.Acknowledge(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	calls := k.api.Calls("sender_action")
	if len(calls) != 2 || calls[0].Fields["sender_action"] != "typing_on" || calls[0].Chat != "5" {
		t.Errorf("the text and the picture are acknowledged, got %v", calls)
	}
}

func TestProfileGivesTheNameThatFacebookTells(t *testing.T) {
	k := newTalk(t)
	k.api.Resident("6", "", "")
	var page bots.Profiler = k
	for user, want := range map[string]string{"5": "Nguyễn Thị Lan", "6": "", "7": "", "comment:1_2": "", "../10": ""} {
		if name, err := page.Profile(t.Context(), user); name != want || err != nil {
			t.Errorf("%q and %v, not %q", name, err, want)
		}
	}
	k.api.FailNext("node", sandbox.Fault{Status: http.StatusInternalServerError})
	if _, err := page.Profile(t.Context(), "5"); err == nil {
		t.Error("trouble is no name")
	}
}
