package photos_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/image/draw"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
)

func clean(tb testing.TB, file []byte) photos.Photo {
	tb.Helper()
	photo, err := photos.Clean(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	return photo
}

func opened(tb testing.TB, file []byte) image.Image {
	tb.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	return picture
}

func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	far := func(x, y uint32) bool { return math.Abs(float64(x)-float64(y)) > 40<<8 }
	return !far(ar, br) && !far(ag, bg) && !far(ab, bb)
}

func TestEveryOrientationComesOutUpright(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("LEFT OUT by make test-fast: 16 large pictures; make test runs it")
	}
	upright := scene(1, 2000, 1200)
	want := clean(t, asPNG(t, upright)).DHash
	for orientation := 1; orientation <= 8; orientation++ {
		picture := stored(t, upright, orientation)
		for kind, file := range map[string][]byte{
			"jpeg": withEXIF(asJPEG(t, picture, 90),
				exif(binary.BigEndian, []field{turned(binary.BigEndian, uint16(orientation))}, nil, nil)),
			"png": chunk(asPNG(t, picture), "eXIf",
				exif(binary.LittleEndian, []field{turned(binary.LittleEndian, uint16(orientation))}, nil, nil)),
		} {
			t.Run(fmt.Sprintf("%s %d", kind, orientation), func(t *testing.T) {
				t.Parallel()
				photo := clean(t, file)
				if photo.DHash != want {
					t.Errorf("hash %016x, want %016x", photo.DHash, want)
				}
				if got, want := [4]int{photo.Width, photo.Height, photo.SmallWidth, photo.SmallHeight},
					[4]int{1600, 960, 320, 192}; got != want {
					t.Errorf("sizes %v, want %v", got, want)
				}
				for name, file := range map[string][]byte{"large": photo.Large, "small": photo.Small} {
					got := opened(t, file)
					right, bottom := got.Bounds().Dx()-5, got.Bounds().Dy()-5
					for i, at := range []image.Point{{4, 4}, {right, 4}, {4, bottom}, {right, bottom}} {
						if !near(got.At(at.X, at.Y), corners[i]) {
							t.Errorf("%s, corner %d is %v, want %v", name, i, got.At(at.X, at.Y), corners[i])
						}
					}
				}
			})
		}
	}
}

