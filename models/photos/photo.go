// Package photos knows the bytes of a picture: it checks them, cleans them, shrinks them, hashes them and keeps them
// on disk. It never knows who took a picture or which ticket shows it, and touches neither database nor network.
package photos

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"time"

	"golang.org/x/image/draw"

	"github.com/vticket/vticket/models"
)

// The limits of a picture as received.
const (
	MaxBytes  = 20 << 20
	MaxPixels = 40_000_000
)

const (
	largeSide = 1600 // px: a number plate or a name on a sign is still legible
	smallSide = 320  // px: lists
	quality   = 82   // JPEG
)

// Photo is a cleaned picture: encoded anew from its pixels, so that nothing of what came around them is left.
type Photo struct {
	Large, Small []byte // JPEG, longest side 1600 and 320 px at most, upright, without metadata

	Width, Height           int // of Large
	SmallWidth, SmallHeight int

	SHA256 string // of the bytes as received, hex
	DHash  uint64 // 64-bit difference hash of the upright picture

	TakenAt  *time.Time // when the camera says, UTC; nil when it does not say
	Lat, Lon *float64   // where the camera says, WGS 84; both or neither
}

// Clean reads one picture. What a person can correct is a models.Invalid for the field "photo": too many bytes,
// neither JPEG nor PNG nor WebP, too many pixels, or broken. Any other error is the reader's.
func Clean(r io.Reader) (Photo, error) {
	received, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return Photo{}, fmt.Errorf("read photo: %w", err)
	case len(received) > MaxBytes:
		return Photo{}, invalid("error_photo_size")
	}
	picture, raw, err := decode(received)
	if err != nil {
		return Photo{}, err
	}
	told := readEXIF(raw)
	// Turning after shrinking turns 2 megapixels at most, not 12.
	large := paint(picture).shrink(largeSide).turn(told.orientation)
	small := large.shrink(smallSide)

	sum := sha256.Sum256(received)
	photo := Photo{
		Width: large[0].width, Height: large[0].height,
		SmallWidth: small[0].width, SmallHeight: small[0].height,
		SHA256: hex.EncodeToString(sum[:]), DHash: differenceHash(small[0]),
		TakenAt: told.takenAt, Lat: told.lat, Lon: told.lon,
	}
	if photo.Large, err = encode(large); err != nil {
		return Photo{}, err
	}
	if photo.Small, err = encode(small); err != nil {
		return Photo{}, err
	}
	return photo, nil
}

// paint returns the planes of a picture: those that it has, or else, painted on white and no larger than we keep it.
func paint(src image.Image) planes {
	if p, ok := src.(*image.YCbCr); ok {
		return planesOf(p)
	}
	from := src.Bounds()
	width, height := fit(from.Dx(), from.Dy(), largeSide)
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src) // what is transparent would turn black in a JPEG
	if dst.Rect.Size() == from.Size() {
		draw.Draw(dst, dst.Rect, src, from.Min, draw.Over)
	} else {
		draw.ApproxBiLinear.Scale(dst, dst.Rect, src, from, draw.Over, nil)
	}
	out := planes{newPlane(width, height), newPlane(width, height), newPlane(width, height)}
	for i := range out[0].pix {
		c := dst.Pix[i*4 : i*4+4 : i*4+4]
		out[0].pix[i], out[1].pix[i], out[2].pix[i] = color.RGBToYCbCr(c[0], c[1], c[2])
	}
	return out
}

// encode writes the pixels and nothing else: image/jpeg knows no metadata.
func encode(picture planes) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture.image(), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode photo: %w", err)
	}
	return b.Bytes(), nil
}

func invalid(key string) error { return models.Invalid{Field: "photo", Key: key} }
