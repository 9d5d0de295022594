package zalo_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vticket/vticket/bots"
)

// noise is the picture that is hardest to make small, as large as ours may be.
func noise(t *testing.T, quality int) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	picture := image.NewRGBA(image.Rect(0, 0, 1600, 1600))
	for y := range 1600 {
		for x := range 1600 {
			picture.Set(x, y, color.RGBA{uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32()), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLargePictureIsMadeSmaller(t *testing.T) {
	raw := noise(t, 82)
	if len(raw) <= 1_000_000 {
		t.Fatalf("%d bytes are no large picture", len(raw))
	}
	var uploaded []byte
	var disposition string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && params["boundary"] != "" {
			part, err := multipart.NewReader(r.Body, params["boundary"]).NextPart()
			if err != nil {
				t.Error(err)
				return
			}
			var b bytes.Buffer
			_, _ = b.ReadFrom(part)
			uploaded, disposition = b.Bytes(), part.Header.Get("Content-Disposition")
		}
		_, _ = w.Write([]byte(`{"error":0,"data":{"attachment_id":"u","message_id":"m"}}`))
	}))
	defer server.Close()
	out := bots.Outgoing{To: "5", Photos: []bots.Photo{photoOf("a\"\r\nX: y.jpg", raw)}}
	if _, err := at(server.URL).Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	picture, err := jpeg.DecodeConfig(bytes.NewReader(uploaded))
	if err != nil || len(uploaded) > 1_000_000 || picture.Width != 1600 {
		t.Errorf("%d bytes, %d px wide, %v", len(uploaded), picture.Width, err)
	}
	if strings.ContainsAny(disposition, "\r\n") || !strings.Contains(disposition, `filename="a___X: y.jpg"`) {
		t.Errorf("the name is to stay one: %q", disposition)
	}
}
