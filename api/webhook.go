package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// Webhook is where one platform sends its events: Verify is over the raw bytes, Receive returns when they are safe.
// The others are nil where a platform has nothing of the kind: Challenge is how it asks whether the address is ours,
// Consent takes what an administrator brings back who let our app act for their account.
type Webhook struct {
	Verify    func(header http.Header, body []byte) error
	Receive   func(ctx context.Context, body []byte) error
	Challenge func(query url.Values) (answer string, ok bool)
	Consent   func(ctx context.Context, query url.Values) error
}

// DomainFile is a file by which a platform checks that a domain is ours.
type DomainFile struct{ Path, Content string }

// domainFile shows the file, where the platform looks for it and beside its webhook.
func (o Options) domainFile(c *gin.Context) {
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte(o.DomainFile.Content))
}

const (
	webhookLimit = 1 << 20                 // bytes of a body
	webhookWait  = 1500 * time.Millisecond // for the inbox: Zalo gives up after 2 s
)

// challenge answers a platform that asks whether the address is ours.
func (o Options) challenge(c *gin.Context) {
	hook, ok := o.Webhooks[c.Param("channel")]
	if !ok || hook.Challenge == nil {
		problem(c, http.StatusNotFound, "not_found")
		return
	}
	answer, ok := hook.Challenge(c.Request.URL.Query())
	if !ok {
		problem(c, http.StatusForbidden, "forbidden")
		return
	}
	c.Header("X-Content-Type-Options", "nosniff") // what it holds is the platform's, not ours
	c.String(http.StatusOK, "%s", answer)
}

// consent takes the code of an administrator's consent.
func (o Options) consent(c *gin.Context) {
	hook, ok := o.Webhooks[c.Param("channel")]
	if !ok || hook.Consent == nil {
		problem(c, http.StatusNotFound, "not_found")
		return
	}
	key, status := "consent_done", http.StatusOK
	if err := hook.Consent(c, c.Request.URL.Query()); err != nil {
		o.Log.ErrorContext(c, "consent not taken", "channel", c.Param("channel"), "error", err)
		key, status = "consent_failed", http.StatusForbidden
	}
	c.Header("Referrer-Policy", "no-referrer") // the address holds a code
	c.String(status, "%s", locales.Message(locales.Vietnamese, key, nil))
}

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
