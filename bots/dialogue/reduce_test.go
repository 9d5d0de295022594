package dialogue_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
)

// step is one thing that happens, so long after the step before; nil events are the passing of time.
type step struct {
	after   time.Duration
	event   *bots.Incoming
	choices []models.Button
}

func said(text string) *bots.Incoming {
	return &bots.Incoming{Kind: bots.KindText, Text: &text, Actionable: true}
}

func pin() *bots.Incoming {
	lat, lon := 10.77, 106.69
	return &bots.Incoming{Kind: bots.KindLocation, Lat: &lat, Lon: &lon, Actionable: true}
}

func press(payload string) *bots.Incoming {
	return &bots.Incoming{Kind: bots.KindPostback, Payload: payload}
}

func TestReduce(t *testing.T) {
	const second = time.Second
	code := models.NewCode()
	asked := []models.Button{{Key: "button_done", Payload: "done:" + code}, {Key: "button_not_done", Payload: "not_done:" + code}}
	submit, place := dialogue.Effect{Kind: dialogue.EffectSubmit}, dialogue.Effect{Kind: dialogue.EffectSay, Key: "ask_place"}
	what := dialogue.Effect{Kind: dialogue.EffectSay, Key: "ask_what"}
	done := dialogue.Effect{Kind: dialogue.EffectClose, Code: code}
	notDone := dialogue.Effect{Kind: dialogue.EffectReopen, Code: code}
	for name, tt := range map[string]struct {
		steps    []step
		want     []dialogue.Effect
		wantOpen bool
	}{
		"text then pin settles to a submission": {
			steps: []step{{event: said("ổ gà")}, {after: second, event: pin()}, {after: 2500 * time.Millisecond}},
			want:  []dialogue.Effect{submit},
		},
		"pin then text settles to a submission": {
			steps: []step{{event: pin()}, {after: second, event: said("ổ gà")}, {after: 2500 * time.Millisecond}},
			want:  []dialogue.Effect{submit},
		},
		"nothing is submitted before it has settled": {
			steps: []step{{event: pin()}, {event: said("ổ gà")}, {after: 2499 * time.Millisecond}}, wantOpen: true,
		},
		"each piece begins the wait anew": {
			steps:    []step{{event: pin()}, {event: said("ổ gà")}, {after: 2 * second, event: said("to")}, {after: 2 * second}},
			wantOpen: true,
		},
		"what settled is not submitted again": {
			steps: []step{{event: pin()}, {event: said("ổ gà")}, {after: 3 * second}, {after: 3 * second}},
			want:  []dialogue.Effect{submit},
		},
		"words alone ask nothing before 6 s of silence": {
			steps: []step{{event: said("ổ gà")}, {after: 2500 * time.Millisecond}, {after: 3499 * time.Millisecond}}, wantOpen: true,
		},
		"words alone ask for the place, once": {
			steps: []step{{event: said("ổ gà")}, {after: 3 * second}, {after: 3 * second}, {after: second}, {after: time.Hour}},
			want:  []dialogue.Effect{place}, wantOpen: true,
		},
		"more words after the question do not ask it again": {
			steps: []step{{event: said("ổ gà")}, {after: 6 * second}, {after: second, event: said("to lắm")}, {after: time.Minute}},
			want:  []dialogue.Effect{place}, wantOpen: true,
		},
		"the answer to the question submits": {
			steps: []step{{event: said("ổ gà")}, {after: 6 * second}, {after: second, event: pin()}, {after: 3 * second}},
			want:  []dialogue.Effect{place, submit},
		},
		"a pin alone asks what is the matter": {
			steps: []step{{event: pin()}, {after: 6 * second}}, want: []dialogue.Effect{what}, wantOpen: true,
		},
		"a pressed button chooses":                {steps: []step{{event: press("done:" + code)}}, want: []dialogue.Effect{done}},
		"a bare digit chooses":                    {steps: []step{{event: said(" 2 "), choices: asked}}, want: []dialogue.Effect{notDone}},
		"a digit beyond the choices is words":     {steps: []step{{event: said("3"), choices: asked}}, wantOpen: true},
		"zero is words":                           {steps: []step{{event: said("0"), choices: asked}}, wantOpen: true},
		"a digit when nothing was asked is words": {steps: []step{{event: said("1")}}, wantOpen: true},
		"a digit with words is words":             {steps: []step{{event: said("1 ổ gà"), choices: asked}}, wantOpen: true},
		"an unknown payload is harmless":          {steps: []step{{event: press("explode:" + code)}}},
		"an empty payload is harmless":            {steps: []step{{event: press("")}}},
		"a payload without a code is harmless":    {steps: []step{{event: press("done")}}},
		"a payload with NUL is harmless":          {steps: []step{{event: press("done:\x00")}}},
		"what nobody can act on opens nothing":    {steps: []step{{event: &bots.Incoming{Kind: bots.KindSticker}}, {after: time.Minute}}},
		"a choice leaves the open draft alone": {
			steps:    []step{{event: said("ổ gà")}, {event: said("1"), choices: asked}},
			want:     []dialogue.Effect{done},
			wantOpen: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			now, d := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC), dialogue.Draft{}
			var got []dialogue.Effect
			for _, s := range tt.steps {
				now = now.Add(s.after)
				var effects []dialogue.Effect
				d, effects = dialogue.Reduce(d, dialogue.Input{Event: s.event, Message: "m", Choices: s.choices}, now)
				got = append(got, effects...)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("what the bot does (-want +got):\n%s", diff)
			}
			if d.Open != tt.wantOpen {
				t.Errorf("the draft is open: %t, want %t", d.Open, tt.wantOpen)
			}
		})
	}
}
