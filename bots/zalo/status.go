package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
)

const (
	pathProfile = "/v3.0/oa/user/detail"
	pathAccount = "/v2.0/oa/getoa"
)

// Profile asks what somebody is called. Whom Zalo does not let us see has no name.
func (o *OA) Profile(ctx context.Context, user string) (string, error) {
	query, err := json.Marshal(recipient{user})
	if err != nil {
		return "", fmt.Errorf("ask for profile: %w", err)
	}
	data, err := o.session().call(ctx, request{
		method:  http.MethodGet,
		address: o.config.OpenAPI + pathProfile + "?data=" + url.QueryEscape(string(query)), // one parameter (§2.2)
	})
	failed, ok := errors.AsType[*bots.SendError](err)
	switch {
	case ok && (failed.Class == bots.ErrWindow || failed.Class == bots.ErrBlocked):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("ask for profile: %w", err)
	}
	return norm.NFC.String(data.text("display_name")), nil
}

// Status asks who we are. Where the webhook is only Zalo's console knows.
func (o *OA) Status(ctx context.Context) (bots.AccountStatus, error) {
	data, err := o.session().call(ctx, request{method: http.MethodGet, address: o.config.OpenAPI + pathAccount})
	if err != nil {
		return bots.AccountStatus{}, fmt.Errorf("ask for account: %w", err)
	}
	return bots.AccountStatus{ID: data.id("oa_id"), Name: data.text("name")}, nil
}
