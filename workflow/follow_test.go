package workflow_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// follow lets a resident report what a ticket is about already.
func (c *city) follow(t *testing.T, resident string, ticket models.Ticket) models.Ticket {
	t.Helper()
	return c.followIn(t, resident, ticket, "ổ gà bự")
}

func (c *city) followIn(t *testing.T, resident string, ticket models.Ticket, words string) models.Ticket {
	t.Helper()
	return c.must(t, func(tx *store.Tx) (models.Ticket, error) {
		talk, _, err := tx.LockConversation("webchat", "web", resident)
		if err != nil {
			return models.Ticket{}, err
		}
		heard, err := tx.Heard(models.Message{ConversationID: talk.ID, Author: "resident", Text: words})
		if err != nil {
			return models.Ticket{}, err
		}
		who := models.Actor{Kind: models.ActorResident, ID: talk.ReporterID}
		c.people[resident] = who
		return desk.Follow(tx, workflow.FollowInput{
			Act: act(who, ticket), Report: workflow.SubmitInput{
				ReporterID: talk.ReporterID, ConversationID: &talk.ID, Channel: "webchat", Words: words,
				MessageIDs: []string{heard.ID},
			},
		})
	})
}

// told are the keys of what a resident was told, in order.
func (c *city) told(t *testing.T, resident string) (keys []string) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		a, _, err := tx.FindAddress("webchat", "web", resident)
		if err != nil {
			return err
		}
		talk, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		tickets, err := tx.Tickets(models.System(), store.TicketFilter{Limit: 100})
		if err != nil {
			return err
		}
		var all []models.Message
		for _, ticket := range tickets {
			about, err := tx.TicketMessages(ticket.ID)
			if err != nil {
				return err
			}
			all = append(all, about...)
		}
		slices.SortFunc(all, func(a, b models.Message) int { return compare(a.ID, b.ID) })
		for _, m := range all {
			if m.ConversationID == talk.ID && m.Direction == models.DirectionOut {
				keys = append(keys, m.Key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// expectTold wants what each resident was told, all of it.
func (c *city) expectTold(t *testing.T, want map[string][]string) {
	t.Helper()
	for who, keys := range want {
		if diff := cmp.Diff(keys, c.told(t, who)); diff != "" {
			t.Errorf("what %s was told (-want +got):\n%s", who, diff)
		}
	}
}

// expectSound wants rows that their timelines lead to.
func (c *city) expectSound(t *testing.T, tickets ...models.Ticket) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		for _, ticket := range tickets {
			row, err := tx.Ticket(ticket.ID)
			if err != nil {
				return err
			}
			events, err := tx.Timeline(ticket.ID)
			if err != nil {
				return err
			}
			if differ, err := models.FoldTimeline(events, row); err != nil || len(differ) > 0 {
				t.Errorf("the timeline of %s leads to another row in %v, %v", ticket.Code, differ, err)
			}
		}
		return nil
	})
	audit, fault := c.VerifyAudit(t.Context())
	if err = errors.Join(err, fault); err != nil || len(audit.Faults) > 0 {
		t.Errorf("the chain is to verify: %v, %v", audit.Faults, err)
	}
}

