package rest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
)

const (
	maxPhotos  = 4               // of one message
	fieldLimit = 1 << 16         // bytes of one field: 10,000 characters fit
	uploadTime = 5 * time.Minute // for all of a form: 80 MB over a slow phone
	// uploads begins the key of everything that was uploaded and is not yet cleaned, as bots/webchat reads it.
	uploads = "incoming/"
)

// form is what came as multipart/form-data: the fields, and the pictures, which are kept already.
type form struct {
	fields map[string]string
	photos []bots.Media
}

// formWants says what a form may hold.
type formWants struct {
	fields []string
	photos int
}

func isForm(c *gin.Context) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(c.GetHeader("Content-Type"))), "multipart/form-data")
}

func asker(c *gin.Context) Asker {
	return Asker{Authorization: c.GetHeader("Authorization"), Language: c.GetHeader("Accept-Language")}
}

// fail ends a request with the problem that an error is.
func (a *API) fail(c *gin.Context, err error) {
	if isForm(c) {
		c.Header("Connection", "close") // else the server reads what is left of the form before it sends the answer
	}
	p := web.ProblemOf(a.refuse(c.Request.Context(), asker(c), err), asker(c).lang())
	c.Header("Content-Type", p.ContentType(""))
	c.AbortWithStatusJSON(p.Status, p)
}

// readForm streams a form: its pictures go to the photo store as they come. When it fails nothing of it is kept.
func (a *API) readForm(c *gin.Context, wants formWants) (form, error) {
	f := form{fields: map[string]string{}}
	ctx, cancel := context.WithTimeout(c.Request.Context(), uploadTime)
	defer cancel()
	// The server's own limit is for JSON. Ours ends a reader that the client keeps waiting.
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Time{})
	defer context.AfterFunc(ctx, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })()
	limit := int64(wants.photos)*photos.MaxBytes + bodyLimit
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return f, malformed(err, asker(c).lang())
	}
	for count := 0; ; count++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && count > 0 {
			return f, nil
		}
		if err != nil {
			err = malformed(err, asker(c).lang())
		} else {
			err = a.readPart(ctx, &f, part, wants, asker(c).lang())
		}
		if err != nil {
			a.dropUploads(c.Request.Context(), f.photos)
			return form{}, err
		}
	}
}

// malformed tells a form that is too large from one that cannot be read.
func malformed(err error, lang string) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return web.NewProblem(http.StatusRequestEntityTooLarge, "too_large", lang)
	}
	return web.NewProblem(http.StatusBadRequest, "malformed", lang)
}

func (a *API) readPart(ctx context.Context, f *form, part *multipart.Part, wants formWants, lang string) error {
	name := part.FormName()
	if name == "photo" {
		return a.readPhoto(ctx, f, part, wants, lang)
	}
	if _, twice := f.fields[name]; twice || !slices.Contains(wants.fields, name) {
		return models.Invalid{Field: models.Clean(name, 50), Key: "error_form_field"}
	}
	raw, err := io.ReadAll(io.LimitReader(part, fieldLimit+1))
	switch {
	case err != nil:
		return malformed(err, lang)
	case len(raw) > fieldLimit:
		return models.Invalid{Field: name, Key: "error_form_long"}
	}
	f.fields[name] = string(raw)
	return nil
}

// readPhoto keeps one picture as it came. What it is, its first bytes say, not its sender.
func (a *API) readPhoto(ctx context.Context, f *form, part *multipart.Part, wants formWants, lang string) error {
	source := &upload{from: part, left: photos.MaxBytes}
	peek := bufio.NewReaderSize(source, 512)
	head, err := peek.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return source.refusal(err, lang)
	}
	if len(head) == 0 && part.FileName() == "" {
		return nil // a page's empty field
	}
	kind := http.DetectContentType(head)
	if !slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, kind) {
		return models.Invalid{Field: "photo", Key: "error_photo_kind"}
	}
	if len(f.photos) == wants.photos {
		return models.Invalid{Field: "photo", Key: "error_photo_count"}
	}
	m := bots.Media{Type: bots.KindImage, FileID: uploads + models.NewID(), MIME: kind}
	if err := a.Photos.Put(ctx, m.FileID, peek); err != nil {
		if source.fault != nil {
			return source.refusal(source.fault, lang)
		}
		a.Log.ErrorContext(ctx, "upload not kept", "error", err)
		return web.NewProblem(http.StatusServiceUnavailable, "unavailable", lang)
	}
	m.Size = photos.MaxBytes - source.left
	f.photos = append(f.photos, m)
	return nil
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
		p := web.NewProblem(http.StatusRequestEntityTooLarge, "too_large", lang)
		p.Field = "photo"
		return p
	}
	return malformed(err, lang)
}

// dropUploads removes what nobody will ask for.
func (a *API) dropUploads(ctx context.Context, all []bots.Media) {
	ctx = context.WithoutCancel(ctx)
	for _, m := range all {
		if err := a.Photos.Delete(ctx, m.FileID); err != nil {
			a.Log.WarnContext(ctx, "upload not removed", "error", err)
		}
	}
}

// text returns a field as it would be in JSON: pages write line ends their own way.
func (f form) text(name string, limit int) (string, error) {
	text := strings.ReplaceAll(f.fields[name], "\r\n", "\n")
	if len([]rune(text)) > limit {
		return "", models.Invalid{Field: name, Key: "error_form_long"}
	}
	return text, nil
}

// number returns a field between two limits, nil when it is empty.
func (f form) number(name string, low, high float64) (*float64, error) {
	text := strings.TrimSpace(f.fields[name])
	if text == "" {
		return nil, nil //nolint:nilnil // a place is optional, and 0 is a place
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || value < low || value > high {
		return nil, models.Invalid{Field: name, Key: "error_form_number"}
	}
	return &value, nil
}
