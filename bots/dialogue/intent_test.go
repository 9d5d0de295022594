package dialogue_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func captioned(text string) *bots.Incoming {
	in := photo()
	in.Text = &text
	return in
}

func TestReduceAnswersWhatIsNoReport(t *testing.T) {
	current := dialogue.Current{Code: code, Category: "road.pothole", At: instant}
	waiting := dialogue.Current{Code: code, Category: "road.pothole", At: instant.Add(-30 * time.Hour), Waiting: true}
	runAll(t, map[string]scenario{
		"a greeting in other words":         {steps: []step{{event: said("xin chào tổng đài ạ")}, {after: time.Hour}}, want: []string{"say welcome"}},
		"thanks in other words":             {steps: []step{{event: said("cảm ơn các anh chị nhiều lắm")}}, want: []string{"say welcome_thanks"}},
		"thanks under a receipt add none":   {steps: []step{{event: said("cảm ơn các anh chị nhiều lắm"), current: current}}, want: []string{"say welcome_thanks"}},
		"help":                              {steps: []step{{event: said("hướng dẫn tôi cách gửi phản ánh")}}, want: []string{"say help"}},
		"how far it has come":               {steps: []step{{event: said("phản ánh của tôi tới đâu rồi")}}, want: []string{"status"}},
		"a person":                          {steps: []step{{event: said("cho tôi gặp nhân viên")}}, want: []string{"person"}},
		"a person amid a report":            {steps: []step{{event: photo()}, {event: said("cho tôi gặp nhân viên")}}, want: []string{"person"}, open: true},
		"to take it back":                   {steps: []step{{event: said("huỷ giúp tôi phản ánh hồi nãy"), current: current}}, want: []string{"withdraw " + code}},
		"not to take it back":               {steps: []step{{event: said("không cần huỷ đâu nha"), current: current}}, want: []string{"attach " + code + " m0"}},
		"why it is taken back":              {steps: []step{{event: said("sao lại huỷ?"), current: current}}, want: []string{"attach " + code + " m0"}},
		"only a picture was wrong":          {steps: []step{{event: said("gửi nhầm hình, xoá hình giùm"), current: current}}, want: []string{"attach " + code + " m0"}},
		"to keep a secret is no cancelling": {steps: []step{{event: said("đừng cho họ biết tôi báo nha"), current: current}}, want: []string{"attach " + code + " m0"}},
		"why it is to go, where it stays": {
			steps: []step{{event: said("thì người ta vá rồi nên huỷ"), current: current, question: "withdraw_late"}},
			want:  []string{"attach " + code + " m0"},
		},
		"to hide a name is no question":    {steps: []step{{event: said("giữ kín tên tui giùm"), current: current}}, want: []string{"attach " + code + " m0"}},
		"whom to call is a detail":         {steps: []step{{event: said("sđt bà 0903123456, gọi bà nha đừng gọi mình"), current: current}}, want: []string{"attach " + code + " m0"}},
		"an address after it is no advert": {steps: []step{{event: said("25/7B Nguyễn Hữu Tiến, Tây Thạnh"), current: current}}, want: []string{"attach " + code + " m0"}},
		"what the ward has not done, told us": {
			steps: []step{{event: said("hôm trước tui có báo ổ gà 120 Quang Trung bên phường, tới giờ chưa thấy làm")}}, open: true,
		},
		"an advertisement":                   {steps: []step{{event: said("bán đất nền giá rẻ sổ hồng riêng liên hệ ngay")}}, want: []string{"say what_to_report"}},
		"letters without meaning":            {steps: []step{{event: said("asdfghjkl")}}, want: []string{"say what_to_report"}},
		"chatter":                            {steps: []step{{event: said("hôm nay trời đẹp quá")}}, want: []string{"say what_to_report"}},
		"abuse without a problem":            {steps: []step{{event: said("đồ ngu làm ăn như hạch")}}, want: []string{"say calm"}},
		"abuse that reports something":       {steps: []step{{event: said("dm làm ăn như hạch, rác ngập đầu hẻm 20 Tô Ký 3 tuần rồi")}}, open: true},
		"a code that is none, in a sentence": {steps: []step{{event: said("mã 4812 77359 tới đâu rồi")}}, want: []string{"say status_unknown"}},
		"a date in a question is no code":    {steps: []step{{event: said("tôi phản ánh ngày 20/11/2026 đã 3 ngày rồi tới đâu rồi ạ")}}, want: []string{"status"}},
		"a code in three groups":             {steps: []step{{event: said("phản ánh 481 277 358 của tôi tới đâu rồi")}}, want: []string{"status " + code}},
		"yes to nothing":                     {steps: []step{{event: said("ừ đúng rồi")}}},
		"a yes that corrects is kept":        {steps: []step{{event: said("đúng rồi mà là 54 Lê Văn Việt"), current: current}}, want: []string{"attach " + code + " m0"}},
		"chatter after a receipt is kept":    {steps: []step{{event: said("hôm nay trời đẹp quá"), current: current}}, want: []string{"attach " + code + " m0"}},
		"a short answer that is waited for":  {steps: []step{{event: said("ừ đúng rồi"), current: waiting}}, want: []string{"attach " + code + " m0"}},
		"chatter with an address is more":    {steps: []step{{event: said("hôm nay trời đẹp quá, số 140 Tô Ký")}}, open: true},
		"chatter under a photo is evidence":  {steps: []step{{event: captioned("hôm nay trời đẹp quá")}}, open: true},
		"an advertisement with a pin":        {steps: []step{{event: pin()}, {event: said("bán đất nền giá rẻ sổ hồng riêng liên hệ ngay")}}, open: true},
	})
}

