package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

const (
	zaloOA   = "388613280878808645"
	facePage = "1234567890"
	bought   = "7001" // a template that Zalo has approved
)

// town is the whole program in this process, between fakes of all platforms, under a clock that can be set forward.
type town struct {
	*stack
	ahead    atomic.Int64 // of the real time
	telegram *sandbox.Telegram
	zalo     *sandbox.Zalo
	zaloBot  *sandbox.ZaloBot
	facebook *sandbox.Facebook
}

func (w *town) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// later sets the clock forward.
func (w *town) later(d time.Duration) { w.ahead.Add(int64(d)) }

// newTown starts everything on the embedded stack.
func newTown(t *testing.T) *town {
	t.Helper()
	if testing.Short() {
		t.Skip("LEFT OUT by make test-fast: a town with its platforms; make test runs it")
	}
	w := &town{}
	local := time.Now().In(models.Zone) // it is ten in the morning: by night the courier lets people sleep
	ten := time.Date(local.Year(), local.Month(), local.Day(), 10, 0, 0, 0, models.Zone)
	w.later(ten.Sub(local))
	options := sandbox.Options{Now: w.now, Backoff: 20 * time.Millisecond}
	w.telegram = sandbox.NewTelegram(botToken, options)
	w.zalo = sandbox.NewZalo(sandbox.ZaloOptions{
		Options: options, AppID: "42", AppSecret: "of-the-app", OASecret: "of-the-oa", OA: zaloOA,
	})
	w.zaloBot = sandbox.NewZaloBot("777:of-the-zalo-bot", options)
	w.facebook = sandbox.NewFacebook(sandbox.FacebookApp{
		ID: "99", Secret: "of-the-face-app", Page: facePage, PageName: "1022", Token: "of-the-page", PerSecond: 10_000,
	}, options)
	at := map[string]string{}
	for name, platform := range map[string]interface {
		http.Handler
		Close()
	}{"telegram": w.telegram, "zalo": w.zalo, "zalo_bot": w.zaloBot, "facebook": w.facebook} {
		server := httptest.NewServer(platform)
		at[name] = server.URL
		t.Cleanup(func() { platform.Close(); server.Close() })
	}
	w.zalo.At(at["zalo"])
	w.zaloBot.At(at["zalo_bot"])
	w.facebook.ServedAt(at["facebook"])

	var door atomic.Value
	public := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		door.Load().(http.Handler).ServeHTTP(out, r)
	}))
	t.Cleanup(public.Close)
	c, err := loadConfig(map[string]string{
		"DATA_DIR": t.TempDir(), "PUBLIC_URL": public.URL, "LOG_LEVEL": "error",
		"SECRETS_KEY":        base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))),
		"TELEGRAM_BOT_TOKEN": botToken, "TELEGRAM_BASE_URL": at["telegram"], "TELEGRAM_WEBHOOK_SECRET": "of-the-webhook",
		"ZALO_APP_ID": "42", "ZALO_APP_SECRET": "of-the-app", "ZALO_OA_SECRET_KEY": "of-the-oa", "ZALO_OA_ID": zaloOA,
		"ZALO_PKCE_VERIFIER": strings.Repeat("v", 43), "ZALO_OPENAPI_URL": at["zalo"], "ZALO_BUSINESS_URL": at["zalo"],
		"ZALO_OAUTH_URL": at["zalo"], "ZALO_TEMPLATES": "answer_fixed=" + bought, "ZALO_DAILY_CAP": "100000",
		"ZALO_BOT_TOKEN": "777:of-the-zalo-bot", "ZALO_BOT_SECRET": "of-the-zalo-bot-hook", "ZALO_BOT_URL": at["zalo_bot"],
		"FB_PAGE_ID": facePage, "FB_PAGE_TOKEN": "of-the-page", "FB_APP_ID": "99", "FB_APP_SECRET": "of-the-face-app",
		"FB_VERIFY_TOKEN": "verify-me", "FB_GRAPH_URL": at["facebook"],
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.stack, err = newStackAt(t.Context(), c, w.now); err != nil {
		t.Fatal(err)
	}
	door.Store(w.handler)
	w.run(t)
	w.connect(t, public.URL)
	return w
}

