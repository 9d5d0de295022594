package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// told tells whether some message to a resident holds words.
func told(texts []string, words string) bool {
	for _, text := range texts {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

func zaloTexts(messages []sandbox.ZaloMessage) (texts []string) {
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	return texts
}

func faceTexts(messages []sandbox.FacebookMessage) (texts []string) {
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	return texts
}

const received = "Đã nhận phản ánh"

// TestTownWindows has answers come after the platforms' windows have closed: the ladder of channels.md §7.
func TestTownWindows(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.zalo.Approve(bought, "code", "department", "text")
	lan, minh := w.zalo.Resident("2468", "Lan"), w.facebook.Resident("5678", "Minh", "Lê")
	lan.Say("Nắp cống trước số 140 bị mất rồi")
	lan.SendLocation(10.7769, 106.7009, "")
	minh.Say("Ổ gà to trước số 12 đường Lê Lợi, phường Sài Gòn, xe té hoài")
	w.await(t, "both have a receipt", func() bool {
		return told(zaloTexts(w.zalo.Messages("2468")), received) && told(faceTexts(w.facebook.Messages("5678")), received)
	})
	first, second := w.ticket(t, "zalo", "2468"), w.ticket(t, "facebook", "5678")

	w.later(25 * time.Hour)
	w.resolve(t, second, "Đã vá ổ gà sáng nay")
	w.await(t, "staff's words come a day later as a person's", func() bool {
		for _, m := range w.facebook.Messages("5678") {
			if m.Tag == "HUMAN_AGENT" && strings.Contains(m.Text, "Đã vá ổ gà sáng nay") {
				return true
			}
		}
		return false
	})
	w.later(8 * 24 * time.Hour)
	w.resolve(t, first, "Đã đậy nắp mới")
	w.await(t, "an answer after a week comes by the approved text", func() bool {
		for _, m := range w.zalo.Messages("2468") {
			if m.Template == bought && m.Params["code"] == models.SpokenCode(first.Code) {
				return true
			}
		}
		return false
	})
}

// TestTownQuotes: where a platform can show it, a receipt and an answer about it stand below what they answer.
func TestTownQuotes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	lan, minh := w.zalo.Resident("2468", "Lan"), w.telegram.Resident(105, "Minh")
	onZalo := lan.Say("Nắp cống trước số 140 bị mất rồi")
	w.await(t, "the danger is answered", func() bool { return len(w.zalo.Messages("2468")) > 0 })
	lan.SendLocation(10.7769, 106.7009, "")
	onTelegram := strconv.FormatInt(minh.Say("Ổ gà to trước số 12 đường Lê Lợi, phường Sài Gòn, xe té hoài"), 10)
	w.await(t, "the receipt on Zalo quotes the first message", func() bool {
		return slices.ContainsFunc(w.zalo.Messages("2468"), func(m sandbox.ZaloMessage) bool {
			return strings.Contains(m.Text, received) && m.Quote == onZalo
		})
	})
	quotedOnTelegram := func(words, message string) bool {
		return slices.ContainsFunc(w.telegram.Calls("sendMessage"), func(c sandbox.Call) bool {
			return strings.Contains(c.Fields["text"], words) && c.Fields["reply_to_message_id"] == message &&
				c.Status == http.StatusOK
		})
	}
	w.await(t, "the receipt on Telegram quotes the report", func() bool { return quotedOnTelegram(received, onTelegram) })
	asked := strconv.FormatInt(minh.Say("trạng thái"), 10)
	w.await(t, "the status quotes the question", func() bool {
		return quotedOnTelegram(models.SpokenCode(w.ticket(t, "telegram", "105").Code), asked)
	})
}

// TestTownHolds has an answer that no step can bring: it waits until they write, and staff see why.
func TestTownHolds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	minh := w.facebook.Resident("5678", "Minh", "Lê")
	minh.Say("Ổ gà to trước số 12 đường Lê Lợi, phường Sài Gòn, xe té hoài")
	ticket := w.ticket(t, "facebook", "5678")
	w.later(8 * 24 * time.Hour)
	w.resolve(t, ticket, "Đã vá xong")
	var held []models.Delivery
	w.await(t, "the answer is held", func() bool {
		w.tx(t, func(tx *store.Tx) error {
			all, err := tx.TicketDeliveries(ticket.ID)
			held = all
			return err
		})
		last := held[len(held)-1]
		return last.Status == models.DeliveryHeld && last.ErrorClass == "window"
	})
	minh.Say("có ai không?")
	w.await(t, "what was held comes when they write", func() bool {
		return told(faceTexts(w.facebook.Messages("5678")), "Đã vá xong")
	})
}

