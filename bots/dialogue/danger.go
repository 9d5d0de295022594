package dialogue

import (
	"github.com/vticket/vticket/models/understand"
	"github.com/vticket/vticket/workflow"
)

// selfHarm is the danger of somebody who may end their life, and what is said to it.
const selfHarm = "self_harm"

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
