package main

import (
	endian "encoding/binary"
	"math"
	"time"

	"github.com/vticket/vticket/models"
)

// demoTags are what a telephone notes in a photo; the zero value notes nothing.
type demoTags struct {
	TakenAt  time.Time
	Lat, Lon float64 // 0, 0: the telephone did not know
}

// exifEntry is one entry of a TIFF directory; a value of four bytes or less stands in the entry itself.
type exifEntry struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

// The types of TIFF values that we write (TIFF 6.0, section 2).
const (
	exifText     = 2
	exifShort    = 3
	exifLong     = 4
	exifRational = 5
)

// into writes the tags behind the start of a JPEG, as an APP1 segment (Exif 2.32, 4.5.4).
func (t demoTags) into(file []byte) []byte {
	if t.TakenAt.IsZero() {
		return file
	}
	taken := t.TakenAt.In(models.Zone).Format("2006:01:02 15:04:05")
	camera := []exifEntry{{0x9003, exifText, uint32(len(taken) + 1), append([]byte(taken), 0)}}
	root := []exifEntry{{0x0112, exifShort, 1, []byte{0, 1}}} // upright
	directories := [][]exifEntry{nil, camera}
	if t.Lat != 0 || t.Lon != 0 {
		directories = append(directories, []exifEntry{
			{1, exifText, 2, []byte{'N', 0}},
			{2, exifRational, 3, degrees(t.Lat)},
			{3, exifText, 2, []byte{'E', 0}},
			{4, exifRational, 3, degrees(t.Lon)},
		})
	}
	directories[0] = root
	body := append([]byte("Exif\x00\x00"), exifBody(directories)...)
	out := make([]byte, 0, len(file)+len(body)+4)
	out = append(out, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = endian.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, file[2:]...)
}

// exifBody writes the directories one behind the other; the first points to the others.
func exifBody(directories [][]exifEntry) []byte {
	pointers := []uint16{0, 0x8769, 0x8825} // to the camera's directory, and to that of the place
	at := make([]uint32, len(directories))
	next := uint32(8)
	for i, entries := range directories {
		at[i] = next
		length := 2 + 12*len(entries) + 4
		if i == 0 {
			length += 12 * (len(directories) - 1)
		}
		next += uint32(length)
	}
	for i := 1; i < len(directories); i++ {
		directories[0] = append(directories[0],
			exifEntry{pointers[i], exifLong, 1, endian.BigEndian.AppendUint32(nil, at[i])})
	}
	out := append([]byte("MM\x00*"), 0, 0, 0, 8)
	var long []byte // values that do not fit into their entries stand behind all directories
	for _, entries := range directories {
		out = endian.BigEndian.AppendUint16(out, uint16(len(entries)))
		for _, e := range entries {
			out = endian.BigEndian.AppendUint16(out, e.tag)
			out = endian.BigEndian.AppendUint16(out, e.kind)
			out = endian.BigEndian.AppendUint32(out, e.count)
			if len(e.value) <= 4 {
				out = append(append(out, e.value...), make([]byte, 4-len(e.value))...)
				continue
			}
			out = endian.BigEndian.AppendUint32(out, next+uint32(len(long)))
			long = append(long, e.value...)
		}
		out = append(out, 0, 0, 0, 0)
	}
	return append(out, long...)
}

// degrees writes degrees, minutes and hundredths of seconds; the demo's city lies north and east.
func degrees(value float64) []byte {
	whole, rest := math.Modf(math.Abs(value))
	minutes, rest := math.Modf(rest * 60)
	var out []byte
	for _, part := range [][2]float64{{whole, 1}, {minutes, 1}, {math.Round(rest * 6000), 100}} {
		out = endian.BigEndian.AppendUint32(out, uint32(part[0]))
		out = endian.BigEndian.AppendUint32(out, uint32(part[1]))
	}
	return out
}
