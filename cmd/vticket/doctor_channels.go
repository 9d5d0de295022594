package main

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

const (
	platformLimit = 10 * time.Second
	pendingMany   = 100            // events that wait at a platform
	recentFault   = 24 * time.Hour // a platform repeats the last fault of a webhook for ever
	grantLast     = 85 * 24 * time.Hour
	docsTemplates = "docs/channels/zalo-templates.md"
)

// channelState is what is known of our account on a platform; what cannot be known is left out.
type channelState struct {
	Channel     string            `json:"channel"`
	Account     string            `json:"account,omitempty"` // as residents find it
	Webhook     string            `json:"webhook,omitempty"` // as the platform has it; of a foreign one the host only
	Expected    string            `json:"expected_webhook,omitempty"`
	Pending     *int              `json:"pending,omitempty"`
	LastError   string            `json:"last_error,omitempty"`
	LastErrorAt *time.Time        `json:"last_error_at,omitempty"`
	Grant       *grantState       `json:"grant,omitempty"`
	Templates   map[string]string `json:"templates,omitempty"` // id by message key
	Missing     []string          `json:"templates_missing,omitempty"`
	Findings    []finding         `json:"findings"`
}

// grantState is how what an Official Account lets us do stands.
type grantState struct {
	AccessUntil  time.Time  `json:"access_until"`
	RefreshDays  int        `json:"refresh_age_days"`
	RefreshUntil time.Time  `json:"refresh_until"`
	Fault        string     `json:"fault,omitempty"` // of the last renewal
	FaultAt      *time.Time `json:"fault_at,omitempty"`
}

// platformWords are how a platform is spoken of.
type platformWords struct {
	title   string
	setting string // without which we have no account there
	token   string // what to do when our token is refused
	hook    string // what to do when the webhook is not ours
	window  string // after which an answer needs an approved text
}

const serveRegisters = "vticket serve registers it within 5 minutes; does somebody else use the token?"

var spoken = map[string]platformWords{
	telegram.Name: {
		title: "Telegram", setting: "TELEGRAM_BOT_TOKEN", token: "take the token that BotFather shows",
		hook: serveRegisters,
	},
	zalo.OAName: {
		title: "Zalo", setting: "ZALO_OA_ID", window: "7 days",
		token: "vticket channel setup zalo says what the console needs, and how to consent",
	},
	zalo.BotName: {
		title: "Zalo Bot", setting: "ZALO_BOT_TOKEN", token: "take the token that the Zalo Bot platform shows",
		hook: serveRegisters,
	},
	facebook.Name: {
		title: "Facebook", setting: "FB_PAGE_ID", token: "make another token of the page, and look at its permissions",
		hook:   "the app's console has it: vticket channel setup facebook says what to save there",
		window: "24 hours",
	},
}

func (d *doctor) channelCheck(name string, reads bool) doctorCheck {
	return doctorCheck{name: name, reads: reads, run: func(ctx context.Context) { d.channel(ctx, name) }}
}

// channel asks a platform about our account, and says how it is.
func (d *doctor) channel(ctx context.Context, name string) channelState {
	state := channelState{Channel: name}
	ctx, cancel := context.WithTimeout(ctx, platformLimit)
	defer cancel()
	tokens := d.renews
	if tokens == nil {
		tokens = &keptToken{}
	}
	a := accountOn(name, d.config, d.now, tokens)
	if !a.configured {
		d.ok("%s is empty: no %s", spoken[name].setting, spoken[name].title)
		return state
	}
	if name != zalo.OAName || d.grant(ctx, &state, tokens) {
		if status, ok := d.taken(ctx, a, &state); ok {
			d.webhook(a, status, &state)
		}
	}
	d.templates(name, &state)
	return state
}

// taken says whether the platform takes our token, and who we are there.
func (d *doctor) taken(ctx context.Context, a account, state *channelState) (status bots.AccountStatus, ok bool) {
	platform, ok := a.Adapter.(bots.Inspector)
	if !ok {
		return status, false
	}
	status, err := platform.Status(ctx)
	failed, _ := errors.AsType[*bots.SendError](err)
	switch {
	case err == nil && status.ID != "" && status.ID != a.name:
		d.fail("set ZALO_OA_ID right, or consent as the other account's administrator",
			"the token is of another account, %s %q", status.ID, status.Name)
		return status, false
	case err == nil:
		state.Account = status.Name
		d.ok("the token is taken, we are %s", status.Name)
		return status, true
	case failed != nil && (failed.Class == bots.ErrToken || failed.Class == bots.ErrRejected):
		d.fail(spoken[a.Name()].token, "the token is refused: %v", err)
	default:
		d.fail("can this machine reach the platform?", "%v", because(err))
	}
	return status, false
}

// webhook says whether the platform brings its events to us, as far as it tells.
func (d *doctor) webhook(a account, status bots.AccountStatus, state *channelState) {
	name, ours := a.Name(), d.config.webhookAddress(a.Name())
	if d.config.PublicURL == "" {
		d.unreachable(a, status)
		return
	}
	state.Expected = ours
	switch {
	case name == zalo.OAName:
		d.ok("where its webhook is only Zalo's console knows: it is to be %s", ours)
		return
	case name == facebook.Name && d.config.FacebookApp == "":
		d.warn("set FB_APP_ID", "where its webhook is cannot be asked without the id of the app")
	default:
		state.Webhook = "at " + hostOf(status.Webhook) // others put their token into the rest
		if status.Webhook == "" {
			state.Webhook = "nowhere"
		}
		if status.Webhook != ours {
			d.fail(spoken[name].hook, "the webhook is %s, not %s", state.Webhook, ours)
			return
		}
		state.Webhook = ours
	}
	d.brought(name, status, state)
}

