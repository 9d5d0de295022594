package places

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inTown is a box of the test town, in hundredths of a degree.
func inTown(west, south, east, north float64) Box {
	return Box{South: 10 + south/100, West: 106 + west/100, North: 10 + north/100, East: 106 + east/100}
}

// drawn writes which areas a box shows, and how many corners each ring of theirs has.
func drawn(x *Index, b Box) []string {
	lines := []string{}
	for _, o := range x.Outlines(b) {
		corners := make([]int, 0, len(o.Rings))
		for _, ring := range o.Rings {
			corners = append(corners, len(ring))
		}
		lines = append(lines, fmt.Sprint(o.Area.Code, " ", corners))
	}
	return lines
}

func TestOutlines(t *testing.T) {
	x := town(t)
	for name, tt := range map[string]struct {
		box  Box
		want []string
	}{
		"an area comes with its hole, and with who lies in it": {
			inTown(3, 3, 4, 4), []string{"a ring [5 5]", "c enclave [5]"},
		},
		"neighbours come in the order of their codes": {
			inTown(9, 1, 11, 2), []string{"a ring [5 5]", "b east [5]"},
		},
		"of two islands the one in sight": {inTown(1, 21, 2, 22), []string{"d islands [5]"}},
		"the island with a pond":          {inTown(11, 21, 12, 22), []string{"d islands [5 5]"}},
		"both islands":                    {inTown(4, 21, 11, 22), []string{"d islands [5]", "d islands [5 5]"}},
		"a border that is only touched":   {inTown(20, 4, 21, 5), []string{"b east [5]"}},
		"far from all":                    {inTown(50, 50, 51, 51), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, drawn(x, tt.box)); diff != "" {
				t.Errorf("outlines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOutlinesAreLongitudeBeforeLatitude(t *testing.T) {
	got := town(t).Outlines(inTown(15, 5, 15, 5))
	want := [][2]float64{{106.1, 10}, {106.2, 10}, {106.2, 10.1}, {106.1, 10.1}, {106.1, 10}}
	if len(got) != 1 || len(got[0].Rings) != 1 {
		t.Fatalf("got %v", got)
	}
	if diff := cmp.Diff(want, got[0].Rings[0]); diff != "" {
		t.Errorf("ring (-want +got):\n%s", diff)
	}
}

func TestAnApproximateIndexHasNoOutlines(t *testing.T) {
	if got := approximate(t).Outlines(Around(10.7769, 106.7009, 5000)); len(got) != 0 {
		t.Errorf("%d borders that nobody has drawn", len(got))
	}
}

func TestAroundReachesAsFarInEachDirection(t *testing.T) {
	const lat, lon, metres = 10.7769, 106.7009, 500.0
	b, at := Around(lat, lon, metres), newPlane(lat, lon)
	for side, p := range map[string][2]float64{
		"south": {b.South, lon}, "north": {b.North, lon}, "west": {lat, b.West}, "east": {lat, b.East},
	} {
		if got := at.toPoint(p[0], p[1]); math.Abs(got-metres) > 0.01 {
			t.Errorf("%s: %.2f m, want %.0f", side, got, metres)
		}
	}
	if b.South >= b.North || b.West >= b.East {
		t.Errorf("the sides are turned round: %+v", b)
	}
}
