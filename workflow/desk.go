// Package workflow knows what may happen to a ticket, and is the only code that changes one. Every verb is a method
// of the Desk in a file of its own; the caller opens the transaction. It never speaks SQL, never writes a sentence
// that people read, and never calls a network.
package workflow

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/models/understand"
)

// Desk is where tickets are worked on. It holds what every door needs to be equally clever; it is safe for
// concurrent use.
type Desk struct {
	Catalogue models.Catalogue
	Calendars map[string]models.Calendar
	Model     *understand.Model
	Areas     *places.Index
	Geocode   bool // whether there is a geocoder to ask for points of addresses
}

// NewDesk returns a desk with the types and calendars that come with the program.
func NewDesk(areas *places.Index) (*Desk, error) {
	catalogue, err := models.DefaultCatalogue()
	if err != nil {
		return nil, err
	}
	calendars, err := models.DefaultCalendars()
	if err != nil {
		return nil, err
	}
	model, err := understand.New(catalogue)
	if err != nil {
		return nil, err
	}
	return &Desk{Catalogue: catalogue, Calendars: calendars, Areas: areas, Model: model}, nil
}

// Act names who does a verb to which ticket. Version is the version that the actor saw; 0 accepts any, for the bot
// and the clock, which decide under the lock.
type Act struct {
	Actor   models.Actor
	Ticket  string
	Version int64
}

// change is what every verb on a ticket has in common: permission, lock, version, legal move; apply changes the row;
// row and event are written together. apply returns what the event is to be remembered by.
func (d *Desk) change(
	tx *store.Tx, act Act, verb models.Verb, apply func(*models.Ticket) (models.Args, error),
) (models.Ticket, error) {
	if !act.Actor.May(verb) {
		return models.Ticket{}, fmt.Errorf("%s: %w", verb, models.ErrForbidden)
	}
	t, err := tx.LockTicket(act.Actor, act.Ticket)
	if err != nil {
		return t, err
	}
	if act.Version != 0 && act.Version != t.Version {
		return t, fmt.Errorf("ticket %s is at version %d: %w", t.Code, t.Version, models.ErrConflict)
	}
	before := t
	if t.State, err = models.Next(verb, t.State); err != nil {
		return before, err
	}
	note, err := apply(&t)
	if err != nil {
		return before, err
	}
	return t, d.record(tx, record{verb: verb, actor: act.Actor, before: before, after: &t, note: note})
}

type record struct {
	verb   models.Verb
	actor  models.Actor
	before models.Ticket
	after  *models.Ticket
	note   models.Args
	said   string // of a new ticket: what its report says
}

// record writes one event and the row that it leads to, under the version that was read.
func (d *Desk) record(tx *store.Tx, r record) error {
	data, err := models.EventData{Set: models.Changed(r.before, *r.after), Note: r.note}.Encode()
	if err != nil {
		return err
	}
	e := models.Event{
		ID: models.NewID(), TicketID: r.after.ID, Seq: r.before.LastSeq + 1, Verb: r.verb,
		ActorKind: r.actor.Kind, ActorID: r.actor.ID, At: tx.Now, Data: data, PrevHash: r.before.HeadHash,
	}
	e.Hash = e.Seal()
	r.after.LastSeq, r.after.HeadHash = e.Seq, e.Hash
	named := d.Catalogue.Category(r.after.Category)
	found := named.NameVi + " " + named.NameEn
	if r.before.Version == 0 {
		r.after.Version, r.after.UpdatedAt = 1, tx.Now
		if err := tx.InsertTicket(r.after, found+" "+r.said); err != nil {
			return err
		}
	} else if err := tx.SaveTicket(r.after, r.before.Version, found); err != nil {
		return err
	}
	return tx.AppendEvent(e)
}

// tellReporters says something to everyone who reports a ticket through a chat, each in their own, once.
func (d *Desk) tellReporters(tx *store.Tx, t models.Ticket, m models.Message) error {
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return err
	}
	return d.tell(tx, t, reports, m)
}

// tell says something about a ticket to some of its reporters.
func (d *Desk) tell(tx *store.Tx, t models.Ticket, reports []models.Report, m models.Message) (err error) {
	if m.Args == nil {
		m.Args = models.Args{}
	}
	m.Args["code"] = models.SpokenCode(t.Code)
	if m.Args["department"], err = d.DepartmentName(tx, t); err != nil {
		return err
	}
	told := map[string]bool{}
	for _, r := range reports {
		if r.ConversationID == nil || r.WithdrawnAt != nil || told[*r.ConversationID] {
			continue
		}
		told[*r.ConversationID] = true
		m.ConversationID, m.TicketID = *r.ConversationID, &t.ID
		if _, err := tx.Say(m); err != nil {
			return err
		}
	}
	return nil
}

// DepartmentName is how a ticket's department is called: the hotline while it has none.
func (d *Desk) DepartmentName(tx *store.Tx, t models.Ticket) (string, error) {
	if t.DepartmentID == nil {
		dep, err := tx.DepartmentByCode(models.HotlineCode)
		return dep.Name, err
	}
	dep, err := tx.Department(*t.DepartmentID)
	return dep.Name, err
}

// How much of what colleagues write is kept, in characters.
const (
	saidLimit = 4000
	lineLimit = 400    // an address, numbers of other systems
	wordsMost = 10_000 // all that one report says, with what was corrected
)

// said makes a person's words fit to keep; empty ones are refused by the key that says what is missing.
func said(text, missing string) (string, error) {
	text, err := fit("text", text, saidLimit)
	if err == nil && text == "" {
		err = models.Invalid{Field: "text", Key: missing}
	}
	return text, err
}

// fit makes words fit to keep. Nothing is cut: what is longer is refused, for its field.
func fit(field, text string, limit int) (string, error) {
	text = strings.TrimSpace(models.Clean(text, len(text)))
	if utf8.RuneCountInString(text) > limit {
		return "", models.Invalid{Field: field, Key: "error_text_long", Limit: limit}
	}
	return text, nil
}

// fitLine refuses a line that is too long to keep; nil says nothing.
func fitLine(field string, line *string) error {
	if line == nil {
		return nil
	}
	_, err := fit(field, *line, lineLimit)
	return err
}

// references are numbers of other systems as they are kept and found: with single spaces, whatever stood between them.
func references(text string) string {
	apart := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	return models.Clean(strings.Join(strings.FieldsFunc(text, apart), " "), lineLimit)
}

func rfc3339(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
