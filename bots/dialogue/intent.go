package dialogue

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/understand"
)

const (
	onceIn     = time.Hour      // the line that says what can be reported, and the one that calms, come once
	idleFor    = time.Hour      // after which somebody with an open draft is told where it stands
	backAfter  = 24 * time.Hour // after which a greeting is answered with what is open
	tellReport = "what_to_report"

	ratingWords = 8  // that say how good an answer was, at most
	phoneDigits = 10 // of a telephone number, at least
)

// read is what the words of an event mean; an event without words means nothing.
func (m Mind) read(in Input) (r understand.Result) {
	if in.Event.Text != nil {
		r = m.Model.Classify(*in.Event.Text)
	}
	return r
}

// talk answers words that report nothing and open no draft. belongs says that they can be added to the ticket just
// spoken of; false when they are for the draft or the ticket.
func (m Mind) talk(d *Draft, in Input, read understand.Result, belongs bool) ([]Effect, bool) {
	if in.Event.Kind != bots.KindText || in.Event.Text == nil || in.Event.Beside || read.IsReport {
		return nil, false
	}
	if belongs && details(*in.Event.Text) {
		return nil, false
	}
	if read.Intent == understand.IntentPerson {
		return []Effect{{Kind: EffectPerson}}, true
	}
	if d.Open || belongs && in.Current.Waiting { // the answer that a department waits for, however short
		return nil, false
	}
	switch read.Intent {
	case understand.IntentGreeting:
		return nil, false // see greet
	case understand.IntentThanks:
		return say("welcome_thanks"), true
	case understand.IntentHelp, understand.IntentStatus:
		return m.asks(in, read, belongs)
	case understand.IntentCancel:
		if !cancels(in) {
			return m.chatter(*in.Event.Text, read, belongs)
		}
		return cancel(d, in), true
	case understand.IntentAbuse:
		if m.reported(*in.Event.Text, read) {
			return nil, false // who is angry about something, somewhere, reports it
		}
		return sayOnce("calm"), true
	case understand.IntentConfirm:
		if !strings.ContainsFunc(*in.Event.Text, unicode.IsDigit) && !m.placed(*in.Event.Text) {
			return nil, !in.Current.Answers // "ok" under a receipt asks for nothing
		}
		return m.chatter(*in.Event.Text, read, belongs) // "right, but it is number 54" does
	default:
		return m.chatter(*in.Event.Text, read, belongs)
	}
}

// asks answers who asks for help, or how far their reports have come.
func (m Mind) asks(in Input, read understand.Result, belongs bool) ([]Effect, bool) {
	elsewhere := in.Current.Code == "" && len(in.Tickets) == 0 // they told somebody else, and ask as if it had been us
	switch text := *in.Event.Text; {
	case belongs && shows(text), elsewhere && m.reported(text, read):
		return nil, false
	case read.Intent == understand.IntentHelp:
		return say("help"), true
	case holdsCode(text): // a mistyped one: any other has been looked up
		return say("status_unknown"), true
	default:
		return []Effect{{Kind: EffectStatus}}, true
	}
}

// reported tells whether words that are no plain report say what is the matter, and where.
func (m Mind) reported(text string, read understand.Result) bool {
	return read.Category != "" && m.Areas.Read(text).Sure
}

// details tells whether words say whom to call about a report, or that nobody is to learn who made it.
func details(text string) bool {
	return digits(text) >= phoneDigits || anyOf(" "+models.Fold(text)+" ", " ten toi ", " ten tui ", " ten minh ",
		" ten em ", " giau ten ", " an danh ", " kin ten ", " lo ten ", " my name ", " anonymous ")
}

// shows tells whether words speak of the picture that they come with.
func shows(text string) bool {
	return anyOf(" "+models.Fold(text)+" ", " hinh day ", " anh day ", " hinh ne ", " anh ne ", " gui hinh ",
		" gui anh ", " day la hinh ", " day la anh ", " hinh chup ", " anh chup ", " photo ", " picture ")
}

