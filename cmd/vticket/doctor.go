package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models/store"
)

// level says how bad a finding is.
type level string

const (
	levelOK   level = "ok"
	levelWarn level = "warn" // it works, but not as a city needs it
	levelFail level = "fail" // somebody must act
)

// finding is one line of the doctor's. Do says what to do about it; empty: nothing.
type finding struct {
	Level level  `json:"level"`
	Check string `json:"check"`
	What  string `json:"what"`
	Do    string `json:"do,omitempty"`
}

// doctor looks at one installation. It changes nothing, and tells neither secrets nor who anybody is.
type doctor struct {
	config Config
	now    func() time.Time
	tell   func(finding)

	check   string // the running one
	store   *store.Store
	without level       // empty, or what the database's finding means for the checks that read it
	renews  tokenSource // nil: whoever only looks renews no token
}

// checks are all checks in their order. Those that read the database come after it. Ready is asked by name only:
// a worker has no door, and a colleague may look before anything is started.
func (d *doctor) checks() []doctorCheck {
	return []doctorCheck{
		{name: checkDatabase, run: d.database},
		{name: "redis", run: d.redis},
		{name: "photos", run: d.photos},
		{name: "areas", reads: true, run: d.areas},
		{name: "departments", reads: true, run: d.departments},
		{name: "staff", reads: true, run: d.staff},
		{name: "calendars", run: d.calendars},
		{name: "work", reads: true, run: d.work},
		{name: "rights", reads: true, run: d.rights},
		{name: "public", run: d.public},
		{name: "geocoder", run: d.geocoder},
		d.channelCheck(telegram.Name, false),
		d.channelCheck(zalo.OAName, d.config.ZaloOA != ""), // its tokens are in the database
		d.channelCheck(zalo.BotName, false),
		d.channelCheck(facebook.Name, false),
		{name: checkReady, named: true, run: d.ready},
	}
}

type doctorCheck struct {
	name  string
	reads bool // the database
	named bool // runs only when it is asked for
	run   func(context.Context)
}

const (
	checkConfig   = "configuration"
	checkDatabase = "database"
	checkReady    = "ready"
)

// doctorLimit bounds everything that is asked: whoever waits longer has an answer too.
const doctorLimit = time.Minute

func doctorCommand() *cobra.Command {
	var asJSON, quiet bool
	var only []string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look for what keeps the program from doing its work; fails when somebody must act",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var failed int
			out := cmd.OutOrStdout()
			d := &doctor{now: time.Now}
			d.tell = func(f finding) {
				if f.Level == levelFail {
					failed++
				}
				if f.Level != levelOK || !quiet {
					writeFinding(out, f, asJSON)
				}
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), doctorLimit)
			defer cancel()
			if err := d.examine(ctx, only); err != nil {
				return err
			}
			if failed > 0 {
				return fmt.Errorf("doctor: %d to act on", failed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "only what is not ok")
	cmd.Flags().StringSliceVar(&only, "only", nil,
		"only these checks: "+strings.Join((&doctor{}).names(), ", "))
	return cmd
}

func (d *doctor) names() []string {
	names := []string{checkConfig}
	for _, check := range d.checks() {
		names = append(names, check.name)
	}
	return names
}

// examine runs the checks: all, or those that are named.
func (d *doctor) examine(ctx context.Context, only []string) error {
	for _, name := range only {
		if !slices.Contains(d.names(), name) {
			return fmt.Errorf("--only: there is no check %q: %s", name, strings.Join(d.names(), ", "))
		}
	}
	d.check = checkConfig
	given := environ()
	var err error
	d.config, err = loadConfig(given)
	wantsConfig := len(only) == 0 || slices.Contains(only, checkConfig)
	if wantsConfig || err != nil {
		d.unread(given)
	}
	if err != nil {
		for fault := range strings.SplitSeq(strings.TrimPrefix(err.Error(), "configuration: "), "\n") {
			d.fail("set it right, vticket config shows what is in force", "%s", fault)
		}
		return nil
	}
	if wantsConfig {
		d.ok("nothing contradicts")
	}
	defer func() {
		if d.store != nil {
			_ = d.store.Close()
		}
	}()
	wanted := func(check doctorCheck) bool {
		return slices.Contains(only, check.name) || (len(only) == 0 && !check.named)
	}
	reads := slices.ContainsFunc(d.checks(), func(check doctorCheck) bool { return check.reads && wanted(check) })
	for _, check := range d.checks() {
		if wanted(check) || (reads && check.name == checkDatabase) {
			d.run(ctx, check, wanted(check))
		}
	}
	return nil
}

// run runs one check. The database is opened for those that read it, even when nobody asked for its own lines.
func (d *doctor) run(ctx context.Context, check doctorCheck, wanted bool) {
	d.check = check.name
	switch {
	case check.reads && d.without != "":
		d.say(d.without, "see database", "not looked at: the database is not ready")
	case wanted:
		check.run(ctx)
	default:
		tell := d.tell
		d.tell = func(finding) {}
		check.run(ctx)
		d.tell = tell
	}
}

func (d *doctor) say(l level, do, format string, args ...any) {
	d.tell(finding{Level: l, Check: d.check, What: fmt.Sprintf(format, args...), Do: do})
}

func (d *doctor) ok(format string, args ...any)       { d.say(levelOK, "", format, args...) }
func (d *doctor) warn(do, format string, args ...any) { d.say(levelWarn, do, format, args...) }
func (d *doctor) fail(do, format string, args ...any) { d.say(levelFail, do, format, args...) }

func writeFinding(out io.Writer, f finding, asJSON bool) {
	f.What = strings.ReplaceAll(f.What, "\n", "; ")
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(f)
		return
	}
	line := fmt.Sprintf("%-4s  %s: %s", f.Level, f.Check, f.What)
	if f.Do != "" {
		line += "  (" + f.Do + ")"
	}
	fmt.Fprintln(out, line)
}

// quietly is a logger for what the doctor says in its own words.
func quietly() *slog.Logger { return slog.New(slog.DiscardHandler) }

// because is why something did not work, in time or at all.
func because(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return err.Error()
}
