package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// form is what a call brings: its fields, and its files by the names of their parts.
type form struct {
	fields map[string]string
	files  map[string]part
}

type part struct {
	name string
	raw  []byte
}

// readForm reads a call in any of the three forms that the Bot API takes, beside the query.
func readForm(r *http.Request) (form, error) {
	in := form{fields: map[string]string{}, files: map[string]part{}}
	for name, values := range r.URL.Query() {
		in.fields[name] = values[0]
	}
	switch kind := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "multipart/form-data"):
		return in, in.readParts(r)
	case strings.HasPrefix(kind, "application/json"):
		return in, in.readJSON(r.Body)
	default:
		if err := r.ParseForm(); err != nil {
			return in, fmt.Errorf("read form: %w", err)
		}
		for name, values := range r.Form {
			in.fields[name] = values[0]
		}
		return in, nil
	}
}

func (in form) readParts(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return fmt.Errorf("read parts: %w", err)
	}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read parts: %w", err)
		}
		raw, err := io.ReadAll(p)
		if err != nil {
			return fmt.Errorf("read part %s: %w", p.FormName(), err)
		}
		if p.FileName() != "" {
			in.files[p.FormName()] = part{p.FileName(), raw}
		} else {
			in.fields[p.FormName()] = string(raw)
		}
	}
}

func (in form) readJSON(body io.Reader) error {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&fields); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		in.fields[name] = text
	}
	return nil
}

// markup is any of the keyboards under a message.
type markup struct {
	Inline [][]struct {
		Text string  `json:"text"`
		Data *string `json:"callback_data"`
		URL  string  `json:"url"`
	} `json:"inline_keyboard"`
	Keyboard [][]struct {
		Text     string `json:"text"`
		Location bool   `json:"request_location"`
	} `json:"keyboard"`
	Remove bool `json:"remove_keyboard"`
}

// keyboard reads and checks the field reply_markup.
func (in form) keyboard() (markup, *telegramError) {
	var m markup
	raw := in.fields["reply_markup"]
	if raw == "" {
		return m, nil
	}
	if json.Unmarshal([]byte(raw), &m) != nil {
		return m, badRequest("can't parse reply keyboard markup JSON object")
	}
	for _, b := range slices.Concat(m.Inline...) {
		switch {
		case b.Text == "":
			return m, badRequest("inline keyboard button text must be non-empty")
		case b.Data == nil && b.URL == "":
			return m, badRequest("text buttons are unallowed in the inline keyboard")
		case b.Data != nil && (*b.Data == "" || len(*b.Data) > 64):
			return m, badRequest("BUTTON_DATA_INVALID")
		}
	}
	return m, nil
}

// content is what a call wants to show.
func (in form) content() Content {
	c := Content{Text: in.fields["text"]}
	if c.Text == "" {
		c.Text = in.fields["caption"]
	}
	for _, photo := range in.album() {
		if p, ok := in.files[photo]; ok {
			c.Photos = append(c.Photos, newUpload(p.name, p.raw))
		}
	}
	m, _ := in.keyboard()
	m.show(&c)
	return c
}

// show adds the buttons to what a message shows.
func (m markup) show(c *Content) {
	c.RemoveKeyboard = m.Remove
	for _, b := range slices.Concat(m.Inline...) {
		if b.Data != nil {
			c.Buttons = append(c.Buttons, Button{b.Text, *b.Data})
		}
	}
	for _, b := range slices.Concat(m.Keyboard...) {
		if b.Location {
			c.AskLocation = b.Text
		}
	}
}

// album names the parts of a call's pictures, in order.
func (in form) album() []string {
	raw, ok := in.fields["media"]
	if !ok {
		return []string{"photo"}
	}
	var media []struct {
		Media string `json:"media"`
	}
	if json.Unmarshal([]byte(raw), &media) != nil {
		return nil
	}
	names := make([]string, 0, len(media))
	for _, m := range media {
		names = append(names, strings.TrimPrefix(m.Media, "attach://"))
	}
	return names
}