// verdicts are what a ticket's reporters say of its answers, the first reporter's first.
func (c *city) verdicts(t *testing.T, ticket models.Ticket) (all []string) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		reports, err := tx.Reports(ticket.ID)
		for _, r := range reports {
			all = append(all, fmt.Sprintf("%s %d", r.Verdict, r.VerdictRound))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFollowers: two report one pothole. Both are told of every answer, once each in their own chat; either may say
// "not done" for themselves; "done" of one does not close what the other says is not.
func TestFollowers(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		if after := c.follow(t, "minh", ticket); after.Reports != 2 || after.State != models.StateAssigned {
			t.Errorf("a second reporter is counted and moves nothing: %d, %s", after.Reports, after.State)
		}
		if again := c.follow(t, "minh", ticket); again.Reports != 2 {
			t.Errorf("who reports it again is not counted again: %d", again.Reports)
		}
		lan, minh := act(c.people["lan"], ticket), act(c.people["minh"], ticket)
		if after := c.must(t, amend(minh, "gần chợ", &there)); *after.Lat != here.lat {
			t.Errorf("another reporter's correction does not move the ticket: %v", *after.Lat)
		}
		c.must(t, accept(act(c.hotline, ticket)), ask(act(c.hotline, ticket)))
		if after := c.must(t, attach(minh)); after.State != models.StateWaiting {
			t.Errorf("what another reporter sends is no answer to a question to the first: %s", after.State)
		}
		if after := c.must(t, attach(lan)); after.State != models.StateInProgress {
			t.Errorf("what the first sends is: %s", after.State)
		}
		c.must(t, resolve(act(c.hotline, ticket)), notDone(minh))
		c.must(t, notDone(lan))
		if _, err := c.do(t, notDone(lan)); !errors.Is(err, models.ErrConflict) {
			t.Errorf("the same verdict again is a conflict: %v", err)
		}
		if diff := cmp.Diff([]string{"not_done 0", "not_done 0"}, c.verdicts(t, ticket)); diff != "" {
			t.Errorf("each says for themselves that it is not done (-want +got):\n%s", diff)
		}
		if row := c.ticket(t, ticket.ID); row.Reopens != 1 || row.State != models.StateAssigned {
			t.Errorf("the first of them reopens it, once: %d, %s", row.Reopens, row.State)
		}
		c.must(t, resolve(act(c.hotline, ticket)), done(lan))
		if row := c.must(t, rate(lan, 5)); row.State != models.StateResolved {
			t.Errorf("neither done nor five stars of one close what another says is not done: %s", row.State)
		}
		if row := c.must(t, done(minh)); row.State != models.StateClosed {
			t.Errorf("when nobody disagrees any more, done closes: %s", row.State)
		}
		c.expectTold(t, map[string][]string{
			"lan": {
				"receipt", "question", "answer_fixed", "reopened", "not_done_kept", "answer_fixed",
			},
			"minh": {"followed", "answer_fixed", "reopened", "answer_fixed"},
		})
		c.expectSound(t, ticket)
	})
}

// TestOneOfSeveralWithdraws: the ticket goes on for the others, and whoever is left alone takes all of it back.
func TestOneOfSeveralWithdraws(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		c.follow(t, "minh", ticket)
		after := c.must(t, withdraw(act(c.people["lan"], ticket)))
		if after.State != models.StateAssigned || after.Reports != 1 {
			t.Errorf("one of two withdraws only for themselves: %s, %d", after.State, after.Reports)
		}
		err := c.Read(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.ReporterTicket(c.people["lan"].ID, ticket.Code); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("it is not theirs any more: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		c.must(t, resolve(act(c.hotline, ticket)), notDone(act(c.people["minh"], ticket)))
		c.expectTold(t, map[string][]string{"lan": {"receipt"}, "minh": {"followed", "answer_fixed", "reopened"}})
		if after := c.must(t, withdraw(act(c.people["minh"], ticket))); after.State != models.StateWithdrawn {
			t.Errorf("the last one takes the ticket back: %s", after.State)
		}
		c.expectSound(t, ticket)
	})
}

// TestWhoWasAskedAnswers: of several reporters the one counts whom the question went to, also when an older report is
// joined afterwards; without them nobody is left to answer, and work goes on.
func TestWhoWasAskedAnswers(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		older := c.pothole(t, "minh")
		c.clock.Move(time.Minute)
		ticket := c.pothole(t, "lan")
		a := act(c.hotline, ticket)
		asked := func() {
			t.Helper()
			c.must(t, ask(a), pause(act(models.System(), ticket)))
		}
		works := func(when string, want bool, got models.Ticket) {
			t.Helper()
			if (got.State == models.StateInProgress) != want || (got.TargetDue != nil) != want {
				t.Errorf("%s: back at work is to be %t; it is %s, due %v", when, want, got.State, got.TargetDue)
			}
		}
		c.must(t, accept(a))
		asked()
		works("an older report is joined", false, c.must(t, merge(act(c.hotline, older), ticket)))
		works("its reporter, whom nobody asked, writes", false, c.must(t, attach(act(c.people["minh"], ticket))))
		works("who was asked writes", true, c.must(t, attach(act(c.people["lan"], ticket))))

		c.must(t, ask(a))
		works("it is taken out again, with the report that was asked", true,
			c.must(t, unmerge(act(c.hotline, older)), func(tx *store.Tx) (models.Ticket, error) { return tx.Ticket(ticket.ID) }))

		c.follow(t, "hoa", ticket)
		c.must(t, ask(a))
		works("who was asked takes their report back", true, c.must(t, withdraw(act(c.people["lan"], ticket))))
		if armed := c.armed(t, ticket.ID); armed[models.TimerAskExpire].ID != "" {
			t.Errorf("no answer is waited for any more: %v", armed)
		}
		c.expectSound(t, ticket, older)
	})
}

