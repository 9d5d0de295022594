package dialogue_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
)

var update = flag.Bool("update", false, "rewrite the transcripts")

// script is a conversation as it is written down: who says what, and when.
type script struct {
	*chat
	text  strings.Builder
	shown int
}

func (s *script) line(who, text string) {
	at := s.clock.Now().In(time.FixedZone("ICT", 7*60*60)).Format("15:04:05")
	indent := "\n" + strings.Repeat(" ", len(at)+8)
	fmt.Fprintf(&s.text, "%s  %-4s  %s\n", at, who, strings.ReplaceAll(text, "\n", indent))
}

// answers writes down what the phone has shown since.
func (s *script) answers() {
	for _, out := range s.phone.shows[s.shown:] {
		text := out.Text
		if out.AskLocation != "" {
			text += "\n[gửi vị trí]"
		}
		s.line("1022", text)
	}
	s.shown = len(s.phone.shows)
}

// sends lets the resident send something after a while.
func (s *script) sends(t *testing.T, after time.Duration, events ...*bots.Incoming) {
	t.Helper()
	s.wait(t, after)
	for _, e := range events {
		switch {
		case e.Text != nil:
			s.line("Lan", *e.Text)
		case e.Kind == bots.KindLocation:
			s.line("Lan", "[vị trí]")
		default:
			s.line("Lan", "["+map[bots.Kind]string{bots.KindImage: "hình"}[e.Kind]+"]")
		}
	}
	s.says(t, events...)
	s.answers()
}

// wait lets time pass, half a second at a time while the bot may speak.
func (s *script) wait(t *testing.T, d time.Duration) {
	t.Helper()
	for range min(d, 7*time.Second) / (500 * time.Millisecond) {
		s.settle(t, 500*time.Millisecond)
		s.deliver(t)
		s.answers()
		d -= 500 * time.Millisecond
	}
	s.clock.Move(d)
}

// TestTranscripts plays conversations and compares them, as they look on the resident's phone, with those that people
// have reviewed.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(t *testing.T, s *script){
		"receipt": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, photo(), photo())
			s.sends(t, 2*time.Second, said("Ổ gà to trước 140 Tô Ký, hôm qua có người té rồi"))
			s.sends(t, time.Second, pin())
			s.sends(t, 20*time.Second, said("cảm ơn"))
			s.sends(t, 5*time.Minute, photo())
			s.sends(t, 2*time.Hour, said("tới đâu rồi"))
			s.sends(t, time.Minute, said("huỷ"))
			s.sends(t, 30*time.Minute, said("lại"))
		},
		"danger": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, said("dây điện đứt rơi xuống đường, mọi người tới coi giùm"))
			s.sends(t, 15*time.Second, said("ngay trước số 15 Nguyễn Trãi"))
			s.wait(t, 5*time.Second)
		},
		"question": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, said("chào"))
			s.sends(t, 10*time.Second, said("đèn đường tắt tối thui mấy hôm nay"))
			s.sends(t, 40*time.Second, said("hẻm 51 Cao Thắng gần chợ Bàn Cờ"))
			s.wait(t, 5*time.Second)
		},
		"result": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, said("ổ gà to lắm"), pin())
			s.wait(t, 5*time.Second)
			s.clock.Move(26 * time.Hour)
			s.resolve(t, "Đã vá ổ gà sáng nay.")
			s.answers()
			s.sends(t, 10*time.Minute, said("2"))
			s.sends(t, time.Minute, said("hố kế bên còn nguyên"))
			s.sends(t, 5*time.Second, photo())
			s.clock.Move(20 * time.Hour)
			s.resolve(t, "Đã vá luôn hố kế bên, cảm ơn bạn đã nhắc.")
			s.answers()
			s.sends(t, 10*time.Minute, said("1"))
			s.sends(t, 10*time.Second, said("5"))
		},
		"split": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, said(two))
			s.wait(t, 10*time.Second)
			s.sends(t, 20*time.Second, said("2"))
			s.wait(t, 3*time.Second)
		},
		"guidance": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, said(denunciation))
			s.wait(t, 10*time.Second)
			s.sends(t, 20*time.Second, said("thôi"))
			s.sends(t, time.Hour, said("hôm nay trời đẹp quá"))
			s.sends(t, time.Minute, said(question))
			s.wait(t, 10*time.Second)
			s.sends(t, 20*time.Second, said("1"))
			s.wait(t, 3*time.Second)
			s.sends(t, 26*time.Hour, said("chào"))
		},
		"english": func(t *testing.T, s *script) {
			t.Helper()
			s.sends(t, 0, said("Hello, the street light in front of my house is broken"))
			s.sends(t, 20*time.Second, said("15 Nguyen Trai street"))
			s.wait(t, 5*time.Second)
			s.sends(t, 30*time.Second, said("status"))
			s.sends(t, 30*time.Second, said("cancel"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := modelstest.NewClock(t, "2026-03-06T02:00:00Z")
			s := &script{chat: newChat(t, modelstest.SQLite(t, clock.Now), clock)}
			play(t, s)
			got := strings.ReplaceAll(s.text.String(), models.SpokenCode(s.lastCode(t)), "4812 77358")
			path := filepath.Join("testdata", "transcripts", name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s is to be rewritten with -update and reviewed (-file +played):\n%s", path, diff)
			}
		})
	}
}
