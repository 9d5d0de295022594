package dialogue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// shown is the last thing that the resident was told.
func (c *chat) shown(t *testing.T) string {
	t.Helper()
	all := c.messages(t)
	return all[len(all)-1].Shown
}

func TestOwnReportsAreOneMessage(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		var codes []string
		for range 6 {
			codes = append(codes, c.report(t))
			c.clock.Move(20 * time.Minute)
		}
		c.says(t, said("phản ánh của tôi"))
		c.expectSaid(t, "one message lists them", "receipt", "status_list")
		list := c.shown(t)
		if strings.Contains(list, models.SpokenCode(codes[0])) || !strings.Contains(list, models.SpokenCode(codes[5])) {
			t.Errorf("the five newest are listed:\n%s", list)
		}
		if strings.Count(list, "trả lời chậm nhất") != 5 || !strings.Contains(list, "nhắn mã số để xem") {
			t.Errorf("each with its promise, and a hint at the others:\n%s", list)
		}
	})
}

// TestAnAnsweredReportPromisesNothing: when there will be an answer is no more to be said once it is there.
func TestAnAnsweredReportPromisesNothing(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.says(t, said(code))
		if own := c.shown(t); !strings.Contains(own, "chậm nhất") {
			t.Errorf("an open report tells its promise: %s", own)
		}
		c.resolve(t, "Đã vá.")
		c.says(t, said(code))
		if own := c.shown(t); strings.Contains(own, "chậm nhất") || !strings.Contains(own, "đã trả lời") {
			t.Errorf("an answered one says that it is, and no promise: %s", own)
		}
	})
}

// TestAskedInSeveralMessagesIsAnsweredOnce: they came in one breath, and are read in one turn.
func TestAskedInSeveralMessagesIsAnsweredOnce(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("phản ánh của tôi"), said("phản ánh của tôi"), said("tới đâu rồi"))
		if o := c.outcome(t); len(o.Said) != 1 || o.Said[0] != "status_none" {
			t.Errorf("one answer is to say that there are none: %q", o.Said)
		}
	})
}

// TestHiddenTypesAreNotNamed: what may be seen on a locked screen does not say what was reported, and nobody else learns
// that anything was.
func TestHiddenTypesAreNotNamed(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.staff(t, func(tx *store.Tx, act workflow.Act) error {
			_, err := c.Desk.Triage(tx, workflow.TriageInput{Act: act, Category: "security.vice"})
			return err
		})
		name := desk.Catalogue.Category("security.vice").NameVi
		c.says(t, said("trạng thái"))
		if text := c.shown(t); strings.Contains(text, name) || !strings.Contains(text, "Việc cần xử lý kín") {
			t.Errorf("an own hidden ticket is told without its type:\n%s", text)
		}
		c.clock.Move(20 * time.Minute)
		c.report(t)
		c.says(t, said("trạng thái"))
		if text := c.shown(t); strings.Contains(text, name) || !strings.Contains(text, "Việc cần xử lý kín") {
			t.Errorf("nor does a list name it:\n%s", text)
		}
		c.who = "minh"
		c.says(t, said(models.SpokenCode(code)+" tới đâu rồi"))
		c.expectSaid(t, "to others it is unknown", "status_unknown")
	})
}

// TestTheStatusSpeaksToWhomItConcerns: only who was asked is waited for, and only who took it back has.
func TestTheStatusSpeaksToWhomItConcerns(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		expect := func(who, want string) {
			t.Helper()
			c.who = who
			c.says(t, said(models.SpokenCode(c.lastCode(t))+" tới đâu rồi"))
			if text := c.shown(t); !strings.Contains(text, want) {
				t.Errorf("%s is to hear %q:\n%s", who, want, text)
			}
		}
		c.report(t)
		c.says(t, said("huỷ"))
		expect("minh", ": đã rút lại")
		expect("lan", "bạn đã rút lại")
		c.report(t)
		c.who = "minh"
		place := pin()
		*place.Lat += 0.003
		c.says(t, said("ổ gà to"), place)
		c.settle(t, 3*time.Second)
		c.says(t, said("1"))
		c.expectSaid(t, "minh follows", "followed")
		c.accept(t)
		c.staff(t, func(tx *store.Tx, act workflow.Act) error {
			_, err := c.Desk.Ask(tx, workflow.AskInput{Act: act, Text: "Hố trước số mấy ạ?"})
			return err
		})
		expect("minh", "đang xử lý")
		expect("hoa", ": chờ người báo trả lời")
		expect("lan", "chờ bạn trả lời")
	})
}

func TestTheReceiptOfAHiddenTypeIsNeutral(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("có người bán ma tuý, tụ tập hút chích trong hẻm"), pin())
		c.settle(t, 3*time.Second)
		ticket, _, _ := c.ticket(t, c.lastCode(t))
		category := desk.Catalogue.Category(ticket.Category)
		if !category.Discreet() {
			t.Fatalf("the words are to be read as a hidden type, not %s", ticket.Category)
		}
		if text := c.shown(t); strings.Contains(text, category.NameVi) || !strings.Contains(text, "Việc cần xử lý kín") {
			t.Errorf("the receipt does not name the type:\n%s", text)
		}
	})
}

// TestALowRatingNeverCloses: one to three stars offer to reopen.
func TestALowRatingNeverCloses(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		for _, stars := range []string{"1", "2", "3"} {
			code := c.report(t)
			c.resolve(t, "Đã vá.")
			c.says(t, press("rate:"+code+":"+stars))
			c.expectSaid(t, "it offers to reopen", "answer_fixed", "rated_low")
			c.expectState(t, "after "+stars+" stars", code, models.StateResolved)
			c.clock.Move(20 * time.Minute)
		}
	})
}

// TestTheLanguageFollowsInEveryState: a command switches it at any time, English words only at first contact.
func TestTheLanguageFollowsInEveryState(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("chào"))
		c.says(t, said("Hello, there is a big pothole in my street"))
		if lang := c.language(t); lang != "vi" {
			t.Errorf("English words later do not switch: %s", lang)
		}
		for _, state := range []struct {
			name string
			make func()
		}{
			{"with an open draft", func() {}},
			{"with a question open", func() { c.settle(t, 7*time.Second) }},
			{"with a ticket", func() { c.says(t, pin()); c.settle(t, 3*time.Second); t.Log(c.outcome(t)) }},
			{"with an answer", func() { c.resolve(t, "Đã vá.") }},
			{"with a person", func() { c.says(t, said("person")) }},
		} {
			state.make()
			for _, want := range []string{"en", "vi"} {
				if c.says(t, said(want)); c.language(t) != want {
					t.Errorf("%s, %q switches the language; it is %s", state.name, want, c.language(t))
				}
			}
		}
	})
}

func (c *chat) language(t *testing.T) (lang string) {
	t.Helper()
	id := c.talkID(t)
	c.within(t, func(tx *store.Tx) error {
		conversation, err := tx.Conversation(id)
		lang = conversation.Language
		return err
	})
	return lang
}
