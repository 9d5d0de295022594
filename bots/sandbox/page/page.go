// Package page is where a person plays residents on the fake platforms, in a browser, and sees beside the chat what
// goes over the wire. It knows what can be done on each platform; it knows neither our adapters nor the product, whose
// address it only shows.
package page

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

//go:embed static
var static embed.FS

// Options are what a page shows, and what it is told with.
type Options struct {
	Now      func() time.Time
	Product  string // its address
	Traffic  *Traffic
	Telegram *sandbox.Telegram
	Zalo     *sandbox.Zalo
	ZaloBot  *sandbox.ZaloBot
	Facebook *sandbox.Facebook

	// Connect does what an administrator does in a platform's console so that the product hears of its events.
	Connect func(ctx context.Context, platform string) error
}

// Person is a resident on one platform.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// given are the people who are there from the beginning; others follow them.
var given = []string{"Chị Lan", "Anh Minh", "Bác Tư"}

// maxPeople bounds how many there may be on one platform.
const maxPeople = 50

// Page serves the page and what it asks for.
type Page struct {
	options  Options
	handler  http.Handler
	mu       sync.Mutex
	stages   []*stage
	aged     time.Duration
	pictures map[string][]byte // by digest
}

// stage is one platform with the people on it.
type stage struct {
	key    string
	first  uint64 // number of the first person
	hands  hands
	people []Person
	chats  map[string]*chat
}

// chat is what a person has done in theirs.
type chat struct {
	own     []bubble
	blocked bool
	follows bool
}

// New returns a page; the given people are on every platform from then on.
func New(o Options) (*Page, error) {
	p := &Page{options: o, pictures: map[string][]byte{}, stages: []*stage{
		{key: "telegram", first: 5001, hands: telegramHands{o.Telegram}},
		{key: "zalo", first: 7700000000000000001, hands: zaloHands{o.Zalo}},
		{key: "zalo_bot", first: 660000000001, hands: zaloBotHands{o.ZaloBot, o.Now}},
		{key: "facebook", first: 24000000000000001, hands: facebookHands{o.Facebook, o.Now}},
	}}
	for _, s := range p.stages {
		s.chats = map[string]*chat{}
		for _, name := range given {
			s.meet(name)
		}
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /photo/{digest}", p.photo)
	mux.HandleFunc("GET /api/stages", p.describe)
	mux.HandleFunc("GET /api/view", p.view)
	mux.HandleFunc("POST /api/act", p.act)
	mux.HandleFunc("POST /api/people", p.addPerson)
	mux.HandleFunc("POST /api/faults", p.setFaults)
	mux.HandleFunc("POST /api/clock", p.moveClock)
	mux.HandleFunc("POST /api/connect", p.connect)
	p.handler = http.NewCrossOriginProtection().Handler(mux)
	return p, nil
}

// ServeHTTP answers the page's browser.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	p.handler.ServeHTTP(w, r)
}

// meet lets somebody exist on a platform.
func (s *stage) meet(name string) Person {
	who := Person{ID: strconv.FormatUint(s.first+uint64(len(s.people)), 10), Name: name}
	s.hands.meet(who)
	s.people, s.chats[who.ID] = append(s.people, who), &chat{}
	return who
}

var errUnknown = errors.New("there is no such platform, or nobody of that id")

func (p *Page) stage(key string) (*stage, error) {
	at := slices.IndexFunc(p.stages, func(s *stage) bool { return s.key == key })
	if at < 0 {
		return nil, errUnknown
	}
	return p.stages[at], nil
}

// find returns a platform and somebody on it. The lock is held.
func (p *Page) find(key, id string) (*stage, Person, error) {
	s, err := p.stage(key)
	if err != nil {
		return nil, Person{}, err
	}
	at := slices.IndexFunc(s.people, func(who Person) bool { return who.ID == id })
	if at < 0 {
		return nil, Person{}, errUnknown
	}
	return s, s.people[at], nil
}

// keep stores pictures and returns their addresses. The lock is held.
func (p *Page) keep(pictures [][]byte) []string {
	addresses := make([]string, 0, len(pictures))
	for _, raw := range pictures {
		sum := sha256.Sum256(raw)
		digest := hex.EncodeToString(sum[:])
		p.pictures[digest] = raw
		addresses = append(addresses, "/photo/"+digest)
	}
	return addresses
}

// photo shows a picture of a chat.
func (p *Page) photo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	raw, ok := p.pictures[r.PathValue("digest")]
	p.mu.Unlock()
	kind := http.DetectContentType(raw)
	if !ok || !strings.HasPrefix(kind, "image/") {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=86400")
	_, _ = w.Write(raw)
}

// answer writes JSON, or why there is none.
func answer(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		value = map[string]string{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(value) // whoever has gone needs no answer
}
