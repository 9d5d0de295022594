// Package web is what pages and APIs share: who is asking, and how a refusal is said. It knows no page and no route.
package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// unavailableFor is when who meets a database that is down is asked to come again.
const unavailableFor = 5 * time.Second

// Problem is a refusal as RFC 9457 writes it. Code is stable: clients decide by it, never by the words.
type Problem struct { //nolint:errname // the name that RFC 9457 gives it
	Type   string `json:"type" enum:"about:blank" doc:"There is no page about it: the code tells what was refused."`
	Title  string `json:"title" doc:"The refusal in words, in the language of the asker."`
	Status int    `json:"status"`
	Code   string `json:"code" doc:"Stable name of the refusal."`
	Field  string `json:"field,omitempty" doc:"The field that can be corrected."`
	Detail string `json:"detail,omitempty"`

	Others map[string]string `json:"-"` // words about further fields of a form, by their names
	Wait   time.Duration     `json:"-"` // until it may be tried again, as the header Retry-After says; 0: nobody knows
}

// Error names the code.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status, for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of every problem, for huma.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// Codes are those of all problems.
func Codes() []string {
	return []string{
		"forbidden", "foreign", "idempotency_mismatch", "if_match_malformed", "if_match_required",
		"illegal_move", "internal", "invalid", "login_refused", "malformed", "media_type", "method_not_allowed",
		"not_found", "password_change_required", "password_expired", "photos_full", "photos_many",
		"signin_refused", "signin_tries", "stale_version", "talks_many", "timeout", "too_large", "unauthorized",
		"unavailable", "unknown_verb",
	}
}

// GetHeaders is what belongs to a problem in the head of an answer, for huma.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.Wait.Seconds())))) // never too short
	}
	return h
}

// Announce writes those headers.
func (p *Problem) Announce(c *gin.Context) {
	for name, values := range p.GetHeaders() {
		c.Header(name, values[0])
	}
}

// NewProblem makes a refusal of a code; its words come from the locale key "problem_<code>".
func NewProblem(status int, code, lang string) *Problem {
	return &Problem{
		Type: "about:blank", Title: locales.Message(lang, "problem_"+code, nil),
		Status: status, Code: code,
	}
}

// ProblemOf turns an error into what its asker may know of it. Faults of ours say only that they are ours.
func ProblemOf(err error, lang string) *Problem {
	var known *Problem
	var invalid models.Invalid
	var illegal models.IllegalMove
	var tries TriesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		p := NewProblem(http.StatusUnprocessableEntity, "invalid", lang)
		p.Field, p.Detail = invalid.Field, locales.Message(lang, invalid.Key, map[string]any{"limit": invalid.Limit})
		return p
	case errors.As(err, &illegal):
		p := NewProblem(http.StatusConflict, "illegal_move", lang)
		p.Detail = standing(illegal, lang)
		return p
	case errors.As(err, &tries):
		p := NewProblem(http.StatusTooManyRequests, "signin_tries", lang)
		at := tries.Until.In(models.Zone).Format("15:04")
		p.Detail, p.Wait = locales.Message(lang, "signin_tries_until", map[string]any{"time": at}), tries.Wait
		return p
	case errors.Is(err, ErrPasswordChange):
		return NewProblem(http.StatusForbidden, "password_change_required", lang)
	case errors.Is(err, ErrPasswordExpired):
		return NewProblem(http.StatusUnauthorized, "password_expired", lang)
	case errors.Is(err, models.ErrNotFound):
		return NewProblem(http.StatusNotFound, "not_found", lang)
	case errors.Is(err, models.ErrForbidden):
		return NewProblem(http.StatusForbidden, "forbidden", lang)
	case errors.Is(err, models.ErrConflict):
		return NewProblem(http.StatusPreconditionFailed, "stale_version", lang)
	case errors.Is(err, store.ErrUnavailable):
		p := NewProblem(http.StatusServiceUnavailable, "unavailable", lang)
		p.Wait = unavailableFor
		return p
	default:
		return NewProblem(http.StatusInternalServerError, "internal", lang)
	}
}

// standing says what state a ticket is in that forbids a move, and why, where that is not plain.
func standing(illegal models.IllegalMove, lang string) string {
	key := "illegal_" + string(illegal.Verb) + "_" + string(illegal.From)
	if why := locales.Message(lang, key, nil); why != key {
		return why
	}
	state := locales.Message(lang, "desk_state_"+string(illegal.From), nil)
	return locales.Message(lang, "illegal_state", map[string]any{"state": state})
}
