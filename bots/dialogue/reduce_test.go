package dialogue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
)

func said(text string) *bots.Incoming {
	return &bots.Incoming{Kind: bots.KindText, Text: &text, Actionable: true}
}

func pin() *bots.Incoming {
	lat, lon := 10.77, 106.69
	return &bots.Incoming{Kind: bots.KindLocation, Lat: &lat, Lon: &lon, Actionable: true}
}

func sent(kind bots.Kind) *bots.Incoming {
	return &bots.Incoming{Kind: kind, Media: []bots.Media{{Type: kind, FileID: "f"}}, Actionable: true}
}

func photo() *bots.Incoming { return sent(bots.KindImage) }

func press(payload string) *bots.Incoming {
	return &bots.Incoming{Kind: bots.KindPostback, Payload: payload, Actionable: true}
}

func command(name string) *bots.Incoming {
	return &bots.Incoming{Kind: bots.KindCommand, Command: name, Actionable: true}
}

func quiet(kind bots.Kind) *bots.Incoming { return &bots.Incoming{Kind: kind} }

// about is an event about the message of a platform id: an edit when it has words, else an unsend.
func about(message, text string) *bots.Incoming {
	if text == "" {
		return &bots.Incoming{Kind: bots.KindDelete, Message: &message}
	}
	return &bots.Incoming{Kind: bots.KindEdit, Message: &message, Text: &text, Actionable: true}
}

// step is one thing that happens after a while; without an event, only time passes.
type step struct {
	after    time.Duration
	event    *bots.Incoming
	choices  []dialogue.Choice
	current  dialogue.Current
	tickets  []string
	question string // what we said last
}

func mind() dialogue.Mind {
	return dialogue.Mind{Model: desk.Model, Catalogue: desk.Catalogue, Areas: desk.Areas}
}

// play folds steps into a draft, looking at it whenever it asks to be looked at, and tells what was done.
func play(steps []step) (d dialogue.Draft, done []string) {
	now := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
	for n, s := range steps {
		until := now.Add(s.after)
		for d.Open && !d.LookAt.After(until) {
			before := d.LookAt
			var effects []dialogue.Effect
			d, effects = mind().Reduce(d, dialogue.Input{Tickets: s.tickets, Current: s.current}, d.LookAt)
			done = append(done, shown(effects)...)
			if d.Open && !d.LookAt.After(before) {
				return d, append(done, "looks at the same instant for ever")
			}
		}
		if now = until; s.event == nil {
			continue
		}
		var effects []dialogue.Effect
		d, effects = mind().Reduce(d, dialogue.Input{
			Event: s.event, Message: fmt.Sprintf("m%d", n), Choices: s.choices, Current: s.current, Tickets: s.tickets,
			Question: s.question,
		}, now)
		done = append(done, shown(effects)...)
	}
	return d, done
}

