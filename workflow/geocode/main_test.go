package geocode_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/workflow/geocode"
)

// house is what the map has.
type house struct {
	number, road string
	lat, lon     float64
}

// nominatim is a server that answers as nominatim.org/release-docs/latest/api/Search and …/Output document it.
type nominatim struct {
	*httptest.Server

	mu       sync.Mutex
	houses   []house
	requests []*http.Request
	at       []time.Time
	instead  http.HandlerFunc // of an answer; nil: it works
	during   func()           // what happens elsewhere while it thinks
}

func newNominatim(t *testing.T, houses ...house) *nominatim {
	t.Helper()
	n := &nominatim{houses: houses}
	n.Server = httptest.NewServer(http.HandlerFunc(n.serve))
	t.Cleanup(n.Close)
	return n
}

func (n *nominatim) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.requests, n.at = append(n.requests, r), append(n.at, time.Now())
	instead, during := n.instead, n.during
	n.mu.Unlock()
	if during != nil {
		during()
	}
	if instead != nil {
		instead(w, r)
		return
	}
	q := r.URL.Query()
	if r.URL.Path != "/search" || q.Get("format") != "jsonv2" {
		http.Error(w, `{"error":{"code":404,"message":"Not found"}}`, http.StatusNotFound)
		return
	}
	answer := []any{}
	for i, h := range n.houses {
		if !strings.HasSuffix(strings.ToLower(h.road), strings.ToLower(streetOf(q.Get("street")))) || outside(q.Get("viewbox"), h) {
			continue
		}
		answer = append(answer, map[string]any{
			"place_id": 400000 + i, "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
			"osm_type": "node", "osm_id": 10 + i, "lat": decimal(h.lat), "lon": decimal(h.lon), "category": "place",
			"type": "house", "place_rank": 30, "importance": 7.5e-05, "addresstype": "place", "name": "",
			"display_name": h.number + ", " + h.road + ", Việt Nam",
			"address": map[string]string{
				"house_number": h.number, "road": h.road, "city": "Thành phố Hồ Chí Minh", "ISO3166-2-lvl4": "VN-SG",
				"country": "Việt Nam", "country_code": "vn",
			},
			"boundingbox": []string{decimal(h.lat - 1e-4), decimal(h.lat + 1e-4), decimal(h.lon - 1e-4), decimal(h.lon + 1e-4)},
		})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer[:min(len(answer), 5)])
}

// streetOf is a street without its house number, and without the word that maps write before its name or not.
func streetOf(street string) string {
	_, name, _ := strings.Cut(street, " ")
	return strings.TrimPrefix(name, "đường ")
}

// outside tells whether a house is not in a viewbox: left, top, right, bottom.
func outside(viewbox string, h house) bool {
	var x [4]float64
	if _, err := fmt.Sscanf(viewbox, "%g,%g,%g,%g", &x[0], &x[1], &x[2], &x[3]); err != nil {
		return true
	}
	return h.lon < x[0] || h.lat > x[1] || h.lon > x[2] || h.lat < x[3]
}

func decimal(degrees float64) string { return strconv.FormatFloat(degrees, 'f', 7, 64) }

func (n *nominatim) set(instead http.HandlerFunc, during func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.instead, n.during = instead, during
}

func (n *nominatim) asked() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.requests)
}

func (n *nominatim) client(now func() time.Time) *geocode.Client {
	return &geocode.Client{URL: n.URL, Agent: "Vticket (+https://1022.example.vn)", Now: now}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Error(w, r.URL.String(), code) }
}

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

// differ fails the test where two things differ.
func differ(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
