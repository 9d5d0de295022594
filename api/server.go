// Package api is the web door: one engine, the list of its routes, health. Pages and APIs are packages below it.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/rest"
	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
)

// Options are what the door needs.
type Options struct {
	REST     *rest.API
	Webhooks map[string]Webhook          // by channel, as the address names it
	Ready    func(context.Context) error // nil error: everything a request needs is there
	Log      *slog.Logger
}

// New returns the handler of everything served over HTTP.
func New(opt Options) (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	if err := engine.SetTrustedProxies(nil); err != nil {
		return nil, err
	}
	engine.ContextWithFallback = true
	engine.Use(recovery(opt.Log))
	engine.GET("/livez", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	engine.GET("/readyz", func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c, 2*time.Second)
		defer cancel()
		if err := opt.Ready(ctx); err != nil {
			c.String(http.StatusServiceUnavailable, err.Error())
			return
		}
		c.String(http.StatusOK, "ok")
	})
	engine.POST("/webhooks/:channel", opt.webhook)
	opt.REST.Register(engine)
	engine.NoRoute(func(c *gin.Context) { problem(c, http.StatusNotFound, "not_found") })
	return engine, nil
}

func problem(c *gin.Context, status int, code string) {
	c.Header("Content-Type", "application/problem+json")
	c.AbortWithStatusJSON(status, web.NewProblem(status, code, locales.Vietnamese))
}

// recovery answers a panic with a problem and says where it was; the request's contents stay out of the log.
func recovery(log *slog.Logger) gin.HandlerFunc {
	return gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, fault any) {
		log.ErrorContext(c, "panic in a request", "route", c.FullPath(), "fault", fault)
		problem(c, http.StatusInternalServerError, "internal")
	})
}
