package places

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models"
)

// phraseLine is a line of testdata/places.tsv.
type phraseLine struct {
	text, address, ward string
	sure                bool
}

func phraseLines(t *testing.T) []phraseLine {
	t.Helper()
	file, err := os.ReadFile("testdata/places.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []phraseLine
	for line := range strings.Lines(string(file)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line)+" ", "|")
		for len(cells) < 4 {
			cells = append(cells, "")
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, phraseLine{cells[0], cells[1], cells[3], cells[2] == "yes"})
	}
	return all
}

func wardOf(p Place) string {
	if len(p.Areas) > 1 {
		return "?"
	}
	return p.Ward()
}

// How well places are read from our own list. One phrase in twenty may be read otherwise than its line says.
func TestReadPhrases(t *testing.T) {
	x := approximate(t)
	lines := phraseLines(t)
	var places, right, wards, wardsRight, none, falsePlaces int
	for _, line := range lines {
		for form, text := range map[string]string{"composed": line.text, "decomposed": norm.NFD.String(line.text)} {
			p := x.Read(text)
			good := p.Address == line.address && p.Sure == line.sure
			if !good || wardOf(p) != line.ward {
				t.Logf("%s, %s: read as %q (sure %v), ward %q; want %q (sure %v), ward %q",
					line.text, form, p.Address, p.Sure, wardOf(p), line.address, line.sure, line.ward)
			}
			if line.address == "" && line.ward == "" {
				if none++; p.Address != "" || len(p.Areas) > 0 {
					falsePlaces++
				}
				continue
			}
			if places++; good {
				right++
			}
			if line.ward != "" {
				if wards++; wardOf(p) == line.ward {
					wardsRight++
				}
			}
		}
	}
	t.Logf("%d phrases, each twice: address and sureness right in %d of %d, ward in %d of %d, false places in %d of %d",
		len(lines), right, places, wardsRight, wards, falsePlaces, none)
	if len(lines) < 150 || none < 2*40 {
		t.Errorf("%d phrases, %d without a place: fewer than 150 and 40", len(lines), none/2)
	}
	if right*20 < places*19 || wardsRight*20 < wards*19 || falsePlaces*20 > none {
		t.Error("more than one in twenty is read wrongly")
	}
}

func TestReadParts(t *testing.T) {
	x := approximate(t)
	for text, want := range map[string]Place{
		"đèn tắt trước số 140 Tô Ký":               {House: "140", Street: "Tô Ký", Sure: true},
		"27A/5 đường số 14":                        {House: "27A/5", Street: "đường số 14", Sure: true},
		"số 5 hẻm 22/7 Tô Ký":                      {House: "5", Alley: "hẻm 22/7", Street: "Tô Ký", Road: models.RoadAlley, Sure: true},
		"hẻm 47/12/3 ngập":                         {Alley: "hẻm 47/12/3", Road: models.RoadAlley},
		"hẻm 62 quốc lộ 50":                        {Alley: "hẻm 62", Street: "quốc lộ 50", Road: models.RoadAlley, Sure: true},
		"đại lộ Võ Văn Kiệt có đinh":               {Street: "đại lộ Võ Văn Kiệt", Road: models.RoadCity},
		"ql13 ngập":                                {Street: "ql13", Road: models.RoadCity},
		"đường nội bộ ngập":                        {Road: models.RoadAlley},
		"đường Võ Văn Kiệt 12 cây gãy":             {Street: "đường Võ Văn Kiệt"},
		"góc Lê Lợi - Pasteur":                     {Crossing: "góc Lê Lợi - Pasteur", Sure: true},
		"dưới chân cầu Phú Mỹ":                     {Landmark: "cầu Phú Mỹ", Sure: true},
		"km 5 quốc lộ 13":                          {Street: "quốc lộ 13", Landmark: "km 5 quốc lộ 13", Road: models.RoadCity, Sure: true},
		"tổ 5, khu phố 2":                          {Quarter: "tổ 5, khu phố 2"},
		"may nguoi lam ngo, den duong hu ca thang": {},
		"nhà số 21 hát tới khuya, đường Lê Sát":    {House: "21", Street: "đường Lê Sát", Sure: true},
	} {
		got := x.Read(text)
		got.Address, got.Areas = "", nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the parts of %q (-want +got):\n%s", text, diff)
		}
	}
}

