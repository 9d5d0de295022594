package workflow

import (
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// SubmitInput is one submission, from any door.
type SubmitInput struct {
	Actor          models.Actor
	ReporterID     string
	ConversationID *string // who is to be answered in a chat
	Channel        string
	Words          string
	Lat, Lon       *float64
	Address        string
	Category       string          // chosen by a person; empty: read from the words
	Priority       models.Priority // likewise
	ExternalRefs   string
	Phone          string             // under which the reporter asks to be called back
	Listen         bool               // somebody has to listen to a sound or a film: the hotline decides
	Unsure         models.DispatchWhy // why a person has to decide, whatever is read; "": nothing is left open
	MessageIDs     []string           // what was said of it so far
	Quiet          bool               // no receipt: a colleague talks with them, about more than a report
	PicturesOf     []string           // messages of a sister ticket, whose pictures this one shows too
	RelatedID      *string            // a ticket that looked alike
	Relation       models.Relation
}

// Submit makes a ticket of a submission: what it is, where, who owns it, by when; and says the receipt. A sure ticket
// of a type that allows it goes straight to its department, any other to the hotline.
func (d *Desk) Submit(tx *store.Tx, in SubmitInput) (models.Ticket, error) {
	if !in.Actor.May(models.VerbSubmit) {
		return models.Ticket{}, models.ErrForbidden
	}
	promise := tx.Now.Add(promiseFor)
	t := models.Ticket{
		ID: models.NewID(), State: models.StateNew, Priority: in.Priority, Category: in.Category,
		Lat: in.Lat, Lon: in.Lon,
		Address: in.Address, PromiseDue: &promise, Reports: 1, CreatedAt: tx.Now,
		ExternalRefs: references(in.ExternalRefs), RelatedID: in.RelatedID, Relation: in.Relation,
	}
	if in.Category != "" {
		t.Confidence = 1
	}
	d.locate(&t, in.Words)
	d.understand(&t, in.Words)
	chosen, sure, err := d.dispatch(tx, &t)
	if err != nil {
		return t, err
	}
	var owner *models.Department // nil: the hotline has it
	switch {
	case in.Listen && t.Why != models.WhyConflict: // whatever the words say, the voice may say more
		t.Why = models.WhyListen
	case in.Unsure != "" && t.Why != models.WhyConflict:
		t.Why = in.Unsure
	case sure:
		owner, t.State, t.DepartmentID = &chosen, models.StateAssigned, &chosen.ID
	}
	r := newReport(tx, t.ID, in)
	clocks := d.plan(&t, owner, tx.Now)
	err = d.record(tx, record{
		verb: models.VerbSubmit, actor: in.Actor, after: &t, said: r.Words + "\n" + r.Address,
		note: models.Args{
			"report": r.ID, "channel": in.Channel, "words_sha256": models.SaltedSum(r.WordsSalt, r.Words),
		},
	})
	if err != nil {
		return t, err
	}
	if err := tx.StartClocks(clocks, d.timers(clocks, tx.Now)); err != nil {
		return t, err
	}
	if err := tx.InsertReport(r); err != nil {
		return t, err
	}
	if err := tx.LinkMessages(in.MessageIDs, t.ID); err != nil {
		return t, err
	}
	if err := tx.SharePictures(in.PicturesOf, t.ID); err != nil {
		return t, err
	}
	if err := d.seek(tx, t); err != nil {
		return t, err
	}
	return t, d.receipt(tx, t, owner, r, in)
}

// answered is the message that a receipt quotes: the first of its report, or of the one that it was split from.
func (in SubmitInput) answered() *string {
	for _, id := range append(slices.Clip(in.MessageIDs), in.PicturesOf...) {
		return &id
	}
	return nil
}

// newReport is what somebody submitted, as a row of a ticket.
func newReport(tx *store.Tx, ticketID string, in SubmitInput) models.Report {
	return models.Report{
		ID: models.NewID(), TicketID: ticketID, ReporterID: in.ReporterID, ConversationID: in.ConversationID,
		Channel: in.Channel, Words: in.Words, WordsSalt: models.NewToken(), Lat: in.Lat, Lon: in.Lon,
		Address: in.Address, Phone: in.Phone, TrackToken: models.NewToken(), CreatedAt: tx.Now,
	}
}

// privacyVersion counts the texts of the privacy notice (locale key "privacy"): a changed text is told again.
const privacyVersion = 2

// receipt says what was understood, who has it and by when there is an answer; the first one carries the privacy
// notice.
func (d *Desk) receipt(
	tx *store.Tx, t models.Ticket, owner *models.Department, r models.Report, in SubmitInput,
) error {
	if in.ConversationID == nil || in.Quiet {
		return nil
	}
	if owner == nil {
		hotline, err := tx.DepartmentByCode(models.HotlineCode)
		if err != nil {
			return err
		}
		owner = &hotline
	}
	private, err := tx.Notify(in.ReporterID, "privacy", privacyVersion)
	if err != nil {
		return err
	}
	area, _ := d.Areas.Area(t.AreaCode)
	if strings.Contains(models.Fold(in.Address), models.Fold(area.FullName)) { // it was written there already
		area.FullName = ""
	}
	untold := t.Untold() && !in.Listen && t.Priority != models.PriorityCritical
	_, err = tx.Say(models.Message{
		ConversationID: *in.ConversationID, TicketID: &t.ID, Author: "bot", Key: "receipt", Args: models.Args{
			"category": t.Category, "place": in.Address, "area": area.FullName, "approximate": t.AreaApprox,
			"code": models.SpokenCode(t.Code), "department": owner.Name, "promise_due": rfc3339(t.PromiseDue),
			"privacy": private, "track": r.TrackToken, "untold": untold,
			"urgent": t.Priority == models.PriorityCritical,
		},
		QuoteID: in.answered(),
	})
	return err
}
