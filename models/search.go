package models

import (
	"slices"
	"strings"
)

// Search is what somebody looks for, read in every way that it can be meant. The zero value looks for nothing.
type Search struct {
	Reference string // as it was typed: a number that another system gave
	Code      string // nine digits, empty when it is no code
	Phone     string // as NormalPhone gives it, empty when it is no number
	Hidden    []string
	Words     []SearchWord
	Begins    bool     // the last word is long enough to be the beginning of one
	Begun     []string // the types whose name has a word that begins with it
}

// SearchWord is one folded word that a ticket has to hold; a type whose name holds it is as good.
type SearchWord struct {
	Text       string
	Categories []string
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
	names := c.typeNames()
	words := strings.Fields(Fold(typed))
	for _, word := range words[:min(len(words), searchWords)] {
		s.Words = append(s.Words, SearchWord{word, typesWith(names, func(of string) bool { return of == word })})
	}
	if len(s.Words) > 0 {
		last := s.Words[len(s.Words)-1].Text
		s.Begins = len(last) >= searchBegin
		s.Begun = typesWith(names, func(of string) bool { return strings.HasPrefix(of, last) })
	}
	for _, key := range c.Order {
		if c.Categories[key].ReporterHidden {
			s.Hidden = append(s.Hidden, key)
		}
	}
	return s
}

// typeName is what a type is called, in both languages, as folded words.
type typeName struct {
	key   string
	words []string
}

func (c Catalogue) typeNames() (all []typeName) {
	for _, key := range c.Order {
		of := c.Categories[key]
		all = append(all, typeName{key, strings.Fields(Fold(of.NameVi + " " + of.NameEn))})
	}
	return all
}

// typesWith are the types whose name has a word that is meant.
func typesWith(all []typeName, meant func(word string) bool) (keys []string) {
	for _, of := range all {
		if slices.ContainsFunc(of.words, meant) {
			keys = append(keys, of.key)
		}
	}
	return keys
}
