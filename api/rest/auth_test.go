package rest_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/rest"
	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

type door struct {
	t      *testing.T
	server *httptest.Server
}

// call sends JSON, or asks when there is none, and returns the status and the answer.
func (d door) call(method, path, token string, body map[string]string) (int, map[string]any) {
	d.t.Helper()
	raw, _ := json.Marshal(body)
	q, err := http.NewRequestWithContext(d.t.Context(), method, d.server.URL+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		d.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+token)
	answer, err := d.server.Client().Do(q)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	out := map[string]any{}
	_ = json.NewDecoder(answer.Body).Decode(&out)
	if answer.StatusCode >= http.StatusBadRequest && answer.Header.Get("Content-Type") != "application/problem+json" {
		d.t.Errorf("%s: a refusal as %s", path, answer.Header.Get("Content-Type"))
	}
	return answer.StatusCode, out
}

// want calls and expects a status and, when given, a problem's code.
func (d door) want(status int, code, route, token string, body map[string]string) {
	d.t.Helper()
	method, path, _ := strings.Cut(route, " ")
	if got, out := d.call(method, path, token, body); got != status || code != "" && out["code"] != code {
		d.t.Errorf("%s %s %v: got %d %v, want %d %s", method, path, body, got, out, status, code)
	}
}

func (d door) login(email, password string) string {
	d.t.Helper()
	status, out := d.call(http.MethodPost, "/auth/login", "", map[string]string{"email": email, "password": password})
	if status != http.StatusOK || out["must_change_password"] != true {
		d.t.Fatalf("login: %d %v", status, out)
	}
	return out["token"].(string)
}

func TestOneTimePassword(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-11-23T08:00:00+07:00")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) { //nolint:thelper // the test itself
		once, err := models.NewOncePassword()
		if err != nil {
			t.Fatal(err)
		}
		hash, err := web.HashPassword(models.FoldOncePassword(once))
		if err != nil {
			t.Fatal(err)
		}
		until := s.Now().Add(models.OnceLife)
		for _, email := range []string{"an@example.vn", "late@example.vn"} {
			err = s.Tx(t.Context(), func(tx *store.Tx) error {
				return tx.SaveStaff([]models.Staff{{
					Email: email, Name: "An", Role: models.RoleAdmin, PasswordHash: hash, PasswordOnceUntil: &until,
				}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		signin, err := web.NewSignin(s)
		if err != nil {
			t.Fatal(err)
		}
		gin.SetMode(gin.ReleaseMode)
		engine := gin.New()
		catalogue, err := models.DefaultCatalogue()
		if err != nil {
			t.Fatal(err)
		}
		desk := &workflow.Desk{Catalogue: catalogue}
		(&rest.API{Store: s, Desk: desk, Signin: signin, Log: slog.New(slog.DiscardHandler)}).Register(engine)
		d := door{t, httptest.NewServer(engine)}
		t.Cleanup(d.server.Close)

		token, other := d.login("an@example.vn", once), d.login("An@example.vn", strings.ToUpper(once))
		change := func(status int, code, token, password, current string) {
			t.Helper()
			body := map[string]string{"password": password}
			if current != "" {
				body["current"] = current
			}
			d.want(status, code, "POST /auth/password", token, body)
		}
		const required = "password_change_required"
		d.want(http.StatusForbidden, required, "GET /tickets", token, nil)
		d.want(http.StatusForbidden, required, "GET /tickets/123456782", token, nil)
		d.want(http.StatusForbidden, required, "POST /tickets/123456782/accept", token, map[string]string{})
		change(http.StatusUnauthorized, "unauthorized", "nobody", "nhà tôi ở đây", "")
		change(http.StatusUnprocessableEntity, "invalid", token, "ngắn quá", "")
		change(http.StatusUnprocessableEntity, "invalid", token, "AN@example.vn", "")
		change(http.StatusUnprocessableEntity, "invalid", token, strings.ToUpper(once), "")
		d.want(http.StatusForbidden, required, "GET /tickets", token, nil)
		change(http.StatusNoContent, "", token, "nhà tôi ở đây", "")
		d.want(http.StatusOK, "", "GET /tickets", token, nil)
		d.want(http.StatusUnauthorized, "unauthorized", "GET /tickets", other, nil)
		change(http.StatusUnprocessableEntity, "invalid", token, "một mật khẩu khác", "")
		change(http.StatusUnprocessableEntity, "invalid", token, "nhà tôi ở đây", "nhà tôi ở đây")
		change(http.StatusNoContent, "", token, "một mật khẩu khác", "nhà tôi ở đây")
		login := func(status int, code, email, password string) {
			t.Helper()
			d.want(status, code, "POST /auth/login", "", map[string]string{"email": email, "password": password})
		}
		login(http.StatusUnauthorized, "login_refused", "an@example.vn", once)
		login(http.StatusOK, "", "an@example.vn", "một mật khẩu khác")

		err = s.Tx(t.Context(), func(tx *store.Tx) error { return tx.DisableStaff("an@example.vn") })
		if err != nil {
			t.Fatal(err)
		}
		d.want(http.StatusUnauthorized, "unauthorized", "GET /tickets", token, nil)
		login(http.StatusUnauthorized, "login_refused", "an@example.vn", "một mật khẩu khác")

		clock.Move(models.OnceLife)
		defer clock.Move(-models.OnceLife)
		login(http.StatusUnauthorized, "password_expired", "late@example.vn", once)
		login(http.StatusUnauthorized, "login_refused", "late@example.vn", "wrong")
	})
}
