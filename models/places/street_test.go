package places

import "testing"

func TestStreetLeavesTheHouseOut(t *testing.T) {
	for text, want := range map[string]string{
		"trước số 140 Tô Ký":               "Tô Ký",
		"140 Tô Ký, phường Tân Hưng":       "Tô Ký",
		"hẻm 47/12 Tô Hiến Thành":          "Tô Hiến Thành",
		"12 đường số 7, phường Tân Hưng":   "đường số 7",
		"140, hẻm 22/7 Tô Ký":              "Tô Ký",
		"lầu 3 phòng 12 khách sạn Hoa Mai": "",
		"nhà bà Tư gần chợ":                "",
		"đèn đường 15 Nguyễn Trãi bị hư":   "Nguyễn Trãi",
		"den duong 15 nguyen trai tat roi": "nguyen trai",
		"mặt đường số 15 Nguyễn Trãi lún":  "Nguyễn Trãi",
		"đèn đường số 15 tắt":              "đường số 15",
		"phường Tân Hưng":                  "",
	} {
		if got, _ := Street(text); got != want {
			t.Errorf("street of %q is %q, not %q", text, got, want)
		}
	}
}
