package notifications_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
)

// journal is a journal that has written all that was recorded when stop returns.
func journal(t *testing.T, r *round) (j *notifications.Journal, stop func()) {
	t.Helper()
	j = notifications.NewJournal(r.Store, discard)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		j.Run(ctx)
	}()
	return j, func() { cancel(); <-done }
}

// TestJournalSaysWhySendsFailed: what the platform was asked and what a try came to stand beside the message, without
// the message's words, and the log has none either.
func TestJournalSaysWhySendsFailed(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		ticket, message := unsentAnswer(t, r)
		j, stop := journal(t, r)
		var log bytes.Buffer
		r.Record, r.Log = j.Record, slog.New(slog.NewTextHandler(&log, nil))
		r.on = func(out bots.Outgoing) {
			j.Record(bots.Exchange{Delivery: out.Delivery, Channel: "webchat", Method: "POST", Path: "/x", Status: 400, Began: r.clock.Now()})
			r.clock.Move(time.Second)
		}
		r.fails = []error{&bots.SendError{Class: bots.ErrRejected, Cause: "no place for Cột đèn số bốn of 0912345678"}}
		r.deliver(t)
		j.Record(bots.Exchange{Channel: "webchat", Method: "GET", Path: "/errand", Began: r.clock.Now()})
		stop()
		var got []string
		r.tx(t, func(tx *store.Tx) error {
			sent, err := tx.SendLog(models.Actor{Kind: models.ActorStaff, Role: models.RoleAdmin}, ticket.Code, message.ID)
			for _, i := range sent.Interactions {
				got = append(got, fmt.Sprintf("%s %s %d %s %s", i.Method, i.Path, i.Status, i.Class, i.Error))
			}
			return err
		})
		want := []string{"POST /x 400  ", "  0 rejected no place for [words] of [phone]"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what is kept (-want +got):\n%s", diff)
		}
		if strings.Contains(log.String(), "Cột đèn") || !strings.Contains(log.String(), "[words]") {
			t.Errorf("the log is to say why, without the words: %s", log.String())
		}
	})
}

// unsentAnswer makes a ticket of the round's resident with an answer that waits to be sent.
func unsentAnswer(t *testing.T, r *round) (ticket models.Ticket, m models.Message) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) (err error) {
		ticket, err = r.Desk.Submit(tx, workflow.SubmitInput{
			Actor: models.System(), ReporterID: r.talk.ReporterID, ConversationID: &r.talk.ID, Channel: "webchat", Words: "Tối quá",
		})
		return err
	})
	r.deliver(t) // the receipt
	r.tx(t, func(tx *store.Tx) (err error) {
		m, err = tx.Say(models.Message{
			ConversationID: r.talk.ID, TicketID: &ticket.ID, Author: "bot", Key: models.KeyVerbatim,
			Args: models.Args{"text": "Cột đèn số bốn đã sáng"},
		})
		return err
	})
	return ticket, m
}

func TestJournalForgetsAfterSevenDays(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		ctx, old := t.Context(), []models.Interaction{}
		row := func() models.Interaction {
			return models.Interaction{ID: models.NewID(), Channel: "zalo", At: r.clock.Now()}
		}
		for range 5100 {
			old = append(old, row())
		}
		for part := range 6 {
			if err := r.Store.KeepInteractions(ctx, old[850*part:850*(part+1)]); err != nil {
				t.Fatal(err)
			}
		}
		r.clock.Move(models.InteractionsFor)
		if err := r.Store.KeepInteractions(ctx, []models.Interaction{row()}); err != nil {
			t.Fatal(err)
		}
		r.clock.Move(time.Minute)
		var other models.Lease
		r.tx(t, func(tx *store.Tx) (err error) { other, _, err = tx.TakeLease("purge"); return err })
		j := notifications.NewJournal(r.Store, discard)
		for _, left := range []int{5101, 1} {
			if err := j.Purge(ctx); err != nil {
				t.Fatal(err)
			}
			if got := r.interactions(t); got != left {
				t.Errorf("%d interactions are left, not %d", got, left)
			}
			r.tx(t, func(tx *store.Tx) error { return tx.EndLease(other) })
		}
	})
}

// interactions counts what is kept, by deleting it all and taking that back.
func (r *round) interactions(t *testing.T) (n int) {
	t.Helper()
	back := errors.New("take back")
	err := r.Store.Tx(t.Context(), func(tx *store.Tx) (err error) {
		tx.Now = tx.Now.Add(100 * models.InteractionsFor)
		if n, err = tx.PurgeInteractions(10_000); err != nil {
			return err
		}
		return back
	})
	if !errors.Is(err, back) {
		t.Fatal(err)
	}
	return n
}

// TestJournalForgetsAnswersAndSessions: an answer that is kept for a repeat holds where somebody lives, and goes after a
// day; a session goes when it has ended.
func TestJournalForgetsAnswersAndSessions(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		keep := func(name string) {
			r.tx(t, func(tx *store.Tx) error {
				key := models.IdempotencyKey{Owner: "a", Key: name, Response: "140 Lê Lợi"}
				if _, _, err := tx.ClaimIdempotencyKey(key); err != nil {
					return err
				}
				who := models.Staff{Email: name + "@example.vn", Name: "Minh", Role: models.RoleHotline, PasswordHash: "-"}
				if err := tx.InsertStaff(&who); err != nil {
					return err
				}
				return tx.OpenSession(name, who.ID)
			})
		}
		keep("old")
		r.clock.Move(24*time.Hour + time.Second)
		keep("new")
		if err := notifications.NewJournal(r.Store, discard).Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		back, left := errors.New("take back"), [2]int{}
		err := r.Store.Tx(t.Context(), func(tx *store.Tx) (err error) {
			tx.Now = tx.Now.Add(100 * 24 * time.Hour)
			if left[0], err = tx.PurgeKeys(100); err != nil {
				return err
			}
			if left[1], err = tx.PurgeSessions(100); err != nil {
				return err
			}
			return back
		})
		if !errors.Is(err, back) || left != [2]int{1, 1} {
			t.Errorf("the new key and the new session are left: %v %v", left, err)
		}
	})
}
