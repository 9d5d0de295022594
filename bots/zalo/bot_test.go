package zalo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

const botToken, botSecret = "7:planted-bot-token", "planted-bot-secret"

func botAt(base string) *zalo.Bot {
	return zalo.NewBot(zalo.BotConfig{Token: botToken, Base: base, Secrets: []string{botSecret}, Now: now})
}

func TestBotPollsOneUpdateOrSeveralOrNone(t *testing.T) {
	update := `{"event_name":"message.text.received","message":{"from":{"id":"5"},"text":"a"}}`
	for name, tt := range map[string]struct {
		answers []string
		want    []string
		fails   bool
	}{
		"one":                {[]string{`{"ok":true,"result":` + update + `}`}, []string{update}, false},
		"several":            {[]string{`{"ok":true,"result":[` + update + `,null,` + update + `]}`}, []string{update, update}, false},
		"none":               {[]string{`{"ok":true,"result":{}}`}, nil, false},
		"a time-out":         {[]string{`{"ok":false,"error_code":408,"description":"Request timeout"}`}, nil, false},
		"a refused token":    {[]string{`{"ok":false,"error_code":401,"description":"no ` + botToken + `"}`}, nil, true},
		"a webhook is taken": {[]string{`{"ok":false,"error_code":400,"description":"Webhook is set"}`, `{"ok":true}`, `{"ok":true,"result":` + update + `}`}, []string{update}, false},
		"a webhook that stays": {
			[]string{`{"ok":false,"error_code":400,"description":"webhook is set"}`, `{"ok":true}`, `{"ok":false,"error_code":400,"description":"webhook"}`}, nil, true,
		},
		"another refusal deletes nothing": {[]string{`{"ok":false,"error_code":400,"description":"bad"}`, `{"ok":true}`}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			bodies, next, err := botAt(newDesk(t, tt.answers...).URL).Poll(t.Context(), 7)
			if (err != nil) != tt.fails || next != 7 || err != nil && strings.Contains(err.Error(), botToken) {
				t.Errorf("next %d, %v", next, err)
			}
			var got []string
			for _, body := range bodies {
				got = append(got, string(body))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the updates (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBotRegistersWithItsSecret(t *testing.T) {
	d := newDesk(t, `{"ok":true,"result":{"url":"https://a.vn/hook","account_name":"bot.VDKyGxQvc"}}`)
	for _, address := range []string{"https://a.vn/hook", ""} {
		if err := botAt(d.URL).Register(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	}
	status, err := botAt(d.URL).Status(t.Context())
	if diff := cmp.Diff(bots.AccountStatus{Name: "bot.VDKyGxQvc", Webhook: "https://a.vn/hook"}, status); diff != "" || err != nil {
		t.Errorf("%v, the status (-want +got):\n%s", err, diff)
	}
	if err := botAt(d.URL).Acknowledge(t.Context(), bots.Incoming{User: "5", Actionable: true}); err != nil {
		t.Error(err)
	}
	if err := botAt(d.URL).Acknowledge(t.Context(), bots.Incoming{User: "5"}); err != nil {
		t.Error(err)
	}
	path := "POST /bot" + botToken
	want := []string{
		path + `/setWebhook {"secret_token":"` + botSecret + `","url":"https://a.vn/hook"}`, path + `/deleteWebhook {}`,
		path + `/getMe {}`, path + `/getWebhookInfo {}`, path + `/sendChatAction {"action":"typing","chat_id":"5"}`,
	}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("the requests (-want +got):\n%s", diff)
	}
	for _, secrets := range [][]string{nil, {"short"}, {strings.Repeat("s", 257)}} {
		bot := zalo.NewBot(zalo.BotConfig{Token: botToken, Base: d.URL, Secrets: secrets, Now: now})
		if err := bot.Register(t.Context(), "https://a.vn/hook"); err == nil {
			t.Errorf("a webhook with the secret %q is not to be set", secrets)
		}
	}
}