// TestMerge: two tickets are joined by staff and taken apart again.
func TestMerge(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		first := c.pothole(t, "lan")
		c.clock.Move(time.Hour)
		second := c.pothole(t, "minh")
		noise := c.submit(t, submission{resident: "hoa", words: "x", category: "noise.karaoke", at: &here})
		lead := c.employ(t, models.RoleLead, c.department(t, "ward_urban", here))
		for name, tt := range map[string]struct {
			do   verb
			want error
		}{
			"staff of a department do not join": {
				merge(act(c.employ(t, models.RoleStaff, *first.DepartmentID), second), first), models.ErrForbidden,
			},
			"nor does a lead what is not theirs": {merge(act(lead, second), first), models.ErrNotFound},
			"nothing joins itself":               {merge(act(c.hotline, first), first), models.Invalid{Field: "into", Key: "error_merge_self"}},
			"hidden reporters stay hidden":       {merge(act(c.hotline, noise), first), models.Invalid{Field: "into", Key: "error_merge_hidden"}},
			"what was not joined stays":          {unmerge(act(c.hotline, first)), models.ErrConflict},
		} {
			if _, err := c.do(t, tt.do); !errors.Is(err, tt.want) {
				t.Errorf("%s: want %v, got %v", name, tt.want, err)
			}
		}
		into := c.must(t, merge(act(c.hotline, second), first))
		if into.ID != first.ID || into.Reports != 2 || !into.PromiseDue.Equal(*first.PromiseDue) {
			t.Errorf("the other goes on with both reports and the earlier promise: %+v", into)
		}
		if row := c.ticket(t, second.ID); row.State != models.StateMerged || *row.RelatedID != first.ID || len(c.armed(t, second.ID)) > 0 {
			t.Errorf("the merged one ends, with its clocks: %s, %v", row.State, c.armed(t, second.ID))
		}
		if _, err := c.do(t, merge(act(c.hotline, second), first)); !errors.Is(err, models.ErrConflict) {
			t.Errorf("once is enough: %v", err)
		}
		c.must(t, resolve(act(c.hotline, first)), func(tx *store.Tx) (models.Ticket, error) {
			theirs, err := tx.ReporterTicket(c.people["minh"].ID, second.Code)
			if err != nil || theirs.ID != first.ID {
				return theirs, errors.Join(errors.New("the old code is to lead to the ticket that goes on"), err)
			}
			return notDone(act(c.people["minh"], theirs))(tx)
		})
		apart := c.must(t, unmerge(act(c.hotline, second)))
		if apart.State != models.StateAssigned || apart.Reports != 1 || apart.Relation != models.RelationDistinct {
			t.Errorf("taken apart it is at work again: %s, %d, %s", apart.State, apart.Reports, apart.Relation)
		}
		if row := c.ticket(t, first.ID); row.Reports != 1 {
			t.Errorf("the other has its own reporter: %d", row.Reports)
		}
		c.must(t, resolve(act(c.hotline, second)))
		c.expectTold(t, map[string][]string{
			"lan":  {"receipt", "answer_fixed", "reopened"},
			"minh": {"receipt", "merged", "answer_fixed", "reopened", "unmerged", "answer_fixed"},
		})
		c.expectSound(t, first, second)
	})
}

// TestMergedPicturesAndNotes: a ticket that goes on shows what the joined one showed of its sister, and has what
// colleagues wrote on it, through a chain of merges; the joined one still shows what its own events speak of. Taken
// apart, each has its own again.
func TestMergedPicturesAndNotes(t *testing.T) {
	type has struct {
		Pictures, Notes int
		Shown           bool // to who sees this ticket alone
	}
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		sister, first, second, third := c.pothole(t, "an"), c.pothole(t, "an"), c.pothole(t, "binh"), c.pothole(t, "chi")
		var picture models.Attachment
		c.must(t, note(act(c.hotline, first)), note(act(c.hotline, second)), func(tx *store.Tx) (models.Ticket, error) {
			said, err := tx.TicketMessages(sister.ID)
			if err != nil {
				return sister, err
			}
			picture = models.Attachment{
				MessageID: &said[0].ID, Kind: models.AttachmentEvidence, Media: models.MediaImage, Source: "{}",
			}
			return sister, errors.Join(tx.InsertAttachment(&picture), tx.SharePictures([]string{said[0].ID}, first.ID))
		})
		expect := func(when string, want ...has) {
			t.Helper()
			got := make([]has, len(want))
			err := c.Read(t.Context(), func(tx *store.Tx) error {
				shown, err := tx.SharedWith(picture.ID)
				for i, ticket := range []models.Ticket{first, second, third} {
					pictures, fault := tx.TicketAttachments(ticket.ID)
					notes, missing := tx.Notes(ticket.ID)
					err = errors.Join(err, fault, missing)
					got[i] = has{len(pictures), len(notes), slices.Contains(shown, ticket.ID)}
				}
				return err
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s, %v (-want +got):\n%s", when, err, diff)
			}
		}
		expect("apart", has{1, 1, true}, has{0, 1, false}, has{0, 0, false})
		c.must(t, merge(act(c.hotline, first), second), merge(act(c.hotline, second), third), note(act(c.hotline, third)))
		expect("joined", has{1, 1, true}, has{0, 1, true}, has{1, 3, true})
		c.must(t, unmerge(act(c.hotline, second)))
		expect("the second is out, with what was the first's", has{1, 1, true}, has{1, 2, true}, has{0, 1, false})
		c.must(t, unmerge(act(c.hotline, first)))
		expect("apart again", has{1, 1, true}, has{0, 1, false}, has{0, 1, false})
		c.expectSound(t, first, second, third)
	})
}