func TestOutputHoldsNothingButThePicture(t *testing.T) {
	t.Parallel()
	file := asJPEG(t, scene(2, 400, 300), 90)
	file = segment(file, 0xe2, "ICC_PROFILE\x00\x01\x01secret-icc")
	file = segment(file, 0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>secret-xmp</x:xmpmeta>")
	file = segment(file, 0xfe, "secret-comment")
	file = withEXIF(file, exif(binary.LittleEndian, []field{text(0x010f, "secret-maker")}, nil, hcmc(binary.LittleEndian)))
	file = append(file, "<script>secret-tail</script>"...)
	photo := clean(t, file)
	if photo.Lat == nil || photo.SHA256 != fmt.Sprintf("%x", sha256.Sum256(file)) {
		t.Errorf("place %v, sum %s", photo.Lat, photo.SHA256)
	}
	for _, out := range [][]byte{photo.Large, photo.Small} {
		for _, trace := range []string{"secret", "Exif", "xmp", "ICC", "GPS", "II*", "http", "script"} {
			if bytes.Contains(out, []byte(trace)) {
				t.Errorf("output holds %q", trace)
			}
		}
		for at := 2; out[at+1] != 0xda; at += 2 + int(binary.BigEndian.Uint16(out[at+2:])) {
			if marker := out[at+1]; marker >= 0xe0 && marker <= 0xef || marker == 0xfe {
				t.Errorf("output holds segment %x", marker)
			}
		}
	}
}

func TestTransparentTurnsWhite(t *testing.T) {
	t.Parallel()
	for _, side := range []int{100, 2000} { // copied, and shrunk
		photo := clean(t, asPNG(t, image.NewNRGBA(image.Rect(0, 0, side, side))))
		if got := opened(t, photo.Large).At(side/10, side/10); !near(got, color.White) {
			t.Errorf("%d px: %v", side, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, scene(3, 300, 200), 90)
	wholePNG := asPNG(t, scene(3, 30, 20))
	lossy := webpFile(t, "blue-purple-pink.lossy.webp")
	progressive := bytes.Clone(whole)
	frame := bytes.Index(progressive, []byte{0xff, 0xc0})
	progressive[frame+1] = 0xc2
	copy(progressive[frame+5:], "\x18\x00\x18\x00") // 6144 by 6144: 38 MP
	before := func(stray string) string { return string(progressive[:frame]) + stray + string(progressive[frame:]) }
	zero := bytes.Clone(whole)
	copy(zero[frame+5:], "\x00\x00\x00\x00")

	for name, tt := range map[string]struct {
		file string
		want string // "" when it is accepted
	}{
		"nothing at all":                        {"", "error_photo_kind"},
		"an SVG":                                {`<svg xmlns="http://www.w3.org/2000/svg"/>`, "error_photo_kind"},
		"a GIF":                                 {"GIF89a\x01\x00\x01\x00\x80\x00\x00", "error_photo_kind"},
		"a HEIC":                                {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "error_photo_kind"},
		"a page that calls itself a JPEG":       {"<html>photo.jpg</html>" + string(whole), "error_photo_kind"},
		"a JPEG with a page behind it":          {string(whole) + "<html><script>", ""},
		"a JPEG with a page in a comment":       {string(segment(whole, 0xfe, "<html><script>*/")), ""},
		"a PNG, whatever its name":              {string(wholePNG), ""},
		"one byte of a JPEG":                    {"\xff", "error_photo_kind"},
		"a JPEG of magic only":                  {"\xff\xd8\xff", "error_photo_broken"},
		"half a JPEG":                           {string(whole[:len(whole)/2]), "error_photo_broken"},
		"half a PNG":                            {string(wholePNG[:len(wholePNG)/2]), "error_photo_broken"},
		"half a WebP":                           {string(lossy[:len(lossy)/2]), "error_photo_broken"},
		"a PNG with a flipped byte":             {string(wholePNG[:60]) + "~" + string(wholePNG[61:]), "error_photo_broken"},
		"a JPEG of no pixels":                   {string(zero), "error_photo_pixels"},
		"a PNG of no pixels":                    {string(pngHeader(0, 5, 8, 2)), "error_photo_pixels"},
		"a PNG of 20000 by 20000":               {string(pngHeader(20000, 20000, 8, 0)), "error_photo_pixels"},
		"a PNG whose size overflows":            {string(pngHeader(1<<31-1, 1<<31-1, 8, 6)), "error_photo_pixels"},
		"a PNG of 16 bits, too much to hold":    {string(pngHeader(6300, 6300, 16, 6)), "error_photo_pixels"},
		"a progressive JPEG, too much to hold":  {string(progressive), "error_photo_pixels"},
		"it, with a stray byte before its size": {before("x"), "error_photo_pixels"},
		"it, with a restart before its size":    {before("\xff\xd0"), "error_photo_pixels"},
		"it, with stuffing before its size":     {before("\xff\x00"), "error_photo_pixels"},
		"it, with fill before its size":         {before("\xff\xff"), "error_photo_pixels"},
		"a JPEG of 100 scans":                   {string(scans(64, 64, 100)), ""},
		"a JPEG of more scans":                  {string(scans(64, 64, 101)), "error_photo_broken"},
		"a large JPEG of some scans":            {string(scans(5000, 5000, 41)), "error_photo_broken"},
		"a JPEG with another behind it":         {string(whole) + string(scans(64, 64, 101)), ""},
		"a WebP whose canvas is too large":      {string(riff(10000, 10000, "VP8 ", string(lossy[20:]))), "error_photo_pixels"},
		"a WebP whose frame exceeds its canvas": {string(riff(1, 1, "VP8 ", "\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f")), "error_photo_broken"},
		"a lossless frame that does the same":   {string(riff(1, 1, "VP8L", "\x2f\xff\xff\xff\x0f")), "error_photo_broken"},
		"20 MB and a byte":                      {string(whole) + strings.Repeat("x", photos.MaxBytes+1-len(whole)), "error_photo_size"},
		"20 MB":                                 {string(whole) + strings.Repeat("x", photos.MaxBytes-len(whole)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := photos.Clean(strings.NewReader(tt.file))
			early := photos.Check(strings.NewReader(tt.file))
			if early != nil && (err == nil || !errors.As(early, &models.Invalid{})) {
				t.Errorf("%v is said early of a picture of which Clean says %v", early, err)
			}
			var refused models.Invalid
			if tt.want == "" && err == nil {
				return
			}
			if !errors.As(err, &refused) || refused != (models.Invalid{Field: "photo", Key: tt.want}) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// TestCheckRefusesEarly what shows at the beginning of a picture.
func TestCheckRefusesEarly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, want string }{
		"a PNG of 20000 by 20000": {string(pngHeader(20000, 20000, 8, 0)), "error_photo_pixels"},
		"a JPEG of magic only":    {"\xff\xd8\xff", "error_photo_broken"},
		"a page":                  {"<html>", "error_photo_kind"},
	} {
		err := photos.Check(strings.NewReader(tt.file))
		if refused, ok := errors.AsType[models.Invalid](err); !ok || refused.Key != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestFaultOfTheReaderIsNotThePersons(t *testing.T) {
	t.Parallel()
	_, err := photos.Clean(io.MultiReader(strings.NewReader("\xff\xd8\xff"), iotest.ErrReader(io.ErrClosedPipe)))
	if !errors.Is(err, io.ErrClosedPipe) || errors.As(err, new(models.Invalid)) {
		t.Error(err)
	}
}

func TestSizesKeepTheirShape(t *testing.T) {
	t.Parallel()
	for size, want := range map[image.Point][4]int{
		{1, 1}:       {1, 1, 1, 1},
		{1600, 4}:    {1600, 4, 320, 1},
		{30000, 3}:   {1600, 1, 320, 1},
		{3, 9000}:    {1, 1600, 1, 320},
		{1601, 1200}: {1600, 1199, 320, 240},
	} {
		photo := clean(t, asPNG(t, image.NewGray(image.Rectangle{Max: size})))
		got := [4]int{photo.Width, photo.Height, photo.SmallWidth, photo.SmallHeight}
		if got != want || opened(t, photo.Large).Bounds().Size() != (image.Point{got[0], got[1]}) {
			t.Errorf("%v: %v, want %v", size, got, want)
		}
	}
}

func TestHashKnowsThePictureAgain(t *testing.T) {
	t.Parallel()
	var others []uint64
	pictures := uint64(6)
	if testing.Short() {
		pictures = 2
	}
	for seed := range pictures {
		picture := scene(seed, 1200, 900)
		hash := clean(t, asPNG(t, picture)).DHash
		half := image.NewRGBA(image.Rect(0, 0, 500, 375))
		draw.CatmullRom.Scale(half, half.Rect, picture, picture.Rect, draw.Src, nil)
		for name, file := range map[string][]byte{
			"poor": asJPEG(t, picture, 30), "half": asPNG(t, half), "half and poor": asJPEG(t, half, 40),
		} {
			if far := photos.Distance(hash, clean(t, file).DHash); far > 6 {
				t.Errorf("picture %d, %s: %d bits away", seed, name, far)
			}
		}
		for i, other := range others {
			if far := photos.Distance(hash, other); far <= 10 {
				t.Errorf("pictures %d and %d: %d bits away", seed, i, far)
			}
		}
		others = append(others, hash)
	}
}

func hcmc(order binary.AppendByteOrder) []field {
	return []field{
		text(1, "N"), rationals(order, 2, 10, 1, 46, 1, 3684, 100),
		text(3, "E"), rationals(order, 4, 106, 1, 42, 1, 324, 100),
	}
}

func TestEXIF(t *testing.T) {
	t.Parallel()
	const clock = "2026:03:06 09:30:15"
	big, little := binary.BigEndian, binary.LittleEndian
	at := func(s string) *time.Time {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return &when
	}
	place := func(lat, lon float64) *[2]float64 { return &[2]float64{lat, lon} }
	long := func(tag uint16, n uint32) field { return field{tag, 4, 1, big.AppendUint32(nil, n)} }
	for name, tt := range map[string]struct {
		exif  []byte
		at    *time.Time
		place *[2]float64
	}{
		"a phone in the city, little end first": {
			exif(little, nil, []field{text(0x9003, clock)}, hcmc(little)),
			at("2026-03-06T02:30:15Z"), place(10.776900, 106.700900),
		},
		"a phone in the city, big end first": {
			exif(big, nil, []field{text(0x9003, clock)}, hcmc(big)),
			at("2026-03-06T02:30:15Z"), place(10.776900, 106.700900),
		},
		"an offset is heeded": {
			exif: exif(big, nil, []field{text(0x9003, clock), text(0x9011, "-05:30")}, nil),
			at:   at("2026-03-06T15:00:15Z"),
		},
		"a broken offset is not": {
			exif: exif(big, nil, []field{text(0x9003, clock), text(0x9011, "   :  ")}, nil),
			at:   at("2026-03-06T02:30:15Z"),
		},
		"a clock never set": {exif: exif(big, nil, []field{text(0x9003, "0000:00:00 00:00:00")}, nil)},
		"south and west": {exif: exif(big, nil, nil, []field{
			text(1, "S"), rationals(big, 2, 33, 2, 0, 1, 0, 1), text(3, "W"), rationals(big, 4, 70, 1, 30, 1, 0, 7),
		}), place: place(-16.5, -70.5)},
		"a zero denominator": {exif: exif(big, nil, nil, []field{
			text(1, "N"), rationals(big, 2, 10, 1, 46, 0, 0, 1), text(3, "E"), rationals(big, 4, 106, 1, 0, 1, 0, 1),
		})},
		"nothing over nothing": {exif: exif(big, nil, nil, []field{
			text(1, "N"), rationals(big, 2, 0, 0, 0, 0, 0, 0), text(3, "E"), rationals(big, 4, 0, 0, 0, 0, 0, 0),
		})},
		"all zero means unknown": {exif: exif(big, nil, nil, []field{
			text(1, "N"), rationals(big, 2, 0, 1, 0, 1, 0, 1), text(3, "E"), rationals(big, 4, 0, 1, 0, 1, 0, 1),
		})},
		"off the globe": {exif: exif(big, nil, nil, []field{
			text(1, "N"), rationals(big, 2, 91, 1, 0, 1, 0, 1), text(3, "E"), rationals(big, 4, 106, 1, 0, 1, 0, 1),
		})},
		"half a place":   {exif: exif(big, nil, nil, hcmc(big)[:2])},
		"without a side": {exif: exif(big, nil, nil, []field{hcmc(big)[1], hcmc(big)[3]})},
		"two of three":   {exif: exif(big, nil, nil, []field{text(1, "N"), rationals(big, 2, 10, 1, 46, 1)})},
		"offsets past the end": {exif: exif(big, nil, []field{{0x9003, 2, 20, nil}, {0x9011, 2, math.MaxUint32, nil}},
			[]field{text(1, "N"), {2, 5, math.MaxUint32, []byte("\xff\xff\xff\xff")}, {4, 5, 3, []byte("\xff\xff\xff\xf0")}})},
		"directories past the end":     {exif: exif(big, []field{long(0x8769, math.MaxUint32), long(0x8825, 1<<20)}, nil, nil)},
		"directories in a ring":        {exif: exif(big, []field{long(0x8769, 8), long(0x8825, 8)}, nil, nil)},
		"a count of entries that lies": {exif: []byte("MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12\x00\x03")},
		"neither order":                {exif: []byte("XX\x00*\x00\x00\x00\x08\x00\x00")},
		"cut off":                      {exif: []byte("II*")},
	} {
		files := map[string][]byte{
			"jpeg": withEXIF(asJPEG(t, scene(1, 20, 20), 80), tt.exif),
			"png":  chunk(asPNG(t, scene(1, 20, 20)), "eXIf", tt.exif),
			"webp": riff(150, 100, "VP8 ", webpFrame(t), "EXIF", string(tt.exif)),
		}
		for kind, file := range files {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				photo := clean(t, file)
				if got, want := photo.TakenAt, tt.at; (got == nil) != (want == nil) || got != nil && !got.Equal(*want) {
					t.Errorf("taken at %v, want %v", got, want)
				}
				if (photo.Lat == nil) != (tt.place == nil) || (photo.Lon == nil) != (tt.place == nil) {
					t.Fatalf("place %v %v, want %v", photo.Lat, photo.Lon, tt.place)
				}
				if tt.place != nil && math.Hypot(*photo.Lat-tt.place[0], *photo.Lon-tt.place[1]) > 1e-6 {
					t.Errorf("place %v %v, want %v", *photo.Lat, *photo.Lon, *tt.place)
				}
			})
		}
	}
}

// Other decoders skip what does not belong there; so do we, and miss nothing behind it.
func TestEXIFBehindAStrayByte(t *testing.T) {
	t.Parallel()
	file := withEXIF(asJPEG(t, scene(1, 20, 20), 80), exif(binary.BigEndian, nil, nil, hcmc(binary.BigEndian)))
	for name, stray := range map[string]string{"a byte": "x", "a restart": "\xff\xd7", "stuffing": "\xff\x00"} {
		if clean(t, segment(slices.Concat(file[:2], []byte(stray), file[2:]), 0xe0, "JFIF\x00")).Lat == nil {
			t.Errorf("%s before it hides the place that the camera wrote", name)
		}
	}
}

func webpFrame(tb testing.TB) string {
	tb.Helper()
	file := webpFile(tb, "blue-purple-pink.lossy.webp")
	return string(file[20 : 20+binary.LittleEndian.Uint32(file[16:])])
}

// webpFile reads a picture from the module that decodes WebP: nothing here can write one.
func webpFile(tb testing.TB, name string) []byte {
	tb.Helper()
	folder, err := exec.CommandContext(tb.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/image").Output()
	if err != nil {
		tb.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

func TestFinePatternsTurnGrey(t *testing.T) {
	t.Parallel()
	lines := image.NewYCbCr(image.Rect(0, 0, 6400, 300), image.YCbCrSubsampleRatio444)
	for i := range lines.Y {
		if lines.Cb[i], lines.Cr[i] = 128, 128; i%4 == 0 {
			lines.Y[i] = 255
		}
	}
	large := opened(t, clean(t, asJPEG(t, lines, 95)).Large)
	for x := range large.Bounds().Dx() {
		if c := large.At(x, 30); !near(c, color.Gray{64}) {
			t.Fatalf("one white pixel in four is to become a dark grey; at %d it is %v", x, c)
		}
	}
}
