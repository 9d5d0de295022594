package facebook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
)

func now() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func adapter(secrets ...string) *facebook.Adapter {
	return facebook.New(facebook.Config{Secrets: secrets, Now: now})
}

func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.expected.json")
	if err != nil || len(files) != 20 {
		t.Fatalf("20 recorded payloads are to be there, found %d (%v)", len(files), err)
	}
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
			var got []map[string]any
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			if len(got) == 0 {
				got = []map[string]any{}
			}
			if diff := cmp.Diff(instants(t, want.Events), instants(t, got)); diff != "" {
				t.Errorf("the canonical events differ (-want +got):\n%s", diff)
			}
		})
	}
}

// instants puts instants in the place of their text: a fixture writes its zero milliseconds out.
func instants(t *testing.T, events []map[string]any) []map[string]any {
	t.Helper()
	for _, e := range events {
		if text, ok := e["timestamp"].(string); ok {
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				t.Fatal(err)
			}
			e["timestamp"] = at
		}
	}
	return events
}

// vectors are recorded signatures, of bodies that must not be changed.
type vectors struct {
	Vectors []struct {
		Name    string `json:"name"`
		File    string `json:"body_file"`
		SHA256  string `json:"body_sha256"`
		Secret  string `json:"app_secret"`
		Header  string `json:"header"`
		Value   string `json:"value"`
		IsValid bool   `json:"valid"`
	} `json:"vectors"`
	Get struct {
		Query  string `json:"query"`
		Token  string `json:"verify_token"`
		Answer string `json:"expect_body"`
	} `json:"verify_get"`
	Proof struct {
		Token  string `json:"access_token"`
		Secret string `json:"app_secret"`
		Proof  string `json:"proof"`
	} `json:"appsecret_proof"`
}

func TestVerifyRecordedSignatures(t *testing.T) {
	var recorded vectors
	read(t, "testdata/signatures.json", &recorded)
	if len(recorded.Vectors) != 25 {
		t.Fatalf("25 signatures were recorded, found %d", len(recorded.Vectors))
	}
	for _, v := range recorded.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			body, err := os.ReadFile("testdata/" + v.File)
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != v.SHA256 {
				t.Fatal("the body was changed")
			}
			header := http.Header{v.Header: {v.Value}, "X-Hub-Signature": {"sha1=" + strings.Repeat("0", 40)}}
			for name, secrets := range map[string][]string{"alone": {v.Secret}, "during a rotation": {"new", "", v.Secret}} {
				if err := adapter(secrets...).Verify(header, body); (err == nil) != v.IsValid {
					t.Errorf("with its secret %s, taken is to be %t: %v", name, v.IsValid, err)
				}
			}
			if adapter("another").Verify(header, body) == nil || adapter("").Verify(header, body) == nil {
				t.Error("taken without its secret")
			}
		})
	}
}

// Where no secret is set nothing is taken, not even what is signed with none.
func TestVerifyWithoutASecret(t *testing.T) {
	h := hmac.New(sha256.New, nil)
	_, _ = h.Write([]byte("{}"))
	header := http.Header{"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(h.Sum(nil))}}
	if adapter("").Verify(header, []byte("{}")) == nil || adapter().Verify(header, []byte("{}")) == nil {
		t.Error("it was taken")
	}
}

func TestChallenge(t *testing.T) {
	var recorded vectors
	read(t, "testdata/signatures.json", &recorded)
	good := recorded.Get.Query
	for name, tt := range map[string]struct {
		token, query, answer string
		ok                   bool
	}{
		"the recorded question":     {recorded.Get.Token, good, recorded.Get.Answer, true},
		"another token":             {"another", good, "", false},
		"no token configured":       {"", strings.Replace(good, recorded.Get.Token, "", 1), "", false},
		"another mode":              {recorded.Get.Token, strings.Replace(good, "subscribe", "unsubscribe", 1), "", false},
		"nothing":                   {recorded.Get.Token, "", "", false},
		"an answer that is no word": {"v", "hub.mode=subscribe&hub.verify_token=v&hub.challenge=%3Cb%3E+1", "<b> 1", true},
	} {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			var page bots.Challenger = facebook.New(facebook.Config{VerifyToken: tt.token, Now: now})
			if answer, ok := page.Challenge(query); answer != tt.answer || ok != tt.ok {
				t.Errorf("%q and %t, not %q and %t", answer, ok, tt.answer, tt.ok)
			}
		})
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
