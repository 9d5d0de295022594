package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// readable is a body as a person reads it: JSON with line breaks and letters instead of escapes, forms as lines, of
// anything else how much it is.
func readable(kind string, raw []byte) string {
	media, params, _ := mime.ParseMediaType(kind)
	switch {
	case len(raw) == 0:
		return ""
	case media == "multipart/form-data":
		return parts(raw, params["boundary"])
	case media == "application/x-www-form-urlencoded":
		if values, err := url.ParseQuery(string(raw)); err == nil {
			return fields(values)
		}
	case json.Valid(raw):
		return shorten(indented(raw))
	case !utf8.Valid(raw):
		return fmt.Sprintf("(%s, %s)", media, size(len(raw)))
	}
	return shorten(string(raw))
}

func shorten(text string) string {
	if len(text) <= trafficBody {
		return text
	}
	return strings.ToValidUTF8(text[:trafficBody], "") + "…"
}

func size(bytes int) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes > trafficBody:
		return fmt.Sprintf("> %d kB", trafficBody>>10) // of an answer no more is kept
	}
	return fmt.Sprintf("%d kB", bytes>>10)
}

func indented(raw []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return string(raw)
	}
	return escapes.ReplaceAllStringFunc(out.String(), func(escape string) string {
		if escape == `\\` {
			return escape
		}
		var text string
		if err := json.Unmarshal([]byte(`"`+escape+`"`), &text); err != nil || strings.ContainsAny(text, "\"\\") {
			return escape
		}
		return text
	})
}

// escapes of JSON that a person cannot read; a backslash that is meant as one is found too, and left.
var escapes = regexp.MustCompile(
	`\\\\|\\/|(?:\\u00[89a-fA-F][0-9a-fA-F]|\\u(?:0[1-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F])[0-9a-fA-F]{2})+`)

func fields(values url.Values) string {
	lines := make([]string, 0, len(values))
	for name, all := range values {
		for _, value := range all {
			lines = append(lines, line(name, value))
		}
	}
	slices.Sort(lines)
	return shorten(strings.Join(lines, "\n"))
}

// line is one field; JSON in it is set out below its name.
func line(name, value string) string {
	if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
		return name + ": " + indented([]byte(value))
	}
	return name + ": " + value
}

// parts are those of a form; of files, their names and how large they are.
func parts(raw []byte, boundary string) string {
	lines := []string{}
	reader := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return shorten(strings.Join(lines, "\n"))
		}
		if err != nil {
			return fmt.Sprintf("(multipart/form-data, %s)", size(len(raw)))
		}
		value, _ := io.ReadAll(part) // it is in memory
		if part.FileName() != "" {
			kilobytes := (len(value) + 1023) >> 10
			lines = append(lines, fmt.Sprintf("%s: %s (%d kB)", part.FormName(), part.FileName(), kilobytes))
			continue
		}
		lines = append(lines, line(part.FormName(), string(value)))
	}
}
