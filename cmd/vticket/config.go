package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is the whole configuration, read once from the environment. Nothing set runs the demo stack: SQLite, an
// embedded Redis and a folder. Each NAME may come from the file named by NAME_FILE instead.
type Config struct {
	DatabaseURL string `env:"DATABASE_URL"`
	RedisURL    string `env:"REDIS_URL"`
	ListenAddr  string `env:"LISTEN_ADDR" envDefault:"127.0.0.1:8080"`
	PublicURL   string `env:"PUBLIC_URL"`
	// Proxies are the addresses or networks of our own reverse proxies: what they say of a client is believed.
	Proxies  []string `env:"TRUSTED_PROXIES"`
	DataDir  string   `env:"DATA_DIR" envDefault:"data"`
	LogLevel string   `env:"LOG_LEVEL" envDefault:"info"`

	MapTileURL    string `env:"MAP_TILE_URL"`    // https://host/{z}/{x}/{y}.png or a path of ours; empty: the areas' outlines
	MapTileCredit string `env:"MAP_TILE_CREDIT"` // whose map it is, as its licence asks

	GeocoderURL string `env:"GEOCODER_URL"` // of a Nominatim; empty: addresses get no points

	TelegramToken   string `env:"TELEGRAM_BOT_TOKEN"`
	TelegramSecrets string `env:"TELEGRAM_WEBHOOK_SECRET"` // two with a comma between them while one replaces the other
	TelegramURL     string `env:"TELEGRAM_BASE_URL" envDefault:"https://api.telegram.org"`
	// TelegramRate is how many messages a second the bot may send; 0: as many as it likes, which Telegram sells.
	TelegramRate float64 `env:"TELEGRAM_RATE" envDefault:"30"`

	SecretsKey []string `env:"SECRETS_KEY"` // under which tokens are kept; the new one first while one replaces the other

	ZaloAppID     string   `env:"ZALO_APP_ID"`
	ZaloAppSecret string   `env:"ZALO_APP_SECRET"`
	ZaloOA        string   `env:"ZALO_OA_ID"`
	ZaloSecrets   []string `env:"ZALO_OA_SECRET_KEY"` // empty: the app secret
	ZaloVerifier  string   `env:"ZALO_PKCE_VERIFIER"` // whose challenge stands in Zalo's console
	ZaloPath      string   `env:"ZALO_VERIFIER_PATH"` // zalo_verifier….html, by which Zalo checks the domain
	ZaloContent   string   `env:"ZALO_VERIFIER_CONTENT"`
	ZaloProof     bool     `env:"ZALO_APPSECRET_PROOF"`
	// ZaloButtons is how choices are written: two forms are documented, and which of them an account takes only trying
	// tells (channels.md §2.5, §8).
	ZaloButtons string `env:"ZALO_BUTTONS" envDefault:"beside"`
	// ZaloMode is whom templates by phone reach: Zalo has no sandbox for messages, so a template is tried in mode
	// development, in which it reaches the administrators of app and account alone (channels.md §2.1).
	ZaloMode       string            `env:"ZALO_TEMPLATE_MODE" envDefault:"production"`
	ZaloTemplates  map[string]string `env:"ZALO_TEMPLATES" envKeyValSeparator:"="` // message key = id of the template
	ZaloReplyCost  int64             `env:"ZALO_REPLY_COST" envDefault:"55"`       // đồng, from 48 hours to 7 days
	ZaloSheetCost  int64             `env:"ZALO_TEMPLATE_COST" envDefault:"300"`   // đồng
	ZaloDaily      int64             `env:"ZALO_DAILY_CAP"`                        // đồng a day; 0: nothing that costs
	ZaloURL        string            `env:"ZALO_OPENAPI_URL" envDefault:"https://openapi.zalo.me"`
	ZaloSheetURL   string            `env:"ZALO_BUSINESS_URL" envDefault:"https://business.openapi.zalo.me"`
	ZaloConsentURL string            `env:"ZALO_OAUTH_URL" envDefault:"https://oauth.zaloapp.com"`

	ZaloBotToken   string   `env:"ZALO_BOT_TOKEN"`
	ZaloBotSecrets []string `env:"ZALO_BOT_SECRET"`
	ZaloBotURL     string   `env:"ZALO_BOT_URL" envDefault:"https://bot-api.zaloplatforms.com"`

	FacebookPage      string            `env:"FB_PAGE_ID"`
	FacebookToken     string            `env:"FB_PAGE_TOKEN"`
	FacebookApp       string            `env:"FB_APP_ID"`
	FacebookSecrets   []string          `env:"FB_APP_SECRET"`
	FacebookVerify    string            `env:"FB_VERIFY_TOKEN"`
	FacebookTemplates map[string]string `env:"FB_TEMPLATES" envKeyValSeparator:"="` // message key = utility template
	FacebookVersion   string            `env:"FB_GRAPH_VERSION" envDefault:"v25.0"`
	FacebookURL       string            `env:"FB_GRAPH_URL" envDefault:"https://graph.facebook.com"`
}

