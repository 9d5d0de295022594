package models

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// ParseCatalogue reads a catalogue and reports all its faults together.
func ParseCatalogue(raw []byte) (Catalogue, error) {
	var file struct {
		Fields     []Field          `yaml:"fields"`
		Roles      []DepartmentRole `yaml:"department_roles"`
		Categories []Category       `yaml:"categories"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	var faults []error
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		// a TypeError lists every field and value that does not fit, and the rest has been read nevertheless
		if typed := (*yaml.TypeError)(nil); !errors.As(err, &typed) {
			return Catalogue{}, fmt.Errorf("read catalogue: %w", err)
		}
		faults = append(faults, err)
	}
	c := Catalogue{
		Fields: file.Fields, Roles: file.Roles, Categories: make(map[string]Category, len(file.Categories)),
	}
	check := catalogueCheck{faults: faults, fields: map[string]bool{}, roles: map[string]bool{}}
	for _, f := range c.Fields {
		check.unique(check.fields, "field", f.Key)
	}
	for _, r := range c.Roles {
		check.unique(check.roles, "department role", r.Key)
		check.among("department role "+r.Key, "kind", r.Kind, "city_unit", "city_dept", "ward", "utility", "operator")
	}
	if len(file.Categories) == 0 {
		check.fault("no categories")
	}
	seen := map[string]bool{}
	for _, category := range file.Categories {
		if category.MinConfidence == 0 {
			category.MinConfidence = DefaultMinConfidence
		}
		if check.unique(seen, "category", category.Key) {
			c.Order = append(c.Order, category.Key)
			c.Categories[category.Key] = category
		}
		check.category(category)
	}
	if err := errors.Join(check.faults...); err != nil {
		return Catalogue{}, fmt.Errorf("read catalogue: %w", err)
	}
	return c, nil
}

// catalogueCheck gathers what is wrong with a catalogue.
type catalogueCheck struct {
	faults        []error
	fields, roles map[string]bool
}

func (c *catalogueCheck) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// unique notes a key and tells whether it is there for the first time.
func (c *catalogueCheck) unique(seen map[string]bool, noun, key string) bool {
	if key == "" {
		c.fault("%s without a key", noun)
		return false
	}
	if seen[key] {
		c.fault("%s %s: written twice", noun, key)
		return false
	}
	seen[key] = true
	return true
}

func (c *catalogueCheck) among(where, name, value string, known ...string) {
	if !slices.Contains(known, value) {
		c.fault("%s: unknown %s %q", where, name, value)
	}
}

func (c *catalogueCheck) category(k Category) {
	where := "category " + k.Key
	if !c.fields[k.Field] {
		c.fault("%s: unknown field %q", where, k.Field)
	}
	if k.RoadRole != "" && !c.roles[k.RoadRole] {
		c.fault("%s: unknown road_role %q", where, k.RoadRole)
	}
	if !c.roles[k.DepartmentRole] {
		c.fault("%s: unknown department_role %q", where, k.DepartmentRole)
	}
	c.among(where, "clock", k.Clock, ClockCalendar, ClockBusiness)
	c.among(where, "dispatch", k.Dispatch, DispatchAuto, DispatchHotline)
	c.among(where, "proof", k.Proof, ProofPhoto, ProofText, ProofLetter, ProofNone)
	c.among(where, "place", k.Place, "", PlaceWanted, PlaceNone)
	if k.NameVi == "" || k.NameEn == "" {
		c.fault("%s: a name is missing", where)
	}
	if len(k.Keywords) == 0 {
		c.fault("%s: no keywords_vi", where)
	}
	for _, word := range slices.Concat(k.Keywords, k.KeywordsEn, k.Raise.Words) {
		if Fold(word) == "" {
			c.fault("%s: keyword or raise word %q has no letters", where, word)
		}
	}
	c.numbers(where, k)
	c.urgency(where, k)
}

func (c *catalogueCheck) numbers(where string, k Category) {
	// written so that NaN is refused too
	if !(k.AckHours > 0) || !(k.ResolveHours >= k.AckHours) {
		c.fault("%s: want 0 < ack_hours <= resolve_hours, not %g and %g", where, k.AckHours, k.ResolveHours)
	}
	if k.DuplicateM < 0 || k.DuplicateDays < 0 {
		c.fault("%s: duplicate_m or duplicate_days is negative", where)
	}
	if !(k.MinConfidence > 0 && k.MinConfidence <= 1) {
		c.fault("%s: min_confidence %g is not above 0 and at most 1", where, k.MinConfidence)
	}
}

func (c *catalogueCheck) urgency(where string, k Category) {
	if k.Priority.Rank() == 0 {
		c.fault("%s: unknown priority %q", where, k.Priority)
	}
	if k.Priority.Rank() >= PriorityHigh.Rank() && k.Clock == ClockBusiness {
		c.fault("%s: %s runs day and night: clock must be calendar", where, k.Priority)
	}
	switch {
	case k.Raise.To == "" && len(k.Raise.Words) == 0:
	case k.Raise.To.Rank() == 0:
		c.fault("%s: unknown priority %q to raise to", where, k.Raise.To)
	case k.Raise.To.Rank() <= k.Priority.Rank() || len(k.Raise.Words) == 0:
		c.fault("%s: raise needs words and a higher priority", where)
	}
	for _, call := range k.CallFirst {
		if Fold(call.Number) == "" || call.When == "" || call.WhenEn == "" {
			c.fault("%s: call_first needs number, when and when_en", where)
		}
	}
	if len(k.CallFirst) > 0 && (k.SafetyVi == "" || k.SafetyEn == "") {
		c.fault("%s: call_first needs safety_vi and safety_en", where)
	}
	if k.Priority == PriorityCritical && len(k.CallFirst) == 0 {
		c.fault("%s: critical needs call_first", where)
	}
	if (k.GuideOnly || k.Guide != "") && (k.Guide == "" || k.GuideEn == "") {
		c.fault("%s: guide and guide_en belong together, and to guide_only", where)
	}
}
