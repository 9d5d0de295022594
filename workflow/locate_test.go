package workflow_test

import (
	"errors"
	"os"
	"sync/atomic"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// seeking is the desk of a city that has a geocoder.
func seeking() *workflow.Desk {
	d := *desk
	d.Geocode = true
	return &d
}

// asked tells whether a ticket's address waits to be looked up.
func (c *city) asked(t *testing.T, id string) (ok bool) {
	t.Helper()
	err := c.Tx(t.Context(), func(tx *store.Tx) (err error) {
		_, ok, err = tx.TryLookup(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// called is a report that somebody made by telephone, at a desk.
func (c *city) called(t *testing.T, d *workflow.Desk, in workflow.SubmitInput) models.Ticket {
	t.Helper()
	c.pothole(t, "lan")
	in.Actor, in.ReporterID, in.Channel = c.people["lan"], c.people["lan"].ID, "form"
	return c.must(t, func(tx *store.Tx) (models.Ticket, error) { return d.Submit(tx, in) })
}

func TestWhichPlacesAreLookedUp(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range map[string]struct {
			desk *workflow.Desk
			in   workflow.SubmitInput
			want bool
		}{
			"a house in a street":       {seeking(), workflow.SubmitInput{Words: "ổ gà", Address: "140 Nguyễn Trãi"}, true},
			"nobody to ask":             {desk, workflow.SubmitInput{Words: "ổ gà", Address: "140 Nguyễn Trãi"}, false},
			"a pin":                     {seeking(), workflow.SubmitInput{Words: "ổ gà", Address: "140 Nguyễn Trãi", Lat: &here.lat, Lon: &here.lon}, false},
			"a street without a number": {seeking(), workflow.SubmitInput{Words: "ổ gà", Address: "Nguyễn Trãi"}, false},
			"no address":                {seeking(), workflow.SubmitInput{Words: "ổ gà trước nhà 140 Nguyễn Trãi"}, false},
		} {
			if got := c.asked(t, c.called(t, tt.desk, tt.in).ID); got != tt.want {
				t.Errorf("%s is looked up: %t, want %t", name, got, tt.want)
			}
		}
	})
}

// TestLocate follows one ticket: what a computed point changes, and what undoes it.
func TestLocate(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		d := seeking()
		ticket := c.called(t, d, workflow.SubmitInput{Words: "ổ gà", Address: "140 Nguyễn Trãi"})
		if ticket.State != models.StateNew || ticket.Why != models.WhyNoPlace {
			t.Fatalf("without an area it waits for its place: %s, %s", ticket.State, ticket.Why)
		}
		if _, err := c.do(t, locate(act(c.hotline, ticket), here)); !errors.Is(err, models.ErrForbidden) {
			t.Errorf("a person pins a place, and computes none: %v", err)
		}
		ticket = c.must(t, locate(act(models.System(), ticket), here))
		infra := c.department(t, "infra_center")
		if !ticket.Geocoded || ticket.Lat == nil || *ticket.Lat != here.lat || ticket.AreaCode != ward(here).Code ||
			ticket.State != models.StateAssigned || ticket.DepartmentID == nil || *ticket.DepartmentID != infra ||
			ticket.Why != models.WhyRule {
			t.Errorf("the point gives it its area, and its department: %+v", ticket)
		}
		if _, err := c.do(t, locate(act(models.System(), ticket), there)); !errors.Is(err, models.ErrConflict) {
			t.Errorf("what has a point gets no other: %v", err)
		}

		amended := func(in workflow.AmendInput) models.Ticket {
			in.Act = act(c.people["lan"], ticket)
			return c.must(t, func(tx *store.Tx) (models.Ticket, error) { return d.Amend(tx, in) })
		}
		c.asked(t, ticket.ID)
		if got := amended(workflow.AmendInput{Words: "sâu lắm"}); !got.Geocoded || got.AreaCode != ticket.AreaCode {
			t.Errorf("words that name no place leave the point and its area: %+v", got)
		}
		if got := amended(workflow.AmendInput{Address: "12 Lê Lợi"}); got.Geocoded || got.Lat != nil || !c.asked(t, got.ID) {
			t.Errorf("the point of the old address is not that of the new one, which is looked up: %+v", got)
		}
		c.must(t, locate(act(models.System(), ticket), here))
		got := amended(workflow.AmendInput{Words: "ở " + ward(there).FullName})
		if got.Geocoded || got.Lat != nil || got.AreaCode != ward(there).Code {
			t.Errorf("who names another ward means another point: %+v", got)
		}
		got = c.must(t, locate(act(models.System(), ticket), here))
		if got.AreaCode != ward(there).Code {
			t.Errorf("the ward that was named goes before that of a computed point: %s", got.AreaCode)
		}
		got = c.must(t, triage(act(c.hotline, ticket), "", models.PriorityHigh))
		if !got.Geocoded || got.AreaCode != ward(there).Code {
			t.Errorf("a triage of something else leaves point and ward: %+v", got)
		}
		if got := amended(workflow.AmendInput{Lat: &here.lat, Lon: &here.lon}); got.Geocoded || got.AreaCode != ward(here).Code {
			t.Errorf("who pins the place knows it: %+v", got)
		}
	})
}

func TestLocateLeavesWhatAPersonDecides(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, in := range map[string]workflow.SubmitInput{
			"somebody has to listen": {Words: "ổ gà", Address: "140 Nguyễn Trãi", Listen: true},
			"two types are likely":   {Words: "ổ gà", Address: "140 Nguyễn Trãi", Unsure: models.WhyUnsureType},
		} {
			before := c.called(t, seeking(), in)
			after := c.must(t, locate(act(models.System(), before), here))
			if after.State != models.StateNew || after.DepartmentID != nil || after.Why != before.Why || after.SuggestedID == nil {
				t.Errorf("%s: the ticket stays with the hotline, with a suggestion: %+v", name, after)
			}
		}
	})
}

