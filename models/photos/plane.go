package photos

import "image"

// plane is one channel of a picture, a byte a pixel.
type plane struct {
	pix                   []byte
	stride, width, height int
}

// planes are a picture as JPEG knows it: brightness, and two planes of colour.
type planes [3]plane

// planesOf takes the planes of a picture as they are, whatever it has fewer pixels of colour than of brightness.
func planesOf(p *image.YCbCr) planes {
	from, to := p.Rect.Min, p.Rect.Max
	colour := p.COffset(from.X, from.Y)
	width := p.COffset(to.X-1, from.Y) - colour + 1
	height := (p.COffset(from.X, to.Y-1)-colour)/p.CStride + 1
	return planes{
		{p.Y[p.YOffset(from.X, from.Y):], p.YStride, p.Rect.Dx(), p.Rect.Dy()},
		{p.Cb[colour:], p.CStride, width, height},
		{p.Cr[colour:], p.CStride, width, height},
	}
}

// shrink fits the picture into a square, at half the size for colours: JPEGs keep no more of them (ratio 4:2:0).
func (p planes) shrink(side int) planes {
	width, height := fit(p[0].width, p[0].height, side)
	return planes{
		p[0].shrink(width, height),
		p[1].shrink((width+1)/2, (height+1)/2),
		p[2].shrink((width+1)/2, (height+1)/2),
	}
}

// image is the picture as the encoder wants it; only for what shrink has made.
func (p planes) image() *image.YCbCr {
	return &image.YCbCr{
		Y: p[0].pix, Cb: p[1].pix, Cr: p[2].pix, YStride: p[0].stride, CStride: p[1].stride,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, p[0].width, p[0].height),
	}
}

// fit is the size of a picture whose longest side is no longer than asked.
func fit(width, height, side int) (w, h int) {
	longest := max(width, height)
	if longest <= side {
		return width, height
	}
	return max(1, (width*side+longest/2)/longest), max(1, (height*side+longest/2)/longest)
}

func newPlane(width, height int) plane {
	return plane{make([]byte, width*height), width, width, height}
}

// shrink makes each new pixel the mean of those that it stands for: every pixel counts, so that fine patterns turn
// grey and not into coarse ones.
func (p plane) shrink(width, height int) plane {
	out := newPlane(width, height)
	columns := make([][2]int, width)
	for x := range columns {
		columns[x][0], columns[x][1] = cell(x, width, p.width)
	}
	sums := make([]uint32, p.width) // by column, of the rows that become one
	for y := range height {
		top, bottom := cell(y, height, p.height)
		clear(sums)
		for row := top; row < bottom; row++ {
			pixels := p.pix[row*p.stride:][:len(sums)]
			for x := range sums {
				sums[x] += uint32(pixels[x])
			}
		}
		for x, column := range columns {
			var sum uint32
			for _, v := range sums[column[0]:column[1]] {
				sum += v
			}
			n := uint32((column[1] - column[0]) * (bottom - top))
			out.pix[y*width+x] = byte((sum + n/2) / n)
		}
	}
	return out
}
