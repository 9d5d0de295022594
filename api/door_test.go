package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/api"
	"github.com/vticket/vticket/api/console"
	"github.com/vticket/vticket/api/public"
	"github.com/vticket/vticket/api/rest"
	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// door is the whole handler on a database, served over HTTP.
type door struct {
	t     *testing.T
	store *store.Store
	desk  *workflow.Desk
	url   string

	logged *logBook // what the handler has logged

	photos string // the folder below disk
	disk   *photos.Disk

	intake *web.Intake
	free   func() (uint64, error) // of the disk
}

const webhookSecret = "s3cret"

const doorOpens = "2026-03-02T08:00:00+07:00" // a Monday

var newDesk = sync.OnceValues(func() (*workflow.Desk, error) {
	areas, err := places.Approximate()
	if err != nil {
		return nil, err
	}
	return workflow.NewDesk(areas)
})

func eachDoor(t *testing.T, test func(t *testing.T, d *door)) {
	t.Helper()
	eachDoorAndClock(t, func(t *testing.T, d *door, _ *modelstest.Clock) {
		t.Helper()
		test(t, d)
	})
}

func eachDoorAndClock(t *testing.T, test func(t *testing.T, d *door, clock *modelstest.Clock)) {
	t.Helper()
	var clock *modelstest.Clock
	now := func() time.Time { return clock.Now() }
	clock = modelstest.NewClock(t, doorOpens)
	modelstest.EachStore(t, now, func(t *testing.T, s *store.Store) {
		t.Helper()
		clock = modelstest.NewClock(t, doorOpens)
		test(t, openDoor(t, s), clock)
	})
}

func openDoor(t *testing.T, s *store.Store) *door {
	t.Helper()
	signin, err := web.NewSignin(s)
	if err != nil {
		t.Fatal(err)
	}
	desk, err := newDesk()
	if err != nil {
		t.Fatal(err)
	}
	logged := &logBook{}
	log := slog.New(logged)
	inbox := store.NewInbox(s)
	folder := t.TempDir()
	disk, err := photos.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	bot := telegram.New(telegram.Config{Secrets: []string{webhookSecret}, Now: s.Now})
	receiver := &dialogue.Receiver{Adapter: bot, Account: "42", Inbox: inbox, Log: log}
	pages, err := web.NewPages(web.Tiles{}, log)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, store: s, desk: desk, logged: logged, photos: folder, disk: disk}
	d.free = func() (uint64, error) { return 1 << 40, nil }
	d.intake = web.NewIntake(s.Now, func() (uint64, error) { return d.free() })
	handler, err := api.New(api.Options{
		Pages:    pages,
		Public:   &public.Pages{Store: s, Desk: desk, Photos: disk, Intake: d.intake, Web: pages, Log: log},
		Console:  &console.Pages{Store: s, Desk: desk, Photos: disk, Signin: signin, Web: pages, Log: log},
		Webhooks: map[string]api.Webhook{telegram.Name: {Verify: bot.Verify, Receive: receiver.Receive}},
		REST: &rest.API{
			Store: s, Inbox: inbox, Desk: desk, Signin: signin, Photos: disk, Intake: d.intake, Log: log,
		},
		Log: log, Ready: s.Ping, Proxies: []string{"127.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { inbox.Run(ctx); close(ended) }()
	server := httptest.NewServer(handler)
	t.Cleanup(func() { server.Close(); stop(); <-ended; _ = disk.Close() })
	d.url = server.URL
	d.tx(func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, desk.Catalogue, desk.Areas.All())
		return err
	})
	return d
}

// ask is one request; JSON is the content type unless it names another.
type ask struct {
	method, path string
	token        string
	kind         string // Content-Type
	ifMatch      string
	key          string // Idempotency-Key
	secret       string // of Telegram's webhook
	cookie       string // as the header is written
	from         string // the address that the proxy names, empty: none
	language     string // Accept-Language
	body         string
}

func (d *door) do(a ask) (status int, header http.Header, body string) {
	d.t.Helper()
	status, header, body, err := d.send(a)
	if err != nil {
		d.t.Fatal(err)
	}
	return status, header, body
}

