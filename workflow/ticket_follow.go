package workflow

import (
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// FollowInput is somebody else's report of what an open ticket is about already.
type FollowInput struct {
	Act
	Report SubmitInput // whose, in which words; its type and relation do not count
}

// Follow attaches another report to a ticket: with words, place, photos and a page of its own. From then on its
// reporter hears what every other reporter hears. A danger in the words makes the ticket critical. Whoever reports the
// ticket already adds to it, as with Attach.
func (d *Desk) Follow(tx *store.Tx, in FollowInput) (models.Ticket, error) {
	t, err := tx.LockTicket(in.Actor, in.Ticket)
	if err != nil {
		return t, err
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return t, err
	}
	if len(ofReporter(reports, in.Report.ReporterID)) > 0 {
		return d.Attach(tx, AttachInput{Act: in.Act, MessageIDs: in.Report.MessageIDs})
	}
	r := newReport(tx, t.ID, in.Report)
	t, err = d.change(tx, in.Act, models.VerbFollow, func(t *models.Ticket) (models.Args, error) {
		t.Reports = models.People(append(reports, r))
		if err := tx.InsertReport(r); err != nil {
			return nil, err
		}
		return models.Args{
			"report": r.ID, "channel": r.Channel, "words_sha256": models.SaltedSum(r.WordsSalt, r.Words),
		}, d.takeIn(tx, t, in.Report.MessageIDs, r.Words)
	})
	if err != nil || r.ConversationID == nil {
		return t, err
	}
	private, err := tx.Notify(r.ReporterID, "privacy", privacyVersion)
	if err != nil {
		return t, err
	}
	return t, d.tell(tx, t, []models.Report{r}, models.Message{Author: "bot", Key: "followed", Args: models.Args{
		"category": t.Category, "count": t.Reports, "promise_due": rfc3339(t.PromiseDue),
		"privacy": private, "track": r.TrackToken,
	}, QuoteID: in.Report.answered()})
}

// ofReporter are the reports of one person that they have not taken back.
func ofReporter(reports []models.Report, reporterID string) (own []models.Report) {
	for _, r := range reports {
		if r.ReporterID == reporterID && r.WithdrawnAt == nil {
			own = append(own, r)
		}
	}
	return own
}

// unfollow takes back what one of several reporters reported: the ticket stays for the others. A question to this one
// is not waited for any more.
func (d *Desk) unfollow(tx *store.Tx, act Act, reports, own []models.Report) (models.Ticket, error) {
	return d.change(tx, act, models.VerbUnfollow, func(t *models.Ticket) (models.Args, error) {
		for _, r := range own {
			r.WithdrawnAt = &tx.Now
			if err := tx.JudgeReport(r); err != nil {
				return nil, err
			}
		}
		t.Reports = models.People(reports) - 1
		return models.Args{"reports": idsOf(own)}, d.letGo(tx, t, reports, own)
	})
}

// first is the reporter to whom a question goes: of those who can be reached in a chat, the one who reported first.
func first(reports []models.Report) []models.Report {
	for _, r := range reports {
		if r.ConversationID != nil && r.WithdrawnAt == nil {
			return []models.Report{r}
		}
	}
	return nil
}
