package dialogue

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// The pace of erasing.
const (
	lookAgain   = 6 * time.Hour    // whether tickets are closed, and drafts have become tickets
	goodbye     = 10 * time.Minute // between the last words to a resident and the end of their address
	goodbyeEnds = 24 * time.Hour   // for last words that do not arrive
	freshFor    = 24 * time.Hour   // of what was said beside tickets: a draft may be made of it
)

// Eraser erases what is known of residents who asked for it.
type Eraser struct {
	Store  *store.Store
	Desk   *workflow.Desk
	Photos photos.Store
	Log    *slog.Logger
}

// Erase erases what is known of a reporter as far as that may be: it is what the task "erase" calls, and may be called
// again at any time. Tickets that are worked on keep what the department needs until they are closed. When nothing is
// left the resident hears of it, and their address goes last.
func (e *Eraser) Erase(ctx context.Context, reporterID string) error {
	var due bool
	err := e.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.ErasureDue(reporterID)
		return err
	})
	if err == nil && due {
		err = e.erase(ctx, reporterID)
	}
	if err != nil {
		return fmt.Errorf("erase reporter %s: %w", reporterID, err)
	}
	return nil
}

func (e *Eraser) erase(ctx context.Context, reporterID string) error {
	var closed []string
	err := e.Store.Read(ctx, func(tx *store.Tx) (err error) {
		closed, err = tx.TicketsToErase(reporterID)
		return err
	})
	if err != nil {
		return err
	}
	for _, ticket := range closed {
		if err := e.redact(ctx, reporterID, ticket); err != nil {
			return err
		}
	}
	if err := e.forget(ctx, reporterID); err != nil {
		return err
	}
	return e.Store.Tx(ctx, func(tx *store.Tx) error { return e.end(tx, reporterID) })
}

// redact erases what a reporter said of one ticket. The pictures' bytes go first: should we end in between, the rows
// still name what is to be deleted.
func (e *Eraser) redact(ctx context.Context, reporterID, ticketID string) error {
	var pictures []models.Attachment
	err := e.Store.Read(ctx, func(tx *store.Tx) (err error) {
		pictures, err = tx.EvidenceOf(reporterID, ticketID)
		return err
	})
	if err == nil {
		err = e.burn(ctx, pictures)
	}
	if err != nil {
		return err
	}
	return e.Store.Tx(ctx, func(tx *store.Tx) error {
		_, err := e.Desk.Redact(tx, workflow.RedactInput{
			Act: workflow.Act{Actor: models.System(), Ticket: ticketID}, ReporterID: reporterID,
		})
		return err
	})
}

// burn deletes the bytes of attachments.
func (e *Eraser) burn(ctx context.Context, all []models.Attachment) error {
	for _, a := range all {
		for _, key := range []string{a.LargeKey(), a.SmallKey(), a.OriginalKey()} {
			if err := e.Photos.Delete(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget erases what was said beside tickets.
func (e *Eraser) forget(ctx context.Context, reporterID string) error {
	var loose []models.Attachment
	err := e.Store.Read(ctx, func(tx *store.Tx) (err error) {
		loose, err = tx.LooseEvidence(reporterID, tx.Now.Add(-freshFor))
		return err
	})
	if err == nil {
		err = e.burn(ctx, loose)
	}
	if err != nil {
		return err
	}
	return e.Store.Tx(ctx, func(tx *store.Tx) error { return tx.EraseLoose(reporterID, tx.Now.Add(-freshFor)) })
}

// end looks what is left: open tickets, last words, or nothing.
func (e *Eraser) end(tx *store.Tx, reporterID string) error {
	left, err := tx.LockErasure(reporterID)
	if err != nil || !left.Due {
		return err
	}
	switch {
	case left.Open > 0 || left.ErasedAt == nil && left.WroteSince(tx.Now.Add(-freshFor)):
		return tx.EraseLater(reporterID, tx.Now.Add(lookAgain))
	case left.ErasedAt == nil:
		for _, c := range left.Conversations {
			if _, err := tx.Say(models.Message{ConversationID: c.ID, Author: "bot", Key: "data_erased"}); err != nil {
				return err
			}
		}
		return tx.EraseName(reporterID, tx.Now.Add(goodbye))
	case left.WroteSince(*left.ErasedAt): // they wrote again: of what was before nothing is left
		return tx.KeepReporter(reporterID)
	case left.Unsent > 0 && tx.Now.Sub(*left.ErasedAt) < goodbyeEnds:
		return tx.EraseLater(reporterID, tx.Now.Add(goodbye))
	default:
		e.Log.Info("a resident was erased", "reporter_id", reporterID)
		return tx.EraseAddresses(reporterID)
	}
}
