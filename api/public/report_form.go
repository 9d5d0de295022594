package public

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

const maxPhotos = 4 // of one report

// The limits of a form's fields, in characters; the inputs of the page have the same.
const (
	wordsLimit = 4000
	houseLimit = 60
	nameLimit  = 120
	phoneLimit = 30
)

// typed is the form as its sender left it: it is shown again when something is to be corrected.
type typed struct {
	ID                  string // of the form, made when it was drawn: sending it twice is harmless
	House, Street, Ward string
	Words               string
	Phone               string
	Lat, Lon, Accuracy  string
}

func formFields() []string {
	return []string{"form", "house", "street", "ward", "lat", "lon", "accuracy_m", "text", "phone"}
}

func typedOf(f web.Form) typed {
	field := func(name string) string { return models.Clean(f.Fields[name], len(f.Fields[name])) } // all of it
	t := typed{
		ID: f.Fields["form"], House: field("house"), Street: field("street"), Ward: field("ward"),
		Words: field("text"), Phone: field("phone"),
		Lat: field("lat"), Lon: field("lon"), Accuracy: field("accuracy_m"),
	}
	if !models.ValidID(t.ID) {
		t.ID = models.NewID()
	}
	return t
}

// Located tells whether the form carries a point.
func (t typed) Located() bool { return t.Lat != "" && t.Lon != "" }

// submission is a form that can become a ticket.
type submission struct {
	form     string // its id together with what it says: the same form with other words is another report
	bodyHash string
	words    string
	address  string
	phone    string // empty: none was given
	lat, lon *float64
	photos   []bots.Media
	gone     bool // a picture that came with the form before is not there any more
}

// faultsError is all that is wrong with a form, from its beginning to its end, one for a field.
type faultsError []models.Invalid

func (f faultsError) Error() string { return f[0].Error() }
func (f faultsError) Unwrap() error { return f[0] }

// with is all that and what is wrong with one more field; nil adds nothing.
func (f faultsError) with(err error) faultsError {
	if one, ok := errors.AsType[models.Invalid](err); ok {
		return append(f, one)
	}
	return f
}

// submissionOf checks a form; what is wrong comes as faultsError.
func submissionOf(f web.Form, t typed) (submission, error) {
	s := submission{photos: f.Photos}
	var wrong faultsError
	field := func(name string, limit int) string {
		text, err := f.Text(name, limit)
		wrong = wrong.with(err)
		return text
	}
	house, street, ward := field("house", houseLimit), field("street", nameLimit), field("ward", nameLimit)
	var err error
	s.lat, s.lon, err = pointOf(f)
	wrong = wrong.with(err)
	if s.address = addressOf(house, street, ward); s.address == "" && s.lat == nil && len(wrong) == 0 {
		wrong = wrong.with(models.Invalid{Field: "street", Key: "report_place_missing"})
	}
	said, err := f.Text("text", wordsLimit)
	wrong = wrong.with(err)
	s.words = strings.TrimSpace(models.Clean(said, wordsLimit))
	if err == nil && s.words == "" && len(s.photos) == 0 {
		wrong = wrong.with(models.Invalid{Field: "text", Key: "report_words_missing"})
	}
	if phone := strings.TrimSpace(field("phone", phoneLimit)); phone != "" {
		var ok bool
		if s.phone, ok = models.NormalPhone(phone); !ok {
			wrong = wrong.with(models.Invalid{Field: "phone", Key: "report_phone_wrong"})
		}
	}
	if len(wrong) > 0 {
		return s, wrong
	}
	s.bodyHash = s.sum()
	s.form = t.ID + ":" + s.bodyHash[:16]
	return s, nil
}

func pointOf(f web.Form) (lat, lon *float64, err error) {
	if lat, err = f.Number("lat", -90, 90); err != nil {
		return nil, nil, err
	}
	if lon, err = f.Number("lon", -180, 180); err != nil {
		return nil, nil, err
	}
	if (lat == nil) != (lon == nil) {
		return nil, nil, models.Invalid{Field: "lon", Key: "error_half_place"}
	}
	return lat, lon, nil
}

// addressOf puts a place into words: "140 Tô Ký, phường Đông Hưng Thuận".
func addressOf(house, street, ward string) string {
	clean := func(s string) string { return strings.Join(strings.Fields(models.Clean(s, nameLimit)), " ") }
	place := strings.TrimSpace(clean(house) + " " + clean(street))
	if ward = clean(ward); place != "" && ward != "" {
		return place + ", " + ward
	}
	return place + ward
}

func (s submission) sum() string {
	h := sha256.New()
	say := func(v any) { _, _ = fmt.Fprintf(h, "%v\x00", v) }
	say(s.words)
	say(s.address)
	say(s.phone)
	for _, degree := range []*float64{s.lat, s.lon} {
		if degree != nil {
			say(*degree)
		}
	}
	for _, m := range s.photos {
		say(cmp.Or(m.SHA256, m.FileID)) // of one that came before only the id is known, the same each time
	}
	return hex.EncodeToString(h.Sum(nil))
}
