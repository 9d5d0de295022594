package dialogue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
)

// commandOf reads what a whole message asks for; a word inside a sentence is no command.
func commandOf(folded string) string {
	switch folded {
	case "huy", "huy bo", "cancel", "bo di", "thoi khong can nua":
		return "cancel"
	case "lai", "again", "gui lai":
		return "again"
	case "trang thai", "status", "tinh hinh", "toi dau roi", "toi dau roi a", "phan anh cua toi", "my reports":
		return "status"
	case "start":
		return "start"
	case "tro giup", "giup", "help", "huong dan", "menu":
		return "help"
	case "english", "en", "tieng anh":
		return "en"
	case "tieng viet", "vietnamese", "vi":
		return "vi"
	case "cam on", "cam on nha", "cam on nhe", "cam on ban", "cam on nhieu", "thanks", "thank you", "tks":
		return "thanks"
	case "chao", "xin chao", "hello", "hi", "alo", "chao ban", "chao em":
		return "greeting"
	default:
		return rightsOf(folded)
	}
}

// statusOf reads the code out of a question about a ticket: "4812 77356 toi dau roi".
func statusOf(text string) string {
	fields := strings.Fields(text)
	for i, f := range fields {
		if code, ok := models.ParseCode(f); ok {
			return code
		}
		if i+1 < len(fields) {
			if code, ok := models.ParseCode(f + fields[i+1]); ok {
				return code
			}
		}
		if i+2 < len(fields) {
			if code, ok := models.ParseCode(f + fields[i+1] + fields[i+2]); ok {
				return code
			}
		}
	}
	return ""
}

// command answers what a whole message asks for, or the name of a platform's command; false when it asks for nothing.
func (m Mind) command(d *Draft, in Input, read understand.Result, now time.Time) ([]Effect, bool) {
	var name string
	switch {
	case in.Event.Kind == bots.KindCommand:
		name = cmp.Or(commandOf(models.Fold(in.Event.Command)), "help")
	case in.Event.Kind == bots.KindText && in.Event.Text != nil:
		name = commandOf(models.Fold(*in.Event.Text))
	default:
		return nil, false
	}
	if effects, ok := rights(name); ok {
		return effects, true
	}
	if name == "" && says(read, understand.IntentGreeting) && !d.Open {
		name = "greeting"
	}
	switch name {
	case "cancel":
		return cancel(d, in), true
	case "again":
		return []Effect{{Kind: EffectRestore}}, true
	case "status":
		return []Effect{{Kind: EffectStatus}}, true
	case "help":
		return say("help"), true
	case "en":
		return []Effect{{Kind: EffectLanguage, Key: "en"}}, true
	case "vi":
		return []Effect{{Kind: EffectLanguage, Key: "vi"}}, true
	case "thanks":
		if d.Open {
			return nil, true
		}
		return say("welcome_thanks"), true
	case "start":
		return say("welcome"), true
	case "greeting":
		return greet(*d, in, now), true
	}
	return in.asksStatus(*d, read)
}

// asksStatus reads the code of a ticket. Nine digits inside a report, or answering a question of ours, are somebody's
// customer number, and not to be lost.
func (in Input) asksStatus(d Draft, read understand.Result) ([]Effect, bool) {
	code, answers := statusOf(*in.Event.Text), in.answers()
	switch {
	case d.Open:
		return nil, false
	case code != "" && !read.IsReport && (!answers || slices.Contains(in.Tickets, code)):
		return []Effect{{Kind: EffectStatus, Code: code}}, true
	default:
		return say("status_unknown"), !answers && mistyped(*in.Event.Text)
	}
}

// answers tells whether words may be the answer to a department's question, to one of our messages, or to our question
// for a number.
func (in Input) answers() bool {
	return in.Current.Waiting || in.Current.Answers || in.Question == askPhone || in.Question == wrongPhone
}

// cancel lets a question about their data go, drops the open draft, or takes back the ticket just made of one.
func cancel(d *Draft, in Input) []Effect {
	if in.asksData() {
		return say(asBefore)
	}
	if d.Open {
		*d = Draft{}
		return say("draft_cancelled")
	}
	if in.Current.Code == "" || in.Current.Over {
		return say("nothing_to_cancel")
	}
	return []Effect{{Kind: EffectWithdraw, Code: in.Current.Code}}
}

// englishWords are words of English that are none of Vietnamese without its marks, as "the" and "my" are.
const englishWords = " is are there there's this and your of has been was very near front big street road light lamp " +
	"broken please hello water drain blocked flooded garbage rubbish trash noise tree hole pothole with our from days "

// speaksEnglish guesses the language of somebody's first words.
func speaksEnglish(text string) bool {
	hits := 0
	for w := range strings.FieldsSeq(strings.ToLower(text)) {
		if strings.Contains(englishWords, " "+strings.Trim(w, ".,!?:;")+" ") {
			hits++
		}
	}
	return hits >= 2
}

// takeBack are the words, folded, one of which asks to take a report back.
var takeBack = []string{
	" huy ", " xoa ", " rut ", " bo ", " thoi ", " khoi ", " nham ", " lon ", " ngung ", " dung lai ",
	" cancel ", " delete ", " remove ", " withdraw ", " never mind ", " nevermind ", " forget ", " mistake ", " drop ",
}

// keepIt are those with which they ask that it stays, why it went, or for nothing but another picture.
var keepIt = []string{
	" dung huy ", " dung co huy ", " khong huy ", " ko huy ", " khong can huy ", " ko can huy ", " khong muon huy ",
	" khong co huy ", " chua huy ", " sao huy ", " sao lai huy ", " ai huy ", " dung xoa ", " khong xoa ", " dung bo ",
	" dung rut ", " khong rut ", " don t cancel ", " dont cancel ", " do not cancel ", " not cancel ", " why ",
	" hinh ", " tam anh ", " xoa anh ", " nham anh ", " lon anh ", " photo ", " picture ", " image ",
}

// cancels tells whether words that sound like it ask to take the report back. After "it is too late" they are the
// reason that was asked for.
func cancels(in Input) bool {
	folded := " " + models.Fold(*in.Event.Text) + " "
	reason := in.Question == "withdraw_late" && len(strings.Fields(folded)) > 3
	return anyOf(folded, takeBack...) && !anyOf(folded, keepIt...) && !reason
}
