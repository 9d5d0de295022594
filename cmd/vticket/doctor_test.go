package main

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// examined runs the doctor, and returns what it found and whether it failed.
func examined(t *testing.T, env stackEnv, args ...string) (found []finding, failed bool) {
	t.Helper()
	out, err := attempt(t, env, "", append([]string{"doctor", "--json"}, args...)...)
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "{") {
			continue // why it failed, on the standard error
		}
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if f.Level != levelOK && f.Do == "" {
			t.Errorf("nobody is told what to do: %s", line)
		}
		found = append(found, f)
	}
	for _, secret := range []string{"s3cret", botToken, "test-token"} {
		if strings.Contains(out, secret) {
			t.Errorf("a secret is told:\n%s", out)
		}
	}
	return found, err != nil
}

// expectFinding looks for one line.
func expectFinding(t *testing.T, found []finding, l level, check, what string) {
	t.Helper()
	if !slices.ContainsFunc(found, func(f finding) bool {
		return f.Level == l && f.Check == check && strings.Contains(f.What, what)
	}) {
		t.Errorf("no line says %s %s: %s\n%+v", l, check, what, found)
	}
}

func TestDoctorOnTheEmbeddedStack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := stackEnv{"DATA_DIR=" + folder, "TELEGRAM_BOT_TOKN=s3cret"}
	found, failed := examined(t, env)
	expectFinding(t, found, levelWarn, checkConfig, "TELEGRAM_BOT_TOKN is read by no setting")
	expectFinding(t, found, levelWarn, "database", "is not there yet")
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 || failed {
		t.Errorf("a look before the first start: failed %t, and left %v, %v", failed, entries, err)
	}

	p := start(t, binary, env)
	found, failed = examined(t, append(env, "LISTEN_ADDR="+strings.TrimPrefix(p.base, "http://")), "--only", "ready")
	expectFinding(t, found, levelOK, checkReady, "answers")
	if failed || len(found) != 1 {
		t.Errorf("one check was asked for: %+v", found)
	}
	found, _ = examined(t, env, "--only", checkConfig)
	expectFinding(t, found, levelOK, checkConfig, "nothing contradicts")
	if slices.ContainsFunc(found, func(f finding) bool { return f.Check != checkConfig }) {
		t.Errorf("only the configuration was asked for: %+v", found)
	}
	p.stop()
	found, failed = examined(t, env)
	if failed {
		t.Errorf("it is healthy: %+v", found)
	}
	for check, what := range map[string]string{
		"database": "every migration is applied", "redis": "for trying only", "photos": "can be written",
		"work": "nothing is stuck", "staff": "1 can sign in", "telegram": "no Telegram",
		"zalo": "no Zalo", "zalo_bot": "no Zalo Bot", "facebook": "no Facebook",
		"geocoder": "GEOCODER_URL is empty",
	} {
		expectFinding(t, found, levelOK, check, what)
	}
	for check, what := range map[string]string{
		"areas": "approximate", "departments": "nobody who signs in", "staff": "nobody of the hotline",
		"public": "PUBLIC_URL is empty",
	} {
		expectFinding(t, found, levelWarn, check, what)
	}
}

