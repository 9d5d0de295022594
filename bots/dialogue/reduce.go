// Package dialogue knows when the bot speaks: a draft fills from whatever a resident sends, in any order, and is
// submitted when it is ready. Reduce decides and is pure; the tasks around it read the inbox and write what was
// decided. It never calls a platform and never changes a ticket but through the Desk.
package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// The pace of a conversation (design §5).
const (
	settleAfter = 2500 * time.Millisecond // after the last piece: albums come as separate events
	askAfter    = 6 * time.Second         // of silence, before a question
)

// Slots are what a draft has gathered.
type Slots struct {
	Words    []string  `json:"words,omitempty"`
	Lat      *float64  `json:"lat,omitempty"`
	Lon      *float64  `json:"lon,omitempty"`
	Messages []string  `json:"messages,omitempty"` // ids, in the order of the platform
	Asked    []string  `json:"asked,omitempty"`    // which questions were put: none is put twice
	LastAt   time.Time `json:"last_at"`            // when the last piece came
	WakeAt   time.Time `json:"look_at,omitzero"`   // when it is to be looked at again; a sweep moves the row's own wake_at
}

// Draft is an open draft as Reduce sees it.
type Draft struct {
	Slots
	Open bool
}

// Input is one thing that happened: an event with the id of its kept message, or, without an event, the passing of
// time. Choices are the buttons of what we said last.
type Input struct {
	Event   *bots.Incoming
	Message string
	Choices []models.Button
}

// EffectKind says what is to be done.
type EffectKind string

// What a turn can lead to.
const (
	EffectSay    EffectKind = "say"
	EffectSubmit EffectKind = "submit"
	EffectClose  EffectKind = "close"
	EffectReopen EffectKind = "reopen"
)

// Effect is one thing to do: say Key, submit the draft, or a verb on the ticket with Code.
type Effect struct {
	Kind EffectKind
	Key  string
	Args models.Args
	Code string
}

// Reduce folds one input into a draft.
func Reduce(d Draft, in Input, now time.Time) (Draft, []Effect) {
	if in.Event == nil {
		return settle(d, now)
	}
	if payload := chosen(in); payload != "" {
		return d, choose(payload)
	}
	if !in.Event.Actionable {
		return d, nil
	}
	return gather(d, in, now), nil
}

// chosen returns the payload of the choice that an event makes: a pressed button, or the bare number of one.
func chosen(in Input) string {
	if in.Event.Kind == bots.KindPostback {
		return in.Event.Payload
	}
	if in.Event.Kind != bots.KindText || in.Event.Text == nil {
		return ""
	}
	n, err := strconv.Atoi(strings.TrimSpace(*in.Event.Text))
	if err != nil || n < 1 || n > len(in.Choices) {
		return ""
	}
	return in.Choices[n-1].Payload
}

func choose(payload string) []Effect {
	verb, code, _ := strings.Cut(payload, ":")
	code, ok := models.ParseCode(code)
	if !ok {
		return nil
	}
	switch verb {
	case "done":
		return []Effect{{Kind: EffectClose, Code: code}}
	case "not_done":
		return []Effect{{Kind: EffectReopen, Code: code}}
	default:
		return nil
	}
}

func gather(d Draft, in Input, now time.Time) Draft {
	d.Open = true
	if in.Event.Text != nil && strings.TrimSpace(*in.Event.Text) != "" {
		d.Words = append(d.Words, *in.Event.Text)
	}
	if in.Event.Lat != nil && in.Event.Lon != nil {
		d.Lat, d.Lon = in.Event.Lat, in.Event.Lon
	}
	d.Messages = append(d.Messages, in.Message)
	d.LastAt, d.WakeAt = now, now.Add(settleAfter)
	return d
}

func settle(d Draft, now time.Time) (Draft, []Effect) {
	if !d.Open || now.Before(d.WakeAt) {
		return d, nil
	}
	missing := d.missing()
	if missing == "" {
		d.Open = false
		return d, []Effect{{Kind: EffectSubmit}}
	}
	if silentSince := d.LastAt.Add(askAfter); now.Before(silentSince) {
		d.WakeAt = silentSince
		return d, nil
	}
	d.WakeAt = time.Time{}
	if slices.Contains(d.Asked, missing) {
		return d, nil
	}
	d.Asked = append(d.Asked, missing)
	return d, []Effect{{Kind: EffectSay, Key: missing}}
}

// missing names the question for the slot that keeps a draft from being ready, empty when it is.
func (d Draft) missing() string {
	switch {
	case d.Lat == nil:
		return "ask_place"
	case len(d.Words) == 0:
		return "ask_what"
	default:
		return ""
	}
}
