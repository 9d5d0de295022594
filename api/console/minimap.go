package console

import (
	"math"
	"strconv"
	"strings"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
)

// The drawing of a place: 1,800 by 1,200 metres around the pin.
const (
	mapWidth, mapHeight = 360.0, 240.0
	metresPerUnit       = 5.0
	mapBar              = 200 / metresPerUnit // the scale bar
)

// point is a place on the drawing, from its upper left corner.
type point struct{ X, Y float64 }

// miniMap is a drawing of the wards around a place.
type miniMap struct {
	Width, Height, Bar float64
	Shapes             []mapShape
	Labels             []mapLabel
}

type mapShape struct {
	Path string
	Own  bool // the ticket's own ward
}

type mapLabel struct {
	point

	Text string
	Own  bool
}

// drawMap draws the wards around a ticket; nil when it has no point, or nobody imported boundaries: what the
// approximate cells say of a border is not to be drawn.
func drawMap(lang string, areas *places.Index, t models.Ticket) *miniMap {
	if t.Lat == nil || t.AreaApprox {
		return nil
	}
	lat, lon := *t.Lat, *t.Lon
	outlines := areas.Outlines(places.Around(lat, lon, mapWidth*metresPerUnit/2))
	m := &miniMap{Width: mapWidth, Height: mapHeight, Bar: mapBar}
	named := map[string]bool{}
	for _, o := range outlines {
		var path strings.Builder
		var outer []point
		for i, ring := range o.Rings {
			cut := clip(project(ring, lat, lon))
			if i == 0 {
				outer = cut
			}
			writePath(&path, cut)
		}
		if len(outer) < 3 {
			continue // only its box is near
		}
		own := o.Area.Code == t.AreaCode
		m.Shapes = append(m.Shapes, mapShape{Path: path.String(), Own: own})
		name := web.AreaName(lang, o.Area)
		if at, ok := roomFor(name, outer); ok && !named[o.Area.Code] {
			named[o.Area.Code] = true
			m.Labels = append(m.Labels, mapLabel{point: at, Text: name, Own: own})
		}
	}
	if len(m.Shapes) == 0 {
		return nil
	}
	return m
}

// project lays a ring of longitudes and latitudes onto the drawing, whose middle is a point.
func project(ring [][2]float64, lat, lon float64) []point {
	perLon := models.MetresPerDegree * math.Cos(lat*math.Pi/180)
	drawn := make([]point, 0, len(ring))
	for _, p := range ring {
		drawn = append(drawn, point{
			X: mapWidth/2 + (p[0]-lon)*perLon/metresPerUnit,
			Y: mapHeight/2 - (p[1]-lat)*models.MetresPerDegree/metresPerUnit,
		})
	}
	return drawn
}

// mapMargin keeps the edges along which rings are cut out of sight.
const mapMargin = 4

// clip cuts a ring to the drawing (Sutherland and Hodgman, one side after the other): a ward can have thousands of
// corners, of which a few are in sight.
func clip(ring []point) []point {
	for _, side := range []struct {
		level float64
		of    func(p point) float64 // how far along the axis
		sign  float64               // 1: what is above the level stays
	}{
		{-mapMargin, func(p point) float64 { return p.X }, 1},
		{mapWidth + mapMargin, func(p point) float64 { return p.X }, -1},
		{-mapMargin, func(p point) float64 { return p.Y }, 1},
		{mapHeight + mapMargin, func(p point) float64 { return p.Y }, -1},
	} {
		var kept []point
		for i, p := range ring {
			before := ring[(i+len(ring)-1)%len(ring)]
			a, b := side.sign*(side.of(before)-side.level), side.sign*(side.of(p)-side.level)
			if a >= 0 != (b >= 0) {
				along := a / (a - b)
				kept = append(kept, point{before.X + along*(p.X-before.X), before.Y + along*(p.Y-before.Y)})
			}
			if b >= 0 {
				kept = append(kept, p)
			}
		}
		ring = kept
	}
	return ring
}

func writePath(b *strings.Builder, ring []point) {
	for i, p := range ring {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(strconv.FormatFloat(p.X, 'f', 1, 64))
		b.WriteByte(' ')
		b.WriteString(strconv.FormatFloat(p.Y, 'f', 1, 64))
	}
	if len(ring) > 0 {
		b.WriteByte('Z')
	}
}

// The size of a name on the drawing, and what it keeps clear of.
const (
	labelLetter = 6.2 // width
	labelHalf   = 7.0 // half its height
	pinRoom     = 34.0
)

// roomFor finds where in a ring a name stands farthest from every border, the pin and the scale bar.
func roomFor(name string, ring []point) (best point, ok bool) {
	half := float64(len([]rune(name))) * labelLetter / 2
	most := labelHalf
	for x := half + 4; x <= mapWidth-half-4; x += 12 {
		for y := 14.0; y <= mapHeight-26; y += 10 {
			room := math.Inf(1)
			for _, dx := range []float64{-half, -half / 2, 0, half / 2, half} {
				p := point{x + dx, y}
				if !inside(p, ring) {
					room = 0
					break
				}
				room = min(room, clearance(p, ring))
			}
			if math.Abs(x-mapWidth/2) < half+12 && math.Abs(y-mapHeight/2+8) < pinRoom {
				room = 0
			}
			if room > most {
				best, most, ok = point{math.Round(x), y}, room, true
			}
		}
	}
	return best, ok
}

// inside counts how often a line to the right crosses the ring.
func inside(p point, ring []point) bool {
	in := false
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		if a.Y > p.Y != (b.Y > p.Y) && p.X < a.X+(p.Y-a.Y)/(b.Y-a.Y)*(b.X-a.X) {
			in = !in
		}
	}
	return in
}

// clearance is the distance of a point to the nearest side of a ring.
func clearance(p point, ring []point) float64 {
	nearest := math.Inf(1)
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		dx, dy := b.X-a.X, b.Y-a.Y
		along := 0.0
		if length := dx*dx + dy*dy; length > 0 {
			along = min(max(((p.X-a.X)*dx+(p.Y-a.Y)*dy)/length, 0), 1)
		}
		nearest = min(nearest, math.Hypot(p.X-a.X-along*dx, p.Y-a.Y-along*dy))
	}
	return nearest
}
