package dialogue

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// EffectKind says what is to be done.
type EffectKind string

// What a turn can lead to.
const (
	EffectSay      EffectKind = "say"      // Key with Args and Buttons
	EffectSubmit   EffectKind = "submit"   // the draft
	EffectAttach   EffectKind = "attach"   // Messages to the ticket Code; Yes: without a word
	EffectWithdraw EffectKind = "withdraw" // the ticket Code
	EffectRestore  EffectKind = "restore"  // what was taken back within a day; Yes: the question that was let go
	EffectClose    EffectKind = "close"    // the ticket Code: done
	EffectReopen   EffectKind = "reopen"   // the ticket Code: not done; Messages show why
	EffectRate     EffectKind = "rate"     // the ticket Code with Stars
	EffectKeep     EffectKind = "keep"     // Messages with the ticket Code, whatever its state: words about its answer
	EffectStatus   EffectKind = "status"   // of the ticket Code, or of all own ones
	EffectLanguage EffectKind = "language" // speak Key
	EffectBlock    EffectKind = "block"    // Yes: the resident does not want to be reached
	EffectRevise   EffectKind = "revise"   // the kept message External has other words now
	EffectHide     EffectKind = "hide"     // the kept message External was unsent
	EffectPerson   EffectKind = "person"   // hand the conversation over to a person
	EffectData     EffectKind = "data"     // Key of what we know of them is asked for, or set to Text
	EffectFollow   EffectKind = "follow"   // the draft, with its Messages, is about the ticket Code
	EffectGone     EffectKind = "gone"     // what was chosen is not to be had, or not any more
)

// Effect is one thing to do.
type Effect struct {
	Kind        EffectKind
	Key         string
	Args        models.Args
	Buttons     []models.Button
	AskLocation bool
	Code        string
	Messages    []string
	Stars       int
	Yes         bool
	External    string
	Text        string
	Once        time.Duration // say it only if it was not said for so long; 0: always
}

func say(key string) []Effect {
	return []Effect{{Kind: EffectSay, Key: key}}
}

// payloadNone stands for a button without a payload: none of ours.
const payloadNone = "none"

// chosen returns the payload of the choice that an event makes: a pressed button, or the number or the words of one.
func chosen(in Input) string {
	if in.Event.Kind == bots.KindPostback {
		return cmp.Or(in.Event.Payload, payloadNone)
	}
	if in.Event.Kind != bots.KindText || in.Event.Text == nil {
		return ""
	}
	text, number := models.Fold(*in.Event.Text), bare(in)
	stars := starsIn(text)
	for i, c := range in.Choices {
		rates := strings.HasPrefix(c.Payload, models.PayloadRate)
		if number == i+1 || text == models.Fold(c.Title) ||
			rates && stars > 0 && strings.HasSuffix(c.Payload, ":"+strconv.Itoa(stars)) {
			return c.Payload
		}
	}
	return ""
}

// starNumbers are the words, folded, for numbers of stars.
var starNumbers = map[string]int{
	"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
}

// starsIn is how many stars folded words give: a number before "sao", or one in letters alone; 0 when they give none.
func starsIn(folded string) int {
	words := strings.Fields(folded)
	for i, word := range words {
		if i > 0 && slices.Contains([]string{"sao", "star", "stars"}, word) {
			return starNumbers[words[i-1]]
		}
	}
	if len(words) == 1 && digits(folded) == 0 { // a numeral alone is the number of a choice
		return starNumbers[words[0]]
	}
	return 0
}

// reason keeps the words that stand beside stars with the ticket that they are given to.
func reason(in Input, payload string) []Effect {
	rated, ok := strings.CutPrefix(payload, models.PayloadRate)
	if !ok || in.Event.Text == nil || len(strings.Fields(*in.Event.Text)) < 4 { // "3", "ba sao nhé"
		return nil
	}
	code, _, _ := strings.Cut(rated, ":")
	return []Effect{{Kind: EffectKeep, Code: code, Messages: []string{in.Message}}}
}

// bare is the number that is all of a message; 0 for any other message.
func bare(in Input) int {
	if in.Event.Kind != bots.KindText || in.Event.Text == nil {
		return 0
	}
	n, err := strconv.Atoi(models.Fold(*in.Event.Text))
	if err != nil {
		return 0
	}
	return n
}

// gone answers a choice that has nothing to act on.
func gone() []Effect { return []Effect{{Kind: EffectGone}} }

// choose does what a payload stands for. One that has nothing to act on changes nothing, and they are told so.
func (d Draft) choose(payload string, now time.Time) (Draft, []Effect) {
	if effects, ok := rights(payload); ok {
		return d, effects
	}
	verb, rest, _ := strings.Cut(payload, ":")
	code, stars, _ := strings.Cut(rest, ":")
	if verb == "get_started" { // Messenger's button that begins a conversation
		if d.Open {
			return d, nil
		}
		return d, say("welcome")
	}
	if verb == "person" {
		return d.drop(askGuide), []Effect{{Kind: EffectPerson}}
	}
	if verb == "new" && d.Open {
		d.LookAt, d.AskedAt = now, time.Time{} // answered: what is missing may be asked for now
		return d, nil
	}
	code, ok := models.ParseCode(code)
	if !ok {
		return d, gone()
	}
	switch verb {
	case "same", "still", "other":
		return d.relate(verb, code, now)
	case "add":
		if !d.Open {
			return d, gone()
		}
		return Draft{}, []Effect{{Kind: EffectAttach, Code: code, Messages: d.messages()}}
	case "done":
		return d, []Effect{{Kind: EffectClose, Code: code}}
	case "not_done":
		if d.Open && d.asked(askWhich) && d.words() == "" { // they show why
			return Draft{}, []Effect{{Kind: EffectReopen, Code: code, Messages: d.messages()}}
		}
		return d, []Effect{{Kind: EffectReopen, Code: code}}
	case "rate":
		n, err := strconv.Atoi(stars)
		if err != nil || n < 1 || n > 5 {
			return d, gone()
		}
		return d, []Effect{{Kind: EffectRate, Code: code, Stars: n}}
	case "status":
		return d, []Effect{{Kind: EffectStatus, Code: code}}
	default:
		return d, gone()
	}
}

// drop ends a draft that waits for the answer to a question, since the answer was something else.
func (d Draft) drop(question string) Draft {
	if d.Doubt == question {
		return Draft{}
	}
	return d
}

// revise follows an edit or an unsend on the platform: the kept message changes, and what it belongs to with it.
func revise(in Input) []Effect {
	if in.Event.Message == nil {
		return nil
	}
	e := Effect{Kind: EffectHide, External: *in.Event.Message}
	if in.Event.Kind == bots.KindEdit {
		e.Kind = EffectRevise
		if in.Event.Text != nil {
			e.Text = *in.Event.Text
		}
	}
	return []Effect{e}
}

// starsFor are the five choices under the question how it was.
func starsFor(code string) []models.Button {
	buttons := make([]models.Button, 0, 5)
	for n := 1; n <= 5; n++ {
		buttons = append(buttons, models.Button{
			Key: "button_stars", Args: models.Args{"n": n}, Payload: models.PayloadRate + code + ":" + strconv.Itoa(n),
		})
	}
	return buttons
}
