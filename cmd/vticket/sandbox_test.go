package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// playground is a running "vticket sandbox" as the browser of whoever plays the residents reaches it, and the product
// that it was made for.
type playground struct {
	t       *testing.T
	base    string
	env     stackEnv // the product's
	product *program
}

// newPlayground starts a sandbox, and a product with nothing in its environment but what the sandbox printed.
func newPlayground(t *testing.T) *playground {
	t.Helper()
	var at atomic.Pointer[url.URL]
	at.Store(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	public := httptest.NewServer(&httputil.ReverseProxy{ // the product has no port before it is started
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(at.Load()) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(public.Close)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "sandbox", "--listen", "127.0.0.1:0", "--product", public.URL)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &playground{t: t, env: embeddedStack(t)}
	lines := bufio.NewScanner(stdout)
	for p.base == "" && lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "Sandbox: "); ok {
			p.base = base
		} else if name, _, ok := strings.Cut(lines.Text(), "="); ok && name != "LISTEN_ADDR" {
			p.env = append(p.env, lines.Text())
		}
	}
	said := make(chan string, 1)
	go func() {
		rest, _ := io.ReadAll(stdout)
		said <- string(rest)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		rest := <-said
		if err := cmd.Wait(); err != nil {
			t.Errorf("the sandbox ended by %v", err)
		}
		t.Logf("the sandbox said: %s", rest)
	})
	p.product = start(t, binary, p.env)
	address, err := url.Parse(p.product.base)
	if err != nil {
		t.Fatal(err)
	}
	at.Store(address)
	eventually(t, 10*time.Second, "all platforms know the webhook", func() bool {
		for platform, person := range sandboxPeople {
			if p.view(platform, person).Webhooks[platform] == "" {
				return false
			}
		}
		return true
	})
	return p
}

// sandboxPeople are the first of those whom the sandbox gives.
var sandboxPeople = map[string]string{
	"telegram": "5001", "zalo": "7700000000000000001", "zalo_bot": "660000000001", "facebook": "24000000000000001",
}

// played is how a chat stands.
type played struct {
	Chat []struct {
		ID, Kind, Text, Mark string
		Mine                 bool
		Photos               []string
		Buttons              []struct{ Title, Data string }
	}
	Webhooks map[string]string
	Faults   map[string]int
	Windows  []struct {
		Kind    string
		Seconds int
	}
	Traffic []struct {
		Platform, Direction, Path, Body string
		Header                          []string
		Status                          int
	}
}

func (p *playground) view(platform, person string) (v played) {
	p.t.Helper()
	res := p.ask(http.MethodGet, "/api/view?"+url.Values{"platform": {platform}, "person": {person}}.Encode(), "", nil)
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatalf("view of %s: %d %v", platform, res.StatusCode, err)
	}
	return v
}

func (p *playground) ask(method, path, kind string, body io.Reader) *http.Response {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	return res
}

// post sends a form of the page; picture is nil where there is none.
func (p *playground) post(path string, fields map[string]string, picture []byte) {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = form.WriteField(name, value) // a buffer takes everything
	}
	if picture != nil {
		part, err := form.CreateFormFile("photo", "a.jpg")
		if err != nil {
			p.t.Fatal(err)
		}
		_, _ = part.Write(picture)
	}
	_ = form.Close()
	res := p.ask(http.MethodPost, path, form.FormDataContentType(), &body)
	defer res.Body.Close()
	if said, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %v: %d %s", path, fields, res.StatusCode, said)
	}
}

// act does something as the first person on a platform.
func (p *playground) act(platform, kind string, fields map[string]string, picture []byte) {
	p.t.Helper()
	all := map[string]string{"platform": platform, "person": sandboxPeople[platform], "act": kind}
	maps.Copy(all, fields)
	p.post("/api/act", all, picture)
}

// await waits until our side has said something of that kind, and returns which message it was.
func (p *playground) await(platform, what string, is func(text string, photos, buttons int) bool) (found string) {
	p.t.Helper()
	eventually(p.t, 10*time.Second, platform+": "+what, func() bool {
		for _, b := range p.view(platform, sandboxPeople[platform]).Chat {
			if !b.Mine && is(b.Text, len(b.Photos), len(b.Buttons)) {
				found = b.Text
				return true
			}
		}
		return false
	})
	return found
}

