package facebook

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// scalar is a value that Facebook writes as a string here and as a number there: its text, exactly as it was written.
// Ids are larger than a float64 can tell apart. Anything else is empty, so that one odd value does not cost an event.
type scalar string

// UnmarshalJSON reads a string or a number.
func (s *scalar) UnmarshalJSON(raw []byte) error {
	*s = ""
	switch {
	case raw[0] == '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		*s = scalar(text)
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		*s = scalar(raw)
	}
	return nil
}

// id is an id as it was written; one with control characters is none, because no database would take it.
func (s scalar) id() string {
	if strings.ContainsFunc(string(s), unicode.IsControl) {
		return ""
	}
	return string(s)
}

// words is a text that somebody wrote, nil when there is none (channels.md §1).
func (s scalar) words() *string {
	if s == "" {
		return nil
	}
	text := norm.NFC.String(string(s))
	return &text
}

// count is a small number, 0 when it is none.
func (s scalar) count() int {
	n, err := strconv.Atoi(string(s))
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0
	}
	return n
}

// degrees is a coordinate within ±limit.
func (s scalar) degrees(limit float64) (float64, bool) {
	f, err := strconv.ParseFloat(string(s), 64)
	return f, err == nil && math.Abs(f) <= limit // NaN is not
}

// earliest is the first instant that is believed (channels.md §1).
var earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// seconds are instants below this number, milliseconds those above: as milliseconds it would be 1973.
const seconds = 1e11

// instant reads seconds or milliseconds since 1970; nil for what cannot be: the receive time stands in.
func (a *Adapter) instant(s scalar) *time.Time {
	ms, err := strconv.ParseInt(string(s), 10, 64)
	switch {
	case err != nil:
		f, err := strconv.ParseFloat(string(s), 64)
		if err != nil || !(f >= 0 && f < 1e15) { // NaN is neither
			return nil
		}
		if f < seconds {
			f *= 1000
		}
		ms = int64(f)
	case ms > -seconds && ms < seconds:
		ms *= 1000
	}
	at := time.UnixMilli(ms).UTC()
	if at.Before(earliest) || at.After(a.config.Now().Add(24*time.Hour)) {
		return nil
	}
	return &at
}

// flag is a truth that may be written as a string or a number.
type flag bool

// UnmarshalJSON reads true, "true" and 1; all else is false.
func (f *flag) UnmarshalJSON(raw []byte) error {
	text := string(bytes.Trim(raw, `"`))
	*f = text == "true" || text == "1"
	return nil
}

// there tells whether a field was sent at all.
func there(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
