package places

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const oldWardHeader = "old_province,old_province_code,old_district,old_district_code,old_ward,old_ward_code,new_ward_code,new_ward," +
	"old_ward_was_split\n"

func TestParseOldWards(t *testing.T) {
	good := "Thành phố Hồ Chí Minh,79,Quận 3,770,Phường  5,27151,27154,Phường Bàn Cờ,false\n"
	split := "Thành phố Hồ Chí Minh,79,Quận 3,770,Phường 9,27142,27142,Phường Nhiêu Lộc,true\n"
	for name, tt := range map[string]struct {
		file   string
		want   []OldWard
		faults []string // parts of the error
	}{
		"rows are read, spaces made single": {
			"\ufeff" + oldWardHeader + good + split,
			[]OldWard{
				{"Thành phố Hồ Chí Minh", "Quận 3", "Phường 5", "27154", false},
				{"Thành phố Hồ Chí Minh", "Quận 3", "Phường 9", "27142", true},
			},
			nil,
		},
		"a district without wards": {
			oldWardHeader + "Tỉnh,77,Huyện Côn Đảo,755,,,26732,Đặc khu Côn Đảo,false\n",
			[]OldWard{{"Tỉnh", "Huyện Côn Đảo", "", "26732", false}},
			nil,
		},
		"an empty file":            {"", nil, []string{"line 1"}},
		"another file":             {"code,name\n1,2\n", nil, []string{"line 1", `"old_province"`}},
		"nothing below the header": {oldWardHeader, nil, []string{"no rows"}},
		"every faulty line is named": {
			oldWardHeader + good + "X,79,,770,A,1,27154,B,false\nX,79,Q,770,A,1,2715,B,false\n" + good +
				"X,79,Q,770,A,1,12345,B,false\nX,79,Q,770,A,1,27154,B,yes\n,79,Q,770,A,1,27154,B,true\n" +
				strings.Repeat("Q", 101) + ",79,Q,770,A,1,27154,B,true\n",
			nil,
			[]string{
				"line 3: old_district", "line 4: new_ward_code", "line 5: the same as line 2", "line 6: no area",
				"line 7: old_ward_was_split", "line 8: old_province is empty", "line 9: old_province is longer",
			},
		},
		"a line that is too short": {oldWardHeader + good + "X,79\n", nil, []string{"line 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseOldWards(strings.NewReader(tt.file), func(code string) bool { return code != "12345" })
			if (err != nil) != (tt.faults != nil) {
				t.Fatalf("the error is %v, want one about %q", err, tt.faults)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for _, part := range tt.faults {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q:\n%v", part, err)
				}
			}
		})
	}
}
