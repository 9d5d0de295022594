package api_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw sends bytes as they are, ends its side, and returns the answer.
func (d *door) raw(t *testing.T, bytes string) (status int, body string) {
	t.Helper()
	line, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if _, err := io.WriteString(line, bytes); err != nil {
		t.Fatal(err)
	}
	if err := line.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(all)
}

// TestABodyThatIsCutOffIsItsSendersFault and not said to be ours.
func TestABodyThatIsCutOffIsItsSendersFault(t *testing.T) {
	d := openDoorSQLite(t)
	for name, head := range map[string]string{
		"too short":       "Content-Length: 5000\r\n\r\n{",
		"chunked wrongly": "Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
	} {
		status, body := d.raw(t, "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"+head)
		if status != http.StatusBadRequest || !strings.Contains(body, `"malformed"`) {
			t.Errorf("%s: it is to be 400 malformed, came %d %s", name, status, body)
		}
	}
}

// TestHeadsAndOtherMethods: monitors and link previews ask with HEAD.
func TestHeadsAndOtherMethods(t *testing.T) {
	d := openDoorSQLite(t)
	for _, path := range []string{"/livez", "/readyz", "/", "/api/v1/openapi.json"} {
		status, _, body := d.do(ask{method: http.MethodHead, path: path})
		if status != http.StatusOK || body != "" {
			t.Errorf("HEAD %s is to be GET without a body, came %d %.100s", path, status, body)
		}
	}
	d.refused(t, ask{method: http.MethodDelete, path: chatPath}, refusal{Status: 405, Code: "method_not_allowed"})
	if _, header, _ := d.do(ask{method: http.MethodPut, path: "/api/v1/tickets"}); header.Get("Allow") != http.MethodGet {
		t.Errorf("405 is to name GET, names %q", header.Get("Allow"))
	}
}

// TestAForeignPageIsRefusedInWords: it may be a page of ours, behind a proxy that changes the Host.
func TestAForeignPageIsRefusedInWords(t *testing.T) {
	d := openDoorSQLite(t)
	for accept, want := range map[string]string{"text/html,*/*;q=0.8": "<html", "*/*": `"foreign"`} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/", strings.NewReader("street=x"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://evil.example")
		req.Header.Set("Accept", accept)
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusForbidden || !strings.Contains(string(body), want) ||
			!strings.Contains(string(body), "đến từ một trang khác") {
			t.Errorf("who accepts %s is told so as %s, came %d %.300s %v", accept, want, res.StatusCode, body, err)
		}
	}
}