// chatter answers what is neither a report nor a wish. With an address it is a report in the making.
func (m Mind) chatter(text string, read understand.Result, belongs bool) ([]Effect, bool) {
	switch {
	case belongs:
		return nil, false
	case read.Intent == understand.IntentNoProblem:
		return say("no_problem"), true
	case m.Areas.Read(text).Sure:
		return nil, false
	}
	return sayOnce(tellReport), true
}

func sayOnce(key string) []Effect { return []Effect{{Kind: EffectSay, Key: key, Once: onceIn}} }

// greet answers a greeting: with what is unfinished or open, when somebody comes back.
func greet(d Draft, in Input, now time.Time) []Effect {
	switch {
	case d.Open && now.Sub(d.LastAt) < idleFor:
		return nil
	case d.Open:
		return []Effect{{Kind: EffectSay, Key: "welcome_unfinished", Args: models.Args{
			"text": models.Clean(d.words(), 80), "missing": d.missing(),
		}}}
	case in.Current.Code != "" && !in.Current.Over && now.Sub(in.Current.At) > backAfter:
		return append(say("welcome_back"), Effect{Kind: EffectStatus})
	default:
		return say("welcome")
	}
}

// notDone are the words, folded, with which people say that an answered report is not done.
var notDone = []string{
	" chua xong ", " chua lam ", " chua sua ", " chua duoc ", " chua on ", " chua het ", " chua thay ", " chua ai ",
	" chua co ", " chua xu ly ", " chua don ", " chua tot ",
	" van con ", " van chua ", " van vay ", " van the ", " van nhu ",
	" con nguyen ", " y nguyen ", " nhu cu ", " hu lai ", " tat lai ", " ngap lai ", " lai hu ", " lai tat ",
	" lai ngap ", " lai bi ", " bi lai ", " lai do ", " do lai ", " lai lun ", " lun lai ", " lai nghet ",
	" nghet lai ",
	" bong lai ", " loi ra ", " ra lai ", " nua roi ", " nua kia ", " khong dung ", " khong thay ", " ko thay ",
	" chang thay ", " lam gi dau ", " thay gi dau ", " thay ai ", " co ai lam ", " dau co ",
	" do ec ", " do te ", " lam au ", " qua loa ", " so sai ", " doi pho ", " lay le ", " lam cho co ",
	" not done ", " not fixed ", " not yet ", " still ", " again ", " nobody ",
}

// notYet tells whether folded words say so by how they begin: "chưa, mới đổ đá thôi". "Chưa biết" says nothing of it.
func notYet(folded string) bool {
	return folded == " no " || folded == " nope " ||
		strings.HasPrefix(strings.TrimPrefix(folded, " da"), " chua ") && !anyOf(folded, " chua biet ", " chua ro ",
			" chua xem ", " chua coi ", " chua di ", " chua kiem ", " chua ve ", " chua ra ", " chua chac ")
}

// verdict reads what somebody says or shows after the answer to their report: that it is done, or that it is not, by
// words or by a photo of it. False when it is neither. An answer that they cannot have read is not judged: "not done"
// is added to the report, and they are asked once it has come.
func (m Mind) verdict(d Draft, in Input, read understand.Result, now time.Time) ([]Effect, bool) {
	code, asked := asksVerdict(in.Choices)
	if !asked && in.Current.Answers && in.Current.Resolved {
		code = in.Current.Code
	}
	if code == "" {
		if effects, done := early(d, in, read); done {
			return effects, true
		}
		return m.unasked(d, in, read)
	}
	if d.Open && !in.Current.Answers || !in.Event.Actionable {
		return nil, false
	}
	reopen := []Effect{{Kind: EffectReopen, Code: code, Messages: []string{in.Message}}}
	if in.Event.Text == nil || strings.TrimSpace(*in.Event.Text) == "" {
		recent := in.Current.Code == code && in.Current.Resolved && now.Sub(in.Current.At) <= sameTicket
		switch in.Event.Kind {
		case bots.KindImage, bots.KindVideo, bots.KindAudio:
			return reopen, in.Current.Answers || recent
		default:
			return nil, false
		}
	}
	if in.Event.Kind == bots.KindCommand || in.Event.Kind == bots.KindLocation {
		return nil, false
	}
	if disagrees(in, read) {
		return reopen, true
	}
	return []Effect{{Kind: EffectClose, Code: code}}, agrees(in, read) && asked && in.Event.Kind == bots.KindText
}

