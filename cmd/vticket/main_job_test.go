package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const coverIsGone = "Nắp cống trước số 140 bị mất rồi"

func TestMainJob(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		mainJob(t, embeddedStack(t))
	})
	t.Run("external", func(t *testing.T) {
		t.Parallel()
		env, _, _ := externalStack(t, 7)
		mainJob(t, env)
	})
}

// mainJob is the whole promise: words and a place become a ticket, the department answers, the resident says it is
// done, and the timeline proves it.
func mainJob(t *testing.T, env stackEnv) {
	t.Helper()
	p := start(t, binary, env)
	lan := resident(p)
	lan.say(words("1", coverIsGone))
	lan.say(pin("2", 10.7769, 106.7009))
	last := time.Now()
	receipt := lan.await(5*time.Second, "the receipt is there", isReceipt)
	t.Logf("receipt %v after the last piece", time.Since(last).Round(time.Millisecond))
	code := strings.ReplaceAll(spokenCode.FindString(receipt.Text), " ", "")
	if !strings.Contains(receipt.Text, coverIsGone) || receipt.TicketCode != code {
		t.Errorf("the receipt of %s says: %+v", code, receipt)
	}

	command(t, env, "mật khẩu dài\n", "admin", "create", "--email", "Minh@example.vn", "--role", "lead",
		"--department", "hotline", "--password-stdin")
	minh := signIn(p, "minh@example.vn", "mật khẩu dài")
	if diff := cmp.Diff([]ticket{{Code: code, State: "assigned"}}, minh.queue(), cmp.AllowUnexported(ticket{})); diff != "" {
		t.Fatalf("the queue of staff (-want +got):\n%s", diff)
	}
	if got := minh.resolve(minh.ticket(code), "Đã đậy nắp mới."); got.State != "resolved" || got.Outcome != "fixed" {
		t.Errorf("resolved: %+v", got)
	}

	answer := lan.await(5*time.Second, "the answer is there", func(m said) bool { return len(m.Buttons) > 0 })
	buttons := []button{{Title: "xong", Payload: "done:" + code}, {Title: "chưa xong", Payload: "not_done:" + code}}
	if diff := cmp.Diff(buttons, answer.Buttons); diff != "" {
		t.Errorf("the choices under the answer (-want +got):\n%s", diff)
	}
	if !strings.Contains(answer.Text, "Đã đậy nắp mới.") || !strings.HasSuffix(answer.Text, "1 – xong\n2 – chưa xong") {
		t.Errorf("the answer: %q", answer.Text)
	}
	lan.say(words("3", "1"))
	lan.await(5*time.Second, "thanks are there", func(m said) bool {
		return m.Direction == "out" && strings.HasPrefix(m.Text, "Cảm ơn bạn.") && spokenCode.MatchString(m.Text)
	})
	if got := lan.myTickets(); len(got) != 1 || got[0].State != "closed" {
		t.Errorf("the resident's tickets: %+v", got)
	}
	want := `{"tickets":1,"events":3,"faults":[]}`
	if got := strings.TrimSpace(command(t, env, "", "audit", "verify")); got != want {
		t.Errorf("audit verify: %s, not %s", got, want)
	}
	p.stop()
}
