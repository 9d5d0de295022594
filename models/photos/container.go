package photos

import (
	"bytes"
	"encoding/binary"
)

// The walks below follow declared lengths only within the bytes at hand, always forwards, and allocate nothing.

// inspectJPEG walks the segments up to the end of the picture, and skips what image/jpeg skips: stray bytes, among them
// the entropy-coded ones of a scan, stuffing, restarts and fill.
func inspectJPEG(data []byte) container {
	var found container
	for data = data[2:]; len(data) >= 4; {
		marker := data[1]
		switch {
		case data[0] != 0xff:
			next := bytes.IndexByte(data, 0xff)
			if next < 0 {
				return found
			}
			data = data[next:]
			continue
		case marker == 0xff: // fill
			data = data[1:]
			continue
		case marker == 0 || marker >= 0xd0 && marker <= 0xd7: // stuffing, a restart
			data = data[2:]
			continue
		}
		size := int(binary.BigEndian.Uint16(data[2:]))
		if marker == 0xd9 || size < 2 || size+2 > len(data) {
			return found
		}
		found.addJPEG(marker, data[4:size+2])
		data = data[size+2:]
	}
	return found
}

// addJPEG notes what one segment tells.
func (c *container) addJPEG(marker byte, body []byte) {
	switch marker {
	case 0xe1:
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && c.exif == nil {
			c.exif = tiff
		}
	case 0xc2:
		c.perPixel = max(c.perPixel, progressiveCost(body))
	case 0xda:
		c.scans++
	}
}

// progressiveCost is what image/jpeg keeps of a progressive picture beside its pixels, in bytes for 8 pixels: four
// for each sample, until the last scan.
func progressiveCost(frame []byte) int {
	if len(frame) < 6 {
		return 0
	}
	components := frame[6:min(len(frame), 6+3*4)]
	samples, most := 0, 1
	for ; len(components) >= 3; components = components[3:] {
		share := int(components[1]>>4) * int(components[1]&0xf)
		samples += share
		most = max(most, share)
	}
	return 8 * 4 * samples / most
}

// inspectPNG walks the chunks: eXIf may stand before or after the pixels. The decoder calls a size of nothing, or one
// that overflows, broken, so it is read here too.
func inspectPNG(data []byte) container {
	var found container
	if len(data) >= 24 {
		width, height := binary.BigEndian.Uint32(data[16:]), binary.BigEndian.Uint32(data[20:])
		found.empty = width == 0 || height == 0
		found.pixels = int64(width>>1) * int64(height>>1) // rounded down, so that it cannot overflow
	}
	for data = data[8:]; len(data) >= 12; {
		size := int64(binary.BigEndian.Uint32(data))
		if size > int64(len(data))-12 {
			break
		}
		if string(data[4:8]) == "eXIf" {
			found.exif = data[8 : 8+size]
			break
		}
		data = data[12+size:]
	}
	return found
}

// inspectWebP walks the chunks. A frame may be larger than its canvas says: the decoder refuses that itself.
func inspectWebP(data []byte) container {
	for data = data[12:]; len(data) >= 8; {
		kind, size := string(data[:4]), int64(binary.LittleEndian.Uint32(data[4:]))
		body := data[8:]
		body = body[:min(size, int64(len(body)))]
		if kind == "EXIF" {
			return container{exif: bytes.TrimPrefix(body, []byte("Exif\x00\x00"))}
		}
		data = data[min(8+size+size&1, int64(len(data))):]
	}
	return container{}
}
