package photos

import (
	"image"
	"math/bits"
)

// Distance is the number of bits in which two DHashes differ; up to 6 the pictures are nearly the same.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

const hashCells = 8

// differenceHash lays 9 by 8 cells over the picture; each bit says that a cell is brighter than the one to its
// right. Sizes, compression and exposure change hardly any of them.
func differenceHash(picture *image.RGBA) uint64 {
	var hash uint64
	for y := range hashCells {
		left := brightness(picture, 0, y)
		for x := 1; x <= hashCells; x++ {
			right := brightness(picture, x, y)
			hash <<= 1
			if left > right {
				hash |= 1
			}
			left = right
		}
	}
	return hash
}

// brightness is the mean luma of a cell, times 65536: integers, so that no machine rounds it otherwise.
func brightness(picture *image.RGBA, x, y int) int {
	fromX, toX := cell(x, hashCells+1, picture.Rect.Dx())
	fromY, toY := cell(y, hashCells, picture.Rect.Dy())
	sum := 0
	for row := fromY; row < toY; row++ {
		pixels := picture.Pix[row*picture.Stride+fromX*4 : row*picture.Stride+toX*4]
		for ; len(pixels) >= 4; pixels = pixels[4:] {
			sum += 19595*int(pixels[0]) + 38470*int(pixels[1]) + 7471*int(pixels[2]) // as image/color weighs them
		}
	}
	return sum / ((toX - fromX) * (toY - fromY))
}

// cell is where the i-th of n cells begins and ends; in a picture of fewer pixels than cells, they share pixels.
func cell(i, n, size int) (from, to int) {
	from = i * size / n
	return from, max(from+1, (i+1)*size/n)
}
