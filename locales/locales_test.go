package locales

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

func texts(t *testing.T, lang string) map[string]string {
	t.Helper()
	all := map[string]string{}
	if _, err := toml.DecodeFS(files, lang+".toml", &all); err != nil {
		t.Fatalf("%s.toml: %v", lang, err)
	}
	return all
}

func TestBothLanguagesHaveTheSameTexts(t *testing.T) {
	vi, en := texts(t, Vietnamese), texts(t, English)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(vi)), slices.Sorted(maps.Keys(en))); diff != "" {
		t.Errorf("keys (-vi +en):\n%s", diff)
	}
	argument := regexp.MustCompile(`\{\{[^}]*\.([a-z_]+)[^}]*\}\}`)
	for key := range vi {
		var used [2][]string
		for i, text := range []string{vi[key], en[key]} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s is empty in one language", key)
			}
			if _, err := template.New(key).Parse(text); err != nil {
				t.Errorf("%s is no template: %v", key, err)
			}
			for _, found := range argument.FindAllStringSubmatch(text, -1) {
				used[i] = append(used[i], found[1])
			}
			slices.Sort(used[i])
			used[i] = slices.Compact(used[i])
		}
		if diff := cmp.Diff(used[0], used[1]); diff != "" {
			t.Errorf("%s has other arguments in the other language (-vi +en):\n%s", key, diff)
		}
	}
}

// TestPagesUseTextsThatExist: a template that names a key that is nowhere would show the key.
func TestPagesUseTextsThatExist(t *testing.T) {
	vi := texts(t, Vietnamese)
	pages, err := filepath.Glob("../api/web/templates/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("the templates of the pages are to be found: %v", err)
	}
	said := regexp.MustCompile(`[.$]T "([a-z0-9_]+)"`)
	for _, page := range pages {
		raw, err := os.ReadFile(filepath.Clean(page))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range said.FindAllStringSubmatch(string(raw), -1) {
			if _, ok := vi[found[1]]; !ok && !strings.HasSuffix(found[1], "_") {
				t.Errorf("%s says %q, which is in no language", filepath.Base(page), found[1])
			}
		}
	}
}
