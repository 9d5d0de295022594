package console

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is to be rewritten with -update and reviewed (-file +told):\n%s", path, diff)
	}
}

// story builds a thread step by step.
type story struct {
	thread

	at  time.Time
	seq int64
}

func (s *story) wait(d time.Duration) *story { s.at = s.at.Add(d); return s }

func (s *story) event(verb models.Verb, kind models.ActorKind, actor, data string) {
	s.seq++
	s.Events = append(s.Events, models.Event{Seq: s.seq, Verb: verb, ActorKind: kind, ActorID: actor, At: s.at, Data: data})
}

func (s *story) hears(id, text string) {
	s.Messages = append(s.Messages, models.Message{
		ID: id, ConversationID: "talk", Direction: models.DirectionIn, Text: text, CreatedAt: s.at,
	})
}

// says keeps an outgoing message and one delivery of it.
func (s *story) says(author, key string, args models.Args, d models.Delivery) {
	id := fmt.Sprint("out", len(s.Messages))
	s.Messages = append(s.Messages, models.Message{
		ID: id, ConversationID: "talk", Direction: models.DirectionOut, Author: author, Key: key, Args: args, CreatedAt: s.at,
	})
	if d.MessageID = id; d.Status == models.DeliverySent {
		at := s.at.Add(2 * time.Second)
		d.SentAt = &at
	}
	s.Deliveries = append(s.Deliveries, d)
}

func (s *story) notes(id, author, text string) {
	s.Notes = append(s.Notes, models.Note{ID: id, AuthorID: author, Text: text, CreatedAt: s.at})
}

// told writes a stream as text.
func told(s *story, lang string) string {
	catalogue, _ := models.DefaultCatalogue()
	w := teller{
		thread: s.thread, lang: lang, catalogue: catalogue, area: func(code string) string { return "Phường " + code },
	}
	var b strings.Builder
	for _, e := range w.stream() {
		fmt.Fprintf(&b, "%-6s  %s", e.Kind, locales.Moment(lang, e.At))
		for _, part := range []string{e.Who, e.Line, e.Status} {
			if part != "" {
				b.WriteString("  |  " + part)
			}
		}
		if e.Hidden {
			b.WriteString("  |  (thu hồi)")
		}
		b.WriteByte('\n')
		for _, line := range append(strings.Split(e.Text, "\n"), e.Extra...) {
			if line != "" {
				b.WriteString("        " + line + "\n")
			}
		}
	}
	return b.String()
}

func begin() *story {
	at, _ := time.Parse(time.RFC3339, "2026-11-23T20:05:00+07:00")
	s := &story{at: at}
	talk := "talk"
	s.Names = map[string]string{
		"minh": "Minh", "lan": "Lan (đội 3)", "infra": "Trung tâm Hạ tầng kỹ thuật", "ward": "UBND Phường Sài Gòn",
	}
	s.Phones = map[string]string{"resident": "0908000318"}
	s.Reports = []models.Report{{ReporterID: "resident", ConversationID: &talk, Channel: "zalo", Words: "Mất nắp cống", CreatedAt: at}}
	return s
}

