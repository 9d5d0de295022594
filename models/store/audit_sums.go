package store

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
)

// sums are what timelines keep of words.
type sums struct {
	named   map[string]*keptSum // by report or note: the last
	said    map[string]*keptSum // by the sum: of what staff said, which stands in a row for each who was told
	amended map[string]bool     // of corrections of before they named their report
	first   map[string]string   // by table: the first event that keeps a sum of it
	erased  map[string]bool     // reports that a verb erased
	forgets string              // the last event that erases; before events named reports, it may be any of them
	unnamed bool                // some event erased reports without naming them
}

// keptSum is a sum of words.
type keptSum struct {
	source string // the table that blame falls on
	row    string // the row in it
	ticket models.Ticket
	sum    string
	event  models.Event
	met    bool // there is a row, and it was looked at
}

func newSums() sums {
	return sums{
		named: map[string]*keptSum{}, said: map[string]*keptSum{}, amended: map[string]bool{},
		first: map[string]string{}, erased: map[string]bool{},
	}
}

// eventNote is what the audit reads of what an event is remembered by.
type eventNote struct {
	Report, Note, Into, From string
	OutOf                    string `json:"out_of"`
	BackTo                   string `json:"back_to"`
	WordsSum                 string `json:"words_sha256"`
	NoteSum                  string `json:"note_sha256"`
	SaidSum                  string `json:"said_sha256"`
	Reports                  json.RawMessage
}

func noteOf(e models.Event) eventNote {
	var data struct{ Note eventNote }
	_ = json.Unmarshal([]byte(e.Data), &data) // of what cannot be read the chain of hashes and the fold have their say
	return data.Note
}

// read takes the sums of one timeline, and what it says was erased.
func (s *sums) read(one story) {
	for i, e := range one.events {
		n := one.notes[i]
		switch {
		case n.WordsSum != "" && n.Report != "":
			s.name("reports", n.Report, n.WordsSum, one.ticket, e)
		case n.WordsSum != "":
			s.amended[n.WordsSum] = true
		}
		if n.NoteSum != "" {
			s.name("notes", n.Note, n.NoteSum, one.ticket, e)
		}
		if n.SaidSum != "" {
			s.begin("messages", e)
			if !toldByPhone(one.events[i:]) {
				s.said[n.SaidSum] = &keptSum{"ticket_events", e.ID, one.ticket, n.SaidSum, e, false}
			}
		}
		if e.Verb == models.VerbRedact {
			s.forget(e, n)
		}
	}
}

// name takes the sum of a row that an event names. Ids of events grow.
func (s *sums) name(source, row, sum string, t models.Ticket, e models.Event) {
	s.begin(source, e)
	if old := s.named[row]; old == nil || old.event.ID < e.ID {
		s.named[row] = &keptSum{source, row, t, sum, e, false}
	}
}

func (s *sums) begin(source string, e models.Event) {
	if first := s.first[source]; first == "" || e.ID < first {
		s.first[source] = e.ID
	}
}

// forget takes what an event erased.
func (s *sums) forget(e models.Event, n eventNote) {
	s.forgets = max(s.forgets, e.ID)
	var reports []string
	if json.Unmarshal(n.Reports, &reports) != nil {
		s.unnamed = true // of before: how many they were
	}
	for _, id := range reports {
		s.erased[id] = true
	}
}

// toldByPhone tells whether an answer, the first of these events, reached nobody in a chat: it is the note after it.
func toldByPhone(events []models.Event) bool {
	return events[0].Verb == models.VerbResolve && len(events) > 1 && events[1].Verb == models.VerbNote &&
		events[1].At.Equal(events[0].At)
}

// prove tells whether a row's words are those of their sum, blank, or of before there were sums. Whether blank ones may
// be so is told by lost.
func (s *sums) prove(row wordsRow, t models.Ticket) bool {
	sum := models.SaltedSum(row.Salt, row.Words)
	if row.Source == "messages" {
		if said := s.said[sum]; said != nil {
			said.met = true
			return true
		}
		return row.Salt == "" && s.before(row)
	}
	named := s.named[row.ID]
	if named != nil {
		named.ticket = t // where it is now
	}
	if row.Salt == "" && row.Words == "" {
		return true
	}
	if named == nil {
		return row.Salt == "" && s.before(row)
	}
	named.met = true
	return sum == named.sum || s.amended[sum]
}

// before tells whether a row is older than every sum of its table here.
func (s *sums) before(row wordsRow) bool {
	first := s.first[row.Source]
	return first == "" || row.ID < first
}

// lost are the sums whose words are nowhere, but for those that an event erased: reports, and what was said to people
// who are forgotten. Nothing erases notes and answers.
func (s *sums) lost() (lost []*keptSum) {
	for id, sum := range s.named {
		if !sum.met && (sum.source == "notes" || !s.unnamed && !s.erased[id]) {
			lost = append(lost, sum)
		}
	}
	for _, sum := range s.said {
		if !sum.met && (sum.event.Verb == models.VerbResolve || s.forgets < sum.event.ID) {
			lost = append(lost, sum)
		}
	}
	slices.SortFunc(lost, func(a, b *keptSum) int { return strings.Compare(a.event.ID, b.event.ID) })
	return lost
}
