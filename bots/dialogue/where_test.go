package dialogue_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// located is a place as a page of ours brings it; words may be empty.
func located(accuracy float64, words string) *bots.Incoming {
	in := pin()
	in.AccuracyM, in.Beside = accuracy, true
	if words != "" {
		in.Text = &words
	}
	return in
}

func TestReduceAsksForTheStreetOfARoughPoint(t *testing.T) {
	place, street := "say ask_place +location", "say ask_street"
	runAll(t, map[string]scenario{
		"300 m are a place": {
			steps: []step{{event: said(lamp)}, {event: located(300, "")}, {after: 3 * second}}, want: []string{"submit"},
		},
		"more are asked about once": {
			steps: []step{{event: said(lamp)}, {event: located(301, "")}, {after: 10 * time.Minute}}, want: []string{street}, open: true,
		},
		"any words after that are the street": {
			steps: []step{{event: said(lamp)}, {event: located(900, "")}, {after: 9 * second, event: said("gần chợ Bà Chiểu")}, {after: 3 * second}},
			want:  []string{street, "submit"},
		},
		"with words it is a place": {
			steps: []step{{event: said(lamp)}, {event: located(900, "gần chợ Bà Chiểu")}, {after: 3 * second}}, want: []string{"submit"},
		},
		"a better point is one too": {
			steps: []step{{event: said(lamp)}, {event: located(900, "")}, {after: 9 * second, event: located(8, "")}, {after: 3 * second}},
			want:  []string{street, "submit"},
		},
		"it comes after the question for the place": {
			steps: []step{{event: said(lamp)}, {after: 7 * second, event: located(900, "")}, {after: 7 * second}},
			want:  []string{place, street}, open: true,
		},
		"unanswered, the rough point has to do": {
			steps: []step{{event: said(lamp)}, {after: time.Hour, event: located(900, "")}, {after: 15 * time.Minute}},
			want:  []string{place, street, "submit"},
		},
		"a danger waits for no street": {
			steps: []step{{event: said(danger)}, {event: located(900, "")}, {after: 3 * time.Minute}},
			want:  []string{"say danger", street, "submit"},
		},
	})
}

func TestReduceTakesWordsForAPlaceFromAPage(t *testing.T) {
	words := located(0, "huỷ")
	words.Lat, words.Lon = nil, nil
	runAll(t, map[string]scenario{
		"they are no command": {
			steps: []step{{event: said(lamp)}, {after: 7 * second, event: words}, {after: 3 * second}},
			want:  []string{"say ask_place +location", "submit"},
		},
	})
}

var linkInText = regexp.MustCompile(`https://1022\.example\.vn/where/([a-z2-7]{26})`)

// asking is a chat on a platform of some limits, on which the bot has just asked for the place.
func (c *chat) asking(t *testing.T, limits bots.Limits, words string) (token string) {
	t.Helper()
	c.phone.limits = limits
	c.says(t, said(words))
	c.settle(t, 7*time.Second)
	c.deliver(t)
	c.expectSaid(t, "the place is asked for", "ask_place")
	found := linkInText.FindStringSubmatch(c.phone.shows[len(c.phone.shows)-1].Text)
	if found == nil {
		return ""
	}
	return found[1]
}

func TestTheQuestionForThePlaceCarriesALink(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		limits bots.Limits
		links  bool
		want   bool
	}{
		"on a platform without a button":           {bots.Limits{Text: 2000}, true, true},
		"not on one that has a button":             {bots.Limits{Text: 2000, Location: true}, true, false},
		"not where nobody can open a page of ours": {bots.Limits{Text: 2000}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.offer(tt.links)
				if token := c.asking(t, tt.limits, lamp); (token != "") != tt.want {
					t.Errorf("the question has a link: %t, want %t: %q", token != "", tt.want, c.phone.shows[0].Text)
				}
			})
		})
	}
}

// offer lets the chat know its platform, and how the world reaches our pages.
func (c *chat) offer(links bool) {
	c.Adapters = map[string]bots.Adapter{"webchat": c.phone}
	if c.Links = links; links {
		c.courier.PublicURL = "https://1022.example.vn/"
	}
}

func (c *chat) link(t *testing.T, token string) (asked store.PlaceAsked, err error) {
	t.Helper()
	err = c.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
		asked, err = tx.PlaceLink(token)
		return err
	})
	return asked, err
}

func TestAPlaceLinkEndsBeforeTheWindow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		window time.Duration
		good   time.Duration
	}{
		"Messenger's day":  {24 * time.Hour, 22 * time.Hour},
		"Zalo's two days":  {48 * time.Hour, 24 * time.Hour},
		"without a window": {0, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				c.offer(true)
				token := c.asking(t, bots.Limits{Window: tt.window}, lamp)
				c.clock.Move(tt.good - 7*time.Second - time.Second)
				if _, err := c.link(t, token); err != nil {
					t.Errorf("a second before its end: %v", err)
				}
				c.clock.Move(time.Second)
				if _, err := c.link(t, token); err == nil {
					t.Error("the link is good at its end")
				}
			})
		})
	}
}

func TestAPlaceFromALinkMakesTheTicket(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.offer(true)
		token := c.asking(t, bots.Limits{Text: 2000}, lamp)
		wrote := c.interaction(t)
		c.clock.Move(time.Hour)
		c.says(t, located(12, ""))
		c.settle(t, 3*time.Second)
		c.expect(t, "one question, then the receipt", outcome{
			Tickets: []string{"assigned " + lamp}, Heard: 2, Said: []string{"ask_place", "receipt"},
		})
		ticket, _, _ := c.ticket(t, c.lastCode(t))
		if ticket.Lat == nil || *ticket.Lat != 10.77 {
			t.Errorf("the ticket has the place of the link: %v", ticket.Lat)
		}
		if got := c.interaction(t); !got.Equal(wrote) {
			t.Errorf("what is done on our page opens no window of a platform: %v, then %v", wrote, got)
		}
		if _, err := c.link(t, token); err == nil {
			t.Error("the link is good when the draft is gone")
		}
	})
}

func (c *chat) interaction(t *testing.T) (at time.Time) {
	t.Helper()
	a, _ := c.address(t)
	err := c.Store.Read(t.Context(), func(tx *store.Tx) error {
		talk, err := tx.ConversationWith(a.ID)
		at = talk.LastInteractionAt
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestADangerGetsItsPlaceLater: it is with the hotline after three minutes, and whoever opens the link then still helps.
func TestADangerGetsItsPlaceLater(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.offer(true)
		token := c.asking(t, bots.Limits{Text: 2000}, danger)
		c.settle(t, 3*time.Minute)
		c.clock.Move(time.Hour)
		asked, err := c.link(t, token)
		if err != nil || asked.Code != c.lastCode(t) {
			t.Fatalf("the link asks for the place of the ticket: %+v %v", asked, err)
		}
		given := located(20, "")
		given.Ref = asked.Code
		c.says(t, given)
		ticket, _, _ := c.ticket(t, asked.Code)
		if diff := cmp.Diff([]any{new(10.77), models.StateNew}, []any{ticket.Lat, ticket.State}); diff != "" {
			t.Errorf("the ticket has its place (-want +got):\n%s", diff)
		}
		c.expectSaid(t, "the resident hears of it", "receipt", "placed")
		if _, err := c.link(t, token); err == nil {
			t.Error("the link is good for a ticket that has a place")
		}
		if n := strings.Count(strings.Join(c.outcome(t).Tickets, ""), danger); n != 1 {
			t.Errorf("%d tickets, not 1", n)
		}
	})
}
