package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
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
	DataDir     string `env:"DATA_DIR" envDefault:"data"`
	LogLevel    string `env:"LOG_LEVEL" envDefault:"info"`
}

// secrets are the variables that may be given as files and are never shown.
var secretNames = [...]string{"DATABASE_URL", "REDIS_URL"}

func loadConfig(environ map[string]string) (Config, error) {
	for _, name := range secretNames {
		path := environ[name+"_FILE"]
		if path == "" {
			continue
		}
		raw, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			return Config{}, fmt.Errorf("read %s_FILE: %w", name, err)
		}
		environ[name] = strings.TrimSpace(string(raw))
	}
	c, err := env.ParseAsWithOptions[Config](env.Options{Environment: environ})
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, c.validate()
}

// validate reports all faults together; values of secrets stay out of the report.
func (c Config) validate() error {
	var faults []error
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") &&
		!strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		faults = append(faults, errors.New("DATABASE_URL must begin with postgres://"))
	}
	if (c.DatabaseURL == "") != (c.RedisURL == "") {
		faults = append(faults,
			errors.New("DATABASE_URL and REDIS_URL go together: set both, or none for the embedded stack"))
	}
	if c.PublicURL != "" {
		if u, err := url.Parse(c.PublicURL); err != nil || u.Scheme == "" || u.Host == "" {
			faults = append(faults, errors.New("PUBLIC_URL must be like https://host"))
		}
	}
	if err := new(slog.LevelVar).UnmarshalText([]byte(c.LogLevel)); err != nil {
		faults = append(faults, errors.New("LOG_LEVEL must be debug, info, warn or error"))
	}
	if len(faults) > 0 {
		return fmt.Errorf("configuration: %w", errors.Join(faults...))
	}
	return nil
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
