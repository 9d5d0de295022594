package bots_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// rebinding is a name server that says of every name that it is 127.0.0.1.
func rebinding(t *testing.T) *net.Resolver {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		query := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(query)
			if err != nil {
				return
			}
			end := 12
			for query[end] != 0 {
				end += int(query[end]) + 1
			}
			end += 5
			answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end]...)
			if query[end-3] == 1 && n >= end { // an A record
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			}
			_, _ = server.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// Every form is refused for good, before a byte is sent, and the error keeps the secret to itself.
func TestMediaClientRefuses(t *testing.T) {
	var hits atomic.Int64
	canary := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer canary.Close()
	port := strings.TrimPrefix(canary.URL, "https://127.0.0.1:")
	// These hosts are on the list so that only the address that is connected to can refuse them.
	listed := []string{
		"cdn.example", "*.fbcdn.net", "api.telegram.org", "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001",
		"0177.0.0.1", "017700000001", "0x7f.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1",
		"::ffff:a9fe:a9fe", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::",
		"2001:0:7f00:1::", "198.18.0.1", "192.0.0.1", "240.0.0.1", "::127.0.0.1", "ip6-localhost",
	}
	client := bots.NewMediaClientWith(rebinding(t), listed...)
	urls := []string{
		"http://cdn.example/a", "https://cdn.example:8443/a", "https://cdn.example:" + port + "/a", "ftp://cdn.example/a",
		"file:///etc/passwd", "gopher://cdn.example/a", "//cdn.example/a", "cdn.example/a", "", "https://", "https:cdn.example/a",
		"https://user@cdn.example/a", "https://user:pass@cdn.example/a", "https://cdn.example@127.0.0.1/a",
		"https://other.example/a", "https://cdn.example.evil.net/a", "https://evilcdn.example/a", "https://fbcdn.net/a",
		"https://.fbcdn.net/a", "https://evilfbcdn.net/a", "https://a.fbcdn.net.evil.net/a", "https://cdn.example./a",
		"https://cdn.example%2eevil.net/a", "https://cdn.example%00.evil.net/a", "https://cdn.example\\@evil.net/a",
		"https://cdn.example:443:80/a", "https://cdn.example#@evil.net:80/a", "https://ⓛocalhost/a", "https://１２７.0.0.1/a",
		"data:image/png;base64,AA", "javascript:alert(1)", "https://[::ffff:127.0.0.1%25lo]/a", "https://x.fbcdn.net/a",
		"https://api.telegram.org/a",
	}
	for _, host := range listed {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		urls = append(urls, "https://"+host+"/a")
	}
	for _, u := range urls {
		t.Run(u, func(t *testing.T) {
			body, err := client.Open(t.Context(), u+"?sig=s3cret")
			if err == nil {
				_ = body.Close()
				t.Fatal("it was fetched")
			}
			if _, invalid := errors.AsType[models.Invalid](err); !invalid && !resolverRefused(err) {
				t.Errorf("not refused for good: %v", err)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
	if len(urls) < 60 || hits.Load() > 0 {
		t.Errorf("%d forms, %d reached the canary", len(urls), hits.Load())
	}
}

// resolverRefused: of some odd hosts the name server says that there is no such name.
func resolverRefused(err error) bool {
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"149.154.167.220": true, "::ffff:149.154.167.220": true, "2001:67c:4e8:f004::9": true, "1.1.1.1": true,
		"::ffff:10.0.0.1": false, "::ffff:100.64.0.1": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "172.31.255.255": false,
	} {
		if got := bots.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

// A fake of a platform is reached where it is allowed; its redirects are looked at each.
func TestMediaClientOfAFake(t *testing.T) {
	mux := http.NewServeMux()
	fake := httptest.NewServer(mux)
	defer fake.Close()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	defer other.Close()
	away := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	mux.HandleFunc("/photo", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "bytes") })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush() // no Content-Length
		_, _ = w.Write(make([]byte, bots.MaxMedia+100))
	})
	mux.HandleFunc("/declared", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "20971521")
		_, _ = w.Write(make([]byte, bots.MaxMedia+1))
	})
	mux.Handle("/bot1:s3cret/gone", http.NotFoundHandler())
	mux.Handle("/away", http.RedirectHandler(away+"/s3cret", http.StatusFound))
	for from, to := range map[string]string{"/1": "/photo", "/2": "/1", "/3": "/2", "/4": "/3", "/loop": "/loop"} {
		mux.Handle(from, http.RedirectHandler(to, http.StatusFound))
	}
	here, _ := url.Parse(fake.URL)
	client := bots.NewMediaClient([]string{here.Hostname()}, true)
	for path, want := range map[string]struct {
		size  int
		fault string
	}{
		"/photo": {5, ""}, "/3": {5, ""}, "/4": {0, "too many redirects"}, "/loop": {0, "too many redirects"},
		"/long": {bots.MaxMedia + 1, ""}, "/declared": {0, "error_media_size"}, "/away": {0, "error_media_host"},
		"/bot1:s3cret/gone": {0, "status 404"},
	} {
		t.Run(path, func(t *testing.T) {
			body, err := client.Open(t.Context(), fake.URL+path+"?sig=s3cret")
			if (err == nil) != (want.fault == "") || err != nil && !strings.Contains(err.Error(), want.fault) {
				t.Fatalf("got %v, want %q", err, want.fault)
			}
			if err != nil {
				if strings.Contains(err.Error(), "s3cret") {
					t.Errorf("the error tells a secret: %v", err)
				}
				return
			}
			defer body.Close()
			if raw, _ := io.ReadAll(body); len(raw) != want.size {
				t.Errorf("%d bytes, not %d", len(raw), want.size)
			}
		})
	}
}
