package zalo

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// object is a JSON object whose values are read one by one: what is missing, or is not of the kind that is asked for,
// is empty. Keys are exact, and of two that are the same the last counts.
type object map[string]json.RawMessage

// object returns the object under a key.
func (o object) object(key string) object { return asObject(o[key]) }

// attachments returns those of a message that are objects.
func (o object) attachments() []object {
	var found []object
	for _, raw := range o.list("attachments") {
		if item := asObject(raw); item != nil {
			found = append(found, item)
		}
	}
	return found
}

// texts returns the strings and numbers of the list under a key.
func (o object) texts(key string) []string {
	var found []string
	for _, raw := range o.list(key) {
		if text := asText(raw); text != "" {
			found = append(found, text)
		}
	}
	return found
}

func (o object) list(key string) []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(o[key], &items) != nil {
		return nil
	}
	return items
}

// text returns the string under a key, or a number as it is written: an id must not become a float.
func (o object) text(key string) string { return asText(o[key]) }

// maxID is the most bytes of an id that is believed.
const maxID = 256

// id returns the id under a key; what no platform would call one is empty, as it is to become part of keys.
func (o object) id(key string) string {
	id := o.text(key)
	if len(id) > maxID || strings.ContainsFunc(id, unicode.IsControl) {
		return ""
	}
	return id
}

// number returns the number under a key, which may stand in a string.
func (o object) number(key string) (float64, bool) { return number(o.text(key)) }

// integer returns the whole number under a key; 0 if there is none.
func (o object) integer(key string) int64 {
	n, _ := strconv.ParseInt(o.text(key), 10, 64)
	return n
}

func asObject(raw json.RawMessage) object {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

func asText(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	switch first := raw[0]; {
	case first == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	case first == '-' || first >= '0' && first <= '9':
		return string(raw)
	default:
		return ""
	}
}

// numeric is a number as JSON writes it, or as people do in a string, of a sane length.
var numeric = regexp.MustCompile(`^-?[0-9]{1,20}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?$`)

func number(text string) (float64, bool) {
	if !numeric.MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}
