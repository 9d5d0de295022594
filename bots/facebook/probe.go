package facebook

import (
	"encoding/hex"
	"net/http"

	"github.com/vticket/vticket/bots"
)

// Probe is a webhook of the page in which nothing happened, signed with the newest secret.
func (a *Adapter) Probe() (http.Header, []byte) {
	body := []byte(`{"object":"page","entry":[]}`)
	return http.Header{signatureHeader: {signaturePrefix + hex.EncodeToString(sign(a.secret(), body))}}, body
}

var _ bots.Prober = (*Adapter)(nil)
