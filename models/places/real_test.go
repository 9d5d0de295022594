package places

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared opens a file of the data that the repository does not carry; VTICKET_SHARED names the folder.
func shared(tb testing.TB, name string) *os.File {
	tb.Helper()
	folder := os.Getenv("VTICKET_SHARED")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(folder, "data", name))
	if err != nil {
		tb.Skipf("LEFT OUT: the real wards, which this repository may not carry; VTICKET_SHARED names their folder: %v", err)
	}
	tb.Cleanup(func() { _ = f.Close() })
	return f
}

func realWards(tb testing.TB) *Index {
	tb.Helper()
	areas, err := ParseGeoJSON(shared(tb, "hcmc-wards.geojson"))
	if err != nil {
		tb.Fatal(err)
	}
	x, err := NewIndex(areas)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func TestRealLandmarks(t *testing.T) {
	x := realWards(t)
	for name, tt := range map[string]struct {
		lat, lon float64
		want     string
	}{
		"city hall":           {10.7769, 106.7009, "Phường Sài Gòn"},
		"notre-dame":          {10.7798, 106.6990, "Phường Sài Gòn"},
		"bến thành market":    {10.7725, 106.6980, "Phường Bến Thành"},
		"landmark 81":         {10.7950, 106.7218, "Phường Thạnh Mỹ Tây"},
		"eastern bus station": {10.8790, 106.8145, "Phường Long Bình"},
		"côn đảo airport":     {8.7318, 106.6289, "Đặc khu Côn Đảo"},
		"hà nội":              {21.0285, 105.8542, ""},
		"biên hòa":            {10.945, 106.82, ""},
		"the open sea":        {9.5, 107.5, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := x.Find(tt.lat, tt.lon); got.FullName != tt.want || got.SnappedM != 0 {
				t.Errorf("got %q, snapped %.1f m, want %q", got.FullName, got.SnappedM, tt.want)
			}
		})
	}
}

// The label points come from the raw polygons by another tool.
func TestRealLabelPoints(t *testing.T) {
	x := realWards(t)
	rows, err := csv.NewReader(shared(t, "hcmc-wards.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]string{}, map[string]string{}
	for _, row := range rows[1:] {
		lon, _ := strconv.ParseFloat(row[8], 64)
		lat, _ := strconv.ParseFloat(row[9], 64)
		found, _ := x.Find(lat, lon)
		want[row[0]], got[row[0]] = row[3], found.FullName
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 168 {
		t.Errorf("%d label points (-want +got):\n%s", len(want), diff)
	}
}

// What the doc comment of Approximate claims.
func TestApproximateAgreesWithTheRealWards(t *testing.T) {
	x, a := realWards(t), approximate(t)
	points := insidePoints(x, 20_000)
	agreed, missed := 0, 0
	urban, urbanAgreed := 0, 0 // in a phường, where most reports come from
	for _, p := range points {
		want, _ := x.Find(p[0], p[1])
		if want.Kind == "phuong" {
			urban++
			if got, _ := a.Find(p[0], p[1]); got.Code == want.Code {
				urbanAgreed++
			}
		}
		switch got, ok := a.Find(p[0], p[1]); {
		case !ok:
			missed++
		case got.Code == want.Code:
			agreed++
		}
	}
	t.Logf("%d of %d in their own ward, %d in none; in a phường %d of %d",
		agreed, len(points), missed, urbanAgreed, urban)
	if agreed < len(points)*3/4 || missed > len(points)*2/100 {
		t.Errorf("%d of %d in their own ward, %d in none: below three in four, or above 2 %%",
			agreed, len(points), missed)
	}
}

// insidePoints returns random points, spread evenly over the land that the index covers.
func insidePoints(x *Index, n int) [][2]float64 {
	random := rand.New(rand.NewPCG(1, 2))
	lo, hi := x.parts.Bounds()
	points := make([][2]float64, 0, n)
	for len(points) < n {
		lat, lon := lo[1]+random.Float64()*(hi[1]-lo[1]), lo[0]+random.Float64()*(hi[0]-lo[0])
		if found, ok := x.Find(lat, lon); ok && found.SnappedM == 0 {
			points = append(points, [2]float64{lat, lon})
		}
	}
	return points
}

// snapPoints returns random points outside of all areas that snap.
func snapPoints(x *Index, n int) [][2]float64 {
	random := rand.New(rand.NewPCG(3, 4))
	points := make([][2]float64, 0, n)
	for inside := insidePoints(x, 1000); len(points) < n; {
		p := inside[random.IntN(len(inside))]
		lat, lon := p[0]+random.NormFloat64()/20, p[1]+random.NormFloat64()/20
		if found, ok := x.Find(lat, lon); ok && found.SnappedM > 0 {
			points = append(points, [2]float64{lat, lon})
		}
	}
	return points
}

func BenchmarkFind(b *testing.B) {
	x := realWards(b)
	points := insidePoints(x, 10_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		p := points[i%len(points)]
		x.Find(p[0], p[1])
		i++
	}
}

func BenchmarkSnap(b *testing.B) {
	x := realWards(b)
	points := snapPoints(x, 1000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		p := points[i%len(points)]
		x.Find(p[0], p[1])
		i++
	}
}

func BenchmarkApproximate(b *testing.B) {
	x := approximate(b)
	for b.Loop() {
		x.Find(10.7769, 106.7009)
	}
}

func BenchmarkLoad(b *testing.B) {
	areas, err := ParseGeoJSON(shared(b, "hcmc-wards.geojson"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := NewIndex(areas); err != nil {
			b.Fatal(err)
		}
	}
}