// secretNames are the variables that are never shown.
var secretNames = [...]string{
	"DATABASE_URL", "REDIS_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "SECRETS_KEY", "ZALO_APP_SECRET",
	"ZALO_OA_SECRET_KEY", "ZALO_PKCE_VERIFIER", "ZALO_BOT_TOKEN", "ZALO_BOT_SECRET", "FB_PAGE_TOKEN", "FB_APP_SECRET",
	"FB_VERIFY_TOKEN",
}

// redisSchemes are those that the tasks' library reads.
var redisSchemes = []string{"redis", "rediss", "redis-socket", "redis-sentinel"}

// loadConfig reads the configuration and looks whether it can be worked with.
func loadConfig(environ map[string]string) (Config, error) {
	c, faults, err := readConfig(environ)
	if err != nil {
		return c, fmt.Errorf("configuration: %w", errors.Join(append(faults, err)...))
	}
	if faults = append(faults, c.validate()...); len(faults) > 0 {
		return c, fmt.Errorf("configuration: %w", errors.Join(faults...))
	}
	return c, nil
}

// readConfig reads it as it stands; the faults are of files that give no value, the error of what is none of it.
func readConfig(environ map[string]string) (c Config, faults []error, err error) {
	for _, name := range settingNames() {
		path := environ[name+"_FILE"]
		if path == "" {
			continue
		}
		raw, err := os.ReadFile(filepath.Clean(path))
		value := strings.TrimSpace(string(raw))
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("read %s_FILE: %w", name, err))
		case value == "":
			faults = append(faults, fmt.Errorf("%s_FILE: the file %s is empty", name, path))
		case environ[name] != "" && environ[name] != value:
			faults = append(faults, fmt.Errorf("%s and %[1]s_FILE say different things: take one of them away", name))
		default:
			environ[name] = value
		}
	}
	c, err = env.ParseAsWithOptions[Config](env.Options{Environment: environ})
	return c, faults, unreadable(err)
}

// unreadable names the settings of what could not be read; the library knows only the fields of Config.
func unreadable(err error) error {
	all, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return err
	}
	faults := make([]error, 0, len(all.Errors))
	for _, fault := range all.Errors {
		if of, ok := errors.AsType[env.ParseError](fault); ok {
			if field, ok := reflect.TypeFor[Config]().FieldByName(of.Name); ok {
				fault = fmt.Errorf("%s: %w", field.Tag.Get("env"), of.Err)
				if _, ok := errors.AsType[*strconv.NumError](of.Err); ok {
					want := "a number, without its unit"
					if field.Type.Kind() == reflect.Bool {
						want = "true or false"
					}
					fault = fmt.Errorf("%s: must be %s", field.Tag.Get("env"), want)
				}
			}
		}
		faults = append(faults, fault)
	}
	return errors.Join(faults...)
}

