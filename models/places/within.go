package places

import (
	"math"

	"github.com/tidwall/geojson/geometry"
)

// Within tells whether a point lies in an area of the index or at most so many metres outside of it. False for an area
// that the index has not.
func (x *Index) Within(lat, lon float64, code string, metres float64) bool {
	if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) { // not NaN either
		return false
	}
	at := newPlane(lat, lon)
	for i, c := range x.centres {
		if x.areas[i].Code == code {
			return at.toPoint(c.lat, c.lon) <= c.reachM+metres
		}
	}
	box, near := at.box(metres), false
	lo, hi := [2]float64{box.Min.X, box.Min.Y}, [2]float64{box.Max.X, box.Max.Y}
	x.parts.Search(lo, hi, func(_, _ [2]float64, t part) bool {
		if x.areas[t.area].Code != code {
			return true
		}
		t.polygon.Exterior.Search(box, func(s geometry.Segment, _ int) bool {
			near = at.toSegment(s) <= metres
			return !near
		})
		near = near || t.polygon.ContainsPoint(geometry.Point{X: lon, Y: lat})
		return !near
	})
	return near
}
