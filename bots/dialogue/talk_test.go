package dialogue_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

func TestTalkMakesOneTicket(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		id := c.put(t, said("ổ gà to"), pin())
		c.converse(t, id)
		c.expect(t, "before it has settled nothing is said", outcome{Heard: 2})
		c.settle(t, 2500*time.Millisecond)
		want := outcome{Tickets: []string{"assigned ổ gà to"}, Heard: 2, Said: []string{"receipt"}}
		c.expect(t, "what has settled is one ticket and one receipt", want)
		c.converse(t, id)
		c.settle(t, time.Minute)
		c.expect(t, "the same event again, and the same draft, change nothing", want)
	})
}

// TestTalkSettlesWithoutABell: the bell was lost, and the sweep has moved the draft's row on before it asks.
func TestTalkSettlesWithoutABell(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.converse(t, c.put(t, said("ổ gà"), pin()))
		c.clock.Move(3 * time.Second)
		wakes, err := c.Store.Sweep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wakes {
			if w.Kind != models.KindSettle {
				continue
			}
			if err := c.Settle(t.Context(), w.ID); err != nil {
				t.Fatal(err)
			}
		}
		c.expect(t, "a draft that the sweep brings is submitted",
			outcome{Tickets: []string{"assigned ổ gà"}, Heard: 2, Said: []string{"receipt"}})
	})
}

func TestTalkSetsUnreadableEventsAside(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.keep(t, models.InboxEvent{
			ID: models.NewID(), Channel: "webchat", Account: "web", Sender: "lan", Kind: "text", Payload: "{",
		})
		nul := "m\x00"
		words := said("ổ \x00gà")
		words.Channel, words.User, words.Message = "webchat", "lan", &nul
		row, err := words.Inbox("web")
		if err != nil {
			t.Fatal(err)
		}
		c.keep(t, row)
		c.converse(t, c.put(t, press("done:\x00"), pin()))
		c.settle(t, 3*time.Second)
		c.expect(t, "one event is set aside and those after it still make a ticket", outcome{
			Tickets: []string{"assigned ổ gà"}, Heard: 3, Said: []string{"choice_gone", "receipt"},
			Faults: []string{"payload"},
		})
	})
}

func TestTalkHearsTheVerdict(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.converse(t, c.put(t, said("ổ gà"), pin()))
		c.settle(t, 3*time.Second)
		stranger := press("done:" + models.NewCode())
		c.converse(t, c.put(t, stranger, press("done:"+c.lastCode(t))))
		c.expect(t, "a choice that is not possible yet, or on a stranger's ticket, changes nothing, which is said once",
			outcome{Tickets: []string{"assigned ổ gà"}, Heard: 4, Said: []string{"receipt", "choice_gone"}})
		c.resolve(t, "Đã vá.")
		c.converse(t, c.put(t, said("2")))
		c.expect(t, "2 under the answer reopens", outcome{
			Tickets: []string{"assigned ổ gà"}, Heard: 5, Said: []string{"receipt", "choice_gone", "answer_fixed", "reopened"},
		})
		c.resolve(t, "Đã vá.")
		c.converse(t, c.put(t, said("1")))
		c.expect(t, "1 under the answer closes, with thanks", outcome{
			Tickets: []string{"closed ổ gà"}, Heard: 6,
			Said: []string{"receipt", "choice_gone", "answer_fixed", "reopened", "answer_fixed", "closed_thanks"},
		})
	})
}

func TestTalkReceipt(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, photo(), said("ổ gà to trước 140 Tô Ký"), pin())
		c.settle(t, 3*time.Second)
		c.clock.Move(time.Hour)
		c.says(t, said(lamp), pin())
		c.settle(t, 3*time.Second)
		var privacy []any
		for _, m := range c.messages(t) {
			if m.Key != "receipt" {
				continue
			}
			privacy = append(privacy, m.Args["privacy"])
			for _, arg := range []string{"category", "area", "code", "department", "promise_due"} {
				if m.Args[arg] == "" || m.Args[arg] == nil {
					t.Errorf("the receipt says no %s: %v", arg, m.Args)
				}
			}
		}
		if diff := cmp.Diff([]any{true, false}, privacy); diff != "" {
			t.Errorf("the privacy notice comes with the first receipt only (-want +got):\n%s", diff)
		}
		_, _, about := c.ticket(t, c.lastCode(t))
		if len(about) != 3 {
			t.Errorf("words, pin and receipt belong to the ticket, got %d messages", len(about))
		}
	})
}

