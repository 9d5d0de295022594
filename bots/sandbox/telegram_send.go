package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"
)

const (
	telegramText  = 4096     // UTF-16 units
	telegramPhoto = 10 << 20 // bytes, up
	telegramFile  = 20 << 20 // bytes, down
)

func (t *Telegram) sendMessage(in form) (any, *telegramError) {
	text := in.fields["text"]
	switch units := len(utf16.Encode([]rune(text))); {
	case strings.TrimSpace(text) == "":
		return nil, badRequest("message text is empty")
	case units > telegramText:
		return nil, badRequest("message is too long")
	}
	return t.post(in, in.content())
}

func (t *Telegram) sendPhoto(in form) (any, *telegramError) {
	photo, ok := in.files["photo"]
	switch {
	case !ok || len(photo.raw) == 0:
		return nil, badRequest("there is no photo in the request")
	case len(photo.raw) > telegramPhoto:
		return nil, &telegramError{status: http.StatusRequestEntityTooLarge, says: "Request Entity Too Large"}
	}
	return t.post(in, in.content())
}

func (t *Telegram) sendMediaGroup(in form) (any, *telegramError) {
	names := in.album()
	if len(names) < 2 || len(names) > 10 {
		return nil, badRequest("an album is of 2-10 items")
	}
	content := in.content()
	if len(content.Photos) != len(names) {
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	}
	posted := make([]any, 0, len(names))
	for _, photo := range content.Photos {
		m, refusal := t.post(in, Content{Photos: []Upload{photo}})
		if refusal != nil {
			return nil, refusal
		}
		posted = append(posted, m)
	}
	return posted, nil
}

// post puts a message of the bot into a chat.
func (t *Telegram) post(in form, c Content) (any, *telegramError) {
	if _, refusal := in.keyboard(); refusal != nil {
		return nil, refusal
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, err := strconv.ParseInt(in.fields["chat_id"], 10, 64)
	r := t.residents[id]
	switch {
	case in.fields["chat_id"] == "":
		return nil, badRequest("chat_id is empty")
	case err != nil || r == nil:
		return nil, badRequest("chat not found")
	case r.blocked:
		return nil, &telegramError{status: http.StatusForbidden, says: "Forbidden: bot was blocked by the user"}
	}
	if refusal := t.pace.allow(id, t.now()); refusal != nil {
		return nil, refusal
	}
	if quoted, _ := strconv.ParseInt(in.fields["reply_to_message_id"], 10, 64); quoted > r.last {
		if orNot, _ := strconv.ParseBool(in.fields["allow_sending_without_reply"]); !orNot {
			return nil, badRequest("message to be replied not found")
		}
	}
	m := Message{ID: r.next(), Content: c, At: t.now()}
	t.chats[id] = append(t.chats[id], m)
	t.wake()
	return map[string]any{
		"message_id": m.ID, "date": m.At.Unix(), "chat": r.chat(), "text": c.Text,
		"from": map[string]any{"id": 1, "is_bot": true, "first_name": "1022"},
	}, nil
}

func (t *Telegram) answerCallback(in form) (any, *telegramError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := in.fields["callback_query_id"]
	if answered, known := t.callbacks[id]; !known || answered {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	t.callbacks[id] = true
	return true, nil
}

func (t *Telegram) getFile(in form) (any, *telegramError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := in.fields["file_id"]
	f, ok := t.files[id]
	switch {
	case !ok:
		return nil, badRequest("invalid file_id")
	case len(f.raw) > telegramFile:
		return nil, badRequest("file is too big")
	}
	return map[string]any{"file_id": id, "file_unique_id": "u" + id, "file_size": len(f.raw), "file_path": f.path}, nil
}

// serveFile answers <token>/<path> below /file/bot.
func (t *Telegram) serveFile(w http.ResponseWriter, rest string) {
	token, path, _ := strings.Cut(rest, "/")
	if !t.ours(token) {
		answer(w, nil, errUnauthorized)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.files {
		if f.path == path {
			w.Header().Set("Content-Type", "application/octet-stream") // as Telegram does, of every file
			_, _ = w.Write(f.raw)
			return
		}
	}
	answer(w, nil, &telegramError{status: http.StatusNotFound, says: "Not Found"})
}
