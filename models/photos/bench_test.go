package photos_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"syscall"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
)

// BenchmarkClean12MP is bound to 400 ms of processor time and 120 MB.
func BenchmarkClean12MP(b *testing.B) {
	file := withEXIF(asJPEG(b, scene(7, 4032, 3024), 88),
		exif(binary.BigEndian, []field{turned(binary.BigEndian, 6)}, nil, hcmc(binary.BigEndian)))
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		if _, err := photos.Clean(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
	b.ReportMetric(float64(len(file))/1e6, "file-MB")
}

// processorTime is what all threads have used, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

func FuzzClean(f *testing.F) {
	big := binary.BigEndian
	camera := exif(big, []field{turned(big, 6)},
		[]field{text(0x9003, "2026:03:06 09:30:15"), text(0x9011, "+07:00")}, hcmc(big))
	picture := scene(1, 24, 18)
	for _, name := range []string{"blue-purple-pink.lossy.webp", "gopher-doc.1bpp.lossless.webp"} {
		f.Add(webpFile(f, name))
	}
	f.Add(withEXIF(asJPEG(f, picture, 60), camera))
	f.Add(chunk(asPNG(f, picture), "eXIf", camera))
	f.Add(riff(1, 1, "VP8L", "\x2f\xff\xff\xff\x0f", "EXIF", string(camera)))
	f.Add(pngHeader(20000, 20000, 8, 0))
	f.Add([]byte("<svg/>"))
	f.Fuzz(func(t *testing.T, file []byte) {
		photo, err := photos.Clean(bytes.NewReader(file))
		switch {
		case err != nil && !errors.As(err, new(models.Invalid)):
			t.Fatal(err)
		case err != nil:
			return
		}
		if max(photo.Width, photo.Height) > 1600 || (photo.Lat == nil) != (photo.Lon == nil) {
			t.Errorf("%d by %d, place %v %v", photo.Width, photo.Height, photo.Lat, photo.Lon)
		}
		opened(t, photo.Large)
		opened(t, photo.Small)
	})
}
