package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models"
)

// longestHours keeps a duration within what time.Duration holds: more than a century.
const longestHours = 1_000_000

func slaCommand() *cobra.Command {
	sla := &cobra.Command{Use: "sla", Short: "Work out due times"}
	sla.AddCommand(slaDueCommand(), slaBetweenCommand())
	return sla
}

func slaDueCommand() *cobra.Command {
	var from, clock, key string
	var hours float64
	due := &cobra.Command{
		Use: "due", Short: "When a number of hours is used up", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := pickCalendar(clock, key)
			if err != nil {
				return err
			}
			start, err := parseInstant("--from", from)
			if err != nil {
				return err
			}
			if !(hours >= 0 && hours <= longestHours) { // not a number is neither
				return fmt.Errorf("--hours: %v is not between 0 and %d", hours, longestHours)
			}
			d := time.Duration(math.Round(hours*3600e6)) * time.Microsecond
			end := c.Add(start, d)
			if end.IsZero() {
				return fmt.Errorf("%v hours of calendar %q are not used up within three years", hours, c.Key)
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
				Due time.Time `json:"due"`
			}{end})
		},
	}
	due.Flags().StringVar(&from, "from", "", "start, as 2026-02-13T16:00:00+07:00")
	due.Flags().Float64Var(&hours, "hours", 0, "how long; decimals are welcome: 0.25")
	clockFlags(due, &clock, &key)
	_ = due.MarkFlagRequired("from")
	_ = due.MarkFlagRequired("hours")
	return due
}

func slaBetweenCommand() *cobra.Command {
	var from, to, clock, key string
	between := &cobra.Command{
		Use: "between", Short: "How much time counts from one instant to another", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := pickCalendar(clock, key)
			if err != nil {
				return err
			}
			start, err := parseInstant("--from", from)
			if err != nil {
				return err
			}
			end, err := parseInstant("--to", to)
			if err != nil {
				return err
			}
			if end.Before(start) {
				return errors.New("--to: is before --from")
			}
			if end.Sub(start) > longestHours*time.Hour {
				return errors.New("--to: is more than a century after --from")
			}
			d := c.Between(start, end)
			return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
				Seconds int64   `json:"seconds"`
				Hours   float64 `json:"hours"`
			}{int64(d / time.Second), d.Hours()})
		},
	}
	between.Flags().StringVar(&from, "from", "", "start, as 2026-02-13T16:00:00+07:00")
	between.Flags().StringVar(&to, "to", "", "end, written likewise")
	clockFlags(between, &clock, &key)
	_ = between.MarkFlagRequired("from")
	_ = between.MarkFlagRequired("to")
	return between
}

func clockFlags(cmd *cobra.Command, clock, key *string) {
	cmd.Flags().StringVar(clock, "clock", models.ClockBusiness, "business (working time) or calendar (day and night)")
	cmd.Flags().StringVar(key, "calendar", "", "key of the calendar of business time (default "+models.CalendarHCMC+")")
}

// pickCalendar finds what the flags name. Business time that counts day and night, or the reverse, is a slip of the
// person who asks, not a wish.
func pickCalendar(clock, key string) (models.Calendar, error) {
	calendars, err := models.DefaultCalendars()
	if err != nil {
		return models.Calendar{}, err
	}
	always := calendars[models.CalendarAlways]
	delete(calendars, models.CalendarAlways)
	switch clock {
	case models.ClockCalendar:
		if key != "" && key != always.Key {
			return models.Calendar{}, fmt.Errorf("--calendar: %q is for --clock business", key)
		}
		return always, nil
	case models.ClockBusiness:
		if key == "" {
			key = models.CalendarHCMC
		}
		c, ok := calendars[key]
		if !ok {
			known := strings.Join(slices.Sorted(maps.Keys(calendars)), ", ")
			return models.Calendar{}, fmt.Errorf("--calendar: %q is not a calendar of business time (%s)", key, known)
		}
		return c, nil
	default:
		return models.Calendar{}, fmt.Errorf("--clock: %q is neither business nor calendar", clock)
	}
}

func parseInstant(flag, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%s: %q is not an instant such as 2026-02-13T16:00:00+07:00", flag, text)
	}
	return t, nil
}