func TestReduceGreetsWhoComesBack(t *testing.T) {
	long := dialogue.Current{Code: code, At: instant.Add(-25 * time.Hour)}
	runAll(t, map[string]scenario{
		"with open reports: what they are": {steps: []step{{event: said("chào"), current: long}}, want: []string{"say welcome_back", "status"}},
		"with a draft begun: what it lacks": {
			steps: []step{{event: said(lamp)}, {after: 2 * time.Hour, event: said("chào")}},
			want:  []string{"say ask_place +location", "say welcome_unfinished"}, open: true,
		},
		"amid a report nothing is said": {steps: []step{{event: said(lamp)}, {after: second, event: said("chào")}}, open: true},
	})
}

func TestReduceHearsTheVerdict(t *testing.T) {
	choices := []dialogue.Choice{{Title: "xong", Payload: "done:" + code}, {Title: "chưa xong", Payload: "not_done:" + code}}
	now := dialogue.Current{Code: code, Category: "road.pothole", At: instant, Resolved: true}
	days := now
	days.At = instant.Add(-5 * 24 * time.Hour)
	reply := days
	reply.Answers = true
	closed := days
	closed.Resolved, closed.Closed, closed.Over = false, true, true
	stars := []dialogue.Choice{{Title: "5 sao", Payload: "rate:" + code + ":5"}}
	other := []dialogue.Choice{{Title: "xoá hết", Payload: "data:erase_yes"}, {Title: "giữ lại", Payload: "data:keep"}}
	reopen := []string{"reopen " + code + " m0"}
	hear := func(in *bots.Incoming, of dialogue.Current, choices []dialogue.Choice) []step {
		return []step{{event: in, current: of, choices: choices}}
	}
	runAll(t, map[string]scenario{
		"a photo shows that it is not done":      {steps: hear(photo(), now, choices), want: reopen},
		"a photo with such words":                {steps: hear(captioned("vẫn còn y nguyên nè"), days, choices), want: reopen},
		"a photo days later is a report":         {steps: hear(photo(), days, choices), open: true},
		"a photo days later under the answer":    {steps: hear(photo(), reply, nil), want: reopen},
		"words days later":                       {steps: hear(said("vẫn còn y nguyên chưa ai làm"), days, choices), want: reopen},
		"words under the answer":                 {steps: hear(said("chưa ai sửa hết trơn"), reply, nil), want: reopen},
		"no":                                     {steps: hear(said("không phải"), days, choices), want: reopen},
		"all is well":                            {steps: hear(said("ừ đúng rồi"), days, choices), want: []string{"close " + code}},
		"not yet":                                {steps: hear(said("chưa"), days, choices), want: reopen},
		"not yet, and why":                       {steps: hear(said("chưa, mới đổ đá thôi"), days, choices), want: reopen},
		"the same, after it was closed":          {steps: hear(said("chưa em ơi, tụi nó đổ đá rồi bỏ đó"), closed, stars), want: reopen},
		"thanks for what is to come":             {steps: hear(said("cảm ơn, khi nào làm xong báo tôi nhé"), days, choices), want: []string{"say welcome_thanks"}},
		"who does not know yet":                  {steps: hear(said("chưa biết nữa để coi lại"), days, choices), want: []string{"status"}},
		"thanks and a question":                  {steps: hear(said("cảm ơn, vậy xong chưa em"), days, choices), want: []string{"status"}},
		"well, with thanks":                      {steps: hear(said("ok rồi, cảm ơn nha"), days, choices), want: []string{"close " + code}},
		"thanks alone decide nothing":            {steps: hear(said("cảm ơn các anh chị nhiều lắm"), days, choices), want: []string{"say welcome_thanks"}},
		"thanks and not done":                    {steps: hear(said("cảm ơn nhưng chưa xong đâu"), days, choices), want: reopen},
		"a report of another place is another":   {steps: hear(said("chưa ai dọn đống rác to trước số 140 Tô Ký"), days, choices), open: true},
		"after another question it is no answer": {steps: hear(photo(), now, nil), want: []string{"attach " + code + " m0"}},
		"amid a report it is the report's":       {steps: []step{{event: photo()}, {event: photo(), current: now, choices: choices}}, open: true},
		"not done, after other words of ours":    {steps: hear(said("chưa xong"), days, nil), want: reopen},
		"done, after other words of ours":        {steps: hear(said("xong rồi"), days, nil), want: []string{"close " + code}},
		"a number after them decides nothing":    {steps: hear(said("1"), days, nil), want: []string{"say what_to_report"}},
		"nor does an ok":                         {steps: hear(said("ok"), days, nil)},
		"nor words about another question":       {steps: hear(said("chưa xong đâu bạn ơi"), days, other), want: []string{"say what_to_report"}},
		"nor a report of something else":         {steps: hear(said("đèn đường tắt chưa ai sửa"), days, nil), open: true},
		"not done, after it was closed":          {steps: hear(said("chưa xong"), closed, stars), want: reopen},
		"done, after it was closed":              {steps: hear(said("xong rồi"), closed, stars), want: []string{"say no_problem"}},
		"nothing was done":                       {steps: hear(said("có thấy ai làm gì đâu mà báo xong"), days, choices), want: reopen},
		"without its marks":                      {steps: hear(said("co thay ai lam gi dau ma bao xong"), days, choices), want: reopen},
		"badly done":                             {steps: hear(said("làm xong mà dở ẹc, mưa cái là lòi ra lại"), days, choices), want: reopen},
		"again, after it was closed":             {steps: hear(said("nay nó đổ nữa rồi kìa"), closed, stars), want: reopen},
		"where they were is a question":          {steps: hear(said("mấy anh làm ở đâu vậy"), days, choices), open: true},
		"a pin is a correction":                  {steps: hear(pin(), now, choices), want: []string{"attach " + code + " m0"}},
	})
}

