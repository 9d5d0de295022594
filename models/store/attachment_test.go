package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// attach keeps a picture that came with a message of a new resident.
func attach(t *testing.T, s *store.Store) (a models.Attachment) {
	t.Helper()
	_, c := meet(t, s, models.NewID())
	within(t, s, func(tx *store.Tx) error {
		m, err := tx.Heard(models.Message{ConversationID: c.ID, Author: "resident"})
		if err != nil {
			return err
		}
		a = models.Attachment{
			ConversationID: &c.ID, MessageID: &m.ID, Kind: models.AttachmentEvidence, Media: models.MediaImage, Source: "{}",
		}
		return tx.InsertAttachment(&a)
	})
	return a
}

func claimAttachment(t *testing.T, s *store.Store, id string) (a models.Attachment, ok bool) {
	t.Helper()
	within(t, s, func(tx *store.Tx) (err error) {
		a, ok, err = tx.ClaimAttachment(id)
		return err
	})
	return a, ok
}

// A worker that sleeps through its lease must not write over what the next one found.
func TestAttachmentLeaseFences(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		id := attach(t, s).ID
		first, ok := claimAttachment(t, s, id)
		if _, again := claimAttachment(t, s, id); !ok || again {
			t.Fatalf("one claim at a time: first %t, second %t", ok, again)
		}
		clock.Move(store.LeaseFor)
		want := []models.Wake{{Kind: models.KindFetch, ID: id, Epoch: 2}}
		if diff := cmp.Diff(want, sweep(t, s)); diff != "" {
			t.Errorf("when the lease has ended the sweep brings it (-want +got):\n%s", diff)
		}
		second, ok := claimAttachment(t, s, id)
		if !ok || second.Attempts != 2 {
			t.Fatalf("the second try: %t, %d tries", ok, second.Attempts)
		}
		first.Status = models.AttachmentUnavailable
		err := s.Tx(t.Context(), func(tx *store.Tx) error { return tx.SaveAttachment(&first) })
		if !errors.Is(err, models.ErrConflict) {
			t.Errorf("a lost lease saves nothing: %v", err)
		}
		second.Status, second.DHash, second.SHA256 = models.AttachmentReady, -1, "ab"
		within(t, s, func(tx *store.Tx) error { return tx.SaveAttachment(&second) })
		clock.Move(time.Hour)
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("what is done is not asked for: %v", wakes)
		}
		if _, ok := claimAttachment(t, s, id); ok {
			t.Error("what is done is not claimed")
		}
		within(t, s, func(tx *store.Tx) error {
			got, err := tx.Attachment(id)
			if !got.Picture() || got.DHash != -1 || got.SHA256 != "ab" {
				t.Errorf("kept: %+v", got)
			}
			return err
		})
	})
}

func TestAttachmentWaitsForItsNextTry(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		a, _ := claimAttachment(t, s, attach(t, s).ID)
		at := s.Now().Add(time.Minute)
		a.WakeAt = &at
		within(t, s, func(tx *store.Tx) error { return tx.SaveAttachment(&a) })
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("too early: %v", wakes)
		}
		clock.Move(time.Minute)
		want := []models.Wake{{Kind: models.KindFetch, ID: a.ID, Epoch: a.Epoch}}
		if diff := cmp.Diff(want, sweep(t, s)); diff != "" {
			t.Errorf("at its time (-want +got):\n%s", diff)
		}
	})
}

// A ticket has what was attached to it, and what came with the messages about it.
func TestTicketAttachments(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		ticket, said, other := submit(t, s), attach(t, s), attach(t, s)
		after := models.Attachment{TicketID: &ticket.ID, Kind: models.AttachmentAfter, Media: models.MediaImage, Source: "{}"}
		within(t, s, func(tx *store.Tx) error {
			if err := tx.LinkMessages([]string{*said.MessageID}, ticket.ID); err != nil {
				return err
			}
			return tx.InsertAttachment(&after)
		})
		ids := func(rows []models.Attachment, err error) (ids []string) {
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range rows {
				ids = append(ids, a.ID)
			}
			return ids
		}
		within(t, s, func(tx *store.Tx) error {
			got := [][]string{
				ids(tx.TicketAttachments(ticket.ID)), ids(tx.MessageAttachments([]string{*other.MessageID})),
				ids(tx.Attachments([]string{after.ID})), ids(tx.Attachments(nil)),
			}
			want := [][]string{{said.ID, after.ID}, {other.ID}, {after.ID}, nil}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			_, err := tx.Attachment(models.NewID())
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("an unknown one: %v", err)
			}
			return nil
		})
	})
}