// The names of former wards as people bring them: a few lines are enough to try every rule.
var someOldWards = []OldWard{
	{"Thành phố Hồ Chí Minh", "Quận 3", "Phường 05", "27154", false},
	{"Thành phố Hồ Chí Minh", "Quận 3", "Phường 14", "27142", false},
	{"Thành phố Hồ Chí Minh", "Quận Bình Thạnh", "Phường 14", "26929", false},
	{"Thành phố Hồ Chí Minh", "Quận 7", "Phường Tân Phú", "27487", false},
	{"Thành phố Hồ Chí Minh", "Quận 7", "Phường Tân Hưng", "27475", false},
	{"Thành phố Hồ Chí Minh", "Thành phố Thủ Đức", "Phường Linh Tây", "26800", true},
	{"Thành phố Hồ Chí Minh", "Thành phố Thủ Đức", "Phường Linh Tây", "26824", true},
	{"Thành phố Hồ Chí Minh", "Thành phố Thủ Đức", "Phường An Phú", "27094", true},
	{"Thành phố Hồ Chí Minh", "Thành phố Thủ Đức", "Phường An Phú", "27097", true},
	{"Thành phố Hồ Chí Minh", "Huyện Bình Chánh", "Xã Vĩnh Lộc A", "27604", false},
	{"Nơi khác", "Huyện Nọ", "Xã Kia", "99999", false}, // no area has this code
}

