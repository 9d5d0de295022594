// Package geocode knows how to ask a Nominatim where a house is, when to believe its answer, and which tickets wait for
// one. It never decides who gets a ticket, never sends or logs more of a place than a house number and a street (and
// logs not even those), and nothing ever waits for it: without it every ticket goes its way.
package geocode

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/vticket/vticket/models/places"
)

const (
	askLimit  = 5 * time.Second // for one answer, in total
	bodyLimit = 1 << 20
	// askEvery is what the public Nominatim allows: one thread, one request a second
	// (operations.osmfoundation.org/policies/nominatim).
	askEvery   = time.Second
	keptHouses = 10_000 // houses; then all are forgotten
	failLimit  = 5      // failures in a row after which we rest
	restFor    = time.Minute
)

// ErrLater says that nothing was asked: somebody else is asking, or the geocoder has failed too often.
var ErrLater = errors.New("not now")

// Client asks a Nominatim (nominatim.org/release-docs/latest/api/Search), one thing at a time, at most once a second,
// and remembers what it was told. It is safe for concurrent use.
type Client struct {
	URL       string // "https://nominatim.example.vn"
	Agent     string // who we are, as its policy asks
	Now       func() time.Time
	Timeout   time.Duration     // 0: 5 s
	Transport http.RoundTripper // nil: http.DefaultTransport. Redirects are not followed

	guard    sync.Mutex
	known    map[string][]Point // by places.Door.Key
	asking   bool
	asked    time.Time
	failures int
	restEnd  time.Time
}

// Point is a house that the geocoder knows.
type Point struct {
	Lat, Lon    float64
	House, Road string
}

// Find returns where a house may be within a box, at most five places, none when nobody knows. It fails with ErrLater
// when nothing was asked; no error of its says what was asked.
func (c *Client) Find(ctx context.Context, door places.Door, box places.Box) ([]Point, error) {
	key := door.Key()
	found, wait, err := c.turn(key)
	if err != nil || found != nil {
		return found, err
	}
	select {
	case <-time.After(wait):
		found, err = c.ask(ctx, door, box)
	case <-ctx.Done():
		err = ctx.Err()
	}
	c.guard.Lock()
	defer c.guard.Unlock()
	c.asking, c.asked = false, c.Now()
	switch {
	case err == nil:
		c.remember(key, found)
		c.failures = 0
	case ctx.Err() == nil: // else it was not given its time
		if c.failures++; c.failures >= failLimit {
			c.restEnd = c.asked.Add(restFor)
		}
	}
	return found, err
}

// turn returns what is known of a house, which is not nil, or how long to wait before it may be asked for.
func (c *Client) turn(key string) (known []Point, wait time.Duration, err error) {
	c.guard.Lock()
	defer c.guard.Unlock()
	if found, ok := c.known[key]; ok {
		return found, 0, nil
	}
	now := c.Now()
	if c.asking || now.Before(c.restEnd) {
		return nil, 0, ErrLater
	}
	c.asking = true
	return nil, min(max(c.asked.Add(askEvery).Sub(now), 0), askEvery), nil
}

func (c *Client) remember(key string, found []Point) {
	if c.known == nil || len(c.known) >= keptHouses {
		c.known = make(map[string][]Point)
	}
	c.known[key] = found
}

// ask returns the answer of the geocoder, which is not nil.
func (c *Client) ask(ctx context.Context, door places.Door, box places.Box) ([]Point, error) {
	limit := c.Timeout
	if limit == 0 {
		limit = askLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := c.request(ctx, door, box)
	if err != nil {
		return nil, err
	}
	transport := c.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, unheard(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("geocoder answers %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit+1))
	if err != nil {
		return nil, unheard(err)
	}
	if len(body) > bodyLimit {
		return nil, errors.New("geocoder answers with more than 1 MiB")
	}
	return parse(body)
}

func (c *Client) request(ctx context.Context, door places.Door, box places.Box) (*http.Request, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("geocoder has no address of http or https")
	}
	degrees := func(d float64) string { return strconv.FormatFloat(d, 'f', 5, 64) }
	u = u.JoinPath("search")
	u.RawQuery = url.Values{
		"street":       {door.Number + " " + door.Street},
		"countrycodes": {"vn"},
		"viewbox": {
			degrees(box.West) + "," + degrees(box.North) + "," + degrees(box.East) + "," + degrees(box.South),
		},
		"bounded": {"1"}, "addressdetails": {"1"}, "format": {"jsonv2"}, "limit": {"5"},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("geocoder has no address to ask")
	}
	if password, ok := u.User.Password(); ok {
		request.SetBasicAuth(u.User.Username(), password)
	}
	request.Header.Set("User-Agent", c.Agent)
	request.Header.Set("Accept-Language", "vi")
	request.Header.Set("Accept", "application/json")
	return request, nil
}

// parse reads an answer (nominatim.org/release-docs/latest/api/Output, jsonv2).
func parse(body []byte) ([]Point, error) {
	malformed := errors.New("geocoder answers with something else than places")
	var rows []struct {
		Lat, Lon string
		Address  struct {
			House string `json:"house_number"`
			Road  string
		}
	}
	if err := json.Unmarshal(body, &rows); err != nil || rows == nil {
		return nil, malformed // the decoder's own error may repeat what was asked
	}
	found := make([]Point, 0, len(rows))
	for _, p := range rows {
		lat, errLat := strconv.ParseFloat(p.Lat, 64)
		lon, errLon := strconv.ParseFloat(p.Lon, 64)
		if errLat != nil || errLon != nil || !(lat >= -90 && lat <= 90) || !(lon >= -180 && lon <= 180) {
			return nil, malformed
		}
		found = append(found, Point{Lat: lat, Lon: lon, House: p.Address.House, Road: p.Address.Road})
	}
	return found, nil
}

// unheard is why no answer came, in words that do not repeat what was asked.
func unheard(err error) error {
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("geocoder does not answer in time")
	}
	if refused, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("geocoder is not reached: %w", refused)
	}
	if foreign, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("geocoder is not trusted: %w", foreign)
	}
	return errors.New("geocoder does not speak HTTP to the end")
}
