package workflow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func TestDispatchSaysWhy(t *testing.T) {
	type decision struct {
		State      models.State
		Why        models.DispatchWhy
		Category   string
		Department string // code
		Suggested  string
	}
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		err := c.Tx(t.Context(), func(tx *store.Tx) error { // a second company: who of them is not for the machine
			return tx.SaveDepartments([]models.Department{{Code: "water_east", Name: "Cấp nước Thủ Đức", Role: "water_company"}})
		})
		if err != nil {
			t.Fatal(err)
		}
		office := "ward_urban-" + ward(here).Code
		for name, tt := range map[string]struct {
			in   submission
			want decision
		}{
			"a sure pothole on a street goes to the city's centre": {
				submission{words: "ổ gà to trên đường Trần Hưng Đạo", at: &here},
				decision{models.StateAssigned, models.WhyRule, "road.pothole", "infra_center", "infra_center"},
			},
			"in an alley it goes to the ward": {
				submission{words: "ổ gà to trong hẻm 12", at: &here},
				decision{models.StateAssigned, models.WhyRule, "road.pothole", office, office},
			},
			"the alley may stand in the address": {
				submission{words: "ổ gà to", address: "hẻm 47 Trần Hưng Đạo", at: &here},
				decision{models.StateAssigned, models.WhyRule, "road.pothole", office, office},
			},
			"karaoke always goes by way of the hotline": {
				submission{words: "nhà bên hát karaoke loa kéo ồn quá", at: &here},
				decision{models.StateNew, models.WhyHotlineType, "noise.karaoke", "", "ward_police-" + ward(here).Code},
			},
			"words that say nothing are for a person": {
				submission{words: "chỗ này kỳ quá", at: &here},
				decision{models.StateNew, models.WhyHotlineType, models.OtherCategory, "", models.HotlineCode},
			},
			"a pothole somewhere is a pothole nowhere": {
				submission{words: "ổ gà to trên đường"},
				decision{models.StateNew, models.WhyNoPlace, "road.pothole", "", "infra_center"},
			},
			"a point in the sea is no place either": {
				submission{words: "ổ gà to trên đường", at: &outside},
				decision{models.StateNew, models.WhyNoPlace, "road.pothole", "", "infra_center"},
			},
			"without a place no ward can be suggested": {
				submission{words: "ổ gà to trong hẻm"},
				decision{models.StateNew, models.WhyNoPlace, "road.pothole", "", ""},
			},
			"two companies for one thing are none": {
				submission{words: "bể ống nước", category: "utility.water_burst", at: &here},
				decision{models.StateNew, models.WhyNoDepartment, "utility.water_burst", "", ""},
			},
			"a complaint about an official is nobody's but the hotline's": {
				submission{words: "cán bộ phường vòi vĩnh, nhũng nhiễu", category: "admin.staff_conduct", at: &here},
				decision{models.StateNew, models.WhyConflict, "admin.staff_conduct", "", ""},
			},
		} {
			t.Run(name, func(t *testing.T) {
				tt.in.resident = name
				ticket := c.submit(t, tt.in)
				got := decision{ticket.State, ticket.Why, ticket.Category, c.code(t, ticket.DepartmentID), c.code(t, ticket.SuggestedID)}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("confidence %.2f (-want +got):\n%s", ticket.Confidence, diff)
				}
			})
		}
		t.Run("a type that is only guessed is for a person", func(t *testing.T) {
			strict := *desk
			strict.Catalogue.Categories = map[string]models.Category{}
			for key, category := range desk.Catalogue.Categories {
				category.MinConfidence = 1.1
				strict.Catalogue.Categories[key] = category
			}
			sure := desk
			desk = &strict
			defer func() { desk = sure }()
			ticket := c.pothole(t, "strict")
			if ticket.State != models.StateNew || ticket.Why != models.WhyUnsureType || c.code(t, ticket.SuggestedID) != "infra_center" {
				t.Errorf("want new, %s with a suggestion; got %+v", models.WhyUnsureType, ticket)
			}
		})
	})
}

