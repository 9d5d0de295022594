package main

import (
	"database/sql"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pause is how long a worker stands still: three times as long as its lease.
const pause = 60 * time.Second

// TestPausedWorker: a worker is stopped between send and record, as a machine does that is out of memory or moved.
// Another takes its work over, and what the first one writes when it goes on changes nothing.
func TestPausedWorker(t *testing.T) {
	needServices(t)
	t.Parallel()
	env, dsn, _ := externalStack(t, 7)
	seed(t, dsn)
	first := start(t, crashBinary, env, "VTICKET_CRASH=pause@send.sent")
	lan := resident(first)
	lan.say(words("1", lampIsOut))
	lan.show(pin(), drawn(t, 1))
	eventually(t, 10*time.Second, "the first worker stands still", first.stopped)
	stopped := time.Now()

	second := start(t, binary, env)
	lan.base = second.base
	lan.await(resumeLimit, "the receipt is there", isReceipt)
	lan.await(resumeLimit, "the photo is there", isShown)
	oneJob(t, lan, dsn, 1)
	time.Sleep(time.Until(stopped.Add(pause))) // the pause itself is what is tested
	before := everything(t, dsn)
	if err := first.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	lan.base = first.base // it answers again, so it has gone on from where it stood
	lan.await(10*time.Second, "the first worker goes on", isReceipt)
	first.stop() // which waits for its tasks
	if diff := cmp.Diff(before, everything(t, dsn)); diff != "" {
		t.Errorf("the worker that was paused wrote what was stale (-before +after):\n%s", diff)
	}
	command(t, env, "", "audit", "verify")
}

// stopped tells whether the system says that the program stands still.
func (p *program) stopped() bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/stat")
	if err != nil {
		p.t.Fatal(err)
	}
	_, state, _ := strings.Cut(string(raw), ") ")
	return strings.HasPrefix(state, "T")
}

// everything is what a job leaves behind, row by row.
func everything(t *testing.T, dsn string) (all []string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range []string{
		"tickets", "ticket_events", "messages", "deliveries", "drafts", "clocks", "timers", "reports", "inbox_events",
	} {
		var rows string
		err := db.QueryRowContext(t.Context(),
			"SELECT coalesce(string_agg(r::text, chr(10) ORDER BY r::text), '') FROM "+table+" r").Scan(&rows)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, table+"\n"+rows)
	}
	return all
}
