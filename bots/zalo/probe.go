package zalo

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/vticket/vticket/bots"
)

// Probe is an event of a name that Zalo does not use, signed with the newest secret. Its age is that of a fresh one.
func (o *OA) Probe() (http.Header, []byte) {
	stamp := strconv.FormatInt(o.config.Now().UnixMilli(), 10)
	body := []byte(`{"event_name":"vticket_probe","timestamp":"` + stamp + `"}`)
	header := http.Header{}
	header.Set(macHeader, macPrefix+hex.EncodeToString(o.sign(body, stamp, first(o.config.Secrets...))))
	return header, body
}

// Probe is an update without a message, with the newest secret.
func (b *Bot) Probe() (http.Header, []byte) {
	header := http.Header{}
	header.Set(botHeader, first(b.config.Secrets...))
	return header, []byte(`{"ok":true,"result":{}}`)
}

var (
	_ bots.Prober = (*OA)(nil)
	_ bots.Prober = (*Bot)(nil)
)