func TestTalkTakesBackAndRestores(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.clock.Move(48 * time.Hour)
		c.says(t, said("huỷ"))
		c.expectSaid(t, "HUỶ takes it back", "withdrawn")
		c.expectState(t, "after HUỶ", code, models.StateWithdrawn)
		c.says(t, said("huỷ"))
		c.expectSaid(t, "a second HUỶ has nothing to take back", "withdrawn", "nothing_to_cancel")
		c.clock.Move(23 * time.Hour)
		c.says(t, said("lại"))
		c.expectSaid(t, "LẠI within a day of HUỶ brings it back", "restored")
		if ticket, _, _ := c.ticket(t, code); !ticket.State.Open() {
			t.Errorf("a restored ticket is open, got %s", ticket.State)
		}
		c.says(t, said("huỷ"))
		c.clock.Move(24*time.Hour + time.Second)
		c.says(t, said("lại"))
		c.expectSaid(t, "not after a day", "withdrawn", "nothing_to_restore")
		c.expectState(t, "after a late LẠI", code, models.StateWithdrawn)
		c.report(t)
		c.accept(t)
		c.says(t, said("huỷ"))
		c.expectSaid(t, "what a department has taken on is not taken back", "withdraw_late")
	})
}

func TestTalkRestoresADraft(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("ổ gà to"), said("huỷ"), said("lại"), pin()) // in one turn
		c.expectSaid(t, "a dropped draft comes back", "draft_cancelled", "draft_restored")
		c.says(t, said("huỷ"))
		c.clock.Move(20 * time.Hour)
		c.says(t, said("lại"))
		want := outcome{Tickets: []string{"assigned ổ gà to"}, Heard: 6, Said: []string{
			"draft_cancelled", "draft_restored", "draft_cancelled", "draft_restored", "receipt",
		}}
		c.expect(t, "restored whole, it is submitted", want)
	})
}

// TestTalkRestoresADraftAsItIsNow: what was unsent or edited between HUỶ and LẠI stays so.
func TestTalkRestoresADraftAsItIsNow(t *testing.T) {
	t.Parallel()
	const number = "căn cước 079012345678"
	for name, tt := range map[string]struct {
		meanwhile []*bots.Incoming
		want      []string // tickets
		said      string   // last but for the receipt
	}{
		"untouched":        {nil, []string{"assigned " + lamp + "\n" + number}, "draft_restored"},
		"a piece unsent":   {[]*bots.Incoming{about("m1", "")}, []string{"assigned " + lamp}, "draft_restored"},
		"a piece edited":   {[]*bots.Incoming{about("m1", "trước chợ")}, []string{"assigned " + lamp + "\ntrước chợ"}, "draft_restored"},
		"its place unsent": {[]*bots.Incoming{about("m2", "")}, nil, "ask_place"},
		"all of it unsent": {
			[]*bots.Incoming{about("m0", ""), about("m1", ""), about("m2", "")}, nil, "nothing_to_restore",
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, said(lamp), said(number), pin(), said("huỷ"))
				for _, e := range tt.meanwhile {
					c.says(t, e)
				}
				c.clock.Move(time.Hour)
				c.says(t, said("lại"))
				c.settle(t, 7*time.Second)
				o := c.outcome(t)
				keys := slices.DeleteFunc(o.Said, func(key string) bool { return key == "receipt" })
				if !slices.Equal(o.Tickets, tt.want) || keys[len(keys)-1] != tt.said {
					t.Errorf("want tickets %q after %s; got %q after %q", tt.want, tt.said, o.Tickets, o.Said)
				}
			})
		})
	}
}

func TestTalkLosesNothingAfterTheEnd(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.says(t, said("huỷ"))
		c.says(t, photo(), pin())
		c.settle(t, 3*time.Second)
		if again := c.lastCode(t); again == code {
			t.Error("pieces after HUỶ are a report of their own")
		}
		c.says(t, said("huỷ"))
		c.clock.Move(time.Hour)
		c.says(t, photo(), press("add:"+code))
		c.settle(t, 25*time.Hour)
		if o := c.outcome(t); len(o.Tickets) != 3 {
			t.Errorf("an old button for a ticket that ended leaves the draft alone: %v", o.Tickets)
		}
	})
}

func TestTalkVerdicts(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.says(t, said("xong"))
		c.expectSaid(t, "done closes", "answer_fixed", "closed_thanks")
		c.expectState(t, "after done", code, models.StateClosed)
		c.says(t, said("5"))
		c.expectSaid(t, "five stars thank", "closed_thanks", "rated_thanks")
		c.says(t, press("rate:"+code+":1"))
		c.expectSaid(t, "a second verdict changes nothing, and they are told so", "rated_thanks", "choice_gone")
		c.clock.Move(11 * 24 * time.Hour) // or it would be asked whether the first is not done
		code = c.report(t)
		c.resolve(t, "Đã vá.")
		c.says(t, said("1"))
		c.says(t, said("2"))
		c.expectSaid(t, "two stars offer to reopen", "closed_thanks", "rated_low")
		c.says(t, said("mở lại"))
		c.expectSaid(t, "its words reopen", "rated_low", "reopened")
		c.expectState(t, "after reopening", code, models.StateAssigned)
		c.clock.Move(14 * time.Minute)
		c.says(t, said("hố kế bên còn nguyên"))
		c.expectSaid(t, "what is not done is added", "reopened", "attached")
		_, _, about := c.ticket(t, code)
		if !slices.ContainsFunc(about, func(m models.Message) bool { return m.Text == "hố kế bên còn nguyên" }) {
			t.Error("the words after a reopening are the ticket's")
		}
	})
}