// unasked reads a verdict after something else was said, or after it was closed by mistake: plain words only, and none
// that may answer another question of ours.
func (m Mind) unasked(d Draft, in Input, read understand.Result) ([]Effect, bool) {
	of, e := in.Current, in.Event
	another := func(c Choice) bool { return !strings.HasPrefix(c.Payload, models.PayloadRate+of.Code) }
	if !of.Resolved && !of.Closed || d.Open || e.Text == nil || e.Kind == bots.KindCommand ||
		e.Kind == bots.KindLocation || slices.ContainsFunc(in.Choices, another) {
		return nil, false
	}
	if m.undone(in) {
		return []Effect{{Kind: EffectReopen, Code: of.Code, Messages: []string{in.Message}}}, true
	}
	done := of.Resolved && len(in.Choices) == 0 && e.Kind == bots.KindText &&
		says(read, understand.IntentNoProblem)
	return []Effect{{Kind: EffectClose, Code: of.Code}}, done
}

// undone tells whether words say "not done" of the ticket just spoken of, and report nothing else besides.
func (m Mind) undone(in Input) bool {
	rest := " " + models.Fold(*in.Event.Text) + " "
	if !anyOf(rest, notDone...) && !notYet(rest) {
		return false
	}
	for _, w := range notDone {
		rest = strings.ReplaceAll(rest, w, " ")
	}
	read := m.Model.Classify(rest)
	_, placed := places.Address(*in.Event.Text)
	return !read.IsReport || read.Category == in.Current.Category || !read.Sure && !placed
}

// lasting are the words, folded, with which people say that nothing has changed.
var lasting = []string{
	" van con ", " van chua ", " van vay ", " van the ", " van nhu ", " van khong ", " van ko ", " van bi ",
	" y nguyen ", " con nguyen ", " nhu cu ", " chua ai ", " chua thay ", " still ", " not yet ",
}

// persists tells whether words say, however late, that what the ticket just spoken of is about goes on.
func (m Mind) persists(in Input) bool {
	if in.Event.Text == nil || in.Event.Kind != bots.KindText || m.placed(*in.Event.Text) {
		return false
	}
	rest := " " + models.Fold(*in.Event.Text) + " "
	if !anyOf(rest, lasting...) {
		return false
	}
	for _, w := range lasting {
		rest = strings.ReplaceAll(rest, w, " ")
	}
	read := m.Model.Classify(rest)
	return !read.IsReport || read.Category == in.Current.Category || read.Confidence < toldShare
}

// early takes a number, or the words of a verdict, that would answer what is still on its way to whoever says them:
// that comes first, and they choose again.
func early(d Draft, in Input, read understand.Result) ([]Effect, bool) {
	if n := bare(in); 0 < n && n <= len(in.Unseen) {
		return nil, true
	}
	code, waits := asksVerdict(in.Unseen)
	if !waits || d.Open || in.Event.Kind != bots.KindText || in.Event.Text == nil ||
		in.Current.Answers && in.Current.Code != code {
		return nil, false
	}
	if disagrees(in, read) {
		return []Effect{{Kind: EffectAttach, Code: code, Messages: []string{in.Message}, Yes: true}}, true
	}
	return nil, agrees(in, read)
}

// disagrees tells whether words say that an answered report is not done; a report of something else does not.
func disagrees(in Input, read understand.Result) bool {
	text := *in.Event.Text
	_, placed := places.Address(text)
	another := read.IsReport && placed && read.Category != in.Current.Category
	folded := " " + models.Fold(text) + " "
	no := notYet(folded) || anyOf(folded, notDone...) || denies(text)
	return !another && (no || says(read, understand.IntentDeny))
}

