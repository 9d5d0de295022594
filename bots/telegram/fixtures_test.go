package telegram_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/telegram"
)

func adapter(secrets ...string) *telegram.Adapter {
	return telegram.New(telegram.Config{
		Secrets: secrets, Now: func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) },
	})
}

func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.expected.json")
	own, errOwn := filepath.Glob("testdata/own/*.expected.json") // written by us, for what nobody recorded
	if err := errors.Join(err, errOwn); err != nil || len(files) != 20 || len(own) != 3 {
		t.Fatalf("20 recorded payloads and 3 of ours are to be there, found %d and %d (%v)", len(files), len(own), err)
	}
	files = append(files, own...)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".expected.json"), func(t *testing.T) {
			var want struct {
				Events []map[string]any `json:"events"`
			}
			read(t, file, &want)
			body, err := os.ReadFile(strings.Replace(file, ".expected", "", 1))
			if err != nil {
				t.Fatal(err)
			}
			events, err := adapter().Parse(body)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(events)
			if err != nil {
				t.Fatal(err)
			}
			got := []map[string]any{}
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			if len(got) == 0 {
				got = []map[string]any{}
			}
			if diff := cmp.Diff(want.Events, got); diff != "" {
				t.Errorf("the canonical events differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	var vector struct{ Header, Value string }
	read(t, "testdata/signatures.json", &vector)
	for name, tt := range map[string]struct {
		secrets []string
		sent    string
		ok      bool
	}{
		"the secret":                       {[]string{vector.Value}, vector.Value, true},
		"the second secret of a rotation":  {[]string{"new", vector.Value}, vector.Value, true},
		"another secret":                   {[]string{vector.Value}, vector.Value + "x", false},
		"no header":                        {[]string{vector.Value}, "", false},
		"nothing configured":               {nil, vector.Value, false},
		"an empty secret accepts nothing":  {[]string{""}, "", false},
		"the beginning of the secret only": {[]string{vector.Value}, vector.Value[:5], false},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if tt.sent != "" {
				header.Set(vector.Header, tt.sent)
			}
			if err := adapter(tt.secrets...).Verify(header, nil); (err == nil) != tt.ok {
				t.Errorf("accepted is to be %t, got %v", tt.ok, err)
			}
		})
	}
}

func TestParseSurvivesOddities(t *testing.T) {
	for name, body := range map[string]string{
		"a command whose entity lies about its length": `{"update_id":1,"message":{"message_id":1,"from":{"id":5},` +
			`"chat":{"id":5,"type":"private"},"date":1626555400,"text":"/start","entities":[{"type":"bot_command","offset":0,"length":9999}]}}`,
		"a message without a chat":  `{"update_id":1,"message":{"message_id":1,"from":{"id":5},"date":1626555400,"text":"a"}}`,
		"a callback without sender": `{"update_id":1,"callback_query":{"id":"1","data":"x"}}`,
		"a bot":                     `{"update_id":1,"message":{"message_id":1,"from":{"id":5,"is_bot":true},"chat":{"id":5,"type":"private"},"text":"a"}}`,
		"a date before Telegram":    `{"update_id":1,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},"date":1,"text":"a"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			events, err := adapter().Parse([]byte(body))
			if err != nil {
				t.Fatalf("an odd update is no error: %v", err)
			}
			for _, e := range events {
				if e.At != nil && e.At.Year() < 2010 {
					t.Errorf("an impossible date is to be left out, got %v", e.At)
				}
			}
		})
	}
	if _, err := adapter().Parse([]byte("{")); err == nil {
		t.Error("a body that is no JSON is to be an error")
	}
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}