// run lets inbox, worker and registrations work until the test ends.
func (w *town) run(t *testing.T) {
	t.Helper()
	w.tx(t, func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, w.desk.Catalogue, w.desk.Areas.All())
		return err
	})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.inbox.Run(ctx) })
	running.Go(func() {
		if err := w.worker.Run(ctx); err != nil {
			t.Errorf("the worker is to run: %v", err)
		}
	})
	for name := range w.receivers {
		running.Go(func() { w.register(ctx, name) })
	}
	t.Cleanup(func() { stop(); running.Wait(); w.close() })
}

// connect does what an operator does in the consoles of the platforms.
func (w *town) connect(t *testing.T, public string) {
	t.Helper()
	w.zalo.SetWebhook(public + "/webhooks/zalo")
	if err := w.facebook.SetCallback(t.Context(), public+"/webhooks/facebook", "verify-me"); err != nil {
		t.Fatal(err)
	}
	link, err := w.consentLink()
	if err != nil {
		t.Fatal(err)
	}
	res, err := townClient.Get(link) // the administrator consents, and is brought back to us
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the consent of the Official Account is to be taken, got %s", res.Status)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		_, err := w.adapters["telegram"].(bots.Inspector).Status(t.Context())
		if err == nil && len(w.facebook.GetStarted()) > 0 && len(w.telegram.Calls("setWebhook")) > 0 &&
			len(w.zaloBot.Calls("setWebhook")) > 0 {
			return
		}
	}
	t.Fatal("the platforms are to know the webhooks within ten seconds")
}

func (w *town) tx(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := w.store.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// await waits until something holds; what says it in words.
func (w *town) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// tickets are those of one sender, newest first.
func (w *town) tickets(t *testing.T, channel, user string) (all []models.Ticket) {
	t.Helper()
	err := w.store.Read(t.Context(), func(tx *store.Tx) error {
		a, found, err := tx.FindAddress(channel, w.receivers[channel].Account, user)
		if err != nil || !found {
			return err
		}
		all, err = tx.ReporterTickets(a.ReporterID, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ticket waits for the one ticket of a sender.
func (w *town) ticket(t *testing.T, channel, user string) models.Ticket {
	t.Helper()
	var all []models.Ticket
	w.await(t, "a ticket of "+user+" on "+channel, func() bool {
		all = w.tickets(t, channel, user)
		return len(all) > 0
	})
	if len(all) != 1 {
		t.Fatalf("%s on %s is to have one ticket, has %d", user, channel, len(all))
	}
	return all[0]
}

// resolve takes a ticket on and answers it, as a colleague does.
func (w *town) resolve(t *testing.T, ticket models.Ticket, words string) {
	t.Helper()
	w.tx(t, func(tx *store.Tx) error {
		hotline, err := tx.DepartmentByCode(models.HotlineCode)
		if err != nil {
			return err
		}
		colleague := models.Staff{
			ID: models.NewID(), Email: models.NewID() + "@example.vn", Name: "Minh", Role: models.RoleAdmin,
			DepartmentID: &hotline.ID, CreatedAt: tx.Now,
		}
		if err := tx.InsertStaff(&colleague); err != nil {
			return err
		}
		act := workflow.Act{
			Actor: models.Actor{Kind: models.ActorStaff, ID: colleague.ID, Role: models.RoleAdmin}, Ticket: ticket.ID,
		}
		if ticket.State == models.StateNew {
			if _, err := w.desk.Assign(tx, workflow.AssignInput{Act: act, DepartmentID: hotline.ID}); err != nil {
				return err
			}
		}
		if _, err := w.desk.Accept(tx, workflow.AcceptInput{Act: act}); err != nil {
			return err
		}
		_, err = w.desk.Resolve(tx, workflow.ResolveInput{
			Act: act, Outcome: models.OutcomeFixed, Text: words, NoPhoto: "đã chụp tại chỗ, gửi sau",
		})
		return err
	})
}
