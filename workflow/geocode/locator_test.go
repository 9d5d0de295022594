package geocode_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
	"github.com/vticket/vticket/workflow/geocode"
)

// Two wards beside each other; 0.001° of longitude is 109 m there.
const west, east = "26743", "26824"

func square(code, name string, from float64) places.Boundary {
	return places.Boundary{
		Area: places.Area{Code: code, Name: name, FullName: "Phường " + name, Kind: "phuong"},
		Geometry: fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]g,10.76],[%[2]g,10.76],[%[2]g,10.78],[%[1]g,10.78],[%[1]g,10.76]]]}`,
			from, from+0.02),
	}
}

// town is a city that has a geocoder, on one database.
type town struct {
	*store.Store
	*geocode.Locator

	clock  *modelstest.Clock
	server *nominatim
	lan    models.Actor
	log    *bytes.Buffer
	wakes  []models.Wake
}

func eachTown(t *testing.T, test func(t *testing.T, c *town)) {
	t.Helper()
	areas, err := places.NewIndex([]places.Boundary{square(west, "Bến Thành", 106.68), square(east, "Thủ Đức", 106.70)})
	if err != nil {
		t.Fatal(err)
	}
	desk, err := workflow.NewDesk(areas)
	if err != nil {
		t.Fatal(err)
	}
	desk.Geocode = true
	clock := modelstest.NewClock(t, noon)
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		c := &town{Store: s, clock: clock, server: newNominatim(t), log: &bytes.Buffer{}}
		s.OnCommit = func(_ context.Context, wakes []models.Wake) { c.wakes = append(c.wakes, wakes...) }
		log := slog.New(slog.NewTextHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Locator = &geocode.Locator{Store: s, Desk: desk, Client: c.server.client(clock.Now), Log: log}
		c.Client.Timeout = 200 * time.Millisecond
		c.tx(t, func(tx *store.Tx) error {
			if _, err := workflow.SeedDepartments(tx, desk.Catalogue, areas.All()); err != nil {
				return err
			}
			talk, _, err := tx.LockConversation("webchat", "web", "lan")
			c.lan = models.Actor{Kind: models.ActorResident, ID: talk.ReporterID}
			return err
		})
		test(t, c)
	})
}

func (c *town) tx(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := c.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// submit makes a ticket of a pothole at an address.
func (c *town) submit(t *testing.T, address, words string) (ticket models.Ticket) {
	t.Helper()
	c.tx(t, func(tx *store.Tx) (err error) {
		ticket, err = c.Desk.Submit(tx, workflow.SubmitInput{
			Actor: c.lan, ReporterID: c.lan.ID, Channel: "form", Words: words, Address: address,
		})
		return err
	})
	return ticket
}

// locate does the task, as a worker does a second later.
func (c *town) locate(t *testing.T, id string) {
	t.Helper()
	c.clock.Move(time.Second)
	if err := c.Locate(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// swept are the lookups that a sweep brings.
func (c *town) swept(t *testing.T) []models.Wake {
	t.Helper()
	wakes, err := c.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(wakes, func(w models.Wake) bool { return w.Kind != models.KindLocate })
}

// row is a ticket as it is in the database, with its events.
func (c *town) row(t *testing.T, id string) (ticket models.Ticket, verbs []models.Verb) {
	t.Helper()
	c.tx(t, func(tx *store.Tx) (err error) {
		if ticket, err = tx.Ticket(id); err != nil {
			return err
		}
		events, err := tx.Timeline(id)
		verbs = nil
		for _, e := range events {
			verbs = append(verbs, e.Verb)
			if strings.Contains(e.Data, "10.7") || strings.Contains(e.Data, "Nguy") {
				t.Errorf("an event says where it is: %s", e.Data)
			}
		}
		if differ, err := models.FoldTimeline(events, ticket); err != nil || len(differ) > 0 {
			t.Errorf("the timeline folds to another row in %v, %v", differ, err)
		}
		return err
	})
	return ticket, verbs
}

// waits tells when a lookup comes again; it counts as a try.
func (c *town) waits(t *testing.T, id string) (l models.Lookup, ok bool) {
	t.Helper()
	c.tx(t, func(tx *store.Tx) (err error) {
		l, ok, err = tx.TryLookup(id)
		return err
	})
	return l, ok
}

func (c *town) department(t *testing.T, code string) (id string) {
	t.Helper()
	c.tx(t, func(tx *store.Tx) error {
		d, err := tx.DepartmentByCode(code)
		id = d.ID
		return err
	})
	return id
}

func TestFoundPointGivesAreaAndDepartment(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		for name, tt := range map[string]struct {
			address, words string
			houses         []house
			lon            float64
			area           string
		}{
			"the house": {
				"140 Nguyễn Trãi", "ổ gà", []house{{"140", "Đường Nguyễn Trãi", 10.77, 106.69}}, 106.69, west,
			},
			"two entrances": {
				"140 Nguyễn Trãi", "ổ gà",
				[]house{{"140", "Nguyễn Trãi", 10.77, 106.71}, {"140", "Nguyễn Trãi", 10.77, 106.711}},
				106.71, east,
			},
			"its neighbours": {
				"140 Nguyễn Trãi", "ổ gà",
				[]house{{"142", "Nguyễn Trãi", 10.77, 106.70}, {"140", "Nguyễn Trãi", 10.77, 106.69}},
				106.69, west,
			},
			"one in each ward, and the address names one": {
				"140 Nguyễn Trãi, Phường Thủ Đức", "ổ gà",
				[]house{{"140", "Nguyễn Trãi", 10.77, 106.685}, {"140", "Nguyễn Trãi", 10.77, 106.715}},
				106.715, east,
			},
			"one in each ward, and the words name one": {
				"140 Nguyễn Trãi", "ổ gà lớn giữa đường, phường Thủ Đức",
				[]house{{"140", "Nguyễn Trãi", 10.77, 106.685}, {"140", "Nguyễn Trãi", 10.77, 106.715}},
				106.715, east,
			},
			"across the border of the ward that is named": {
				"140 Nguyễn Trãi, Phường Thủ Đức", "ổ gà",
				[]house{{"140", "Nguyễn Trãi", 10.77, 106.696}},
				106.696, east,
			},
			"a house in an alley": {
				"12 hẻm 47 Tô Ký", "ổ gà", []house{{"12", "Tô Ký", 10.77, 106.71}, {"47/12", "Tô Ký", 10.77, 106.69}}, 106.69, west,
			},
		} {
			c.server.houses, c.Client = tt.houses, c.server.client(c.clock.Now) // a map that nobody remembers
			before := c.submit(t, tt.address, tt.words)
			c.locate(t, before.ID)
			got, verbs := c.row(t, before.ID)
			if !got.Geocoded || got.Lat == nil || *got.Lon != tt.lon || got.AreaCode != tt.area || got.DepartmentID == nil {
				t.Errorf("%s: want a point at %g in %s and a department: %+v", name, tt.lon, tt.area, got)
			}
			differ(t, name+": its events", []models.Verb{models.VerbSubmit, models.VerbLocate}, verbs)
			if _, ok := c.waits(t, before.ID); ok {
				t.Errorf("%s: the lookup is over", name)
			}
		}
		ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
		if ticket.Why != models.WhyNoPlace || ticket.DepartmentID != nil {
			t.Fatalf("nothing waits for the geocoder: the ticket is the hotline's, %+v", ticket)
		}
		c.server.houses, c.Client = []house{{"140", "Nguyễn Trãi", 10.77, 106.69}}, c.server.client(c.clock.Now)
		c.locate(t, ticket.ID)
		got, _ := c.row(t, ticket.ID)
		if got.State != models.StateAssigned || *got.DepartmentID != c.department(t, "infra_center") {
			t.Errorf("now it is the department's: %+v", got)
		}
	})
}

func TestAnswersThatAreNotBelieved(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		for name, tt := range map[string]struct {
			address string
			houses  []house
		}{
			"nobody knows the house": {"140 Nguyễn Trãi", nil},
			"another house number":   {"140 Nguyễn Trãi", []house{{"14", "Nguyễn Trãi", 10.77, 106.69}}},
			"another part of the alley": {
				"27A/5 Nguyễn Trãi", []house{{"27A", "Nguyễn Trãi", 10.77, 106.69}, {"27A/5/1", "Nguyễn Trãi", 10.77, 106.69}},
			},
			"another street that ends alike": {"140 Nguyễn Trãi", []house{{"140", "Hẻm 3 Nguyễn Trãi", 10.77, 106.69}}},
			"two houses apart": {
				"140 Nguyễn Trãi", []house{{"140", "Nguyễn Trãi", 10.77, 106.685}, {"140", "Nguyễn Trãi", 10.77, 106.69}},
			},
			"a row of houses, of which the ends are apart": {
				"140 Nguyễn Trãi",
				[]house{
					{"140", "Nguyễn Trãi", 10.77, 106.691}, {"140", "Nguyễn Trãi", 10.77, 106.690}, {"140", "Nguyễn Trãi", 10.77, 106.692},
				},
			},
			"far from the ward that is named": {
				"140 Nguyễn Trãi, Phường Thủ Đức", []house{{"140", "Nguyễn Trãi", 10.77, 106.69}},
			},
			"outside of the city": {"140 Nguyễn Trãi", []house{{"140", "Nguyễn Trãi", 10.90, 106.69}}},
		} {
			c.server.houses, c.Client = tt.houses, c.server.client(c.clock.Now)
			made := c.submit(t, tt.address, "ổ gà")
			before, _ := c.row(t, made.ID)
			asked := c.server.asked()
			c.locate(t, made.ID)
			after, verbs := c.row(t, made.ID)
			differ(t, name+": the ticket stays as it was", before, after)
			differ(t, name+": its events", []models.Verb{models.VerbSubmit}, verbs)
			if _, ok := c.waits(t, made.ID); ok || c.server.asked() != asked+1 {
				t.Errorf("%s: it is asked once and for all: waits %t, %d requests", name, ok, c.server.asked()-asked)
			}
		}
	})
}

// TestFailuresAreTriedAgain: six times, later each time, and the ticket is as it was.
func TestFailuresAreTriedAgain(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		for name, answer := range map[string]http.HandlerFunc{
			"a fault":         status(http.StatusInternalServerError),
			"it hangs":        func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			"no JSON":         body("<html>"),
			"more than 1 MiB": body("[" + strings.Repeat(" ", 1<<20) + "]"),
		} {
			c.server.set(answer, nil)
			c.Client = c.server.client(c.clock.Now)
			c.Client.Timeout = 50 * time.Millisecond
			made := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
			before, _ := c.row(t, made.ID)
			c.locate(t, made.ID)
			for try, minutes := range []int{1, 4, 16, 64, 256} {
				least := time.Duration(minutes) * time.Minute
				c.clock.Move(least - time.Second)
				if wakes := c.swept(t); len(wakes) > 0 {
					t.Errorf("%s: after try %d it comes again, but not within %s: %v", name, try+1, least, wakes)
				}
				c.clock.Move(least + time.Second)
				if wakes := c.swept(t); len(wakes) != 1 || wakes[0].ID != made.ID {
					t.Fatalf("%s: after try %d it comes again within %s: %v", name, try+1, 2*least, wakes)
				}
				c.locate(t, made.ID)
			}
			if l, ok := c.waits(t, made.ID); ok {
				t.Errorf("%s: after six tries it is over: %+v", name, l)
			}
			after, _ := c.row(t, made.ID)
			differ(t, name+": the ticket stays as it was", before, after)
		}
		c.server.set(nil, nil)
	})
}

func TestWhoComesTooOftenComesAgain(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		c.server.houses = []house{{"140", "Nguyễn Trãi", 10.77, 106.69}, {"9", "Tô Ký", 10.77, 106.69}}
		first, second := c.submit(t, "140 Nguyễn Trãi", "ổ gà"), c.submit(t, "9 Tô Ký", "ổ gà")
		c.server.set(nil, func() {
			if err := c.Locate(t.Context(), second.ID); err != nil {
				t.Error(err)
			}
		})
		c.locate(t, first.ID)
		c.server.set(nil, nil)
		if got, _ := c.row(t, second.ID); got.Geocoded || c.server.asked() != 1 {
			t.Errorf("one thing is asked at a time: %d requests", c.server.asked())
		}
		c.clock.Move(2 * time.Minute)
		if wakes := c.swept(t); len(wakes) != 1 || wakes[0].ID != second.ID {
			t.Fatalf("the other comes again: %v", wakes)
		}
		c.locate(t, second.ID)
		if got, _ := c.row(t, second.ID); !got.Geocoded {
			t.Error("and then is found")
		}
	})
}

func TestLostBellIsMadeGoodBySweep(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		c.server.houses = []house{{"140", "Nguyễn Trãi", 10.77, 106.69}}
		ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
		rung := func(w models.Wake) bool { return w.Kind == models.KindLocate && w.ID == ticket.ID && w.At.IsZero() }
		if !slices.ContainsFunc(c.wakes, rung) {
			t.Errorf("the lookup is rung for at once: %+v", c.wakes)
		}
		if wakes := c.swept(t); len(wakes) > 0 {
			t.Errorf("and not swept while its task may run: %+v", wakes)
		}
		c.clock.Move(20 * time.Second)
		wakes := c.swept(t)
		if len(wakes) != 1 || wakes[0].ID != ticket.ID {
			t.Fatalf("Redis lost it, the sweep finds it: %+v", wakes)
		}
		c.locate(t, wakes[0].ID)
		c.locate(t, wakes[0].ID) // the other task comes late
		got, verbs := c.row(t, ticket.ID)
		if !got.Geocoded {
			t.Errorf("it is located: %+v", got)
		}
		differ(t, "once", []models.Verb{models.VerbSubmit, models.VerbLocate}, verbs)
	})
}

// TestWhatHappensMeanwhile changes the ticket while the geocoder thinks.
func TestWhatHappensMeanwhile(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		c.server.houses = []house{{"140", "Nguyễn Trãi", 10.77, 106.69}}
		lat, lon := 10.765, 106.705
		act := func(ticket models.Ticket) workflow.Act { return workflow.Act{Actor: c.lan, Ticket: ticket.ID} }
		for name, tt := range map[string]struct {
			change func(tx *store.Tx, t models.Ticket) (models.Ticket, error)
			verb   models.Verb
			anew   bool // another lookup waits
		}{
			"it is withdrawn": {func(tx *store.Tx, t models.Ticket) (models.Ticket, error) {
				return c.Desk.Withdraw(tx, workflow.WithdrawInput{Act: act(t)})
			}, models.VerbWithdraw, false},
			"it is pinned": {func(tx *store.Tx, t models.Ticket) (models.Ticket, error) {
				return c.Desk.Amend(tx, workflow.AmendInput{Act: act(t), Lat: &lat, Lon: &lon})
			}, models.VerbAmend, false},
			"its address was another": {func(tx *store.Tx, t models.Ticket) (models.Ticket, error) {
				return c.Desk.Amend(tx, workflow.AmendInput{Act: act(t), Address: "9 Tô Ký"})
			}, models.VerbAmend, true},
			"its address is no house": {func(tx *store.Tx, t models.Ticket) (models.Ticket, error) {
				return c.Desk.Amend(tx, workflow.AmendInput{Act: act(t), Address: "gần chợ Bến Thành"})
			}, models.VerbAmend, false},
		} {
			c.Client = c.server.client(c.clock.Now)
			ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
			c.server.set(nil, func() {
				err := c.Tx(t.Context(), func(tx *store.Tx) error {
					_, err := tt.change(tx, ticket)
					return err
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			c.clock.Move(time.Second)
			c.locate(t, ticket.ID)
			c.server.set(nil, nil)
			got, verbs := c.row(t, ticket.ID)
			if got.Geocoded {
				t.Errorf("%s: the answer is to the ticket of before: %+v", name, got)
			}
			differ(t, name+": its events", []models.Verb{models.VerbSubmit, tt.verb}, verbs)
			if l, ok := c.waits(t, ticket.ID); ok != tt.anew || ok && l.Attempts != 1 {
				t.Errorf("%s: another lookup waits: %t, want %t, not tried so far: %+v", name, ok, tt.anew, l)
			}
		}
	})
}

// TestKilledBetweenAnswerAndCommit: the worker dies with the answer in its hands.
func TestKilledBetweenAnswerAndCommit(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		c.server.houses = []house{{"140", "Nguyễn Trãi", 10.77, 106.69}}
		ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
		commits := 0
		c.BeforeCommit = func(context.Context, []models.Wake) {
			if commits++; commits == 2 { // the first counts the try
				panic("killed") //nolint:forbidigo // it is what ends the worker
			}
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the worker is to die before its second commit")
				}
			}()
			_ = c.Locate(t.Context(), ticket.ID)
		}()
		if _, verbs := c.row(t, ticket.ID); len(verbs) != 1 {
			t.Errorf("nothing is kept: %v", verbs)
		}
		c.Client = c.server.client(c.clock.Now) // of another worker
		c.clock.Move(20 * time.Second)
		wakes := c.swept(t)
		if len(wakes) != 1 {
			t.Fatalf("the sweep brings the lookup: %v", wakes)
		}
		c.locate(t, wakes[0].ID)
		got, verbs := c.row(t, ticket.ID)
		if !got.Geocoded || c.server.asked() != 2 {
			t.Errorf("it is asked again and located: %t, %d requests", got.Geocoded, c.server.asked())
		}
		differ(t, "with one event", []models.Verb{models.VerbSubmit, models.VerbLocate}, verbs)
	})
}

// TestLookupThatEndsItsWorkers is counted also when nobody lives to tell.
func TestLookupThatEndsItsWorkers(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
		for range 6 {
			c.waits(t, ticket.ID)
		}
		c.locate(t, ticket.ID)
		if _, ok := c.waits(t, ticket.ID); ok || c.server.asked() > 0 {
			t.Errorf("after six tries it is over, and nobody is asked: waits %t, %d requests", ok, c.server.asked())
		}
	})
}

func TestGeocoderThatIsTakenAway(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
		c.Client = nil
		c.locate(t, ticket.ID)
		if _, ok := c.waits(t, ticket.ID); ok {
			t.Error("lookups of before are dropped")
		}
	})
}

// TestNobodyElseLearnsTheAddress looks into all that a lookup leaves behind.
func TestNobodyElseLearnsTheAddress(t *testing.T) {
	eachTown(t, func(t *testing.T, c *town) {
		t.Helper()
		c.server.houses = []house{{"140", "Nguyễn Trãi", 10.77, 106.69}}
		for _, answer := range []http.HandlerFunc{
			nil, status(http.StatusInternalServerError), body("140 Nguyễn Trãi"), broken("140 Nguyễn Trãi"),
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		} {
			c.server.set(answer, nil)
			c.Client = c.server.client(c.clock.Now)
			c.Client.Timeout = 50 * time.Millisecond
			ticket := c.submit(t, "140 Nguyễn Trãi", "ổ gà")
			c.locate(t, ticket.ID)
			c.row(t, ticket.ID) // which looks into its events
		}
		left := c.log.String() + fmt.Sprintf("%+v", c.wakes)
		if strings.Count(left, "ticket_id=") < 5 {
			t.Errorf("the log says of each lookup how it went:\n%s", left)
		}
		for _, word := range []string{"Nguy", "nguy", "140 ", "140+", "140%20", "10.77"} {
			if strings.Contains(left, word) {
				t.Errorf("%q stands in a log or a task:\n%s", word, left)
			}
		}
	})
}
