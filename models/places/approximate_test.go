package places

import "testing"

func approximate(tb testing.TB) *Index {
	tb.Helper()
	x, err := Approximate()
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func TestApproximate(t *testing.T) {
	x := approximate(t)
	for name, tt := range map[string]struct {
		lat, lon float64
		want     string
	}{
		"city hall":  {10.7769, 106.7009, "Phường Sài Gòn"},
		"landmark":   {10.7950, 106.7218, "Phường Thạnh Mỹ Tây"},
		"an island":  {8.69, 106.61, "Đặc khu Côn Đảo"},
		"a river":    {10.7708, 106.7198, "Phường Tân Thuận"}, // a neighbour: nearer centres do not reach it
		"biên hòa":   {10.945, 106.82, ""},
		"hà nội":     {21.0285, 105.8542, ""},
		"at sea":     {9.5, 107.5, ""},
		"near water": {10.20, 107.30, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := x.Find(tt.lat, tt.lon)
			if got.FullName != tt.want || got.Approximate != ok || got.SnappedM != 0 {
				t.Errorf("got %+v, want %q", got, tt.want)
			}
		})
	}
}

// Every unit can be reached: two units on one centre would hide the second.
func TestApproximateCentresAreTheirOwn(t *testing.T) {
	x := approximate(t)
	if len(x.areas) != 168 {
		t.Errorf("%d units, want 168", len(x.areas))
	}
	for i, c := range x.centres {
		if got, _ := x.Find(c.lat, c.lon); got.Code != x.areas[i].Code {
			t.Errorf("the centre of %s is in %q", x.areas[i].FullName, got.FullName)
		}
	}
}
