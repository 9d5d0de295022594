package understand_test

import (
	"bufio"
	"encoding/json"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
)

func model(tb testing.TB) (*understand.Model, models.Catalogue) {
	tb.Helper()
	c, err := models.DefaultCatalogue()
	if err != nil {
		tb.Fatal(err)
	}
	m, err := understand.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return m, c
}

func TestClassify(t *testing.T) {
	t.Parallel()
	m, _ := model(t)
	type want struct {
		category string
		priority models.Priority
		report   bool
		danger   bool
	}
	critical := func(category string) want { return want{category, models.PriorityCritical, true, true} }
	normal := func(category string) want { return want{category, models.PriorityNormal, true, false} }
	talk := want{"", models.PriorityNormal, false, false}
	for name, tt := range map[string]struct {
		text string
		want want
	}{
		"missing cover":                       {"Nắp cống trước số 140 bị mất rồi", critical("drainage.manhole_cover")},
		"missing cover without accents":       {"nap cong truoc so 140 bi mat roi", critical("drainage.manhole_cover")},
		"missing cover decomposed":            {norm.NFD.String("Nắp cống trước số 140 bị mất rồi"), critical("drainage.manhole_cover")},
		"missing cover in capitals":           {"NẮP CỐNG TRƯỚC SỐ 140 BỊ MẤT RỒI", critical("drainage.manhole_cover")},
		"live wire":                           {"dây điện đứt rớt xuống đường, có tia lửa", critical("utility.power_hazard")},
		"live wire without accents":           {"day dien dut rot xuong duong, co tia lua", critical("utility.power_hazard")},
		"street light":                        {"đèn đường tắt", normal("utility.streetlight_out")},
		"street light in shorthand":           {"den dg tat, ko sang", normal("utility.streetlight_out")},
		"burnt-out lamp is not a fire":        {"bóng đèn đường bị cháy, thay giùm", normal("utility.streetlight_out")},
		"ồn is noise":                         {"xưởng ồn quá", normal("noise.business")},
		"northern word for a fall":            {"nhiều ổ gà, đã có người ngã xe", want{"road.pothole", models.PriorityHigh, true, false}},
		"southern spelling of hỏi and ngã":    {"vĩa hè hư hõng", want{"road.sidewalk_damage", models.PriorityLow, true, false}},
		"nobody hurt is no danger":            {"ổ gà to, may mà không ai bị thương", normal("road.pothole")},
		"life danger lifts any category":      {"ổ gà to, có người té xe bất tỉnh", critical("road.pothole")},
		"dog bite is urgent":                  {"chó thả rông cắn người", want{"security.animal", models.PriorityHigh, true, false}},
		"stuck lift":                          {"kẹt thang máy chung cư, có trẻ em", critical("society.apartment")},
		"gas leak":                            {"nghe mùi gas nồng, chắc xì gas", critical("security.fire_risk")},
		"someone about to end their life":     {"em muốn chết, em muốn tự tử", critical("security.disorder")},
		"dying of the heat is only talk":      {"cúp điện hoài, nóng muốn chết luôn", want{"utility.power_outage", models.PriorityHigh, true, false}},
		"english":                             {"Big pothole on my street", normal("road.pothole")},
		"stretched letters":                   {"ổ gàaaaa to quáááá trờiiii", normal("road.pothole")},
		"polite report":                       {"Chào anh chị, đèn đường hẻm 5 không sáng, cảm ơn", normal("utility.streetlight_out")},
		"thanks":                              {"cảm ơn nha", talk},
		"greeting":                            {"xin chào", talk},
		"confirmation":                        {"dạ đúng rồi", talk},
		"empty":                               {"", talk},
		"only signs":                          {"?!… 👍", talk},
		"broken bytes":                        {"\xff\xfe\x00", talk},
		"one unknown word":                    {"asdfgh", talk},
		"long unknown story is still a story": {"blah kweh zorg mumu tralala hopsasa wumm", want{"", models.PriorityNormal, true, false}},
		"10,000 characters":                   {strings.Repeat("ổ gà to lắm ", 834), normal("road.pothole")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := m.Classify(tt.text)
			if got := (want{got.Category, got.Priority, got.IsReport, got.Danger}); got != tt.want {
				t.Errorf("%q reads as %+v, want %+v (%+v)", tt.text, got, tt.want, m.Classify(tt.text).Alternatives)
			}
		})
	}
}