// TestDangerNeedsNoType: whoever calls for help need not say of which type it is.
func TestDangerNeedsNoType(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.submit(t, submission{resident: "lan", words: "cứu với có người đang bị đè", at: &here})
		if ticket.Category != models.OtherCategory || ticket.Priority != models.PriorityCritical || ticket.State != models.StateNew {
			t.Errorf("the hotline is to have it as critical, of no type; got %s, %s, %s", ticket.State, ticket.Priority, ticket.Category)
		}
	})
}

// code names a department as people configure it.
func (c *city) code(t *testing.T, id *string) (code string) {
	t.Helper()
	if id == nil {
		return ""
	}
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		d, err := tx.Department(*id)
		code = d.Code
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAlleyOfTheFirstWordsStays(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		ticket := c.submit(t, submission{resident: "lan", words: "ổ gà to trong hẻm 12", at: &here})
		ticket = c.must(t, triage(act(c.hotline, ticket), "", models.PriorityHigh))
		if ticket.Road != models.RoadAlley || c.code(t, ticket.SuggestedID) != "ward_urban-"+ward(here).Code {
			t.Errorf("a new priority does not make a street of an alley: %s, %s", ticket.Road, c.code(t, ticket.SuggestedID))
		}
		ticket = c.must(t, amend(act(c.people["lan"], ticket), "sâu lắm", &there))
		if got := c.code(t, ticket.DepartmentID); got != "ward_urban-"+ward(there).Code || ticket.State != models.StateAssigned {
			t.Errorf("a better pin leads to the other ward's office, not to the city's centre; got %s", got)
		}
		street := c.submit(t, submission{resident: "minh", words: "ổ gà to", at: &here})
		street = c.must(t, amend(act(c.people["minh"], street), "ở trong hẻm 3 nhé", nil))
		if got := c.code(t, street.DepartmentID); got != "ward_urban-"+ward(here).Code {
			t.Errorf("words that come later can say that it is an alley; it went to %s", got)
		}
	})
}

// Without a pin the words name the ward, if they leave no choice.
func TestWordsNameTheWard(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range map[string]struct {
			in   submission
			want string
		}{
			"in the address":                     {submission{words: "ổ gà to", address: "140 Tô Ký, p. trung mỹ tây"}, "Phường Trung Mỹ Tây"},
			"in the words":                       {submission{words: "ổ gà to ở phuong tan phu", address: "140 Tô Ký"}, "Phường Tân Phú"},
			"a district is several":              {submission{words: "ổ gà to", address: "140 Tô Ký, q12"}, ""},
			"several are not decided by words":   {submission{words: "ổ gà to, phường Tân Phú", address: "10 Lê Lợi, quận 1"}, ""},
			"a zone need not lie where its name": {submission{words: "ổ gà to", address: "KCN Vĩnh Lộc"}, ""},
			"a pin knows better":                 {submission{words: "ổ gà to ở phường Tân Phú", at: &here}, ward(here).FullName},
		} {
			t.Run(name, func(t *testing.T) {
				tt.in.resident = name
				ticket := c.submit(t, tt.in)
				if area, _ := desk.Areas.Area(ticket.AreaCode); area.FullName != tt.want {
					t.Errorf("the ticket is in %q, not in %q", area.FullName, tt.want)
				}
			})
		}
		ticket := c.submit(t, submission{resident: "lan", words: "ổ gà to ở phường Tân Phú"})
		ticket = c.must(t, triage(act(c.hotline, ticket), "", models.PriorityHigh))
		if area, _ := desk.Areas.Area(ticket.AreaCode); area.FullName != "Phường Tân Phú" {
			t.Errorf("a new priority moves no ticket; it is in %q now", area.FullName)
		}
	})
}
