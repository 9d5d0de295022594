package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/understand"
)

// The questions that are worth an answer although nothing is missing, by their locale keys, in the order in which they
// are put: one at a time, each once, none about a danger.
const (
	askOutside = "ask_outside" // the point lies outside of the city: is it meant?
	askFar     = "ask_far"     // the point lies far from the ward of the words: which counts?
	askGuide   = "ask_guide"   // others have to decide this: here is who; or a person?
	askSend    = "ask_send"    // the answer is to be had there; send the question on nevertheless?
	askSplit   = "ask_split"   // several problems: a ticket each?
	askType    = "ask_type"    // which of these is it?
)

const (
	// doubtWaits is how long an answer is waited for. Then the draft goes as it was read, and the hotline decides; a
	// question about a procedure, whose answer has been shown, goes nowhere unless they say so.
	doubtWaits = 3 * time.Minute

	farM = 1000 // metres between a point and the ward of the words that are two places

	// A type is asked for when the best one is less likely than clearShare, or less than clearRatio times as likely as
	// the next. Types that are less likely than offerShare are not offered.
	clearShare = 0.45
	clearRatio = 1.6
	offerShare = 0.08
	typesMost  = 3 // are offered, besides "none of these"

	splitWords  = 6 // that speak of two problems, at least
	answerWords = 4 // that say which of two choices is meant, at most
)

// about is what a draft's words are about; an address alone is about nothing.
func (m Mind) about(d Draft) (read understand.Result) {
	if words := d.words(); !m.Areas.Read(words).Only(words) {
		read = m.Model.Classify(words)
	}
	return read
}

// doubt is the question to be put before a ready draft is submitted; false when there is none.
func (m Mind) doubt(d Draft) (Effect, bool) {
	if d.Danger != "" {
		return Effect{}, false
	}
	read := m.about(d)
	if read.Priority == models.PriorityCritical {
		return Effect{}, false
	}
	for _, ask := range []func(Draft, understand.Result) (Effect, bool){
		m.outside, m.far, m.guide, m.several, m.unclear,
	} {
		if e, ok := ask(d, read); ok && !d.asked(e.Key) {
			return e, true
		}
	}
	return Effect{}, false
}

// finish submits a draft that misses nothing, after the one question that is worth its answer.
func (m Mind) finish(d Draft, now time.Time) (Draft, []Effect) {
	if d.Doubt != "" {
		end := d.AskedAt.Add(doubtWaits)
		if now.Before(end) {
			d.LookAt = end
			return d, nil
		}
		d.Open = false
		if d.Doubt == askSend || d.Doubt == askGuide {
			return d, nil
		}
		return d, []Effect{{Kind: EffectSubmit}}
	}
	e, ok := m.doubt(d)
	if end := d.ReadyAt.Add(doubtWaits); !ok || !now.Before(end) { // the latter: they never stop sending
		d.Open = false
		return d, append(m.told(d), Effect{Kind: EffectSubmit})
	}
	if silence := d.LastAt.Add(askAfter); now.Before(silence) {
		d.LookAt = silence
		return d, nil
	}
	d = d.ask(e.Key, now)
	d.Doubt, d.LookAt = e.Key, now.Add(doubtWaits)
	return d, []Effect{e}
}

// told says to whom a report goes that others have to decide, when its evidence goes to the hotline without a question.
func (m Mind) told(d Draft) []Effect {
	category := m.about(d).Category
	if !d.evident() || d.asked(askGuide) || !m.Catalogue.Category(category).GuideOnly {
		return nil
	}
	return []Effect{{Kind: EffectSay, Key: "guide", Args: models.Args{"guide": category}}}
}

func (m Mind) outside(d Draft, _ understand.Result) (Effect, bool) {
	if d.Lat == nil || d.Rough || d.Meant {
		return Effect{}, false
	}
	_, inside := m.Areas.Find(*d.Lat, *d.Lon)
	return Effect{Kind: EffectSay, Key: askOutside, Buttons: []models.Button{
		{Key: "button_place_meant", Payload: "place:meant"},
	}}, !inside
}

func (m Mind) far(d Draft, _ understand.Result) (Effect, bool) {
	found, named, far := m.apart(d)
	return Effect{
		Kind: EffectSay, Key: askFar, Args: models.Args{"area": found.FullName, "ward": named.FullName},
		Buttons: []models.Button{
			{Key: "button_place_point", Args: models.Args{"area": found.FullName}, Payload: "place:meant"},
			{Key: "button_place_words", Args: models.Args{"area": named.FullName}, Payload: "place:words"},
		},
	}, far
}

