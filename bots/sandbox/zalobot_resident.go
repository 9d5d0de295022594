package sandbox

import "encoding/json"

// ZaloBotResident is a person who talks to the bot in a chat of their own.
type ZaloBotResident struct {
	z        *ZaloBot
	id, name string
}

// Resident returns the person with an id; the chat exists from then on.
func (z *ZaloBot) Resident(id, name string) *ZaloBotResident {
	z.mu.Lock()
	defer z.mu.Unlock()
	r := z.residents[id]
	if r == nil {
		r = &ZaloBotResident{z: z, id: id}
		z.residents[id] = r
	}
	r.name = name
	return r
}

// Say writes a text and returns its message id.
func (r *ZaloBotResident) Say(text string) string {
	return r.write("message.text.received", map[string]any{"text": text})
}

// SendImage sends a picture.
func (r *ZaloBotResident) SendImage(raw []byte, caption string) string {
	message := map[string]any{"photo_url": r.z.keep(raw)} // photo is only what is documented
	if caption != "" {
		message["caption"] = caption
	}
	return r.write("message.image.received", message)
}

// SendSticker sends a sticker.
func (r *ZaloBotResident) SendSticker(id string) string {
	return r.write("message.sticker.received", map[string]any{"sticker": id, "url": r.z.keep([]byte("a sticker"))})
}

// SendOther sends what Zalo does not pass on, as a place.
func (r *ZaloBotResident) SendOther() string {
	return r.write("message.unsupported.received", map[string]any{})
}

func (r *ZaloBotResident) write(event string, message map[string]any) string {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	id := r.z.next()
	message["message_id"], message["date"] = id, r.z.now().UnixMilli()
	message["from"] = map[string]any{"id": r.id, "display_name": r.name, "is_bot": false}
	message["chat"] = map[string]any{"id": r.id, "chat_type": "PRIVATE"}
	body, err := json.Marshal(map[string]any{"event_name": event, "message": message})
	if err != nil {
		return id // what is made here can always be encoded
	}
	if r.z.hook.url != "" {
		r.z.deliver(body)
	} else {
		r.z.updates = append(r.z.updates, body)
	}
	r.z.wake()
	return id
}

// keep stores a picture and returns its address.
func (z *ZaloBot) keep(raw []byte) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	id := z.next() + ".jpg"
	z.media[id] = raw
	return z.base + "/media/" + id
}

// deliver posts an update, flat as Zalo does. The lock is held.
func (z *ZaloBot) deliver(body []byte) {
	z.posts.post(zaloPost{
		body: body, header: map[string]string{"X-Bot-Api-Secret-Token": z.hook.secret},
		target: z.target, failed: func() {},
	})
}

func (z *ZaloBot) target() (string, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.hook.url, z.hook.url != ""
}
