package dialogue

import (
	"slices"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
	"github.com/vticket/vticket/workflow"
)

// selfHarm is the danger of somebody who may end their life, and what is said to it.
const selfHarm = "self_harm"

// callKey is what is said to whoever asks us to call for them.
const callKey = "call_yourself"

// warn says at once what to do about a danger: before any question, and once. What was said of no type of danger gives
// way to what its type has to say, and everything to a life that somebody may end.
func (m Mind) warn(d *Draft, result understand.Result) []Effect {
	category := m.Catalogue.Category(result.Category)
	switch {
	case !result.Danger || d.Danger == selfHarm:
		return nil
	case result.SelfHarm:
		d.Danger = selfHarm
		return []Effect{{Kind: EffectSay, Key: selfHarm}, {Kind: EffectPerson}}
	case d.Danger != "" && (m.Catalogue.Category(d.Danger).Dangerous() || !category.Dangerous()):
		return nil
	}
	d.Danger = category.Key
	return []Effect{{Kind: EffectSay, Key: workflow.WarningKey, Args: category.Warning(result.Life)}}
}

// callsHelp are the words, folded, with which people ask us to call an ambulance or the fire brigade, or cry for help.
var callsHelp = []string{
	" goi cap cuu ", " keu cap cuu ", " goi xe cap cuu ", " keu xe cap cuu ", " cho xe cap cuu ", " goi cuu thuong ",
	" goi cuu hoa ", " keu cuu hoa ", " goi xe cuu hoa ", " keu xe cuu hoa ", " goi chua chay ", " keu chua chay ",
	" goi 115 ", " goi 114 ", " goi 113 ", " cuu voi ", " cuu toi ", " cuu tui ", " cuu nguoi ",
	" an ambulance ", " call 115 ", " call 114 ", " fire brigade ", " fire truck ", " save him ", " save her ",
}

// callYourself tells whoever believes that we call for them that we do not, unless they have called themselves, or are
// warned in any case.
func callYourself(in Input, effects []Effect) []Effect {
	warned := func(e Effect) bool { return (e.Key == workflow.WarningKey || e.Key == selfHarm) && e.Once == 0 }
	if in.Event.Text == nil || !in.Event.Actionable || slices.ContainsFunc(effects, warned) {
		return nil
	}
	folded := " " + models.Fold(*in.Event.Text) + " "
	if !anyOf(folded, callsHelp...) || anyOf(folded, " da goi ", " goi roi ", " vua goi ", " called ") {
		return nil
	}
	return []Effect{{Kind: EffectSay, Key: callKey, Once: time.Minute}}
}

// warnOther says what to do about a danger that a draft's last words name beside the one that was warned of.
func (m Mind) warnOther(d Draft, text string) []Effect {
	read := m.Model.Classify(text)
	if read.Category == d.Danger || !m.Catalogue.Category(read.Category).Dangerous() {
		return nil
	}
	return m.warnAgain(read, Current{})
}

// warnAgain says what to do about a danger that is told of beside a draft, but not what was said just now, nor on the
// same day to whoever only repeats what their ticket is about. What they were told is mended is a danger anew.
func (m Mind) warnAgain(read understand.Result, of Current) []Effect {
	if !of.Untold && !read.SureDanger() {
		return nil
	}
	effects, once := m.warn(&Draft{}, read), sameTicket
	if read.Category != "" && read.Category == of.Category && !of.Resolved && !read.SelfHarm {
		once = ownDanger
	}
	for i := range effects {
		effects[i].Once = once
	}
	return effects
}