// apart returns the ward of the point and the ward of the words, when they are far from each other.
func (m Mind) apart(d Draft) (found places.Found, named places.Area, far bool) {
	if d.Lat == nil || d.Rough || d.Meant {
		return found, named, false
	}
	found, inside := m.Areas.Find(*d.Lat, *d.Lon)
	named, ok := m.Areas.Read(d.words() + ", " + d.Address).Area()
	far = inside && ok && named.Code != found.Code && !m.Areas.Within(*d.Lat, *d.Lon, named.Code, farM)
	return found, named, far
}

// guide says where the answer to a question is to be had, or who decides instead of us. Whoever brings evidence has
// more than a question.
func (m Mind) guide(d Draft, read understand.Result) (Effect, bool) {
	category := m.Catalogue.Category(read.Category)
	if d.evident() || d.Category != "" || !d.Placeless || category.Guide == "" {
		return Effect{}, false
	}
	e := Effect{Kind: EffectSay, Key: askSend, Args: models.Args{"guide": category.Key}, Buttons: []models.Button{
		{Key: "button_send_on", Payload: "send:yes"}, {Key: "button_enough", Payload: "send:no"},
	}}
	if category.GuideOnly {
		e.Key, e.Buttons[0] = askGuide, models.Button{Key: "button_person", Payload: "person"}
	}
	return e, category.GuideOnly || read.Intent == understand.IntentQuestion
}

// several asks whether each of several problems is to be a ticket.
func (m Mind) several(d Draft, _ understand.Result) (Effect, bool) {
	if d.Split || d.settled() || len(strings.Fields(d.words())) < splitWords {
		return Effect{}, false
	}
	parts := slices.DeleteFunc(slices.Clone(m.Model.Parts(d.words())), func(p understand.Part) bool {
		return m.Catalogue.Category(p.Category).GuideOnly // "I denounce it" is no second problem
	})
	kinds, n := make([]string, 0, len(parts)), strconv.Itoa(len(parts))
	for _, p := range parts {
		kinds = append(kinds, p.Category)
	}
	return Effect{
		Kind: EffectSay, Key: askSplit, Args: models.Args{"kinds": strings.Join(kinds, ","), "n": n},
		Buttons: []models.Button{
			{Key: "button_split", Args: models.Args{"n": n}, Payload: "split:yes"},
			{Key: "button_one", Payload: "split:no"},
		},
	}, len(parts) > 1
}

// unclear asks which type it is, where that decides whose it is.
func (m Mind) unclear(d Draft, read understand.Result) (Effect, bool) {
	if d.settled() || !m.doubtful(read) {
		return Effect{}, false
	}
	e := Effect{Kind: EffectSay, Key: askType}
	for _, s := range offered(read) {
		e.Buttons = append(e.Buttons, models.Button{
			Key: "button_type", Args: models.Args{"kind": s.Category}, Payload: "type:" + s.Category,
		})
	}
	e.Buttons = append(e.Buttons, models.Button{Key: "button_other_type", Payload: "type:other"})
	return e, true
}

// settled tells that what a draft is about is nothing to ask for any more: it was chosen, somebody has to listen to
// it, or it was spoken of in another question.
func (d Draft) settled() bool {
	return d.Category != "" || d.Voices > 0 || d.words() == "" ||
		d.asked(askSplit) || d.asked(askType) || d.asked(askSend) || d.asked(askGuide)
}

// doubtful tells whether the likeliest types are about equally likely and not one owner's.
func (m Mind) doubtful(read understand.Result) bool {
	types := offered(read)
	if len(types) < 2 || types[0].Score >= clearShare && types[0].Score >= clearRatio*types[1].Score {
		return false
	}
	first := m.Catalogue.Category(types[0].Category)
	return slices.ContainsFunc(types[1:], func(s understand.Scored) bool {
		c := m.Catalogue.Category(s.Category)
		return c.Field != first.Field || c.DepartmentRole != first.DepartmentRole || c.RoadRole != first.RoadRole
	})
}

func offered(read understand.Result) (types []understand.Scored) {
	for _, s := range read.Alternatives {
		if s.Score >= offerShare && len(types) < typesMost {
			types = append(types, s)
		}
	}
	return types
}

// evident tells whether a draft has more than words, or had: a point whose place words have taken was sent too.
func (d Draft) evident() bool {
	pointed := func(p Piece) bool { return p.Point }
	return d.Photos > 0 || d.Voices > 0 || d.Lat != nil || slices.ContainsFunc(d.Pieces, pointed)
}

