package web

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
)

const (
	formLimit  = 1 << 20         // bytes of all fields together
	fieldLimit = 1 << 16         // bytes of one field: 10,000 characters fit
	uploadTime = 5 * time.Minute // for all of a form: 80 MB over a slow phone
	// uploads begins the key of everything that was uploaded and is not yet cleaned, as bots/webchat reads it.
	uploads = "incoming/"
)

// Uploads reads forms; their pictures go to the photo store as they come.
type Uploads struct {
	Photos photos.Store
	Log    *slog.Logger
}

// Form is what came as a form: the fields, and the pictures, which are kept already.
type Form struct {
	Fields map[string]string
	Photos []bots.Media
}

// FormWants says what a form may hold.
type FormWants struct {
	Fields []string
	Photos int // 0: none
	Lang   string
	Keep   bool    // a refusal returns what could be read all the same: a page shows it again, with the pictures
	Intake *Intake // bounds the photos of who did not sign in; nil: of a colleague
	from   string  // the address of the network that they come from
}

// IsForm tells whether a request brings a form with files.
func IsForm(c *gin.Context) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(c.GetHeader("Content-Type"))), "multipart/form-data")
}

// Read streams a form, or reads a small one without files. When it fails no picture of it is kept, unless the form is
// to be shown again: then its pictures are the caller's, and come back as Again.
func (u Uploads) Read(c *gin.Context, wants FormWants) (Form, error) {
	f := Form{Fields: map[string]string{}}
	if !IsForm(c) {
		return f, f.readSmall(c, wants)
	}
	wants.from = c.ClientIP()
	ctx, cancel := context.WithTimeout(c.Request.Context(), uploadTime)
	defer cancel()
	// The server's own limit is for JSON. Ours ends a reader that the client keeps waiting.
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Time{})
	defer context.AfterFunc(ctx, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })()
	limit := int64(wants.Photos)*photos.MaxBytes + formLimit
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return f, malformed(err, wants.Lang)
	}
	var fault error // the first refusal of a part, when the others are read nevertheless
	for count := 0; ; count++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && count > 0 {
			return f, fault
		}
		if err != nil {
			fault = malformed(err, wants.Lang)
		} else if e := u.readPart(ctx, &f, part, wants); e != nil && fault == nil {
			fault = e
		}
		if fault != nil && (err != nil || !wants.Keep) {
			return u.refuse(c, f, fault)
		}
	}
}

// refuse ends the reading of a form of which no picture is kept.
func (u Uploads) refuse(c *gin.Context, f Form, fault error) (Form, error) {
	u.Drop(c.Request.Context(), f.Photos)
	return Form{Fields: f.Fields}, fault
}

func (f Form) readSmall(c *gin.Context, wants FormWants) error {
	raw, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, formLimit))
	if err != nil {
		return malformed(err, wants.Lang)
	}
	fields, err := url.ParseQuery(string(raw)) // what it could read comes beside its error
	if err != nil {
		err = malformed(err, wants.Lang)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var wrong error
		switch values := fields[name]; {
		case !slices.Contains(wants.Fields, name):
			wrong = models.Invalid{Field: models.Clean(name, 50), Key: "error_form_field"}
		case len(values) != 1:
			f.Fields[name], wrong = values[0], models.Invalid{Field: name, Key: "error_form_field"}
		default:
			wrong = f.put(name, values[0])
		}
		if err == nil {
			err = wrong
		}
	}
	return err
}

// put keeps a field; of one without end only the beginning, so that it can be shown again.
func (f Form) put(name, value string) error {
	if len(value) > fieldLimit {
		f.Fields[name] = value[:fieldLimit]
		return models.Invalid{Field: name, Key: "error_form_long"}
	}
	f.Fields[name] = value
	return nil
}

// malformed tells a form that is too large from one that cannot be read.
func malformed(err error, lang string) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return NewProblem(http.StatusRequestEntityTooLarge, "too_large", lang)
	}
	return NewProblem(http.StatusBadRequest, "malformed", lang)
}

func (u Uploads) readPart(ctx context.Context, f *Form, part *multipart.Part, wants FormWants) error {
	name := part.FormName()
	if name == "photo" {
		return u.readPhoto(ctx, f, part, wants)
	}
	again := name == Again && wants.Keep && wants.Photos > 0
	if _, twice := f.Fields[name]; !again && (twice || !slices.Contains(wants.Fields, name)) {
		return models.Invalid{Field: models.Clean(name, 50), Key: "error_form_field"}
	}
	raw, err := io.ReadAll(io.LimitReader(part, fieldLimit+1))
	switch {
	case err != nil:
		return malformed(err, wants.Lang)
	case again:
		return keepAgain(f, string(raw), wants.Photos)
	}
	return f.put(name, string(raw))
}

// Again is the field by which a form that was refused brings its pictures once more: Kept gives its values. Whoever
// knows such an id has sent the picture.
const Again = "kept"

