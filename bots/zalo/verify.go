package zalo

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// errSignature says no more than that: whoever asks has no right to know what was expected.
var errSignature = errors.New("webhook signature missing or wrong")

// A webhook's signature: its header, and what stands before the digest.
const (
	macHeader = "X-ZEvent-Signature"
	macPrefix = "mac="
)

// Verify compares X-ZEvent-Signature with the digest that Zalo makes: SHA-256 of app id, raw body, the body's
// timestamp as it is written, and the OA secret key, which is no HMAC (channels.md §2.3). Only a body that is one JSON
// object with one timestamp is looked at: then nobody can move bytes between the parts of the digest. How old the
// event is does not matter here; see Fresh.
func (o *OA) Verify(header http.Header, body []byte) error {
	values := header.Values(macHeader)
	if len(values) != 1 || o.config.AppID == "" {
		return errSignature
	}
	got, err := hex.DecodeString(strings.TrimPrefix(values[0], macPrefix))
	stamp, ok := timestamp(body)
	if err != nil || !ok {
		return errSignature
	}
	for _, secret := range o.config.Secrets {
		if secret == "" {
			continue
		}
		if subtle.ConstantTimeCompare(got, o.sign(body, stamp, secret)) == 1 {
			return nil
		}
	}
	return errSignature
}

// sign is what proves that a body is Zalo's.
func (o *OA) sign(body []byte, stamp, secret string) []byte {
	sum := sha256.Sum256([]byte(o.config.AppID + string(body) + stamp + secret))
	return sum[:]
}

// timestamp is the top-level timestamp as it is written; false if there is none, or a second one that another reader
// might take.
func timestamp(body []byte) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return "", false
	}
	found := ""
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return "", false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return "", false
		}
		if key != "timestamp" {
			continue
		}
		if found != "" {
			return "", false
		}
		if found = asText(value); !numeric.MatchString(found) {
			return "", false
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return "", false
	}
	_, err := d.Token()
	return found, found != "" && errors.Is(err, io.EOF)
}

// staleAfter is the age from which an event is a replay: Zalo's own retries end after 1.8 hours (channels.md §2.3).
const staleAfter = 24 * time.Hour

var errStale = errors.New("webhook event is older than a day")

// Fresh refuses an event that happened more than a day ago. Zalo's signature stays good for ever, so whoever recorded a
// webhook could send it again. It is for the door: take what Verify took and Fresh refuses as heard, answer 200, and
// drop it. An event whose time cannot be believed counts as just received (channels.md §1).
func (o *OA) Fresh(body []byte) error {
	var e object
	if err := json.Unmarshal(body, &e); err != nil {
		return errStale
	}
	if at := o.happened(e); at != nil && at.Before(o.config.Now().Add(-staleAfter)) {
		return errStale
	}
	return nil
}

// happened is when an event happened; of a delivery that is when it came, which may be days after it was sent.
func (o *OA) happened(e object) *time.Time {
	if at := o.instant(e.object("message").text("delivery_time")); at != nil {
		return at
	}
	return o.instant(e.text("timestamp"))
}

func (o *OA) instant(text string) *time.Time { return instant(text, o.config.Now()) }

// earliest is the first instant that is believed, and seconds the first number that is not one of them (channels.md
// §1).
var earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

const seconds = 1e11

// instant reads milliseconds, or seconds, since 1970; nil for what cannot be: the receive time stands in.
func instant(text string, now time.Time) *time.Time {
	ms, ok := number(text)
	if !ok {
		return nil
	}
	if ms < seconds {
		ms *= 1000
	}
	if ms < 0 || ms > 1e14 {
		return nil
	}
	at := time.UnixMilli(int64(ms)).UTC()
	if at.Before(earliest) || at.After(now.Add(24*time.Hour)) {
		return nil
	}
	return &at
}