// TestTalkReopensByAPhoto: after the answer an album reopens, all of it belongs to the ticket.
func TestTalkReopensByAPhoto(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.clock.Move(5 * time.Minute)
		c.says(t, photo(), photo())
		c.expectState(t, "after a photo of it", code, models.StateAssigned)
		if n := c.pictures(t, c.own(t)[0]); n != 2 {
			t.Errorf("the ticket shows %d of 2 pictures", n)
		}
		c.resolve(t, "Đã vá lại.")
		c.clock.Move(48 * time.Hour)
		c.says(t, said("vẫn còn y nguyên chưa ai làm"))
		c.expectState(t, "after words days later", code, models.StateAssigned)
		c.resolve(t, "Đã vá hẳn.")
		c.says(t, said("ừ đúng rồi"))
		c.expectState(t, "after a yes", code, models.StateClosed)
		if n := len(c.own(t)); n != 1 {
			t.Errorf("there are %d tickets of one hole", n)
		}
	})
}

// TestTalkReopensByALatePhoto: pictures that come hours after the answer are asked about, and are the ticket's.
func TestTalkReopensByALatePhoto(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.clock.Move(5 * time.Hour)
		c.says(t, photo(), photo())
		c.settle(t, 3*time.Second)
		c.settle(t, 4*time.Second)
		c.expectSaid(t, "the pictures may be about it", "answer_fixed", "ask_which")
		c.says(t, said("chưa xong"))
		c.expectState(t, "not done, in their own words", code, models.StateAssigned)
		if n := c.pictures(t, c.own(t)[0]); n != 2 {
			t.Errorf("the ticket shows %d of 2 pictures", n)
		}
		c.settle(t, 25*time.Hour)
		c.says(t, said("lại"))
		if n := len(c.own(t)); n != 1 {
			t.Errorf("there are %d tickets of one hole", n)
		}
		c.expectSaid(t, "the pictures are no draft any more", "reopened", "nothing_to_restore")
	})
}

// TestADoublePressGivesNoStar: "1" closes, and the question for stars has nobody read yet.
func TestADoublePressGivesNoStar(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.says(t, said("1"), said("1"))
		c.expectSaid(t, "pressed twice", "answer_fixed", "closed_thanks")
		c.expectState(t, "after it", code, models.StateClosed)
		c.says(t, said("1"))
		c.expectSaid(t, "read and pressed", "closed_thanks", "rated_low")
	})
}

