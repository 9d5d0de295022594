//go:build e2e

package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vticket/vticket/api/web"
)

// publicAddress is where the network's people come from, as their proxy says.
const publicAddress = "203.0.113.7"

// network stands between a browser and the program; while it is dead what is asked is never answered.
type network struct {
	base  string
	dead  atomic.Bool
	sends atomic.Int32 // messages that a dead network swallowed
}

func newNetwork(t *testing.T, p *program) *network {
	t.Helper()
	to, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	n, over := &network{}, make(chan struct{})
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Header.Set("X-Forwarded-For", publicAddress)
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.dead.Load() {
			if r.Method == http.MethodPost {
				n.sends.Add(1)
			}
			select {
			case <-r.Context().Done():
			case <-over:
			}
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(over); server.Close() })
	n.base = server.URL
	return n
}

// revive waits until a message was swallowed.
func (n *network) revive(t *testing.T) {
	t.Helper()
	eventually(t, patience, "a message is lost on the way", func() bool { return n.sends.Load() > 0 })
	n.dead.Store(false)
}

// TestE2EChatOnABadNetwork: what a network never answers is sent again, soon when the phone says that it has another.
func TestE2EChatOnABadNetwork(t *testing.T) {
	n := newNetwork(t, start(t, binary, embeddedStack(t)))
	lan := open(t, phoneWidth)
	lan.visit(n.base)
	lan.write("#say", coverIsGone)
	lan.click("#post")
	lan.until("the bot answers", `document.querySelectorAll("#log .us").length > 0`)
	for name, wakes := range map[string]bool{"the phone says that it has a network": true, "nobody says anything": false} {
		n.dead.Store(true)
		n.sends.Store(0)
		time.Sleep(3 * time.Second) // a look hangs
		lan.write("#say", name)
		lan.click("#post")
		n.revive(t)
		if wakes {
			ask[bool](lan, `window.dispatchEvent(new Event("online"))`)
		} else {
			time.Sleep(22 * time.Second)
		}
		lan.until("the words are answered when "+name, `!document.querySelector("#log .state")`)
	}
}

// TestE2EChatWithTooManyPhotos: the words come back to be sent without them, and nothing behind them waits.
func TestE2EChatWithTooManyPhotos(t *testing.T) {
	p := start(t, binary, append(embeddedStack(t), "TRUSTED_PROXIES=127.0.0.1"))
	n := newNetwork(t, p)
	lan := open(t, phoneWidth)
	lan.visit(n.base)
	neighbour := resident(p)
	neighbour.base = n.base
	var small bytes.Buffer
	if err := jpeg.Encode(&small, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	for i := range web.PhotosAnHour {
		res, err := neighbour.upload("/chat/messages", map[string]any{"client_id": i}, small.Bytes())
		if err != nil || res.Body.Close() != nil || res.StatusCode != http.StatusAccepted {
			t.Fatalf("photo %d: %v %v", i, res, err)
		}
	}
	lan.attach("#files", pictureFile(t, 1))
	lan.until("the photo is ready to send", `document.querySelectorAll("#chosen li").length === 1`)
	lan.write("#say", coverIsGone)
	lan.click("#post")
	lan.await("không kèm ảnh")
	lan.look("home-too-many-photos")
	lan.click("#post")
	lan.until("the words alone are taken", `document.querySelectorAll("#log .us").length > 0`)
}
