package workflow_test

import (
	"slices"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// found are the codes of the tickets that somebody at the hotline finds, the newest first.
func (c *city) found(t *testing.T, typed string) (codes []string) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Tickets(c.hotline, store.TicketFilter{Search: desk.Catalogue.Search(typed), Limit: 9})
		for _, row := range rows {
			codes = append(codes, row.Code)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

// TestSearchTakesWholeWordsFirst: a beginning is looked for only when nothing holds the words as they stand, and only
// of the last of them.
func TestSearchTakesWholeWordsFirst(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		an := c.submit(t, submission{resident: "lan", words: "An oi karaoke hu", category: "other", at: &here})
		anh := c.submit(t, submission{resident: "minh", words: "ano oi karaoke 12e5 hu 30001", category: "other", at: &here})
		for name, tt := range map[string]struct {
			typed string
			want  []string
		}{
			"a whole word":                      {"an", []string{an.Code}},
			"whole words in any order, accents": {"Hư karaoke ơi", []string{anh.Code, an.Code}},
			"a beginning, as no word is so":     {"kara", []string{anh.Code, an.Code}},
			"the last word's beginning":         {"ano kara", []string{anh.Code}},
			"a beginning that is not the last":  {"kara ano", nil},
			"a beginning that is too short":     {"kar", nil},
			"what looks like a number":          {"12e5", []string{anh.Code}},
			"a number's beginning":              {"3000", []string{anh.Code}},
			"signs of a query language":         {`an' & (ano) | !x:*`, nil},
		} {
			if got := c.found(t, tt.typed); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q is to find %v, found %v", name, tt.typed, tt.want, got)
			}
		}
	})
}

// TestSearchFollowsTheReports: a ticket is found by what its own reports say, and by nothing that was taken from it.
func TestSearchFollowsTheReports(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		first := c.submit(t, submission{resident: "lan", words: "zalpha", category: "road.pothole", at: &here})
		second := c.submit(t, submission{resident: "minh", words: "zbeta", category: "road.pothole", at: &here})
		finds := func(when, typed string, want ...string) {
			t.Helper()
			if got := c.found(t, typed); !slices.Equal(got, want) {
				t.Errorf("%s: %q is to find %v, found %v", when, typed, want, got)
			}
		}
		finds("as submitted", "zbeta", second.Code)
		hole, lamp := desk.Catalogue.Category("road.pothole").NameVi, desk.Catalogue.Category("utility.streetlight_out").NameEn
		finds("as submitted, by the name of its type too", hole+" zbeta", second.Code)
		c.must(t, triage(act(c.hotline, second), "utility.streetlight_out", ""))
		finds("of another type", lamp+" zbeta", second.Code)
		finds("of another type, by the former", hole+" zbeta")
		c.must(t, merge(act(c.hotline, second), first))
		finds("merged", "zbeta", first.Code)
		finds("merged", "zalpha zbeta", first.Code)
		c.must(t, unmerge(act(c.hotline, second)))
		finds("taken apart", "zbeta", second.Code)
		c.must(t, func(tx *store.Tx) (models.Ticket, error) {
			return desk.Amend(tx, workflow.AmendInput{Act: act(c.people["minh"], second), Words: "zgamma"})
		})
		finds("corrected", "zgamma zbeta", second.Code)
		withdraw := func(tx *store.Tx) (models.Ticket, error) {
			return desk.Withdraw(tx, workflow.WithdrawInput{Act: act(c.people["minh"], second)})
		}
		c.must(t, withdraw, redact(workflow.Act{Actor: models.System(), Ticket: second.ID}, c.people["minh"]))
		finds("forgotten", "zbeta")
	})
}
