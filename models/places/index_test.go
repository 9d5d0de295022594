package places

import (
	"math"
	"testing"
)

// rectangle is a ring, closed and counted in hundredths of a degree from 10° N 106° E: at that latitude about
// 1,112 m to the north and 1,095 m to the east.
func rectangle(west, south, east, north float64) string {
	at := func(x, y float64) string {
		return "[" + number(106+x/100) + "," + number(10+y/100) + "]"
	}
	return "[" + at(west, south) + "," + at(east, south) + "," + at(east, north) + "," + at(west, north) + "," +
		at(west, south) + "]"
}

func polygon(code, rings string) Boundary {
	return Boundary{Area{Code: code}, `{"type":"Polygon","coordinates":[` + rings + `]}`}
}

// town is a square with a hole, an enclave in half of the hole, a neighbour to the east, and two islands that are
// one area.
func town(t *testing.T) *Index {
	t.Helper()
	x, err := NewIndex([]Boundary{
		polygon("b east", rectangle(10, 0, 20, 10)),
		polygon("a ring", rectangle(0, 0, 10, 10)+","+rectangle(2, 2, 8, 8)),
		polygon("c enclave", rectangle(2, 2, 5, 8)),
		{Area{Code: "d islands"}, `{"type":"MultiPolygon","coordinates":[[` + rectangle(0, 20, 5, 25) + `],[` +
			rectangle(10, 20, 15, 25) + "," + rectangle(12, 22, 13, 23) + `]]}`},
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestFind(t *testing.T) {
	x := town(t)
	const metre = 100 / 111_195.0 // to the north, in hundredths of a degree
	for name, tt := range map[string]struct {
		east, north float64 // hundredths of a degree
		want        string
		snapped     float64
	}{
		"inside":                               {1, 1, "a ring", 0},
		"inside the enclave in the hole":       {3, 5, "c enclave", 0},
		"in the hole, far from its edge":       {6.5, 5, "", 0},
		"in the hole, 100 m from its edge":     {6.5, 8 - 100*metre, "a ring", 100},
		"in the hole, 100 m from the enclave":  {5 + 100*metre*1.01543, 5, "c enclave", 100},
		"first island":                         {1, 21, "d islands", 0},
		"second island":                        {14, 24, "d islands", 0},
		"pond in the second island":            {12.5, 22.5, "", 0},
		"between the islands":                  {7.5, 22.5, "", 0},
		"common border: the lower code":        {10, 5, "a ring", 0},
		"corner of two":                        {10, 10, "a ring", 0},
		"outer border":                         {20, 5, "b east", 0},
		"border of the hole and the enclave":   {2, 5, "a ring", 0},
		"299 m outside":                        {15, -299 * metre, "b east", 299},
		"301 m outside":                        {15, -301 * metre, "", 0},
		"outside at equal distance from two":   {10, -50 * metre, "a ring", 50},
		"outside a corner: the way straight":   {20 + 30*metre*1.01543, 10 + 40*metre, "b east", 50},
		"outside a corner, in the box, beyond": {20 + 250*metre*1.01543, 10 + 250*metre, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := x.Find(10+tt.north/100, 106+tt.east/100)
			if got.Code != tt.want || ok != (tt.want != "") || math.Abs(got.SnappedM-tt.snapped) > 0.1 {
				t.Errorf("got %q %v, snapped %.2f m, want %q, %v m", got.Code, ok, got.SnappedM, tt.want, tt.snapped)
			}
		})
	}
}

func TestNear(t *testing.T) {
	x, guessed := town(t), approximate(t)
	for name, tt := range map[string]struct {
		x        *Index
		lat, lon float64
		want     bool
	}{
		"inside":                   {x, 10.01, 106.01, true},
		"3 km outside":             {x, 9.973, 106.15, true},
		"7 km outside":             {x, 9.937, 106.15, false},
		"guessed: in the city":     {guessed, 10.7769, 106.7009, true},
		"guessed: Hà Nội":          {guessed, 21.03, 105.85, false},
		"guessed: the Gulf":        {guessed, 0, 0, false},
		"guessed: not a number":    {guessed, math.NaN(), 106.7, false},
		"guessed: without an end":  {guessed, 10.7, math.Inf(1), false},
		"no number":                {x, 10.05, math.NaN(), false},
		"beyond the Earth's poles": {x, 90.1, 106.7, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.x.Near(tt.lat, tt.lon); got != tt.want {
				t.Errorf("near is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestWithin(t *testing.T) {
	const metres100 = 100 / 111_195.0 // to the north, in degrees
	cells, err := Approximate()
	if err != nil {
		t.Fatal(err)
	}
	x, ward := town(t), cells.areas[0]
	middle := cells.centres[0]
	for name, tt := range map[string]struct {
		index    *Index
		lat, lon float64
		code     string
		want     bool
	}{
		"inside":                        {x, 10.01, 106.01, "a ring", true},
		"inside, far from every edge":   {x, 10.05, 106.15, "b east", true},
		"in the next area, at its edge": {x, 10.05, 106.10 + 0.5*metres100, "a ring", true},
		"999 m outside":                 {x, 10 - 9.99*metres100, 106.15, "b east", true},
		"1,001 m outside":               {x, 10 - 10.01*metres100, 106.15, "b east", false},
		"near another area":             {x, 10.01, 106.01, "b east", false},
		"an area that there is not":     {x, 10.01, 106.01, "z", false},
		"no point":                      {x, math.NaN(), 106.01, "a ring", false},
		"in an approximate cell":        {cells, middle.lat, middle.lon, ward.Code, true},
		"far from an approximate cell":  {cells, middle.lat + 1, middle.lon, ward.Code, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.index.Within(tt.lat, tt.lon, tt.code, 1000); got != tt.want {
				t.Errorf("within 1,000 m of %q: %t, want %t", tt.code, got, tt.want)
			}
		})
	}
}

func TestFindRefusesWhatIsNoPoint(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, x := range map[string]*Index{"boundaries": town(t), "approximate": approximate(t)} {
		for _, p := range [][2]float64{
			{nan, 106},
			{10, nan},
			{nan, nan},
			{inf, 106},
			{10, -inf},
			{90.1, 0},
			{-91, 0},
			{0, 180.1},
			{0, -181},
			{106.7009, 10.7769},
			{0, 0},
			{90, 180},
			{-90, -180},
		} {
			if got, ok := x.Find(p[0], p[1]); ok {
				t.Errorf("%s: %v is in %q", name, p, got.Code)
			}
		}
	}
}

func TestNewIndexRefuses(t *testing.T) {
	if _, err := NewIndex(nil); err == nil {
		t.Error("an index of nothing")
	}
	if _, err := NewIndex([]Boundary{{Area{Code: "x"}, `{"type":"Point","coordinates":[106,10]}`}}); err == nil {
		t.Error("an index of a point")
	}
}
