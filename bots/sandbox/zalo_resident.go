package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ZaloResident is a person who talks to the account.
type ZaloResident struct {
	z          *Zalo
	id         string
	name       string
	phone      string
	interacted time.Time // last; zero: never
	follows    bool
	blocked    bool
	wrote      []string
}

// Resident returns the person with an id.
func (z *Zalo) Resident(id, name string) *ZaloResident {
	z.mu.Lock()
	defer z.mu.Unlock()
	r := z.residents[id]
	if r == nil {
		r = &ZaloResident{z: z, id: id}
		z.residents[id] = r
	}
	r.name = name
	return r
}

// Phone gives the resident a telephone number, 84…, by which templates reach them.
func (r *ZaloResident) Phone(number string) {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	r.phone = number
}

// Say writes a text and returns its message id.
func (r *ZaloResident) Say(text string) string {
	return r.write("user_send_text", map[string]any{"text": text})
}

// Reply writes a text in answer to a message.
func (r *ZaloResident) Reply(message, text string) string {
	return r.write("user_send_text", map[string]any{"text": text, "quote_msg_id": message})
}

// SendImage sends a picture.
func (r *ZaloResident) SendImage(raw []byte, caption string) string {
	address := r.z.keep(raw)
	message := map[string]any{"attachments": []any{map[string]any{
		"type": "image", "payload": map[string]any{"url": address, "thumbnail": address},
	}}}
	if caption != "" {
		message["text"] = caption
	}
	return r.write("user_send_image", message)
}

// SendLocation sends a place, which has the name of what is there.
func (r *ZaloResident) SendLocation(lat, lon float64, place string) string {
	degrees := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) } // coordinates are strings
	return r.write("user_send_location", map[string]any{"text": place, "attachments": []any{map[string]any{
		"type":    "location",
		"payload": map[string]any{"coordinates": map[string]any{"latitude": degrees(lat), "longitude": degrees(lon)}},
	}}})
}

// Tap taps a choice under a message of the account: what it holds comes back as a text.
func (r *ZaloResident) Tap(message, data string) error {
	shown := slices.ContainsFunc(r.z.Messages(r.id), func(m ZaloMessage) bool {
		return m.ID == message && slices.ContainsFunc(m.Buttons, func(b Button) bool { return b.Data == data })
	})
	if !shown {
		return fmt.Errorf("tap %s: %w", data, errNoButton)
	}
	r.Say(data)
	return nil
}

// SubmitInfo fills in the account's form.
func (r *ZaloResident) SubmitInfo(name, phone, address string) {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	r.interacted = r.z.now()
	r.z.emit("user_submit_info", r.says(map[string]any{"info": map[string]any{
		"name": name, "phone": phone, "full_address": map[string]any{"user_address": address},
	}}))
}

// Follow follows the account.
func (r *ZaloResident) Follow() { r.manage("follow", true) }

// Unfollow stops following the account.
func (r *ZaloResident) Unfollow() { r.manage("unfollow", false) }

// ClickChatNow opens the chat without writing: the account may write from now on.
func (r *ZaloResident) ClickChatNow() {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	r.interacted = r.z.now()
	r.z.emit("user_click_chatnow", map[string]any{"oa_id": r.z.options.OA, "user_id": r.id})
}

// Block turns the account's messages off. Nothing tells us.
func (r *ZaloResident) Block() { r.block(true) }

// Unblock lets the account write again.
func (r *ZaloResident) Unblock() { r.block(false) }

func (r *ZaloResident) block(blocked bool) {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	r.blocked = blocked
}

func (r *ZaloResident) manage(event string, follows bool) {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	if r.follows = follows; follows {
		r.interacted = r.z.now()
	}
	r.z.emit(event, map[string]any{
		"oa_id": r.z.options.OA, "follower": map[string]any{"id": r.id}, "source": "oa_profile",
	})
}

// write makes a message of the resident: an interaction, which opens the window anew.
func (r *ZaloResident) write(event string, message map[string]any) string {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	id := r.z.next()
	message["msg_id"] = id
	r.interacted, r.wrote = r.z.now(), append(r.wrote, id)
	r.z.emit(event, r.says(map[string]any{"message": message}))
	return id
}

func (r *ZaloResident) says(event map[string]any) map[string]any {
	event["sender"], event["recipient"] = map[string]any{"id": r.id}, map[string]any{"id": r.z.options.OA}
	return event
}

// keep stores a picture and returns its address.
func (z *Zalo) keep(raw []byte) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	id := z.next() + ".jpg"
	z.media[id] = raw
	return z.base + "/media/" + id
}

// emit makes an event and posts it, if there is a webhook that wants it. The lock is held.
func (z *Zalo) emit(name string, event map[string]any) {
	stamp := z.millis(z.now())
	event["app_id"], event["event_name"], event["timestamp"] = z.options.AppID, name, stamp
	if user, ok := event["sender"].(map[string]any); ok && !strings.HasPrefix(name, "oa_") {
		event["user_id_by_app"] = fmt.Sprint("by-app-", user["id"])
	}
	body, err := json.Marshal(event)
	if err != nil {
		return // what is made here can always be encoded
	}
	z.made = append(z.made, body)
	z.wake()
	if z.hook == "" || len(z.events) > 0 && !slices.Contains(z.events, name) {
		return
	}
	header := map[string]string{"X-ZEvent-Signature": z.sign(body, stamp)}
	if name == "user_received_message" {
		header["X-ZEvent-Server"] = "ZNS"
	}
	z.posts.post(zaloPost{body: body, header: header, target: z.target, failed: z.unsubscribe})
}
