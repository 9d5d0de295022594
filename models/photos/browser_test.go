package photos_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models/photos"
)

// browserEXIF runs the pages' own script over a file and returns the segment that it would carry over.
const browserEXIF = `
const fs = require("fs"), vm = require("vm");
globalThis.window = {};
vm.runInThisContext(fs.readFileSync("../../api/web/static/js/photo.js", "utf8"));
process.stdout.write(window.vticketPhoto.exif(new Uint8Array(fs.readFileSync(0))) ?? "");`

// carried is what the browser takes over from a photo that it shrinks.
func carried(t *testing.T, file []byte) []byte {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node is to be there: it runs photo.js")
		}
		t.Skip("LEFT OUT: what photo.js does; install node")
	}
	run := exec.CommandContext(t.Context(), node, "-e", browserEXIF)
	run.Stdin = bytes.NewReader(file)
	out, err := run.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	return out
}

// What a browser has shrunk says still where and when it was taken, and is not turned a second time.
func TestShrunkInTheBrowserKeepsPlaceAndTime(t *testing.T) {
	upright := scene(3, 400, 300)
	for name, order := range map[string]binary.AppendByteOrder{"big": binary.BigEndian, "little": binary.LittleEndian} {
		t.Run(name+" endian", func(t *testing.T) {
			told := exif(order, []field{text(0x010f, "Hãng máy"), turned(order, 6)},
				[]field{text(0x9003, "2026:03:02 08:15:00"), text(0x9011, "+07:00")},
				[]field{
					text(1, "N"), rationals(order, 2, 10, 1, 46, 1, 3684, 100),
					text(3, "E"), rationals(order, 4, 106, 1, 42, 1, 324, 100),
				})
			original := withEXIF(segment(asJPEG(t, stored(t, upright, 6), 95), 0xe0, "JFIF\x00"), told)
			want, err := photos.Clean(bytes.NewReader(original))
			if err != nil {
				t.Fatal(err)
			}
			drawn := asJPEG(t, upright, 85) // as the browser draws it: upright, and nothing beside
			got, err := photos.Clean(bytes.NewReader(append(append(drawn[:2:2], carried(t, original)...), drawn[2:]...)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]any{want.Lat, want.Lon, want.TakenAt}, []any{got.Lat, got.Lon, got.TakenAt}); diff != "" || got.Lat == nil {
				t.Errorf("place and time of the original are carried over (-want +got):\n%s", diff)
			}
			if got.Width != want.Width || got.Height != want.Height || photos.Distance(got.DHash, want.DHash) > 2 {
				t.Errorf("it is shown as the original is: %d × %d, not %d × %d", got.Width, got.Height, want.Width, want.Height)
			}
		})
	}
}

func TestTheBrowserCarriesNothingThatIsBroken(t *testing.T) {
	plain := asJPEG(t, scene(3, 40, 30), 85)
	whole := withEXIF(plain, exif(binary.BigEndian, []field{turned(binary.BigEndian, 6)}, nil, nil))
	for name, file := range map[string][]byte{
		"nothing":                 {},
		"no JPEG":                 asPNG(t, scene(3, 40, 30)),
		"no EXIF":                 plain,
		"another APP1":            segment(plain, 0xe1, "http://ns.adobe.com/xap/1.0/\x00<x/>"),
		"cut off":                 whole[:60],
		"a directory beyond":      withEXIF(plain, []byte("MM\x00*\xff\xff\xff\xff")),
		"more entries than bytes": withEXIF(plain, []byte("MM\x00*\x00\x00\x00\x08\xff\xff")),
		"EXIF behind the picture": []byte(strings.Replace(string(plain), "\xff\xda", "\xff\xda\xff\xe1\x00\x08Exif\x00\x00", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			if got := carried(t, file); len(got) > 0 {
				t.Errorf("carried over: %q", got)
			}
		})
	}
}
