package places

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

const square = `[[106,10],[107,10],[107,11],[106,11],[106,10]]`

func feature(properties, geometry string) string {
	return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestParseGeoJSON(t *testing.T) {
	got, err := ParseGeoJSON(strings.NewReader(collection(
		feature(`{"code":"26740","name":"Sài Gòn","full_name":"Phường Sài Gòn","full_name_en":"Sai Gon Ward",
			"kind":"phuong","area_km2":3.04}`,
			`{"type":"Polygon", "bbox":[106,10,107,11], "coordinates":[ `+square+` ]}`),
		feature(`{"code":" 9 ","full_name":"Xã Chín"}`,
			`{"type":"MultiPolygon","coordinates":[[[[106,10,5],[107,10,5],[107,11,5],[106,10,5]]]]}`),
	)))
	want := []Boundary{
		{
			Area{Code: "26740", Name: "Sài Gòn", FullName: "Phường Sài Gòn", FullNameEn: "Sai Gon Ward", Kind: "phuong"},
			`{"type":"Polygon","coordinates":[` + square + `]}`,
		},
		{
			Area{Code: "9", Name: "Xã Chín", FullName: "Xã Chín"},
			`{"type":"MultiPolygon","coordinates":[[[[106,10,5],[107,10,5],[107,11,5],[106,10,5]]]]}`,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

func TestParseGeoJSONNamesTheFault(t *testing.T) {
	good := feature(`{"code":"1","full_name":"Một"}`, `{"type":"Polygon","coordinates":[`+square+`]}`)
	second := func(geometry string) string {
		return collection(good, feature(`{"code":"2","full_name":"Hai"}`, geometry))
	}
	ring := func(positions string) string {
		return second(`{"type":"Polygon","coordinates":[[` + positions + `]]}`)
	}
	polygonOf := `{"type":"Polygon","coordinates":[` + square + `]}`
	for name, tt := range map[string]struct{ file, want string }{
		"empty file":        {"", "not GeoJSON: wanted is a FeatureCollection of Polygons or MultiPolygons"},
		"cut off":           {collection(good)[:90], "not GeoJSON: "},
		"something after":   {collection(good) + "x", "not GeoJSON: "},
		"a list":            {"[]", "not GeoJSON: "},
		"null":              {"null", "not a FeatureCollection"},
		"a lone feature":    {good, `type "Feature", not a FeatureCollection`},
		"no features":       {collection(), "no features"},
		"a feature of text": {collection(`"x"`), "feature 1: not an object"},
		"null feature":      {collection(good, "null"), "feature 2: no property code"},
		"missing code":      {collection(good, feature(`{"name":"x"}`, polygonOf)), "feature 2: no property code"},
		"null properties":   {collection(feature("null", polygonOf)), "feature 1: no property code"},
		"code of blanks":    {collection(feature(`{"code":"  "}`, polygonOf)), "feature 1: no property code"},
		"code is a number":  {collection(feature(`{"code":7}`, polygonOf)), "feature 1: property code is of type number, not text"},
		"missing name":      {collection(feature(`{"code":"7"}`, polygonOf)), "feature 1: code 7: no property full_name"},
		"NUL in a name":     {collection(feature(`{"code":"7","full_name":"a\u0000"}`, polygonOf)), "feature 1: a control"},
		"duplicate code":    {collection(good, good), "feature 2: code 1 is taken by feature 1"},
		"no geometry":       {second("null"), `feature 2: code 2: geometry "" is no Polygon`},
		"a point":           {second(`{"type":"Point","coordinates":[106,10]}`), `geometry "Point" is no Polygon`},
		"no coordinates":    {second(`{"type":"Polygon"}`), "feature 2: code 2: no coordinates"},
		"no rings":          {second(`{"type":"Polygon","coordinates":[]}`), "polygon 1 has no rings"},
		"no polygons":       {second(`{"type":"MultiPolygon","coordinates":[]}`), "no polygons"},
		"polygon for multi": {second(`{"type":"MultiPolygon","coordinates":[` + square + `]}`), "malformed coordinates"},
		"empty ring":        {ring(""), "polygon 1, ring 1: 0 positions"},
		"short ring":        {ring("[106,10],[107,11],[106,10]"), "3 positions, a ring needs 4"},
		"open ring":         {ring("[106,10],[107,10],[107,11],[106,11]"), "not closed"},
		"half a position":   {ring("[106],[107,10],[107,11],[106]"), "without longitude and latitude"},
		"null longitude":    {ring("[null,10],[107,10],[107,11],[null,10]"), "null among the coordinates"},
		"words":             {ring(`["106","10"]`), "malformed coordinates"},
		"swapped":           {ring("[10,106],[10,107],[11,107],[10,106]"), "latitude stands before longitude"},
		"metres":            {ring("[600000,1190000],[1,1],[2,2],[600000,1190000]"), "not longitude and latitude"},
		"beyond a float":    {ring("[1e999,10],[107,10],[107,11],[1e999,10]"), "malformed coordinates"},
	} {
		t.Run(name, func(t *testing.T) {
			areas, err := ParseGeoJSON(strings.NewReader(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) || areas != nil {
				t.Errorf("got %d areas, error %v, want %q", len(areas), err, tt.want)
			}
		})
	}
}

// blanks is a file that never ends.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestParseGeoJSONStopsAtTheLimit(t *testing.T) {
	if _, err := ParseGeoJSON(io.Reader(blanks{})); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("got %v", err)
	}
}