// keepAgain takes a picture that came with the same form before.
func keepAgain(f *Form, id string, limit int) error {
	m := bots.Media{Type: bots.KindImage, FileID: uploads + id}
	switch {
	case !models.ValidID(id) || slices.ContainsFunc(f.Photos, func(p bots.Media) bool { return p.FileID == m.FileID }):
		return models.Invalid{Field: Again, Key: "error_form_field"}
	case len(f.Photos) == limit:
		return models.Invalid{Field: "photo", Key: "error_photo_count", Limit: limit}
	}
	f.Photos = append(f.Photos, m)
	return nil
}

// Kept names those of the pictures that are still there, for the field Again. What cannot be asked counts as there.
func (u Uploads) Kept(ctx context.Context, all []bots.Media) (ids []string) {
	for _, m := range all {
		file, err := u.Photos.Open(ctx, m.FileID)
		if err == nil {
			_ = file.Close()
		}
		if !errors.Is(err, models.ErrNotFound) {
			ids = append(ids, strings.TrimPrefix(m.FileID, uploads))
		}
	}
	return ids
}

// readPhoto keeps one picture as it came. What it is, its first bytes say, not its sender.
func (u Uploads) readPhoto(ctx context.Context, f *Form, part *multipart.Part, wants FormWants) error {
	source := &upload{from: part, left: photos.MaxBytes}
	peek := bufio.NewReaderSize(source, 512)
	head, err := peek.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return source.refusal(err, wants.Lang)
	}
	if len(head) == 0 && part.FileName() == "" {
		return nil // a page's empty field
	}
	kind := http.DetectContentType(head)
	if !slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, kind) {
		return models.Invalid{Field: "photo", Key: "error_photo_kind"}
	}
	if len(f.Photos) == wants.Photos {
		return models.Invalid{Field: "photo", Key: "error_photo_count", Limit: wants.Photos}
	}
	if wants.Intake != nil {
		if err := wants.Intake.Take(wants.from, wants.Lang); err != nil {
			u.Log.WarnContext(ctx, "photo of a resident not taken", "error", err)
			return err
		}
	}
	m := bots.Media{Type: bots.KindImage, FileID: uploads + models.NewID(), MIME: kind}
	sum := sha256.New()
	if err := u.Photos.Put(ctx, m.FileID, io.TeeReader(peek, sum)); err != nil {
		if source.fault != nil {
			return source.refusal(source.fault, wants.Lang)
		}
		u.Log.ErrorContext(ctx, "upload not kept", "error", err)
		return NewProblem(http.StatusServiceUnavailable, "unavailable", wants.Lang)
	}
	m.Size, m.SHA256 = photos.MaxBytes-source.left, hex.EncodeToString(sum.Sum(nil))
	if err := u.check(ctx, m.FileID); err != nil {
		u.Drop(ctx, []bots.Media{m})
		return err
	}
	f.Photos = append(f.Photos, m)
	return nil
}

// check refuses at once what will not become a picture; whatever else is wrong with it shows when it is decoded.
func (u Uploads) check(ctx context.Context, key string) error {
	file, err := u.Photos.Open(ctx, key)
	if err != nil {
		return fmt.Errorf("check upload: %w", err)
	}
	defer func() { _ = file.Close() }()
	return photos.Check(file)
}

// errTooLarge ends the reading of a picture beyond photos.MaxBytes.
var errTooLarge = errors.New("larger than a photo may be")

// upload reads a picture up to its limit and remembers why it could not be read.
type upload struct {
	from  io.Reader
	left  int64
	fault error
}

// Read reads on.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if u.left -= int64(n); u.left < 0 {
		err = errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		u.fault = err
	}
	return n, err
}

func (u *upload) refusal(err error, lang string) error {
	if errors.Is(err, errTooLarge) {
		p := NewProblem(http.StatusRequestEntityTooLarge, "too_large", lang)
		p.Field, p.Detail = "photo", locales.Message(lang, "error_photo_size", nil)
		return p
	}
	return malformed(err, lang)
}

// Drop removes what nobody will ask for, of what came with this request: earlier pictures may be a report's by now.
func (u Uploads) Drop(ctx context.Context, all []bots.Media) {
	ctx = context.WithoutCancel(ctx)
	for _, m := range all {
		if m.Size == 0 {
			continue
		}
		if err := u.Photos.Delete(ctx, m.FileID); err != nil {
			u.Log.WarnContext(ctx, "upload not removed", "error", err)
		}
	}
}

// Text returns a field as it would be in JSON: pages write line ends their own way.
func (f Form) Text(name string, limit int) (string, error) {
	text := strings.ReplaceAll(f.Fields[name], "\r\n", "\n")
	if len([]rune(text)) > limit {
		return "", models.Invalid{Field: name, Key: "error_text_long", Limit: limit}
	}
	return text, nil
}

// Number returns a field between two limits, nil when it is empty.
func (f Form) Number(name string, low, high float64) (*float64, error) {
	text := strings.TrimSpace(f.Fields[name])
	if text == "" {
		return nil, nil //nolint:nilnil // a place is optional, and 0 is a place
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || value < low || value > high {
		return nil, models.Invalid{Field: name, Key: "error_form_number"}
	}
	return &value, nil
}