// TestSubmitAsksInTheSameBreath: whether there is a geocoder makes no exchange with PostgreSQL more.
func TestSubmitAsksInTheSameBreath(t *testing.T) {
	if os.Getenv(modelstest.DatabaseURL) == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s must name a PostgreSQL server in CI", modelstest.DatabaseURL)
		}
		return // make test names a server or fails
	}
	clock := modelstest.NewClock(t, start)
	var statements atomic.Int64
	s, err := store.Open(modelstest.PostgresDSN(t), store.Options{
		Now: clock.Now, Fault: func(string) error {
			statements.Add(1)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := newCity(t, s, clock)
	c.pothole(t, "lan")
	count := func(d *workflow.Desk) int64 {
		before := statements.Load()
		c.must(t, func(tx *store.Tx) (models.Ticket, error) {
			return d.Submit(tx, workflow.SubmitInput{
				Actor: c.people["lan"], ReporterID: c.people["lan"].ID, Channel: "form", Words: "ổ gà",
				Address: "140 Nguyễn Trãi",
			})
		})
		return statements.Load() - before
	}
	if off, on := count(desk), count(seeking()); off != on {
		t.Errorf("a report takes %d statements without a geocoder and %d with one; want as many", off, on)
	}
}

// TestAComputedAreaGoesWithItsPoint: a street may run through several wards, so that another house is looked up anew.
func TestAComputedAreaGoesWithItsPoint(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		d, next := seeking(), "142 Nguyễn Trãi"
		for name, tt := range map[string]struct{ words, want string }{
			"computed": {"ổ gà", ""},
			"named":    {"ổ gà ở " + ward(there).FullName, ward(there).Code},
		} {
			ticket := c.called(t, d, workflow.SubmitInput{Words: tt.words, Address: "140 Nguyễn Trãi"})
			c.must(t, locate(act(models.System(), ticket), here))
			got := c.must(t, func(tx *store.Tx) (models.Ticket, error) {
				return d.Triage(tx, workflow.TriageInput{Act: act(c.hotline, ticket), Address: &next})
			})
			if got.AreaCode != tt.want || got.Lat != nil || !c.asked(t, got.ID) {
				t.Errorf("%s: want no point, area %q and a new look; got %v, %q", name, tt.want, got.Lat, got.AreaCode)
			}
		}
	})
}
