package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

func boundaries(n int, name string) []places.Boundary {
	areas := make([]places.Boundary, n)
	for i := range areas {
		areas[i] = places.Boundary{
			Area: places.Area{
				Code: fmt.Sprintf("%05d", i), Name: name, FullName: "Phường " + name, FullNameEn: "Ward", Kind: "phuong",
			},
			Geometry: `{"type":"Polygon","coordinates":[[[106,10],[107,10],[107,11],[106,10]]]}`,
		}
	}
	return areas
}

func TestReplaceAreas(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-11-23T08:00:00+07:00")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) { //nolint:thelper // the test itself
		replace := func(areas []places.Boundary) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.ReplaceAreas(areas, "wards.geojson") })
		}
		holds := func(want []places.Boundary) {
			t.Helper()
			var got []places.Boundary
			err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
				got, err = tx.Areas()
				return err
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		}
		holds([]places.Boundary{})
		for _, areas := range [][]places.Boundary{boundaries(250, "Hoà Bình"), boundaries(3, "Hòa Bình")} {
			if err := replace(areas); err != nil {
				t.Fatal(err)
			}
			holds(areas)
		}
		kept := boundaries(3, "Hòa Bình")
		twice := append(boundaries(2, "Khác"), boundaries(1, "Khác")...)
		for name, faulty := range map[string][]places.Boundary{"none": nil, "one code twice": twice} {
			if err := replace(faulty); err == nil {
				t.Errorf("%s: taken", name)
			}
			holds(kept)
		}
	})
}

func TestReplaceAreaNames(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-11-23T08:00:00+07:00")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) { //nolint:thelper // the test itself
		replace := func(names []places.OldWard) error {
			return s.Tx(t.Context(), func(tx *store.Tx) error { return tx.ReplaceAreaNames(names, "names.csv") })
		}
		holds := func(want []places.OldWard) {
			t.Helper()
			var got []places.OldWard
			err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
				got, err = tx.AreaNames()
				return err
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		}
		holds([]places.OldWard{})
		var many []places.OldWard // more than go into one statement, in an order that is not that of their names
		for i := range 250 {
			many = append(many, places.OldWard{
				Province: "Tỉnh", District: "Quận 3", Ward: fmt.Sprintf("Phường %d", 250-i), Code: "27139", Split: i%2 == 0,
			})
		}
		for _, names := range [][]places.OldWard{many, many[:3]} {
			if err := replace(names); err != nil {
				t.Fatal(err)
			}
			holds(names)
		}
		if err := replace(nil); err == nil {
			t.Error("no names at all were taken")
		}
		holds(many[:3])
	})
}
