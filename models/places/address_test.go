package places_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models/places"
)

func TestAddress(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"a number and a street with capitals":   {"Nắp cống trước số 140 Tô Ký bị mất rồi", "trước số 140 Tô Ký"},
		"a street named with its word":          {"ổ gà 27 đường Nguyễn Văn Quá sâu lắm", "27 đường Nguyễn Văn Quá"},
		"an alley with slashes":                 {"ngập ở hẻm 47/12/3 Tô Hiến Thành, xe chết máy", "hẻm 47/12/3 Tô Hiến Thành"},
		"no accents, no capitals":               {"dg bi lun truoc so 88 duong so 14, xe tai chay qua la rung", "truoc so 88 duong so 14"},
		"no accents, a name":                    {"rac do truoc 62 ly chinh thang bi hoi", "truoc 62 ly chinh thang"},
		"a number alone is no place":            {"Nắp cống trước số 140 bị mất rồi", ""},
		"a count is no house number":            {"đèn tắt 3 ngày rồi chưa ai sửa", ""},
		"people are no street":                  {"có 2 người té xe ở đây", ""},
		"children are no street":                {"có 4 đứa nhỏ đá banh ngoài đường", ""},
		"nothing":                               {"", ""},
		"with its ward":                         {"số 140 đường Tô Ký, phường Trung Mỹ Tây", "số 140 đường Tô Ký, phường Trung Mỹ Tây"},
		"with its ward, no accents":             {"rac truoc 62 ly chinh thang phuong hanh thong bi hoi", "truoc 62 ly chinh thang, phuong hanh thong"},
		"a ward without a name":                 {"140 Tô Ký, phường không làm gì", "140 Tô Ký"},
		"only a street is not enough by itself": {"kẹt xe đường Trường Chinh", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for form, text := range map[string]string{"composed": tt.text, "decomposed": norm.NFD.String(tt.text)} {
				got, ok := places.Address(norm.NFC.String(text))
				if got != tt.want || ok != (tt.want != "") {
					t.Errorf("the address in %q (%s) is %q, want %q", tt.text, form, got, tt.want)
				}
			}
		})
	}
}
