package understand

import (
	"regexp"
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
)

// Thresholds of Parts, found on models/understand/training/parts.tsv.
const (
	partShareLeast = 0.5  // of each part's own category
	partShareMost  = 0.12 // of the other part's category within it
	partShareSure  = 0.85 // above which a part needs nothing else to speak for it
	partShareWhole = 0.01 // of each part's category within the whole
	partWords      = 4    // that a part has at least
	partsMost      = 3
)

// seams are where one problem may end and another begin.
var seams = regexp.MustCompile(`(?i)[.;!?\n]+\s*|,\s*|\s+-\s+|\s+(?:và|va|với lại|voi lai|vs lại|vs lai|` +
	`ngoài ra|ngoai ra|` +
	`thêm nữa|them nua|đồng thời|dong thoi|sẵn|san|tiện thể|tien the|luôn tiện|luon tien|bên cạnh đó|ben canh do|` +
	`còn|con|rồi|roi|cộng thêm|cong them|chưa kể|chua ke|and|also|plus|&|\+)\s+`)

// effects are the folded words with which a guess or an effect begins: no problem of its own.
const effects = " chac lam khien nen gay chan khoi tuong suyt sap gio may nho so mong "

// consequence tells whether a type mostly says what another problem leads to, or that words told nothing clear: behind
// another it is no problem of its own.
func consequence(category string) bool {
	return slices.Contains([]string{
		models.OtherCategory, "traffic.congestion", "traffic.accident", "env.odor",
	}, category)
}

// Part is one of several problems in a text.
type Part struct {
	Text     string
	Category string
	Score    float64
}

// Parts tells whether a text speaks of several problems, and which words of which; one or none when it does not. What
// is only cause and effect, or the same thing told twice, is one problem.
func (m *Model) Parts(text string) []Part {
	text = head(text, maxBytes)
	whole := m.Classify(text)
	if !whole.IsReport || whole.Category == "" {
		return nil
	}
	parts := m.split(text, partsMost)
	if len(parts) < 2 || !told(whole, parts) {
		return []Part{{Text: text, Category: whole.Category, Score: whole.Confidence}}
	}
	return parts
}

// told tells whether the whole text speaks for each of its parts too.
func told(whole Result, parts []Part) bool {
	for _, p := range parts {
		if p.Score < partShareSure && !slices.ContainsFunc(whole.Alternatives, func(s Scored) bool {
			return s.Category == p.Category && s.Score >= partShareWhole
		}) {
			return false
		}
	}
	return true
}

// split cuts text at the seam where both sides are surest of different things, and the right side again.
func (m *Model) split(text string, most int) []Part {
	var left, right Part
	var best float64
	for _, at := range seams.FindAllStringIndex(text, 24) {
		a, b := m.part(text[:at[0]]), m.part(text[at[1]:])
		if a.Category == "" || b.Category == "" || a.Category == b.Category || consequence(b.Category) {
			continue
		}
		if worth := min(a.Score, b.Score); worth > best && worth >= partShareLeast && a.apart(b) && b.apart(a) {
			best, left, right = worth, a.Part, b.Part
		}
	}
	if best == 0 {
		return nil
	}
	out := []Part{left}
	if most > 2 {
		if rest := m.split(right.Text, most-1); len(rest) > 1 {
			return append(out, rest...)
		}
	}
	return append(out, right)
}

type candidate struct {
	Part

	others []Scored
}

// apart tells that the other's category is no likely reading of this part.
func (c candidate) apart(other candidate) bool {
	for _, s := range c.others {
		if s.Category == other.Category && s.Score > partShareMost {
			return false
		}
	}
	return true
}

func (m *Model) part(text string) candidate {
	text = strings.TrimSpace(text)
	words := strings.Fields(models.Fold(text))
	if len(words) < partWords || strings.Contains(effects, " "+words[0]+" ") {
		return candidate{}
	}
	r := m.Classify(text)
	if !r.IsReport {
		return candidate{}
	}
	return candidate{Part: Part{text, r.Category, r.Confidence}, others: r.Alternatives}
}
