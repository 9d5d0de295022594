package page

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

const (
	maxForm   = 110 << 20 // bytes: an album of ten of the largest pictures
	maxMemory = 32 << 20  // of them; the rest goes to files
	maxPhotos = 10
	maxName   = 60 // bytes
)

var errForm = errors.New("the form cannot be read")

// act does one thing as somebody: the fields of its form are those of an act.
func (p *Page) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseMultipartForm(maxMemory) //nolint:gosec // the line above bounds what is read
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		answer(w, nil, errForm)
		return
	}
	a, err := readAct(r)
	if err == nil {
		err = p.play(r.FormValue("platform"), r.FormValue("person"), a)
	}
	answer(w, map[string]bool{"done": true}, err)
}

func readAct(r *http.Request) (act, error) {
	a := act{
		Kind: r.FormValue("act"), Text: strings.TrimSpace(r.FormValue("text")), Message: r.FormValue("message"),
		Data: r.FormValue("data"),
	}
	if a.Kind == actPlace {
		var errLat, errLon error
		a.Lat, errLat = strconv.ParseFloat(r.FormValue("lat"), 64)
		a.Lon, errLon = strconv.ParseFloat(r.FormValue("lon"), 64)
		if errLat != nil || errLon != nil || !(a.Lat >= -90 && a.Lat <= 90 && a.Lon >= -180 && a.Lon <= 180) {
			return a, errForm
		}
	}
	if r.MultipartForm != nil {
		for _, file := range r.MultipartForm.File["photo"] {
			raw, err := readFile(file)
			if err != nil {
				return a, err
			}
			a.Photos = append(a.Photos, raw)
		}
	}
	wordy := slices.Contains([]string{actText, actComment, actEdit}, a.Kind)
	if wordy && a.Text == "" || a.Kind == actPhotos && (len(a.Photos) == 0 || len(a.Photos) > maxPhotos) {
		return a, errForm
	}
	return a, nil
}

func readFile(header *multipart.FileHeader) ([]byte, error) {
	f, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("open the picture: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	return raw, nil
}

// play does an act and puts into the chat what stands there of it.
func (p *Page) play(platform, person string, a act) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, who, err := p.find(platform, person)
	if err != nil {
		return err
	}
	if !slices.Contains(s.hands.acts(), a.Kind) {
		return errAct
	}
	c, at := s.chats[who.ID], p.options.Now()
	made, err := s.hands.do(who, a, c.own)
	if err != nil {
		return err
	}
	for _, b := range made {
		if b.Kind == "" {
			b.Kind, b.Text, b.pictures = a.Kind, a.Text, a.Photos
		}
		if b.Kind == actPlace {
			b.Lat, b.Lon = &a.Lat, &a.Lon
		}
		b.Mine, b.At, b.Photos, b.pictures = true, at, p.keep(b.pictures), nil
		c.own = append(c.own, b)
	}
	c.after(a)
	return nil
}

// after changes what an act changes of what stood there before.
func (c *chat) after(a act) {
	switch a.Kind {
	case actFollow, actUnfollow:
		c.follows = a.Kind == actFollow
	case actBlock, actUnblock:
		c.blocked = a.Kind == actBlock
	case actEdit, actUnsend:
		for i := range c.own {
			b := &c.own[i]
			switch {
			case b.ID != a.Message:
			case a.Kind == actEdit:
				b.Text = a.Text
				b.Edits++
			default:
				b.Gone = true
			}
		}
	}
}

// addPerson lets somebody new exist on a platform.
func (p *Page) addPerson(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.FormValue("name"))
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.stage(r.FormValue("platform"))
	if err == nil && (name == "" || len(name) > maxName || len(s.people) == maxPeople) {
		err = errForm
	}
	if err != nil {
		answer(w, nil, err)
		return
	}
	answer(w, s.meet(name), nil)
}

// setFaults lets the next sends on a platform fail; no calls end that.
func (p *Page) setFaults(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, err := p.stage(r.FormValue("platform"))
	if err != nil {
		answer(w, nil, err)
		return
	}
	calls, errCalls := strconv.Atoi(r.FormValue("calls"))
	seconds, errSeconds := strconv.Atoi(r.FormValue("seconds"))
	switch f := s.hands.fake(); {
	case errors.Join(errCalls, errSeconds) != nil:
		err = errForm
	case calls == 0:
		f.Mend()
	default:
		err = f.FailSends(sandbox.FaultKind(r.FormValue("kind")), calls, time.Duration(seconds)*time.Second)
	}
	answer(w, map[string]bool{"done": err == nil}, err)
}

// moveClock lets hours pass on all platforms that have windows.
func (p *Page) moveClock(w http.ResponseWriter, r *http.Request) {
	hours, err := strconv.Atoi(r.FormValue("hours"))
	if err != nil || hours < 1 || hours > 24*365 {
		answer(w, nil, errForm)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	by := time.Duration(hours) * time.Hour
	for _, s := range p.stages {
		if ages, ok := s.hands.fake().(interface{ Age(by time.Duration) }); ok {
			ages.Age(by)
		}
	}
	p.aged += by
	answer(w, map[string]bool{"done": true}, nil)
}

// connect does again what makes a platform send its events to the product.
func (p *Page) connect(w http.ResponseWriter, r *http.Request) {
	s, err := p.stage(r.FormValue("platform"))
	if err == nil {
		err = p.options.Connect(r.Context(), s.key)
	}
	answer(w, map[string]bool{"done": true}, err)
}
