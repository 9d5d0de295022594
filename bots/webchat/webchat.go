// Package webchat is the channel of our own web page. It has no platform behind it: what is sent is in the database
// already, where the open pages look for it.
package webchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// Name is the channel's name, and Account the name of its only account.
const (
	Name    = models.ChannelWebchat
	Account = models.AccountWebchat
)

// Adapter is the web chat. Open and Delete reach what was uploaded, by keys that begin with Uploads.
type Adapter struct {
	Open   func(ctx context.Context, key string) (io.ReadCloser, error)
	Delete func(ctx context.Context, key string) error
}

// Uploads begins the key of everything that was uploaded and is not yet cleaned.
const Uploads = "incoming/"

// Name returns "webchat".
func (Adapter) Name() string { return Name }

// Verify refuses every webhook: this channel has none.
func (Adapter) Verify(http.Header, []byte) error { return errors.New("web chat has no webhook") }

// Parse refuses every webhook: this channel has none.
func (Adapter) Parse([]byte) ([]bots.Incoming, error) {
	return nil, errors.New("web chat has no webhook")
}

// Send is done when the delivery is recorded; repeating it changes nothing.
func (Adapter) Send(_ context.Context, out bots.Outgoing) (bots.Sent, error) {
	return bots.Sent{ID: out.Delivery}, nil
}

// Fetch opens what was uploaded: it was stored before its event was.
func (a Adapter) Fetch(ctx context.Context, m bots.Media) (io.ReadCloser, error) {
	if a.Open == nil || !uploaded(m) {
		return nil, fmt.Errorf("open upload: %w", models.ErrNotFound)
	}
	return a.Open(ctx, m.FileID)
}

// Release removes an upload that is no longer needed.
func (a Adapter) Release(ctx context.Context, m bots.Media) error {
	if a.Delete == nil || !uploaded(m) {
		return nil
	}
	return a.Delete(ctx, m.FileID)
}

func uploaded(m bots.Media) bool {
	id, ok := strings.CutPrefix(m.FileID, Uploads)
	return ok && models.ValidID(id)
}

// Limits are those of the page: it shows any text, and pictures beside it.
func (Adapter) Limits() bots.Limits { return bots.Limits{Buttons: 10, Location: true} }
