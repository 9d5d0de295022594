package models

import (
	_ "embed" // the catalogue is part of the program
	"slices"
	"sync"
)

// The clocks that the hours of a category run on.
const (
	ClockCalendar = "calendar" // day and night
	ClockBusiness = "business" // working time only
)

// What becomes of a confident, unambiguous ticket of a category.
const (
	DispatchAuto    = "auto"    // it goes straight to its department
	DispatchHotline = "hotline" // a person decides
)

// What closes a ticket of a category.
const (
	ProofPhoto  = "photo"
	ProofText   = "text"
	ProofLetter = "letter"
	ProofNone   = "none"
)

// Whether a category's reports need a place; "" is PlaceWanted.
const (
	PlaceWanted = "wanted"
	PlaceNone   = "none" // of a procedure, an officer, a bus line: nobody is asked where
)

// DefaultMinConfidence is the confidence above which a category counts as sure, unless it says otherwise.
const DefaultMinConfidence = 0.6

// Category is a kind of thing that residents report: who owns it, how soon, and what they are told.
// models/categories.yaml explains the fields.
type Category struct {
	Key            string      `yaml:"key"`
	Field          string      `yaml:"field"`
	NameVi         string      `yaml:"name_vi"`
	NameEn         string      `yaml:"name_en"`
	DepartmentRole string      `yaml:"department_role"`
	RoadRole       string      `yaml:"road_role"` // owner in an alley or on a ward road; "" for none
	Priority       Priority    `yaml:"priority"`
	Raise          Raise       `yaml:"raise"`
	AckHours       float64     `yaml:"ack_hours"`
	ResolveHours   float64     `yaml:"resolve_hours"`
	Clock          string      `yaml:"clock"`
	Dispatch       string      `yaml:"dispatch"`
	Proof          string      `yaml:"proof"`
	Place          string      `yaml:"place"`
	PublicOK       bool        `yaml:"public_ok"`
	ReporterHidden bool        `yaml:"reporter_hidden"`
	Conflict       bool        `yaml:"conflict"`
	GuideOnly      bool        `yaml:"guide_only"`
	CallFirst      []CallFirst `yaml:"call_first"`
	SafetyVi       string      `yaml:"safety_vi"`
	SafetyEn       string      `yaml:"safety_en"`
	Guide          string      `yaml:"guide"`
	GuideEn        string      `yaml:"guide_en"`
	DuplicateM     int         `yaml:"duplicate_m"`
	DuplicateDays  int         `yaml:"duplicate_days"`
	Keywords       []string    `yaml:"keywords_vi"`
	KeywordsEn     []string    `yaml:"keywords_en"`
	MinConfidence  float64     `yaml:"min_confidence"`
}

// Raise lifts a category's priority when one of the words is there.
type Raise struct {
	To    Priority `yaml:"to"`
	Words []string `yaml:"words"`
}

// CallFirst is a number to telephone before anything else, and when.
type CallFirst struct {
	Number string `yaml:"number"`
	When   string `yaml:"when"`
	WhenEn string `yaml:"when_en"`
}

// Field groups categories ("lĩnh vực" on screen).
type Field struct {
	Key    string `yaml:"key"`
	NameVi string `yaml:"name_vi"`
	NameEn string `yaml:"name_en"`
}

// DepartmentRole is what a department is to categories, whatever its name in a city: "ward_police".
type DepartmentRole struct {
	Key    string `yaml:"key"`
	NameVi string `yaml:"name_vi"`
	NameEn string `yaml:"name_en"`
	Kind   string `yaml:"kind"` // city_unit, city_dept, ward, utility, operator
}

// Catalogue is everything that can be reported. It is shared and not to be changed.
type Catalogue struct {
	Categories map[string]Category
	Order      []string // keys of Categories as written
	Fields     []Field
	Roles      []DepartmentRole
}

//go:embed categories.yaml
var categoriesYAML []byte

//nolint:gochecknoglobals // parsed once, never changed
var defaultCatalogue = sync.OnceValues(func() (Catalogue, error) { return ParseCatalogue(categoriesYAML) })

// DefaultCatalogue is the catalogue that comes with the program.
func DefaultCatalogue() (Catalogue, error) { return defaultCatalogue() }

// Discreet tells whether a message is not to name the type: others may see it, and whoever is reported must not learn
// by whom.
func (c Category) Discreet() bool { return !c.PublicOK && c.ReporterHidden }

// Rank orders priorities: the more urgent, the higher; 0 for none of them.
func (p Priority) Rank() int {
	return 1 + slices.Index([]Priority{PriorityLow, PriorityNormal, PriorityHigh, PriorityCritical}, p)
}
