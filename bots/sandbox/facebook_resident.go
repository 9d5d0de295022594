package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// FacebookResident is a person who writes to the page, in a thread of their own, and comments on its posts.
type FacebookResident struct {
	f           *Facebook
	id          string
	first, last string
	wroteAt     time.Time // opens the window; zero: never
	blocked     bool
}

// Resident returns the person with a page-scoped id. Facebook does not tell who they are if the first name is empty.
func (f *Facebook) Resident(id, firstName, lastName string) *FacebookResident {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.residents[id]
	if r == nil {
		r = &FacebookResident{f: f, id: id}
		f.residents[id] = r
	}
	r.first, r.last = firstName, lastName
	return r
}

// Say writes a text and returns its id.
func (r *FacebookResident) Say(text string) string {
	return r.write(map[string]any{"text": text})
}

// Reply writes a text in answer to a message.
func (r *FacebookResident) Reply(mid, text string) string {
	return r.write(map[string]any{"text": text, "reply_to": map[string]any{"mid": mid, "is_self_reply": false}})
}

// SendPhotos sends pictures: one message with an attachment for each.
func (r *FacebookResident) SendPhotos(photos ...[]byte) string {
	r.f.mu.Lock()
	attachments := make([]any, 0, len(photos))
	for _, raw := range photos {
		attachments = append(attachments, graphAttachment("image", r.f.keep(raw)))
	}
	r.f.mu.Unlock()
	return r.write(map[string]any{"attachments": attachments})
}

// Like sends the blue thumb, which is a sticker.
func (r *FacebookResident) Like() string {
	const thumb = 369239263222822
	sticker := map[string]any{"url": "https://scontent.xx.fbcdn.net/v/like.png", "sticker_id": thumb}
	return r.write(map[string]any{"sticker_id": thumb, "attachments": []any{
		map[string]any{"type": "sticker", "payload": sticker},
	}})
}

func graphAttachment(kind, address string) map[string]any {
	return map[string]any{"type": kind, "payload": map[string]any{"url": address}}
}

// Tap presses a quick reply under a message of the page. Its words stand in the thread then.
func (r *FacebookResident) Tap(mid, payload string) (string, error) {
	for _, m := range r.f.Messages(r.id) {
		at := slices.IndexFunc(m.Buttons, func(b Button) bool { return b.Data == payload })
		if m.ID == mid && at >= 0 {
			return r.write(map[string]any{
				"text": m.Buttons[at].Title, "quick_reply": map[string]any{"payload": payload},
			}), nil
		}
	}
	return "", fmt.Errorf("tap %s: %w", payload, errNoButton)
}

// Postback presses a button that is not under a message, as the one that begins a conversation.
func (r *FacebookResident) Postback(title, payload string) string {
	return r.act("messaging_postbacks", "postback", map[string]any{"title": title, "payload": payload})
}

// OpenLink comes by a link m.me/<page> that has a reference.
func (r *FacebookResident) OpenLink(ref string) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.wroteAt = r.f.now()
	event := r.event(map[string]any{"referral": map[string]any{
		"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD",
	}})
	event["timestamp"] = r.f.now().Unix() // seconds, as was seen (channels.md §4.3)
	r.f.emit("messaging_referrals", event)
}

// Edit changes the text of a message that the resident wrote.
func (r *FacebookResident) Edit(mid, text string, times int) {
	r.tell("message_edits", map[string]any{"message_edit": map[string]any{
		"mid": mid, "text": text, "num_edit": strconv.Itoa(times),
	}})
}

// Unsend takes back a message that the resident wrote.
func (r *FacebookResident) Unsend(mid string) {
	r.tell("messages", map[string]any{"message": map[string]any{"mid": mid, "is_deleted": true}})
}

// React puts an emoji to a message; an empty one takes it away.
func (r *FacebookResident) React(mid, emoji string) {
	reaction := map[string]any{"mid": mid, "action": "unreact"}
	if emoji != "" {
		reaction = map[string]any{"mid": mid, "action": "react", "emoji": emoji, "reaction": "other"}
	}
	r.tell("message_reactions", map[string]any{"reaction": reaction})
}

// Read opens the thread: everything in it was seen.
func (r *FacebookResident) Read() {
	r.tell("message_reads", map[string]any{"read": map[string]any{"watermark": r.f.now().UnixMilli()}})
}

// Comment writes under a post of the page and returns the comment's id. It opens no window.
func (r *FacebookResident) Comment(post, text string) string {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	id := r.f.nextID(post + "_")
	c := &facebookComment{by: r, post: r.f.app.Page + "_" + post, at: r.f.now()}
	r.f.comments[id] = c
	r.f.emit("feed", c.change("add", id, text))
	return id
}

// EditComment gives a comment other words.
func (r *FacebookResident) EditComment(id, text string) { r.comment("edited", id, text) }

// RemoveComment takes a comment away.
func (r *FacebookResident) RemoveComment(id string) { r.comment("remove", id, "") }

func (r *FacebookResident) comment(verb, id, text string) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	if c := r.f.comments[id]; c != nil {
		r.f.emit("feed", c.change(verb, id, text))
	}
}

// change is what the page's feed tells of a comment. Nobody is named whose name is not known.
func (c *facebookComment) change(verb, id, text string) map[string]any {
	value := map[string]any{
		"item": "comment", "verb": verb, "post_id": c.post, "parent_id": c.post, "comment_id": id,
		"created_time": c.at.Unix(),
	}
	if c.by.first != "" {
		value["from"] = map[string]any{"id": c.by.id, "name": c.by.first + " " + c.by.last}
	}
	if text != "" {
		value["message"] = text
	}
	return value
}

// Answer is what staff of the page write to the resident by hand, in the Page Inbox.
func (r *FacebookResident) Answer(text string) string {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	m := FacebookMessage{ID: r.f.nextID("m_"), Content: Content{Text: text}, At: r.f.now()}
	r.f.echo(r, m, pageInboxApp)
	return m.ID
}

// pageInboxApp is the app in whose name the Page Inbox writes.
const pageInboxApp = "263902037430900"

// Block stops the page: it can send nothing more. Facebook does not tell it.
func (r *FacebookResident) Block() { r.block(true) }

// Unblock lets the page write again.
func (r *FacebookResident) Unblock() { r.block(false) }

func (r *FacebookResident) block(blocked bool) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.blocked = blocked
}

// write makes a message of the resident.
func (r *FacebookResident) write(message map[string]any) string {
	return r.act("messages", "message", message)
}

// act makes an event with an id of its own, which opens the window.
func (r *FacebookResident) act(field, name string, said map[string]any) string {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	id := r.f.nextID("m_")
	said["mid"] = id
	r.wroteAt = r.f.now()
	r.f.emit(field, r.event(map[string]any{name: said}))
	return id
}

// tell makes an event that opens no window.
func (r *FacebookResident) tell(field string, said map[string]any) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.f.emit(field, r.event(said))
}

// event adds to what happened who it was, and when.
func (r *FacebookResident) event(said map[string]any) map[string]any {
	said["sender"], said["recipient"] = map[string]any{"id": r.id}, map[string]any{"id": r.f.app.Page}
	said["timestamp"] = r.f.now().UnixMilli()
	return said
}
