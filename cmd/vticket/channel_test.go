package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/telegram"
)

// inside runs a command in this process: its environment is only what is given.
func inside(t *testing.T, env map[string]string, stdin []byte, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		for _, prefix := range []string{"ZALO_", "TELEGRAM_", "FB_", "SECRETS_", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL"} {
			if strings.HasPrefix(name, prefix) {
				t.Setenv(name, "")
			}
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var out, errs bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(bytes.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	err = root.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

func testdata(t *testing.T, path string, into any) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../bots", path))
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	return raw
}

func TestChannelVerifyAllVectors(t *testing.T) {
	for channel, count := range map[string]int{"zalo": 25, "facebook": 25} {
		var recorded struct {
			Vectors []struct {
				Name, Header, Value string
				File                string `json:"body_file"`
				App                 string `json:"app_id"`
				OASecret            string `json:"oa_secret_key"`
				AppSecret           string `json:"app_secret"`
				Valid               bool
			}
		}
		testdata(t, channel+"/testdata/signatures.json", &recorded)
		if len(recorded.Vectors) != count {
			t.Fatalf("%s: %d vectors are to be there, found %d", channel, count, len(recorded.Vectors))
		}
		for _, v := range recorded.Vectors {
			body := testdata(t, channel+"/testdata/"+v.File, nil)
			environments := []map[string]string{{"FB_APP_SECRET": v.AppSecret}}
			if channel == "zalo" {
				environments = []map[string]string{
					{"ZALO_APP_ID": v.App, "ZALO_OA_SECRET_KEY": v.OASecret},
					{"ZALO_APP_ID": v.App, "ZALO_OA_SECRET_KEY": "", "ZALO_APP_SECRET": v.OASecret},
				}
			}
			for _, env := range environments {
				t.Run(channel+" "+v.Name, func(t *testing.T) {
					out, _, err := inside(t, env, body, "channel", "verify", channel, "--header", v.Header+": "+v.Value)
					want := map[bool]string{true: "{\"valid\":true}\n", false: "{\"valid\":false}\n"}[v.Valid]
					if err != nil || out != want {
						t.Errorf("want %q, got %q and %v", want, out, err)
					}
				})
			}
		}
	}
}

func TestChannelVerify(t *testing.T) {
	var vector struct{ Header, Value string }
	testdata(t, "telegram/testdata/signatures.json", &vector)
	secret := map[string]string{"TELEGRAM_WEBHOOK_SECRET": vector.Value, "ZALO_BOT_SECRET": vector.Value}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(vector.Value+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const bot = "X-Bot-Api-Secret-Token: "
	for name, tt := range map[string]struct {
		env   map[string]string
		args  []string
		body  string
		valid bool
		fails string
	}{
		"telegram":                          {env: secret, args: []string{"telegram", "--header", vector.Header + ": " + vector.Value}, valid: true},
		"a header in small letters":         {env: secret, args: []string{"telegram", "--header", strings.ToLower(vector.Header) + ":" + vector.Value}, valid: true},
		"among other headers":               {env: secret, args: []string{"telegram", "--header", "Accept: a, b", "--header", vector.Header + ": " + vector.Value}, valid: true},
		"a secret from a file":              {env: map[string]string{"TELEGRAM_WEBHOOK_SECRET_FILE": file}, args: []string{"telegram", "--header", vector.Header + ": " + vector.Value}, valid: true},
		"another secret":                    {env: secret, args: []string{"telegram", "--header", vector.Header + ": another"}},
		"no header":                         {env: secret, args: []string{"telegram"}},
		"zalo_bot":                          {env: secret, args: []string{"zalo_bot", "--header", bot + vector.Value}, valid: true},
		"zalo-bot":                          {env: secret, args: []string{"zalo-bot", "--header", bot + vector.Value}, valid: true},
		"zalo-bot, another secret":          {env: secret, args: []string{"zalo-bot", "--header", bot + "another"}},
		"nothing set":                       {args: []string{"telegram", "--header", vector.Header + ": "}},
		"other settings that are wrong":     {env: map[string]string{"ZALO_BOT_SECRET": vector.Value, "LOG_LEVEL": "loud", "ZALO_REPLY_COST": "x", "SECRETS_KEY_FILE": "/nowhere", "ZALO_OA_ID": "1"}, args: []string{"zalo-bot", "--header", bot + vector.Value}, valid: true},
		"the largest body":                  {env: secret, args: []string{"telegram", "--header", vector.Header + ": " + vector.Value}, body: strings.Repeat(" ", maxBody), valid: true},
		"a body too large":                  {env: secret, args: []string{"telegram"}, body: strings.Repeat(" ", maxBody+1), fails: "larger than"},
		"a channel that is none":            {args: []string{"viber"}, fails: "there is no channel"},
		"a header that is none":             {args: []string{"telegram", "--header", "no colon"}, fails: "--header must be like"},
		"a header's name that is none":      {args: []string{"telegram", "--header", "a b: c"}, fails: "--header must be like"},
		"no channel":                        {fails: "accepts 1 arg"},
		"a file of a secret that is lost":   {env: map[string]string{"FB_APP_SECRET_FILE": "/nowhere"}, args: []string{"facebook"}, fails: "read FB_APP_SECRET_FILE"},
		"a file that another channel lacks": {env: map[string]string{"ZALO_APP_SECRET_FILE": "/nowhere"}, args: []string{"facebook"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := inside(t, tt.env, []byte(tt.body), append([]string{"channel", "verify"}, tt.args...)...)
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) || out != "" {
					t.Errorf("want an error like %q and no answer, got %v and %q", tt.fails, err, out)
				}
				return
			}
			if want := map[bool]string{true: "{\"valid\":true}\n", false: "{\"valid\":false}\n"}[tt.valid]; err != nil || out != want {
				t.Errorf("want %q, got %q and %v", want, out, err)
			}
		})
	}
	_, said, err := inside(t, nil, nil, "channel", "verify", "facebook")
	if err != nil || !strings.Contains(said, "FB_APP_SECRET is not set") {
		t.Errorf("whoever has set nothing is to hear it: %q, %v", said, err)
	}
}

func TestChannelParseAllFixtures(t *testing.T) {
	found := 0
	for _, folder := range []string{"telegram", "zalo", "facebook"} {
		files, err := filepath.Glob("../../bots/" + folder + "/testdata/*.expected.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".expected.json")
			channels := []string{folder}
			if strings.HasPrefix(name, "zalo_bot") {
				channels = []string{"zalo_bot", "zalo-bot"}
			}
			for _, channel := range channels {
				found++
				t.Run(channel+" "+name, func(t *testing.T) {
					var want struct{ Events []map[string]any }
					testdata(t, folder+"/testdata/"+name+".expected.json", &want)
					out, _, err := inside(t, nil, testdata(t, folder+"/testdata/"+name+".json", nil), "channel", "parse", channel)
					if err != nil {
						t.Fatal(err)
					}
					got := []map[string]any{}
					for line := range strings.Lines(out) {
						var e map[string]any
						if err := json.Unmarshal([]byte(line), &e); err != nil {
							t.Fatal(err)
						}
						got = append(got, e)
					}
					if diff := cmp.Diff(atInstants(t, want.Events), atInstants(t, got)); diff != "" {
						t.Errorf("the canonical events differ (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
	if found != 60 {
		t.Errorf("59 recorded payloads are to be there, of which one under two names; %d were parsed", found)
	}
	for _, args := range [][]string{{"viber"}, {telegram.Name}} {
		if out, _, err := inside(t, nil, []byte("{"), append([]string{"channel", "parse"}, args...)...); err == nil || out != "" {
			t.Errorf("parse %v of what is no JSON is to fail: %q", args, out)
		}
	}
}

// atInstants puts instants in the place of their text: a fixture writes its zero milliseconds out.
func atInstants(t *testing.T, events []map[string]any) []map[string]any {
	t.Helper()
	for _, e := range events {
		if text, ok := e["timestamp"].(string); ok {
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				t.Fatal(err)
			}
			e["timestamp"] = at.UTC()
		}
	}
	return events
}
