package photos_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

// Pictures and files made by hand: each helper writes one thing that a camera, or somebody hostile, may write.

var corners = [4]color.RGBA{{220, 30, 30, 255}, {30, 200, 30, 255}, {40, 40, 220, 255}, {230, 220, 40, 255}}

// scene is a patchwork of 9 by 8 grays that no turn leaves as it was, a noise on it as of a small sensor, and a
// colour in each corner: red, green, blue, yellow in reading order.
func scene(seed uint64, width, height int) *image.RGBA {
	random := rand.New(rand.NewPCG(seed, 1))
	var patch [8][9]int
	for y := range patch {
		for x := range patch[y] {
			patch[y][x] = 10 + random.IntN(220)
		}
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			gray := uint8(patch[y*8/height][x*9/width] + random.IntN(16))
			picture.SetRGBA(x, y, color.RGBA{gray, gray, gray, 255})
		}
	}
	edge := min(width, height) / 10
	for y := range edge {
		for x := range edge {
			picture.SetRGBA(x, y, corners[0])
			picture.SetRGBA(width-1-x, y, corners[1])
			picture.SetRGBA(x, height-1-y, corners[2])
			picture.SetRGBA(width-1-x, height-1-y, corners[3])
		}
	}
	return picture
}

// stored is how a camera keeps the upright picture: EXIF 2.32 names the sides that row 0 and column 0 lie on.
func stored(tb testing.TB, upright *image.RGBA, orientation int) *image.RGBA {
	tb.Helper()
	width, height := upright.Rect.Dx(), upright.Rect.Dy()
	sides := [...]struct{ row, column string }{
		1: {"top", "left"}, 2: {"top", "right"}, 3: {"bottom", "right"}, 4: {"bottom", "left"},
		5: {"left", "top"}, 6: {"right", "top"}, 7: {"right", "bottom"}, 8: {"left", "bottom"},
	}[orientation]
	rows, columns := height, width
	if orientation >= 5 {
		rows, columns = width, height
	}
	out := image.NewRGBA(image.Rect(0, 0, columns, rows))
	at := func(row, column int) (x, y int) {
		for _, line := range []struct {
			side string
			n    int
		}{{sides.row, row}, {sides.column, column}} {
			switch line.side {
			case "top":
				y = line.n
			case "bottom":
				y = height - 1 - line.n
			case "left":
				x = line.n
			case "right":
				x = width - 1 - line.n
			}
		}
		return x, y
	}
	for row := range rows {
		for column := range columns {
			x, y := at(row, column)
			out.SetRGBA(column, row, upright.RGBAAt(x, y))
		}
	}
	return out
}

func asJPEG(tb testing.TB, picture image.Image, quality int) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, picture image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// segment puts a segment right behind the start of a JPEG.
func segment(file []byte, marker byte, body string) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// scans is a progressive JPEG, all grey, of a few bytes for each scan: every scan says only that nothing changes.
func scans(width, height uint16, count int) []byte {
	frame := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, height), width)
	blocks := (int(width) + 7) / 8 * ((int(height) + 7) / 8)
	scan := "\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00" + strings.Repeat("\x00\x00", blocks/(1<<14)+1) // 15 bits for 16384 blocks
	file := segment([]byte("\xff\xd8"), 0xc4, "\x10\x01"+strings.Repeat("\x00", 15)+"\xe0")
	file = segment(file, 0xc2, string(frame)+"\x01\x01\x11\x00")
	file = segment(file, 0xdb, strings.Repeat("\x00", 65))
	return append(file, strings.Repeat(scan, count)+"\xff\xd9"...)
}

func withEXIF(file, tiff []byte) []byte { return segment(file, 0xe1, "Exif\x00\x00"+string(tiff)) }

// chunk puts a chunk behind the header of a PNG.
func chunk(file []byte, kind string, body []byte) []byte {
	const header = 8 + 25
	return bytes.Join([][]byte{file[:header], pngChunk(kind, body), file[header:]}, nil)
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// pngHeader is a PNG that declares a size and has no pixels.
func pngHeader(width, height uint32, depth, kind byte) []byte {
	body := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(body, depth, kind, 0, 0, 0))...)
}

// riff is an extended WebP: a canvas of the size, and the chunks given as kind, body, kind, body.
func riff(width, height uint32, chunks ...string) []byte {
	canvas := []byte{
		0, 0, 0, 0, byte(width - 1), byte((width - 1) >> 8), byte((width - 1) >> 16),
		byte(height - 1), byte((height - 1) >> 8), byte((height - 1) >> 16),
	}
	body := []byte("WEBP")
	chunks = append([]string{"VP8X", string(canvas)}, chunks...)
	for i := 0; i < len(chunks); i += 2 {
		body = append(body, chunks[i]...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(chunks[i+1])))
		body = append(body, chunks[i+1]...)
		if len(chunks[i+1])%2 == 1 {
			body = append(body, 0)
		}
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// field is one entry of a TIFF directory; a value of four bytes or less stands in the entry.
type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func text(tag uint16, s string) field {
	return field{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

func turned(order binary.AppendByteOrder, n uint16) field {
	return field{0x0112, 3, 1, order.AppendUint16(nil, n)}
}

func rationals(order binary.AppendByteOrder, tag uint16, numbers ...uint32) field {
	var b []byte
	for _, n := range numbers {
		b = order.AppendUint32(b, n)
	}
	return field{tag, 5, uint32(len(numbers) / 2), b}
}

// exif writes the three directories that we read: 0, EXIF, GPS.
func exif(order binary.AppendByteOrder, root, camera, gps []field) []byte {
	const each = 2 + 12*10 + 4 // ten entries at most in each
	head, starts := "II*\x00", [3]uint32{8, 8 + each, 8 + 2*each}
	if order.String() == "BigEndian" {
		head = "MM\x00*"
	}
	root = append(root, field{0x8769, 4, 1, order.AppendUint32(nil, starts[1])},
		field{0x8825, 4, 1, order.AppendUint32(nil, starts[2])})
	out := append(order.AppendUint32([]byte(head), 8), make([]byte, 3*each)...)
	both := order.(binary.ByteOrder)
	for i, fields := range [][]field{root, camera, gps} {
		entry := out[starts[i]:]
		both.PutUint16(entry, uint16(len(fields)))
		at := starts[i] + 2
		for _, f := range fields {
			both.PutUint16(out[at:], f.tag)
			both.PutUint16(out[at+2:], f.kind)
			both.PutUint32(out[at+4:], f.count)
			if len(f.value) <= 4 {
				copy(out[at+8:at+12], f.value)
			} else {
				both.PutUint32(out[at+8:], uint32(len(out)))
				out = append(out, f.value...)
			}
			at += 12
		}
	}
	return out
}
