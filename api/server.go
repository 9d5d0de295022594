// Package api is the web door: one engine, the list of its routes, health. Pages and APIs are packages below it.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/console"
	"github.com/vticket/vticket/api/public"
	"github.com/vticket/vticket/api/rest"
	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

// Options are what the door needs.
type Options struct {
	REST       *rest.API
	Public     *public.Pages
	Console    *console.Pages
	Pages      *web.Pages
	Webhooks   map[string]Webhook          // by channel, as the address names it
	DomainFile DomainFile                  // Path empty: none
	Ready      func(context.Context) error // nil error: everything a request needs is there
	Log        *slog.Logger

	PublicURL string   // how the world reaches us; empty: by the host that a request names
	Proxies   []string // addresses or networks whose X-Forwarded-For is believed
}

// New returns the handler of everything served over HTTP.
func New(opt Options) (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	if err := engine.SetTrustedProxies(opt.Proxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	engine.ContextWithFallback = true
	guard, err := web.Guard(opt.PublicURL, opt.foreign)
	if err != nil {
		return nil, err
	}
	engine.Use(recovery(opt.Log), guard)
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
	engine.GET("/webhooks/:channel", opt.challenge)
	engine.GET("/webhooks/:channel/consent", opt.consent)
	if opt.DomainFile.Path != "" {
		engine.GET("/"+opt.DomainFile.Path, opt.domainFile)
		engine.GET("/webhooks/zalo/verifier", opt.domainFile)
	}
	engine.GET("/static/:hash/*name", opt.Pages.Static)
	opt.REST.Register(engine)
	opt.Public.Register(engine)
	opt.Console.Register(engine)
	engine.NoRoute(opt.Pages.Harden, opt.nothing)
	engine.HandleMethodNotAllowed = true
	engine.NoMethod(opt.Pages.Harden, opt.noMethod)
	return heads(engine), nil
}

// heads answers HEAD as GET: the server leaves the body out, by the request that it has itself.
func heads(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			get := *r
			get.Method, r = http.MethodGet, &get
		}
		next.ServeHTTP(w, r)
	})
}

// nothing answers what has no route: a page to people, a problem to programs.
func (o Options) nothing(c *gin.Context) {
	if strings.Contains(c.GetHeader("Accept"), "text/html") {
		o.Pages.Fail(c, models.ErrNotFound, "/")
		return
	}
	problem(c, http.StatusNotFound, "not_found")
}

// noMethod answers what has a route by another method, among them the address of a form that somebody opens again.
func (o Options) noMethod(c *gin.Context) {
	if strings.Contains(c.GetHeader("Accept"), "text/html") {
		o.nothing(c)
		return
	}
	problem(c, http.StatusMethodNotAllowed, "method_not_allowed")
}

// foreign refuses what another site's page makes a browser send. A path may hold a secret: its route is logged.
func (o Options) foreign(c *gin.Context) {
	o.Log.InfoContext(c, "request of a foreign page refused", "route", c.FullPath())
	if strings.Contains(c.GetHeader("Accept"), "text/html") { // it may be ours, behind a proxy that changes the Host
		o.Pages.Harden(c)
		o.Pages.Fail(c, web.NewProblem(http.StatusForbidden, "foreign", web.Language(c)), "/")
		return
	}
	problem(c, http.StatusForbidden, "foreign")
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