// denies tells whether words say with "đâu" that something is not so: "có sửa đâu". It asks where, too, and without its
// marks it is a head, a lamp's oil or a parked car.
func denies(text string) bool {
	between := func(r rune) bool { return !unicode.IsLetter(r) }
	words := strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), between)
	for i, word := range words {
		asks := i > 0 && slices.Contains([]string{"ở", "tới", "đến", "từ", "chỗ"}, words[i-1])
		if word == "đâu" && !asks {
			return true
		}
	}
	return false
}

// rates answers words that say how good an answer was, where stars were asked for or given: they report nothing, unless
// they surely do.
func (m Mind) rates(d Draft, in Input, read understand.Result) ([]Effect, bool) {
	answers := map[string]string{
		"closed_thanks": "rate_words",
		"rate_words":    "rate_noted", "rated_low": "rate_noted", "rated_thanks": "rate_noted",
	}
	e, key := in.Event, answers[in.Question]
	if key == "" || d.Open || e.Kind != bots.KindText || e.Text == nil || len(strings.Fields(*e.Text)) > ratingWords {
		return nil, false
	}
	thanks := say(key)
	if key == "rate_words" {
		thanks[0].Buttons = starsFor(in.Current.Code)
	}
	thanks = append(thanks, Effect{Kind: EffectKeep, Code: in.Current.Code, Messages: []string{in.Message}})
	if read.IsReport {
		return thanks, read.Confidence < toldShare && !m.placed(*e.Text)
	}
	return thanks, read.Intent == understand.IntentConfirm || read.Intent == understand.IntentDeny
}

// done are the words, folded, with which thanks say that it is.
var done = []string{
	" ok roi ", " oke roi ", " xong roi ", " duoc roi ", " on roi ", " tot roi ", " sach roi ", " het roi ",
	" sua roi ", " lam roi ", " done ", " fixed ",
}

// praise are the words, folded, with which people say that it was done well.
var praise = []string{
	" tot lam ", " lam tot ", " tot qua ", " gioi qua ", " gioi lam ", " tuyet voi ", " tuyet qua ", " dep qua ",
	" nhanh qua ", " good job ", " well done ", " great ", " perfect ",
}

// doubts are those with which they do not, whatever else they say.
var doubts = []string{
	" chua ", " khong ", " ko ", " hong ", " gi ma ", " khi nao ", " bao gio ", " chung nao ", " mong ", " nho ",
	" neu ", " when ",
}

// agrees tells whether words say that it is done, or done well.
func agrees(in Input, read understand.Result) bool {
	folded := " " + models.Fold(*in.Event.Text) + " "
	if says(read, understand.IntentConfirm) || says(read, understand.IntentNoProblem) {
		return true
	}
	well := anyOf(folded, praise...) && !read.Sure && len(strings.Fields(folded)) <= ratingWords
	return (well || says(read, understand.IntentThanks) && anyOf(folded, done...)) && !anyOf(folded, doubts...)
}

func says(read understand.Result, intent understand.Intent) bool {
	return !read.IsReport && read.Intent == intent
}

// asksVerdict returns the ticket of which our last question asked whether it is done.
func asksVerdict(choices []Choice) (code string, ok bool) {
	for _, c := range choices {
		if code, ok := strings.CutPrefix(c.Payload, "not_done:"); ok {
			return models.ParseCode(code)
		}
	}
	return "", false
}

const codeDigits = 9

// mistyped tells whether a text is nothing but the nine digits of a code, and no code.
func mistyped(text string) bool {
	other := func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsSpace(r) && r != '#' }
	return digits(text) == codeDigits && !strings.ContainsFunc(text, other)
}

// holdsCode tells whether somewhere in a text stand nine digits, in groups or together, as codes are written.
func holdsCode(text string) bool {
	run := 0
	for word := range strings.FieldsSeq(text + " .") {
		word = strings.Trim(word, "#.,:;?!()")
		if word != "" && strings.Trim(word, "0123456789") == "" {
			run += len(word)
			continue
		}
		if run == codeDigits {
			return true
		}
		run = 0
	}
	return false
}

func digits(text string) (n int) {
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