// shown writes effects on a line each.
func shown(effects []dialogue.Effect) (lines []string) {
	for _, e := range effects {
		line := []string{string(e.Kind)}
		for _, s := range []string{e.Key, e.Code, strings.Join(e.Messages, ","), e.External, e.Text} {
			if s != "" {
				line = append(line, s)
			}
		}
		for _, b := range e.Buttons {
			line = append(line, "["+b.Payload+"]")
		}
		if e.AskLocation {
			line = append(line, "+location")
		}
		if e.Stars > 0 {
			line = append(line, fmt.Sprint(e.Stars))
		}
		if e.Yes {
			line = append(line, "yes")
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return lines
}

const (
	code   = "481277358"
	second = time.Second
	danger = "dây điện đứt rơi xuống đường"
	lamp   = "đèn đường tắt tối thui"
)

var instant = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

// scenario is a table's row: what happens, what is done, and whether a draft is left open.
type scenario struct {
	steps []step
	want  []string
	open  bool
}

func runAll(t *testing.T, scenarios map[string]scenario) {
	t.Helper()
	for name, tt := range scenarios {
		t.Run(name, func(t *testing.T) {
			d, done := play(tt.steps)
			if diff := cmp.Diff(tt.want, done); diff != "" {
				t.Errorf("what the bot does (-want +got):\n%s", diff)
			}
			if d.Open != tt.open {
				t.Errorf("the draft is open: %t, want %t", d.Open, tt.open)
			}
		})
	}
}

func TestReduceGathers(t *testing.T) {
	place, what := "say ask_place +location", "say ask_what"
	runAll(t, map[string]scenario{
		"text then pin is a report":           {steps: []step{{event: said("ổ gà to lắm")}, {event: pin()}, {after: 2500 * time.Millisecond}}, want: []string{"submit"}},
		"pin then text is a report":           {steps: []step{{event: pin()}, {event: said("ổ gà to lắm")}, {after: 2500 * time.Millisecond}}, want: []string{"submit"}},
		"photo then pin is a report":          {steps: []step{{event: photo()}, {event: pin()}, {after: 2500 * time.Millisecond}}, want: []string{"submit"}},
		"a sentence with its place is enough": {steps: []step{{event: said("ổ gà trước 140 Tô Ký")}, {after: 2500 * time.Millisecond}}, want: []string{"submit"}},
		"a film with a place is a report":     {steps: []step{{event: sent(bots.KindVideo)}, {event: pin()}, {after: 3 * second}}, want: []string{"submit"}},
		"a spoken message asks for its place": {steps: []step{{event: sent(bots.KindAudio)}, {after: 6 * second}}, want: []string{place}, open: true},
		"nothing settles before 2.5 s":        {steps: []step{{event: photo()}, {event: pin()}, {after: 2499 * time.Millisecond}}, open: true},
		"each piece begins the wait anew": {
			steps: []step{{event: pin()}, {event: photo()}, {after: 2 * second, event: photo()}, {after: 2 * second}}, open: true,
		},
		"who goes on sending is answered 10 s after it was ready": {
			steps: []step{
				{event: pin()},
				{event: photo()},
				{after: 2 * second, event: photo()},
				{after: 2 * second, event: photo()},
				{after: 2 * second, event: photo()},
				{after: 2 * second, event: photo()},
				{after: 1900 * time.Millisecond, event: photo()},
				{after: 100 * time.Millisecond},
			},
			want: []string{"submit"},
		},
		"what was submitted is not submitted again": {
			steps: []step{{event: pin()}, {event: photo()}, {after: 3 * second}, {after: 48 * time.Hour}}, want: []string{"submit"},
		},
		"nothing is asked before 6 s of silence": {steps: []step{{event: said(lamp)}, {after: 5999 * time.Millisecond}}, open: true},
		"silence begins anew with each piece": {
			steps: []step{{event: said(lamp)}, {after: 5 * second, event: photo()}, {after: 5 * second}}, open: true,
		},
		"what a picture shows is not where": {
			steps: []step{{event: photo()}, {after: 6 * second}, {after: second, event: said("đèn đường tắt hết trơn")}, {after: 23 * time.Hour}},
			want:  []string{place, "say remind_ask_place +location"}, open: true,
		},
		"the place is asked once, with a reminder": {steps: []step{{event: said(lamp)}, {after: 23 * time.Hour}}, want: []string{place, "say remind_ask_place +location"}, open: true},
		"a pin alone asks what is the matter":      {steps: []step{{event: pin()}, {after: 6 * second}}, want: []string{what}, open: true},
		"a word with a pin is not a report yet":    {steps: []step{{event: pin()}, {event: said("nè")}, {after: 6 * second}}, want: []string{what}, open: true},
		"the answer to what is the matter submits": {
			steps: []step{{event: pin()}, {after: 8 * second, event: photo()}, {after: 3 * second}}, want: []string{what, "submit"},
		},
		"a pin after the question submits": {
			steps: []step{{event: said(lamp)}, {after: 9 * second, event: pin()}, {after: 3 * second}}, want: []string{place, "submit"},
		},
		"any words after the question are the place": {
			steps: []step{{event: said(lamp)}, {after: 9 * second, event: said("ngay cổng chợ Bà Chiểu")}, {after: 3 * second}},
			want:  []string{place, "submit"},
		},
		"words that only go on talking are none": {
			steps: []step{
				{event: said(lamp)},
				{after: 9 * second, event: said("ok")},
				{after: second, event: said("chờ tôi chút nhé")},
				{after: second, event: said("là sao?")},
				{after: time.Hour},
			},
			want: []string{place, "say why_place"}, open: true,
		},
		"a district alone asks where in it, once": {
			steps: []step{
				{event: said(lamp)},
				{after: 9 * second, event: said("gò vấp")},
				{after: 9 * second},
				{after: time.Minute},
				{after: 15 * time.Minute},
			},
			want: []string{place, "say ask_nearer +location", "submit"},
		},
		"what follows a district submits": {
			steps: []step{
				{event: said(lamp)},
				{after: 9 * second, event: said("gò vấp")},
				{after: 9 * second},
				{after: second, event: said("đường Quang Trung")},
				{after: 3 * second},
			},
			want: []string{place, "say ask_nearer +location", "submit"},
		},
		"a danger in a district goes at once": {
			steps: []step{
				{event: said("dây điện đứt rơi xuống đường")},
				{after: 9 * second, event: said("gò vấp")},
				{after: 9 * second},
			},
			want: []string{"say danger", place, "submit"},
		},
		"who does not know it goes to the hotline": {
			steps: []step{{event: said(lamp)}, {after: 9 * second, event: said("tôi không biết địa chỉ")}, {after: 3 * second}},
			want:  []string{place, "submit"},
		},
		"an answer without the place goes to the hotline": {
			steps: []step{{event: said(lamp)}, {after: 9 * second, event: photo()}, {after: 3 * second}}, want: []string{place, "submit"},
		},
		"both questions may be needed, each once": {
			steps: []step{{event: sent(bots.KindFile)}, {after: 9 * second, event: pin()}, {after: 7 * second}, {after: second, event: photo()}, {after: 3 * second}},
			want:  []string{place, what, "submit"},
		},
		"what nobody completes goes to the hotline after a day": {
			steps: []step{{event: photo()}, {after: 24 * time.Hour}}, want: []string{place, "say remind_ask_place +location", "submit"},
		},
		"what needs no place is asked for none": {
			steps: []step{{event: said("hồ sơ làm sổ đỏ nộp trễ hẹn hai tháng chưa có kết quả")}, {after: 3 * second}}, want: []string{"submit"},
		},
		"a sticker opens nothing":           {steps: []step{{event: quiet(bots.KindSticker)}, {after: time.Minute}}},
		"a reaction opens nothing":          {steps: []step{{event: quiet(bots.KindReaction)}, {after: time.Minute}}},
		"a contact opens nothing":           {steps: []step{{event: sent(bots.KindContact)}, {after: time.Minute}}},
		"a greeting opens nothing":          {steps: []step{{event: said("Xin chào!")}, {after: time.Minute}}, want: []string{"say welcome"}},
		"thanks open nothing":               {steps: []step{{event: said("Cảm ơn nhé")}, {after: time.Minute}}, want: []string{"say welcome_thanks"}},
		"thanks amid a report are no words": {steps: []step{{event: photo()}, {event: said("cảm ơn")}, {after: second}}, open: true},
	})
}

func TestReduceWarnsOfDanger(t *testing.T) {
	warned := "say danger"
	runAll(t, map[string]scenario{
		"what to do comes before any question": {steps: []step{{event: said(danger)}}, want: []string{warned}, open: true},
		"the warning is given once":            {steps: []step{{event: said(danger)}, {after: second, event: said(danger)}}, want: []string{warned}, open: true},
		"with a place it is submitted at once": {steps: []step{{event: said(danger)}, {event: pin()}, {after: 2500 * time.Millisecond}}, want: []string{warned, "submit"}},
		"the place is asked next":              {steps: []step{{event: said(danger)}, {after: 179 * second}}, want: []string{warned, "say ask_place +location"}, open: true},
		"without a place the hotline has it after 3 min": {
			steps: []step{{event: said(danger)}, {after: 3 * time.Minute}}, want: []string{warned, "say ask_place +location", "submit"},
		},
		"a danger to life in a report of no dangerous type is warned of, and waits no longer": {
			steps: []step{{event: said("ổ gà to, có người té xe bất tỉnh")}, {after: 3 * time.Minute}},
			want:  []string{warned, "say ask_place +location", "submit"},
		},
		"words of life of no type are too": {steps: []step{{event: said("có người bất tỉnh")}}, want: []string{warned}, open: true},
		"its type has its own to say":      {steps: []step{{event: said("có người bất tỉnh")}, {after: second, event: said("do " + danger)}}, want: []string{warned, warned}, open: true},
		"despair after a danger calls a person": {
			steps: []step{{event: said(danger)}, {after: second, event: said("em không muốn sống nữa")}}, want: []string{warned, "say self_harm", "person"}, open: true,
		},
		"a pothole is no danger": {steps: []step{{event: said("ổ gà to lắm")}}, open: true},
	})
}

// TestReduceWarnsWhateverElseWordsDo: what tells of a danger and begins no report is answered by the warning first.
func TestReduceWarnsWhateverElseWordsDo(t *testing.T) {
	current := dialogue.Current{Code: code, Category: "road.pothole", At: instant}
	quoted, asked, resolved := current, current, current
	quoted.Answers, asked.Waiting, resolved.Resolved = true, true, true
	verdict := []dialogue.Choice{{Title: "Đã xong", Payload: "done:" + code}, {Title: "Chưa xong", Payload: "not_done:" + code}}
	hurt, despair := "có người té xe ở ổ gà này bất tỉnh rồi", "tôi muốn chết"
	warned, called, attached := "say danger", []string{"say self_harm", "person"}, "attach "+code+" m0"
	undone := "reopen " + code + " m0"
	runAll(t, map[string]scenario{
		"added to a ticket":          {steps: []step{{event: said(hurt), current: current}}, want: []string{warned, attached}},
		"a quote":                    {steps: []step{{event: said(danger), current: quoted}}, want: []string{warned, attached}},
		"a department's answer":      {steps: []step{{event: said(danger), current: asked}}, want: []string{warned, attached}},
		"a verdict":                  {steps: []step{{event: said("chưa sửa, " + danger), current: resolved, choices: verdict}}, want: []string{warned, undone}},
		"despair, added to a ticket": {steps: []step{{event: said(despair), current: current}}, want: append(called, attached)},
		"despair, under an answer":   {steps: []step{{event: said(despair + ", chưa ai giúp"), current: resolved, choices: verdict}}, want: append(called, undone)},
		"a quote amid a report":      {steps: []step{{after: second, event: photo()}, {event: said(danger), current: quoted}}, want: []string{warned, "attach " + code + " m1"}, open: true},
		"no danger":                  {steps: []step{{event: said("ổ gà này sâu lắm"), current: quoted}}, want: []string{attached}},
		"who wants us to call":       {steps: []step{{event: said("kêu xe cấp cứu dùm"), current: current}}, want: []string{"say call_yourself", attached}},
		"amid a report":              {steps: []step{{event: photo()}, {event: said("gọi cứu hoả giùm đi")}}, want: []string{warned}, open: true},
		"who has called":             {steps: []step{{event: said("tôi đã gọi cấp cứu rồi"), current: current}}, want: []string{attached}},
		"words of no clear type":     {steps: []step{{event: said("hố kế bên còn nguyên"), current: quoted}}, want: []string{attached}},
	})
}

func TestReduceObeys(t *testing.T) {
	current := dialogue.Current{Code: code, Category: "road.pothole", At: instant}
	over := dialogue.Current{Code: code, Category: "road.pothole", At: instant, Over: true}
	waiting := dialogue.Current{Code: code, Category: "road.pothole", At: instant.Add(-30 * time.Hour), Waiting: true}
	reply := dialogue.Current{Code: code, Category: "road.pothole", At: instant.Add(-30 * time.Hour), Answers: true}
	attach := []string{"attach " + code + " m0"}
	runAll(t, map[string]scenario{
		"HUỶ drops the draft":                  {steps: []step{{event: photo()}, {event: said("HUỶ")}, {after: time.Hour}}, want: []string{"say draft_cancelled"}},
		"huy without marks does too":           {steps: []step{{event: photo()}, {event: said("huy")}}, want: []string{"say draft_cancelled"}},
		"HUỶ takes back the ticket just made":  {steps: []step{{event: said("Huỷ"), current: current}}, want: []string{"withdraw " + code}},
		"HUỶ when there is nothing says so":    {steps: []step{{event: said("huỷ")}}, want: []string{"say nothing_to_cancel"}},
		"HUỶ a second time says so":            {steps: []step{{event: said("huỷ"), current: over}}, want: []string{"say nothing_to_cancel"}},
		"a command inside a sentence is words": {steps: []step{{event: said("xe gom rác huỷ chuyến, rác ùn từ hôm qua")}}, open: true},
		"who may end their life is answered at once": {
			steps: []step{{event: said("em không muốn sống nữa")}}, want: []string{"say self_harm", "person"}, open: true,
		},
		"they are asked nothing by us, and a colleague has it soon": {
			steps: []step{{event: said("em không muốn sống nữa")}, {after: 179 * second}, {after: 2 * second}},
			want:  []string{"say self_harm", "person", "submit"},
		},
		"LẠI restores":                               {steps: []step{{event: said("LẠI")}}, want: []string{"restore"}},
		"TRẠNG THÁI lists":                           {steps: []step{{event: said("trạng thái")}}, want: []string{"status"}},
		"a code asks for its status":                 {steps: []step{{event: said("4812 77358 tới đâu rồi")}}, want: []string{"status " + code}},
		"a code alone too":                           {steps: []step{{event: said("#481277358")}}, want: []string{"status " + code}},
		"a code with a wrong digit is told so":       {steps: []step{{event: said("4812 77359")}}, want: []string{"say status_unknown"}},
		"nine digits that are waited for are words":  {steps: []step{{event: said("025123456"), current: waiting}}, want: attach},
		"so are those that look like a code":         {steps: []step{{event: said(code), current: waiting}}, want: attach},
		"so are those under a message of ours":       {steps: []step{{event: said("025123456"), current: reply}}, want: attach},
		"an own code is one whatever is waited for":  {steps: []step{{event: said(code), current: waiting, tickets: []string{code}}}, want: []string{"status " + code}},
		"nine digits inside a report are words":      {steps: []step{{event: said("đèn đường tắt trước nhà tôi, mã khách hàng 481277358")}}, open: true},
		"TRỢ GIÚP explains":                          {steps: []step{{event: said("trợ giúp")}}, want: []string{"say help"}},
		"ENGLISH switches":                           {steps: []step{{event: said("English")}}, want: []string{"language en"}},
		"TIẾNG VIỆT switches back":                   {steps: []step{{event: said("tiếng Việt")}}, want: []string{"language vi"}},
		"/start is welcomed":                         {steps: []step{{event: command("start")}}, want: []string{"say welcome"}},
		"/help explains":                             {steps: []step{{event: command("help")}}, want: []string{"say help"}},
		"/status lists":                              {steps: []step{{event: command("status")}}, want: []string{"status"}},
		"/cancel drops the draft":                    {steps: []step{{event: photo()}, {event: command("cancel")}}, want: []string{"say draft_cancelled"}},
		"a command that we do not have explains":     {steps: []step{{event: command("weather")}}, want: []string{"say help"}},
		"block is noted":                             {steps: []step{{event: quiet(bots.KindBlock)}}, want: []string{"block yes"}},
		"unblock is noted":                           {steps: []step{{event: quiet(bots.KindUnblock)}}, want: []string{"block"}},
		"an edit revises and opens nothing":          {steps: []step{{event: about("m7", "ổ gà")}}, want: []string{"revise m7 ổ gà"}},
		"an unsend hides":                            {steps: []step{{event: about("m7", "")}}, want: []string{"hide m7"}},
		"an edit of what nobody names is harmless":   {steps: []step{{event: quiet(bots.KindEdit)}}},
		"help amid a report leaves the report alone": {steps: []step{{event: photo()}, {event: said("help")}}, want: []string{"say help"}, open: true},
	})
}

func TestReduceChooses(t *testing.T) {
	asked := []dialogue.Choice{{Title: "xong", Payload: "done:" + code}, {Title: "chưa xong", Payload: "not_done:" + code}}
	stars := []dialogue.Choice{{Title: "3 sao", Payload: "rate:" + code + ":3"}, {Title: "4 sao", Payload: "rate:" + code + ":4"}}
	runAll(t, map[string]scenario{
		"a pressed button":                 {steps: []step{{event: press("done:" + code)}}, want: []string{"close " + code}},
		"a bare digit":                     {steps: []step{{event: said(" 2. "), choices: asked}}, want: []string{"reopen " + code}},
		"the words of a choice":            {steps: []step{{event: said("Chưa xong!"), choices: asked}}, want: []string{"reopen " + code}},
		"the words without marks":          {steps: []step{{event: said("chua xong"), choices: asked}}, want: []string{"reopen " + code}},
		"stars":                            {steps: []step{{event: press("rate:" + code + ":4")}}, want: []string{"rate " + code + " 4"}},
		"a status":                         {steps: []step{{event: press("status:" + code)}}, want: []string{"status " + code}},
		"a digit beyond them is no report": {steps: []step{{event: said("3"), choices: asked}}, want: []string{"say what_to_report"}},
		"zero is no report":                {steps: []step{{event: said("0"), choices: asked}}, want: []string{"say what_to_report"}},
		"a digit out of nowhere is none":   {steps: []step{{event: said("1")}}, want: []string{"say what_to_report"}},
		"a digit with words is words":      {steps: []step{{event: said("1 ổ gà"), choices: asked}}, open: true},
		"a choice leaves a draft alone":    {steps: []step{{event: photo()}, {event: said("1"), choices: asked}}, want: []string{"close " + code}, open: true},
		"an unknown payload is told so":    {steps: []step{{event: press("explode:" + code)}}, want: []string{"gone"}},
		"stars in words":                   {steps: []step{{event: said("4 sao thôi, chậm quá"), choices: stars}}, want: []string{"rate " + code + " 4", "keep " + code + " m0"}},
		"a number of stars in letters":     {steps: []step{{event: said("Bốn"), choices: stars}}, want: []string{"rate " + code + " 4"}},
		"as many stars as there are none":  {steps: []step{{event: said("9 sao"), choices: stars}}, want: []string{"say what_to_report"}},
		"an empty payload is told so":      {steps: []step{{event: press("")}, {after: time.Hour}}, want: []string{"gone"}},
		"a payload without a code":         {steps: []step{{event: press("done")}}, want: []string{"gone"}},
		"a payload with NUL":               {steps: []step{{event: press("done:\x00")}}, want: []string{"gone"}},
		"a code with a wrong digit":        {steps: []step{{event: press("done:481277359")}}, want: []string{"gone"}},
		"six stars":                        {steps: []step{{event: press("rate:" + code + ":6")}}, want: []string{"gone"}},
		"no stars":                         {steps: []step{{event: press("rate:" + code)}}, want: []string{"gone"}},
		"an old add when nothing is open":  {steps: []step{{event: press("add:" + code)}}, want: []string{"gone"}},
		"an old new when nothing is open":  {steps: []step{{event: press("new")}}, want: []string{"gone"}},
		"an add with a wrong code is none": {steps: []step{{event: photo()}, {event: press("add:12")}}, want: []string{"gone"}, open: true},
	})
}

func TestReduceLaterPieces(t *testing.T) {
	current := dialogue.Current{Code: code, Category: "road.pothole", At: instant}
	answers := dialogue.Current{Code: code, Category: "road.pothole", At: instant.Add(-30 * 24 * time.Hour), Answers: true}
	over := dialogue.Current{Code: code, Category: "road.pothole", At: instant, Over: true, Answers: true}
	which := "say ask_which [add:" + code + "] [new]"
	open := []string{code}
	answered := dialogue.Current{Code: code, At: instant.Add(-5 * time.Hour), Resolved: true}
	undone := "say ask_which [not_done:" + code + "] [new]"
	choices := []dialogue.Choice{{Title: "bổ sung 4812 77358", Payload: "add:" + code}, {Title: "phản ánh mới", Payload: "new"}}
	runAll(t, map[string]scenario{
		"a photo within 15 min":               {steps: []step{{}, {after: 15 * time.Minute, event: photo(), current: current}}, want: []string{"attach " + code + " m1"}},
		"a pin within 15 min":                 {steps: []step{{event: pin(), current: current}}, want: []string{"attach " + code + " m0"}},
		"more words of the same kind":         {steps: []step{{event: said("ổ gà này sâu lắm"), current: current}}, want: []string{"attach " + code + " m0"}},
		"words of no kind":                    {steps: []step{{event: said("ngay cổng chợ"), current: current}}, want: []string{"attach " + code + " m0"}},
		"a sentence of another kind is new":   {steps: []step{{event: said(lamp), current: current}}, open: true},
		"a photo after 15 min is new":         {steps: []step{{}, {after: 15*time.Minute + second, event: photo(), current: current}}, open: true},
		"a reply belongs to it at any time":   {steps: []step{{event: said(lamp), current: answers}}, want: []string{"attach " + code + " m0"}},
		"a reply does so even amid a report":  {steps: []step{{event: photo()}, {event: photo(), current: answers}}, want: []string{"attach " + code + " m1"}, open: true},
		"nothing is added to one that ended":  {steps: []step{{event: photo(), current: over}}, open: true},
		"wordless pieces ask to which":        {steps: []step{{event: photo()}, {after: 6 * second, tickets: open}}, want: []string{which}, open: true},
		"words never ask to which":            {steps: []step{{event: said(lamp)}, {after: 6 * second, tickets: open}}, want: []string{"say ask_place +location"}, open: true},
		"to which is asked once, and waits":   {steps: []step{{event: photo()}, {after: 23 * time.Hour, tickets: open}}, want: []string{which}, open: true},
		"unanswered, it goes to the hotline":  {steps: []step{{event: photo()}, {after: 24 * time.Hour, tickets: open}}, want: []string{which, "submit"}},
		"added: all its pieces go there":      {steps: []step{{event: photo()}, {event: photo()}, {after: 7 * second, event: said("1"), choices: choices, tickets: open}}, want: []string{which, "attach " + code + " m0,m1"}},
		"new by its words: the place is next": {steps: []step{{event: photo()}, {after: 7 * second, event: said("phản ánh mới"), choices: choices, tickets: open}, {after: second, tickets: open}}, want: []string{which, "say ask_place +location"}, open: true},
		"a pin instead of an answer is new":   {steps: []step{{event: photo()}, {after: 7 * second, event: pin(), tickets: open}, {after: 3 * second, tickets: open}}, want: []string{which, "submit"}},
		"a photo long after the answer asks":  {steps: []step{{event: photo()}, {after: 6 * second, current: answered}}, want: []string{undone}, open: true},
		"one from before the answer does not": {steps: []step{{event: photo()}, {after: 6 * second, current: dialogue.Current{Code: code, At: instant.Add(second), Resolved: true}}}, want: []string{"say ask_place +location"}, open: true},
		"it shows that it is not done":        {steps: []step{{event: photo()}, {event: photo()}, {after: 7 * second, current: answered, event: press("not_done:" + code)}}, want: []string{undone, "reopen " + code + " m0,m1"}},
		"an old answer leaves a draft alone":  {steps: []step{{event: photo()}, {event: press("not_done:" + code)}}, want: []string{"reopen " + code}, open: true},
		"at most three are offered": {
			steps: []step{{event: photo()}, {after: 6 * second, tickets: []string{"1", "2", "3", "4"}}},
			want:  []string{"say ask_which [add:1] [add:2] [add:3] [new]"}, open: true,
		},
	})
}

func TestReduceTakesNoTalkForThePlace(t *testing.T) {
	for text, want := range map[string]string{
		"ngõ vào nghĩa trang":    "ngõ vào nghĩa trang",
		"cổng B":                 "cổng B",
		"chờ tôi chút nhé":       "",
		"là sao?":                "",
		"tôi không biết địa chỉ": "",
		"không biết":             "",
		"hôm qua có người té":    "",
		"hôi lắm luôn á":         "",
		"chờ chút":               "",
		"để tôi hỏi lại":         "",
		"đường nào?":             "",
		"duong vao chua":         "duong vao chua",
		"cuoi duong":             "cuoi duong",
		"gò vấp á":               "gò vấp",
	} {
		if d, _ := play([]step{{event: photo()}, {after: 9 * second, event: said(text)}}); d.Address != want {
			t.Errorf("%q answers where it is: %q, want %q", text, d.Address, want)
		}
	}
}

func TestReduceSaysWhyThePlaceIsAsked(t *testing.T) {
	place, why := "say ask_place +location", "say why_place"
	for text, want := range map[string][]string{
		"hỏi địa chỉ chi vậy?":     {place, why},
		"đường nào?":               {place, why},
		"duong nao vay":            {place, why},
		"sao phải cho biết chỗ ở":  {place, why},
		"why do you need to know?": {place, why},
		"bao giờ làm xong?":        {place, why},
		"chờ chút":                 {place},
		"ok":                       {place},
	} {
		steps := []step{{event: said(lamp)}, {after: 9 * time.Second, event: said(text)}}
		d, got := play(steps)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q, asked for the place, is answered (-want +got):\n%s", text, diff)
		}
		if d.Address != "" || !d.Open {
			t.Errorf("%q ends the question for the place: address %q, open %v", text, d.Address, d.Open)
		}
	}
}

func TestReduceTakesAShortAddress(t *testing.T) {
	long := said(strings.Repeat("xa lắm ", 2000))
	d, _ := play([]step{{event: photo()}, {after: 9 * second, event: long}})
	if n := len([]rune(d.Address)); n == 0 || n > 200 {
		t.Errorf("the place has %d characters", n)
	}
	if text := d.Pieces[1].Text; models.Fold(text) != models.Fold(*long.Text) {
		t.Error("the words themselves are kept whole")
	}
}
