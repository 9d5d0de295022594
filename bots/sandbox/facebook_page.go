package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// facebookComment is what somebody wrote under a post of the page.
type facebookComment struct {
	by       *FacebookResident
	post     string
	at       time.Time
	answered bool     // in private
	replies  []string // in public
}

// Replies returns what the page has answered to a comment in public.
func (f *Facebook) Replies(comment string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.comments[comment]; c != nil {
		return append([]string(nil), c.replies...)
	}
	return nil
}

// GetStarted is the payload of the button that begins a conversation; empty: there is none.
func (f *Facebook) GetStarted() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.getStarted
}

// subscribe tells, sets or ends which events of the page the app gets. The lock is held.
func (f *Facebook) subscribe(c graphCall) (any, *graphError) {
	switch c.verb {
	case http.MethodGet:
		apps := []any{}
		if f.subscribed {
			apps = append(apps, map[string]any{"id": f.app.ID, "name": "Vticket", "subscribed_fields": f.fields})
		}
		return map[string]any{"data": apps}, nil
	case http.MethodPost:
		fields := strings.Split(c.fields["subscribed_fields"], ",")
		for _, field := range fields {
			if !facebookFields[field] {
				return nil, graphInvalid("Param subscribed_fields has an element that is not one of those that exist")
			}
		}
		f.subscribed, f.fields = true, fields
	case http.MethodDelete:
		f.subscribed = false
	default:
		return nil, errGraphNode
	}
	f.wake()
	return map[string]any{"success": true}, nil
}

// facebookFields are the events of a page that this fake makes (channels.md §4.1).
var facebookFields = map[string]bool{
	"messages": true, "messaging_postbacks": true, "message_deliveries": true, "message_reads": true,
	"message_echoes": true, "message_edits": true, "message_reactions": true, "messaging_referrals": true, "feed": true,
}

// setProfile sets what a thread shows before anybody wrote. The lock is held.
func (f *Facebook) setProfile(c graphCall) (any, *graphError) {
	var button struct {
		Payload string `json:"payload"`
	}
	if json.Unmarshal([]byte(c.fields["get_started"]), &button) != nil || button.Payload == "" {
		return nil, graphInvalid("The parameter get_started is required")
	}
	f.getStarted = button.Payload
	return map[string]any{"result": "success"}, nil
}

// subscriptions is the webhook as the app's console has it. The lock is held.
func (f *Facebook) subscriptions() any {
	hooks := []any{map[string]any{"object": "user", "callback_url": "https://example.org/users", "active": true}}
	if f.callback != "" {
		hooks = append(hooks, map[string]any{"object": "page", "callback_url": f.callback, "active": true})
	}
	return map[string]any{"data": hooks}
}

// profile is what somebody is called. The lock is held.
func (f *Facebook) profile(c graphCall) (any, *graphError) {
	r := f.residents[c.node]
	if r == nil || r.first == "" {
		return nil, errGraphNode
	}
	return map[string]any{"id": r.id, "first_name": r.first, "last_name": r.last}, nil
}

// answerComment writes under a comment, for everybody to read. The lock is held.
func (f *Facebook) answerComment(c graphCall) (any, *graphError) {
	comment := f.comments[c.node]
	switch {
	case comment == nil:
		return nil, errGraphNode
	case c.fields["message"] == "":
		return nil, graphInvalid("The parameter message is required")
	}
	comment.replies = append(comment.replies, c.fields["message"])
	post, _, _ := strings.Cut(c.node, "_")
	id := f.nextID(post + "_")
	f.emit("feed", map[string]any{
		"item": "comment", "verb": "add", "from": map[string]any{"id": f.app.Page, "name": f.app.PageName},
		"post_id": comment.post, "comment_id": id, "parent_id": c.node, "created_time": f.now().Unix(),
		"message": c.fields["message"],
	})
	f.wake()
	return map[string]any{"id": id}, nil
}

// keep stores a picture and returns its address. The lock is held.
func (f *Facebook) keep(raw []byte) string {
	f.files = append(f.files, raw)
	return f.base + "/media/" + strconv.Itoa(len(f.files)-1)
}

// serveMedia answers with a picture that was sent.
func (f *Facebook) serveMedia(w http.ResponseWriter, number string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, err := strconv.Atoi(number)
	if err != nil || at < 0 || at >= len(f.files) {
		w.WriteHeader(http.StatusForbidden) // as Facebook answers for an address that has expired
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(f.files[at])
}