func TestClassifyHearsSelfHarm(t *testing.T) {
	t.Parallel()
	m, _ := model(t)
	for text, want := range map[string]bool{
		"em không muốn sống nữa": true, "con khong muon song nua": true, "bạn tôi đòi nhảy lầu": true, "I want to die": true,
		"nóng muốn chết": false, "ồn muốn chết luôn á": false, "cá chết đầy kênh": false, "không ai tự tử ở đây": false,
	} {
		if got := m.Classify(text); got.SelfHarm != want || want && got.Priority != models.PriorityCritical {
			t.Errorf("%q: self-harm %v (%s), want %v", text, got.SelfHarm, got.Priority, want)
		}
	}
}

// TestClassifyHearsWhoIsHurt: somebody under a tree or down a drain is a danger to life.
func TestClassifyHearsWhoIsHurt(t *testing.T) {
	t.Parallel()
	m, _ := model(t)
	for text, want := range map[string]bool{
		"cây ngã trước 12 Lê Lợi đè trúng người": true, "nắp cống hở, ba tôi lọt xuống chưa lên được": true,
		"nhánh cây rớt trúng mái tôn": false, "bánh xe lọt xuống ổ gà": false,
	} {
		if got := m.Classify(text); got.Life != want || want && got.Priority != models.PriorityCritical {
			t.Errorf("%q: life in danger %v (%s), want %v", text, got.Life, got.Priority, want)
		}
	}
}

