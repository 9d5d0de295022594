package dialogue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// talkID is the resident's conversation.
func (c *chat) talkID(t *testing.T) (id string) {
	t.Helper()
	a, _ := c.address(t)
	c.within(t, func(tx *store.Tx) error {
		conversation, err := tx.ConversationWith(a.ID)
		id = conversation.ID
		return err
	})
	return id
}

// bringBack looks at the conversation when somebody asked for that.
func (c *chat) bringBack(t *testing.T) {
	t.Helper()
	wakes, err := c.Store.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wakes {
		if w.Kind != models.KindReturn {
			continue
		}
		if err := c.Return(t.Context(), w.ID); err != nil {
			t.Fatal(err)
		}
	}
	c.deliver(t)
}

func TestAPersonAnswersInsteadOfTheBot(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said(lamp))
		c.says(t, said("Gặp nhân viên"))
		c.expectSaid(t, "the hand-over is visible", "person_called")
		all := c.messages(t)
		if shown := all[len(all)-1].Shown; !strings.Contains(shown, models.Hotline().Name) || !strings.Contains(shown, "ngày lẫn đêm") {
			t.Errorf("the resident hears who answers and when: %s", shown)
		}
		c.says(t, said("trạng thái"), said("cho tôi hỏi"), photo())
		c.settle(t, 11*time.Hour)
		c.bringBack(t)
		c.expectSaid(t, "the bot is silent, about the draft too", "person_called")
		c.says(t, said("English"))
		c.expectSaid(t, "the language follows all the same", "person_called", "language_set")
		c.settle(t, 11*time.Hour)
		c.bringBack(t)
		c.expectSaid(t, "twelve hours begin with the last word", "person_called", "language_set")
		c.clock.Move(time.Hour)
		c.bringBack(t)
		c.expectSaid(t, "after twelve hours of silence the bot is back, and says so", "bot_back", "ask_place")
		c.says(t, pin())
		c.settle(t, 3*time.Second)
		if o := c.outcome(t); len(o.Tickets) != 1 || !strings.Contains(o.Tickets[0], lamp) {
			t.Errorf("the draft from before is kept: %q", o.Tickets)
		}
	})
}

func TestAResidentReturnsToTheBot(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("person"))
		c.says(t, said("1"))
		c.says(t, said("trợ giúp"))
		c.expectSaid(t, "the choice under the hand-over brings the bot back", "person_called", "bot_back", "help")
		c.clock.Move(13 * time.Hour)
		c.bringBack(t)
		c.expectSaid(t, "it comes back once", "bot_back", "help")
	})
}

func TestAColleagueReturnsTheTalk(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("gặp người"))
		id := c.talkID(t)
		var rows []store.Talk
		c.within(t, func(tx *store.Tx) (err error) {
			rows, err = tx.Talks(10)
			return err
		})
		if len(rows) != 1 || rows[0].ID != id || rows[0].Answered {
			t.Fatalf("the conversation waits for an answer: %+v", rows)
		}
		c.within(t, func(tx *store.Tx) error {
			talk, err := tx.LockTalk(id)
			if err != nil {
				return err
			}
			return tx.LeaveTalk(talk, tx.Now)
		})
		c.bringBack(t)
		c.expectSaid(t, "the resident hears that the bot is back", "person_called", "bot_back")
		c.within(t, func(tx *store.Tx) (err error) {
			rows, err = tx.Talks(10)
			return err
		})
		if len(rows) != 0 {
			t.Errorf("nobody waits any more: %+v", rows)
		}
	})
}

// TestADangerIsHeardWhileAPersonHasTheTalk: somebody may not look for hours.
func TestADangerIsHeardWhileAPersonHasTheTalk(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("gặp nhân viên"))
		c.says(t, said(danger))
		c.expectSaid(t, "what to do is said at once", "person_called", "danger")
		c.says(t, pin())
		c.settle(t, 3*time.Second)
		if o := c.outcome(t); len(o.Tickets) != 1 {
			t.Errorf("the danger is a ticket: %q", o.Tickets)
		}
	})
}

// TestAnswersAboutTicketsCountWhileAPersonHasTheTalk: no colleague can press for the resident.
func TestAnswersAboutTicketsCountWhileAPersonHasTheTalk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(code string) *bots.Incoming
		want   models.State
	}{
		"the number of a choice": {func(string) *bots.Incoming { return said("1") }, models.StateClosed},
		"a pressed button":       {func(code string) *bots.Incoming { return press("not_done:" + code) }, models.StateAssigned},
		"words to the colleague": {func(string) *bots.Incoming { return said("cho tôi hỏi") }, models.StateResolved},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				code := c.report(t)
				c.says(t, said("gặp nhân viên"))
				c.resolve(t, "Đã vá.")
				before := len(c.outcome(t).Said)
				c.says(t, tt.answer(code))
				c.expectState(t, "after the answer", code, tt.want)
				for _, key := range c.outcome(t).Said[before:] {
					if key != "reopened" { // as the desk says to everybody
						t.Errorf("the bot says %q into a person's talk", key)
					}
				}
			})
		})
	}
}

// TestADepartmentIsAnsweredWhileAPersonHasTheTalk: what is said next is the answer that it waits for, unless a colleague
// has said something since.
func TestADepartmentIsAnsweredWhileAPersonHasTheTalk(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		ask := func() {
			c.staff(t, func(tx *store.Tx, act workflow.Act) error {
				_, err := c.Desk.Ask(tx, workflow.AskInput{Act: act, Text: "Nhà số mấy ạ?"})
				return err
			})
		}
		code := c.report(t)
		c.accept(t)
		c.says(t, said("gặp nhân viên"))
		ask()
		c.says(t, said("số 12, cửa xanh"))
		c.expectState(t, "after the answer", code, models.StateInProgress)
		c.clock.Move(time.Hour)
		ask()
		talk := c.talkID(t)
		c.within(t, func(tx *store.Tx) error {
			_, err := tx.Say(models.Message{
				ConversationID: talk, Author: models.NewID(), Key: "person_answer",
				Args: models.Args{"text": "Dạ, anh cần gì ạ?", "department": "1022"},
			})
			return err
		})
		c.deliver(t)
		c.says(t, said("cho hỏi giấy tờ"))
		c.expectState(t, "after an answer to the colleague", code, models.StateWaiting)
	})
}

// TestWritingByHandProlongsAPerson: words in the platform's own inbox are a person's too.
func TestWritingByHandProlongsAPerson(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("gặp nhân viên"))
		c.clock.Move(10 * time.Hour)
		c.says(t, &bots.Incoming{Kind: bots.KindEcho, Admin: "7"})
		c.clock.Move(11 * time.Hour)
		c.bringBack(t)
		c.says(t, said("trợ giúp"))
		c.expectSaid(t, "the bot is silent for twelve hours after them", "person_called")
	})
}
