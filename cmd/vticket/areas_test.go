package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runAreas runs vticket areas as a shell would, and returns what it printed and why it failed.
func runAreas(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	cmd := areasCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		return out.String() + "error: " + err.Error()
	}
	return out.String()
}

func TestAreasImportReplacesTheApproximateTable(t *testing.T) {
	for _, name := range []string{"DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"} {
		t.Setenv(name, "")
	}
	folder := t.TempDir()
	t.Setenv("DATA_DIR", folder)
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := `{"type":"FeatureCollection","features":[{"properties":{"code":"00007","full_name":"Phường Bảy"},
		"geometry":{"type":"Polygon","coordinates":[[[106.7,10.7],[106.8,10.7],[106.8,10.8],[106.7,10.8],[106.7,10.7]]]}}]}`
	seven := `{"code":"00007","name":"Phường Bảy","snapped_m":0,"approximate":false}` + "\n"
	for _, step := range []struct {
		args []string
		want string
	}{
		{
			[]string{"lookup", "--lat", "10.7769", "--lon", "106.7009"},
			`{"code":"26740","name":"Phường Sài Gòn","snapped_m":0,"approximate":true}` + "\n",
		},
		{[]string{"lookup", "--lat", "21.0285", "--lon", "105.8542"}, "error: outside all areas"},
		{[]string{"lookup", "--lat", "NaN", "--lon", "106.7"}, "error: outside all areas"},
		{[]string{"import", file("empty", "")}, "malformed JSON"},
		{[]string{"import", file("good", good)}, `{"imported":1}` + "\n"},
		{[]string{"lookup", "--lat", "10.7769", "--lon", "106.7009"}, seven},
		{[]string{"lookup", "--lat", "10.699", "--lon", "106.75"}, `"snapped_m":111.2,`},
		{[]string{"import", file("faulty", strings.Replace(good, "106.8,10.8", "10.8,106.8", 1))}, "error: "},
		{[]string{"import", filepath.Join(folder, "none")}, "no such file"},
		{[]string{"lookup", "--lat", "10.7769", "--lon", "106.7009"}, seven},
		{[]string{"lookup", "--lat", "10.6", "--lon", "106.75"}, "error: outside all areas"},
	} {
		if got := runAreas(t, step.args...); !strings.Contains(got, step.want) {
			t.Errorf("areas %v: got %q, want %q", step.args, got, step.want)
		}
	}
}
