package main

import (
	"bytes"
	"strings"
	"testing"
)

func sla(args string) (string, error) {
	var out bytes.Buffer
	cmd := slaCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(strings.Fields(args))
	err := cmd.Execute()
	return strings.TrimSuffix(out.String(), "\n"), err
}

func TestSLAPrintsOneLine(t *testing.T) {
	for args, want := range map[string]string{
		"due --from 2026-02-13T16:00:00+07:00 --hours 8 --clock business":                                              `{"due":"2026-02-23T16:00:00+07:00"}`,
		"due --from 2026-02-13T09:00:00Z --hours 8 --calendar hcmc":                                                    `{"due":"2026-02-23T16:00:00+07:00"}`,
		"due --from 2026-02-13T16:00:00+07:00 --hours 0.25 --clock calendar":                                           `{"due":"2026-02-13T16:15:00+07:00"}`,
		"due --from 2026-02-13T16:00:00+07:00 --hours 0 --clock business":                                              `{"due":"2026-02-13T16:00:00+07:00"}`,
		"between --from 2026-02-13T16:00:00+07:00 --to 2026-02-23T07:45:00+07:00":                                      `{"seconds":4500,"hours":1.25}`,
		"between --from 2026-02-13T16:00:00+07:00 --to 2026-02-14T16:00:00+07:00 --clock calendar --calendar calendar": `{"seconds":86400,"hours":24}`,
	} {
		t.Run(args, func(t *testing.T) {
			if got, err := sla(args); err != nil || got != want {
				t.Errorf("got %s and %v, want %s", got, err, want)
			}
		})
	}
}

func TestSLARefuses(t *testing.T) {
	for args, want := range map[string]string{
		"due --hours 8":                                                                   `required flag(s) "from"`,
		"due --from 2026-02-13T16:00:00+07:00":                                            `required flag(s) "hours"`,
		"due --from 2026-02-13 --hours 8":                                                 `--from: "2026-02-13" is not an instant`,
		"due --from 2026-02-13T16:00:00+07:00 --hours eight":                              `"eight"`,
		"due --from 2026-02-13T16:00:00+07:00 --hours=-1":                                 "--hours: -1 is not between",
		"due --from 2026-02-13T16:00:00+07:00 --hours NaN":                                "--hours: NaN is not between",
		"due --from 2026-02-13T16:00:00+07:00 --hours Inf":                                "--hours: +Inf is not between",
		"due --from 2026-02-13T16:00:00+07:00 --hours 9000":                               "not used up within three years",
		"due --from 9999-12-31T16:00:00+07:00 --hours 99 --clock calendar":                "year outside of range",
		"due --from 2026-02-13T16:00:00+07:00 --hours 8 --clock wall":                     `--clock: "wall" is neither`,
		"due --from 2026-02-13T16:00:00+07:00 --hours 8 --calendar mars":                  `--calendar: "mars" is not a calendar of business time (hcmc)`,
		"due --from 2026-02-13T16:00:00+07:00 --hours 8 --calendar calendar":              `"calendar" is not a calendar of business time`,
		"due --from 2026-02-13T16:00:00+07:00 --hours 8 --clock calendar --calendar hcmc": `"hcmc" is for --clock business`,
		"due --from 2026-02-13T16:00:00+07:00 --hours 8 more":                             "more",
		"between --from 2026-02-13T16:00:00+07:00 --to 2026-02-13T15:00:00+07:00":         "is before --from",
		"between --from 2026-02-13T16:00:00+07:00 --to 2926-02-13T15:00:00+07:00":         "more than a century",
		"between --from 2026-02-13T16:00:00+07:00 --to never":                             `--to: "never" is not an instant`,
	} {
		t.Run(args, func(t *testing.T) {
			if got, err := sla(args); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %s and %v, want a fault with %q", got, err, want)
			}
		})
	}
}