// TestStream tells a whole life of a ticket: every kind of entry, every verb.
func TestStream(t *testing.T) {
	s := begin()
	sent := models.Delivery{Status: models.DeliverySent}
	s.hears("m1", "Mất nắp cống trước số 140, nguy hiểm quá")
	s.hears("m2", "")
	s.Messages[1].Lat, s.Messages[1].Lon = new(10.77), new(106.7)
	s.hears("m3", "Số nhà tôi là 12")
	s.Messages[2].HiddenAt = &s.at
	for _, media := range []models.AttachmentMedia{models.MediaImage, models.MediaImage, models.MediaAudio} {
		s.Attachments = append(s.Attachments, models.Attachment{MessageID: &s.Messages[0].ID, Media: media})
	}
	s.event(models.VerbSubmit, models.ActorSystem, "",
		`{"set":{"category":"drainage.manhole_cover","why":"rule","department":"infra","state":"assigned"}}`)
	sent.Text = "Đã nhận phản ánh của bạn."
	s.says("bot", "receipt", models.Args{}, sent)
	s.wait(time.Minute).event(models.VerbWarn, models.ActorSystem, "", fmt.Sprintf(
		`{"note":{"clock":"accept","due_at":%d}}`, s.at.Add(time.Hour).UnixMicro()))
	s.wait(time.Minute).notes("n1", "lan", "Không phải cống của chúng tôi.")
	s.event(models.VerbReturn, models.ActorStaff, "lan", `{"set":{"department":"","why":"returned"},"note":{"note":"n1"}}`)
	s.wait(time.Minute).event(models.VerbTriage, models.ActorStaff, "minh",
		`{"set":{"category":"road.pothole","priority":"high","area":"Sài Gòn","suggested":"ward","why":"hotline_type"}}`)
	s.event(models.VerbAssign, models.ActorStaff, "minh", `{"set":{"department":"ward","why":"hotline"}}`)
	s.wait(time.Minute).event(models.VerbAccept, models.ActorStaff, "lan", `{"set":{"assignee":"lan"}}`)
	s.wait(time.Minute).notes("n2", "lan", "Đang ở Quang Trung, 15 phút tới.")
	s.event(models.VerbNote, models.ActorStaff, "lan", `{"note":{"note":"n2"}}`)
	s.wait(time.Minute).event(models.VerbAsk, models.ActorStaff, "lan", `{"set":{"state":"waiting"}}`)
	s.says("lan", "question", models.Args{"text": "Nắp tròn hay vuông?", "department": "Phường", "code": "4812 77356"},
		models.Delivery{Status: models.DeliveryQueued})
	s.wait(time.Second).event(models.VerbPause, models.ActorSystem, "", `{"set":{"pauses":1}}`)
	s.wait(2*time.Hour).hears("m4", "Nắp vuông")
	s.event(models.VerbAttach, models.ActorResident, "resident", `{"set":{"state":"in_progress","paused_s":7200}}`)
	s.wait(time.Minute).hears("m5", "Gửi thêm")
	s.Ticket.Lat, s.Ticket.Lon = new(10.77), new(106.7)
	s.Messages[len(s.Messages)-1].Lat, s.Messages[len(s.Messages)-1].Lon = new(10.771), new(106.7)
	s.event(models.VerbAttach, models.ActorResident, "resident", `{"note":{"messages":["m5"]}}`)
	s.wait(time.Minute).event(models.VerbReply, models.ActorStaff, "minh", `{}`)
	s.says("minh", "reply_staff", models.Args{"text": "Đội đang tới.", "department": "Phường", "code": "4812 77356"},
		models.Delivery{Status: models.DeliveryDead, ErrorClass: "blocked"})
	s.wait(time.Minute).notes("n3", "lan", "Trời tối, máy ảnh hỏng.")
	s.event(models.VerbResolve, models.ActorStaff, "lan",
		`{"set":{"outcome":"fixed"},"note":{"note":"n3","same_picture":true,"photos":["a"]}}`)
	sent.Text = "Đã lắp nắp gang mới."
	s.says("lan", "answer_fixed", models.Args{"photos": []any{"a"}}, sent)
	s.wait(time.Minute).event(models.VerbInspect, models.ActorSystem, "", `{"note":{"photo":"a","refused":true}}`)
	s.wait(time.Hour).event(models.VerbRate, models.ActorResident, "resident", `{"note":{"stars":2}}`)
	s.event(models.VerbReopen, models.ActorResident, "resident", `{"set":{"reopens":1}}`)
	s.wait(time.Hour).event(models.VerbBreach, models.ActorSystem, "", fmt.Sprintf(
		`{"note":{"clock":"resolve","due_at":%d}}`, s.at.UnixMicro()))
	s.wait(time.Hour).event(models.VerbClose, models.ActorSystem, "", `{}`)
	golden(t, "stream", told(s, locales.Vietnamese))
}

// TestStreamOfACall tells of a report that no message brought, and of who has left since.
func TestStreamOfACall(t *testing.T) {
	s := begin()
	s.Reports = []models.Report{{ReporterID: "resident", Channel: "phone", Words: "Đèn tắt ở hẻm 19", CreatedAt: s.at}}
	s.event(models.VerbSubmit, models.ActorStaff, "minh", `{"set":{"category":"utility.streetlight_out","why":"no_place"}}`)
	s.wait(time.Minute).event(models.VerbAmend, models.ActorStaff, "minh", `{"set":{"department":"infra","area":"Tân Hưng","why":"rule"}}`)
	s.wait(time.Minute).event(models.VerbAmend, models.ActorResident, "resident", `{"note":{"late":true}}`)
	s.wait(time.Minute).event(models.VerbExpire, models.ActorSystem, "", `{"note":{"unanswered":true}}`)
	s.wait(time.Minute).event(models.VerbAccept, models.ActorStaff, "gone", `{}`)
	s.wait(time.Minute).event(models.VerbWithdraw, models.ActorStaff, "minh", `{}`)
	s.wait(time.Minute).event(models.VerbReopen, models.ActorResident, "resident", `{"set":{"closed_at":0}}`)
	golden(t, "stream_call", told(s, locales.Vietnamese))
}

