package dialogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
)

// orders calls f with every order of 0…n-1.
func orders(n int, f func([]int)) {
	var grow func([]int)
	grow = func(order []int) {
		if len(order) == n {
			f(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				grow(append(slices.Clone(order), i))
			}
		}
	}
	grow(nil)
}

// report is what a resident sends of one hole: words, an album of three, a pin; one of the five is delivered twice.
func report(who string, twice int) []*bots.Incoming {
	pieces := []*bots.Incoming{said("ổ gà to lắm"), photo(), photo(), photo(), pin()}
	for i, in := range pieces {
		in.Channel, in.User, in.Message = "webchat", who, new(fmt.Sprintf("%s-%d", who, i))
	}
	again := *pieces[twice]
	return append(pieces, &again)
}

// world is a resident with the tickets that came of what they sent.
type world struct {
	draft   dialogue.Draft
	now     time.Time
	inbox   map[string]bool // keys
	current dialogue.Current
	tickets map[string][]string // messages by code
	dropped []string            // what the resident cancelled
	prompts []string
	faults  []string
}

func newWorld() *world {
	return &world{now: instant, inbox: map[string]bool{}, tickets: map[string][]string{}}
}

// hear reads an event once, however often it is delivered: by the key that it has in the inbox.
func (w *world) hear(t *testing.T, in *bots.Incoming) {
	t.Helper()
	row, err := in.Inbox("web")
	if err != nil {
		t.Fatal(err)
	}
	if !w.inbox[row.ID] {
		w.inbox[row.ID] = true
		w.reduce(dialogue.Input{Event: in, Message: *in.Message})
	}
}

func (w *world) reduce(in dialogue.Input) {
	in.Current = w.current
	for code := range w.tickets {
		in.Tickets = append(in.Tickets, code)
	}
	was := w.draft
	var effects []dialogue.Effect
	w.draft, effects = mind().Reduce(was, in, w.now)
	asked := 0
	for _, e := range effects {
		switch e.Kind {
		case dialogue.EffectSubmit:
			code := fmt.Sprint(len(w.tickets))
			w.tickets[code] = messages(was)
			w.current = dialogue.Current{Code: code, Category: "road.pothole", At: w.now}
		case dialogue.EffectAttach:
			w.tickets[e.Code] = append(w.tickets[e.Code], e.Messages...)
			w.current.At = w.now
		case dialogue.EffectSay:
			if e.Key == "draft_cancelled" || e.Key == "not_sent" {
				w.dropped = append(w.dropped, messages(was)...)
			}
			if strings.HasPrefix(e.Key, "ask_") {
				w.prompts = append(w.prompts, e.Key)
				asked++
			}
		default:
		}
	}
	if asked > 1 || asked > 0 && in.Event != nil {
		w.faults = append(w.faults, fmt.Sprint("asks too much at once: ", effects))
	}
}

func messages(d dialogue.Draft) (ids []string) {
	for _, p := range d.Pieces {
		ids = append(ids, p.Message)
	}
	return ids
}

// pass lets time go by, and the draft be looked at when it asked for it.
func (w *world) pass(d time.Duration) {
	until := w.now.Add(d)
	for w.draft.Open && !w.draft.LookAt.After(until) {
		w.now = w.draft.LookAt
		w.reduce(dialogue.Input{})
		if w.draft.Open && !w.draft.LookAt.After(w.now) {
			w.faults = append(w.faults, "looks at the same instant for ever")
			return
		}
	}
	w.now = until
}

// TestPropertyAnyOrder: in whatever order the pieces of a report come, whichever of them comes twice, the same report
// comes of them, without a question when they come together and with at most two when they come slowly.
func TestPropertyAnyOrder(t *testing.T) {
	t.Parallel()
	var want dialogue.Draft
	n := 0
	tried := 0
	orders(6, func(order []int) {
		tried++
		// Around a repeat the silence is twice the gap; after a quarter of an hour what comes may be about something else.
		for _, gap := range []time.Duration{0, 2 * time.Second, 4 * time.Second, 8 * time.Second, 7 * time.Minute} {
			if gap > 2*time.Second && tried%6 != 0 || gap > 0 && testing.Short() {
				continue // slow senders: every sixth order, and none when it has to be quick
			}
			for twice := range 5 {
				gathered := anyOrder(t, order, twice, gap)
				if gap > 0 {
					continue
				}
				if n++; n == 1 {
					want = gathered
				}
				if diff := cmp.Diff(want, gathered); diff != "" || gathered.Photos != 3 {
					t.Fatalf("order %v, %d twice, gathers %d photos and other slots (-first +got):\n%s",
						order, twice, gathered.Photos, diff)
				}
			}
		}
	})
	if n != 5*720 {
		t.Errorf("%d orders were tried", n)
	}
}

