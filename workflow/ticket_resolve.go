package workflow

import (
	"maps"
	"slices"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
)

// ResolveInput is a department's answer.
type ResolveInput struct {
	Act
	Outcome models.Outcome // fixed, answered or cannot_fix
	Text    string         // the answer to the resident, 1 to 4,000 characters
	NoPhoto string         // why there is no photo, where the type asks for one; 4,000 characters at most
	Photos  []string       // ids of the ticket's own "after" attachments, 10 at most
}

// answerKey is the locale key of an answer, by its outcome; when its delivery is recorded, Delivered follows.
func answerKey(o models.Outcome) string { return "answer_" + string(o) }

// Resolve answers a ticket. The resident is told and asked whether it is done; who telephoned is to be called.
func (d *Desk) Resolve(tx *store.Tx, in ResolveInput) (models.Ticket, error) {
	var err error
	if in.Text, err = said(in.Text, "error_answer_missing"); err != nil {
		return models.Ticket{}, err
	}
	if in.NoPhoto, err = fit("no_photo_reason", in.NoPhoto, saidLimit); err != nil {
		return models.Ticket{}, err
	}
	switch in.Outcome {
	case models.OutcomeFixed, models.OutcomeAnswered, models.OutcomeCannotFix:
	default:
		return models.Ticket{}, models.Invalid{Field: "outcome", Key: "error_outcome"}
	}
	salt := models.NewToken()
	var reports []models.Report
	t, err := d.change(tx, in.Act, models.VerbResolve, func(t *models.Ticket) (models.Args, error) {
		note, err := d.checkProof(tx, *t, in)
		if err != nil {
			return nil, err
		}
		if err := d.endClocks(tx, t); err != nil {
			return nil, err
		}
		if reports, err = tx.Reports(t.ID); err != nil {
			return nil, err
		}
		t.Outcome, t.ResolvedAt, t.ToCall = in.Outcome, &tx.Now, slices.ContainsFunc(reports, telephoned)
		note["said_sha256"] = models.SaltedSum(salt, in.Text)
		if in.NoPhoto != "" {
			reason, err := d.keepNote(tx, t.ID, in.Actor, in.NoPhoto)
			maps.Copy(note, reason)
			return note, err
		}
		return note, nil
	})
	if err != nil {
		return t, err
	}
	if err := tx.ArmTimer(t.ID, models.TimerClose, tx.Now.Add(closeAfter)); err != nil {
		return t, err
	}
	return d.answer(tx, in, t, reports, models.Message{
		Author: in.Actor.ID, Key: answerKey(in.Outcome), Args: models.Args{"text": in.Text}, WordsSalt: salt,
		Buttons: []models.Button{
			{Key: "button_done", Payload: "done:" + t.Code}, {Key: "button_not_done", Payload: "not_done:" + t.Code},
		},
	})
}

// telephoned tells whether a report came by telephone, so that no chat brings its answer.
func telephoned(r models.Report) bool {
	return r.Channel == models.ChannelPhone && r.WithdrawnAt == nil
}

// answer tells the reporters. Where nobody reads our words in a chat they are kept as a note, to be told by phone.
func (d *Desk) answer(
	tx *store.Tx, in ResolveInput, t models.Ticket, reports []models.Report, m models.Message,
) (models.Ticket, error) {
	if len(first(reports)) == 0 {
		in.Version = t.Version
		return d.change(tx, in.Act, models.VerbNote, func(t *models.Ticket) (models.Args, error) {
			return d.keepNote(tx, t.ID, in.Actor, in.Text)
		})
	}
	if len(in.Photos) > 0 {
		m.Args["photos"] = in.Photos
	}
	return t, d.tell(tx, t, reports, m)
}

// maxAfter is how many photos an answer may carry.
const maxAfter = 10

// samePicture is the distance of hashes up to which two pictures are nearly the same.
const samePicture = 6

// checkProof asks for what the type is proved by: a photo of the mended place, or why there is none. It returns what
// the event is to remember of the photos.
func (d *Desk) checkProof(tx *store.Tx, t models.Ticket, in ResolveInput) (models.Args, error) {
	proof := d.Catalogue.Category(t.Category).Proof
	if in.Outcome == models.OutcomeFixed && proof == models.ProofPhoto && in.NoPhoto == "" && len(in.Photos) == 0 {
		return nil, models.Invalid{Field: "photo", Key: "error_proof_photo"}
	}
	if len(in.Photos) == 0 {
		return models.Args{}, nil
	}
	all, err := tx.TicketAttachments(t.ID)
	if err != nil {
		return nil, err
	}
	after := []models.Attachment{}
	for _, a := range all {
		if slices.Contains(in.Photos, a.ID) && a.Proves() {
			after = append(after, a)
		}
	}
	if len(after) != len(in.Photos) || len(after) > maxAfter { // another ticket's, refused, or named twice
		return nil, models.Invalid{Field: "photos", Key: "error_photo_unknown"}
	}
	note := models.Args{"photos": in.Photos}
	if resembles(after, all) {
		note["same_picture"] = true
	}
	return note, nil
}

// resembles tells whether a photo of the finished work is one that a resident sent: whoever looks must look twice.
// One that is still on its way is compared when it is home: Inspect.
func resembles(after, all []models.Attachment) bool {
	for _, a := range after {
		for _, b := range all {
			if b.Kind == models.AttachmentEvidence && a.Picture() && b.Picture() &&
				photos.Distance(uint64(a.DHash), uint64(b.DHash)) <= samePicture {
				return true
			}
		}
	}
	return false
}
