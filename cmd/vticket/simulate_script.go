package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

// script is a conversation as a line of a file has it: what is there before, and what the resident does when.
type script struct {
	ID       string         `json:"id"`
	Channel  string         `json:"channel"` // as people call it: see scriptChannels
	Initial  []scriptTicket `json:"initial_tickets"`
	Messages []scriptEvent  `json:"messages"`
}

// scriptTicket is a ticket that is there before. Code is how the script calls it.
type scriptTicket struct {
	Code     string       `json:"code"`
	Category string       `json:"category_key"`
	State    models.State `json:"state"`         // empty: as Submit makes it
	Own      bool         `json:"same_reporter"` // the resident's, else somebody else's
	Text     string       `json:"text"`          // empty: what the type is called
	Address  string       `json:"address"`
	Lat      *float64     `json:"lat"`
	Lon      *float64     `json:"lon"`
}

// scriptEvent is one thing that the resident does, or staff do.
type scriptEvent struct {
	AtS      float64  `json:"at_s"` // seconds from the start
	Type     string   `json:"type"`
	Text     string   `json:"text"`
	Caption  string   `json:"caption"` // of an album
	File     string   `json:"file"`
	Files    []string `json:"files"`
	Group    string   `json:"group"`
	Lat      *float64 `json:"lat"`
	Lon      *float64 `json:"lon"`
	Accuracy float64  `json:"accuracy_m"`
	Edits    *int     `json:"edits"` // which message, counted from 0
	Payload  string   `json:"payload"`
	Ticket   string   `json:"ticket"`
}

// The types of event.
const (
	eventText     = "text"
	eventPhoto    = "photo"
	eventAlbum    = "album"
	eventLocation = "location"
	eventSticker  = "sticker"
	eventVoice    = "voice"
	eventVideo    = "video"
	eventEdit     = "edit"
	eventUnsend   = "unsend"
	eventButton   = "button"
	eventResolved = "system_resolved"
)

// scriptChannels are the channels as scripts call them.
func scriptChannels() map[string]string {
	return map[string]string{
		"telegram": telegram.Name, "zalo": zalo.OAName, "zalo_bot": zalo.BotName, "zalobot": zalo.BotName,
		"messenger": facebook.Name, "facebook": facebook.Name, "webchat": webchat.Name, "web": webchat.Name,
	}
}

// longestScript is how long a script may last: a month.
const longestScript = 31 * 24 * time.Hour

// parseScript reads a line; what it returns can be played.
func parseScript(line []byte, catalogue models.Catalogue) (script, error) {
	var s script
	if err := json.Unmarshal(line, &s); err != nil {
		return s, fmt.Errorf("no script: %w", err)
	}
	if s.ID == "" {
		return s, errors.New("a script needs an id")
	}
	name, ok := scriptChannels()[s.Channel]
	if !ok {
		return s, fmt.Errorf("script %s: no channel is called %q", s.ID, s.Channel)
	}
	s.Channel = name
	for _, t := range s.Initial {
		if err := t.check(catalogue); err != nil {
			return s, fmt.Errorf("script %s, ticket %q: %w", s.ID, t.Code, err)
		}
	}
	if len(s.Messages) == 0 {
		return s, fmt.Errorf("script %s: it has no messages", s.ID)
	}
	for i, e := range s.Messages {
		if err := e.check(i); err != nil {
			return s, fmt.Errorf("script %s, message %d: %w", s.ID, i, err)
		}
	}
	return s, nil
}

func (t scriptTicket) check(catalogue models.Catalogue) error {
	states := []models.State{
		"", models.StateNew, models.StateAssigned, models.StateInProgress, models.StateWaiting, models.StateResolved,
		models.StateClosed, models.StateWithdrawn,
	}
	switch {
	case t.Code == "":
		return errors.New("the code is missing")
	case !catalogue.Has(t.Category):
		return fmt.Errorf("no type is called %q", t.Category)
	case !slices.Contains(states, t.State):
		return fmt.Errorf("no ticket can be made in state %q", t.State)
	case (t.Lat == nil) != (t.Lon == nil):
		return errors.New("half a point")
	}
	return nil
}

func (e scriptEvent) check(index int) error {
	if !(e.AtS >= 0 && e.AtS <= longestScript.Seconds()) {
		return errors.New("at_s must be 0 to 2678400")
	}
	switch e.Type {
	case eventText, eventPhoto, eventSticker, eventVoice, eventVideo, eventButton, eventResolved:
	case eventAlbum:
		if len(e.Files) == 0 {
			return errors.New("an album needs files")
		}
	case eventLocation:
		if e.Lat == nil || e.Lon == nil || !(math.Abs(*e.Lat) <= 90 && math.Abs(*e.Lon) <= 180) {
			return errors.New("a location needs lat, -90 to 90, and lon, -180 to 180")
		}
	case eventEdit, eventUnsend:
		if e.Edits == nil || *e.Edits < 0 || *e.Edits >= index {
			return errors.New("edits must name a message before this one")
		}
	default:
		return fmt.Errorf("no type %q", e.Type)
	}
	return nil
}
