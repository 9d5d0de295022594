package bots

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// maxTold is how much is told of a request, and of an answer, in bytes.
const maxTold = 4 << 10

// The longest text that is told of one value, and the longest id, in bytes.
const (
	maxValue = 600
	maxID    = 200
)

// secretName is what values are called that nobody may see, wherever they stand.
var secretName = regexp.MustCompile(`(?i)token|secret|proof|passw|verifier|signature|authorization|^(key|sig|mac)$`)

// placeName is what coordinates are called.
var placeName = regexp.MustCompile(`(?i)^(lat|lon|lng|latitude|longitude)$`)

// idName is what ids are called.
var idName = regexp.MustCompile(`^(id|ids|mid)$|_ids?$`)

// asked and answered are the texts that are told of a request and of an answer, by name or by "parent.name", beside the
// ids. All others are told by their length: what is new to us may be a person's.
var (
	asked = names(`type messaging_type tag template_type media_type action sender_action react_icon mode parse_mode
		metadata payload callback_data content_type fields subscribed_fields allowed_updates grant_type timeout offset
		limit max_connections drop_pending_updates disable_web_page_preview allow_sending_without_reply template.name
		language.code media`)
	answered = names(`type error error_name error_reason error_description error_type error_user_title error_user_msg
		description message result code error_code error_subcode status quota_type last_error_message subscribed_fields
		allowed_updates expires_in`)
)

func names(list string) map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		all[name] = true
	}
	return all
}

// scrubber makes what may be seen of one conversation. What it takes out of the request it also finds in the answer.
type scrubber struct {
	secrets []string
	said    told
	open    map[string]bool // texts that are told
}

// request writes the query and the body of a request.
func (s *scrubber) request(req *http.Request, body *question) string {
	var lines []string
	if query, err := url.ParseQuery(req.URL.RawQuery); err == nil {
		lines = s.form(query, "?")
	}
	switch {
	case body == nil:
	case body.form != nil:
		for _, p := range body.fields() {
			if p.file != "" {
				lines = append(lines, fmt.Sprintf("%s: [file %s, %d bytes]", p.name, s.clean(p.file), p.size))
				continue
			}
			lines = append(lines, s.line(p.name, string(p.head)))
		}
		slices.Sort(lines)
	default:
		heard := body.text()
		lines = append(lines, s.body(req.Header.Get("Content-Type"), &heard))
	}
	return strings.Join(lines, "\n")
}

// body writes a body as far as it may be seen: JSON and forms value by value, a page as it is, and of anything else
// the size.
func (s *scrubber) body(kind string, heard *kept) string {
	text := bytes.TrimSpace(heard.head)
	if len(text) == 0 {
		return ""
	}
	if value, ok := parse(text); ok && heard.whole() {
		return encode(s.value("", "", value), "  ")
	}
	switch {
	case text[0] == '{' || text[0] == '[' || text[0] == '"':
		return fmt.Sprintf("[%d bytes, no whole JSON]", heard.size)
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		if form, err := url.ParseQuery(string(text)); err == nil && heard.whole() {
			return strings.Join(s.form(form, ""), "\n")
		}
	case strings.HasPrefix(kind, "text/"):
		return s.clean(string(text))
	}
	return fmt.Sprintf("[%d bytes]", heard.size)
}

func (s *scrubber) form(values url.Values, mark string) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			lines = append(lines, mark+s.line(name, value))
		}
	}
	return lines
}

// line writes one value of a form.
func (s *scrubber) line(name, value string) string {
	if name == "code" { // what a consent brings; as a number in JSON it is that of an error
		s.secrets = append(s.secrets, value)
		return name + ": [secret]"
	}
	switch seen := s.text("", name, value).(type) {
	case string:
		return s.clean(name) + ": " + seen
	default:
		return s.clean(name) + ": " + encode(seen, "")
	}
}

// encode writes a value as people read it.
func encode(value any, indent string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	_ = e.Encode(value) // made of what JSON was parsed to
	return strings.TrimSpace(out.String())
}

// parse reads one JSON value, its numbers as they are written.
func parse(text []byte) (value any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&value) != nil {
		return nil, false
	}
	_, err := d.Token()
	return value, err == io.EOF
}

// value is what may be seen of a value.
func (s *scrubber) value(parent, name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		seen := make(map[string]any, len(v))
		for key, inner := range v {
			seen[s.clean(key)] = s.value(name, key, inner)
		}
		return seen
	case []any:
		seen := make([]any, 0, len(v))
		for _, inner := range v {
			seen = append(seen, s.value(parent, name, inner))
		}
		return seen
	case string:
		return s.text(parent, name, v)
	case json.Number:
		switch {
		case secretName.MatchString(name):
			return "[secret]"
		case placeName.MatchString(name):
			return "[place]"
		case phones.MatchString(v.String()):
			return lastDigits(v.String())
		}
	}
	return value
}

// text is what may be seen of a text: JSON that stands in it value by value.
func (s *scrubber) text(parent, name, text string) any {
	open := s.open[name] || s.open[parent+"."+name] || idName.MatchString(name) && len(text) <= maxID
	switch {
	case text == "", text == "true", text == "false", text == "null":
		return text
	case secretName.MatchString(name):
		s.secrets = append(s.secrets, text)
		return "[secret]"
	case placeName.MatchString(name):
		return "[place]"
	case text[0] == '{' || text[0] == '[':
		if value, ok := parse([]byte(text)); ok {
			return s.value(parent, name, value)
		}
	case open:
		return cut(s.clean(text), maxValue)
	case phones.FindString(text) == text:
		s.said.hear(text)
		return lastDigits(text)
	}
	s.said.hear(text)
	return fmt.Sprintf("[%d characters]", len([]rune(text)))
}

// clean is a text without secrets, whole numbers, and what was said in this conversation.
func (s *scrubber) clean(text string) string {
	text = phones.ReplaceAllStringFunc(strikeSecrets(plain(text), s.secrets), lastDigits)
	return s.said.strike(text)
}

// clip cuts what is too long to be told, and what no database takes.
func clip(text string) string {
	return cut(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", ""), maxTold)
}

// cut leaves so many bytes of a text at most.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const more = "…"
	return strings.ToValidUTF8(text[:most-len(more)], "") + more
}