// heard lets a piece answer the open question: words and a point do, but only a place takes that of a doubtful point. A
// photo answers only whether a question is to be sent on, since it is one no more.
func (m Mind) heard(d Draft, text string, e *bots.Incoming) Draft {
	switch {
	case d.Doubt == "":
		return d
	case text != "" && (d.Doubt == askOutside || d.Doubt == askFar):
		if !m.placed(text) {
			return d
		}
		d.Lat, d.Lon, d.Rough = nil, nil, false
		d.Address = models.Clean(text, addressRunes)
	}
	if text != "" || e.Lat != nil || d.Doubt == askSend || d.Doubt == askGuide {
		d.Doubt = ""
	}
	return d
}

// placed tells whether words name anything of a place.
func (m Mind) placed(text string) bool {
	read := m.Areas.Read(text)
	_, area := read.Area()
	return area || read.Address != ""
}

// named tells whether words name a place or, at least, a part of the city.
func (m Mind) named(text string) bool { return m.placed(text) || len(m.Areas.Read(text).Areas) > 0 }

// wide returns the former district that is all that words name of a place: several wards, where nobody would find it.
// Empty when they name more, or less.
func (m Mind) wide(text string) string {
	read := m.Areas.Read(text)
	if read.Address != "" || len(read.Areas) < 2 {
		return ""
	}
	return read.Areas[0].NamedAs
}

// unknown are the words, folded, of somebody who cannot say where it is.
var unknown = []string{
	" khong biet ", " ko biet ", " khong ro ", " ko ro ", " khong nho ", " ko nho ", " don t know ", " not sure ",
}

// patience are the words, folded, of somebody who will say it later, or has to ask.
var patience = []string{
	" cho chut ", " cho ti ", " cho xiu ", " cho toi ", " doi chut ", " doi ti ", " doi xiu ", " doi toi ", " de toi ",
	" de em ", " de minh ", " chut nua ", " lat nua ", " ti nua ", " wait ", " moment ", " later ",
}

// thoroughfares are the words, folded, one of which makes a place of words that are nothing else: "cuối đường".
var thoroughfares = []string{
	" duong ", " hem ", " ngo ", " kiet ", " nga ba ", " nga tu ", " street ", " road ", " alley ",
}

// answersPlace tells whether words may be the place that was asked for: all but those that only go on talking.
func (m Mind) answersPlace(text string) bool {
	if strings.ContainsFunc(text, unicode.IsDigit) || m.named(text) {
		return true
	}
	folded, read := " "+models.Fold(text)+" ", m.Model.Classify(text)
	if read.Intent == understand.IntentQuestion || anyOf(folded, unknown...) || anyOf(folded, patience...) {
		return false
	}
	return read.IsReport && !places.Nowhere(text) || anyOf(folded, thoroughfares...)
}

// onlyWhat tells whether words that come after the question for the place say what a picture shows, or another danger,
// and not where.
func (m Mind) onlyWhat(d Draft, text string) bool {
	folded := " " + models.Fold(text) + " "
	if !d.asked(askPlace) || strings.ContainsFunc(text, unicode.IsDigit) || m.named(text) || anyOf(folded, unknown...) {
		return false
	}
	read := m.Model.Classify(text)
	return !d.Told && read.Sure || d.Danger != "" && len(m.warnOther(d, text)) > 0 ||
		read.IsReport && !anyOf(folded, whereWords...)
}

// whereWords are the words, folded, one of which stands in nearly every description of a place.
var whereWords = []string{
	" truoc ", " gan ", " canh ", " ke ", " sat ", " sau ", " dau ", " cuoi ", " doi dien ", " giua ", " ngay ",
	" tai ", " o ", " ben ", " trong ", " ngoai ", " duoi ", " tren ", " hem ", " nga ", " khu ", " duong ", " cau ",
	" cho ",
	" truong ", " nha ", " pho ", " ap ", " xa ", " phuong ", " quan ", " chung cu ", " cong ", " hai ben ",
	" near ", " at ", " in ", " front ", " behind ", " opposite ", " corner ", " by ", " next ", " on ", " under ",
}

// stalls tells whether words leave the question for the place open: "ok", "wait a moment", "why?". Who does not know it
// has answered: the hotline has the draft without.
func (m Mind) stalls(d Draft, in Input) bool {
	asks := d.missing()
	return d.Open && (asks == askPlace || asks == askStreet) && d.asked(asks) && in.Event.Kind == bots.KindText &&
		in.Event.Text != nil && !m.answersPlace(*in.Event.Text) &&
		!anyOf(" "+models.Fold(*in.Event.Text)+" ", unknown...)
}