// TestWordsBesideStarsAreKept: why the answer was no better stands with its ticket, though that is closed.
func TestWordsBesideStarsAreKept(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.says(t, said("1"))
		c.says(t, said("3 sao thôi, chậm quá"))
		c.expectSaid(t, "stars with a reason", "closed_thanks", "rated_low")
		_, _, about := c.ticket(t, code)
		if !slices.ContainsFunc(about, func(m models.Message) bool { return m.Text == "3 sao thôi, chậm quá" }) {
			t.Error("the words beside the stars are the ticket's")
		}
		if slices.ContainsFunc(about, func(m models.Message) bool { return m.Text == "1" }) {
			t.Error("a choice alone says nothing that is to be kept with it")
		}
	})
}

// TestPraiseSaysThatItIsDone where that was asked; what is no praise does not.
func TestPraiseSaysThatItIsDone(t *testing.T) {
	t.Parallel()
	for words, state := range map[string]models.State{
		"làm tốt lắm": models.StateClosed, "tốt lắm cảm ơn": models.StateClosed, "Tuyệt vời!": models.StateClosed,
		"lam tot lam": models.StateClosed, "good job": models.StateClosed,
		"làm chưa tốt": models.StateAssigned, "không tốt lắm": models.StateResolved, "tốt gì mà tốt": models.StateResolved,
	} {
		t.Run(words, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				code := c.report(t)
				c.resolve(t, "Đã vá.")
				c.says(t, said(words))
				c.expectState(t, "after it", code, state)
			})
		})
	}
}

// TestTalkReopensAfterOtherWords: between the answer and the verdict something else was said, or the wrong number.
func TestTalkReopensAfterOtherWords(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.resolve(t, "Đã vá.")
		c.says(t, said("cảm ơn"))
		c.clock.Move(time.Hour)
		c.says(t, said("chưa xong"))
		c.expectSaid(t, "after thanks", "answer_fixed", "welcome_thanks", "reopened")
		c.resolve(t, "Đã vá lại.")
		c.says(t, said("1"))
		c.clock.Move(time.Hour)
		c.says(t, said("chưa xong"))
		c.expectSaid(t, "after the wrong number", "answer_fixed", "closed_thanks", "reopened")
		c.expectState(t, "after it", code, models.StateAssigned)
		c.resolve(t, "Đã vá hẳn.")
		c.says(t, said("1"))
		c.clock.Move(25 * time.Hour)
		c.says(t, said("chưa xong"))
		c.expectState(t, "not a day later", code, models.StateClosed)
	})
}

// TestTalkSaysOnceWhatCanBeReported: an hour of chatter gets one line.
func TestTalkSaysOnceWhatCanBeReported(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said("asdfghjkl"), said("hôm nay trời đẹp quá"))
		c.clock.Move(59 * time.Minute)
		c.says(t, said("asdfghjkl"))
		c.expect(t, "once within an hour", outcome{Heard: 3, Said: []string{"what_to_report"}})
		c.clock.Move(2 * time.Minute)
		c.says(t, said("asdfghjkl"))
		c.expect(t, "again after it", outcome{Heard: 4, Said: []string{"what_to_report", "what_to_report"}})
	})
}

// TestTalkAnswersADepartmentLate: a department's question is answered by the next words, hours later too.
func TestTalkAnswersADepartmentLate(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		code := c.report(t)
		c.accept(t)
		c.staff(t, func(tx *store.Tx, act workflow.Act) error {
			_, err := c.Desk.Ask(tx, workflow.AskInput{Act: act, Text: "Có phải hố trước cổng trường không?"})
			return err
		})
		c.clock.Move(5 * time.Hour)
		c.says(t, said("ừ đúng rồi"))
		_, _, about := c.ticket(t, code)
		if !slices.ContainsFunc(about, func(m models.Message) bool { return m.Text == "ừ đúng rồi" }) {
			t.Error("the answer is the ticket's")
		}
		c.expectState(t, "after the answer", code, models.StateInProgress)
	})
}

// TestTalkForgetsAnUnsentPhoto: a photo that was unsent is no evidence any more.
func TestTalkForgetsAnUnsentPhoto(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, pin(), photo(), about("m1", ""))
		c.settle(t, 3*time.Second)
		c.settle(t, 4*time.Second)
		c.expect(t, "the point alone is no report", outcome{Heard: 2, Said: []string{"ask_what"}})
		c.says(t, about("m0", ""))
		c.settle(t, 25*time.Hour)
		c.expect(t, "nothing is left of it", outcome{Heard: 2, Said: []string{"ask_what"}})
	})
}