// TestStreamSaysWhyAMessageWaits: "being sent" for ever would tell nobody that they must act.
func TestStreamSaysWhyAMessageWaits(t *testing.T) {
	queued := func(class string, next time.Duration) models.Delivery {
		at := begin().at
		return models.Delivery{Status: models.DeliveryQueued, ErrorClass: class, CreatedAt: at, NotBefore: at.Add(next)}
	}
	for name, tt := range map[string]struct {
		delivery models.Delivery
		says     string
		tone     models.Tone
	}{
		"not tried yet":         {queued("", 0), "being sent", models.ToneWarn},
		"a refused token":       {queued("token", time.Minute), "please tell the administrator", models.ToneBad},
		"the night":             {queued("quiet", time.Hour), "it is night", models.ToneWarn},
		"tried again soon":      {queued("retry", time.Minute), "being sent", models.ToneWarn},
		"tried for long":        {queued("retry", 10*time.Minute), "tried many times", models.ToneWarn},
		"a platform's long no":  {queued("throttled", time.Hour), "overloaded", models.ToneWarn},
		"a platform's short no": {queued("throttled", time.Minute), "being sent", models.ToneWarn},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin()
			s.says("minh", "reply_staff", models.Args{"text": "Xong"}, tt.delivery)
			got := teller{thread: s.thread, lang: locales.English}.said()[0]
			if !strings.Contains(got.Status, tt.says) || got.Tone != tt.tone {
				t.Errorf("staff are to read %q in the tone %q: %q, %q", tt.says, tt.tone, got.Status, got.Tone)
			}
		})
	}
}

// TestWhatIsNotSentYetIsInWords: a message that waits shows what will be sent, not the keys that it is made of.
func TestWhatIsNotSentYetIsInWords(t *testing.T) {
	for key, tt := range map[string]struct {
		args models.Args
		want string
	}{
		"ask_split": {
			models.Args{"kinds": "road.pothole,drainage.manhole_cover", "n": "2"},
			"“Ổ gà, mặt đường hư hỏng”, “Mất, bể nắp hố ga / nắp cống”",
		},
		"ask_guide": {models.Args{"guide": "admin.info_request"}, "dichvucong.gov.vn"},
		"danger": {
			models.Args{"safety": "drainage.manhole_cover", "number": "1022"}, "đừng thò tay xuống hố.\n        Gọi ngay 1022",
		},
		"ask_same": {
			models.Args{"category": "road.pothole", "state": "assigned", "since_due": "2026-03-06T02:00:00Z"},
			"đã có người báo “Ổ gà, mặt đường hư hỏng”, từ thứ Sáu 6/3: đã chuyển đơn vị.",
		},
		"ask_still": {
			models.Args{"category": "road.pothole", "code": "4812 77356", "own": true, "since_due": "2026-03-06T02:00:00Z"},
			"của bạn về “Ổ gà, mặt đường hư hỏng”, đã được trả lời hôm thứ Sáu 6/3.",
		},
	} {
		t.Run(key, func(t *testing.T) {
			s := begin()
			s.says("bot", key, tt.args, models.Delivery{Status: models.DeliveryQueued})
			if got := told(s, locales.Vietnamese); !strings.Contains(got, tt.want) {
				t.Errorf("staff are to read %q:\n%s", tt.want, got)
			}
		})
	}
}

// TestEveryVerbIsTold: an event without a sentence would show its key.
func TestEveryVerbIsTold(t *testing.T) {
	for _, move := range models.Moves {
		for _, kind := range []models.ActorKind{models.ActorResident, models.ActorStaff, models.ActorSystem} {
			if !(models.Actor{Kind: kind, Role: models.RoleAdmin}).May(move.Verb) {
				continue
			}
			for _, data := range []string{`{}`, `{"set":{"state":"in_progress","reopens":1},"note":{"late":true}}`} {
				s := begin()
				s.event(move.Verb, kind, "minh", data)
				for _, lang := range []string{locales.Vietnamese, locales.English} {
					if text := told(s, lang); strings.Contains(text, "ticket_event_") {
						t.Errorf("%s by %s has no sentence: %s", move.Verb, kind, text)
					}
				}
			}
		}
	}
}