// validate reports all faults together; values of secrets stay out of the report.
func (c Config) validate() (faults []error) {
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") &&
		!strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		faults = append(faults, errors.New("DATABASE_URL must begin with postgres://"))
	}
	if scheme, _, _ := strings.Cut(c.RedisURL, ":"); c.RedisURL != "" && !slices.Contains(redisSchemes, scheme) {
		faults = append(faults, errors.New("REDIS_URL must begin with redis://, rediss:// for TLS, redis-socket:// or "+
			"redis-sentinel://"))
	}
	for _, setting := range [][2]string{{"DATABASE_URL", c.DatabaseURL}, {"REDIS_URL", c.RedisURL}} {
		if !wholeAddress(setting[1]) {
			faults = append(faults, fmt.Errorf("%s is no address: special characters in the password are "+
				"percent-encoded, # as %%23 and ? as %%3F", setting[0]))
		}
	}
	if (c.DatabaseURL == "") != (c.RedisURL == "") {
		faults = append(faults,
			errors.New("DATABASE_URL and REDIS_URL go together: set both, or none for the embedded stack"))
	}
	faults = append(append(append(faults, c.validateTelegram()...), c.validateZalo()...), c.validateFacebook()...)
	faults = append(faults, c.validatePages()...)
	for name, address := range map[string]string{
		"PUBLIC_URL": c.PublicURL, "TELEGRAM_BASE_URL": c.TelegramURL, "ZALO_OPENAPI_URL": c.ZaloURL,
		"ZALO_BUSINESS_URL": c.ZaloSheetURL, "ZALO_OAUTH_URL": c.ZaloConsentURL, "ZALO_BOT_URL": c.ZaloBotURL,
		"FB_GRAPH_URL": c.FacebookURL, "GEOCODER_URL": c.GeocoderURL,
	} {
		u, err := url.Parse(address)
		if address != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			faults = append(faults, fmt.Errorf("%s must be like https://host", name))
		}
	}
	faults = append(faults, c.validateProxies()...)
	if err := new(slog.LevelVar).UnmarshalText([]byte(c.LogLevel)); err != nil {
		faults = append(faults, errors.New("LOG_LEVEL must be debug, info, warn or error"))
	}
	return faults
}

// wholeAddress tells whether an address holds its password to the end: one that ends early at a # or a ? leaves its
// rest, and the @ behind it, in the fragment or among the parameters.
func wholeAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Fragment == "" && (u.Host == "" || !strings.Contains(u.RawQuery, "@"))
}

func (c Config) validateProxies() (faults []error) {
	for _, proxy := range c.Proxies {
		network, errNetwork := netip.ParsePrefix(proxy)
		switch _, errAddress := netip.ParseAddr(proxy); {
		case errNetwork != nil && errAddress != nil:
			faults = append(faults,
				errors.New("TRUSTED_PROXIES must be addresses or networks like 10.0.0.0/8, with commas"))
		case errNetwork == nil && network.Bits() == 0:
			faults = append(faults, fmt.Errorf("TRUSTED_PROXIES: %s is everybody, who could then name any address "+
				"as theirs: name the proxies alone", proxy))
		}
	}
	return faults
}

// validatePages checks where the pages are served, and whose map they show.
func (c Config) validatePages() (faults []error) {
	_, port, err := net.SplitHostPort(c.ListenAddr)
	_, errPort := net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	if err != nil || errPort != nil || port == "" {
		faults = append(faults, errors.New("LISTEN_ADDR must be like 127.0.0.1:8080, or :8080 for every address"))
	}
	if c.MapTileURL != "" && !tilesFit(c.MapTileURL, strings.HasPrefix(c.PublicURL, "http://")) {
		faults = append(faults, errors.New("MAP_TILE_URL must be like https://host/{z}/{x}/{y}.png, "+
			"or like /tiles/{z}/{x}/{y}.png under our own address"))
	}
	return faults
}

// tilesFit tells whether browsers load tiles from an address: our pages name one host for pictures, and are https
// unless they are open.
func tilesFit(address string, open bool) bool {
	for _, part := range []string{"{z}", "{x}", "{y}"} {
		if !strings.Contains(address, part) {
			return false
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return err == nil && u.Scheme == "" && strings.HasPrefix(address, "/")
	}
	return u.Scheme == "https" || open && u.Scheme == "http"
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
