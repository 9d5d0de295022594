package console

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// thread is everything that was said of a ticket and happened to it, as the database has it.
type thread struct {
	Ticket      models.Ticket
	Events      []models.Event
	Messages    []models.Message
	Deliveries  []models.Delivery
	Notes       []models.Note
	Reports     []models.Report
	Attachments []models.Attachment
	Names       map[string]string // of staff and departments, by id
	Phones      map[string]string // by reporter
	Callers     map[string]string // how reporters are called, by reporter
	Codes       map[string]string // of the tickets that events speak of, by id
}

// readThread reads what there is about a ticket, for a colleague who sees it.
func readThread(tx *store.Tx, who models.Actor, t models.Ticket) (h thread, err error) {
	h.Ticket = t
	for _, read := range []func() error{
		func() (err error) { h.Events, err = tx.Timeline(t.ID); return err },
		func() (err error) { h.Messages, err = tx.TicketMessages(t.ID); return err },
		func() (err error) { h.Deliveries, err = tx.TicketDeliveries(t.ID); return err },
		func() (err error) { h.Notes, err = tx.Notes(t.ID); return err },
		func() (err error) { h.Reports, err = tx.Reports(t.ID); return err },
		func() (err error) { h.Attachments, err = tx.TicketAttachments(t.ID); return err },
		func() (err error) { h.Phones, err = tx.TicketPhones(t.ID); return err },
		func() (err error) { h.Callers, err = tx.ReporterNames(t.ID); return err },
		func() (err error) { h.Names, err = tx.Names(h.named()); return err },
		func() (err error) { h.Codes, err = tx.TicketCodes(who, h.others()); return err },
	} {
		if err := read(); err != nil {
			return h, err
		}
	}
	return h, nil
}

// named lists the ids of staff and departments that a thread speaks of.
func (h thread) named() []string {
	ids := []string{}
	for _, id := range []*string{h.Ticket.DepartmentID, h.Ticket.SuggestedID, h.Ticket.AssigneeID} {
		if id != nil {
			ids = append(ids, *id)
		}
	}
	for _, e := range h.Events {
		d := dataOf(e)
		ids = append(ids, d.word("department"), d.word("suggested"))
		if e.ActorKind == models.ActorStaff {
			ids = append(ids, e.ActorID)
		}
	}
	for _, m := range h.Messages {
		ids = append(ids, m.Author)
	}
	for _, n := range h.Notes {
		ids = append(ids, n.AuthorID)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !models.ValidID(id) })
}

// others lists the ids of the tickets that a thread speaks of.
func (h thread) others() (ids []string) {
	for _, e := range h.Events {
		if id := dataOf(e).other(); id != "" {
			ids = append(ids, id)
		}
	}
	for _, n := range h.Notes {
		if n.OriginID != nil {
			ids = append(ids, *n.OriginID)
		}
	}
	return ids
}

// other is the id of the ticket that an event joined this one with, or took out of it.
func (d eventData) other() string {
	for _, name := range []string{"into", "from", "out_of", "back_to"} {
		if id := d.note(name); id != "" {
			return id
		}
	}
	return ""
}

// reachable tells whether somebody who reported can be answered in a chat.
func (h thread) reachable() bool {
	return slices.ContainsFunc(h.Reports, func(r models.Report) bool {
		return r.ConversationID != nil && r.WithdrawnAt == nil
	})
}

// The kinds of entries of a stream: each looks its own way.
const (
	entryHeard  = "heard"  // a resident's words
	entrySaid   = "said"   // what was said to residents
	entryEvent  = "event"  // what happened
	entryNote   = "note"   // a colleague's words to colleagues
	entryReason = "reason" // why the machine did what it did
)

