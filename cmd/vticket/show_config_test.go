package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigShowsSourcesAndNoSecrets(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("1:s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := command(t, stackEnv{
		"DATA_DIR=here", "TELEGRAM_BOT_TOKEN_FILE=" + file, "LOG_LEVEL=", "TELEGRAM_BASE_URL=https://u:s3cret@bots.vn",
	}, "", "config")
	var got []string
	for line := range strings.Lines(out) {
		switch name, _, _ := strings.Cut(line, "="); name {
		case "DATA_DIR", "TELEGRAM_BOT_TOKEN", "LOG_LEVEL", "TELEGRAM_BASE_URL", "DATABASE_URL":
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{
		"DATABASE_URL=(not set)  # default", "DATA_DIR=here  # environment", "LOG_LEVEL=info  # default",
		"TELEGRAM_BOT_TOKEN=(set)  # file", "TELEGRAM_BASE_URL=https://u:xxxxx@bots.vn  # environment",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the settings (-want +got):\n%s", diff)
	}
	if strings.Contains(out, "s3cret") {
		t.Errorf("a secret is shown:\n%s", out)
	}

	out, err := attempt(t, stackEnv{"LOG_LEVEL=loud", "PUBLIC_URL=here", "REDIS_URL_FILE=/nowhere"}, "", "config")
	if err == nil {
		t.Error("faults do not make it fail")
	}
	for _, fault := range []string{"LOG_LEVEL=loud  # environment", "LOG_LEVEL must be", "PUBLIC_URL must be", "read REDIS_URL_FILE"} {
		if !strings.Contains(out, fault) {
			t.Errorf("%q is not said:\n%s", fault, out)
		}
	}
}

// TestAddressesOfServicesAreChecked: what the drivers say of an address that they cannot read names no variable.
func TestAddressesOfServicesAreChecked(t *testing.T) {
	t.Parallel()
	const database, redis = "postgres://u:p@h/db", "redis://:p@h/0"
	for name, tt := range map[string]struct {
		database, redis string
		says            string // empty: they are taken
	}{
		"both":                     {database, redis, ""},
		"passwords encoded":        {"postgres://u:100%25@h/db", "redis://:100%25@h/0", ""},
		"a socket":                 {"postgres:///db?host=/var/run/postgresql", "redis-socket:///run/redis.sock", ""},
		"a stray % for PostgreSQL": {"postgres://u:s3cret%@h/db", redis, "DATABASE_URL is no address: special characters in the password"},
		"a stray # for PostgreSQL": {"postgres://u:s3cret#@h/db", redis, "DATABASE_URL is no address"},
		"a # among digits":         {"postgres://u:12#s3cret@h/db", redis, "# as %23"},
		"a ? among digits":         {database, "redis://:12?s3cret@h/0", "REDIS_URL is no address"},
		"another database":         {"mysql://u:s3cret@h/db", redis, "DATABASE_URL must begin with postgres://"},
		"another cache":            {database, "https://:s3cret@h/0", "REDIS_URL must begin with redis://"},
		"a stray % for Redis":      {database, "redis://:s3cret%@h/0", "REDIS_URL is no address: special characters in the password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := loadConfig(map[string]string{"DATABASE_URL": tt.database, "REDIS_URL": tt.redis})
			if tt.says == "" {
				if err != nil {
					t.Errorf("these are to be taken: %v", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the fault is to say %q and not the value: %v", tt.says, err)
			}
		})
	}
}

// TestSettingsFromFiles: a file that gives nothing, or something else than the variable, is not to be guessed about.
func TestSettingsFromFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c, err := loadConfig(map[string]string{"PUBLIC_URL_FILE": file("url", "https://1022.example.vn\n")})
	if err != nil || c.PublicURL != "https://1022.example.vn" {
		t.Errorf("any setting may come from a file: %q, %v", c.PublicURL, err)
	}
	for says, given := range map[string]map[string]string{
		"TELEGRAM_BOT_TOKEN_FILE: the file": {"TELEGRAM_BOT_TOKEN_FILE": file("empty", " \n")},
		"SECRETS_KEY and SECRETS_KEY_FILE say different things": {
			"SECRETS_KEY": "s3cret", "SECRETS_KEY_FILE": file("key", "another"),
		},
	} {
		if _, err := loadConfig(given); err == nil || !strings.Contains(err.Error(), says) ||
			strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the fault is to say %q and not the value: %v", says, err)
		}
	}
}

// TestProxiesAreNotEverybody: whoever is a trusted proxy names the address that limits count.
func TestProxiesAreNotEverybody(t *testing.T) {
	t.Parallel()
	for given, taken := range map[string]bool{"10.0.0.0/8,127.0.0.1": true, "0.0.0.0/0": false, "10.0.0.1,::/0": false} {
		if _, err := loadConfig(map[string]string{"TRUSTED_PROXIES": given}); (err == nil) != taken {
			t.Errorf("TRUSTED_PROXIES=%s is to be taken: %t, got %v", given, taken, err)
		}
	}
}

// TestUnreadSettings: a variable that is misspelt looks like a channel that nobody has set up.
func TestUnreadSettings(t *testing.T) {
	t.Parallel()
	for given, meant := range map[string]string{ // "-": it is not ours to speak of
		"TELEGRAM_BOT_TOKN":       "TELEGRAM_BOT_TOKEN",
		"TELEGRAM_TOKEN":          "TELEGRAM_BOT_TOKEN",
		"FACEBOOK_PAGE_ID":        "FB_PAGE_ID",
		"VTICKET_LISTEN_ADDR":     "LISTEN_ADDR",
		"ZALO_APP_SECRETS_FILE":   "ZALO_APP_SECRET_FILE",
		"DATABASE_URI":            "DATABASE_URL",
		"LISTEN_ADDRESS":          "LISTEN_ADDR",
		"Telegram_Bot_Token":      "TELEGRAM_BOT_TOKEN",
		"TELEGRAM_BOT_TOKEN":      "-",
		"TELEGRAM_BOT_TOKEN_FILE": "-",
		"ZALO_OA_ID_FILE":         "-",
		"LOG_LEVEL":               "-",
		"REDIS_PORT":              "-",
		"LOGNAME":                 "-",
		"HOME":                    "-",
	} {
		got := unreadSettings(map[string]string{given: "x"})
		if want := map[string]string{given: meant}; meant != "-" && !maps.Equal(got, want) {
			t.Errorf("%s is to be told of, as %s: %v", given, meant, got)
		} else if meant == "-" && len(got) > 0 {
			t.Errorf("%s is to be left alone: %v", given, got)
		}
	}
}
