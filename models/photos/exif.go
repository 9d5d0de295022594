package photos

import (
	"encoding/binary"
	"math"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
)

// The reader is our own: we need six fields of EXIF, while a library reads hundreds, and the one that most people
// use (rwcarlsen/goexif) is from 2019. It follows three directories and never a chain of them, so nothing can loop;
// every value is a part of the bytes at hand, so nothing is allocated because somebody declared it.

// told is what a camera wrote beside the picture.
type told struct {
	orientation int // 1 to 8; 0 when it does not say
	takenAt     *time.Time
	lat, lon    *float64
}

// The tags that we read: EXIF 2.32, tables 4, 8 and 15.
const (
	tagOrientation        = 0x0112
	tagEXIF               = 0x8769
	tagGPS                = 0x8825
	tagDateTimeOriginal   = 0x9003
	tagOffsetTimeOriginal = 0x9011
	tagLatitudeRef        = 0x0001
	tagLatitude           = 0x0002
	tagLongitudeRef       = 0x0003
	tagLongitude          = 0x0004
)

// The types of values that we read.
const (
	typeASCII    = 2
	typeShort    = 3
	typeLong     = 4
	typeRational = 5
)

// tiff is the whole of the EXIF; offsets count from its first byte.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// directory is a list of entries, 12 bytes each.
type directory struct {
	tiff

	entries []byte
}

// readEXIF takes what it understands; what it does not is as if it were not there.
func readEXIF(data []byte) told {
	if len(data) < 8 {
		return told{}
	}
	t := tiff{data: data}
	switch string(data[:4]) {
	case "II*\x00":
		t.order = binary.LittleEndian
	case "MM\x00*":
		t.order = binary.BigEndian
	default:
		return told{}
	}
	root := t.directory(t.order.Uint32(data[4:]))
	var out told
	if n, ok := root.number(tagOrientation); ok && n >= 1 && n <= 8 {
		out.orientation = int(n)
	}
	if at, ok := root.number(tagEXIF); ok {
		out.takenAt = takenAt(t.directory(at))
	}
	if at, ok := root.number(tagGPS); ok {
		out.lat, out.lon = position(t.directory(at))
	}
	return out
}

func (t tiff) directory(at uint32) directory {
	if int64(at)+2 > int64(len(t.data)) {
		return directory{tiff: t}
	}
	entries := t.data[at+2:]
	count := int(t.order.Uint16(t.data[at:]))
	return directory{t, entries[:min(count, len(entries)/12)*12]}
}

// value is the bytes of count values or more of the type, each of the size, under the tag; nil without.
func (d directory) value(tag, kind uint16, count, size uint32) []byte {
	for e := d.entries; len(e) >= 12; e = e[12:] {
		if d.order.Uint16(e) != tag {
			continue
		}
		n := uint64(d.order.Uint32(e[4:]))
		length := n * uint64(size)
		switch at := uint64(d.order.Uint32(e[8:])); {
		case d.order.Uint16(e[2:]) != kind || n < uint64(count):
			return nil
		case length <= 4:
			return e[8 : 8+length]
		case at+length > uint64(len(d.data)):
			return nil
		default:
			return d.data[at : at+length]
		}
	}
	return nil
}

func (d directory) number(tag uint16) (uint32, bool) {
	if b := d.value(tag, typeLong, 1, 4); b != nil {
		return d.order.Uint32(b), true
	}
	if b := d.value(tag, typeShort, 1, 2); b != nil {
		return uint32(d.order.Uint16(b)), true
	}
	return 0, false
}

func (d directory) text(tag uint16) string {
	b := d.value(tag, typeASCII, 1, 1)
	return strings.TrimRight(string(b[:min(len(b), 32)]), "\x00 ")
}

// takenAt reads the clock of the camera: local time, since 2016 with its offset beside it.
func takenAt(d directory) *time.Time {
	clock, offset := d.text(tagDateTimeOriginal), d.text(tagOffsetTimeOriginal)
	at, err := time.Parse("2006:01:02 15:04:05-07:00", clock+offset)
	if err != nil {
		at, err = time.ParseInLocation("2006:01:02 15:04:05", clock, models.Zone)
	}
	if err != nil {
		return nil
	}
	at = at.UTC()
	return &at
}

// position is nil for half a place, a place off the globe, and for 0° 0', which cameras write when they do not know.
func position(d directory) (lat, lon *float64) {
	north, ok := d.degrees(tagLatitude, tagLatitudeRef, "NS", 90)
	if !ok {
		return nil, nil
	}
	east, ok := d.degrees(tagLongitude, tagLongitudeRef, "EW", 180)
	if !ok || north == 0 && east == 0 {
		return nil, nil
	}
	return &north, &east
}

// degrees reads degrees, minutes and seconds; the second letter of refs says that they count below zero.
func (d directory) degrees(tag, refTag uint16, refs string, limit float64) (float64, bool) {
	ref := strings.ToUpper(d.text(refTag))
	b := d.value(tag, typeRational, 3, 8)
	if b == nil || len(ref) != 1 || !strings.Contains(refs, ref) {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for range 3 {
		over, under := d.order.Uint32(b), d.order.Uint32(b[4:])
		if under == 0 {
			return 0, false
		}
		sum += float64(over) / float64(under) / unit
		unit *= 60
		b = b[8:]
	}
	if math.IsNaN(sum) || sum > limit {
		return 0, false
	}
	if ref == refs[1:] {
		sum = -sum
	}
	return sum, true
}