func TestClassifyIntents(t *testing.T) {
	t.Parallel()
	m, _ := model(t)
	for text, want := range map[string]understand.Intent{
		"đèn đường tắt tối thui":                       understand.IntentReport,
		"làm hộ chiếu cần giấy tờ gì vậy ạ":            understand.IntentQuestion,
		"cán bộ tiếp dân quát mắng mẹ tôi":             understand.IntentConduct,
		"tôi muốn tố cáo ông A chiếm đất của gia đình": understand.IntentDenounce,
		"phản ánh của tôi tới đâu rồi":                 understand.IntentStatus,
		"chào buổi sáng":                               understand.IntentGreeting,
		"cám ơn nhiều nhé":                             understand.IntentThanks,
		"vay tiền nhanh lãi thấp giải ngân trong ngày": understand.IntentAd,
		"đồ ngu, làm ăn như hạch":                      understand.IntentAbuse,
		"cho tôi gặp nhân viên":                        understand.IntentPerson,
		"dùng cái này sao vậy":                         understand.IntentHelp,
		"hẻm mình sạch rồi nha":                        understand.IntentNoProblem,
		"asdfgh":                                       understand.IntentNoise,
	} {
		if got := m.Classify(text); got.Intent != want {
			t.Errorf("%q means %s, want %s", text, got.Intent, want)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	m, _ := model(t)
	for text, want := range map[string]int{
		"Đèn đường trước nhà tắt cả tuần, rác chất đống không ai gom": 2,
		"Vỉa hè bị lấn chiếm bán hàng, rác vứt bừa bãi":               2,
		"đèn đường tắt, tối om, đi không thấy gì":                     1,
		"mưa lớn ngập đường, xe chết máy":                             1,
		"xin chào": 0,
	} {
		if got := m.Parts(text); len(got) != want {
			t.Errorf("%q has %d parts, want %d: %v", text, len(got), want, got)
		}
	}
}

func TestClassifyAccentsAreEvidence(t *testing.T) {
	t.Parallel()
	m, _ := model(t)
	for _, text := range []string{"mọi việc ổn", "mọi việc on"} {
		if got := m.Classify(text); strings.HasPrefix(got.Category, "noise.") {
			t.Errorf("%q reads as %s", text, got.Category)
		}
	}
}

type example struct {
	ID       string          `json:"id"`
	Text     string          `json:"text"`
	Category string          `json:"category_key"`
	Accept   []string        `json:"accept_keys"`
	Priority models.Priority `json:"priority_expected"`
	IsReport bool            `json:"is_report"`
}

func examples(tb testing.TB) []example {
	tb.Helper()
	f, err := os.Open("testdata/reports-dev.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []example
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e example
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			tb.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// share is a count with its whole.
type share struct{ hits, of int }

func (s *share) count(hit bool) {
	s.of++
	if hit {
		s.hits++
	}
}

func (s *share) percent() float64 { return 100 * float64(s.hits) / float64(s.of) }

func TestDevelopmentReports(t *testing.T) {
	t.Parallel()
	m, c := model(t)
	var top, field, four, urgent, critical, report, sure, priority share
	for _, e := range examples(t) {
		got := m.Classify(e.Text)
		report.count(got.IsReport == e.IsReport)
		if got.IsReport != e.IsReport {
			t.Logf("%s report=%v %q", e.ID, got.IsReport, e.Text)
		}
		if !e.IsReport {
			continue
		}
		right := func(key string) bool { return key == e.Category || slices.Contains(e.Accept, key) }
		top.count(right(got.Category))
		field.count(got.Field == c.Categories[e.Category].Field)
		four.count(slices.ContainsFunc(got.Alternatives, func(s understand.Scored) bool { return right(s.Category) }))
		priority.count(got.Priority == e.Priority)
		if e.Priority == models.PriorityCritical {
			critical.count(right(got.Category))
			urgent.count(got.Priority == models.PriorityCritical)
		}
		if got.Sure {
			sure.count(right(got.Category))
		}
		if !right(got.Category) {
			t.Logf("%s want %s, got %.2f %v %q", e.ID, e.Category, got.Confidence, got.Alternatives, e.Text)
		}
	}
	for name, tt := range map[string]struct {
		got   share
		floor float64
	}{
		"top-1":                       {top, 90},
		"field":                       {field, 92},
		"top-4":                       {four, 95},
		"critical: category":          {critical, 94},
		"critical: priority":          {urgent, 94},
		"priority":                    {priority, 90},
		"report or not":               {report, 97},
		"right when it says sure":     {sure, 94},
		"sure of how many in all (%)": {share{sure.of, top.of}, 60},
	} {
		t.Logf("%-28s %3d of %3d = %.1f %%", name, tt.got.hits, tt.got.of, tt.got.percent())
		if tt.got.percent() < tt.floor {
			t.Errorf("%s fell to %.1f %%, below %.0f %%", name, tt.got.percent(), tt.floor)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	m, _ := model(b)
	all := examples(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Classify(all[i%len(all)].Text + strconv.Itoa(i)) // one that is not remembered
	}
}

func BenchmarkClassifyLongest(b *testing.B) {
	m, _ := model(b)
	text := strings.Repeat("mất nắp cống trước nhà ", 435)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Classify(strconv.Itoa(i) + text)
	}
}

// BenchmarkLoad reads the weights and makes a catalogue ready, as each start of the program does once. held-MB is what
// it keeps in memory, beside the weights in the program file.
func BenchmarkLoad(b *testing.B) {
	raw, err := os.ReadFile("weights.bin")
	if err != nil {
		b.Fatal(err)
	}
	c, err := models.DefaultCatalogue()
	if err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var m *understand.Model
	for b.Loop() {
		w, err := understand.DecodeWeights(raw)
		if err != nil {
			b.Fatal(err)
		}
		m = understand.With(c, w)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc+uint64(len(raw)))/1e6, "held-MB")
	runtime.KeepAlive(m)
}