// entry is one thing in the stream of a ticket.
type entry struct {
	Kind   string
	ID     string // of a message of ours
	At     time.Time
	Who    string
	Text   string      // words of a person, or as they were sent
	Line   string      // a sentence of ours
	Extra  []string    // what came with it
	Status string      // how far it has come on its way to the resident
	Tone   models.Tone // of the status
	Hidden bool        // the resident took it back
	Fold   bool        // the machine's own words: the first line is enough

	// What came with it, where no ticket's page shows that above the stream.
	Pictures []picture
	Files    []attachedFile
	Lat, Lon *float64
}

// Point is the place that came with it.
func (e entry) Point() string { return writePoint(e.Lat, e.Lon) }

// Head is the first line of what was said.
func (e entry) Head() string { head, _, _ := strings.Cut(e.Text, "\n"); return head }

// Rest is what follows the first line of what was said.
func (e entry) Rest() string { _, rest, _ := strings.Cut(e.Text, "\n"); return rest }

// teller tells a thread in a language.
type teller struct {
	thread

	lang      string
	catalogue models.Catalogue
	area      func(code string) string // what an area is called
	talk      bool                     // a conversation, with no page of a ticket around it
}

func (w teller) say(key string, pairs ...string) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return locales.Message(w.lang, key, args)
}

// sayOr says a key, or the words themselves where the locales do not know them.
func (w teller) sayOr(prefix, name string) string {
	if said := w.say(prefix + name); said != prefix+name {
		return said
	}
	return name
}

func (w teller) categoryName(key string) string { return w.catalogue.Category(key).Name(w.lang) }

// stream merges what was said, what happened and what was noted, oldest first. At one instant words come before what
// they led to.
func (w teller) stream() []entry {
	all := append(w.heard(), w.said()...)
	all = append(all, w.happened()...)
	all = append(all, w.noted()...)
	rank := map[string]int{entryHeard: 1, entryEvent: 2, entryReason: 2, entryNote: 3, entrySaid: 4}
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(rank[a.Kind], rank[b.Kind]))
	})
	return all
}

// heard tells what residents said: their messages, or the words of a report that no message brought.
func (w teller) heard() []entry {
	var all []entry
	spoke := map[string]bool{} // by conversation
	came := w.photoCounts()
	for _, m := range w.Messages {
		if m.Direction != models.DirectionIn {
			continue
		}
		spoke[m.ConversationID] = true
		e := entry{Kind: entryHeard, At: m.CreatedAt, Hidden: m.HiddenAt != nil}
		for _, r := range w.Reports {
			if r.ConversationID != nil && *r.ConversationID == m.ConversationID {
				e.Who = w.reporterName(r)
				break
			}
		}
		if !e.Hidden {
			e.Text = w.words(m)
			w.accompany(&e, m, came[m.ID])
		}
		all = append(all, e)
	}
	for _, r := range w.Reports {
		if r.Words != "" && (r.ConversationID == nil || !spoke[*r.ConversationID] || w.written(r)) {
			all = append(all, entry{Kind: entryHeard, At: r.CreatedAt, Who: w.reporterName(r), Text: r.Words})
		}
	}
	return all
}

// written tells whether a colleague put a report into words for its reporter.
func (w teller) written(r models.Report) bool {
	return slices.ContainsFunc(w.Events, func(e models.Event) bool {
		return e.Verb == models.VerbSubmit && e.ActorKind == models.ActorStaff && dataOf(e).note("report") == r.ID
	})
}

// accompany puts what came with a message beside its words: the thing itself in a talk, else what it was, as the page
// shows it elsewhere.
func (w teller) accompany(e *entry, m models.Message, came []string) {
	if w.talk {
		e.Pictures, e.Files = w.cameWith(m.ID)
		e.Lat, e.Lon = m.Lat, m.Lon
		return
	}
	if e.Extra = came; m.Lat != nil {
		e.Extra = append(e.Extra, w.place(m))
	}
}

// cameWith is what came with a message of a resident, to be looked at.
func (w teller) cameWith(message string) (pictures []picture, files []attachedFile) {
	for _, a := range w.Attachments {
		switch {
		case a.MessageID == nil || *a.MessageID != message:
		case a.Media == models.MediaImage:
			pictures = append(pictures, w.newPicture(a, len(pictures)+1))
		default:
			files = append(files, w.newFile(a))
		}
	}
	return pictures, files
}

