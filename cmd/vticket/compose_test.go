package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// repository is where the files for containers lie.
const repository = "../../"

// loadCompose reads docker-compose.yml as the engine would, with nothing set.
func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: repository, Environment: types.Mapping{},
		ConfigFiles: []types.ConfigFile{{Filename: repository + "docker-compose.yml"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeServicesAreSafe(t *testing.T) {
	project := loadCompose(t)
	want := []string{"api", "migrate", "postgres", "redis", "worker"}
	if diff := cmp.Diff(want, project.ServiceNames()); diff != "" {
		t.Errorf("the services (-want +got):\n%s", diff)
	}
	for name, s := range project.Services {
		once := name == "migrate"
		if (s.Restart == "unless-stopped") == once {
			t.Errorf("%s: restart is %q", name, s.Restart)
		}
		if !once && (s.HealthCheck == nil || s.HealthCheck.Disable || len(s.HealthCheck.Test) == 0) {
			t.Errorf("%s: no health check", name)
		}
		if !s.ReadOnly || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") || !slices.Contains(s.CapDrop, "ALL") {
			t.Errorf("%s: it may write to its root, or gain rights", name)
		}
		ours := s.Image == project.Services["api"].Image // then the Dockerfile names the user
		if uid, _, _ := strings.Cut(s.User, ":"); uid == "0" || uid == "root" || (uid == "" && !ours) {
			t.Errorf("%s: it runs as root", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open to %q", name, port.Published, port.HostIP)
			}
		}
		for _, volume := range s.Volumes {
			if _, ok := project.Volumes[volume.Source]; volume.Type == types.VolumeTypeVolume && !ok {
				t.Errorf("%s: volume %s is not declared", name, volume.Source)
			}
		}
	}
}

func TestComposeKeepsWhatIsPromised(t *testing.T) {
	services := loadCompose(t).Services
	for _, pair := range [][2]string{{"--appendonly", "yes"}, {"--maxmemory-policy", "noeviction"}} {
		command := services["redis"].Command
		if i := slices.Index(command, pair[0]); i < 0 || i+1 >= len(command) || command[i+1] != pair[1] {
			t.Errorf("redis: %s is not %s: %q", pair[0], pair[1], command)
		}
	}
	for name, folder := range map[string]string{
		"api": "/data", "worker": "/data", "postgres": "/var/lib/postgresql/data", "redis": "/data",
	} {
		kept := slices.ContainsFunc(services[name].Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && v.Target == folder
		})
		if !kept {
			t.Errorf("%s: what it writes to %s is lost with the container", name, folder)
		}
	}
	for _, name := range []string{"api", "worker"} {
		after := services[name].DependsOn["migrate"]
		if after.Condition != types.ServiceConditionCompletedSuccessfully {
			t.Errorf("%s: it does not wait for migrate", name)
		}
	}
	if image := services["postgres"].Image; !regexp.MustCompile(`^postgres:1[5-8]\b`).MatchString(image) {
		t.Errorf("postgres: %s", image)
	}
}

// parses tells why the program would not take these arguments.
func parses(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// TestComposeSpeaksOurLanguage: a renamed command, flag, check or variable must not wait for an operator to notice.
func TestComposeSpeaksOurLanguage(t *testing.T) {
	known := settingNames()
	for _, secret := range secretNames {
		known = append(known, secret+"_FILE")
	}
	for name, s := range loadCompose(t).Services {
		if name == "postgres" || name == "redis" {
			continue
		}
		given := map[string]string{}
		for variable, value := range s.Environment {
			if !slices.Contains(known, variable) {
				t.Errorf("%s: there is no setting %s", name, variable)
			}
			if value != nil {
				given[variable] = *value
			}
		}
		for _, setting := range settingNames() {
			if _, ok := s.Environment[setting]; !ok {
				t.Errorf("%s: %s of the file .env does not reach it", name, setting)
			}
		}
		if _, err := loadConfig(given); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := parses(rootCommand(), s.Command); err != nil {
			t.Errorf("%s: command %q: %v", name, s.Command, err)
		}
		if s.HealthCheck != nil && !s.HealthCheck.Disable {
			checkHealthCommand(t, name, s.HealthCheck.Test[1:])
		}
	}
}

// checkHealthCommand checks the health command of one of our containers, program included.
func checkHealthCommand(t *testing.T, where string, command []string) {
	t.Helper()
	if command[0] != dockerfileList(t, "ENTRYPOINT")[0] {
		t.Errorf("%s: the health check runs %s", where, command[0])
	}
	if err := parses(rootCommand(), command[1:]); err != nil {
		t.Errorf("%s: health check %q: %v", where, command, err)
	}
	if i := slices.Index(command, "--only"); i > 0 {
		for check := range strings.SplitSeq(command[i+1], ",") {
			if !slices.Contains((&doctor{}).names(), check) {
				t.Errorf("%s: doctor has no check %q", where, check)
			}
		}
	}
}

// finalStage are the instructions of the image itself, continued lines joined.
func finalStage(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(repository + "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "\\\n", " ")
	return text[strings.LastIndex(text, "\nFROM "):]
}

// dockerfileList is the JSON list of an instruction.
func dockerfileList(t *testing.T, instruction string) (list []string) {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + instruction + `\b.*?(\[.*\])$`).FindStringSubmatch(finalStage(t))
	if found == nil {
		t.Fatalf("the final stage has no %s as a list", instruction)
	}
	if err := json.Unmarshal([]byte(found[1]), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDockerfileRunsWhatItBuilds(t *testing.T) {
	stage := finalStage(t)
	if !regexp.MustCompile(`(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`).MatchString(stage) {
		t.Error("the final stage does not say USER with numbers other than root's")
	}
	raw, err := os.ReadFile(repository + "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	entry := dockerfileList(t, "ENTRYPOINT")[0]
	copied := regexp.MustCompile(`(?m)^COPY --from=build (\S+) ` + entry + `$`).FindStringSubmatch(stage)
	if copied == nil {
		t.Fatalf("nothing is copied to %s", entry)
	}
	build := "CGO_ENABLED=0 go build -trimpath -o " + copied[1] + " ./cmd/vticket"
	if !strings.Contains(string(raw), build) {
		t.Errorf("the build stage does not say %q", build)
	}
	if err := parses(rootCommand(), dockerfileList(t, "CMD")); err != nil {
		t.Errorf("CMD: %v", err)
	}
	checkHealthCommand(t, "Dockerfile", dockerfileList(t, "HEALTHCHECK"))
	for _, line := range regexp.MustCompile(`(?m)^ENV (.*)$`).FindAllStringSubmatch(stage, -1) {
		for setting := range strings.FieldsSeq(line[1]) {
			if name, _, _ := strings.Cut(setting, "="); !slices.Contains(settingNames(), name) {
				t.Errorf("ENV: there is no setting %s", name)
			}
		}
	}
}