// anyOrder plays one order of a report, and returns what was gathered before the draft was looked at.
func anyOrder(t *testing.T, order []int, twice int, gap time.Duration) (gathered dialogue.Draft) {
	t.Helper()
	w, pieces := newWorld(), report("lan", twice)
	for _, i := range order {
		w.hear(t, pieces[i])
		gathered = w.draft
		w.pass(gap)
	}
	w.pass(25 * time.Hour)
	slices.Sort(w.tickets["0"])
	all := []string{"lan-0", "lan-1", "lan-2", "lan-3", "lan-4"} // three of them are photos
	if len(w.tickets) != 1 || !slices.Equal(w.tickets["0"], all) {
		t.Fatalf("order %v, %d twice, with %v between: the tickets are %v", order, twice, gap, w.tickets)
	}
	if len(w.prompts) > 2 || gap <= 2*time.Second && len(w.prompts) > 0 || len(w.faults) > 0 {
		t.Fatalf("order %v, %d twice, with %v between: asks %v, %v", order, twice, gap, w.prompts, w.faults)
	}
	slices.SortFunc(gathered.Pieces, func(a, b dialogue.Piece) int { return cmpString(a.Message, b.Message) })
	gathered.ReadyAt = time.Time{}
	return gathered
}

func cmpString(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// TestPropertyNothingIsLost: whatever is sent whenever, no photo and no pin is lost, one look asks one question, and
// no draft is asked the same twice.
func TestPropertyNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		var evidence []string
		for n := range rapid.IntRange(1, 25).Draw(t, "events") {
			var in *bots.Incoming
			switch rapid.SampledFrom([]string{"photo", "pin", "far", "voice", "words", "words", "sticker", "press"}).Draw(t, "kind") {
			case "photo":
				in = photo()
			case "pin":
				in = pin()
			case "far":
				in = abroad()
			case "voice":
				in = sent(bots.KindAudio)
			case "sticker":
				in = quiet(bots.KindSticker)
			case "press":
				in = press(rapid.SampledFrom([]string{
					"", "new", "add:", "add:" + code, "done:x", ":::", "rate::9",
					"type:road.pothole", "type:other", "type:", "split:yes", "split:no", "place:meant", "place:words",
					"send:yes", "send:no", "person",
				}).Draw(t, "payload"))
			default:
				in = said(rapid.SampledFrom([]string{
					"ổ gà to lắm", lamp, danger, "140 Tô Ký", "huỷ", "lại", "cảm ơn", "1", "", "ngay cổng chợ", "\x00", "help",
					two, question, denunciation, "phường Củ Chi", "ừ đúng rồi", "không phải", "chưa xong",
				}).Draw(t, "words"))
			}
			message := fmt.Sprintf("m%d", n)
			if in.Kind == bots.KindImage || in.Kind == bots.KindLocation {
				evidence = append(evidence, message)
			}
			w.reduce(dialogue.Input{Event: in, Message: message})
			if asked := slices.Clone(w.draft.Asked); len(slices.Compact(slices.Sorted(slices.Values(asked)))) != len(asked) {
				t.Fatalf("asked twice: %v", asked)
			}
			w.pass(rapid.SampledFrom([]time.Duration{
				0, time.Second, 3 * time.Second, 7 * time.Second, time.Minute, 20 * time.Minute, 30 * time.Hour,
			}).Draw(t, "then"))
		}
		w.pass(25 * time.Hour)
		kept := w.dropped
		for _, ids := range w.tickets {
			kept = append(kept, ids...)
		}
		kept = append(kept, w.attachedTo(code)...)
		for _, id := range evidence {
			if !slices.Contains(kept, id) {
				t.Fatalf("%s is lost; kept %v", id, kept)
			}
		}
		if len(w.faults) > 0 {
			t.Fatal(w.faults)
		}
	})
}

func (w *world) attachedTo(code string) []string { return w.tickets[code] }

// TestPropertyOneTicket: the same through the inbox and the database, with one piece delivered twice, on every 30th
// order.
func TestPropertyOneTicket(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock(t, "2026-03-06T09:00:00Z")
	c := newChat(t, modelstest.SQLite(t, clock.Now), clock)
	n := 0
	orders(6, func(order []int) {
		if n++; n%30 != 0 {
			return
		}
		c.who, c.events, c.drafts = fmt.Sprintf("lan%d", n), nil, map[string]bool{}
		clock.Move(31 * 24 * time.Hour) // nobody asks whether it is the same as the one before
		pieces := report(c.who, n/30%5)
		for _, i := range order {
			c.converse(t, c.put(t, pieces[i]))
		}
		c.settle(t, 3*time.Second)
		o := c.outcome(t)
		want := outcome{Tickets: []string{"assigned ổ gà to lắm"}, Heard: 5, Said: []string{"receipt"}}
		if diff := cmp.Diff(want, o); diff != "" {
			t.Fatalf("order %v (-want +got):\n%s", order, diff)
		}
		ticket, _, about := c.ticket(t, c.lastCode(t))
		if ticket.Lat == nil || ticket.Category != "road.pothole" || len(about) != 6 || ticket.State != models.StateAssigned {
			t.Fatalf("order %v makes another ticket: %+v", order, ticket)
		}
	})
}
