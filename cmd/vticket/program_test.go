package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/vticket/vticket/models/modelstest"
)

// binary is the program as it is released; crashBinary has the crash points of crash.go. Each is built once.
var binary, crashBinary func() (string, error)

func TestMain(m *testing.M) {
	// These tests wait more than they compute: the number of cores is no measure for them.
	err := flag.Set("test.parallel", "8")
	folder, errFolder := os.MkdirTemp("", "vticket-test")
	if err = errors.Join(err, errFolder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	build := func(name, tags string) func() (string, error) {
		return sync.OnceValues(func() (string, error) {
			path := filepath.Join(folder, name)
			out, err := exec.Command("go", "build", "-tags", tags, "-o", path, ".").CombinedOutput()
			if err != nil {
				return "", fmt.Errorf("build: %w\n%s", err, out)
			}
			return path, nil
		})
	}
	binary, crashBinary = build("vticket", ""), build("vticket-crash", "crash")
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// stackEnv is the configuration of one stack, as the program's environment names it.
type stackEnv []string

// folder is where the stack keeps photos, and its database when that is embedded.
func (e stackEnv) folder() string {
	for _, line := range e {
		if folder, ok := strings.CutPrefix(line, "DATA_DIR="); ok {
			return folder
		}
	}
	return ""
}

func embeddedStack(t *testing.T) stackEnv {
	t.Helper()
	return stackEnv{"DATA_DIR=" + t.TempDir()}
}

// redisTaken: one test at a time has a Redis database. Tests here own the numbers 0 to 7.
var redisTaken [8]sync.Mutex

// externalStack is an empty, migrated PostgreSQL database and an empty Redis database of that number. It returns both
// addresses too.
func externalStack(t *testing.T, number int) (env stackEnv, dsn string, client *redis.Client) {
	t.Helper()
	needServices(t)
	address, err := url.Parse(os.Getenv("VTICKET_TEST_REDIS_URL"))
	if err != nil {
		t.Fatal(err)
	}
	redisTaken[number].Lock()
	t.Cleanup(redisTaken[number].Unlock)
	address.Path = fmt.Sprintf("/%d", number)
	options, err := redis.ParseURL(address.String())
	if err != nil {
		t.Fatal(err)
	}
	client = redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	if err := client.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	dsn = modelstest.PostgresDSN(t)
	env = stackEnv{"DATABASE_URL=" + dsn, "REDIS_URL=" + address.String(), "DATA_DIR=" + t.TempDir()}
	command(t, env, "", "migrate")
	return env, dsn, client
}

func needServices(t *testing.T) {
	t.Helper()
	for _, name := range []string{modelstest.DatabaseURL, "VTICKET_TEST_REDIS_URL"} {
		switch {
		case os.Getenv(name) != "":
		case os.Getenv("CI") == "true":
			t.Fatalf("%s is not set: run the tests through make test", name)
		default:
			t.Skipf("LEFT OUT: %s is not set; make test finds or starts what it names", name)
		}
	}
}

// environment is ours without what configures a stack, and then the stack's.
func (e stackEnv) environment(more ...string) []string {
	var all []string
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		switch strings.TrimSuffix(name, "_FILE") {
		case "DATABASE_URL", "REDIS_URL", "DATA_DIR", "LISTEN_ADDR", "PUBLIC_URL", "LOG_LEVEL", "VTICKET_CRASH", "GEOCODER_URL",
			"TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_BASE_URL":
		default:
			all = append(all, line)
		}
	}
	return append(append(append(all, "LISTEN_ADDR=127.0.0.1:0"), e...), more...)
}

// command runs a subcommand to its end, which must be a good one, and returns what it printed.
func command(t *testing.T, env stackEnv, stdin string, args ...string) string {
	t.Helper()
	out, err := attempt(t, env, stdin, args...)
	if err != nil {
		t.Fatalf("vticket %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// attempt runs a subcommand that may fail, and returns all that it printed.
func attempt(t *testing.T, env stackEnv, stdin string, args ...string) (string, error) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdin = env.environment(), strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// rawDB is the SQLite database of a folder, past everything of ours. It waits for a program that is writing.
func rawDB(t *testing.T, folder string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "vticket.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// program is a running "vticket serve".
type program struct {
	t      testing.TB
	base   string // http://host:port
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended, once exited is closed
}

// start runs the program and waits until it is ready.
func start(t *testing.T, build func() (string, error), env stackEnv, more ...string) *program {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, cmd: exec.Command(path, "serve"), exited: make(chan struct{})}
	log, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Env, p.cmd.Stderr = env.environment(more...), log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addresses := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if base, ok := strings.CutPrefix(lines.Text(), "Vticket: "); ok {
				addresses <- base
			}
		}
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
		if said, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("the program said:\n%s", said)
		}
		_ = log.Close()
	})
	select {
	case p.base = <-addresses:
	case <-p.exited:
		t.Fatalf("the program ended before it listened: %v", p.err)
	case <-time.After(20 * time.Second):
		t.Fatal("the program does not say where it listens")
	}
	eventually(t, 10*time.Second, "/readyz is 200", func() bool { return p.ready() })
	t.Logf("ready after %v", time.Since(began).Round(time.Millisecond))
	return p
}

func (p *program) ready() bool {
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+"/readyz", http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// stop asks politely; the program must end well within its drain.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.exited:
		if p.err != nil {
			p.t.Fatalf("after SIGTERM: %v", p.err)
		}
	case <-time.After(20 * time.Second):
		p.t.Fatal("still running 20 s after SIGTERM")
	}
}

// died waits for the end by kill -9 at the crash point.
func (p *program) died() {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(15 * time.Second):
		p.t.Fatal("the program did not reach its crash point")
	}
	var end *exec.ExitError
	if !errors.As(p.err, &end) || end.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		p.t.Fatalf("the program ended by itself: %v", p.err)
	}
}

// eventually asks until the answer is yes.
func eventually(tb testing.TB, within time.Duration, what string, ask func() bool) {
	tb.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-deadline:
			tb.Fatalf("not within %v: %s", within, what)
		case <-tick.C:
		}
	}
}
