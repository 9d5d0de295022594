package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestGeocoder: an address without a pin becomes a ticket at once, which waits with the hotline; once the geocoder has
// answered it has its point, its area and its department.
func TestGeocoder(t *testing.T) {
	t.Parallel()
	for name, stack := range map[string]func(t *testing.T) stackEnv{
		"embedded": embeddedStack,
		"external": func(t *testing.T) stackEnv {
			t.Helper()
			env, dsn, _ := externalStack(t, 7)
			seed(t, dsn)
			return env
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			think := make(chan struct{})
			maps := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("street") != "140 Nguyễn Trãi" || !strings.HasPrefix(r.UserAgent(), "Vticket (+https://") {
					t.Errorf("it is asked %q by %q", r.URL, r.UserAgent())
				}
				<-think
				_, _ = w.Write([]byte(`[{"place_id":1,"lat":"10.7769000","lon":"106.7009000","category":"place","type":"house",` +
					`"address":{"house_number":"140","road":"Đường Nguyễn Trãi","country_code":"vn"}}]`))
			}))
			t.Cleanup(maps.Close)
			env := append(stack(t), "GEOCODER_URL="+maps.URL)
			p := start(t, binary, env)
			command(t, env, "mật khẩu dài\n", "admin", "create", "--email", "tong@example.vn", "--role", "hotline",
				"--password-stdin")
			hotline, lan := signIn(p, "tong@example.vn", "mật khẩu dài"), resident(p)
			lan.say(words("1", "Nắp cống trước số 140 Nguyễn Trãi bị mất rồi"))
			receipt := lan.await(10*time.Second, "the receipt waits for no geocoder", isReceipt)
			if got := hotline.ticket(receipt.TicketCode); got.State != "new" || got.Why != "no_place" || got.Geocoded {
				t.Errorf("until it answers the ticket is the hotline's: %+v", got)
			}
			close(think)
			eventually(t, 10*time.Second, "the ticket has its point", func() bool {
				return hotline.ticket(receipt.TicketCode).Geocoded
			})
			if got := hotline.ticket(receipt.TicketCode); got.State != "assigned" || got.Why != "rule" || got.Area != "26740" {
				t.Errorf("then it is its department's: %+v", got)
			}
		})
	}
}
