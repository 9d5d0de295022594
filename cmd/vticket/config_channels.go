package main

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

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
	if !(c.TelegramRate >= 0) || math.IsInf(c.TelegramRate, 1) { // NaN is not below 0 either
		faults = append(faults, errors.New("TELEGRAM_RATE must be messages a second, like 30; 0: any"))
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

// validateZalo checks what an Official Account needs together, and the Zalo Bot.
func (c Config) validateZalo() (faults []error) {
	if _, err := models.NewSealer(c.SecretsKey...); err != nil {
		faults = append(faults, fmt.Errorf("SECRETS_KEY: %w", err))
	}
	if c.ZaloOA != "" {
		for name, value := range map[string]string{
			"ZALO_APP_ID": c.ZaloAppID, "ZALO_APP_SECRET": c.ZaloAppSecret,
			"SECRETS_KEY": strings.Join(c.SecretsKey, ","),
		} {
			if value == "" {
				faults = append(faults, fmt.Errorf("%s is needed beside ZALO_OA_ID", name))
			}
		}
	}
	if (c.ZaloPath == "") != (c.ZaloContent == "") {
		faults = append(faults, errors.New("ZALO_VERIFIER_PATH and ZALO_VERIFIER_CONTENT go together"))
	}
	if _, ok := zaloButtons[c.ZaloButtons]; !ok {
		faults = append(faults, errors.New(
			"ZALO_BUTTONS must be beside or inside: where choices stand, by the text or in it"))
	}
	if _, ok := zaloModes[c.ZaloMode]; !ok {
		faults = append(faults, errors.New("ZALO_TEMPLATE_MODE must be production, or development for trials"))
	}
	if c.ZaloVerifier != "" && !pkceVerifier.MatchString(c.ZaloVerifier) {
		faults = append(faults, errors.New(
			"ZALO_PKCE_VERIFIER must be of 43 to 128 letters, digits, -, ., _ and ~ (RFC 7636): "+
				"unset it, and vticket channel setup zalo makes one"))
	}
	if c.ZaloPath != "" && !zaloVerifier.MatchString(c.ZaloPath) {
		faults = append(faults, errors.New("ZALO_VERIFIER_PATH must be like zalo_verifierABC.html"))
	}
	if c.ZaloBotToken != "" && c.PublicURL != "" && len(c.ZaloBotSecrets) == 0 {
		faults = append(faults, errors.New(
			"ZALO_BOT_SECRET is needed beside PUBLIC_URL: without it anybody could write as anybody"))
	}
	for _, secret := range c.ZaloBotSecrets {
		if len(secret) < 8 || len(secret) > 256 {
			faults = append(faults, errors.New("ZALO_BOT_SECRET must be of 8 to 256 characters"))
		}
	}
	return append(append(faults, c.validateCosts()...), validateTemplates("ZALO_TEMPLATES", c.ZaloTemplates)...)
}

func (c Config) validateCosts() (faults []error) {
	for name, money := range map[string]int64{
		"ZALO_REPLY_COST": c.ZaloReplyCost, "ZALO_TEMPLATE_COST": c.ZaloSheetCost, "ZALO_DAILY_CAP": c.ZaloDaily,
	} {
		if money < 0 {
			faults = append(faults, fmt.Errorf("%s must be 0 or more đồng", name))
		}
	}
	return faults
}

// facebookSetup ends what is said of a page that is half set up.
const facebookSetup = "; vticket channel setup facebook says what is missing"

// validateFacebook checks what a page needs together.
func (c Config) validateFacebook() (faults []error) {
	if (c.FacebookPage == "") != (c.FacebookToken == "") {
		faults = append(faults, errors.New("FB_PAGE_ID and FB_PAGE_TOKEN go together"+facebookSetup))
	}
	if c.FacebookPage != "" && len(c.FacebookSecrets) == 0 {
		faults = append(faults, errors.New(
			"FB_APP_SECRET is needed beside FB_PAGE_ID: it signs every webhook"+facebookSetup))
	}
	if c.FacebookPage != "" && c.FacebookVerify == "" {
		faults = append(faults, errors.New(
			"FB_VERIFY_TOKEN is needed beside FB_PAGE_ID: a long random word"+facebookSetup))
	}
	if !graphVersion.MatchString(c.FacebookVersion) {
		faults = append(faults, errors.New("FB_GRAPH_VERSION must be like v25.0"))
	}
	return append(faults, validateTemplates("FB_TEMPLATES", c.FacebookTemplates)...)
}

// graphVersion is the form of a version of the Graph API.
var graphVersion = regexp.MustCompile(`^v[0-9]+\.[0-9]+$`)

// zaloURL is Zalo's own API of Official Accounts.
const zaloURL = "https://openapi.zalo.me"

// zaloVerifier is the file by which Zalo checks a domain (channels.md §2.1).
var zaloVerifier = regexp.MustCompile(`^zalo_verifier[A-Za-z0-9_-]+\.html$`)

// pkceVerifier is what RFC 7636 §4.1 takes as code verifier: another's challenge cannot be met.
var pkceVerifier = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// Of the Official Account: the shapes of choices, and whether templates by phone are trials, by their settings.
var (
	zaloButtons = map[string]zalo.ButtonShape{"beside": zalo.ButtonsBeside, "inside": zalo.ButtonsInside}
	zaloModes   = map[string]bool{"production": false, "development": true}
)

// templateKeys are the messages that an approved text may stand for.
var templateKeys = []string{"answer_fixed", "answer_answered", "answer_cannot_fix", "question"}

func validateTemplates(name string, templates map[string]string) (faults []error) {
	for key, id := range templates {
		if !slices.Contains(templateKeys, key) || id == "" {
			faults = append(faults, fmt.Errorf("%s must be like %s=12345; the keys are %s",
				name, templateKeys[0], strings.Join(templateKeys, ", ")))
			break
		}
	}
	return faults
}

// zaloSecrets are the keys that sign an Official Account's webhooks: often the app's own secret (channels.md §2.3).
func (c Config) zaloSecrets() []string {
	if len(c.ZaloSecrets) > 0 || c.ZaloAppSecret == "" {
		return c.ZaloSecrets
	}
	return []string{c.ZaloAppSecret}
}
