package understand

import (
	"math"
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
)

// Limits and thresholds of Classify.
const (
	maxBytes  = 6000 // of a text that are read
	maxTokens = 400
	shown     = 4 // alternatives

	reportShare   = 0.7   // of probability that is with categories, for a text to be a report
	oneWordShare  = 0.5   // of categories, where one word is all: "fire"
	tellingShare  = 0.03  // of the best category; below it, words tell nothing
	lifeShare     = 0.45  // likewise, where life is in danger: a person is to look before any department
	alternative   = 0.005 // of a category that is worth showing
	wordsToTell   = 6     // a text of so many unknown words is still somebody telling something
	criticalShare = 0.2   // of words that speak of danger to life
	highShare     = 0.6   // of words that speak of harm
)

// Intent is what somebody wants who writes.
type Intent string

// What people want. All but the first four are no reports.
const (
	IntentReport    Intent = "report"
	IntentQuestion  Intent = "question"          // about a procedure: admin.info_request
	IntentConduct   Intent = "conduct_complaint" // about the conduct of an officer: admin.staff_conduct
	IntentDenounce  Intent = "denunciation"      // or a dispute about land: society.legal_complaint
	IntentStatus    Intent = "status_query"
	IntentGreeting  Intent = "greeting"
	IntentThanks    Intent = "thanks"
	IntentAd        Intent = "spam_ad"
	IntentAbuse     Intent = "abuse"
	IntentCancel    Intent = "cancel"
	IntentPerson    Intent = "handover_request"
	IntentConfirm   Intent = "confirm"
	IntentDeny      Intent = "deny"
	IntentHelp      Intent = "help"
	IntentChat      Intent = "chitchat"
	IntentNoise     Intent = "noise_text"
	IntentNoProblem Intent = "no_problem" // all is well, or was mended
)

// intentPrefix marks the classes that are intents.
const intentPrefix = "intent."

// Result is what Classify makes of a text.
type Result struct {
	Intent       Intent
	Category     string // of a report; of other words, what they would report; "" when they tell nothing
	Field        string
	Priority     models.Priority
	Confidence   float64  // 0..1: how often such an answer is right
	Sure         bool     // confident enough for this category
	Alternatives []Scored // at most 4, the category first
	IsReport     bool
	Danger       bool // tell them first what to do and whom to call
	Life         bool // their words speak of danger to life, whatever the type
	SelfHarm     bool // somebody may end their life: a person has to answer
}

// SureDanger tells whether words that are added to others tell of a danger: it is named, or their type is sure. A few
// words of no clear type, as people answer a question, are none for themselves.
func (r Result) SureDanger() bool { return r.Danger && (r.Life || r.Sure) }

// Scored is a category and its probability.
type Scored struct {
	Category string
	Score    float64
}

// Classify tells what a text is about. Beyond 6,000 bytes it reads no further.
func (m *Model) Classify(text string) Result { return m.recent.Of(head(text, maxBytes), m.classify) }

func (m *Model) classify(text string) Result {
	r := m.read(text)
	return m.judge(&r)
}

// judge weighs what was read.
func (m *Model) judge(r *reading) Result {
	out := Result{Priority: models.PriorityNormal, Intent: IntentNoise}
	if len(r.tokens) == 0 {
		return out
	}
	features := m.features(r)
	scores := m.weights.Score(features)
	best, talk, share := m.ranked(scores)
	says := scores[len(scores)-Columns:]
	out.IsReport = r.life || (share+sigmoid(says[ColumnReport]))/2 >= reportShare ||
		len(r.tokens) == 1 && share >= oneWordShare
	if !m.knows(r) {
		out.IsReport, best = r.life || len(r.tokens) >= wordsToTell, nil
	}
	if out.Intent = talk; out.IsReport {
		out.Intent = IntentReport
	}
	if r.life {
		out.Priority, out.Danger, out.Life, out.SelfHarm = models.PriorityCritical, true, true, r.self
	}
	if len(best) == 0 || best[0].Score < tellingShare || r.life && best[0].Score < lifeShare {
		return out
	}
	out.Alternatives = best
	category := m.catalogue.Categories[best[0].Category]
	out.Category, out.Field, out.Confidence = category.Key, category.Field, best[0].Score
	if !out.IsReport {
		return out
	}
	out.Sure = out.Confidence >= category.MinConfidence
	switch category.Key {
	case "admin.info_request":
		out.Intent = IntentQuestion
	case "admin.staff_conduct":
		out.Intent = IntentConduct
	case "society.legal_complaint":
		out.Intent = IntentDenounce
	}
	out.Priority = m.priority(r, category, says)
	out.Danger = out.Priority == models.PriorityCritical || len(category.CallFirst) > 0 && r.urgent
	return out
}

// ranked lists the likeliest categories, best first, the likeliest intent besides, and the share of all categories.
func (m *Model) ranked(scores []float32) (best []Scored, talk Intent, share float64) {
	probabilities := m.weights.probabilities(scores, m.unknown)
	best = make([]Scored, 0, shown+1)
	var most float64
	for i, p := range probabilities {
		class := m.weights.Classes[i]
		if intent, is := strings.CutPrefix(class, intentPrefix); is {
			if p > most {
				talk, most = Intent(intent), p
			}
			continue
		}
		share += p
		at := len(best)
		for at > 0 && best[at-1].Score < p {
			at--
		}
		if at < shown {
			best = slices.Insert(best, at, Scored{class, p})
			best = best[:min(len(best), shown)]
		}
	}
	for len(best) > 1 && best[len(best)-1].Score < alternative {
		best = best[:len(best)-1]
	}
	return best, talk, share
}

// priority is the category's own, lifted by its raise words and by danger.
func (m *Model) priority(r *reading, c models.Category, says []float32) models.Priority {
	p := c.Priority
	if slices.ContainsFunc(r.raises, func(i int32) bool { return m.categories[i].Key == c.Key }) {
		p = c.Raise.To
	}
	if (r.urgent || sigmoid(says[ColumnHigh]) > highShare) && p.Rank() < models.PriorityHigh.Rank() {
		p = models.PriorityHigh
	}
	if r.life || sigmoid(says[ColumnCritical]) > criticalShare {
		p = models.PriorityCritical
	}
	return p
}

func sigmoid(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }
