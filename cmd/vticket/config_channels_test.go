package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

// TestSettingsAreRefusedClearly: a setting that cannot work is named, with what it may be and never its value.
func TestSettingsAreRefusedClearly(t *testing.T) {
	for name, tt := range map[string]struct {
		set  map[string]string
		says string // empty: they are taken
	}{
		"nothing set":                     {},
		"choices beside":                  {set: map[string]string{"ZALO_BUTTONS": "beside"}},
		"choices inside":                  {set: map[string]string{"ZALO_BUTTONS": "inside"}},
		"choices elsewhere":               {map[string]string{"ZALO_BUTTONS": "s3cret"}, "ZALO_BUTTONS must be beside or inside"},
		"templates on trial":              {set: map[string]string{"ZALO_TEMPLATE_MODE": "development"}},
		"templates of no kind":            {map[string]string{"ZALO_TEMPLATE_MODE": "s3cret"}, "ZALO_TEMPLATE_MODE must be production"},
		"the shortest verifier":           {set: map[string]string{"ZALO_PKCE_VERIFIER": strings.Repeat("v", 43)}},
		"the longest verifier":            {set: map[string]string{"ZALO_PKCE_VERIFIER": strings.Repeat("~", 128)}},
		"a verifier too short":            {map[string]string{"ZALO_PKCE_VERIFIER": "s3cret" + strings.Repeat("v", 36)}, "43 to 128"},
		"a verifier too long":             {map[string]string{"ZALO_PKCE_VERIFIER": "s3cret" + strings.Repeat("v", 123)}, "43 to 128"},
		"a verifier of other letters":     {map[string]string{"ZALO_PKCE_VERIFIER": "s3cret" + strings.Repeat("+", 40)}, "RFC 7636"},
		"the sandbox's verifier is taken": {set: sandboxVerifier()},
		"a cost with its unit":            {map[string]string{"ZALO_TEMPLATE_COST": "300đ"}, `ZALO_TEMPLATE_COST: must be a number, without its unit`},
		"a list that is none":             {map[string]string{"FB_TEMPLATES": "question"}, `FB_TEMPLATES: `},
		"two that cannot be read":         {map[string]string{"TELEGRAM_RATE": "x", "ZALO_DAILY_CAP": "y"}, "\nZALO_DAILY_CAP: must be a number"},
		"a page without its token":        {map[string]string{"FB_PAGE_ID": "1"}, "vticket channel setup facebook"},
		"a page without its app's secret": {
			map[string]string{"FB_PAGE_ID": "1", "FB_PAGE_TOKEN": "s3cret", "FB_VERIFY_TOKEN": "s3cret"},
			"FB_APP_SECRET is needed beside FB_PAGE_ID: it signs every webhook; vticket channel setup facebook",
		},
		"a rate without a bound":       {set: map[string]string{"TELEGRAM_RATE": "0"}},
		"a rate below 0":               {map[string]string{"TELEGRAM_RATE": "-1"}, "TELEGRAM_RATE must be messages a second"},
		"a rate that is no number":     {map[string]string{"TELEGRAM_RATE": "NaN"}, "TELEGRAM_RATE must be"},
		"a rate that never ends":       {map[string]string{"TELEGRAM_RATE": "Inf"}, "TELEGRAM_RATE must be"},
		"a reply that brings money":    {map[string]string{"ZALO_REPLY_COST": "-1"}, "ZALO_REPLY_COST must be 0 or more đồng"},
		"a template that brings money": {map[string]string{"ZALO_TEMPLATE_COST": "-1"}, "ZALO_TEMPLATE_COST must be 0"},
		"a cap below nothing":          {map[string]string{"ZALO_DAILY_CAP": "-1"}, "ZALO_DAILY_CAP must be 0"},
		"another version":              {set: map[string]string{"FB_GRAPH_VERSION": "v9.12"}},
		"a version of another form":    {map[string]string{"FB_GRAPH_VERSION": "25"}, "FB_GRAPH_VERSION must be like v25.0"},
		"one's own machine":            {set: map[string]string{"LISTEN_ADDR": "localhost:80"}},
		"every address":                {set: map[string]string{"LISTEN_ADDR": ":8080"}},
		"an address of IPv6":           {set: map[string]string{"LISTEN_ADDR": "[::1]:8080"}},
		"any free port":                {set: map[string]string{"LISTEN_ADDR": "127.0.0.1:0"}},
		"a port by its name":           {set: map[string]string{"LISTEN_ADDR": ":http"}},
		"a port alone":                 {map[string]string{"LISTEN_ADDR": "8080"}, "LISTEN_ADDR must be like 127.0.0.1:8080"},
		"a port too high":              {map[string]string{"LISTEN_ADDR": "127.0.0.1:99999"}, "LISTEN_ADDR must be"},
		"a port of letters":            {map[string]string{"LISTEN_ADDR": ":abc"}, "LISTEN_ADDR must be"},
		"no port":                      {map[string]string{"LISTEN_ADDR": "127.0.0.1:"}, "LISTEN_ADDR must be"},
		"a map":                        {set: map[string]string{"MAP_TILE_URL": "https://s3cret.vn/{z}/{x}/{y}.png?key=1"}},
		"a map under our own address":  {set: map[string]string{"MAP_TILE_URL": "/tiles/{z}/{x}/{y}.png"}},
		"a map in the open":            {map[string]string{"MAP_TILE_URL": "http://s3cret.vn/{z}/{x}/{y}.png"}, "MAP_TILE_URL must be like https://host/{z}/{x}/{y}.png"},
		"an open map on open pages":    {set: map[string]string{"MAP_TILE_URL": "http://s3cret.vn/{z}/{x}/{y}.png", "PUBLIC_URL": "http://ward.lan"}},
		"an open map on closed pages":  {map[string]string{"MAP_TILE_URL": "http://s3cret.vn/{z}/{x}/{y}.png", "PUBLIC_URL": "https://ward.vn"}, "MAP_TILE_URL must be"},
		"a map of no host":             {map[string]string{"MAP_TILE_URL": "s3cret{z}{x}{y}"}, "MAP_TILE_URL must be"},
		"a map of several hosts":       {map[string]string{"MAP_TILE_URL": "https://{s}.s3cret.vn/{z}/{x}/{y}.png"}, "MAP_TILE_URL must be"},
		"a host without its scheme":    {map[string]string{"MAP_TILE_URL": "//s3cret.vn/{z}/{x}/{y}.png"}, "MAP_TILE_URL must be"},
		"one tile for all":             {map[string]string{"MAP_TILE_URL": "https://s3cret.vn/{z}/{x}.png"}, "MAP_TILE_URL must be"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadConfig(tt.set)
			if tt.says == "" {
				if err != nil {
					t.Errorf("this is to be taken: %v", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the fault is to say %q and not the value: %v", tt.says, err)
			}
		})
	}
}

func sandboxVerifier() map[string]string {
	for _, pair := range sandboxSettings {
		if pair[0] == "ZALO_PKCE_VERIFIER" {
			return map[string]string{pair[0]: pair[1]}
		}
	}
	return map[string]string{"ZALO_PKCE_VERIFIER": "the sandbox has none"}
}

// TestZaloSettingsReachThePlatform sends a text with a choice and a template to a number by the settings.
func TestZaloSettingsReachThePlatform(t *testing.T) {
	for name, tt := range map[string]struct {
		set          map[string]string
		inside, mode string
	}{
		"as usual": {map[string]string{}, "", ""},
		"on trial": {
			map[string]string{"ZALO_BUTTONS": "inside", "ZALO_TEMPLATE_MODE": "development"}, "button", "development",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				asked = append(asked, string(body))
				_, _ = io.WriteString(w, `{"error":0,"data":{"message_id":"m","msg_id":"m"}}`)
			}))
			defer server.Close()
			tt.set["ZALO_OPENAPI_URL"], tt.set["ZALO_BUSINESS_URL"] = server.URL, server.URL
			c, err := loadConfig(tt.set)
			if err != nil {
				t.Fatal(err)
			}
			oa := accountOn(zalo.OAName, c, time.Now, &keptToken{"a"})
			for _, out := range []bots.Outgoing{
				{To: "5", Text: "Xong?", Buttons: []bots.Button{{Title: "Xong", Payload: "done:1"}}},
				{To: "5", Step: bots.StepTemplate, Template: bots.Template{ID: "1", Phone: "0908000318"}},
			} {
				if _, err := oa.Send(t.Context(), out); err != nil {
					t.Fatal(err)
				}
			}
			var text struct {
				Message struct {
					Attachment struct {
						Payload struct {
							Type string `json:"template_type"`
						}
					}
				}
			}
			var template struct{ Mode string }
			if json.Unmarshal([]byte(asked[0]), &text) != nil || text.Message.Attachment.Payload.Type != tt.inside {
				t.Errorf("choices are to be of template type %q: %s", tt.inside, asked[0])
			}
			if json.Unmarshal([]byte(asked[1]), &template) != nil || template.Mode != tt.mode {
				t.Errorf("a template by phone is to be in mode %q: %s", tt.mode, asked[1])
			}
		})
	}
}
