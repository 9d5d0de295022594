package models_test

import (
	"strings"
	"testing"

	"github.com/vticket/vticket/models"
)

func TestDefaultCatalogue(t *testing.T) {
	t.Parallel()
	c, err := models.DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Order) != 67 || len(c.Categories) != 67 || len(c.Fields) != 13 || len(c.Roles) != 21 {
		t.Errorf("%d categories, %d fields, %d roles; want 67, 13, 21", len(c.Order), len(c.Fields), len(c.Roles))
	}
	cover := c.Categories["drainage.manhole_cover"]
	if cover.Priority != models.PriorityCritical || cover.RoadRole != "ward_urban" || cover.CallFirst[0].Number != "1022" {
		t.Errorf("manhole cover reads as %+v", cover)
	}
	if cover.Placeless() || !c.Categories["admin.info_request"].Placeless() {
		t.Error("a manhole cover is to need a place, a question about a procedure none")
	}
}

const soundCatalogue = `
fields: [{key: road, name_vi: Đường, name_en: Roads}]
department_roles: [{key: centre, name_vi: Trung tâm, name_en: Centre, kind: city_unit}]
categories:
  - key: road.pothole
    field: road
    name_vi: Ổ gà
    name_en: Pothole
    department_role: centre
    dispatch: auto
    priority: normal
    raise: {to: high, words: [té xe]}
    ack_hours: 4
    resolve_hours: 40
    clock: business
    proof: photo
    public_ok: true
    keywords_vi: [ổ gà]
`

func TestParseCatalogue(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		old, new string
		want     []string // in the error; none: no error
	}{
		"sound":                           {"", "", nil},
		"empty":                           {soundCatalogue, "", []string{"no categories"}},
		"not YAML":                        {soundCatalogue, "a: [", []string{"read catalogue"}},
		"field that nobody knows":         {"proof: photo", "prof: photo", []string{"prof", `unknown proof ""`}},
		"role that nobody has":            {"department_role: centre", "department_role: x\n    road_role: y", []string{`department_role "x"`, `road_role "y"`}},
		"unknown field of the city":       {"field: road", "field: sea", []string{`unknown field "sea"`}},
		"unknown priority":                {"priority: normal\n", "priority: soon\n", []string{`priority "soon"`}},
		"unknown dispatch":                {"dispatch: auto", "dispatch: robot", []string{`dispatch "robot"`}},
		"unknown need of a place":         {"proof: photo", "proof: photo\n    place: maybe", []string{`place "maybe"`}},
		"unknown clock":                   {"clock: business", "clock: lunar", []string{`clock "lunar"`}},
		"negative hours":                  {"ack_hours: 4", "ack_hours: -4", []string{"-4"}},
		"hours that are not a number":     {"ack_hours: 4", "ack_hours: .nan", []string{"NaN"}},
		"raise that does not raise":       {"to: high", "to: low", []string{"higher priority"}},
		"high on working time":            {"priority: normal", "priority: high", []string{"must be calendar"}},
		"critical without a number":       {"priority: normal", "priority: critical", []string{"needs call_first"}},
		"number without what to do":       {"public_ok: true", "call_first: [{number: '113', when: luôn, when_en: always}]", []string{"safety_vi"}},
		"guide only without a guide":      {"public_ok: true", "guide_only: true", []string{"guide_en"}},
		"keyword without letters":         {"[ổ gà]", "['!']", []string{"no letters"}},
		"confidence above one":            {"public_ok: true", "min_confidence: 1.5", []string{"1.5"}},
		"the same category twice":         {"categories:\n", "categories:\n  - {key: road.pothole}\n", []string{"written twice", "a name is missing"}},
		"two faults are reported at once": {"dispatch: auto\n    priority: normal", "dispatch: x\n    priority: y", []string{`"x"`, `"y"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := soundCatalogue
			if tt.old != "" {
				raw = strings.Replace(raw, tt.old, tt.new, 1)
			}
			_, err := models.ParseCatalogue([]byte(raw))
			if (err != nil) != (tt.want != nil) {
				t.Fatalf("error %v, want one: %v", err, tt.want != nil)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}