// TestSandboxMainJob: what vticket sandbox prints is all that the product needs, and on each of its platforms a resident
// reports, is answered and closes.
func TestSandboxMainJob(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("LEFT OUT by make test-fast: the main job on every platform; make test runs it")
	}
	p := newPlayground(t)
	place := map[string]string{"lat": "10.8389", "lon": "106.6293", "text": ""}
	for platform := range sandboxPeople {
		p.act(platform, "photos", map[string]string{"text": coverIsGone}, drawn(t, 1))
		if platform == "telegram" || platform == "zalo" {
			p.act(platform, "place", place, nil)
		} else {
			p.act(platform, "text", map[string]string{"text": "số 140 đường Tô Ký, phường Trung Mỹ Tây"}, nil)
		}
	}
	began := time.Now()
	codes := map[string]string{}
	for platform := range sandboxPeople {
		receipt := p.await(platform, "the receipt is there", func(text string, _, _ int) bool {
			return strings.HasPrefix(text, "Đã nhận phản ánh") && spokenCode.MatchString(text)
		})
		codes[platform] = strings.ReplaceAll(spokenCode.FindString(receipt), " ", "")
	}
	t.Logf("four receipts after %v", time.Since(began).Round(time.Millisecond))
	command(t, p.env, "mật khẩu của Minh\n", "admin", "create", "--email", "minh@example.vn", "--role", "staff",
		"--department", "infra_center", "--password-stdin")
	minh := signIn(p.product, "minh@example.vn", "mật khẩu của Minh")
	for _, code := range codes {
		minh.do(minh.ticket(code), "accept", nil)
		after := minh.addPhoto(code, drawn(t, 5))
		minh.do(minh.ticket(code), "resolve", map[string]any{
			"outcome": "fixed", "text": "Đã đậy nắp mới.", "photos": []string{after},
		})
	}
	for platform := range codes {
		choices := 2
		if platform == "zalo_bot" { // it has no buttons, and no pictures from us
			choices = 0
		}
		p.await(platform, "the answer is there with its choices", func(text string, _, buttons int) bool {
			return strings.Contains(text, "Đã đậy nắp mới.") && strings.HasSuffix(text, "2 – chưa xong") && buttons == choices
		})
		if platform != "zalo_bot" {
			p.await(platform, "the photo of the work is there", func(_ string, photos, _ int) bool { return photos == 1 })
		}
		p.act(platform, "text", map[string]string{"text": "1"}, nil)
	}
	for platform, code := range codes {
		p.await(platform, "thanks are there", func(text string, _, _ int) bool {
			return strings.HasPrefix(text, "Cảm ơn bạn.")
		})
		if closed := minh.ticket(code); closed.State != "closed" {
			t.Errorf("%s: after 1 the ticket is %s", platform, closed.State)
		}
	}
	p.seen(t)
	p.misbehave(t)
}

// seen: what went over the wire is shown, with what proves it.
func (p *playground) seen(t *testing.T) {
	t.Helper()
	signed := map[string]bool{}
	for _, e := range p.view("zalo", sandboxPeople["zalo"]).Traffic {
		proofs := strings.Join(e.Header, "\n")
		for _, name := range []string{
			"X-Telegram-Bot-Api-Secret-Token: ", "X-Zevent-Signature: mac=", "X-Bot-Api-Secret-Token: ",
			"X-Hub-Signature-256: sha256=",
		} {
			if e.Direction == "out" && e.Status == http.StatusOK && strings.Contains(proofs, name) {
				signed[e.Platform] = true
			}
		}
	}
	if len(signed) != len(sandboxPeople) {
		t.Errorf("signed webhooks that were taken are shown of %v only", signed)
	}
}

// misbehave: a fault of the page happens to the next message, which comes all the same; a window that is moved closes.
func (p *playground) misbehave(t *testing.T) {
	t.Helper()
	said := func() (n int) {
		for _, b := range p.view("telegram", sandboxPeople["telegram"]).Chat {
			if !b.Mine {
				n++
			}
		}
		return n
	}
	before := said()
	p.post("/api/faults", map[string]string{
		"platform": "telegram", "kind": "throttled", "calls": "1", "seconds": "1",
	}, nil)
	p.act("telegram", "start", nil, nil)
	eventually(t, 10*time.Second, "the greeting comes after a throttle", func() bool { return said() > before })
	if left := p.view("telegram", sandboxPeople["telegram"]).Faults["telegram"]; left != 0 {
		t.Errorf("%d faults are left", left)
	}
	p.post("/api/clock", map[string]string{"hours": "49"}, nil)
	for _, w := range p.view("zalo", sandboxPeople["zalo"]).Windows {
		if (w.Kind == "free") != (w.Seconds == 0) {
			t.Errorf("49 hours after a message %d seconds of the %s window are left", w.Seconds, w.Kind)
		}
	}
}
