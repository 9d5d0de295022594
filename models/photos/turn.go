package photos

// turn sets a picture upright that a camera stored with an EXIF orientation of 2 to 8.
func (p planes) turn(orientation int) planes {
	if orientation < 2 || orientation > 8 {
		return p
	}
	return planes{p[0].turn(orientation), p[1].turn(orientation), p[2].turn(orientation)}
}

func (p plane) turn(orientation int) plane {
	width, height, row := p.width, p.height, p.stride
	right, bottom := width-1, (height-1)*row
	// Where the upright picture begins in the stored bytes, and the steps to its next pixel and its next line.
	walk := [...]struct{ from, pixel, line int }{
		2: {right, -1, row},
		3: {bottom + right, -1, -row},
		4: {bottom, 1, -row},
		5: {0, row, 1},
		6: {bottom, -row, 1},
		7: {bottom + right, -row, -1},
		8: {right, row, -1},
	}[orientation]
	if orientation >= 5 {
		width, height = height, width
	}
	out := newPlane(width, height)
	to := 0
	for y := range height {
		from := walk.from + y*walk.line
		for range width {
			out.pix[to] = p.pix[from]
			from += walk.pixel
			to++
		}
	}
	return out
}
