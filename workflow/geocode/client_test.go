package geocode_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/workflow/geocode"
)

const noon = "2026-03-06T05:00:00Z"

var (
	door = places.Door{Number: "140", Street: "Nguyễn Trãi"}
	city = places.Box{South: 10.75, West: 106.68, North: 10.79, East: 106.74}
)

func TestFindSaysWhoAsksForWhat(t *testing.T) {
	n := newNominatim(t, house{"140", "Đường Nguyễn Trãi", 10.77, 106.69}, house{"140", "Nguyễn Trãi", 21, 105.8})
	clock := modelstest.NewClock(t, noon)
	got, err := n.client(clock.Now).Find(t.Context(), door, city)
	if err != nil {
		t.Fatal(err)
	}
	differ(t, "the answer", []geocode.Point{{Lat: 10.77, Lon: 106.69, House: "140", Road: "Đường Nguyễn Trãi"}}, got)
	q := map[string]string{}
	for name, values := range n.requests[0].URL.Query() {
		q[name] = strings.Join(values, "|")
	}
	differ(t, "the question", map[string]string{
		"street": "140 Nguyễn Trãi", "countrycodes": "vn", "viewbox": "106.68000,10.79000,106.74000,10.75000",
		"bounded": "1", "addressdetails": "1", "format": "jsonv2", "limit": "5",
	}, q)
	head := n.requests[0].Header
	differ(t, "who asks", []string{"Vticket (+https://1022.example.vn)", "vi"},
		[]string{head.Get("User-Agent"), head.Get("Accept-Language")})
}

func TestFindFails(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect takes the address to another host")
	}))
	t.Cleanup(elsewhere.Close)
	for name, answer := range map[string]http.HandlerFunc{
		"a fault":               status(http.StatusInternalServerError),
		"too much was asked":    status(http.StatusTooManyRequests),
		"it hangs":              func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"it hangs in the midst": func(w http.ResponseWriter, r *http.Request) { hangLater(w, r) },
		"no JSON":               body("<html>140 Nguyễn Trãi"),
		"an error as an object": body(`{"error":"140 Nguyễn Trãi"}`),
		"null":                  body("null"),
		"numbers for strings":   body(`[{"lat":140,"lon":106.69}]`),
		"no number":             body(`[{"lat":"140 Nguyễn Trãi","lon":"106.69"}]`),
		"not on the globe":      body(`[{"lat":"140","lon":"106.69"}]`),
		"not a number":          body(`[{"lat":"NaN","lon":"106.69"}]`),
		"more than 1 MiB":       body("[" + strings.Repeat(" ", 1<<20) + "]"),
		"another host":          http.RedirectHandler(elsewhere.URL+"/search?street=140", http.StatusFound).ServeHTTP,
		"a broken redirect":     broken("HTTP/1.1 302 Found\r\nLocation: http://[Nguyễn Trãi\r\nContent-Length: 0\r\n\r\n"),
		"no HTTP":               broken("140 Nguyễn Trãi\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNominatim(t)
			n.set(answer, nil)
			clock := modelstest.NewClock(t, noon)
			c := n.client(clock.Now)
			c.Timeout = 200 * time.Millisecond
			for asked := 1; asked <= 2; asked++ {
				found, err := c.Find(t.Context(), door, city)
				if err == nil || len(found) > 0 || errors.Is(err, geocode.ErrLater) {
					t.Fatalf("that is no answer: %v, %v", found, err)
				}
				if strings.Contains(err.Error(), "140") || strings.Contains(err.Error(), "Nguy") {
					t.Errorf("the error says what was asked: %v", err)
				}
				if n.asked() != asked {
					t.Errorf("a failure is not remembered: %d requests, want %d", n.asked(), asked)
				}
				clock.Move(time.Second)
			}
		})
	}
}

