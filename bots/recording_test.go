package bots_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
)

// asking is one call and how it is told; HOST stands for the platform's address.
type asking struct {
	path   string
	kind   string
	body   string
	status int
	reply  string
	page   bool // the reply is one of text
	want   *bots.Exchange
}

func askings() map[string]asking {
	const jsonKind, formKind = "application/json", "application/x-www-form-urlencoded"
	return map[string]asking{
		"words and numbers are told by their length": {
			path: "/bot5:top-secret/send?access_token=abcdef&page=x", kind: jsonKind,
			body:   `{"chat_id":"5005","text":"Nhà ông Ba ngập","to":{"phone":"84912345678","lat":10.7}}`,
			status: 400, reply: `{"ok":false,"code":33,"description":"no Nhà ông Ba of 0912 345 678 abcdef 5:top-secret"}`,
			want: &bots.Exchange{
				Path: "/bot[secret]/send", Status: 400,
				Request: "?access_token: [secret]\n?page: [1 characters]\n{\n  \"chat_id\": \"5005\",\n" +
					"  \"text\": \"[15 characters]\",\n  \"to\": {\n    \"lat\": \"[place]\",\n    \"phone\": \"•••678\"\n  }\n}",
				Response: "{\n  \"code\": 33,\n  \"description\": \"no [words] of •••678 [secret] [secret]\",\n  \"ok\": false\n}",
			},
		},
		"names and words in an answer are not told, ids are": {
			path: "/x", kind: formKind, body: "code=zzz-1&markup=" + `%7B%22callback_data%22%3A%22done%22%2C%22text%22%3A%22xong%22%7D`,
			status: 200, reply: `{"message_id":7,"message":"hi Trần Lan zzz-1","from":{"id":5,"first_name":"Trần Lan"},"access_token":"x1"}`,
			want: &bots.Exchange{
				Path: "/x", Status: 200,
				Request: "code: [secret]\nmarkup: {\"callback_data\":\"done\",\"text\":\"[4 characters]\"}",
				Response: "{\n  \"access_token\": \"[secret]\",\n  \"from\": {\n    \"first_name\": \"[8 characters]\",\n    \"id\": 5\n  },\n" +
					"  \"message\": \"hi [words] [secret]\",\n  \"message_id\": 7\n}",
			},
		},
		"a page of something between is told without secrets": {
			path: "/x", kind: jsonKind, body: "{}", status: 502, reply: "<h1>Bad Gateway</h1> top 5:top-secret", page: true,
			want: &bots.Exchange{Path: "/x", Status: 502, Request: "{}", Response: "<h1>Bad Gateway</h1> top [secret]"},
		},
		"half an answer is told by its size": {
			path: "/x", kind: "image/jpeg", body: "\xff\xd8\xff", status: 200, reply: `{"text":"Nhà ông`,
			want: &bots.Exchange{Path: "/x", Status: 200, Request: "[3 bytes]", Response: "[18 bytes, no whole JSON]"},
		},
		"polling is not told": {path: "/bot5:top-secret/getUpdates", status: 200, reply: "{}"},
	}
}

func TestRecorded(t *testing.T) {
	for name, tt := range askings() {
		t.Run(name, func(t *testing.T) {
			platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if sent, err := io.ReadAll(r.Body); err != nil || string(sent) != tt.body || r.ContentLength != int64(len(tt.body)) {
					t.Errorf("the platform is to get what was sent, got %q (%v), %d bytes announced", sent, err, r.ContentLength)
				}
				w.Header().Set("Content-Type", map[bool]string{true: "text/html", false: "application/json"}[tt.page])
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.reply)
			}))
			defer platform.Close()
			told := call(t, platform.URL+tt.path, tt.kind, strings.NewReader(tt.body), tt.reply)
			if tt.want == nil {
				if len(told) > 0 {
					t.Errorf("told: %+v", told)
				}
				return
			}
			want := *tt.want
			want.Channel, want.Method, want.Delivery = "test", http.MethodPost, "d-1"
			want.Host, want.Took, want.Began = strings.TrimPrefix(platform.URL, "http://"), time.Second, instant.Add(time.Second)
			if diff := cmp.Diff([]bots.Exchange{want}, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecordedUpload: of a picture that is on its way only the name and the size are kept, however large it is.
func TestRecordedUpload(t *testing.T) {
	const size = 300_000
	platform := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if file, _, err := r.FormFile("photo"); err != nil {
			t.Errorf("the platform is to get the picture: %v", err)
		} else if n, err := io.Copy(io.Discard, file); n != size || err != nil {
			t.Errorf("%d bytes came, %v", n, err)
		}
	}))
	defer platform.Close()
	body, into := io.Pipe()
	form := multipart.NewWriter(into)
	go func() {
		_ = form.WriteField("caption", "Nhà ông Ba")
		part, _ := form.CreateFormFile("photo", "a.jpg")
		_, _ = part.Write(bytes.Repeat([]byte("x"), size))
		_ = form.WriteField("chat_id", "5")
		_ = into.CloseWithError(form.Close())
	}()
	told := call(t, platform.URL+"/x", form.FormDataContentType(), body, "")
	if want := "caption: [10 characters]\nchat_id: 5\nphoto: [file a.jpg, 300000 bytes]"; len(told) != 1 || told[0].Request != want {
		t.Errorf("told %+v, not %q", told, want)
	}
}

func TestRecordedBreak(t *testing.T) {
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = connection.Close()
		}
	}))
	defer platform.Close()
	told := call(t, platform.URL+"/bot5:top-secret/x", "application/json", strings.NewReader(`{"chat_id":5}`), "")
	if len(told) != 1 || told[0].Error == "" || told[0].Status != 0 || told[0].Path != "/bot[secret]/x" {
		t.Errorf("a call without an answer is told with its fault: %+v", told)
	}
}

var instant = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

// call posts a body and reads the answer; it returns what was told.
func call(t *testing.T, address, kind string, body io.Reader, reply string) (told []bots.Exchange) {
	t.Helper()
	now := instant
	client := http.Client{Transport: bots.Recorded(&http.Transport{DisableKeepAlives: true}, bots.Recording{
		Channel: "test", Record: func(x bots.Exchange) { told = append(told, x) }, Secrets: []string{"5:top-secret"},
		Quiet: "/getUpdates", Now: func() time.Time { now = now.Add(time.Second); return now },
	})}
	req, err := http.NewRequestWithContext(bots.WithDelivery(context.Background(), "d-1"), http.MethodPost, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := client.Do(req)
	if err != nil {
		return told
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || string(got) != reply {
		t.Errorf("the answer is to be left as it was, got %q (%v)", got, err)
	}
	return told
}
