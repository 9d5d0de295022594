package workflow_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// phoned is a report that somebody made by telephone, taken on by its department.
func (c *city) phoned(t *testing.T) (models.Ticket, models.Actor) {
	t.Helper()
	ticket := c.must(t, func(tx *store.Tx) (models.Ticket, error) {
		caller, err := tx.PhoneReporter("0903123456")
		if err != nil {
			return models.Ticket{}, err
		}
		return desk.Submit(tx, workflow.SubmitInput{
			Actor: c.hotline, ReporterID: caller, Channel: models.ChannelPhone, Words: "ổ gà", Category: "road.pothole",
			Lat: &here.lat, Lon: &here.lon,
		})
	})
	return ticket, c.employ(t, models.RoleStaff, *ticket.DepartmentID)
}

// TestWhoTelephonedIsCalled: an answer that no chat brings is the hotline's to tell, until one of them has noted it.
func TestWhoTelephonedIsCalled(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		toCall := func(ticket models.Ticket) bool {
			var cards []store.TicketCard
			var counts store.QueueCounts
			err := c.Read(t.Context(), func(tx *store.Tx) (err error) {
				if cards, err = tx.TicketCards(c.hotline, store.TicketFilter{ToCall: true, Limit: 9}); err != nil {
					return err
				}
				counts, err = tx.QueueCounts(c.hotline, tx.Now)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(cards) != counts.ToCall {
				t.Errorf("%d are listed, %d counted", len(cards), counts.ToCall)
			}
			return len(cards) == 1 && cards[0].ID == ticket.ID
		}
		chat := c.pothole(t, "lan")
		c.must(t, resolve(act(c.hotline, chat)))
		ticket, crew := c.phoned(t)
		if toCall(ticket) {
			t.Error("nobody is called before there is an answer")
		}
		c.must(t, resolve(act(crew, ticket)), note(act(crew, ticket)))
		if !toCall(ticket) {
			t.Error("after the answer, and a note of its department, the caller is to be called, and nobody else")
		}
		c.must(t, reopen(act(c.hotline, ticket)))
		if toCall(ticket) {
			t.Error("what is open again has nothing to tell")
		}
		c.must(t, resolve(act(c.hotline, ticket)))
		if !toCall(ticket) {
			t.Error("the answer that the hotline itself gave is to be told too")
		}
		c.must(t, note(act(c.hotline, ticket)))
		if toCall(ticket) {
			t.Error("a note of the hotline says that the caller was called")
		}
	})
}

// TestOnlyACalledCallerIsSilent: the ten days of an answer count when its caller was told.
func TestOnlyACalledCallerIsSilent(t *testing.T) {
	for name, want := range map[string]models.State{"not called": models.StateResolved, "called": models.StateClosed} {
		t.Run(name, func(t *testing.T) {
			eachCity(t, func(t *testing.T, c *city) {
				t.Helper()
				ticket, crew := c.phoned(t)
				c.must(t, resolve(act(crew, ticket)))
				c.clock.Move(time.Hour)
				if want == models.StateClosed {
					c.must(t, note(act(c.hotline, ticket)))
					if due := c.armed(t, ticket.ID)[models.TimerClose].DueAt; !due.Equal(c.clock.Now().Add(10 * 24 * time.Hour)) {
						t.Errorf("the ten days end %s, want ten days after the call", due)
					}
				}
				c.clock.Move(c.armed(t, ticket.ID)[models.TimerClose].DueAt.Sub(c.clock.Now()))
				c.fire(t, c.armed(t, ticket.ID)[models.TimerClose])
				if got := c.ticket(t, ticket.ID); got.State != want {
					t.Errorf("ten days after the answer it is %s, want %s", got.State, want)
				}
			})
		})
	}
}
