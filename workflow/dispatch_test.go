package workflow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
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

// TestTriageKeepsWhyAPersonDecides: a number of another system says nothing of whose a ticket is.
func TestTriageKeepsWhyAPersonDecides(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		number, address := "CV-12", "142 Lê Lợi"
		returned := func() models.Ticket {
			ticket := c.pothole(t, "lan")
			return c.must(t, returning(act(c.employ(t, models.RoleLead, *ticket.DepartmentID), ticket)))
		}
		listen := func() models.Ticket {
			return c.called(t, desk, workflow.SubmitInput{Words: "ổ gà", Lat: &here.lat, Lon: &here.lon, Listen: true})
		}
		for name, tt := range map[string]struct {
			begin     func() models.Ticket
			in        workflow.TriageInput
			why       models.DispatchWhy
			suggested string
		}{
			"returned, a number":  {returned, workflow.TriageInput{ExternalRefs: &number}, models.WhyReturned, ""},
			"returned, urgent":    {returned, workflow.TriageInput{Priority: models.PriorityHigh}, models.WhyReturned, ""},
			"returned, an alley":  {returned, workflow.TriageInput{Address: new("hẻm 12 Lê Lợi")}, models.WhyReturned, "ward_urban-" + ward(here).Code},
			"returned, conduct":   {returned, workflow.TriageInput{Category: "admin.staff_conduct"}, models.WhyConflict, ""},
			"to hear, a number":   {listen, workflow.TriageInput{ExternalRefs: &number}, models.WhyListen, "infra_center"},
			"to hear, an address": {listen, workflow.TriageInput{Address: &address}, models.WhyListen, "infra_center"},
		} {
			ticket := tt.begin()
			tt.in.Act = act(c.hotline, ticket)
			got := c.must(t, func(tx *store.Tx) (models.Ticket, error) { return desk.Triage(tx, tt.in) })
			if got.Why != tt.why || c.code(t, got.SuggestedID) != tt.suggested || got.State != models.StateNew {
				t.Errorf("%s: want %s and %q, got %s and %q, %s", name, tt.why, tt.suggested, got.Why,
					c.code(t, got.SuggestedID), got.State)
			}
		}
	})
}

// TestCorrectedAddressKeepsTheWard: who corrects a number, or adds a street, has not said that it is another ward.
func TestCorrectedAddressKeepsTheWard(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		const named = "ổ gà to ở phường Tân Phú"
		for name, tt := range map[string]struct {
			words, was, is, want string
		}{
			"another number":                    {named, "140 Lê Lợi", "142 Lê Lợi", "Phường Tân Phú"},
			"the ward stood in the address":     {"ổ gà to", "140 Lê Lợi, phường Tân Phú", "142 đường Lê Lợi", "Phường Tân Phú"},
			"a street where there was none":     {named, "", "142 Lê Lợi", "Phường Tân Phú"},
			"another ward":                      {named, "140 Lê Lợi", "140 Lê Lợi, phường Trung Mỹ Tây", "Phường Trung Mỹ Tây"},
			"wards to choose from":              {named, "140 Lê Lợi", "140 Lê Lợi, quận 12", ""},
			"another street may be elsewhere":   {named, "140 Lê Lợi", "12 Tô Ký", ""},
			"the address is wrong, and no more": {named, "140 Lê Lợi", "", ""},
		} {
			ticket := c.called(t, desk, workflow.SubmitInput{Words: tt.words, Address: tt.was})
			got := c.must(t, func(tx *store.Tx) (models.Ticket, error) {
				return desk.Triage(tx, workflow.TriageInput{Act: act(c.hotline, ticket), Address: &tt.is})
			})
			if area, _ := desk.Areas.Area(got.AreaCode); area.FullName != tt.want {
				t.Errorf("%s: the ticket is in %q, want %q", name, area.FullName, tt.want)
			}
		}
	})
}

// TestTriageKeepsTheHigherPriority: who corrects a type has not said that a danger is over; who names a priority has.
func TestTriageKeepsTheHigherPriority(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		for name, tt := range map[string]struct {
			was      models.Priority
			category string
			named    models.Priority
			want     models.Priority
		}{
			"a type of less is named":               {models.PriorityCritical, "road.pothole", "", models.PriorityCritical},
			"a type of more is named":               {models.PriorityNormal, "utility.power_outage", "", models.PriorityHigh},
			"a type and a lower priority are named": {models.PriorityCritical, "road.pothole", models.PriorityNormal, models.PriorityNormal},
			"less than the type's is named":         {models.PriorityNormal, "utility.power_outage", models.PriorityLow, models.PriorityLow},
		} {
			ticket := c.pothole(t, "lan")
			a := act(c.hotline, ticket)
			got := c.must(t, triage(a, "", tt.was), triage(a, tt.category, tt.named))
			if got.Priority != tt.want {
				t.Errorf("%s: want %s, got %s", name, tt.want, got.Priority)
			}
		}
	})
}
