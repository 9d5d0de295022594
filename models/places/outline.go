package places

import (
	"cmp"
	"slices"

	"github.com/tidwall/geojson/geometry"
)

// Box is a part of the map, in degrees.
type Box struct{ South, West, North, East float64 }

// Around returns the box that reaches so many metres from a point in each direction.
func Around(lat, lon, metres float64) Box {
	r := newPlane(lat, lon).box(metres)
	return Box{South: r.Min.Y, West: r.Min.X, North: r.Max.Y, East: r.Max.X}
}

// Bounds returns the box that all areas lie in.
func (x *Index) Bounds() Box {
	lo, hi := x.parts.Bounds()
	all := Box{South: lo[1], West: lo[0], North: hi[1], East: hi[0]}
	for i, c := range x.centres {
		b := Around(c.lat, c.lon, c.reachM)
		if i == 0 {
			all = b
		}
		all.South, all.West = min(all.South, b.South), min(all.West, b.West)
		all.North, all.East = max(all.North, b.North), max(all.East, b.East)
	}
	return all
}

// Outline is the border of a part of an area: its outer ring, then those of its holes, as longitude and latitude.
type Outline struct {
	Area  Area
	Rings [][][2]float64
}

// Outlines returns the borders that a box touches, in the order of the areas' codes; none in an approximate index.
func (x *Index) Outlines(b Box) []Outline {
	var found []part
	x.parts.Search([2]float64{b.West, b.South}, [2]float64{b.East, b.North}, func(_, _ [2]float64, t part) bool {
		found = append(found, t)
		return true
	})
	slices.SortStableFunc(found, func(a, b part) int { return cmp.Compare(a.area, b.area) })
	outlines := make([]Outline, 0, len(found))
	for _, t := range found {
		o := Outline{Area: x.areas[t.area], Rings: [][][2]float64{ring(t.polygon.Exterior)}}
		for _, hole := range t.polygon.Holes {
			o.Rings = append(o.Rings, ring(hole))
		}
		outlines = append(outlines, o)
	}
	return outlines
}

func ring(r geometry.Ring) [][2]float64 {
	points := make([][2]float64, 0, r.NumPoints())
	for i := range r.NumPoints() {
		p := r.PointAt(i)
		points = append(points, [2]float64{p.X, p.Y})
	}
	return points
}