func (d *door) send(a ask) (status int, header http.Header, body string, err error) {
	req, err := http.NewRequestWithContext(d.t.Context(), a.method, d.url+a.path, strings.NewReader(a.body))
	if err != nil {
		return 0, nil, "", err
	}
	if a.kind == "" {
		a.kind = "application/json"
	}
	req.Header.Set("Content-Type", a.kind)
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.ifMatch != "" {
		req.Header.Set("If-Match", a.ifMatch)
	}
	if a.key != "" {
		req.Header.Set("Idempotency-Key", a.key)
	}
	if a.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", a.secret)
	}
	if a.from != "" {
		req.Header.Set("X-Forwarded-For", a.from)
	}
	if a.language != "" {
		req.Header.Set("Accept-Language", a.language)
	}
	if a.cookie != "" {
		req.Header.Set("Cookie", a.cookie)
	}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // where an answer leads to is for a test to look at
	}}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, string(raw), err
}

// refusal is what clients decide by.
type refusal struct {
	Status int
	Code   string
	Field  string
}

// refused sends a request that must be answered by that problem, with words that people understand.
func (d *door) refused(t *testing.T, a ask, want refusal) {
	t.Helper()
	status, header, body := d.do(a)
	if got := header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%d as %q, not as application/problem+json: %.300s", status, got, body)
	}
	var p web.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%d %.300s: %v", status, body, err)
	}
	if diff := cmp.Diff(want, refusal{Status: status, Code: p.Code, Field: p.Field}); diff != "" {
		t.Errorf("refusal (-want +got):\n%s%.300s", diff, body)
	}
	if wait := header.Get("Retry-After"); status == http.StatusTooManyRequests && wait == "" {
		t.Error("429 does not say when it may be tried again")
	}
	if p.Status != status || p.Title == "" || strings.Contains(p.Title, "problem_") || strings.Contains(p.Detail, "error_") {
		t.Errorf("a problem without words: %.300s", body)
	}
}

// resident opens a chat and returns its token.
func (d *door) resident() string {
	d.t.Helper()
	_, _, body := d.do(ask{method: http.MethodPost, path: "/api/v1/chat/sessions"})
	var opened struct{ Token string }
	if err := json.Unmarshal([]byte(body), &opened); err != nil || opened.Token == "" {
		d.t.Fatalf("open chat: %s %v", body, err)
	}
	return opened.Token
}

// kept returns the events of a resident that the inbox holds: nothing here reads it.
func (d *door) kept(token string) []models.InboxEvent {
	d.t.Helper()
	var events []models.InboxEvent
	err := d.store.Read(d.t.Context(), func(tx *store.Tx) error {
		var err error
		events, err = tx.Unread("webchat", "web", models.TokenKey(token))
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return events
}

func (d *door) tx(do func(tx *store.Tx) error) {
	d.t.Helper()
	if err := d.store.Tx(d.t.Context(), do); err != nil {
		d.t.Fatal(err)
	}
}

// staff makes a member of staff and returns the token of a session.
func (d *door) staff(role models.Role, department *string) string {
	d.t.Helper()
	token := models.NewToken()
	d.tx(func(tx *store.Tx) error {
		who := models.Staff{Email: token + "@example.vn", Name: "Minh", Role: role, DepartmentID: department, PasswordHash: "-"}
		if err := tx.InsertStaff(&who); err != nil {
			return err
		}
		return tx.OpenSession(token, who.ID)
	})
	return token
}

const coverIsGone = "Nắp cống trước số 140 bị mất rồi"

var centreLat, centreLon = 10.7769, 106.7009 // in Phường Sài Gòn, 26740

// report makes a ticket of a submission; whose it was does not matter.
func (d *door) report(in workflow.SubmitInput) (made models.Ticket) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		a, err := tx.Address("webchat", "web", models.NewToken())
		if err != nil {
			return err
		}
		in.Actor, in.ReporterID, in.Channel = models.System(), a.ReporterID, "webchat"
		made, err = d.desk.Submit(tx, in)
		return err
	})
	return made
}

// ticket makes one that dispatch gives to infra_center.
func (d *door) ticket() models.Ticket {
	d.t.Helper()
	return d.report(workflow.SubmitInput{Words: coverIsGone, Lat: &centreLat, Lon: &centreLon})
}

// department returns the id of a department.
func (d *door) department(code string) *string {
	d.t.Helper()
	var found models.Department
	d.tx(func(tx *store.Tx) (err error) {
		found, err = tx.DepartmentByCode(code)
		return err
	})
	return &found.ID
}

// timeline lists the verbs of a ticket's events.
func (d *door) timeline(id string) (verbs []string) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		events, err := tx.Timeline(id)
		verbs = nil
		for _, e := range events {
			verbs = append(verbs, string(e.ActorKind)+" "+string(e.Verb))
		}
		return err
	})
	return verbs
}
