package photos

import "image"

// turn sets a picture upright that a camera stored with an EXIF orientation of 2 to 8.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return src
	}
	width, height, row := src.Rect.Dx(), src.Rect.Dy(), src.Stride
	right, bottom := (width-1)*4, (height-1)*row
	// Where the upright picture begins in the stored bytes, and the steps to its next pixel and its next line.
	walk := [...]struct{ from, pixel, line int }{
		2: {right, -4, row},
		3: {bottom + right, -4, -row},
		4: {bottom, 4, -row},
		5: {0, row, 4},
		6: {bottom, -row, 4},
		7: {bottom + right, -row, -4},
		8: {right, row, -4},
	}[orientation]
	if orientation >= 5 {
		width, height = height, width
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	to := 0
	for y := range height {
		from := walk.from + y*walk.line
		for range width {
			copy(dst.Pix[to:to+4:to+4], src.Pix[from:from+4:from+4])
			from += walk.pixel
			to += 4
		}
	}
	return dst
}