func hangLater(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte("["))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// broken writes something of its own to the connection.
func broken(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

func TestAddressThatCannotBeAsked(t *testing.T) {
	for _, address := range []string{"ftp://map.vn", "map.vn", "http://[", "http://127.0.0.1:1"} {
		c := &geocode.Client{URL: address, Now: modelstest.NewClock(t, noon).Now}
		if _, err := c.Find(t.Context(), door, city); err == nil || strings.Contains(err.Error(), "Nguy") {
			t.Errorf("%s: want an error that does not say what was asked, got %v", address, err)
		}
	}
}

func TestPasswordOfTheGeocoder(t *testing.T) {
	n := newNominatim(t)
	c := n.client(modelstest.NewClock(t, noon).Now)
	c.URL = strings.Replace(n.URL, "http://", "http://city:s3cret@", 1)
	if _, err := c.Find(t.Context(), door, city); err != nil {
		t.Fatal(err)
	}
	if user, password, ok := n.requests[0].BasicAuth(); !ok || user != "city" || password != "s3cret" {
		t.Errorf("the password of the address is given: %q %q %t", user, password, ok)
	}
}

func TestFindRemembers(t *testing.T) {
	n := newNominatim(t, house{"140", "Nguyễn Trãi", 10.77, 106.69})
	clock := modelstest.NewClock(t, noon)
	c := n.client(clock.Now)
	for _, ask := range []struct {
		door places.Door
		want int // requests so far
		hits int
	}{
		{door, 1, 1},
		{door, 1, 1},
		{places.Door{Number: "140", Street: "đường nguyen trai"}, 1, 1}, // the same, written otherwise
		{places.Door{Number: "9", Street: "Tô Ký"}, 2, 0},
		{places.Door{Number: "9", Street: "Tô Ký"}, 2, 0}, // that nobody knows it is known too
	} {
		found, err := c.Find(t.Context(), ask.door, city)
		if err != nil || len(found) != ask.hits || n.asked() != ask.want {
			t.Errorf("%+v: %d places, %v, after %d requests; want %d places after %d", ask.door, len(found), err, n.asked(),
				ask.hits, ask.want)
		}
		clock.Move(time.Second)
	}
}

// nowhere is a geocoder that knows no house, without a network.
type nowhere struct{ asked int }

// RoundTrip answers at once.
func (n *nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	n.asked++
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader([]byte("[]")))}, nil
}

func TestMemoryIsBounded(t *testing.T) {
	clock := modelstest.NewClock(t, noon)
	n := &nowhere{}
	c := &geocode.Client{URL: "http://map.vn", Now: clock.Now, Transport: n}
	find := func(number int) {
		if _, err := c.Find(t.Context(), places.Door{Number: strconv.Itoa(number), Street: "Tô Ký"}, city); err != nil {
			t.Fatal(err)
		}
		clock.Move(time.Second)
	}
	for number := range 10_000 {
		find(number)
	}
	find(0)
	if n.asked != 10_000 {
		t.Errorf("10,000 houses are remembered: %d requests", n.asked)
	}
	find(10_000)
	find(0)
	if n.asked != 10_002 {
		t.Errorf("one more, and the others are forgotten: %d requests, want 10,002", n.asked)
	}
}

// TestRest follows the breaker: what is asked of a geocoder that fails, and of one that is back.
func TestRest(t *testing.T) {
	n := newNominatim(t)
	clock := modelstest.NewClock(t, noon)
	c := n.client(clock.Now)
	number := 0
	find := func() error {
		number++
		_, err := c.Find(t.Context(), places.Door{Number: strconv.Itoa(number), Street: "Tô Ký"}, city)
		clock.Move(time.Second)
		return err
	}
	expect := func(what string, asked int, later bool) {
		t.Helper()
		if err := find(); errors.Is(err, geocode.ErrLater) != later || n.asked() != asked {
			t.Fatalf("%s: %v after %d requests; want %d", what, err, n.asked(), asked)
		}
	}
	n.set(status(http.StatusBadGateway), nil)
	for failed := 1; failed <= 5; failed++ {
		expect("it is asked while it fails now and then", failed, false)
	}
	expect("after five failures in a row it is left alone", 5, true)
	clock.Move(57 * time.Second)
	expect("for a minute", 5, true)
	expect("then it is tried once", 6, false)
	expect("and left alone again", 6, true)
	clock.Move(time.Minute)
	n.set(nil, nil)
	expect("once it answers", 7, false)
	n.set(status(http.StatusBadGateway), nil)
	for failed := 8; failed <= 12; failed++ {
		expect("it is trusted as before", failed, false)
	}
	expect("until it fails five times again", 12, true)
}

// TestPace asks in real time: one thing at a time, at most once a second.
func TestPace(t *testing.T) {
	t.Parallel()
	n := newNominatim(t)
	c := n.client(time.Now)
	busy := make(chan error, 1)
	n.set(nil, func() {
		_, err := c.Find(t.Context(), places.Door{Number: "2", Street: "Tô Ký"}, city)
		busy <- err
	})
	if _, err := c.Find(t.Context(), door, city); err != nil {
		t.Fatal(err)
	}
	if err := <-busy; !errors.Is(err, geocode.ErrLater) {
		t.Errorf("who comes while it is asked is to come again, and not to wait: %v", err)
	}
	n.set(nil, nil)
	if _, err := c.Find(t.Context(), places.Door{Number: "3", Street: "Tô Ký"}, city); err != nil {
		t.Fatal(err)
	}
	if len(n.at) != 2 || n.at[1].Sub(n.at[0]) < time.Second {
		t.Errorf("two requests are at least a second apart: %v", n.at)
	}
}
