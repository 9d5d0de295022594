package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// Webhook is where one platform sends its events: Verify is over the raw bytes, Receive returns when they are safe.
type Webhook struct {
	Verify  func(header http.Header, body []byte) error
	Receive func(ctx context.Context, body []byte) error
}

const (
	webhookLimit = 1 << 20                 // bytes of a body
	webhookWait  = 1500 * time.Millisecond // for the inbox: Zalo gives up after 2 s
)

// webhook answers 200 once everything is committed, 401 to who cannot prove to be the platform, and 503 when the
// platform must try again. What a body holds is never logged.
func (o Options) webhook(c *gin.Context) {
	hook, ok := o.Webhooks[c.Param("channel")]
	if !ok {
		problem(c, http.StatusNotFound, "not_found")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, webhookLimit))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		problem(c, http.StatusRequestEntityTooLarge, "too_large")
		return
	}
	if err != nil {
		problem(c, http.StatusBadRequest, "malformed")
		return
	}
	if err := hook.Verify(c.Request.Header, body); err != nil {
		o.Log.InfoContext(c, "webhook refused", "channel", c.Param("channel"))
		problem(c, http.StatusUnauthorized, "unauthorized")
		return
	}
	ctx, cancel := context.WithTimeout(c, webhookWait)
	defer cancel()
	switch err := hook.Receive(ctx, body); {
	case err == nil:
		c.Status(http.StatusOK)
	case errors.As(err, &models.Invalid{}):
		problem(c, http.StatusBadRequest, "malformed")
	case errors.Is(err, store.ErrUnavailable):
		problem(c, http.StatusServiceUnavailable, "unavailable")
	default:
		o.Log.ErrorContext(c, "webhook not taken", "channel", c.Param("channel"), "error", err)
		problem(c, http.StatusServiceUnavailable, "unavailable")
	}
}
