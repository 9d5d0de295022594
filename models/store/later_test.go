package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

func TestWhatIsKeptForLater(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		a, c := meet(t, s, "lan")
		ticket := submit(t, s)
		var heard models.Message
		within(t, s, func(tx *store.Tx) (err error) {
			if heard, err = tx.Heard(models.Message{ConversationID: c.ID, Text: "ổ gà"}); err != nil {
				return err
			}
			if err = tx.LinkMessages([]string{heard.ID}, ticket.ID); err != nil {
				return err
			}
			for _, key := range []string{"receipt", "attached"} {
				if _, err = tx.Say(models.Message{ConversationID: c.ID, TicketID: &ticket.ID, Key: key}); err != nil {
					return err
				}
			}
			question, found, err := tx.LastQuestion(c.ID)
			if err == nil && (!found || question.Key != "attached") {
				err = fmt.Errorf("a look within the transaction is to see what was just said, and saw %q", question.Key)
			}
			return err
		})
		within(t, s, func(tx *store.Tx) error {
			about, err := tx.TicketMessages(ticket.ID)
			if err != nil {
				return err
			}
			if len(about) != 3 || about[0].ID != heard.ID {
				t.Errorf("a change is to find the row that was added just before it: want 3 messages of the ticket, "+
					"the heard one first, got %d", len(about))
			}
			held, ok, err := tx.ClaimAddress(a.ID)
			if err != nil || !ok {
				return fmt.Errorf("claim: %t %w", ok, err)
			}
			if held.Epoch != a.Epoch+1 || held.WakeAt == nil {
				t.Errorf("what was said in one transaction asks for the address once: want epoch %d and a wake-up, got %d, %v",
					a.Epoch+1, held.Epoch, held.WakeAt)
			}
			return nil
		})
	})
}

func TestTxRunsAgainForATakenCode(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		taken, ticket := submit(t, s), submit(t, s)
		tries := 0
		within(t, s, func(tx *store.Tx) error {
			code := taken.Code
			if tries++; tries > 1 {
				code = models.NewCode()
			}
			return tx.DB().Exec("UPDATE tickets SET code = ? WHERE id = ?", code, ticket.ID).Error
		})
		if tries != 2 {
			t.Errorf("a code that another ticket has is to be drawn again: want 2 tries, got %d", tries)
		}
	})
}

func TestFirstContactOfTwoTurns(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		inbox := store.NewInbox(s)
		go inbox.Run(t.Context())
		const turns = 8
		var first [turns]bool
		if err := inbox.Put(t.Context(), event("một"), event("hai")); err != nil {
			t.Fatal(err)
		}
		together(turns, func(i int) {
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				first[i] = false // this may run again
				turn, ok, err := tx.TakeTurn(event("hai").ID)
				if err != nil || !ok {
					return err
				}
				if len(turn.Unread) != 2 {
					return fmt.Errorf("want both events unread, got %d", len(turn.Unread))
				}
				first[i] = turn.New
				return tx.ReadEvents([]string{turn.Unread[0].ID, turn.Unread[1].ID})
			})
			if err != nil {
				t.Errorf("a turn beside others: %v", err)
			}
		})
		if met := slices.DeleteFunc(first[:], func(b bool) bool { return !b }); len(met) != 1 {
			t.Errorf("of %d turns on somebody's first words one is to meet them and read them, got %d", turns, len(met))
		}
	})
}

// TestADraftWaitsForTheTurnBeforeIt: a turn that looked a moment too early must not cost the draft its own look.
func TestADraftWaitsForTheTurnBeforeIt(t *testing.T) {
	if !postgres(t) {
		return
	}
	s := modelstest.Postgres(t, modelstest.NewClock(t, start).Now)
	_, c := meet(t, s, "lan")
	draft := models.Draft{ConversationID: c.ID, Status: models.DraftOpen, Slots: "{}"}
	within(t, s, func(tx *store.Tx) error { return tx.SaveDraft(&draft) })
	held, done := make(chan struct{}), make(chan bool, 1)
	within(t, s, func(tx *store.Tx) error {
		if _, ok, err := tx.LockConversation("webchat", "web", "lan"); err != nil || !ok {
			return fmt.Errorf("lock: %t %w", ok, err)
		}
		go func() {
			close(held)
			taken := false
			err := s.Tx(context.Background(), func(tx *store.Tx) (err error) {
				_, taken, err = tx.TakeDraftsTurn(draft.ID)
				return err
			})
			done <- err == nil && taken
		}()
		<-held
		select {
		case <-done:
			return errors.New("a draft's turn is to wait while another turn has its conversation")
		case <-time.After(200 * time.Millisecond):
			return nil
		}
	})
	if !<-done {
		t.Error("a draft's turn is to be taken when the one before it has ended")
	}
}
