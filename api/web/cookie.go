package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// The cookies. Their values are tokens; the database holds only sums of them.
const (
	StaffCookie = "vticket_staff" // a session of staff
	ChatCookie  = "vticket_chat"  // a resident's chat

	LanguageCookie = "vticket_lang" // no secret: what somebody chose
)

// How long a browser keeps a cookie. A session of staff ends earlier, when it is not used.
const (
	staffCookieFor = 30 * 24 * time.Hour
	chatCookieFor  = 400 * 24 * time.Hour // the longest that browsers allow
	languageFor    = 365 * 24 * time.Hour
)

// Cookies sets and clears them. Secure: only over https.
type Cookies struct{ Secure bool }

// Set gives the browser a token; scripts cannot read it, and other sites cannot send it with a form.
func (k Cookies) Set(c *gin.Context, name, token string) {
	keep := chatCookieFor
	switch name {
	case StaffCookie:
		keep = staffCookieFor
	case LanguageCookie:
		keep = languageFor
	}
	k.write(c, name, token, int(keep/time.Second))
}

// Clear takes a token away from the browser.
func (k Cookies) Clear(c *gin.Context, name string) {
	k.write(c, name, "", -1)
}

func (k Cookies) write(c *gin.Context, name, value string, seconds int) {
	cookie := &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	cookie.Secure = k.Secure // a try on this machine has no https
	http.SetCookie(c.Writer, cookie)
}

// Token is the value of a cookie, empty without one.
func Token(c *gin.Context, name string) string {
	token, err := c.Cookie(name)
	if err != nil {
		return ""
	}
	return token
}

// Local makes of an address that a request names one that stays on this site: anything else becomes instead.
func Local(address, instead string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n") {
		return instead
	}
	return address
}
