package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// client speaks /api/v1 for one resident or one member of staff. Any answer but the expected one ends the test.
type client struct {
	t     testing.TB
	base  string // http://host:port; a program that was started again has another
	token string
}

type said struct {
	ID         string   `json:"id"`
	Direction  string   `json:"direction"`
	Text       string   `json:"text"`
	Lat        *float64 `json:"lat"`
	Lon        *float64 `json:"lon"`
	Buttons    []button `json:"buttons"`
	Photos     []string `json:"photos"`
	TicketCode string   `json:"ticket_code"`
}

type button struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

type ticket struct {
	Code    string `json:"code"`
	State   string `json:"state"`
	Outcome string `json:"outcome"`

	Priority   string `json:"priority"`
	Category   string `json:"category"`
	Area       string `json:"area"`
	Why        string `json:"why"`
	Department string `json:"department_id"`
	Geocoded   bool   `json:"geocoded"`

	etag string
}

// exchange returns the status, the header and the body of one answer, or why there was none.
func (c *client) exchange(method, path, ifMatch string, body any) (status int, header http.Header, raw []byte, err error) {
	c.t.Helper()
	var sent io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		sent = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/api/v1"+path, sent)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if ifMatch != "" {
		req.Header.Set("If-Match", ifMatch)
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer res.Body.Close()
	raw, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header, raw, err
}

func (c *client) must(method, path, ifMatch string, body, into any) http.Header {
	c.t.Helper()
	status, header, raw, err := c.exchange(method, path, ifMatch, body)
	if err != nil || status < 200 || status > 299 {
		c.t.Fatalf("%s %s: %d %s %v", method, path, status, raw, err)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			c.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return header
}

// resident opens a chat.
func resident(p *program) *client {
	p.t.Helper()
	c := &client{t: p.t, base: p.base}
	c.openSession("/chat/sessions", nil)
	return c
}

// signIn opens a session of staff.
func signIn(p *program, email, password string) *client {
	p.t.Helper()
	c := &client{t: p.t, base: p.base}
	c.openSession("/auth/login", map[string]string{"email": email, "password": password})
	return c
}

func (c *client) openSession(path string, body any) {
	c.t.Helper()
	var opened struct {
		Token string `json:"token"`
	}
	c.must(http.MethodPost, path, "", body, &opened)
	c.token = opened.Token
}

func words(id, text string) map[string]any { return map[string]any{"client_id": id, "text": text} }

// pin is a place in the centre, Phường Sài Gòn (26740).
func pin() map[string]any { return map[string]any{"client_id": "2", "lat": 10.7769, "lon": 106.7009} }

func (c *client) say(message map[string]any) {
	c.t.Helper()
	c.must(http.MethodPost, "/chat/messages", "", message, nil)
}

// show sends a message with a picture, as the page does.
func (c *client) show(message map[string]any, photo []byte) {
	c.t.Helper()
	res, err := c.upload("/chat/messages", message, photo)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	c.decode(res, http.StatusAccepted, &struct{}{})
}

// tell is show when the program may die in its course: there need not be an answer.
func (c *client) tell(message map[string]any, photo []byte) {
	c.t.Helper()
	res, err := c.upload("/chat/messages", message, photo)
	if err != nil {
		return
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		c.t.Fatalf("send: %d", res.StatusCode)
	}
}

// upload posts a form of fields and one picture.
func (c *client) upload(path string, fields map[string]any, photo []byte) (*http.Response, error) {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, fmt.Sprint(value)); err != nil {
			c.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("photo", "photo.jpg")
	if err == nil {
		_, err = part.Write(photo)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.base+"/api/v1"+path, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", form.FormDataContentType())
	return (&http.Client{Timeout: 10 * time.Second}).Do(req)
}

// picture opens both sizes of a picture, of which the address of the small one was shown.
func (c *client) picture(address string) {
	c.t.Helper()
	small := strings.TrimPrefix(address, "/api/v1")
	for _, path := range []string{small, strings.TrimSuffix(small, "320") + "1600"} {
		status, _, raw, err := c.exchange(http.MethodGet, path, "", nil)
		if err != nil || status != http.StatusOK {
			c.t.Fatalf("GET %s: %d %v", path, status, err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(raw)); err != nil {
			c.t.Errorf("%s is no picture: %v", path, err)
		}
	}
}

func (c *client) messages() []said {
	c.t.Helper()
	var list struct {
		Messages []said `json:"messages"`
	}
	c.must(http.MethodGet, "/chat/messages", "", nil, &list)
	return list.Messages
}

func (c *client) myTickets() []ticket {
	c.t.Helper()
	var list struct {
		Tickets []ticket `json:"tickets"`
	}
	c.must(http.MethodGet, "/chat/tickets", "", nil, &list)
	return list.Tickets
}

func (c *client) queue() []ticket {
	c.t.Helper()
	var list struct {
		Tickets []ticket `json:"tickets"`
	}
	c.must(http.MethodGet, "/tickets", "", nil, &list)
	return list.Tickets
}

func (c *client) ticket(code string) ticket {
	c.t.Helper()
	var t ticket
	t.etag = c.must(http.MethodGet, "/tickets/"+code, "", nil, &t).Get("ETag")
	return t
}

// do does a verb on the ticket as it was seen last.
func (c *client) do(t ticket, verb string, body any) ticket {
	c.t.Helper()
	t.etag = c.must(http.MethodPost, "/tickets/"+t.Code+"/"+verb, t.etag, body, &t).Get("ETag")
	return t
}

// await waits until the resident reads a message of that kind, and returns it.
func (c *client) await(within time.Duration, what string, is func(said) bool) said {
	c.t.Helper()
	var found said
	eventually(c.t, within, what, func() bool {
		for _, m := range c.messages() {
			if is(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

var spokenCode = regexp.MustCompile(`\b[1-9][0-9]{3} [0-9]{5}\b`)

func isReceipt(m said) bool {
	return m.Direction == "out" && strings.HasPrefix(m.Text, "Đã nhận phản ánh") && spokenCode.MatchString(m.Text)
}

func isShown(m said) bool { return m.Direction == "in" && len(m.Photos) > 0 }

func heard(text string) func(said) bool {
	return func(m said) bool { return m.Direction == "in" && m.Text == text }
}

// decode reads an answer that must have that status.
func (c *client) decode(res *http.Response, status int, into any) {
	c.t.Helper()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != status {
		c.t.Fatalf("%s: %d %s", res.Request.URL.Path, res.StatusCode, raw)
	}
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		c.t.Fatalf("%s: %v", res.Request.URL.Path, err)
	}
}