func TestTalkStatus(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("trạng thái"))
		c.expectSaid(t, "before any report", "status_none")
		code := c.report(t)
		c.says(t, said("Trạng thái"))
		c.expectSaid(t, "one's own", "receipt", "status_own")
		c.says(t, said(code))
		c.expectSaid(t, "one's own by code", "status_own", "status_own")
		unknown := models.NewCode()
		c.says(t, said(unknown))
		c.expectSaid(t, "a code of nothing", "status_own", "status_unknown")
		c.who = "minh"
		c.says(t, said(models.SpokenCode(code)+" tới đâu rồi"))
		c.expectSaid(t, "another's", "status_public")
		all := c.messages(t)
		shown := strings.ReplaceAll(all[len(all)-1].Shown, models.SpokenCode(code), "")
		if strings.Contains(shown, "Trả lời bạn") || strings.Contains(shown, "140") {
			t.Errorf("another's ticket is told as the public may know it: %s", shown)
		}
		if o := c.outcome(t); len(o.Tickets) > 0 {
			t.Error("asking makes no report")
		}
	})
}

func TestTalkSpeaksEnglish(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("A pothole near 25 Nguyen Hue"), photo(), pin())
		c.settle(t, 3*time.Second)
		all := c.messages(t)
		if shown := all[len(all)-1].Shown; !strings.HasPrefix(shown, "We have your report") {
			t.Errorf("who begins in English is answered in English: %s", shown)
		}
		c.says(t, said("tiếng Việt"))
		all = c.messages(t)
		if shown := all[len(all)-1].Shown; !strings.Contains(shown, "tiếng Việt") {
			t.Errorf("the language follows a command: %s", shown)
		}
	})
}

func TestVietnameseWithoutMarksIsNoEnglish(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("o ga nhu the nay o phu my hung lau lam roi"), pin())
		c.settle(t, 3*time.Second)
		all := c.messages(t)
		if shown := all[len(all)-1].Shown; !strings.HasPrefix(shown, "Đã nhận phản ánh") {
			t.Errorf("who writes Vietnamese is answered in Vietnamese: %s", shown)
		}
	})
}

func TestTalkEditsAndUnsends(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("ổ gà nhỏ"), pin(), said("số điện thoại của tôi"))
		c.says(t, about("m0", "ổ gà rất to"), about("m2", ""))
		c.settle(t, 3*time.Second)
		code := c.lastCode(t)
		_, report, _ := c.ticket(t, code)
		if report.Words != "ổ gà rất to" {
			t.Errorf("before it is submitted an edit counts and an unsend leaves out: %q", report.Words)
		}
		c.says(t, about("m0", "ổ gà rất to và sâu"))
		_, report, said := c.ticket(t, code)
		if !strings.Contains(report.Words, "ổ gà rất to\n") || !strings.HasSuffix(report.Words, "và sâu") {
			t.Errorf("after it was submitted an edit is added: %q", report.Words)
		}
		if said[0].Text != "ổ gà rất to và sâu" {
			t.Errorf("the message has its new words: %q", said[0].Text)
		}
		c.says(t, about("m0", ""))
		_, _, said = c.ticket(t, code)
		if said[0].HiddenAt == nil || said[0].Text == "" {
			t.Error("what was unsent is hidden, not destroyed")
		}
		c.says(t, about("nothing", "x"), about("nothing", ""))
	})
}

