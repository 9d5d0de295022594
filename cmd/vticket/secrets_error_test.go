package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/notifications"
)

// TestErrorsHoldNoSecrets asks everything of platforms that refuse all and repeat all that they were told: no error
// that comes of it, and nothing that is recorded, holds what was planted.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	for _, way := range append(refusals, "silent") {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			c, consent, tokens, record := refused(t, way)
			var faults []error
			note := func(_ any, err error) { faults = append(faults, err) }
			note(consent.Exchange(t.Context(), plantCode))
			note(consent.Refresh(t.Context(), "planted-refresh"))
			for _, account := range recordedPlatforms(c, time.Now, tokens, record.take) {
				faults = append(faults, everyFault(t.Context(), account.Adapter)...)
			}
			kept := record.text()
			if len(faults) < 20 || !strings.Contains(kept, "facebook") || !strings.Contains(kept, "zalo_bot") {
				t.Errorf("%d errors came, recorded is %q", len(faults), kept)
			}
			for _, err := range faults {
				kept += fmt.Sprintf("%v %+v %#v\n", err, err, err)
			}
			for _, secret := range append(leaks(), "planted-refresh", "planted-access") {
				if at := strings.Index(kept, secret); at >= 0 {
					t.Errorf("%q stands in …%s…", secret, kept[max(0, at-300):min(len(kept), at+len(secret)+80)])
				}
			}
		})
	}
}

// recording keeps what is recorded.
type recording struct {
	guard sync.Mutex
	all   strings.Builder
}

func (r *recording) take(x bots.Exchange) {
	r.guard.Lock()
	defer r.guard.Unlock()
	fmt.Fprintf(&r.all, "%+v\n", x)
}

// Write keeps a line of the log.
func (r *recording) Write(line []byte) (int, error) {
	r.guard.Lock()
	defer r.guard.Unlock()
	return r.all.Write(line)
}

func (r *recording) text() string {
	r.guard.Lock()
	defer r.guard.Unlock()
	return r.all.String()
}

// refused is the configuration of platforms that refuse everything in one way, or answer nothing at all.
func refused(t *testing.T, way string) (Config, zalo.Consent, *notifications.Tokens, *recording) {
	t.Helper()
	addresses := map[string]string{}
	for _, kind := range []string{"telegram", "zalo", "zalo_bot", "facebook"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			(&parrot{kind: kind, refuse: map[string]string{"": way}}).ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		if addresses[kind] = server.URL; way == "silent" {
			server.Close()
		}
	}
	c := Config{
		TelegramToken: plantTelegram, TelegramSecrets: plantTelegramSecret, TelegramURL: addresses["telegram"],
		ZaloAppID: "42", ZaloAppSecret: plantZaloApp, ZaloOA: "77", ZaloSecrets: []string{plantZaloOA}, ZaloProof: true,
		ZaloURL: addresses["zalo"], ZaloSheetURL: addresses["zalo"], ZaloBotToken: plantZaloBot,
		ZaloBotSecrets: []string{plantZaloBotSecret}, ZaloBotURL: addresses["zalo_bot"], FacebookPage: "22", FacebookApp: "11",
		FacebookToken: plantFacebook, FacebookSecrets: []string{plantFacebookSecret}, FacebookVerify: plantFacebookVerify,
		FacebookURL: addresses["facebook"], FacebookVersion: "v25.0",
	}
	record := &recording{}
	consent := zalo.Consent{
		AppID: "42", Secret: plantZaloApp, Verifier: plantZaloVerifier, Base: addresses["zalo"], Record: record.take, Now: time.Now,
	}
	sealer, err := models.NewSealer(plantKey)
	if err != nil {
		t.Fatal(err)
	}
	tokens := &notifications.Tokens{
		Channel: zalo.OAName, Account: "77", Store: modelstest.SQLite(t, time.Now), Sealer: sealer, Renew: consent.Refresh,
		Log: slog.New(slog.NewTextHandler(record, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	err = tokens.Keep(t.Context(), bots.Grant{
		Access: "planted-access", Refresh: "planted-refresh", ExpiresAt: time.Now().Add(10 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, consent, tokens, record
}

// everyFault asks an adapter for all that it can do.
func everyFault(ctx context.Context, a bots.Adapter) (faults []error) {
	note := func(_ any, err error) { faults = append(faults, err) }
	id, lan := "cb:7005", bots.Outgoing{
		Delivery: models.NewID(), To: "700555005550", Text: plantAnswer + " " + strings.Join(plantPhones, ", "),
	}
	sheet := lan
	sheet.Step, sheet.Template = bots.StepTemplate, bots.Template{
		ID: "7", Phone: "84977123456", Params: map[string]string{"text": plantTexts[0], "name": plantNames[0]},
	}
	for _, out := range []bots.Outgoing{lan, sheet} {
		_, err := a.Send(ctx, out)
		note(nil, bots.Unsaid(err, out)) // as the courier does
	}
	body := `{"update_id":84977123456849771234569,"message":{"text":{"a":"` + plantTexts[0] + `"},"from":"` + plantNames[0] + `"}}`
	note(a.Parse([]byte(body)))
	note(a.Parse([]byte(plantTexts[1])))
	note(nil, a.Verify(http.Header{}, []byte(plantTexts[2])))
	note(a.Fetch(ctx, bots.Media{FileID: "f", URL: "https://u:" + plantCode + "@evil.example/" + plantCode + "?token=" + plantCode}))
	if asks, ok := a.(bots.Acknowledger); ok {
		for _, kind := range []bots.Kind{bots.KindText, bots.KindPostback} {
			note(nil, asks.Acknowledge(ctx, bots.Incoming{Kind: kind, Actionable: true, User: "5", Message: &id}))
		}
	}
	if asks, ok := a.(bots.Profiler); ok {
		note(asks.Profile(ctx, "700555005550"))
	}
	if asks, ok := a.(bots.Inspector); ok {
		note(asks.Status(ctx))
	}
	if asks, ok := a.(bots.Registrar); ok {
		note(nil, asks.Register(ctx, "https://1022.example.vn/webhooks/x"))
		note(nil, asks.Register(ctx, ""))
	}
	if asks, ok := a.(bots.Poller); ok {
		_, _, err := asks.Poll(ctx, 1)
		note(nil, err)
	}
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}
