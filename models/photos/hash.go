package photos

import "math/bits"

// Distance is the number of bits in which two DHashes differ; up to 6 the pictures are nearly the same.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

const hashCells = 8

// differenceHash lays 9 by 8 cells over the picture; each bit says that a cell is brighter than the one to its
// right. Sizes, compression and exposure change hardly any of them.
func differenceHash(bright plane) uint64 {
	var hash uint64
	for y := range hashCells {
		left := brightness(bright, 0, y)
		for x := 1; x <= hashCells; x++ {
			right := brightness(bright, x, y)
			hash <<= 1
			if left > right {
				hash |= 1
			}
			left = right
		}
	}
	return hash
}

// brightness is the mean of a cell, times 65536.
func brightness(bright plane, x, y int) int {
	fromX, toX := cell(x, hashCells+1, bright.width)
	fromY, toY := cell(y, hashCells, bright.height)
	sum := 0
	for row := fromY; row < toY; row++ {
		for _, v := range bright.pix[row*bright.stride+fromX : row*bright.stride+toX] {
			sum += int(v)
		}
	}
	return sum << 16 / ((toX - fromX) * (toY - fromY))
}

// cell is where the i-th of n cells begins and ends; in a picture of fewer pixels than cells, they share pixels.
func cell(i, n, size int) (from, to int) {
	from = i * size / n
	return from, max(from+1, (i+1)*size/n)
}
