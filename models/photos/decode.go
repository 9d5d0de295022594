package photos

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// maxWorking is what decoding may hold, in bytes: a progressive JPEG or 16 bits per colour take several times the
// memory of a plain picture with as many pixels. 256 MB leave every 12-megapixel picture far below.
const maxWorking = 256 << 20

// A JPEG may go over its picture as often as it likes, with a few bytes for each scan. Cameras write one scan, programs
// that write progressive pictures about ten. A billion pixels to go over take two or three seconds.
const (
	maxScans   = 100
	maxScanned = 1_000_000_000 // pixels of all scans together
)

// format is a way to write pictures, known by its first bytes and by nothing else: names and declared types lie.
type format struct {
	matches func(head []byte) bool
	config  func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
	inspect func(data []byte) container
}

// container is what surrounds the pixels. The decoders of image do not tell it.
type container struct {
	exif     []byte // a TIFF, maybe hostile; nil without
	perPixel int    // bytes that decoding needs for 8 pixels beyond what the colour model says
	pixels   int64  // at least so many in the largest frame, where the decoder's own header may say less
	scans    int    // of a JPEG: how often decoding goes over the pixels
	empty    bool   // a frame of no pixels
}

func formats() []format {
	return []format{
		{isJPEG, jpeg.DecodeConfig, jpeg.Decode, inspectJPEG},
		{isPNG, png.DecodeConfig, png.Decode, inspectPNG},
		{isWebP, webp.DecodeConfig, webp.Decode, inspectWebP},
	}
}

func isJPEG(head []byte) bool { return bytes.HasPrefix(head, []byte("\xff\xd8\xff")) }

func isPNG(head []byte) bool { return bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")) }

func isWebP(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// Check reads no more than the beginning of a picture and fails with models.Invalid for one that Clean would refuse
// for its size, or cannot begin to read.
func Check(r io.Reader) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("photo header: %v: %w", fault, invalid("error_photo_broken"))
		}
	}()
	begin := bufio.NewReader(r)
	head, _ := begin.Peek(12) // a shorter one is of no kind
	for _, f := range formats() {
		if !f.matches(head) {
			continue
		}
		config, err := f.config(begin)
		if err != nil {
			return fmt.Errorf("photo header: %w: %w", err, invalid("error_photo_broken"))
		}
		if pixels := int64(config.Width) * int64(config.Height); pixels <= 0 || pixels > MaxPixels {
			return invalid("error_photo_pixels")
		}
		return nil
	}
	return invalid("error_photo_kind")
}

// decode answers the pixels as stored, and the EXIF beside them. Nothing is decoded before its size is known.
func decode(data []byte) (picture image.Image, exif []byte, err error) {
	for _, f := range formats() {
		if f.matches(data) {
			return f.read(data)
		}
	}
	return nil, nil, invalid("error_photo_kind")
}

func (f format) read(data []byte) (picture image.Image, exif []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil { // a decoder that trips over hostile bytes must not take the process along
			picture, exif, err = nil, nil, fmt.Errorf("decode photo: %v: %w", fault, invalid("error_photo_broken"))
		}
	}()
	inside := f.inspect(data)
	if inside.empty || inside.pixels > MaxPixels {
		return nil, nil, invalid("error_photo_pixels")
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return nil, nil, fmt.Errorf("photo header: %w: %w", err, invalid("error_photo_broken"))
	}
	pixels := int64(config.Width) * int64(config.Height)
	if config.Width <= 0 || config.Height <= 0 || pixels > MaxPixels ||
		pixels*int64(8*bytesPerPixel(config.ColorModel)+inside.perPixel)/8 > maxWorking {
		return nil, nil, invalid("error_photo_pixels")
	}
	if inside.scans > maxScans || pixels*int64(inside.scans) > maxScanned {
		return nil, nil, invalid("error_photo_broken")
	}
	picture, err = f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, nil, fmt.Errorf("decode photo: %w: %w", err, invalid("error_photo_broken"))
	}
	if size := picture.Bounds().Size(); size.X <= 0 || size.Y <= 0 {
		return nil, nil, invalid("error_photo_pixels")
	}
	return picture, inside.exif, nil
}

func bytesPerPixel(model color.Model) int {
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.YCbCrModel:
		return 3
	default:
		return 4
	}
}
