package facebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// webhook is the body of a POST. What another app handles (standby) is not for us.
type webhook struct {
	Object scalar  `json:"object"`
	Entry  []entry `json:"entry"`
}

// entry is what happened on one page.
type entry struct {
	ID        scalar            `json:"id"`
	Time      scalar            `json:"time"` // milliseconds, of changes seconds
	Messaging []json.RawMessage `json:"messaging"`
	Changes   []json.RawMessage `json:"changes"`
}

type party struct {
	ID scalar `json:"id"`
}

// messaging is one event of a thread: exactly one of its raw fields is there (channels.md §4.3).
type messaging struct {
	Sender    party           `json:"sender"`
	Recipient party           `json:"recipient"`
	Timestamp scalar          `json:"timestamp"`
	Message   json.RawMessage `json:"message"`
	Edit      json.RawMessage `json:"message_edit"`
	Postback  json.RawMessage `json:"postback"`
	Referral  json.RawMessage `json:"referral"`
	Reaction  json.RawMessage `json:"reaction"`
	Delivery  json.RawMessage `json:"delivery"`
	Read      json.RawMessage `json:"read"`
	Policy    json.RawMessage `json:"policy_enforcement"`
}

// dashboardTest is the page of the events that the console's "Test" button sends.
const dashboardTest = "0"

// Parse makes canonical events of one webhook, which may bring several, of several pages. What cannot be read in it is
// an error beside the events that can.
func (a *Adapter) Parse(body []byte) ([]bots.Incoming, error) {
	var w webhook
	var faults []error
	if err := bots.Decode(body, &w); err != nil {
		if _, odd := errors.AsType[*bots.OddValueError](err); !odd {
			return nil, fmt.Errorf("facebook webhook: %w", err)
		}
		faults = append(faults, err) // all but the odd value was read
	}
	if w.Object != "page" {
		return nil, errors.Join(faults...)
	}
	c := collection{seen: map[string]bool{}}
	for _, e := range w.Entry {
		if e.ID == dashboardTest {
			continue
		}
		for _, raw := range e.Messaging {
			c.add(a.fromMessaging(e, raw))
		}
		for _, raw := range e.Changes {
			c.add(a.fromChange(e, raw))
		}
	}
	if err := errors.Join(append(faults, c.faults...)...); err != nil {
		return c.events, fmt.Errorf("facebook webhook: %w", err)
	}
	return c.events, nil
}

// collection is the events of one webhook, each once.
type collection struct {
	events []bots.Incoming
	seen   map[string]bool // rows of the inbox
	faults []error
}

// add keeps an event, unless the same is there already: Facebook repeats messages within one POST too.
func (c *collection) add(in bots.Incoming, ok bool, err error) {
	if err != nil {
		c.faults = append(c.faults, err)
		return
	}
	if !ok {
		return
	}
	in.Channel, in.Sequence = Name, int64(len(c.events))
	in.Actionable = actionable(in.Kind)
	if in.Media == nil {
		in.Media = []bots.Media{}
	}
	row, err := in.Inbox("")
	if err != nil {
		c.faults = append(c.faults, err)
		return
	}
	if !c.seen[row.ID] {
		c.events, c.seen[row.ID] = append(c.events, in), true
	}
}

// actionable tells what may open or extend a ticket (channels.md §1): threads of a page are all of two.
func actionable(kind bots.Kind) bool {
	switch kind {
	case bots.KindText, bots.KindImage, bots.KindVideo, bots.KindAudio, bots.KindFile, bots.KindLocation,
		bots.KindPostback, bots.KindComment, bots.KindEdit:
		return true
	default:
		return false
	}
}

// fromMessaging reads one event of a thread. The resident is the side that is not the page.
func (a *Adapter) fromMessaging(e entry, raw json.RawMessage) (bots.Incoming, bool, error) {
	m, err := decode[messaging](raw)
	if err != nil {
		return bots.Incoming{}, false, err
	}
	in := bots.Incoming{Account: present(e.ID), User: m.Sender.ID.id(), At: a.instant(m.Timestamp)}
	own := in.User != "" && in.User == e.ID.id()
	if own {
		in.User = m.Recipient.ID.id()
	}
	if there(m.Policy) {
		return policy(in, m)
	}
	if in.User == "" || in.User == e.ID.id() {
		return in, false, nil
	}
	switch {
	case there(m.Message):
		err = a.message(&in, m, own)
	case there(m.Delivery):
		err = a.delivered(&in, m)
	case there(m.Read):
		err = a.read(&in, m)
	case own:
		return in, false, nil
	case there(m.Edit):
		err = edited(&in, m)
	case there(m.Postback):
		err = pressed(&in, m)
	case there(m.Referral):
		err = referred(&in, m)
	case there(m.Reaction):
		err = reacted(&in, m)
	default:
		return in, false, nil
	}
	return in, err == nil && in.User != "", err // an echo may name nobody
}

