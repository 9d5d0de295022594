package sandbox

// SendVoice sends what was spoken, and returns its message id.
func (r *Resident) SendVoice(raw []byte) int64 {
	return r.write(map[string]any{"voice": map[string]any{
		"file_id": r.file(raw, "voice/file_", ".oga"), "file_unique_id": "v", "duration": 1, "mime_type": "audio/ogg",
		"file_size": len(raw),
	}})
}

// SendSticker sends a sticker, and returns its message id.
func (r *Resident) SendSticker(emoji string) int64 {
	return r.write(map[string]any{"sticker": map[string]any{
		"file_id": r.file([]byte("a sticker"), "stickers/file_", ".webp"), "file_unique_id": "s", "type": "regular",
		"width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": emoji,
	}})
}

// file stores bytes that are no picture, and returns their id.
func (r *Resident) file(raw []byte, folder, ending string) string {
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	id, _ := r.t.keep(raw, 0, 0)["file_id"].(string)
	r.t.files[id] = file{path: folder + id + ending, raw: raw}
	return id
}

// SendVoice sends what was spoken, and returns its message id.
func (r *ZaloResident) SendVoice(raw []byte) string {
	return r.write("user_send_audio", map[string]any{"attachments": []any{map[string]any{
		"type": "audio", "payload": map[string]any{"url": r.z.keep(raw)},
	}}})
}

// SendSticker sends a sticker, and returns its message id.
func (r *ZaloResident) SendSticker(id string) string {
	return r.write("user_send_sticker", map[string]any{"attachments": []any{map[string]any{
		"type": "sticker", "payload": map[string]any{"id": id, "url": r.z.keep([]byte("a sticker"))},
	}}})
}

// SendVoice sends what was spoken, and returns its message id.
func (r *ZaloBotResident) SendVoice(raw []byte) string {
	return r.write("message.voice.received", map[string]any{"voice_url": r.z.keep(raw)})
}

// SendVoice sends what was spoken, and returns its message id.
func (r *FacebookResident) SendVoice(raw []byte) string {
	r.f.mu.Lock()
	address := r.f.keep(raw)
	r.f.mu.Unlock()
	return r.write(map[string]any{"attachments": []any{graphAttachment("audio", address)}})
}
