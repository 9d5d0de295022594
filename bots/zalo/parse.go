package zalo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// postback begins the text that comes back when one of our choices is tapped: Zalo has no event of its own for it
// (channels.md §2.5).
const postback = "#vt:"

// removed is the reaction that takes one away.
const removed = "/-remove"

// Parse makes a canonical event of one webhook; one that says nothing to us makes none.
func (o *OA) Parse(body []byte) ([]bots.Incoming, error) {
	var e object
	if err := bots.Decode(body, &e); err != nil {
		return nil, fmt.Errorf("zalo event: %w", err)
	}
	in := bots.Incoming{Channel: OAName, Media: []bots.Media{}, At: o.happened(e)}
	if in.Alert = alert(e); in.Alert != "" {
		in.Kind, in.Dedupe = bots.KindIgnored, digest(in, e)
		return []bots.Incoming{in}, nil
	}
	if !read(&in, e) || in.User == "" {
		return nil, nil
	}
	in.Actionable = actionable(in)
	if in.Message == nil || in.Kind == bots.KindReaction { // a reaction names the message that it is about
		in.Dedupe = digest(in, e)
	}
	return []bots.Incoming{in}, nil
}

// alert says what an operator has to do about an event that is about our templates or how many of them we may send;
// empty for others.
func alert(e object) string {
	id := func(o object, key string) string { return models.Clean(o.text(key), 40) }
	template := "template " + id(e, "template_id")
	switch e.text("event_name") {
	case "change_template_status":
		status := e.object("status")
		return template + " went from " + id(status, "prev_status") + " to " + id(status, "new_status") +
			": unless it is enabled it is not sent; see why in Zalo's console, have it approved again, or take it " +
			"out of ZALO_TEMPLATES"
	case "change_template_quality":
		return template + " has another quality: see it in Zalo's console, and have its text approved anew before it " +
			"is turned off"
	case "change_oa_daily_quota", "change_oa_template_quota":
		return "the account may send another number of templates a day (" + id(e, "quota") +
			"): see that it is enough, in Zalo's console; what is above it waits"
	default:
		return ""
	}
}

// digest tells an event that has no id of its own from all others, and the same one whenever it comes again.
func digest(in bots.Incoming, e object) string {
	in.At = nil // what is believed of it depends on when it came
	payload, _ := json.Marshal(in)
	sum := sha256.Sum256([]byte(e.text("event_name") + "\x00" + e.text("timestamp") + "\x00" + string(payload)))
	return hex.EncodeToString(sum[:])
}

// read fills in what an event says; false for one that says nothing to us (channels.md §2.4).
func read(in *bots.Incoming, e object) bool {
	name := e.text("event_name")
	switch name {
	case "follow":
		in.Kind, in.Origin = bots.KindFollow, e.text("source")
		return managed(in, e)
	case "unfollow":
		in.Kind = bots.KindUnfollow
		return managed(in, e)
	case "user_click_chatnow":
		in.Kind, in.OpensWindow = bots.KindIgnored, true
		return managed(in, e)
	case "user_withdraw":
		in.Kind = bots.KindPrivacyRequest
		return managed(in, e)
	case "user_submit_info":
		in.Kind = bots.KindSharedInfo
		in.Info = sharedInfo(e.object("info"))
		return spoken(in, e)
	case "user_reacted_message":
		in.Kind, in.Emoji = bots.KindReaction, e.object("message").text("react_icon")
		if in.Emoji == removed {
			in.Emoji = ""
		}
		return spoken(in, e)
	case "user_seen_message":
		in.Kind, in.MessageIDs = bots.KindRead, e.object("message").texts("msg_ids")
		return arrived(in, e)
	case "user_received_message":
		in.Kind, in.Tracking = bots.KindDelivery, e.object("message").id("tracking_id")
		return arrived(in, e)
	}
	if what, ok := strings.CutPrefix(name, "oa_send_"); ok {
		return echoed(in, e, what)
	}
	if what, ok := strings.CutPrefix(name, "user_send_"); ok {
		return said(in, e, what)
	}
	if what, ok := strings.CutPrefix(name, "anonymous_send_"); ok {
		in.Anonymous, in.ConversationID = true, e.object("message").id("conversation_id")
		return said(in, e, what)
	}
	return false
}

// managed fills in who an event is about that has neither sender nor message.
func managed(in *bots.Incoming, e object) bool {
	in.Account = given(first(e.id("oa_id"), e.object("recipient").id("id")))
	in.User = first(e.object("follower").id("id"), e.id("user_id"), e.object("sender").id("id"))
	return true
}

// spoken fills in who wrote to the OA, and the message that it is about.
func spoken(in *bots.Incoming, e object) bool {
	in.User, in.Account = e.object("sender").id("id"), given(e.object("recipient").id("id"))
	in.Message = given(e.object("message").id("msg_id"))
	return true
}

// answered fills in to whom the OA wrote: the other side of the event counts.
func answered(in *bots.Incoming, e object) bool {
	in.User, in.Account = e.object("recipient").id("id"), given(e.object("sender").id("id"))
	in.Message = given(e.object("message").id("msg_id"))
	return true
}

// arrived fills in which messages of ours are meant: by their ids, or by the one that we gave along.
func arrived(in *bots.Incoming, e object) bool {
	answered(in, e)
	if len(in.MessageIDs) == 0 && in.Message != nil && in.Tracking == "" {
		in.MessageIDs = []string{*in.Message}
	}
	return len(in.MessageIDs) > 0 || in.Tracking != ""
}

// echoed is what our own account said: by us, or by a person in Zalo's chat tool. To a group it is said to nobody.
func echoed(in *bots.Incoming, e object, what string) bool {
	if what == "consent" || strings.HasPrefix(what, "group_") {
		return false
	}
	m := e.object("message")
	in.Kind, in.Admin = bots.KindEcho, e.object("sender").id("admin_id")
	in.Text, in.Media = words(m.text("text")), attached(m)
	return answered(in, e)
}

// said is what somebody wrote to the OA, alone or in a group of Zalo's (GMF).
func said(in *bots.Incoming, e object, what string) bool {
	spoken(in, e)
	if rest, ok := strings.CutPrefix(what, "group_"); ok {
		in.ChatType, in.ChatID = "group", e.object("recipient").id("id")
		in.Account = given(e.id("oa_id"))
		what = rest
	}
	m := e.object("message")
	in.Text, in.ReplyTo = words(m.text("text")), m.id("quote_msg_id")
	return content(in, m, what)
}

// sharedInfo reads the form of request_user_info, in its newer and its older shape.
func sharedInfo(info object) *bots.SharedInfo {
	full := info.object("full_address")
	var parts []string
	for _, part := range []string{
		full.text("user_address"), full.text("user_ward"), full.text("user_city"),
		info.text("address"), info.text("ward"), info.text("district"), info.text("city"),
	} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return &bots.SharedInfo{
		Name: norm.NFC.String(info.text("name")), Phone: info.text("phone"),
		Address: norm.NFC.String(strings.Join(parts, ", ")),
	}
}

// actionable tells what may open or extend a ticket (channels.md §1): in a chat of two.
func actionable(in bots.Incoming) bool {
	if in.ChatType != "" {
		return false
	}
	switch in.Kind {
	case bots.KindText, bots.KindImage, bots.KindVideo, bots.KindAudio, bots.KindFile, bots.KindLocation,
		bots.KindContact, bots.KindPostback, bots.KindSharedInfo:
		return true
	default:
		return false
	}
}

func words(s string) *string { return given(norm.NFC.String(s)) }

// given is nil for what was not said.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
