package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
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
		env, dsn, _ := externalStack(t, 7)
		seed(t, dsn)
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
	lan.show(pin(), drawn(t, 1))
	last := time.Now()
	receipt := lan.await(5*time.Second, "the receipt is there", isReceipt)
	t.Logf("receipt %v after the last piece", time.Since(last).Round(time.Millisecond))
	code := strings.ReplaceAll(spokenCode.FindString(receipt.Text), " ", "")
	lan.picture(lan.await(5*time.Second, "the photo is there", isShown).Photos[0])
	if receipt.TicketCode != code {
		t.Errorf("the receipt of %s belongs to %s", code, receipt.TicketCode)
	}
	for _, what := range []string{"nắp cống · trước số 140\n", "\nPhường Sài Gòn (gần đúng)\n", "Nơi xử lý: Trung tâm Quản lý Giao thông"} {
		if !strings.Contains(receipt.Text, what) {
			t.Errorf("the receipt does not say %q: %s", what, receipt.Text)
		}
	}

	command(t, env, "mật khẩu dài\n", "admin", "create", "--email", "Minh@example.vn", "--role", "staff",
		"--department", "infra_center", "--password-stdin")
	minh := signIn(p, "minh@example.vn", "mật khẩu dài")
	queue := minh.queue()
	want := []ticket{{
		Code: code, State: "assigned", Priority: "critical", Category: "drainage.manhole_cover", Area: "26740", Why: "rule",
	}}
	if diff := cmp.Diff(want, queue, cmpopts.IgnoreFields(ticket{}, "Department", "etag")); diff != "" {
		t.Fatalf("the queue of the department (-want +got):\n%s", diff)
	}
	cover := minh.do(minh.ticket(code), "accept", nil)
	if cover.State != "in_progress" || cover.Department != queue[0].Department {
		t.Errorf("accepted: %+v", cover)
	}
	cover = minh.do(cover, "resolve", map[string]string{
		"outcome": "fixed", "text": "Đã đậy nắp mới.", "no_photo_reason": "Máy ảnh hỏng.",
	})
	if cover.State != "resolved" || cover.Outcome != "fixed" {
		t.Errorf("resolved: %+v", cover)
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
	sound := `{"tickets":1,"events":4,"faults":[]}`
	if got := strings.TrimSpace(command(t, env, "", "audit", "verify")); got != sound {
		t.Errorf("audit verify: %s, not %s", got, sound)
	}
	p.stop()
}

// seed makes the departments that an embedded stack makes for itself.
func seed(t *testing.T, dsn string) {
	t.Helper()
	s, err := store.Open(dsn, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	catalogue, errCatalogue := models.DefaultCatalogue()
	areas, errAreas := places.Approximate()
	if err := errors.Join(errCatalogue, errAreas); err != nil {
		t.Fatal(err)
	}
	err = s.Tx(t.Context(), func(tx *store.Tx) error {
		_, err := workflow.SeedDepartments(tx, catalogue, areas.All())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
