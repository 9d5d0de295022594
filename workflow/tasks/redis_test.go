package tasks

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCheckRedis(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		settings []string
		want     string // empty: accepted
	}{
		"forgets at a restart":   {[]string{"--appendonly", "no"}, "appendonly must be yes, it is no"},
		"drops keys when full":   {[]string{"--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"}, "it is allkeys-lru"},
		"does not tell":          {[]string{"--rename-command", "CONFIG", ""}, "appendonly must be yes, it could not be checked"},
		"keeps what it was told": {[]string{"--appendonly", "yes", "--maxmemory-policy", "noeviction"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := CheckRedis(t.Context(), realRedis(t, tt.settings)); err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestURLIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, err := NewBell("redis://:s3cret\n@127.0.0.1:1/0", time.Now, quiet)
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

// realRedis starts a redis-server of its own on a socket, so that no port can be taken meanwhile.
func realRedis(t *testing.T, settings []string) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI is to have redis-server: .ci/run installs it")
		}
		t.Skip("LEFT OUT: redis-server is not installed; make test installs it")
	}
	folder, err := os.MkdirTemp("", "bell") //nolint:usetesting // a socket path has 108 bytes, t.TempDir may have more
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	server := exec.Command(program, append([]string{
		"--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "",
	}, settings...)...)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_ = os.RemoveAll(folder)
	})
	address := (&url.URL{Scheme: "redis-socket", Path: socket}).String()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, err := RedisVersion(ctx, address); err != nil; _, err = RedisVersion(ctx, address) {
		select {
		case <-ctx.Done():
			t.Fatal("redis-server does not answer")
		case <-time.After(10 * time.Millisecond):
		}
	}
	return address
}
