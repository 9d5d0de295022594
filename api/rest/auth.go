package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
)

// Caller is who asks, and from which address of the network. Exported: huma fills nothing that is embedded and is not.
type Caller struct {
	Asker
	address string
}

type loginInput struct {
	Caller
	Body struct {
		Email    string `json:"email" maxLength:"200"`
		Password string `json:"password" maxLength:"200"`
	}
}

// Resolve finds out where a request comes from.
func (in *Caller) Resolve(ctx huma.Context) []error {
	in.address = humagin.Unwrap(ctx).ClientIP()
	return nil
}

type tokenOutput struct {
	Body struct {
		Token      string `json:"token" doc:"To be sent as Authorization: Bearer."`
		MustChange bool   `json:"must_change_password,omitempty" doc:"The session may only call /auth/password."`
	}
}

type passwordInput struct {
	Asker
	Body struct {
		Password string `json:"password" maxLength:"200" doc:"10 characters or more."`
		Current  string `json:"current,omitempty" maxLength:"200" doc:"The present one, unless it is a one-time password."`
	}
}

func (a *API) authRoutes(v1 huma.API) {
	huma.Register(v1, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/auth/login", Summary: "Sign in", Tags: []string{"staff"},
		MaxBodyBytes: bodyLimit,
	}, func(ctx context.Context, in *loginInput) (*tokenOutput, error) {
		opened, err := a.Signin.Open(ctx, web.SigninInput{
			Email: in.Body.Email, Password: in.Body.Password, Address: in.address,
		})
		if errors.Is(err, models.ErrForbidden) {
			return nil, web.NewProblem(http.StatusUnauthorized, "login_refused", in.lang())
		}
		if err != nil {
			return nil, a.refuse(ctx, in.Asker, err)
		}
		out := &tokenOutput{}
		out.Body.Token, out.Body.MustChange = opened.Token, opened.MustChangePassword
		return out, nil
	})
	huma.Register(v1, huma.Operation{
		OperationID: "change-password", Method: http.MethodPost, Path: "/auth/password", Tags: []string{"staff"},
		Summary: "Choose a password", Security: []map[string][]string{{"bearer": {}}}, MaxBodyBytes: bodyLimit,
		DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *passwordInput) (*struct{}, error) {
		err := a.Signin.ChangePassword(ctx, web.ChangeInput{
			Token: in.token(), Current: in.Body.Current, Password: in.Body.Password,
		})
		if errors.Is(err, models.ErrForbidden) {
			return nil, web.NewProblem(http.StatusUnauthorized, "unauthorized", in.lang())
		}
		if err != nil {
			return nil, a.refuse(ctx, in.Asker, err)
		}
		return &struct{}{}, nil
	})
}