// offM is how far from the place of the ticket one that came with a message is told to be another, in metres.
const offM = 30

// place says that a place came with a message, and where it is when that is not the ticket's.
func (w teller) place(m models.Message) string {
	if t := w.Ticket; t.Lat != nil && t.Lon != nil && m.Lon != nil {
		if metres := models.Metres(*t.Lat, *t.Lon, *m.Lat, *m.Lon); metres >= offM {
			return w.say("ticket_came_place_off", "point", writePoint(m.Lat, m.Lon),
				"metres", strconv.Itoa(int(metres/10)*10))
		}
	}
	return w.say("ticket_came_place")
}

// words are what a resident said, or that they had it erased.
func (w teller) words(m models.Message) string {
	if m.Key == models.KeyErased {
		return w.say(models.KeyErased)
	}
	return m.Text
}

// reporterName is how staff see whoever reported: which of several, three digits of a telephone number at most, and
// the channel.
func (w teller) reporterName(r models.Report) string {
	who, channel := w.say("ticket_reporter"), w.sayOr("channel_", r.Channel)
	var all []string
	for _, other := range w.Reports {
		if !slices.Contains(all, other.ReporterID) {
			all = append(all, other.ReporterID)
		}
	}
	if len(all) > 1 {
		who += " " + strconv.Itoa(slices.Index(all, r.ReporterID)+1)
	}
	if phone := models.MaskedPhone(w.Phones[r.ReporterID]); phone != "" {
		who += " " + phone
	}
	return who + " · " + channel
}

// photoCounts says what came with messages, by message.
func (w teller) photoCounts() map[string][]string {
	type key struct {
		message string
		media   models.AttachmentMedia
	}
	counts, order := map[key]int{}, []key{}
	for _, a := range w.Attachments {
		if a.MessageID == nil {
			continue
		}
		k := key{*a.MessageID, a.Media}
		if counts[k]++; counts[k] == 1 {
			order = append(order, k)
		}
	}
	said := map[string][]string{}
	for _, k := range order {
		said[k.message] = append(said[k.message],
			w.say("ticket_came_"+string(k.media), "count", locales.Count(counts[k])))
	}
	return said
}

// noted tells what colleagues wrote for colleagues. The reasons of verbs stand beside those.
func (w teller) noted() []entry {
	reasons := map[string]bool{}
	for _, e := range w.Events {
		if e.Verb != models.VerbNote {
			reasons[dataOf(e).note("note")] = true
		}
	}
	var all []entry
	for _, n := range w.Notes {
		if reasons[n.ID] {
			continue
		}
		told := entry{Kind: entryNote, At: n.CreatedAt, Who: w.colleague(n.AuthorID), Text: n.Text}
		if n.OriginID != nil && *n.OriginID != w.Ticket.ID {
			code := cmp.Or(models.SpokenCode(w.Codes[*n.OriginID]), w.say("ticket_of_others"))
			told.Extra = append(told.Extra, w.say("ticket_note_of", "code", code))
		}
		all = append(all, told)
	}
	return all
}

func (w teller) colleague(id string) string { return cmp.Or(w.Names[id], w.say("ticket_colleague")) }

// eventData is what an event holds: ids, keys and numbers.
type eventData struct {
	Set  map[string]any `json:"set"`
	Note map[string]any `json:"note"`
}

func dataOf(e models.Event) (d eventData) {
	_ = json.Unmarshal([]byte(e.Data), &d) // ours; one that cannot be read says nothing more
	return d
}

// word is a text that the event set, number one of its numbers, note a text beside.
func (d eventData) word(name string) string    { s, _ := d.Set[name].(string); return s }
func (d eventData) number(name string) float64 { n, _ := d.Set[name].(float64); return n }
func (d eventData) note(name string) string    { s, _ := d.Note[name].(string); return s }
