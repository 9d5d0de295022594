package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
)

type loginInput struct {
	Asker
	Body struct {
		Email    string `json:"email" maxLength:"200"`
		Password string `json:"password" maxLength:"200"`
	}
}

type tokenOutput struct {
	Body struct {
		Token string `json:"token" doc:"To be sent as Authorization: Bearer."`
	}
}

func (a *API) authRoutes(v1 huma.API) {
	huma.Register(v1, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/auth/login", Summary: "Sign in", Tags: []string{"staff"},
		MaxBodyBytes: bodyLimit,
	}, func(ctx context.Context, in *loginInput) (*tokenOutput, error) {
		token, err := a.Signin.Open(ctx, in.Body.Email, in.Body.Password)
		if errors.Is(err, models.ErrForbidden) {
			return nil, web.NewProblem(http.StatusUnauthorized, "login_refused", in.lang())
		}
		if err != nil {
			return nil, a.refuse(ctx, in.Asker, err)
		}
		out := &tokenOutput{}
		out.Body.Token = token
		return out, nil
	})
}
