package places

import "testing"

func TestDoorOfAnAddress(t *testing.T) {
	x := town(t)
	for text, want := range map[string]Door{
		"140 Nguyễn Trãi":            {"140", "Nguyễn Trãi"},
		"140 nguyen trai":            {"140", "nguyen trai"},
		"trước số 27A/5 đường số 14": {"27A/5", "đường số 14"},
		"88 đg Lê Lợi":               {"88", "đường Lê Lợi"},
		"47 xẹt 12 Tô Ký":            {"47/12", "Tô Ký"},
		"12 hẻm 47 Tô Ký":            {"47/12", "Tô Ký"},
		"47/12 hẻm 47 Tô Ký":         {"47/12", "Tô Ký"},
		"nhà số 21 gần chợ, đường Trương Phước Phan": {"21", "đường Trương Phước Phan"},
		"hẻm 47/12 Tô Ký":                  {}, // an alley, not a house
		"140 Nguyễn Trãi và hẻm 25 Lê Lợi": {}, // two places
		"Nguyễn Trãi":                      {},
		"nhà bà Tư gần chợ":                {},
	} {
		got, ok := x.Read(text).Door()
		if got != want && ok || ok != (want != Door{}) {
			t.Errorf("%q names the house %+v, %t; want %+v", text, got, ok, want)
		}
	}
}

func TestDoorIsAHouseOfTheMap(t *testing.T) {
	for name, tt := range map[string]struct {
		door        Door
		house, road string
		same        bool
	}{
		"as written":                {door: Door{"140", "Nguyễn Trãi"}, house: "140", road: "Nguyễn Trãi", same: true},
		"the map says đường":        {door: Door{"140", "Nguyễn Trãi"}, house: "140", road: "Đường Nguyễn Trãi", same: true},
		"the resident says đường":   {door: Door{"140", "đường Nguyễn Trãi"}, house: "140", road: "Nguyễn Trãi", same: true},
		"without accents":           {door: Door{"140", "nguyen trai"}, house: "140", road: "Đường Nguyễn Trãi", same: true},
		"a street that is numbered": {door: Door{"88", "duong so 14"}, house: "88", road: "Đường 14", same: true},
		"a letter":                  {door: Door{"27a/5", "Tô Ký"}, house: "27A/5", road: "Tô Ký", same: true},
		"a street of another name":  {door: Door{"12", "Phổ Quang"}, house: "12", road: "Phổ Quang", same: true},
		"another number":            {door: Door{"140", "Nguyễn Trãi"}, house: "142", road: "Nguyễn Trãi"},
		"another street":            {door: Door{"140", "Nguyễn Trãi"}, house: "140", road: "Nguyễn Thái Học"},
		"another numbered street":   {door: Door{"88", "đường số 14"}, house: "88", road: "Đường số 4"},
		"in an alley":               {door: Door{"27", "Tô Ký"}, house: "27/5", road: "Tô Ký"},
		"between two":               {door: Door{"20/22", "Tô Ký"}, house: "20-22", road: "Tô Ký"},
		"without a number":          {door: Door{"140", "Nguyễn Trãi"}, road: "Nguyễn Trãi"},
		"without a street":          {door: Door{"140", "Nguyễn Trãi"}, house: "140"},
		"nothing is nothing":        {},
	} {
		if got := tt.door.Is(tt.house, tt.road); got != tt.same {
			t.Errorf("%s: %+v is %q %q: %t, want %t", name, tt.door, tt.house, tt.road, got, tt.same)
		}
	}
}

func TestBounds(t *testing.T) {
	got := town(t).Bounds()
	if want := (Box{South: 10, West: 106, North: 10.25, East: 106.2}); got != want {
		t.Errorf("all areas lie in %+v, want %+v", got, want)
	}
	cells, err := Approximate()
	if err != nil {
		t.Fatal(err)
	}
	all := cells.Bounds()
	for _, c := range cells.centres {
		if c.lat < all.South || c.lat > all.North || c.lon < all.West || c.lon > all.East {
			t.Fatalf("%+v lies outside of the bounds of all areas: %+v", c, all)
		}
	}
}
