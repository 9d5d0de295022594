package places

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"

	"github.com/vticket/vticket/models"
)

const (
	// SnapLimitM is how far outside of all areas a point may lie and still belong to the nearest: a pin on a
	// pier or in a river mouth.
	SnapLimitM = 300

	// nearM is how far outside of the city a phone may say that it stands when it stands at its edge.
	nearM = 5_000

	metresPerDegree = 111_195 // of latitude, on a sphere of 6,371 km
)

// Index answers which area a point lies in. It is never changed after it was made, so it is safe for concurrent use.
type Index struct {
	areas   []Area // in the order of their codes
	parts   rtree.RTreeG[part]
	centres []centre // instead of parts, in the approximate index
	names   *areaNames
	recent  models.Memo[Place]
}

// part is one polygon of the area with that number.
type part struct {
	area    int
	polygon *geometry.Poly
}

// NewIndex makes an index of boundaries. Names are those of the wards that the areas took over; without any, only the
// areas themselves and the former districts are known by name.
func NewIndex(areas []Boundary, names ...OldWard) (*Index, error) {
	if len(areas) == 0 {
		return nil, errors.New("no areas")
	}
	areas = slices.SortedFunc(slices.Values(areas), func(a, b Boundary) int { return cmp.Compare(a.Code, b.Code) })
	// In the real wards an R-tree of segments answers in two thirds of the time of the library's default, a quadtree.
	ringIndex := geometry.IndexOptions{Kind: geometry.RTree, MinPoints: 64}
	x := &Index{}
	for i, b := range areas {
		polygons, err := parseGeometry([]byte(b.Geometry))
		if err != nil {
			return nil, fmt.Errorf("area %s: %w", b.Code, err)
		}
		x.areas = append(x.areas, b.Area)
		for _, rings := range polygons {
			polygon := geometry.NewPoly(rings[0], rings[1:], &ringIndex)
			r := polygon.Rect()
			x.parts.Insert([2]float64{r.Min.X, r.Min.Y}, [2]float64{r.Max.X, r.Max.Y}, part{i, polygon})
		}
	}
	x.names = newAreaNames(x.areas, names)
	return x, nil
}

// Find returns the area that a point lies in, or else the nearest one within SnapLimitM. On a common border, the
// area with the lower code wins. False says that the point is outside of all areas, or no point of the Earth at all.
func (x *Index) Find(lat, lon float64) (Found, bool) {
	if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) { // not NaN either
		return Found{}, false
	}
	if x.centres != nil {
		return x.nearestCentre(lat, lon)
	}
	if i := x.containing(geometry.Point{X: lon, Y: lat}); i >= 0 {
		return Found{Area: x.areas[i]}, true
	}
	return x.nearestBoundary(lat, lon)
}

// Near tells whether a point is in the city or at its edge: it is generous, and false only for what cannot be meant.
func (x *Index) Near(lat, lon float64) (near bool) {
	if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) { // not NaN either
		return false
	}
	at := newPlane(lat, lon)
	for _, c := range x.centres {
		near = near || at.toPoint(c.lat, c.lon) <= c.reachM+nearM
	}
	box := at.box(nearM)
	lo, hi := [2]float64{box.Min.X, box.Min.Y}, [2]float64{box.Max.X, box.Max.Y}
	x.parts.Search(lo, hi, func(_, _ [2]float64, _ part) bool {
		near = true
		return false
	})
	return near
}

// All lists the areas of the index.
func (x *Index) All() []Area { return x.areas }

// containing returns the number of the first area that covers the point, or -1.
func (x *Index) containing(p geometry.Point) int {
	best := -1
	at := [2]float64{p.X, p.Y}
	x.parts.Search(at, at, func(_, _ [2]float64, t part) bool {
		if (best < 0 || t.area < best) && t.polygon.ContainsPoint(p) {
			best = t.area
		}
		return true
	})
	return best
}

func (x *Index) nearestBoundary(lat, lon float64) (Found, bool) {
	at := newPlane(lat, lon)
	box := at.box(SnapLimitM)
	best, bestM := -1, float64(SnapLimitM)
	lo, hi := [2]float64{box.Min.X, box.Min.Y}, [2]float64{box.Max.X, box.Max.Y}
	x.parts.Search(lo, hi, func(_, _ [2]float64, t part) bool {
		measure := func(s geometry.Segment, _ int) bool {
			m := math.Round(at.toSegment(s)*1000) / 1000 // to the millimetre, so that a tie is one
			if m < bestM || m == bestM && (best < 0 || t.area < best) {
				best, bestM = t.area, m
			}
			return true
		}
		t.polygon.Exterior.Search(box, measure)
		for _, hole := range t.polygon.Holes {
			hole.Search(box, measure)
		}
		return true
	})
	if best < 0 {
		return Found{}, false
	}
	return Found{Area: x.areas[best], SnappedM: bestM}, true
}

// plane is the flat Earth around a point, in metres. Within some kilometres it is off by less than one in a hundred,
// outside of the polar regions.
type plane struct {
	lat, lon   float64
	perDegreeX float64 // metres in a degree of longitude
}

func newPlane(lat, lon float64) plane {
	return plane{lat, lon, metresPerDegree * max(math.Cos(lat*math.Pi/180), 0.001)}
}

func (p plane) xy(lat, lon float64) (x, y float64) {
	return (lon - p.lon) * p.perDegreeX, (lat - p.lat) * metresPerDegree
}

// toPoint is the distance to another point.
func (p plane) toPoint(lat, lon float64) float64 { return math.Hypot(p.xy(lat, lon)) }

// toSegment is the distance to the nearest point of a segment.
func (p plane) toSegment(s geometry.Segment) float64 {
	ax, ay := p.xy(s.A.Y, s.A.X)
	bx, by := p.xy(s.B.Y, s.B.X)
	dx, dy := bx-ax, by-ay
	along := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		along = min(max(-(ax*dx+ay*dy)/length, 0), 1)
	}
	return math.Hypot(ax+along*dx, ay+along*dy)
}

// box is the rectangle, in degrees, around everything within so many metres.
func (p plane) box(metres float64) geometry.Rect {
	dx, dy := metres/p.perDegreeX, metres/metresPerDegree
	return geometry.Rect{
		Min: geometry.Point{X: p.lon - dx, Y: p.lat - dy}, Max: geometry.Point{X: p.lon + dx, Y: p.lat + dy},
	}
}

// Area returns the area of a code; false when the index has none.
func (x *Index) Area(code string) (Area, bool) {
	i, ok := slices.BinarySearchFunc(x.areas, code, func(a Area, code string) int { return cmp.Compare(a.Code, code) })
	if !ok {
		return Area{}, false
	}
	return x.areas[i], true
}
