package zalo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

const (
	maxPicture = 1_000_000 // bytes of a picture that Zalo takes (channels.md §2.6)
	maxOurs    = 8 << 20   // bytes of one that is made smaller; ours are far below
	maxPixels  = 10_000_000
)

// picture uploads a picture and sends what Zalo calls it. The upload is made anew with each try: Zalo forgets it after
// a week, and who tries for longer is refused with -100.
func (s *session) picture(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	photo := out.Photos[0]
	raw, err := readPicture(ctx, photo)
	if err != nil {
		failed := &bots.SendError{Class: bots.ErrRetry, Cause: s.oa.client.redact(err.Error())}
		if errors.Is(err, models.ErrNotFound) || errors.Is(err, errPicture) { // the next try would find the same
			failed.Class = bots.ErrRejected
		}
		return bots.Sent{}, failed
	}
	data, err := s.call(ctx, upload(s.oa.config.OpenAPI+pathUpload, photo.Name, raw))
	if err != nil {
		if failed, ok := errors.AsType[*bots.SendError](err); ok {
			failed.Ambiguous = false // nobody has seen an upload
		}
		return bots.Sent{}, err
	}
	id := data.id("attachment_id")
	if id == "" {
		return bots.Sent{}, &bots.SendError{Class: bots.ErrRetry, Cause: "an upload without attachment_id"}
	}
	return s.message(ctx, out.To, message{Text: out.Text, Attachment: &attachment{Type: "template", Payload: payload{
		TemplateType: "media", Elements: []element{{MediaType: "image", Attachment: id}},
	}}})
}

// upload is the request that brings a file.
func upload(address, name string, raw []byte) request {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	quoted := strings.NewReplacer("\\", "_", `"`, "_", "\r", "_", "\n", "_").Replace(name)
	part, _ := form.CreatePart(textproto.MIMEHeader{ // a buffer takes everything
		"Content-Disposition": {`form-data; name="file"; filename="` + quoted + `"`}, "Content-Type": {"image/jpeg"},
	})
	_, _ = part.Write(raw)
	_ = form.Close()
	return request{method: http.MethodPost, address: address, kind: form.FormDataContentType(), body: body.Bytes()}
}

// errPicture is a picture that Zalo would never take.
var errPicture = errors.New("picture too large for Zalo")

// readPicture reads one of our pictures, as small as Zalo wants it.
func readPicture(ctx context.Context, photo bots.Photo) ([]byte, error) {
	body, err := photo.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open picture: %w", err)
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, maxOurs+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	if len(raw) <= maxPicture {
		return raw, nil
	}
	return smaller(raw)
}

// smaller encodes a picture anew, coarser and coarser until it fits: at 1600 px every one of ours does.
func smaller(raw []byte) ([]byte, error) {
	if len(raw) > maxOurs {
		return nil, errPicture
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width*config.Height > maxPixels {
		return nil, errPicture
	}
	picture, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, errPicture
	}
	for _, quality := range []int{70, 50, 30} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, errPicture
		}
		if b.Len() <= maxPicture {
			return b.Bytes(), nil
		}
	}
	return nil, errPicture
}
