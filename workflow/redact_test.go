package workflow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func redact(act workflow.Act, reporter models.Actor) verb {
	return func(tx *store.Tx) (models.Ticket, error) {
		return desk.Redact(tx, workflow.RedactInput{Act: act, ReporterID: reporter.ID})
	}
}

func TestRedactForgetsAReporterOnce(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		at := point{10.771234, 106.691234}
		made := c.submit(t, submission{resident: "lan", words: "ổ gà", address: "140 Tô Ký", at: &at})
		system := workflow.Act{Actor: models.System(), Ticket: made.ID}
		if _, err := c.do(t, redact(system, c.people["lan"])); !errors.As(err, &models.IllegalMove{}) {
			t.Errorf("an open ticket keeps what its department needs: %v", err)
		}
		if _, err := c.do(t, redact(workflow.Act{Actor: c.hotline, Ticket: made.ID}, c.people["lan"])); !errors.Is(err, models.ErrForbidden) {
			t.Errorf("no colleague redacts by hand: %v", err)
		}
		c.must(t, func(tx *store.Tx) (models.Ticket, error) {
			return desk.Withdraw(tx, workflow.WithdrawInput{Act: workflow.Act{Actor: c.people["lan"], Ticket: made.ID}})
		})
		after := c.must(t, redact(system, c.people["lan"]), redact(system, c.people["lan"]))
		var verbs []string
		var reports []models.Report
		err := c.Read(t.Context(), func(tx *store.Tx) error {
			events, err := tx.Timeline(made.ID)
			for _, e := range events {
				verbs = append(verbs, string(e.Verb))
			}
			if err == nil {
				reports, err = tx.Reports(made.ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"submit", "withdraw", "redact"}; !slices.Equal(verbs, want) {
			t.Errorf("twice is once: %v, want %v", verbs, want)
		}
		if r := reports[0]; r.Words != "" || r.WordsSalt != "" || r.Address != "" || r.Lat != nil || r.TrackToken != "" {
			t.Errorf("nothing of the report is left: %+v", r)
		}
		if after.Address != "Tô Ký" || *after.Lat != 10.771 || *after.Lon != 106.691 {
			t.Errorf("the street and about 100 m are left of the place: %q %v %v", after.Address, *after.Lat, *after.Lon)
		}
		if a, err := c.VerifyAudit(t.Context()); err != nil || len(a.Faults) > 0 {
			t.Errorf("the chain is whole: %+v %v", a, err)
		}
	})
}

// TestRedactForgetsThePlace: of a place the street and about 100 m are left once everybody who reported it is forgotten,
// wherever a merge has brought their reports; and not before.
func TestRedactForgetsThePlace(t *testing.T) {
	type place struct {
		Address, Search string
		Lat, Lon        float64
	}
	exact := place{"140/7 Tô Ký", "140 7 to ky", 10.771234, 106.691234}
	street := place{"Tô Ký", "to ky", 10.771, 106.691}
	at := point{exact.Lat, exact.Lon}
	for name, tt := range map[string]struct {
		joined bool // the ticket of lan and mai is merged into another one, of vy
		forget []string
		want   place
	}{
		"the other reporter is not forgotten":                 {false, []string{"lan"}, exact},
		"both are forgotten":                                  {false, []string{"lan", "mai"}, street},
		"merged, the other reporter of it is not forgotten":   {true, []string{"lan", "vy"}, exact},
		"merged, both are forgotten, who reported first last": {true, []string{"mai", "lan"}, street},
	} {
		t.Run(name, func(t *testing.T) {
			eachCity(t, func(t *testing.T, c *city) {
				t.Helper()
				ticket := c.submit(t, submission{resident: "lan", words: "ổ gà", address: exact.Address, at: &at})
				over := c.submit(t, submission{resident: "vy", words: "ổ gà", address: "24 Lê Lợi", at: &here})
				c.follow(t, "mai", ticket)
				if tt.joined {
					c.must(t, merge(act(c.hotline, ticket), over))
				} else {
					over = ticket
				}
				c.must(t, resolve(act(c.hotline, over)), closing(act(models.System(), over)))
				for _, who := range tt.forget {
					c.must(t, redact(act(models.System(), over), c.people[who]))
				}
				row := c.ticket(t, ticket.ID)
				if diff := cmp.Diff(tt.want, place{row.Address, row.Search, *row.Lat, *row.Lon}); diff != "" {
					t.Errorf("what is left of the place (-want +got):\n%s", diff)
				}
				c.expectSound(t, ticket, over)
			})
		})
	}
}

// TestCorrectionsAreExamples: what a person has made of what was read is to be had again, but for those to be erased.
func TestCorrectionsAreExamples(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		right := c.pothole(t, "an")
		wrong := c.submit(t, submission{resident: "binh", words: "ổ gà to", at: &here})
		chosen := c.submit(t, submission{resident: "chi", words: "ổ gà", category: "green.park", at: &here})
		later := c.submit(t, submission{resident: "dung", words: "ổ gà sâu", at: &here})
		gone := c.submit(t, submission{resident: "em", words: "ổ gà của em", at: &here})
		correct := func(ticket models.Ticket, category string, priority models.Priority) {
			c.must(t, func(tx *store.Tx) (models.Ticket, error) {
				return desk.Triage(tx, workflow.TriageInput{
					Act: workflow.Act{Actor: c.hotline, Ticket: ticket.ID}, Category: category, Priority: priority,
				})
			})
		}
		correct(right, "", models.PriorityHigh)
		correct(wrong, "drainage.flooding", "")
		correct(chosen, "road.pothole", "")
		correct(later, "drainage.manhole_cover", models.PriorityLow)
		correct(gone, "drainage.flooding", "")
		var got []store.Correction
		err := c.Tx(t.Context(), func(tx *store.Tx) (err error) {
			if _, err = tx.AskErasure(c.people["em"].ID, tx.Now); err != nil {
				return err
			}
			got, err = tx.Corrections(10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []store.Correction{
			{Category: "drainage.manhole_cover", Priority: models.PriorityLow, Words: "ổ gà sâu"},
			{Category: "drainage.flooding", Priority: desk.Catalogue.Category("drainage.flooding").Priority, Words: "ổ gà to"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("types that a person has corrected, newest first (-want +got):\n%s", diff)
		}
	})
}
