package models

import "strings"

// Search is what somebody looks for, read in every way that it can be meant. The zero value looks for nothing.
type Search struct {
	Reference string // as it was typed: a number that another system gave
	Code      string // nine digits, empty when it is no code
	Phone     string // as NormalPhone gives it, empty when it is no number
	Hidden    []string
	Words     []string // folded, all of which a ticket has to hold
	Begins    bool     // the last word is long enough to be the beginning of one
}

// Limits of what is looked for. More words find nothing more.
const (
	searchLength = 200 // characters
	searchWords  = 8
	searchBegin  = 4 // letters of a beginning: fewer are a whole word in Vietnamese, and begin thousands of others
)

// Search reads what somebody typed to find tickets: a code, a number of another system, a phone number, or words with
// or without accents. Hidden are the types whose owner must not learn who reported them: not by looking for a phone
// number either.
func (c Catalogue) Search(typed string) Search {
	typed = strings.TrimSpace(Clean(typed, searchLength))
	s := Search{Reference: typed}
	s.Code, _ = ParseCode(typed)
	s.Phone, _ = NormalPhone(typed)
	words := strings.Fields(Fold(typed))
	s.Words = words[:min(len(words), searchWords)]
	s.Begins = len(s.Words) > 0 && len(s.Words[len(s.Words)-1]) >= searchBegin
	for _, key := range c.Order {
		if c.Categories[key].ReporterHidden {
			s.Hidden = append(s.Hidden, key)
		}
	}
	return s
}