// unreachable is for an account whose platform knows no way to us.
func (d *doctor) unreachable(a account, status bots.AccountStatus) {
	_, polls := a.Adapter.(bots.Poller)
	switch {
	case !polls:
		d.fail("set PUBLIC_URL=https://…", "PUBLIC_URL is empty, and %s brings its events by webhook only",
			spoken[a.Name()].title)
	case status.Webhook != "":
		d.warn("set PUBLIC_URL; else the worker's first poll takes it away",
			"a webhook is set, though PUBLIC_URL is empty")
	}
}

// brought says what keeps events from us, though the webhook is ours.
func (d *doctor) brought(name string, status bots.AccountStatus, state *channelState) {
	state.LastError = status.LastError
	if !status.LastErrorAt.IsZero() {
		state.LastErrorAt = &status.LastErrorAt
	}
	switch recent := status.LastErrorAt.IsZero() || d.now().Sub(status.LastErrorAt) < recentFault; {
	case status.LastError == "" || !recent:
	case name == facebook.Name: // it is about what the page sends
		d.fail("vticket serve subscribes within 5 minutes, vticket channel setup facebook at once",
			"%s", status.LastError)
		return
	default:
		d.warn("is the address reached from outside?", "the platform could not bring us an event: %s", status.LastError)
	}
	if name == telegram.Name {
		state.Pending = &status.Pending
	}
	switch {
	case status.Pending > pendingMany:
		d.warn("is the door keeping up?", "%d events wait at the platform", status.Pending)
	case state.Pending != nil:
		d.ok("the webhook is ours, %d events wait", status.Pending)
	case state.Webhook != "":
		d.ok("the webhook is ours")
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an address that is none"
	}
	return u.Host
}

// keptToken is the access token as the database has it.
type keptToken struct{ access string }

// Token returns it.
func (k *keptToken) Token(context.Context) (string, error) { return k.access, nil }

// Refused fails: there is no other.
func (*keptToken) Refused(context.Context, string) error {
	return &bots.SendError{Class: bots.ErrToken, Cause: "the platform refuses the access token"}
}

// grant says how long an Official Account's tokens live; false when there is none to ask anything with.
func (d *doctor) grant(ctx context.Context, state *channelState, tokens tokenSource) bool {
	const consent = "vticket channel setup zalo prints the link by which the account's administrator consents"
	kept, looksOnly := tokens.(*keptToken)
	if !looksOnly {
		_, _ = tokens.Token(ctx) // renewed if it is time; what comes of it is in the grant
	}
	g, err := d.store.Grant(ctx, zalo.OAName, d.config.ZaloOA)
	switch {
	case errors.Is(err, models.ErrNotFound):
		d.fail(consent, "nobody has consented yet: nothing can be sent")
		return false
	case err != nil:
		d.fail("see why the database does not answer", "%v", because(err))
		return false
	}
	age := d.now().Sub(g.IssuedAt)
	state.Grant = &grantState{
		AccessUntil: g.ExpiresAt, RefreshDays: int(age.Hours() / 24), RefreshUntil: g.IssuedAt.Add(models.RefreshLife),
		Fault: g.Fault, FaultAt: g.FaultAt,
	}
	until, end := minute(g.ExpiresAt), minute(state.Grant.RefreshUntil)
	switch {
	case g.Fault != "":
		d.fail(consent, "the tokens could not be renewed, those that are there end at %s: %s", until, g.Fault)
	case age > grantLast:
		d.fail(consent, "the refresh token is %d days old and ends at %s", state.Grant.RefreshDays, end)
	case age > models.RefreshOld:
		d.warn("is the worker running? else consent again", "the refresh token is %d days old and ends at %s",
			state.Grant.RefreshDays, end)
	default:
		d.ok("the access token is good until %s, the refresh token is %d days old", until, state.Grant.RefreshDays)
	}
	if !looksOnly {
		return true
	}
	if kept.access, err = d.opened(g); err != nil {
		d.fail("set the SECRETS_KEY under which it was kept beside the new one, or consent again", "%v", err)
		return false
	}
	if !g.ExpiresAt.After(d.now()) {
		d.warn("vticket channel status zalo renews it, and so does the next message", "the access token has ended")
		return false
	}
	return true
}

// opened is the access token of a grant.
func (d *doctor) opened(g models.Grant) (string, error) {
	sealer, err := models.NewSealer(d.config.SecretsKey...)
	if err != nil {
		return "", err
	}
	return sealer.Open(g.Channel+":"+g.Account, g.Access)
}

// minute writes an instant as the city's clocks show it.
func minute(at time.Time) string { return at.In(models.Zone).Format("2006-01-02 15:04 -07:00") }

// templates says for which messages there is no approved text.
func (d *doctor) templates(name string, state *channelState) {
	switch name {
	case zalo.OAName:
		state.Templates = d.config.ZaloTemplates
	case facebook.Name:
		state.Templates = d.config.FacebookTemplates
	default:
		return
	}
	for _, key := range templateKeys {
		if state.Templates[key] == "" {
			state.Missing = append(state.Missing, key)
		}
	}
	if len(state.Missing) > 0 {
		d.warn("have one approved: "+docsTemplates, "no approved text for %s: %s after residents last wrote, "+
			"these wait until they write again", strings.Join(state.Missing, ", "), spoken[name].window)
	} else {
		d.ok("there is an approved text for %s", strings.Join(templateKeys, ", "))
	}
	if name == zalo.OAName && len(state.Templates) > 0 && d.config.ZaloDaily < d.config.ZaloSheetCost {
		d.warn("set ZALO_DAILY_CAP, in đồng",
			"an approved text costs %d đồng, and ZALO_DAILY_CAP allows %d a day: none is sent",
			d.config.ZaloSheetCost, d.config.ZaloDaily)
	}
}
