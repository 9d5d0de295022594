package telegram

import (
	"net/http"

	"github.com/vticket/vticket/bots"
)

// Probe is an update without a message, with the newest secret.
func (a *Adapter) Probe() (http.Header, []byte) {
	header := http.Header{}
	if len(a.secrets) > 0 {
		header.Set(updateHeader, a.secrets[0])
	}
	return header, []byte(`{"update_id":1}`)
}

var _ bots.Prober = (*Adapter)(nil)