// TestTalkDraftFollowsItsPieces: what an edit or an unsend changes of a draft is its place too, and its end.
func TestTalkDraftFollowsItsPieces(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		events []*bots.Incoming
		want   []string // tickets
		place  string   // of the report
		asked  bool     // for the place
	}{
		"an edit adds the address": {
			events: []*bots.Incoming{said("Đèn đường tắt ba đêm rồi"), about("m0", "Đèn đường tắt, trước số 140 đường Tô Ký")},
			want:   []string{"assigned Đèn đường tắt, trước số 140 đường Tô Ký"}, place: "140 đường Tô Ký",
		},
		"an edit corrects the address": {
			events: []*bots.Incoming{said("Đèn tắt trước số 51 đường Lê Lợi"), about("m0", "Đèn tắt trước số 15 đường Lê Lợi")},
			want:   []string{"assigned Đèn tắt trước số 15 đường Lê Lợi"}, place: "15 đường Lê Lợi",
		},
		"an unsend takes the pin away": {
			events: []*bots.Incoming{said("Đèn đường tắt ba đêm rồi"), pin(), about("m1", "")}, asked: true,
		},
		"an unsend takes the address away": {
			events: []*bots.Incoming{
				said("Đèn đường tắt ba đêm rồi"), said("trước số 15 đường Lê Lợi"), about("m1", ""),
			}, asked: true,
		},
		"nothing is left": {events: []*bots.Incoming{said("Đèn tắt trước số 15 đường Lê Lợi"), about("m0", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.says(t, tt.events...)
				c.settle(t, 7*time.Second)
				o := c.outcome(t)
				asked := slices.Contains(o.Said, "ask_place")
				for i := range o.Tickets {
					o.Tickets[i] = strings.Replace(o.Tickets[i], "new ", "assigned ", 1) // who has it is not the matter here
				}
				if !slices.Equal(o.Tickets, tt.want) || asked != tt.asked {
					t.Fatalf("want tickets %q, asked for the place: %t; got %q, %q", tt.want, tt.asked, o.Tickets, o.Said)
				}
				if tt.place == "" {
					return
				}
				if _, report, _ := c.ticket(t, c.lastCode(t)); !strings.Contains(report.Address, tt.place) {
					t.Errorf("the place is to be %q, is %q", tt.place, report.Address)
				}
			})
		})
	}
}

func TestTalkBlock(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("chào"))
		c.says(t, quiet(bots.KindBlock))
		if a, _ := c.address(t); a.BlockedAt == nil {
			t.Error("a block is noted")
		}
		c.says(t, said("chào"))
		if a, _ := c.address(t); a.BlockedAt != nil {
			t.Error("who writes again is reached again")
		}
		c.says(t, quiet(bots.KindBlock), said("chào"))
		if a, _ := c.address(t); a.BlockedAt != nil {
			t.Error("so is who does both in one turn")
		}
		c.expectSaid(t, "every greeting was answered", "welcome", "welcome", "welcome")
	})
}

func TestTalkKeepsNothingOfGroups(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		in := said("ổ gà trước 140 Tô Ký")
		in.ChatType, in.Actionable = "group", false
		c.says(t, in)
		c.settle(t, time.Minute)
		c.expect(t, "a group is no place for reports", outcome{})
	})
}

// TestTalkAnswersReplies: a reply to our message belongs to its ticket, however long ago that was.
func TestTalkAnswersReplies(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		receipt := len(c.phone.shows)
		c.clock.Move(72 * time.Hour)
		reply := photo()
		reply.ReplyTo = "p" + string(rune('0'+receipt))
		c.says(t, said(lamp), reply)
		_, _, about := c.ticket(t, code)
		if len(about) != 5 {
			t.Errorf("the photo is the ticket's and is acknowledged: %d messages", len(about))
		}
		c.settle(t, 7*time.Second)
		c.expectSaid(t, "the new report goes on beside it", "attached", "ask_place")
	})
}

func TestTalkTwoWorkers(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		ids := []string{c.put(t, photo()), c.put(t, said("ổ gà to")), c.put(t, pin())}
		var workers sync.WaitGroup
		for _, id := range append(ids, ids...) {
			workers.Go(func() {
				if err := c.Converse(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}
		workers.Wait()
		c.clock.Move(3 * time.Second)
		for id := range c.drafts {
			for range 2 {
				workers.Go(func() {
					if err := c.Settle(t.Context(), id); err != nil {
						t.Error(err)
					}
				})
			}
		}
		workers.Wait()
		c.expect(t, "several workers make one ticket", outcome{
			Tickets: []string{"assigned ổ gà to"}, Heard: 3, Said: []string{"receipt"},
		})
	})
}

// TestTalkLooksAgain: an event whose own turn finds the conversation busy is read by the turn that had it.
func TestTalkLooksAgain(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		first := c.put(t, said("ổ gà to"))
		before := c.Store.OnCommit
		var late string
		once := sync.OnceFunc(func() { late = c.put(t, pin()) }) // its own bell finds nobody
		c.Store.OnCommit = func(ctx context.Context, wakes []models.Wake) {
			before(ctx, wakes)
			if slices.ContainsFunc(wakes, func(w models.Wake) bool { return w.Kind == models.KindSettle }) {
				once()
			}
		}
		c.converse(t, first)
		if late == "" {
			t.Fatal("the second event is to come during the first turn")
		}
		if o := c.outcome(t); o.Unread != 0 || o.Heard != 2 {
			t.Errorf("nothing is left waiting: %+v", o)
		}
	})
}
