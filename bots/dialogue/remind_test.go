package dialogue_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/dialogue"
)

// TestADraftIsRememberedOnceByDay follows an unfinished draft: when its sender is reminded, and when the hotline has it.
func TestADraftIsRememberedOnceByDay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begins string        // local time
		window time.Duration // of the platform
		want   []string      // local times after the question
	}{
		"in the morning": {"08:00:00", 0, []string{"11:00 remind_ask_place", "08:00 submit"}},
		"in the evening": {"19:00:00", 0, []string{"06:30 remind_ask_place", "19:00 submit"}},
		"at night":       {"02:00:00", 0, []string{"06:30 remind_ask_place", "02:00 submit"}},
		"on Messenger, whose window ends after 24 h": {
			"08:00:00", 24 * time.Hour, []string{"11:00 remind_ask_place", "06:00 submit"},
		},
		"on Zalo, whose window is longer than a day": {
			"08:00:00", 48 * time.Hour, []string{"11:00 remind_ask_place", "08:00 submit"},
		},
		"where the window ends before the day begins": {"21:30:00", 8 * time.Hour, []string{"03:30 submit"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := time.FixedZone("ICT", 7*60*60)
			now, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-06 "+tt.begins, zone)
			if err != nil {
				t.Fatal(err)
			}
			d, _ := mind().Reduce(dialogue.Draft{}, dialogue.Input{Event: photo(), Message: "m", Window: tt.window}, now)
			var got []string
			for range 20 {
				if !d.Open {
					break
				}
				now = d.LookAt
				var effects []dialogue.Effect
				d, effects = mind().Reduce(d, dialogue.Input{}, now)
				for _, e := range effects {
					what := e.Key
					if e.Kind == dialogue.EffectSubmit {
						what = "submit"
					}
					if what != "ask_place" {
						got = append(got, now.In(zone).Format("15:04")+" "+what)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("what is said after the question, and when (-want +got):\n%s", diff)
			}
		})
	}
}
