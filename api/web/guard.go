package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// Guard keeps other sites from acting in a resident's or colleague's name: a request of a browser that changes
// something must come from a page of ours. Programs send no such headers and are let through; they hold tokens.
// PublicURL is how the world reaches us, for a proxy that hides it; empty: the Host of the request. Refused answers.
func Guard(publicURL string, refused gin.HandlerFunc) (gin.HandlerFunc, error) {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		if err := guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
	}
	return func(c *gin.Context) {
		if !anonymous(c.Request) && guard.Check(c.Request) != nil {
			refused(c)
			c.Abort()
		}
	}, nil
}

// SecretPages begins the addresses of pages that are themselves the secret by which something is allowed: no cookie
// counts on them, and they tell nobody that one came from them.
const SecretPages = "/where/"

// anonymous tells a request from a form of a secret page: a browser that knows no Sec-Fetch-Site (Safari before 16.4)
// says that it comes from nowhere.
func anonymous(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, SecretPages) && r.Header.Get("Origin") == "null" &&
		r.Header.Get("Sec-Fetch-Site") == ""
}

// Harden tells browsers what our pages never do: load from elsewhere, run what is written into them, be framed.
// The tiles of a map are the one exception, when they are configured.
func (p *Pages) Harden(c *gin.Context) {
	pictures := "'self' data: blob:"
	if u, err := url.Parse(p.tiles.URL); err == nil && u.Host != "" {
		pictures += " " + u.Scheme + "://" + u.Host
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'self'; img-src "+pictures+
		"; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // an address may hold a tracking token
	h.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
}
