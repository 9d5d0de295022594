package main

import (
	"slices"
	"strings"

	"github.com/vticket/vticket/bots"
)

// pressed is how a script's button looks among our payloads: the verb, and a word of what follows it ("" for any). One
// that is meant only now is looked for under the newest choices only: "xong" also stands for "no".
type pressed struct {
	verb, word string
	now        bool
}

// presses are the choices that a script's button stands for, the best first; none for buttons that we do not have.
func presses(button string) []pressed {
	if stars, ok := strings.CutPrefix(button, "rate_"); ok {
		return []pressed{{verb: "rate", word: stars}}
	}
	return map[string][]pressed{
		"confirm":    {{verb: "place", word: "meant"}, {verb: "send", word: "yes"}, {verb: "done", now: true}},
		"split_yes":  {{verb: "split", word: "yes"}},
		"split_no":   {{verb: "split", word: "no"}},
		"same_yes":   {{verb: "same"}, {verb: "still"}, {verb: "add"}},
		"same_no":    {{verb: "other"}, {verb: "new"}},
		"more":       {{verb: "add"}},
		"reopen_yes": {{verb: "not_done"}, {verb: "still"}},
		"reopen_no":  {{verb: "done", now: true}, {verb: "other", now: true}},
	}[button]
}

// press is what a platform makes of a pressed button: the choice that it stands for. Stars may be given for what was
// answered before they are asked for. Where no choice of ours means cancel, status or menu, people write the word. What
// is left has nothing to act on.
func (p *play) press(button string) bots.Incoming {
	in := bots.Incoming{Kind: bots.KindPostback, Payload: button, Actionable: true}
	stars, rates := strings.CutPrefix(button, "rate_")
	answered, found := p.choice(pressed{verb: "done"})
	if payload, ok := p.choice(presses(button)...); ok {
		in.Payload = payload
	} else if rates && found {
		in.Payload = "rate" + strings.TrimPrefix(answered, "done") + ":" + stars
	} else if slices.Contains([]string{"cancel", "status", "menu"}, button) {
		in = bots.Incoming{Kind: bots.KindText, Text: &button, Actionable: true}
	}
	return in
}

// choice is the payload under the newest of our messages that has one of the choices, the best first.
func (p *play) choice(wanted ...pressed) (payload string, found bool) {
	newest := true
	for _, m := range slices.Backward(p.course) {
		if m.shown == nil || len(m.shown.Buttons) == 0 {
			continue
		}
		for _, want := range wanted {
			at := slices.IndexFunc(m.shown.Buttons, func(b bots.Button) bool { return want.of(b.Payload) })
			if at >= 0 && (newest || !want.now) {
				return m.shown.Buttons[at].Payload, true
			}
		}
		newest = false
	}
	return "", false
}

// of tells whether a payload is meant.
func (w pressed) of(payload string) bool {
	fields := strings.Split(payload, ":")
	return fields[0] == w.verb && (w.word == "" || slices.Contains(fields[1:], w.word))
}
