package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"
)

// demoScene is what a drawn photo shows.
type demoScene string

// The scenes that are drawn; the last three are a street when the work is done.
const (
	scenePothole demoScene = "pothole"
	sceneManhole demoScene = "manhole"
	sceneGarbage demoScene = "garbage"
	sceneFlood   demoScene = "flood"
	sceneLamp    demoScene = "lamp"
	sceneTree    demoScene = "tree"
	sceneWires   demoScene = "wires"
	sceneStalls  demoScene = "stalls"
	sceneSmoke   demoScene = "smoke"
	sceneMended  demoScene = "mended"
	sceneLit     demoScene = "lit"
	sceneClean   demoScene = "clean"
)

// done is the scene of the finished work.
func (s demoScene) done() demoScene {
	switch s {
	case scenePothole, sceneManhole:
		return sceneMended
	case sceneLamp:
		return sceneLit
	default:
		return sceneClean
	}
}

// demoPhoto is a photo to draw: the same values give the same bytes.
type demoPhoto struct {
	Scene         demoScene
	Width, Height int
	Seed          uint64
	Tags          demoTags
}

// maxDemoSide keeps a mistyped size from taking all memory.
const maxDemoSide = 12_000

func demoPhotoCommand() *cobra.Command {
	photo := demoPhoto{Scene: scenePothole}
	cmd := &cobra.Command{
		Use: "photo", Short: "Write one drawn street photo (JPEG) to standard output", Args: cobra.NoArgs,
		Example: "  vticket demo photo --width 4000 --height 3000 > pothole.jpg",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if photo.Width < 16 || photo.Height < 16 || photo.Width > maxDemoSide || photo.Height > maxDemoSide {
				return fmt.Errorf("--width and --height must be from 16 to %d", maxDemoSide)
			}
			photo.Tags.TakenAt = time.Now()
			raw, err := photo.jpeg()
			if err != nil {
				return err
			}
			if _, err := cmd.OutOrStdout().Write(raw); err != nil {
				return fmt.Errorf("write the photo: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&photo.Width, "width", 1600, "width in pixels")
	cmd.Flags().IntVar(&photo.Height, "height", 1200, "height in pixels")
	cmd.Flags().Uint64Var(&photo.Seed, "seed", 1, "another number is another street")
	return cmd
}

// jpeg draws the photo. Its noise is that of a telephone: twelve megapixels are some 4 MB.
func (p demoPhoto) jpeg() ([]byte, error) {
	if p.Width <= 0 || p.Height <= 0 {
		return nil, errors.New("a photo needs a width and a height")
	}
	c := &canvas{
		picture: image.NewRGBA(image.Rect(0, 0, p.Width, p.Height)), w: float64(p.Width), h: float64(p.Height),
		random: dice{rand.NewPCG(p.Seed, uint64(p.Width))},
	}
	c.street(p.Scene)
	c.subject(p.Scene)
	c.grain()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, c.picture, &jpeg.Options{Quality: 88}); err != nil {
		return nil, fmt.Errorf("encode the photo: %w", err)
	}
	return p.Tags.into(b.Bytes()), nil
}

// canvas is a picture to draw on in shares of its size: 0 is left and top, 1 right and bottom.
type canvas struct {
	picture *image.RGBA
	w, h    float64
	random  dice
	horizon float64
	night   bool
	mirror  bool
}

func (c *canvas) between(a, b float64) float64 { return a + (b-a)*c.random.Float64() }

func (c *canvas) shade(base color.RGBA, spread float64) color.RGBA {
	d := c.between(-spread, spread)
	part := func(v uint8) uint8 { return uint8(max(0, min(255, float64(v)+d))) }
	return color.RGBA{part(base.R), part(base.G), part(base.B), 255}
}

// row fills a part of one line of pixels.
func (c *canvas) row(y int, from, to float64, ink color.RGBA) {
	if c.mirror {
		from, to = 1-to, 1-from
	}
	if y < 0 || y >= c.picture.Rect.Max.Y {
		return
	}
	left, right := max(0, int(from*c.w)), min(c.picture.Rect.Max.X, int(math.Ceil(to*c.w)))
	line := c.picture.Pix[y*c.picture.Stride:]
	for x := left; x < right; x++ {
		line[4*x], line[4*x+1], line[4*x+2], line[4*x+3] = ink.R, ink.G, ink.B, 255
	}
}

func (c *canvas) rectangle(left, top, right, bottom float64, ink color.RGBA) {
	for y := int(top * c.h); y < int(bottom*c.h); y++ {
		c.row(y, left, right, ink)
	}
}

// band fills between two heights from one shade to another.
func (c *canvas) band(top, bottom float64, from, to color.RGBA) {
	for y := int(top * c.h); y < int(bottom*c.h); y++ {
		share := (float64(y)/c.h - top) / (bottom - top)
		mix := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*share) }
		c.row(y, 0, 1, color.RGBA{mix(from.R, to.R), mix(from.G, to.G), mix(from.B, to.B), 255})
	}
}

// trapezoid fills between two horizontal edges, each given by its height, its left and its right end.
func (c *canvas) trapezoid(top, bottom [3]float64, ink color.RGBA) {
	for y := int(top[0] * c.h); y < int(bottom[0]*c.h); y++ {
		share := (float64(y)/c.h - top[0]) / (bottom[0] - top[0])
		c.row(y, top[1]+(bottom[1]-top[1])*share, top[2]+(bottom[2]-top[2])*share, ink)
	}
}

// oval is an ellipse by its middle and half its size; wobble makes its edge uneven.
type oval struct{ x, y, rx, ry, wobble float64 }

func (c *canvas) blob(o oval, ink color.RGBA) {
	phase := c.between(0, 2*math.Pi)
	for line := int((o.y - o.ry) * c.h); line <= int((o.y+o.ry)*c.h); line++ {
		t := (float64(line)/c.h - o.y) / o.ry
		if t < -1 || t > 1 {
			continue
		}
		half := o.rx * math.Sqrt(1-t*t)
		left := half * (1 + o.wobble*math.Sin(phase+7*t))
		right := half * (1 + o.wobble*math.Sin(phase+2+9*t))
		c.row(line, o.x-left, o.x+right, ink)
	}
}

// grain gives every pixel its noise, the dark ones more.
func (c *canvas) grain() {
	strength := 27.0
	if c.night { // half of it is lost in the black
		strength = 40
	}
	var bits uint64
	for i := 0; i < len(c.picture.Pix); i += 4 {
		if i%32 == 0 {
			bits = c.random.Uint64()
		}
		d := int((float64(bits&0xff)/255 - 0.5) * strength)
		bits >>= 8
		for k := range 3 {
			c.picture.Pix[i+k] = uint8(max(0, min(255, int(c.picture.Pix[i+k])+d)))
		}
	}
}
