package main

import (
	"bytes"
	"database/sql"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
)

const (
	botToken    = "424242:test-token_of-the-bot"
	lanTelegram = 5005
)

// telegramStack is a program with a bot of its own on a fake Bot API, by webhook through a public address or polling.
type telegramStack struct {
	*program
	bot  *sandbox.Telegram
	db   *store.Store
	env  stackEnv
	base atomic.Pointer[url.URL] // of the program that runs now
}

func newTelegram(t *testing.T, env stackEnv, dsn string, webhook bool) *telegramStack {
	t.Helper()
	s := &telegramStack{
		bot: sandbox.NewTelegram(botToken, sandbox.Options{Now: time.Now, Backoff: 20 * time.Millisecond}), env: env,
	}
	platform := httptest.NewServer(s.bot)
	t.Cleanup(func() { s.bot.Close(); platform.Close() })
	s.env = append(s.env, "TELEGRAM_BOT_TOKEN="+botToken, "TELEGRAM_BASE_URL="+platform.URL)
	if webhook {
		public := httptest.NewServer(&httputil.ReverseProxy{
			Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(s.base.Load()) },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		})
		t.Cleanup(public.Close)
		s.env = append(s.env, "PUBLIC_URL="+public.URL, "TELEGRAM_WEBHOOK_SECRET=of-the-webhook")
		s.base.Store(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	}
	var err error
	if s.db, err = store.Open(dsn, store.Options{Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	return s
}

func (s *telegramStack) begin(t *testing.T, build func() (string, error), more ...string) {
	t.Helper()
	s.program = start(t, build, s.env, more...)
	at, err := url.Parse(s.program.base)
	if err != nil {
		t.Fatal(err)
	}
	s.base.Store(at)
}

func TestTelegramMainJob(t *testing.T) {
	t.Parallel()
	t.Run("polling, embedded", func(t *testing.T) {
		t.Parallel()
		env := embeddedStack(t)
		s := newTelegram(t, env, "sqlite:"+filepath.Join(env.folder(), "vticket.db"), false)
		s.begin(t, binary)
		telegramJob(t, s)
	})
	t.Run("webhook, external", func(t *testing.T) {
		t.Parallel()
		env, dsn, _ := externalStack(t, 7)
		seed(t, dsn)
		s := newTelegram(t, env, dsn, true)
		s.begin(t, binary)
		telegramJob(t, s)
		sixteenTimes(t, s)
	})
}

// telegramJob is the whole promise on Telegram: an album of four with words, and a place, become one ticket; the
// department's answer comes with its photo, and the pressed button closes it.
func telegramJob(t *testing.T, s *telegramStack) {
	t.Helper()
	lan := s.bot.Resident(lanTelegram, "Lan")
	lan.SendAlbum([][]byte{drawn(t, 1), drawn(t, 2), drawn(t, 3), drawn(t, 4)}, coverIsGone)
	lan.SendLocation(10.7769, 106.7009)
	last := time.Now()
	receipt := s.awaitMessage(t, "the receipt is there", isTelegramReceipt)
	t.Logf("receipt %v after the last piece", time.Since(last).Round(time.Millisecond))
	code := strings.ReplaceAll(spokenCode.FindString(receipt.Text), " ", "")
	s.photosOf(t, code, 4)

	command(t, s.env, "mật khẩu dài\n", "admin", "create", "--email", "minh@example.vn", "--role", "staff",
		"--department", "infra_center", "--password-stdin")
	minh := signIn(s.program, "minh@example.vn", "mật khẩu dài")
	if queue := minh.queue(); len(queue) != 1 || queue[0].Code != code {
		t.Fatalf("one ticket for all that was sent, the queue has %+v", queue)
	}
	minh.do(minh.ticket(code), "accept", nil)
	after := minh.addPhoto(code, drawn(t, 5))
	cover := minh.do(minh.ticket(code), "resolve", map[string]any{
		"outcome": "fixed", "text": "Đã đậy nắp mới.", "photos": []string{after},
	})
	if cover.State != "resolved" {
		t.Errorf("resolved: %+v", cover)
	}
	answer := s.awaitMessage(t, "the answer is there", func(m sandbox.Message) bool { return len(m.Buttons) > 0 })
	buttons := []sandbox.Button{{Title: "xong", Data: "done:" + code}, {Title: "chưa xong", Data: "not_done:" + code}}
	if diff := cmp.Diff(buttons, answer.Buttons); diff != "" || !strings.Contains(answer.Text, "Đã đậy nắp mới.") {
		t.Errorf("the answer %q, its choices (-want +got):\n%s", answer.Text, diff)
	}
	s.awaitMessage(t, "the photo of the work is there", func(m sandbox.Message) bool { return len(m.Photos) == 1 })
	if err := lan.Press(answer.ID, "done:"+code); err != nil {
		t.Fatal(err)
	}
	s.awaitMessage(t, "thanks are there", func(m sandbox.Message) bool {
		return strings.HasPrefix(m.Text, "Cảm ơn bạn.") && spokenCode.MatchString(m.Text)
	})
	if calls := s.bot.Calls("answerCallbackQuery"); len(calls) != 1 || calls[0].Status != http.StatusOK {
		t.Errorf("the pressed button is acknowledged once: %+v", calls)
	}
	if closed := minh.ticket(code); closed.State != "closed" {
		t.Errorf("pressed done, the ticket is %s", closed.State)
	}
	if n := s.receipts(); n != 1 {
		t.Errorf("one receipt for all that was sent, the chat has %d", n)
	}
	command(t, s.env, "", "audit", "verify")
}

func isTelegramReceipt(m sandbox.Message) bool {
	return strings.HasPrefix(m.Text, "Đã nhận phản ánh") && spokenCode.MatchString(m.Text)
}

// TestKillOnTelegram: killed after Telegram took the receipt and before that was written down, the program sends it
// once more, knows that it may have been seen twice, and makes no second ticket.
func TestKillOnTelegram(t *testing.T) {
	needServices(t)
	t.Parallel()
	env, dsn, _ := externalStack(t, 0)
	seed(t, dsn)
	s := newTelegram(t, env, dsn, true)
	s.begin(t, crashBinary, "VTICKET_CRASH=send.sent")
	lan := s.bot.Resident(lanTelegram, "Lan")
	lan.Say(lampIsOut)
	lan.SendPhoto(drawn(t, 1), "")
	lan.SendLocation(10.7769, 106.7009)
	s.died()
	s.begin(t, binary)
	eventually(t, resumeLimit, "the receipt is sent again", func() bool { return s.receipts() == 2 })
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var tickets, receiptsKept, marked, waiting int
	var code string
	eventually(t, resumeLimit, "nothing is left to send", func() bool {
		err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM tickets),
			(SELECT count(*) FROM messages WHERE key = 'receipt'), (SELECT count(*) FROM deliveries WHERE ambiguous),
			(SELECT count(*) FROM deliveries WHERE status <> 'sent'), (SELECT max(code) FROM tickets)`).
			Scan(&tickets, &receiptsKept, &marked, &waiting, &code)
		if err != nil {
			t.Fatal(err)
		}
		return waiting == 0
	})
	if n := s.receipts(); tickets != 1 || receiptsKept != 1 || marked != 1 || n != 2 {
		t.Errorf("one ticket, one receipt, sent twice and marked: %d, %d, %d and %d", tickets, receiptsKept, n, marked)
	}
	s.photosOf(t, code, 1)
}

// receipts counts those that the resident has seen.
func (s *telegramStack) receipts() (n int) {
	for _, m := range s.bot.Messages(lanTelegram) {
		if isTelegramReceipt(m) {
			n++
		}
	}
	return n
}

// sixteenTimes: a platform that lost our answers sends the same again and again, at once.
func sixteenTimes(t *testing.T, s *telegramStack) {
	t.Helper()
	lan := s.bot.Resident(lanTelegram, "Lan")
	before := s.heard(t)
	lan.Say("Cảm ơn anh chị nhiều nha")
	updates := s.bot.Updates()
	statuses, err := s.bot.Redeliver(t.Context(), updates[len(updates)-1], 16)
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range statuses {
		if status != http.StatusOK {
			t.Errorf("one of sixteen deliveries was answered by %d", status)
		}
	}
	eventually(t, 5*time.Second, "the message is heard", func() bool { return s.heard(t) > before })
	lan.Say("Chào anh chị")
	eventually(t, 5*time.Second, "the next message is heard", func() bool { return s.heard(t) >= before+2 })
	if got := s.heard(t) - before; got != 2 {
		t.Errorf("two messages were written, %d are kept", got)
	}
}

// awaitMessage waits for a message of that kind in the resident's chat.
func (s *telegramStack) awaitMessage(t *testing.T, what string, is func(sandbox.Message) bool) (found sandbox.Message) {
	t.Helper()
	eventually(t, 15*time.Second, what, func() bool {
		for _, m := range s.bot.Messages(lanTelegram) {
			if is(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// photosOf waits until a ticket has so many pictures, and fails when there are others.
func (s *telegramStack) photosOf(t *testing.T, code string, want int) {
	t.Helper()
	var all []models.Attachment
	eventually(t, 10*time.Second, "the pictures are kept", func() bool {
		err := s.db.Read(t.Context(), func(tx *store.Tx) error {
			ticket, err := tx.TicketByCode(models.System(), code)
			if err != nil {
				return err
			}
			all, err = tx.TicketAttachments(ticket.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if !a.Picture() {
				return false
			}
		}
		return len(all) > 0
	})
	if len(all) != want {
		t.Errorf("%d pictures were sent, the ticket has %d", want, len(all))
	}
	kept, err := photos.OpenDisk(filepath.Join(s.env.folder(), "photos"))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	for _, a := range all {
		for _, key := range []string{a.LargeKey(), a.SmallKey()} {
			file, err := kept.Open(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := jpeg.Decode(file); err != nil {
				t.Errorf("%s is no picture: %v", key, err)
			}
			_ = file.Close()
		}
	}
}

// heard counts the resident's messages.
func (s *telegramStack) heard(t *testing.T) (n int) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) error {
		a, _, err := tx.FindAddress("telegram", "424242", "5005")
		if err != nil {
			return err
		}
		c, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		said, err := tx.MessagesAfter(c.ID, "", 200)
		for _, m := range said {
			if m.Direction == models.DirectionIn {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// addPhoto uploads a picture of the finished work and returns its id.
func (c *client) addPhoto(code string, raw []byte) string {
	c.t.Helper()
	res, err := c.upload("/tickets/"+code+"/photos", nil, raw)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	var made struct {
		ID string `json:"id"`
	}
	c.decode(res, http.StatusCreated, &made)
	return made.ID
}

// drawn is a picture that looks like no other seed's.
func drawn(t *testing.T, seed int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			img.Set(x, y, color.RGBA{R: uint8(x * seed >> 2), G: uint8(y * (7 - seed) >> 1), B: uint8(40 * seed), A: 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