// decode reads one field of an event.
func decode[T any](raw json.RawMessage) (T, error) {
	var value T
	if err := bots.Decode(raw, &value); err != nil {
		return value, fmt.Errorf("event: %w", err)
	}
	return value, nil
}

func present(id scalar) *string {
	if text := id.id(); text != "" {
		return &text
	}
	return nil
}

// once is the key of an event that has no id of its own (channels.md §1).
func once(name string, in *bots.Incoming, at scalar, payload []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(name), []byte(in.User), []byte(at), payload} {
		_, _ = h.Write(part)
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// edited: the message has other words now.
func edited(in *bots.Incoming, m messaging) error {
	e, err := decode[struct {
		Mid     scalar `json:"mid"`
		Text    scalar `json:"text"`
		NumEdit scalar `json:"num_edit"`
	}](m.Edit)
	in.Kind, in.Message, in.Text, in.NumEdit = bots.KindEdit, present(e.Mid), e.Text.words(), e.NumEdit.count()
	in.Dedupe = once("message_edit", in, m.Timestamp, m.Edit)
	return err
}

type referral struct {
	Ref scalar `json:"ref"`
}

// pressed: a button of ours, or the one that begins a conversation.
func pressed(in *bots.Incoming, m messaging) error {
	p, err := decode[struct {
		Mid      scalar   `json:"mid"`
		Title    scalar   `json:"title"`
		Payload  scalar   `json:"payload"`
		Referral referral `json:"referral"`
	}](m.Postback)
	in.Kind, in.Message, in.Text = bots.KindPostback, present(p.Mid), p.Title.words()
	in.Payload, in.Ref = string(p.Payload), string(p.Referral.Ref)
	if in.Message == nil { // older versions give none
		in.Dedupe = once("postback", in, m.Timestamp, m.Postback)
	}
	return err
}

// referred: the resident came by a link.
func referred(in *bots.Incoming, m messaging) error {
	r, err := decode[referral](m.Referral)
	in.Kind, in.Ref = bots.KindReferral, string(r.Ref)
	in.Dedupe = once("referral", in, m.Timestamp, m.Referral)
	return err
}

// reacted: without an emoji the reaction was taken back.
func reacted(in *bots.Incoming, m messaging) error {
	r, err := decode[struct {
		Mid      scalar `json:"mid"`
		Action   scalar `json:"action"`
		Emoji    scalar `json:"emoji"`
		Reaction scalar `json:"reaction"`
	}](m.Reaction)
	in.Kind, in.Message = bots.KindReaction, present(r.Mid)
	if r.Action != "unreact" {
		if in.Emoji = string(r.Emoji); in.Emoji == "" {
			in.Emoji = string(r.Reaction)
		}
	}
	in.Dedupe = once("reaction", in, m.Timestamp, m.Reaction)
	return err
}

type receipt struct {
	Mids      []scalar `json:"mids"`
	Watermark scalar   `json:"watermark"`
}

// delivered: some messages of ours have come.
func (a *Adapter) delivered(in *bots.Incoming, m messaging) error {
	r, err := decode[receipt](m.Delivery)
	in.Kind, in.At, in.MessageIDs = bots.KindDelivery, a.instant(r.Watermark), []string{}
	for _, mid := range r.Mids {
		if mid.id() != "" {
			in.MessageIDs = append(in.MessageIDs, mid.id())
		}
	}
	in.Dedupe = once("delivery", in, m.Timestamp, m.Delivery)
	return err
}

// read: everything of ours up to the watermark was seen. No ids are given.
func (a *Adapter) read(in *bots.Incoming, m messaging) error {
	r, err := decode[receipt](m.Read)
	in.Kind, in.At, in.MessageIDs = bots.KindRead, a.instant(r.Watermark), []string{}
	in.Dedupe = once("read", in, m.Timestamp, m.Read)
	return err
}

// policy: Facebook warns or blocks the page. Nobody said anything, but somebody should hear of it: what was done is the
// payload, why is the text.
func policy(in bots.Incoming, m messaging) (bots.Incoming, bool, error) {
	p, err := decode[struct {
		Action scalar `json:"action"`
		Reason scalar `json:"reason"`
	}](m.Policy)
	in.User, in.Kind, in.Payload, in.Text = "", bots.KindIgnored, string(p.Action), p.Reason.words()
	in.Alert = "Facebook restricts or warns the Page, or takes that back (" + models.Clean(string(p.Action), 40) +
		"): see its Page Quality and Support Inbox, and mend or appeal; until then messages may not go out"
	in.Dedupe = once("policy_enforcement", &in, m.Timestamp, m.Policy)
	return in, err == nil, err
}
