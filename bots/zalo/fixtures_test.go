package zalo_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.expected.json")
	if err != nil || len(files) != 19 {
		t.Fatalf("19 recorded payloads are to be there, found %d (%v)", len(files), err)
	}
	oa, bot := zalo.NewOA(zalo.OAConfig{Now: now}), zalo.NewBot(zalo.BotConfig{Now: now})
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".expected.json")
		t.Run(name, func(t *testing.T) {
			var want struct {
				Events []map[string]any `json:"events"`
			}
			read(t, file, &want)
			var adapter bots.Adapter = oa
			if strings.HasPrefix(name, "zalo_bot") {
				adapter = bot
			}
			events, err := adapter.Parse(recorded(t, name))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(events)
			if err != nil {
				t.Fatal(err)
			}
			var got []map[string]any
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(instants(want.Events), instants(got)); diff != "" {
				t.Errorf("the canonical events differ (-want +got):\n%s", diff)
			}
			if events[0].Message == nil && events[0].Dedupe == "" {
				t.Error("an event without an id needs something to be known by")
			}
		})
	}
}

// instants writes all timestamps alike: RFC 3339 allows ".000" and its absence.
func instants(events []map[string]any) []map[string]any {
	for _, e := range events {
		if text, ok := e["timestamp"].(string); ok {
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				e["timestamp"] = err.Error()
				continue
			}
			e["timestamp"] = at.UTC().Format(time.RFC3339Nano)
		}
	}
	return events
}

func TestSignatureVectors(t *testing.T) {
	var file struct {
		Vectors []struct {
			Name, Header, Value string
			Body                string `json:"body_file"`
			Sum                 string `json:"body_sha256"`
			App                 string `json:"app_id"`
			Secret              string `json:"oa_secret_key"`
			Valid               bool
		}
	}
	read(t, "testdata/signatures.json", &file)
	if len(file.Vectors) != 25 {
		t.Fatalf("25 vectors are to be there, found %d", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			body := recorded(t, strings.TrimSuffix(v.Body, ".json"))
			if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != v.Sum {
				t.Fatal("the recorded body was changed")
			}
			header := http.Header{}
			header.Set(v.Header, v.Value)
			verify := func(app string, secrets ...string) error {
				return zalo.NewOA(zalo.OAConfig{AppID: app, Secrets: secrets, Now: now}).Verify(header, body)
			}
			if err := verify(v.App, v.Secret); (err == nil) != v.Valid {
				t.Errorf("valid is to be %t, got %v", v.Valid, err)
			}
			if err := verify(v.App, "", "another", v.Secret); (err == nil) != v.Valid {
				t.Errorf("the last of several secrets counts too: %v", err)
			}
			for name, err := range map[string]error{
				"without an app id": verify("", v.Secret), "without a secret": verify(v.App),
				"with an empty secret": verify(v.App, ""), "with another secret": verify(v.App, "another"),
				"with another app": verify("1", v.Secret),
			} {
				if err == nil {
					t.Errorf("%s nothing is to be taken", name)
				}
			}
		})
	}
}

func recorded(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	return raw
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