// TestMergesCross: two colleagues join two tickets with each other, each the other way round, at one moment. One of them
// is too late, and PostgreSQL sees no deadlock: tickets are taken in the order of their ids.
func TestMergesCross(t *testing.T) {
	if os.Getenv(modelstest.DatabaseURL) == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s must name a PostgreSQL server in CI", modelstest.DatabaseURL)
		}
		return // make test names a server or fails
	}
	t.Parallel()
	dsn := modelstest.PostgresDSN(t)
	c := openPostgres(t, dsn)
	for range 100 {
		one, two := c.pothole(t, "lan"), c.pothole(t, "minh")
		var errs [2]error
		var both sync.WaitGroup
		both.Go(func() { _, errs[0] = c.do(t, merge(act(c.hotline, one), two)) })
		both.Go(func() { _, errs[1] = c.do(t, merge(act(c.hotline, two), one)) })
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("one of two colleagues is to be too late: %v", errs)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if n := deadlocks(t, dsn); n != 0 {
		t.Errorf("PostgreSQL counted %d deadlocks; want none", n)
	}
}

// TestStaffWithdraw: staff take back what one person reports, who is told; what several report is not theirs to end.
func TestStaffWithdraw(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.pothole(t, "lan")
		c.follow(t, "minh", ticket)
		_, err := c.do(t, withdraw(act(c.hotline, ticket)))
		if !errors.Is(err, models.Invalid{Field: "reports", Key: "error_withdraw_several"}) {
			t.Errorf("what two report is not withdrawn for one of them, got %v", err)
		}
		c.must(t, withdraw(act(c.people["minh"], ticket)))
		if after := c.must(t, withdraw(act(c.hotline, ticket))); after.State != models.StateWithdrawn {
			t.Errorf("what one person reports is withdrawn: %s", after.State)
		}
		c.expectTold(t, map[string][]string{"lan": {"receipt", "withdrawn_for_you"}, "minh": {"followed"}})
		c.expectSound(t, ticket)
	})
}

// TestChainOfMergesComesApart: a ticket was merged into one that was merged into a third. The second comes out with what
// was the first's, and then the first out of the second, each with its own people and all that they were told.
func TestChainOfMergesComesApart(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		first, second, third := c.pothole(t, "an"), c.pothole(t, "binh"), c.pothole(t, "chi")
		c.must(t, merge(act(c.hotline, first), second), merge(act(c.hotline, second), third))
		_, err := c.do(t, unmerge(act(c.hotline, first)))
		if !errors.Is(err, models.Invalid{Field: "into", Key: "error_unmerge"}) {
			t.Errorf("the first is not taken out of the second while its reports are the third's, got %v", err)
		}
		if out := c.must(t, unmerge(act(c.hotline, second))); out.Reports != 2 {
			t.Errorf("the second comes out with the first's report: %d", out.Reports)
		}
		c.must(t, unmerge(act(c.hotline, first)))
		for name, ticket := range map[string]models.Ticket{"an": first, "binh": second, "chi": third} {
			row := c.ticket(t, ticket.ID)
			if row.State != models.StateAssigned || row.Reports != 1 {
				t.Errorf("%s's ticket is at work again for one person: %s, %d", name, row.State, row.Reports)
			}
			c.must(t, resolve(act(c.hotline, ticket)))
		}
		c.expectTold(t, map[string][]string{
			"an":   {"receipt", "merged", "merged", "unmerged", "unmerged", "answer_fixed"},
			"binh": {"receipt", "merged", "unmerged", "answer_fixed"},
			"chi":  {"receipt", "answer_fixed"},
		})
		c.expectSound(t, first, second, third)
	})
}
