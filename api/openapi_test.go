package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/locales"
)

// TestEveryProblemIsNamed: programs decide by the code, so openapi.json has all that there are, with their words.
func TestEveryProblemIsNamed(t *testing.T) {
	texts, err := os.ReadFile("../locales/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, key := range regexp.MustCompile(`(?m)^problem_(\w+) =`).FindAllStringSubmatch(string(texts), -1) {
		want = append(want, key[1])
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, web.Codes()); diff != "" {
		t.Errorf("the codes are those that have words, by name (-words +codes):\n%s", diff)
	}
	d := openDoorSQLite(t)
	_, _, body := d.do(ask{method: http.MethodGet, path: "/api/v1/openapi.json"})
	var doc struct {
		Info       struct{ Description string }
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
		}
		Paths map[string]map[string]struct {
			Parameters []struct{ Name string }
			Responses  map[string]struct{ Headers map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, doc.Components.Schemas["Problem"].Properties["code"].Enum); diff != "" {
		t.Errorf("the document names all codes (-words +document):\n%s", diff)
	}
	if !strings.Contains(doc.Info.Description, locales.Message(locales.English, "problem_stale_version", nil)) {
		t.Error("the document has the codes in words")
	}
	for _, path := range []string{"/auth/login", "/chat/sessions", "/chat/messages"} {
		if doc.Paths[path]["post"].Responses["429"].Headers["Retry-After"] == nil {
			t.Errorf("%s tells of 429 and its Retry-After", path)
		}
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			for _, p := range op.Parameters {
				if p.Name == "Authorization" || p.Name == "vticket_chat" {
					t.Errorf("%s %s: %s is no parameter, the security scheme tells of it", method, path, p.Name)
				}
			}
		}
	}
}

// TestSigninIsRefusedInTheAskersLanguage as everything else is.
func TestSigninIsRefusedInTheAskersLanguage(t *testing.T) {
	d := openDoorSQLite(t)
	_, _, body := d.do(ask{
		method: http.MethodPost, path: "/api/v1/auth/login", language: "en", body: `{"email":"a@b.vn","password":"x"}`,
	})
	if want := locales.Message(locales.English, "problem_login_refused", nil); !strings.Contains(body, want) {
		t.Errorf("who asks in English is told %q: %s", want, body)
	}
}

// TestMessagesAfterOneThatIsNone: whoever asks from what was never listed would wait for ever.
func TestMessagesAfterOneThatIsNone(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		token := d.resident()
		_, _, body := d.do(ask{method: http.MethodPost, path: chatPath, token: token, body: `{"client_id":"1","text":"ổ gà"}`})
		var accepted struct{ ID string }
		if err := json.Unmarshal([]byte(body), &accepted); err != nil {
			t.Fatal(err)
		}
		talk := &dialogue.Talk{Store: d.store, Desk: d.desk, Log: slog.New(slog.DiscardHandler)}
		if err := talk.Converse(t.Context(), d.kept(token)[0].ID); err != nil {
			t.Fatal(err)
		}
		d.refused(t, ask{method: http.MethodGet, path: chatPath + "?after=" + accepted.ID, token: token},
			refusal{Status: 422, Code: "invalid", Field: "after"})
	})
}
