// Package rest is /api/v1: what programs call. It checks who asks, hands over to the inbox or the Desk, and says
// what came of it; it decides nothing.
package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// API is what the routes of /api/v1 need.
type API struct {
	Store  *store.Store
	Inbox  *store.Inbox
	Desk   *workflow.Desk
	Signin *web.Signin
	Photos photos.Store
	Intake *web.Intake
	Log    *slog.Logger
}

const (
	bodyLimit = 1 << 20 // bytes of a JSON body
	maxPhotos = 4       // of one message
)

func (a *API) uploads() web.Uploads { return web.Uploads{Photos: a.Photos, Log: a.Log} }

func asker(c *gin.Context) Asker {
	return Asker{
		Authorization: c.GetHeader("Authorization"), Language: c.GetHeader("Accept-Language"),
		Chat: web.Token(c, web.ChatCookie),
	}
}

// fail ends a request with the problem that an error is.
func (a *API) fail(c *gin.Context, err error) {
	if web.IsForm(c) {
		c.Header("Connection", "close") // else the server reads what is left of the form before it sends the answer
	}
	p := web.ProblemOf(a.refuse(c.Request.Context(), asker(c), err), asker(c).lang())
	p.Announce(c)
	c.Header("Content-Type", p.ContentType(""))
	c.AbortWithStatusJSON(p.Status, p)
}

// Register adds /api/v1 to an engine.
func (a *API) Register(engine *gin.Engine) {
	config := huma.DefaultConfig("Vticket", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/openapi", "", ""
	config.CreateHooks = nil // no $schema links in answers
	config.Servers = []*huma.Server{{URL: "/api/v1"}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "The token of a session."},
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError { // where nobody knows who asks
		return newError(locales.Vietnamese, status, message, errs...)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, message string, errs ...error) huma.StatusError {
		return newError(Asker{Language: c.Header("Accept-Language")}.lang(), status, message, errs...)
	}
	group := engine.Group("/api/v1", a.forms)
	v1 := humagin.NewWithGroup(engine, group, config)
	a.chatRoutes(v1)
	a.authRoutes(v1)
	a.ticketRoutes(v1)
	a.cityRoutes(v1)
	a.photoRoutes(group)
	describeForms(v1.OpenAPI())
	describe(v1.OpenAPI())
}

// cutOff is what huma says, as a fault of ours, of a body that ends too early or is chunked wrongly.
const cutOff = "cannot read request body"

// newError gives huma's own refusals (malformed bodies, missing fields) the form of ours. Its details are for
// programmers.
func newError(lang string, status int, message string, errs ...error) huma.StatusError {
	if status == http.StatusInternalServerError && message == cutOff {
		status = http.StatusBadRequest
	}
	code := map[int]string{
		http.StatusBadRequest: "malformed", http.StatusUnprocessableEntity: "invalid", http.StatusNotFound: "not_found",
		http.StatusRequestEntityTooLarge: "too_large", http.StatusUnauthorized: "unauthorized",
		http.StatusUnsupportedMediaType: "media_type", http.StatusNotAcceptable: "media_type",
		http.StatusRequestTimeout: "timeout",
	}[status]
	if code == "" {
		code = "internal"
	}
	p := web.NewProblem(status, code, lang)
	details := []string{message}
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			details = append(details, d.Location+": "+d.Message)
			if _, field, inside := strings.Cut(d.Location, "."); inside && p.Field == "" { // "body.text", "query.limit"
				p.Field = field
			} else if p.Field == "" {
				p.Field = requiredOf(d.Message)
			}
		}
	}
	if status < http.StatusInternalServerError {
		p.Detail = strings.Join(details, "; ")
	}
	return p
}

// Asker is the part of a request that says who asks, and in which language.
type Asker struct {
	Authorization string `header:"Authorization" hidden:"true"`
	Language      string `header:"Accept-Language" doc:"English where it begins with en, else Vietnamese."`
	Chat          string `cookie:"vticket_chat" hidden:"true"` // the token of a chat, as our own page keeps it
}

func (q Asker) token() string {
	token, ok := strings.CutPrefix(q.Authorization, "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// resident is the token of a chat: a program's, or our own page's.
func (q Asker) resident() string {
	if token := q.token(); token != "" {
		return token
	}
	return q.Chat
}

func (q Asker) lang() string {
	if strings.HasPrefix(strings.ToLower(q.Language), locales.English) {
		return locales.English
	}
	return locales.Vietnamese
}

// refuse turns an error into a problem and logs what is our own fault.
func (a *API) refuse(ctx context.Context, q Asker, err error) error {
	p := web.ProblemOf(err, q.lang())
	if p.Status == http.StatusInternalServerError {
		a.Log.ErrorContext(ctx, "request not served", "error", err)
	}
	return p
}

// staff returns the actor behind a session, or a 401.
func (a *API) staff(ctx context.Context, q Asker) (models.Actor, error) {
	who, err := a.Signin.Who(ctx, q.token())
	if errors.Is(err, models.ErrForbidden) {
		return models.Actor{}, web.NewProblem(http.StatusUnauthorized, "unauthorized", q.lang())
	}
	if err != nil {
		return models.Actor{}, a.refuse(ctx, q, err)
	}
	return who.Actor(), nil
}
