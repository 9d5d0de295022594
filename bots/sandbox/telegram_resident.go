package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // residents send JPEG
	"slices"
	"strconv"
)

// Resident is a person who talks to the bot in a chat of their own.
type Resident struct {
	t       *Telegram
	id      int64
	name    string
	last    int64 // message id
	blocked bool
}

// Resident returns the person with an id; the chat exists from then on.
func (t *Telegram) Resident(id int64, firstName string) *Resident {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.residents[id]
	if r == nil {
		r = &Resident{t: t, id: id, last: int64(t.first)}
		t.residents[id] = r
	}
	r.name = firstName
	return r
}

// Say writes a text and returns its message id. A text that begins with "/" is a command.
func (r *Resident) Say(text string) int64 {
	return r.write(map[string]any{"text": text, "entities": entities(text)})
}

// Reply writes a text in answer to a message.
func (r *Resident) Reply(messageID int64, text string) int64 {
	return r.write(map[string]any{
		"text":             text,
		"reply_to_message": map[string]any{"message_id": messageID, "date": r.t.now().Unix(), "chat": r.chat()},
	})
}

// SendLocation sends a place.
func (r *Resident) SendLocation(lat, lon float64) int64 {
	return r.write(map[string]any{"location": map[string]any{"latitude": lat, "longitude": lon}})
}

// SendPhoto sends a picture.
func (r *Resident) SendPhoto(raw []byte, caption string) int64 {
	return r.write(r.photo(raw, caption))
}

// SendAlbum sends several pictures at once: a message each, the caption on the first.
func (r *Resident) SendAlbum(photos [][]byte, caption string) []int64 {
	ids := make([]int64, 0, len(photos))
	group := strconv.FormatInt(r.id, 10) + "0" + strconv.Itoa(len(r.t.Updates()))
	for _, raw := range photos {
		message := r.photo(raw, caption)
		message["media_group_id"] = group
		ids, caption = append(ids, r.write(message)), ""
	}
	return ids
}

// Press presses a button under a message of the bot.
func (r *Resident) Press(messageID int64, data string) error {
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	at := slices.IndexFunc(r.t.chats[r.id], func(m Message) bool {
		return m.ID == messageID && slices.ContainsFunc(m.Buttons, func(b Button) bool { return b.Data == data })
	})
	if at < 0 {
		return fmt.Errorf("press %s: %w", data, errNoButton)
	}
	id := strconv.Itoa(1_000_000_000_000 + r.t.first + len(r.t.callbacks))
	r.t.callbacks[id] = false
	m := r.t.chats[r.id][at]
	r.t.emit("callback_query", map[string]any{
		"id": id, "from": r.person(), "chat_instance": "1", "data": data,
		"message": map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": r.chat(), "text": m.Text},
	})
	return nil
}

var errNoButton = errors.New("no such button under this message")

// Edit changes the text of a message that the resident wrote.
func (r *Resident) Edit(messageID int64, text string) {
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	now := r.t.now().Unix()
	r.t.emit("edited_message", map[string]any{
		"message_id": messageID, "from": r.person(), "chat": r.chat(), "date": now, "edit_date": now, "text": text,
	})
}

// Block stops the bot: it can send nothing more.
func (r *Resident) Block() { r.member(true) }

// Unblock lets the bot write again.
func (r *Resident) Unblock() { r.member(false) }

func (r *Resident) member(blocked bool) {
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	status := map[bool]string{true: "kicked", false: "member"}
	bot := map[string]any{"id": 1, "is_bot": true, "first_name": "1022"}
	was := r.blocked
	r.blocked = blocked
	r.t.emit("my_chat_member", map[string]any{
		"chat": r.chat(), "from": r.person(), "date": r.t.now().Unix(),
		"old_chat_member": map[string]any{"user": bot, "status": status[was]},
		"new_chat_member": map[string]any{"user": bot, "status": status[blocked], "until_date": 0},
	})
}

// write makes a message of the resident.
func (r *Resident) write(message map[string]any) int64 {
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	id := r.next()
	message["message_id"], message["from"], message["chat"] = id, r.person(), r.chat()
	message["date"] = r.t.now().Unix()
	r.t.emit("message", message)
	return id
}

// next is the chat's next message id. The lock is held.
func (r *Resident) next() int64 {
	r.last++
	return r.last
}

func (r *Resident) person() map[string]any {
	return map[string]any{"id": r.id, "is_bot": false, "first_name": r.name, "language_code": "vi"}
}

func (r *Resident) chat() map[string]any {
	return map[string]any{"id": r.id, "first_name": r.name, "type": "private"}
}

// photo keeps the bytes of a picture and makes the message that names them: a small copy first, as Telegram does.
func (r *Resident) photo(raw []byte, caption string) map[string]any {
	width, height := 1280, 960
	if config, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil {
		width, height = config.Width, config.Height
	}
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	message := map[string]any{"photo": []map[string]any{
		r.t.keep([]byte("a small copy"), 90, max(1, 90*height/width)), r.t.keep(raw, width, height),
	}}
	if caption != "" {
		message["caption"] = caption
	}
	return message
}

// keep stores a file and describes it as a size of a picture. The lock is held.
func (t *Telegram) keep(raw []byte, width, height int) map[string]any {
	t.lastFile++
	id := "AgACAgUAAxk" + strconv.Itoa(t.lastFile)
	t.files[id] = file{path: "photos/file_" + strconv.Itoa(t.lastFile) + ".jpg", raw: raw}
	return map[string]any{
		"file_id": id, "file_unique_id": "u" + id, "width": width, "height": height, "file_size": len(raw),
	}
}

// entities marks a command at the beginning of a text.
func entities(text string) []map[string]any {
	if text == "" || text[0] != '/' {
		return []map[string]any{}
	}
	length := len(text)
	if at := bytes.IndexAny([]byte(text), " \n"); at > 0 {
		length = at
	}
	return []map[string]any{{"type": "bot_command", "offset": 0, "length": length}}
}
