package workflow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// north is a point so many metres north of another one.
func north(p point, metres float64) *point {
	return &point{p.lat + metres/models.MetresPerDegree, p.lon}
}

// similar are the codes that an actor is shown for a submission made now.
func (c *city) similar(t *testing.T, who models.Actor, in workflow.SubmitInput, hashes ...int64) (codes []string) {
	t.Helper()
	err := c.Read(t.Context(), func(tx *store.Tx) error {
		found, err := desk.Similar(tx, who, desk.Clue(tx, in, hashes))
		for _, s := range found {
			codes = append(codes, s.Code)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

// picture adds a picture of residents with a hash to a ticket.
func (c *city) picture(t *testing.T, ticketID string, hash int64) {
	t.Helper()
	err := c.Tx(t.Context(), func(tx *store.Tx) error {
		a := models.Attachment{
			TicketID: &ticketID, Kind: models.AttachmentEvidence, Media: models.MediaImage, Source: "{}",
		}
		if err := tx.InsertAttachment(&a); err != nil {
			return err
		}
		a, _, err := tx.ClaimAttachment(a.ID)
		if err != nil {
			return err
		}
		a.Status, a.DHash = models.AttachmentReady, hash
		return tx.SaveAttachment(&a)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSimilar: which of lan's tickets minh, lan herself and the hotline are shown. A pothole may be the same within
// 40 metres and 30 days, and ten days after its answer.
func TestSimilar(t *testing.T) {
	const pothole, karaoke, parking, cable = "road.pothole", "noise.karaoke", "traffic.illegal_parking", "utility.telecom_cable"
	const day = 24 * time.Hour
	type likes struct{ Resident, Own, Hotline bool }
	all, none := likes{true, true, true}, likes{}
	for name, tt := range map[string]struct {
		first, category, address, again string // the types of both; the address of the first, and of the second
		far                             float64
		nowhere, end                    bool // the second has no point; the first is answered at once
		age                             time.Duration
		first1, hash                    int64 // of their pictures
		want                            likes
	}{
		"39 metres away":              {first: pothole, far: 39, want: all},
		"41 metres away":              {first: pothole, far: 41, want: none},
		"of another type":             {first: pothole, category: cable, want: none},
		"29 days old":                 {first: pothole, age: 29 * day, want: all},
		"31 days old":                 {first: pothole, age: 31 * day, want: none},
		"answered 9 days ago":         {first: pothole, end: true, age: 9 * day, want: all},
		"answered 11 days ago":        {first: pothole, end: true, age: 11 * day, want: none},
		"of a type that never is":     {first: "bus.service", want: none},
		"of a type nobody may see":    {first: karaoke, want: likes{Own: true, Hotline: true}},
		"of a type with hidden names": {first: parking, want: likes{Own: true, Hotline: true}},
		"the same house":              {first: pothole, address: "trước 140 Tô Ký", again: "140 Tô Ký", nowhere: true, want: all},
		"another house":               {first: pothole, address: "trước 140 Tô Ký", again: "142 Tô Ký", nowhere: true, want: none},
		"the same person, no place":   {first: pothole, nowhere: true, want: likes{Own: true}},
		"the same picture, 290 m":     {first: pothole, category: cable, far: 290, first1: 0x0f0f, hash: 0x0f0d, want: all},
		"the same picture, 310 m":     {first: pothole, category: cable, far: 310, first1: 0x0f0f, hash: 0x0f0d, want: none},
		"another picture":             {first: pothole, category: cable, first1: 0x0f0f, hash: 0x7ff0f0, want: none},
		"two blank pictures":          {first: pothole, category: cable, far: 100, want: none},
	} {
		t.Run(name, func(t *testing.T) {
			eachCity(t, func(t *testing.T, c *city) {
				t.Helper()
				at := &here
				if tt.again != "" {
					at = nil
				}
				ticket := c.submit(t, submission{resident: "lan", words: "x", category: tt.first, address: tt.address, at: at})
				c.submit(t, submission{resident: "minh", words: "x", category: "bus.service"})
				c.picture(t, ticket.ID, tt.first1)
				if tt.end {
					c.must(t, resolve(act(c.hotline, ticket)))
				}
				c.clock.Move(tt.age)
				in := workflow.SubmitInput{Category: tt.category, Address: tt.again}
				if in.Category == "" {
					in.Category = tt.first
				}
				if p := north(here, tt.far); !tt.nowhere {
					in.Lat, in.Lon = &p.lat, &p.lon
				}
				seen := func(who models.Actor, reporter string) bool {
					in.ReporterID = reporter
					return len(c.similar(t, who, in, tt.hash)) > 0
				}
				lan, minh := c.people["lan"], c.people["minh"]
				got := likes{seen(minh, minh.ID), seen(lan, lan.ID), seen(c.hotline, "")}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("who is shown the ticket (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestSimilarOrder: the nearest first, five at most, of one's own department only, and without telling a department
// that two reports are of one person where it is not to know its reporters.
func TestSimilarOrder(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		t.Helper()
		var want []string
		for _, far := range []float64{30, 10, 20, 5, 35, 25} {
			ticket := c.submit(t, submission{resident: "lan", words: "ổ gà", at: north(here, far)})
			want = append(want, ticket.Code)
		}
		want = []string{want[3], want[1], want[2], want[5], want[0]}
		in := workflow.SubmitInput{Category: "road.pothole", Lat: &here.lat, Lon: &here.lon}
		if diff := cmp.Diff(want, c.similar(t, c.hotline, in)); diff != "" {
			t.Errorf("the nearest five (-want +got):\n%s", diff)
		}
		own := c.employ(t, models.RoleStaff, c.department(t, "infra_center"))
		other := c.employ(t, models.RoleStaff, c.department(t, "ward_urban", here))
		if got := c.similar(t, own, in); len(got) != 5 {
			t.Errorf("the department that has them sees them: %v", got)
		}
		if got := c.similar(t, other, in); len(got) != 0 {
			t.Errorf("another one sees none of them: %v", got)
		}
		first := c.submit(t, submission{resident: "lan", words: "x", category: "noise.karaoke", at: &here})
		again := c.submit(t, submission{resident: "lan", words: "x", category: "noise.karaoke"})
		police := c.department(t, "ward_police", here)
		c.must(t, assign(act(c.hotline, first), police), assign(act(c.hotline, again), police))
		officer := c.employ(t, models.RoleStaff, police)
		for who, want := range map[models.Actor]int{c.hotline: 1, officer: 0} {
			err := c.Read(t.Context(), func(tx *store.Tx) error {
				found, err := desk.SimilarTo(tx, who, again)
				if len(found) != want {
					t.Errorf("%s: reports of one person, one without a place: want %d, got %d", who.Role, want, len(found))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
