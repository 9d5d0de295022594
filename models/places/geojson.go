package places

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"

	"github.com/tidwall/geojson/geometry"
)

// MaxFileBytes is the largest file of boundaries that is read; the 168 wards of the city take 2.7 MB.
const MaxFileBytes = 64 << 20

// ParseGeoJSON reads boundaries from a FeatureCollection whose features are Polygons or MultiPolygons with the
// properties code, name, full_name, full_name_en and kind. It takes all of the file or nothing: the error names the
// feature at fault, counted from 1.
func ParseGeoJSON(r io.Reader) ([]Boundary, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read boundaries: %w", err)
	}
	if len(raw) > MaxFileBytes {
		return nil, fmt.Errorf("larger than %d MiB: simplify the boundaries", MaxFileBytes>>20)
	}
	var file struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, noGeoJSON(err)
	}
	if file.Type != "FeatureCollection" {
		return nil, fmt.Errorf("type %q, not a FeatureCollection", file.Type)
	}
	if len(file.Features) == 0 {
		return nil, errors.New("no features")
	}
	areas := make([]Boundary, 0, len(file.Features))
	first := make(map[string]int, len(file.Features))
	for i, feature := range file.Features {
		b, err := parseFeature(feature)
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i+1, err)
		}
		if n, taken := first[b.Code]; taken {
			return nil, fmt.Errorf("feature %d: code %s is taken by feature %d", i+1, b.Code, n)
		}
		first[b.Code] = i + 1
		areas = append(areas, b)
	}
	return areas, nil
}

// noGeoJSON says what is wanted instead of a file, and where it ends to be JSON.
func noGeoJSON(err error) error {
	const wanted = "not GeoJSON: wanted is a FeatureCollection of Polygons or MultiPolygons"
	if fault, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%s (byte %d: %w)", wanted, fault.Offset, err)
	}
	return errors.New(wanted)
}

// noFeature says what a feature is not; a code without quotes is the common case.
func noFeature(err error) error {
	if fault, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if property, ok := strings.CutPrefix(fault.Field, "properties."); ok {
			return fmt.Errorf("property %s is of type %s, not text in quotes", property, fault.Value)
		}
	}
	return errors.New("not an object with properties and geometry")
}

func parseFeature(raw []byte) (Boundary, error) {
	var feature struct {
		Properties struct {
			Code       string `json:"code"`
			Name       string `json:"name"`
			FullName   string `json:"full_name"`
			FullNameEn string `json:"full_name_en"`
			Kind       string `json:"kind"`
		} `json:"properties"`
		Geometry json.RawMessage `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &feature); err != nil {
		return Boundary{}, noFeature(err)
	}
	p := feature.Properties
	b := Boundary{Area: Area{
		Code: strings.TrimSpace(p.Code), Name: p.Name, FullName: p.FullName, FullNameEn: p.FullNameEn, Kind: p.Kind,
	}}
	switch {
	case b.Code == "":
		return b, errors.New("no property code")
	case strings.ContainsFunc(b.Code+p.Name+p.FullName+p.FullNameEn+p.Kind, unicode.IsControl):
		return b, errors.New("a control character in the properties") // PostgreSQL would refuse a NUL
	case b.FullName == "":
		return b, fmt.Errorf("code %s: no property full_name", b.Code)
	case b.Name == "":
		b.Name = b.FullName
	}
	if _, err := parseGeometry(feature.Geometry); err != nil {
		return b, fmt.Errorf("code %s: %w", b.Code, err)
	}
	var err error
	if b.Geometry, err = compactGeometry(feature.Geometry); err != nil {
		return b, fmt.Errorf("code %s: %w", b.Code, err)
	}
	return b, nil
}

// shape is a GeoJSON geometry of some type.
type shape struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// compactGeometry drops white space and foreign members.
func compactGeometry(raw []byte) (string, error) {
	var s shape
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("malformed geometry: %w", err)
	}
	compact, err := json.Marshal(s)
	return string(compact), err
}

// parseGeometry returns polygons, each a list of rings with the exterior first.
func parseGeometry(raw []byte) ([][][]geometry.Point, error) {
	var g shape
	if len(raw) == 0 {
		return nil, errors.New("no geometry")
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		return nil, fmt.Errorf("malformed geometry: %w", err)
	}
	polygons := make([][][][]float64, 1)
	into := any(&polygons)
	switch g.Type {
	case "Polygon":
		into = &polygons[0]
	case "MultiPolygon":
	default:
		return nil, fmt.Errorf("geometry %q is no Polygon or MultiPolygon", g.Type)
	}
	if len(g.Coordinates) == 0 {
		return nil, errors.New("no coordinates")
	}
	if bytes.Contains(g.Coordinates, []byte("null")) { // which would be read as 0
		return nil, errors.New("null among the coordinates")
	}
	if err := json.Unmarshal(g.Coordinates, into); err != nil {
		return nil, fmt.Errorf("malformed coordinates: %w", err)
	}
	if len(polygons) == 0 {
		return nil, errors.New("no polygons")
	}
	return parsePolygons(polygons)
}

func parsePolygons(polygons [][][][]float64) ([][][]geometry.Point, error) {
	parsed := make([][][]geometry.Point, 0, len(polygons))
	for i, polygon := range polygons {
		if len(polygon) == 0 {
			return nil, fmt.Errorf("polygon %d has no rings", i+1)
		}
		var rings [][]geometry.Point
		for k, positions := range polygon {
			ring, err := parseRing(positions)
			if err != nil {
				return nil, fmt.Errorf("polygon %d, ring %d: %w", i+1, k+1, err)
			}
			rings = append(rings, ring)
		}
		parsed = append(parsed, rings)
	}
	return parsed, nil
}

// parseRing checks what RFC 7946 section 3.1.6 asks of a ring.
func parseRing(positions [][]float64) ([]geometry.Point, error) {
	if len(positions) < 4 {
		return nil, fmt.Errorf("%d positions, a ring needs 4", len(positions))
	}
	ring := make([]geometry.Point, 0, len(positions))
	for _, p := range positions {
		if len(p) < 2 {
			return nil, errors.New("a position without longitude and latitude")
		}
		lon, lat := p[0], p[1]
		if math.Abs(lat) > 90 && math.Abs(lat) <= 180 && math.Abs(lon) <= 90 {
			return nil, fmt.Errorf("latitude %g: it seems that latitude stands before longitude", lat)
		}
		if math.Abs(lat) > 90 || math.Abs(lon) > 180 {
			return nil, fmt.Errorf("[%g,%g] is not longitude and latitude in degrees", lon, lat)
		}
		ring = append(ring, geometry.Point{X: lon, Y: lat})
	}
	if ring[0] != ring[len(ring)-1] {
		return nil, errors.New("not closed: the last position differs from the first")
	}
	return ring, nil
}
