package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is the whole configuration, read once from the environment. Nothing set runs the demo stack: SQLite, an
// embedded Redis and a folder. Each secret NAME may come from the file named by NAME_FILE instead.
type Config struct {
	DatabaseURL string `env:"DATABASE_URL"`
	RedisURL    string `env:"REDIS_URL"`
	ListenAddr  string `env:"LISTEN_ADDR" envDefault:"127.0.0.1:8080"`
	PublicURL   string `env:"PUBLIC_URL"`
	// Proxies are the addresses or networks of our own reverse proxies: what they say of a client is believed.
	Proxies  []string `env:"TRUSTED_PROXIES"`
	DataDir  string   `env:"DATA_DIR" envDefault:"data"`
	LogLevel string   `env:"LOG_LEVEL" envDefault:"info"`

	MapTileURL    string `env:"MAP_TILE_URL"`    // https://host/{z}/{x}/{y}.png; empty: the areas' outlines
	MapTileCredit string `env:"MAP_TILE_CREDIT"` // whose map it is, as its licence asks

	TelegramToken   string `env:"TELEGRAM_BOT_TOKEN"`
	TelegramSecrets string `env:"TELEGRAM_WEBHOOK_SECRET"` // two with a comma between them while one replaces the other
	TelegramURL     string `env:"TELEGRAM_BASE_URL" envDefault:"https://api.telegram.org"`
}

// secrets are the variables that may be given as files and are never shown.
var secretNames = [...]string{"DATABASE_URL", "REDIS_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"}

func loadConfig(environ map[string]string) (Config, error) {
	var faults []error
	for _, name := range secretNames {
		path := environ[name+"_FILE"]
		if path == "" {
			continue
		}
		raw, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			faults = append(faults, fmt.Errorf("read %s_FILE: %w", name, err))
			continue
		}
		environ[name] = strings.TrimSpace(string(raw))
	}
	c, err := env.ParseAsWithOptions[Config](env.Options{Environment: environ})
	if err != nil {
		return c, fmt.Errorf("configuration: %w", errors.Join(append(faults, err)...))
	}
	if faults = append(faults, c.validate()...); len(faults) > 0 {
		return c, fmt.Errorf("configuration: %w", errors.Join(faults...))
	}
	return c, nil
}

// validate reports all faults together; values of secrets stay out of the report.
func (c Config) validate() (faults []error) {
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") &&
		!strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		faults = append(faults, errors.New("DATABASE_URL must begin with postgres://"))
	}
	if (c.DatabaseURL == "") != (c.RedisURL == "") {
		faults = append(faults,
			errors.New("DATABASE_URL and REDIS_URL go together: set both, or none for the embedded stack"))
	}
	faults = append(faults, c.validateTelegram()...)
	for name, address := range map[string]string{"PUBLIC_URL": c.PublicURL, "TELEGRAM_BASE_URL": c.TelegramURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme == "" || u.Host == "") {
			faults = append(faults, fmt.Errorf("%s must be like https://host", name))
		}
	}
	for _, proxy := range c.Proxies {
		_, errNetwork := netip.ParsePrefix(proxy)
		if _, errAddress := netip.ParseAddr(proxy); errNetwork != nil && errAddress != nil {
			faults = append(faults,
				errors.New("TRUSTED_PROXIES must be addresses or networks like 10.0.0.0/8, with commas"))
		}
	}
	if err := new(slog.LevelVar).UnmarshalText([]byte(c.LogLevel)); err != nil {
		faults = append(faults, errors.New("LOG_LEVEL must be debug, info, warn or error"))
	}
	return faults
}

var (
	telegramToken  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	telegramSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`) // what setWebhook takes as secret_token
)

func (c Config) validateTelegram() (faults []error) {
	if c.TelegramToken != "" && !telegramToken.MatchString(c.TelegramToken) {
		faults = append(faults, errors.New("TELEGRAM_BOT_TOKEN must be as BotFather gave it: digits, a colon, letters"))
	}
	if c.TelegramToken != "" && c.PublicURL != "" && c.TelegramSecrets == "" {
		faults = append(faults, errors.New(
			"TELEGRAM_WEBHOOK_SECRET is needed beside PUBLIC_URL: without it anybody could write as anybody"))
	}
	if c.TelegramToken != "" && c.PublicURL != "" && c.TelegramURL == telegramURL && !telegramReaches(c.PublicURL) {
		faults = append(faults, errors.New(
			"PUBLIC_URL must be https on port 443, 80, 88 or 8443: Telegram calls no other webhook"))
	}
	for _, secret := range c.telegramSecrets() {
		if !telegramSecret.MatchString(secret) {
			faults = append(faults, errors.New("TELEGRAM_WEBHOOK_SECRET must be of 1 to 256 letters, digits, _ and -"))
		}
	}
	return faults
}

// telegramURL is Telegram's own Bot API.
const telegramURL = "https://api.telegram.org"

// telegramReaches tells whether Telegram calls a webhook there (Bot API, setWebhook).
func telegramReaches(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port())
}

func (c Config) telegramSecrets() []string {
	if c.TelegramSecrets == "" {
		return nil
	}
	return strings.Split(c.TelegramSecrets, ",")
}

func (c Config) logger() *slog.Logger {
	var level slog.LevelVar
	_ = level.UnmarshalText([]byte(c.LogLevel)) // validated
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: &level}))
}

func environ() map[string]string {
	all := map[string]string{}
	for _, line := range os.Environ() {
		name, value, _ := strings.Cut(line, "=")
		all[name] = value
	}
	return all
}
