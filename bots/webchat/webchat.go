// Package webchat is the channel of our own web page. It has no platform behind it: what is sent is in the database
// already, so Send only tells the open pages to look.
package webchat

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/vticket/vticket/bots"
)

// Name is the channel's name, and Account the name of its only account.
const (
	Name    = "webchat"
	Account = "web"
)

// Adapter is the web chat. Publish tells the pages of a resident that there is something new; it must not block.
type Adapter struct {
	Publish func(user string)
}

// Name returns "webchat".
func (Adapter) Name() string { return Name }

// Verify refuses every webhook: this channel has none.
func (Adapter) Verify(http.Header, []byte) error { return errors.New("web chat has no webhook") }

// Parse refuses every webhook: this channel has none.
func (Adapter) Parse([]byte) ([]bots.Incoming, error) {
	return nil, errors.New("web chat has no webhook")
}

// Send is done when the delivery is recorded; repeating it changes nothing.
func (a Adapter) Send(_ context.Context, out bots.Outgoing) (bots.Sent, error) {
	if a.Publish != nil {
		a.Publish(out.To)
	}
	return bots.Sent{ID: out.Delivery}, nil
}

// Fetch has nothing to fetch: uploads are stored before their event is.
func (Adapter) Fetch(context.Context, bots.Media) (io.ReadCloser, error) {
	return nil, errors.New("web chat media are stored on arrival")
}

// Limits are those of the page.
func (Adapter) Limits() bots.Limits { return bots.Limits{TextRunes: 4000, Buttons: 10} }