func TestDoctorSeesWhatIsWrongInTheCity(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := stackEnv{"DATA_DIR=" + folder}
	command(t, env, "mật khẩu dài", "admin", "create", "--email", "s3cret@b.vn", "--role", "hotline", "--password-stdin")
	db, err := store.Open("sqlite:"+filepath.Join(folder, "vticket.db"), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	err = db.Tx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveStaff([]models.Staff{{Email: "s3cret@c.vn", Role: models.RoleAdmin, PasswordOnceUntil: &yesterday}})
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	found, failed := examined(t, env, "--only", "departments,staff")
	expectFinding(t, found, levelFail, "departments", "the hotline is missing")
	expectFinding(t, found, levelWarn, "departments", "nobody answers for ")
	expectFinding(t, found, levelFail, "staff", "no admin")
	expectFinding(t, found, levelWarn, "staff", "1 have a one-time password that has expired")
	if !failed {
		t.Error("nobody can act, and it does not fail")
	}
}

func TestDoctorOnPostgresAndRedis(t *testing.T) {
	t.Parallel()
	env, _, _ := externalStack(t, 7)
	found, _ := examined(t, env, "--only", "database,redis,areas,departments,work")
	expectFinding(t, found, levelOK, "database", "PostgreSQL ")
	expectFinding(t, found, levelOK, "database", "every migration is applied")
	expectFinding(t, found, levelOK, "database", "from this machine's")
	expectFinding(t, found, levelOK, "redis", "it keeps what it was told")
	expectFinding(t, found, levelOK, "work", "nothing is stuck")
	expectFinding(t, found, levelWarn, "areas", "approximate")

	bare := append(slices.Clone(env), "DATABASE_URL="+modelstest.PostgresDSN(t))
	found, failed := examined(t, bare, "--only", "database,work")
	expectFinding(t, found, levelFail, "database", "migrations are missing, from 20261122060000_skeleton on")
	expectFinding(t, found, levelFail, "work", "not looked at")
	if !failed {
		t.Error("an empty database does not make it fail")
	}

	forgets := append(slices.Clone(env), "REDIS_URL="+forgetfulRedis(t))
	found, failed = examined(t, forgets, "--only", "redis")
	expectFinding(t, found, levelFail, "redis", "appendonly must be yes, it is no")
	if !failed {
		t.Error("a Redis that forgets does not make it fail")
	}

	silent := append(slices.Clone(env), "DATABASE_URL=postgres://u:s3cret@127.0.0.1:1/db", "REDIS_URL=redis://:s3cret@127.0.0.1:1/0")
	found, _ = examined(t, silent, "--only", "database,redis")
	expectFinding(t, found, levelFail, "database", "refused")
	expectFinding(t, found, levelFail, "redis", "refused")
}

// forgetfulRedis is a server of our own on a socket that keeps nothing.
func forgetfulRedis(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "doctor") //nolint:usetesting // a socket path has 108 bytes, t.TempDir may have more
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	server := exec.Command("redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "",
		"--appendonly", "no")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_ = os.RemoveAll(folder)
	})
	eventually(t, 10*time.Second, "redis-server listens", func() bool {
		_, err := os.Stat(socket)
		return err == nil
	})
	return (&url.URL{Scheme: "redis-socket", Path: socket}).String()
}

func TestDoctorAsksTheWorldOutside(t *testing.T) {
	t.Parallel()
	bot := sandbox.NewTelegram(botToken, sandbox.Options{Now: time.Now})
	api := httptest.NewServer(bot)
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	untrusted := httptest.NewUnstartedServer(answer)
	untrusted.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	untrusted.StartTLS()
	up := httptest.NewServer(answer)
	down := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(func() {
		api.Close()
		bot.Close()
		untrusted.Close()
		up.Close()
		down.Close()
	})
	maps := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/search" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(maps.Close)
	telegram := stackEnv{"TELEGRAM_BASE_URL=" + api.URL, "TELEGRAM_BOT_TOKEN=" + botToken, "TELEGRAM_WEBHOOK_SECRET=s3cret"}
	for name, tt := range map[string]struct {
		env   stackEnv
		level level
		check string
		what  string
	}{
		"a token that is taken":       {telegram, levelOK, "telegram", "we are @a_bot"},
		"a token that is refused":     {append(slices.Clone(telegram), "TELEGRAM_BOT_TOKEN=1:test-token"), levelFail, "telegram", "the token is refused"},
		"a platform out of reach":     {append(slices.Clone(telegram), "TELEGRAM_BASE_URL=http://127.0.0.1:1"), levelFail, "telegram", "refused"},
		"a webhook that is lost":      {append(slices.Clone(telegram), "PUBLIC_URL="+up.URL), levelFail, "telegram", "the webhook is nowhere"},
		"an address in the open":      {stackEnv{"PUBLIC_URL=" + up.URL}, levelWarn, "public", "not https"},
		"an address of somebody else": {stackEnv{"PUBLIC_URL=" + down.URL}, levelFail, "public", "404 Not Found"},
		"a certificate of nobody":     {stackEnv{"PUBLIC_URL=" + untrusted.URL}, levelFail, "public", "from nobody that this machine trusts"},
		"two faults of configuration": {stackEnv{"LOG_LEVEL=loud", "REDIS_URL=redis://s3cret"}, levelFail, checkConfig, "go together"},
		"a geocoder":                  {stackEnv{"GEOCODER_URL=" + maps.URL}, levelOK, "geocoder", "it answers"},
		"a geocoder that is none":     {stackEnv{"GEOCODER_URL=" + maps.URL + "/map"}, levelWarn, "geocoder", "answers 404"},
		"a geocoder out of reach":     {stackEnv{"GEOCODER_URL=http://127.0.0.1:1"}, levelWarn, "geocoder", "refused"},
		"an address of no geocoder":   {stackEnv{"GEOCODER_URL=ftp://map.vn"}, levelFail, checkConfig, "GEOCODER_URL must be"},
		"a level that is none":        {stackEnv{"LOG_LEVEL=loud"}, levelFail, checkConfig, "LOG_LEVEL must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, failed := examined(t, append(embeddedStack(t), tt.env...), "--only", "public,telegram,geocoder")
			expectFinding(t, found, tt.level, tt.check, tt.what)
			if tt.level == levelFail && !failed {
				t.Error("it does not fail")
			}
		})
	}
}