// TestTownPieces plays the odd pieces of every platform: edits and unsends before and after submission, stickers,
// voices, a block that ends.
func TestTownPieces(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	t.Run("an edit before and after submission", func(t *testing.T) {
		t.Parallel()
		lan := w.facebook.Resident("100", "Lan", "Nguyễn")
		mid := lan.Say("Ổ gà to trước số 51 đường Lê Lợi, phường Sài Gòn")
		lan.Edit(mid, "Ổ gà to trước số 15 đường Lê Lợi, phường Sài Gòn", 1)
		ticket := w.ticket(t, "facebook", "100")
		words := func() string { return w.words(t, ticket) }
		if !strings.Contains(words(), "số 15") {
			t.Errorf("an edit before submission counts, the report says %q", words())
		}
		lan.Edit(mid, "Ổ gà rất to trước số 15 đường Lê Lợi, phường Sài Gòn", 2)
		w.await(t, "an edit after submission reaches the report", func() bool {
			return strings.Contains(words(), "rất to")
		})
	})
	t.Run("an unsend before submission", func(t *testing.T) {
		t.Parallel()
		lan := w.facebook.Resident("101", "Lan", "Nguyễn")
		mid := lan.Say("tui bực lắm rồi nha mấy ông")
		lan.Say("Đèn đường trước số 12 đường Lê Lợi, phường Sài Gòn tắt ba đêm rồi")
		lan.Unsend(mid)
		ticket := w.ticket(t, "facebook", "101")
		if got := w.words(t, ticket); strings.Contains(got, "bực") || !strings.Contains(got, "Đèn đường") {
			t.Errorf("what was unsent is not in the report: %q", got)
		}
	})
	t.Run("a sticker opens nothing", func(t *testing.T) {
		t.Parallel()
		w.facebook.Resident("102", "Lan", "Nguyễn").Like()
		w.zaloBot.Resident("102", "Lan").SendSticker("7")
		time.Sleep(3 * time.Second) // longer than a draft needs to settle
		if n := len(w.tickets(t, "facebook", "102")) + len(w.tickets(t, "zalo_bot", "102")); n != 0 {
			t.Errorf("a sticker makes no ticket, made %d", n)
		}
		if n := len(w.facebook.Messages("102")) + len(w.zaloBot.Messages("102")); n != 0 {
			t.Errorf("a sticker is not answered, was %d times", n)
		}
	})
	t.Run("a voice is evidence for the hotline", func(t *testing.T) {
		t.Parallel()
		lan := w.zalo.Resident("103", "Lan")
		lan.SendVoice([]byte("#!AMR ..."))
		lan.SendLocation(10.7769, 106.7009, "")
		ticket := w.ticket(t, "zalo", "103")
		if ticket.State != models.StateNew || ticket.Why != models.WhyListen && ticket.Why != models.WhyUnsureType {
			t.Errorf("a voice goes to the hotline, which has to listen: %s %s", ticket.State, ticket.Why)
		}
	})
	t.Run("blocked, and back", func(t *testing.T) {
		t.Parallel()
		lan := w.telegram.Resident(104, "Lan")
		lan.Say("Ổ gà to trước số 12 đường Lê Lợi, phường Sài Gòn, xe té hoài")
		ticket := w.ticket(t, "telegram", "104")
		w.await(t, "the receipt is there", func() bool { return len(w.telegram.Messages(104)) > 0 })
		lan.Block()
		w.resolve(t, ticket, "Đã vá rồi nha")
		time.Sleep(time.Second)
		lan.Unblock()
		lan.Say("có ai không?")
		w.await(t, "what was held while blocked comes afterwards", func() bool {
			for _, m := range w.telegram.Messages(104) {
				if strings.Contains(m.Text, "Đã vá rồi nha") {
					return true
				}
			}
			return false
		})
	})
}

// words are those of a ticket's report.
func (w *town) words(t *testing.T, ticket models.Ticket) (words string) {
	t.Helper()
	w.tx(t, func(tx *store.Tx) error {
		reports, err := tx.Reports(ticket.ID)
		if err == nil {
			words = reports[0].Words
		}
		return err
	})
	return words
}

// TestTownTakeOver has a colleague write in the page's own inbox: the bot is silent in that thread.
func TestTownTakeOver(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	lan := w.facebook.Resident("5678", "Lan", "Nguyễn")
	lan.Say("xin chào")
	w.await(t, "the bot greets", func() bool { return len(w.facebook.Messages("5678")) == 1 })
	lan.Answer("Chào chị, em là Minh của tổng đài, em hỗ trợ chị đây ạ")
	w.await(t, "the conversation is taken over", func() bool {
		taken := false
		w.tx(t, func(tx *store.Tx) error {
			a, _, err := tx.FindAddress("facebook", facePage, "5678")
			if err != nil {
				return err
			}
			talk, err := tx.ConversationWith(a.ID)
			taken = talk.TakenOverUntil != nil
			return err
		})
		return taken
	})
	before := len(w.facebook.Messages("5678"))
	lan.Say("xin chào")
	time.Sleep(2 * time.Second)
	if after := len(w.facebook.Messages("5678")); after != before {
		t.Errorf("while a colleague has the thread the bot is silent, it wrote %d times", after-before)
	}
	w.later(time.Hour)
	lan.Say("xin chào")
	w.await(t, "the bot is back", func() bool { return len(w.facebook.Messages("5678")) > before })
}
