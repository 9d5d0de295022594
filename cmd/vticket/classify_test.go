package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

func TestClassifyLines(t *testing.T) {
	t.Parallel()
	type want struct {
		Text, Category string
		IsReport       bool
	}
	lamp := want{"đèn đường tắt", "utility.streetlight_out", true}
	for name, tt := range map[string]struct {
		input  string
		want   []want
		faults []string // beginnings of what is said on standard error
	}{
		"a text":                           {"đèn đường tắt\n", []want{lamp}, nil},
		"the last line needs no end":       {"đèn đường tắt", []want{lamp}, nil},
		"a line of Windows":                {"đèn đường tắt\r\n", []want{lamp}, nil},
		"JSON, other fields left alone":    {`{"id":1,"text":"đèn đường tắt","text2":[]}`, []want{lamp}, nil},
		"texts and JSON":                   {"đèn đường tắt\n{\"text\":\"\"}\n\nđèn đường tắt", []want{lamp, {}, {}, lamp}, nil},
		"a fault leaves the others":        {"{\nđèn đường tắt\n{\"text\":1}\n{}", []want{lamp}, []string{"line 1: ", "line 3: ", "line 4: "}},
		"a line longer than can be read":   {strings.Repeat("a", maxLine+1) + "\nđèn đường tắt", []want{lamp}, []string{"line 1: longer"}},
		"a last line that is too long":     {"đèn đường tắt\n" + strings.Repeat("a", maxLine+1), []want{lamp}, []string{"line 2: longer"}},
		"nothing":                          {"", nil, nil},
		"what is no report has no type":    {"cảm ơn nha", []want{{Text: "cảm ơn nha"}}, nil},
		"a text of 64 KiB is read in part": {"đèn đường tắt " + strings.Repeat("x", 64<<10), []want{{"đèn đường tắt " + strings.Repeat("x", 64<<10), lamp.Category, true}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, said, err := ordered(t, tt.input, "classify")
			if (err != nil) != (tt.faults != nil) {
				t.Errorf("the command is to fail when a line has a fault, and only then: %v", err)
			}
			var got []want
			for _, c := range lines[classified](t, out) {
				got = append(got, want{c.Text, c.Category, c.IsReport})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("other answers (-want +got):\n%s", diff)
			}
			faults := strings.Split(strings.TrimSpace(said), "\n")
			same := slices.EqualFunc(tt.faults, faults, func(want, got string) bool { return strings.HasPrefix(got, want) })
			if tt.faults != nil && !same || tt.faults == nil && said != "" {
				t.Errorf("standard error is to name %q, got %q", tt.faults, faults)
			}
		})
	}
}

// TestClassifyAnswersHaveEveryField: whoever reads the answers by a program finds lists and words, never null.
func TestClassifyAnswersHaveEveryField(t *testing.T) {
	t.Parallel()
	out, _, err := ordered(t, "cảm ơn nha\nđèn đường tắt trước 140 Tô Ký, phường Trung Mỹ Tây", "classify")
	if err != nil || strings.Contains(out, "null") {
		t.Errorf("no field is to be null: %v\n%s", err, out)
	}
	want := []string{
		"text", "is_report", "intent", "category", "field", "priority", "confidence", "alternatives", "ward", "address",
		"parts",
	}
	for _, fields := range lines[map[string]json.RawMessage](t, out) {
		for _, name := range want {
			if _, ok := fields[name]; !ok || len(fields) != len(want) {
				t.Errorf("an answer is to have the fields %v, got %v", want, fields)
			}
		}
	}
	placed := lines[classified](t, out)[1]
	if placed.Ward != "Trung Mỹ Tây" || !strings.Contains(placed.Address, "140 Tô Ký") || placed.Priority == "" {
		t.Errorf("the place in the words is to be found: %+v", placed)
	}
}

// labelled is a report of which is known what it is about.
type labelled struct {
	Text     string          `json:"text"`
	Category string          `json:"category_key"`
	Accept   []string        `json:"accept_keys"`
	Priority models.Priority `json:"priority_expected"`
	Ward     string          `json:"ward_mention"`
	IsReport bool            `json:"is_report"`
}

func (l labelled) right(key string) bool { return key == l.Category || slices.Contains(l.Accept, key) }

// tally counts how often something was so.
type tally struct{ hits, of int }

func (c *tally) count(hit bool) {
	c.of++
	if hit {
		c.hits++
	}
}

// TestClassifyDevelopmentReports measures what the issue asks for, through the command.
func TestClassifyDevelopmentReports(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join("..", "..", "models", "understand", "testdata", "reports-dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	out, faults, err := ordered(t, string(file), "classify")
	if err != nil {
		t.Fatalf("every report is to be answered: %v\n%s", err, faults)
	}
	catalogue, err := models.DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	answers, reports := lines[classified](t, out), lines[labelled](t, string(file))
	if len(answers) != len(reports) {
		t.Fatalf("%d answers to %d reports", len(answers), len(reports))
	}
	var kind, field, four, critical, quiet, area tally
	for i, want := range reports {
		got := answers[i]
		if !want.IsReport {
			quiet.count(!got.IsReport)
			continue
		}
		kind.count(want.right(got.Category))
		field.count(got.Field == catalogue.Category(want.Category).Field)
		four.count(len(got.Alternatives) <= 4 &&
			slices.ContainsFunc(got.Alternatives, func(a scoredType) bool { return want.right(a.Category) }))
		if want.Priority == models.PriorityCritical {
			critical.count(got.Priority == string(models.PriorityCritical))
		}
		if want.Ward != "" {
			area.count(strings.Contains(models.Fold(got.Ward), models.Fold(want.Ward)))
		}
	}
	var figures []string
	for _, bar := range []struct {
		name  string
		got   tally
		least float64 // percent
	}{
		{"type", kind, 85},
		{"field", field, 92},
		{"among 4", four, 96},
		{"critical", critical, 95},
		{"no false report", quiet, 97},
		{"area", area, 90},
	} {
		percent := 100 * float64(bar.got.hits) / float64(bar.got.of)
		figures = append(figures, fmt.Sprintf("%s %.1f %%", bar.name, percent))
		if percent < bar.least {
			t.Errorf("%s: %d of %d = %.1f %%, at least %.0f %% are wanted", bar.name, bar.got.hits, bar.got.of, percent, bar.least)
		}
	}
	t.Log(strings.Join(figures, ", "))
}