func TestReadAreas(t *testing.T) {
	bare := approximate(t)
	named, err := Approximate(someOldWards...)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		x    *Index
		text string
		want []string // code and how
	}{
		"a unit of today":                              {bare, "ngập ở phường Đông Hưng Thuận", []string{"26791 unit"}},
		"without accents":                              {bare, "ngap o phuong dong hung thuan nha", []string{"26791 unit"}},
		"the longer of two names":                      {bare, "Phường Tân Sơn Nhì", []string{"27019 unit"}},
		"two units are two candidates":                 {bare, "giữa phường Sài Gòn và phường Tân Định", []string{"26737 unit", "26740 unit"}},
		"a street is no area":                          {bare, "đường Sài Gòn ngập", nil},
		"accents part Thanh An from Thạnh An":          {bare, "xã Thạnh An", []string{"27676 unit"}},
		"without accents both may be meant":            {bare, "xa thanh an", []string{"25807 unit", "27676 unit"}},
		"an industrial zone is called after one":       {bare, "KCN Vĩnh Lộc", []string{"27601 landmark"}},
		"a former district has several":                {bare, "q.3 ngập", []string{"27139 district", "27142 district", "27154 district"}},
		"a district that had joined another":           {bare, "quận 2", []string{"27094 district", "27097 district", "27112 district"}},
		"a former town":                                {bare, "Dĩ An khói bụi", []string{"25942 district", "25945 district", "25951 district"}},
		"an old ward that nobody imported":             {bare, "phường 5 quận 3", []string{"27139 district", "27142 district", "27154 district"}},
		"an old ward with its district":                {named, "phường 5 quận 3", []string{"27154 old_ward"}},
		"written short":                                {named, "P.05 Q3", []string{"27154 old_ward"}},
		"in one word each":                             {named, "p14 q3", []string{"27142 old_ward"}},
		"the district without its kind":                {named, "phường 14 Bình Thạnh", []string{"26929 old_ward"}},
		"an old ward without its district":             {named, "phường 14", []string{"26929 old_ward", "27142 old_ward"}},
		"the district decides between new and old":     {named, "Phường Tân Phú, quận 7", []string{"27487 old_ward"}},
		"without a district the unit of today":         {named, "Phường Tân Phú", []string{"27031 unit"}},
		"the unit of today in its former district":     {named, "phường Tân Hưng q7", []string{"27475 unit"}},
		"which is said to be the old one":              {named, "phuong tan hung cu q7", []string{"27475 old_ward"}},
		"an old ward that was split":                   {named, "P. Linh Tây, TP. Thủ Đức", []string{"26800 old_ward", "26824 old_ward"}},
		"an old ward of a district that was gone then": {named, "P. An Phú, Q. 2", []string{"27094 old_ward", "27097 old_ward"}},
		"the letter belongs to the name":               {named, "xã Vĩnh Lộc A", []string{"27604 old_ward"}},
		"and so does a small one before a district":    {named, "xa vinh loc a huyen binh chanh", []string{"27604 old_ward"}},
		"a code that no area has":                      {named, "xã Kia", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, a := range tt.x.Read(tt.text).Areas {
				got = append(got, a.Code+" "+string(a.How))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the areas of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestPlaceAnswersWithOneArea(t *testing.T) {
	x := approximate(t)
	for text, want := range map[string][2]string{ // the area that a ticket gets, the ward that is mentioned
		"phường Phú Thọ Hoà": {"27022", "Phú Thọ Hòa"},
		"KCN Vĩnh Lộc":       {"", "Vĩnh Lộc"}, // its land need not lie there
		"quận 3":             {"", ""},
		"phường Sài Gòn, đối diện P. Bến Thành": {"", ""},
	} {
		p := x.Read(text)
		area, _ := p.Area()
		if got := [2]string{area.Code, p.Ward()}; got != want {
			t.Errorf("%q: area and ward are %q, want %q", text, got, want)
		}
	}
}

// Whatever is written, cut off anywhere and put together in any way: the address comes out of the text and is short.
// TestPlaceIsAllThatIsSaid of a text that is an address and words around it, not of one that says what is the matter.
func TestPlaceIsAllThatIsSaid(t *testing.T) {
	x := approximate(t)
	for text, want := range map[string]bool{
		"123 Cách Mạng Tháng 8 quận 10":     true,
		"ở trước số 12 Phan Đăng Lưu nha ạ": true,
		"hem 12 nguyen van luong, gv":       true,
		"công viên Gia Định":                true,
		"12 Tô Ký nổ":                       false,
		"12 Tô Ký hư":                       false,
		"rác đầu hẻm 12 Tô Ký":              false,
		"phường An Khánh":                   false,
		"chào em":                           false,
		"":                                  false,
	} {
		if got := x.Read(text).Only(text); got != want {
			t.Errorf("%q says only where: got %t", text, got)
		}
	}
	for text, want := range map[string]bool{"nhà tôi": true, "ở đây nè": true, "nhà tôi kế chợ": false, "12": false} {
		if got := Nowhere(text); got != want {
			t.Errorf("%q names no place: got %t", text, got)
		}
	}
}

func TestReadHoldsForAnyText(t *testing.T) {
	x := approximate(t)
	lines := phraseLines(t)
	var texts []string
	for i, line := range lines {
		for at := range line.text {
			texts = append(texts, line.text[at:], line.text[:at])
		}
		texts = append(texts, line.text+" "+lines[len(lines)-1-i].text, strings.ToUpper(line.text))
	}
	all := ""
	for _, line := range lines {
		all += line.text + ", "
	}
	texts = append(texts, all, "\xff\xfe", "///", "12/", "q", "p.", strings.Repeat("hẻm 1 ", 1000))
	for _, text := range texts {
		p := x.Read(text)
		if n := utf8.RuneCountInString(p.Address); n > addressRunes {
			t.Errorf("an address of %d characters in %.40q", n, text)
		}
		if p.Sure && p.Address == "" {
			t.Errorf("%q: sure of a place without an address", text)
		}
		for part := range strings.SplitSeq(p.Address, ", ") {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), part) {
				t.Errorf("%q: %q was not written there", text, part)
			}
		}
	}
}

// What residents wrote that name a ward, in the data that the repository does not carry.
func TestReadFindsTheWardsOfRealReports(t *testing.T) {
	x := approximate(t)
	lines := bufio.NewScanner(shared(t, "reports-dev.jsonl"))
	mentions, right := 0, 0
	for lines.Scan() {
		var report struct {
			ID, Text string
			Ward     string `json:"ward_mention"`
		}
		if err := json.Unmarshal(lines.Bytes(), &report); err != nil {
			t.Fatal(err)
		}
		if report.Ward == "" {
			continue
		}
		if mentions++; models.Fold(x.Read(report.Text).Ward()) == models.Fold(report.Ward) {
			right++
		} else {
			t.Logf("%s: not %q", report.ID, report.Ward)
		}
	}
	t.Logf("the ward is found in %d of %d", right, mentions)
	if mentions == 0 || right*10 < mentions*9 {
		t.Error("fewer than nine in ten")
	}
}

// Each former ward of the real table leads to its areas when its district is named with it.
func TestRealOldWards(t *testing.T) {
	names, err := ParseOldWards(shared(t, "hcmc-old-to-new-wards.csv"), func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	x, err := Approximate(names...)
	if err != nil {
		t.Fatal(err)
	}
	missed := 0
	for _, n := range names {
		if n.Ward == "" {
			continue
		}
		for _, text := range []string{n.Ward + " cũ, " + n.District, models.Fold(n.Ward + " cũ " + n.District)} {
			found := x.Read("ngập ở " + text).Areas
			if !slices.ContainsFunc(found, func(c Candidate) bool { return c.Code == n.Code && c.How == HowOldWard }) {
				missed++
				t.Logf("%q does not lead to %s: %v", text, n.Code, found)
			}
		}
	}
	t.Logf("%d rows, each with and without accents: %d missed", len(names), missed)
	if missed*100 > len(names) {
		t.Error("more than one in a hundred is missed")
	}
}

func BenchmarkRead(b *testing.B) {
	x := approximate(b)
	for i := 0; b.Loop(); i++ { // one that is not remembered
		x.Read("dạ anh chị ơi đèn đường trước số 140 Tô Ký, phường Trung Mỹ Tây quận 12 tắt cả tuần nay, tối om nguy hiểm lắm" +
			strconv.Itoa(i))
	}
}
