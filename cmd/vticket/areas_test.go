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
		{[]string{"lookup", "--lat", "NaN", "--lon", "106.7"}, "error: --lat is -90 to 90"},
		{[]string{"import", file("empty", "")}, "not GeoJSON: wanted is a FeatureCollection"},
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

func TestAreasImportNames(t *testing.T) {
	for _, name := range []string{"DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"} {
		t.Setenv(name, "")
	}
	folder := t.TempDir()
	t.Setenv("DATA_DIR", folder)
	header := "old_province,old_province_code,old_district,old_district_code,old_ward,old_ward_code,new_ward_code,new_ward," +
		"old_ward_was_split\n"
	row := "Thành phố Hồ Chí Minh,79,Quận 3,770,Phường 5,27151,27154,Phường Bàn Cờ,false\n"
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(header+content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	resolve := []string{"resolve", "trước số 8 Bàn Cờ, phường 5 quận 3"}
	old := `{"text":"trước số 8 Bàn Cờ, phường 5 quận 3","address":"trước số 8 Bàn Cờ, phường 5, quận 3",` +
		`"areas":[{"code":"27154","name":"Phường Bàn Cờ","named_as":"phường 5 quận 3","how":"old_ward"}],"street":"Bàn Cờ",` +
		`"house":"8","alley":"","crossing":"","landmark":"","quarter":"","road":"","sure":true}` + "\n"
	for _, step := range []struct {
		args []string
		want string
	}{
		{resolve, `"areas":[{"code":"27139","name":"Phường Xuân Hoà","named_as":"quận 3","how":"district"},`},
		{[]string{"import-names", file("faulty.csv", row+strings.Replace(row, "27154", "99999", 1))}, "line 3: no area has the code 99999"},
		{resolve, `"how":"district"`}, // a faulty file changes nothing
		{[]string{"import-names", file("good.csv", row)}, `{"imported":1}` + "\n"},
		{resolve, old},
		{[]string{"import-names", file("other.csv", strings.Replace(row, "Phường 5", "Phường 6", 1))}, `{"imported":1}` + "\n"},
		{resolve, `"areas":[{"code":"27154","name":"Phường Bàn Cờ","named_as":"quận 3","how":"district"}]`}, // replaced
		{[]string{"import-names", filepath.Join(folder, "none")}, "no such file"},
	} {
		if got := runAreas(t, step.args...); !strings.Contains(got, step.want) {
			t.Errorf("areas %v: got %q, want %q", step.args, got, step.want)
		}
	}
	cmd, out := areasCommand(), &bytes.Buffer{}
	cmd.SetIn(strings.NewReader("140 Tô Ký\n\nxin chào\n"))
	cmd.SetOut(out)
	cmd.SetArgs([]string{"resolve"})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"address":"140 Tô Ký"`) || !strings.Contains(lines[1], `"areas":[]`) {
		t.Errorf("two lines on stdin, one of them with a place, gave %q", lines)
	}
}