// whyPlace answers who asks back, about the question for the place: why, which street, how long it takes.
func (m Mind) whyPlace(text string) []Effect {
	asked := strings.Contains(text, "?")
	switch m.Model.Classify(text).Intent {
	case understand.IntentQuestion, understand.IntentHelp, understand.IntentStatus:
		asked = true
	default:
	}
	if !asked {
		return nil
	}
	return sayOnce("why_place")
}

// decide takes the chosen answer to a question about a draft; false for other choices. One about another draft, or
// about none, changes nothing, and they are told so; only a question that was let go is taken up again.
func (m Mind) decide(d Draft, payload string, now time.Time) (Draft, []Effect, bool) {
	verb, answer, _ := strings.Cut(payload, ":")
	questions := map[string][]string{
		"place": {askOutside, askFar}, "send": {askSend, askGuide}, "split": {askSplit}, "type": {askType},
	}[verb]
	if questions == nil {
		return d, nil, false
	}
	if payload == "send:yes" && !d.Open {
		return d, []Effect{{Kind: EffectRestore, Yes: true}}, true
	}
	if !d.Open || !slices.ContainsFunc(questions, d.asked) {
		return d, gone(), true
	}
	switch {
	case payload == "send:no" && !d.evident():
		return Draft{}, say("not_sent"), true
	case payload == "split:yes":
		d.Split = true
	case payload == "place:meant":
		d.Meant = true
	case payload == "place:words":
		if _, named, far := m.apart(d); far && d.Address == "" {
			d.Address = named.FullName
		}
		d.Lat, d.Lon = nil, nil
	case verb == "type" && m.Catalogue.Has(answer):
		d.Category, d.Placeless = answer, m.Catalogue.Category(answer).Placeless()
	}
	d.Doubt, d.LookAt = "", now
	return d, nil, true
}

// reply reads whole words that answer the open question with yes or no as the choice that they mean; empty when they
// mean none.
func (d Draft) reply(in Input, read understand.Result) string {
	if d.Doubt == "" || in.Event.Kind != bots.KindText || in.Event.Text == nil {
		return ""
	}
	folded := " " + models.Fold(*in.Event.Text) + " "
	if payload := d.choice(folded); payload != "" {
		return payload
	}
	if read.IsReport {
		return ""
	}
	answers := map[string][3]string{ // yes, no, thanks
		askOutside: {"place:meant", "", ""}, askSplit: {"split:yes", "split:no", ""},
		askType: {"", "type:other", ""}, askSend: {"send:yes", "send:no", "send:no"},
		askGuide: {"person", "send:no", "send:no"},
	}[d.Doubt]
	switch read.Intent {
	case understand.IntentConfirm:
		return answers[0]
	case understand.IntentDeny:
		return answers[1]
	case understand.IntentThanks:
		return answers[2]
	default:
		return ""
	}
}

// choice reads a few words, folded, that name one of two choices; empty when they name none, or something of a place.
func (d Draft) choice(folded string) string {
	switch {
	case len(strings.Fields(folded)) > answerWords:
	case d.Doubt == askSplit && !anyOf(folded, " chung cu ", " nha rieng "):
		switch {
		case anyOf(folded, " tach ", " rieng ", " hai phieu ", " 2 phieu ", " separate ", " two "):
			return "split:yes"
		case anyOf(folded, " chung ", " gop ", " mot phieu ", " 1 phieu ", " together ", " one "):
			return "split:no"
		}
	case d.Doubt == askFar && !strings.ContainsFunc(folded, unicode.IsDigit) &&
		!anyOf(folded, " sai ", " nham ", " khong ", " wrong ", " not "):
		switch {
		case anyOf(folded, " vi tri ", " ghim ", " the point ", " the pin "):
			return "place:meant"
		case anyOf(folded, " loi viet ", " dia chi ", " my words ", " the address "):
			return "place:words"
		}
	}
	return ""
}

func anyOf(folded string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(folded, w) })
}

// unsure is why a person has to look at a draft that was asked about in vain; empty when nothing is left open.
func (m Mind) unsure(d Draft) models.DispatchWhy {
	if _, _, far := m.apart(d); far && d.asked(askFar) {
		return models.WhyNoPlace
	}
	if d.asked(askType) && d.Category == "" && m.doubtful(m.about(d)) {
		return models.WhyUnsureType
	}
	return ""
}
