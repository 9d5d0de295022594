package notifications_test

import (
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func TestCourierByErrorClass(t *testing.T) {
	type result struct {
		Head      models.DeliveryStatus // of what still waits; empty: nothing does
		Class     string
		Wait      time.Duration
		Ambiguous bool
		Taken     []string
		Blocked   bool
	}
	fail := func(class bots.ErrorClass) error { return &bots.SendError{Class: class} }
	for name, tt := range map[string]struct {
		fails []error
		want  result
	}{
		"taken in order": {nil, result{Taken: []string{"một", "hai"}}},
		"a fault is tried again after 5 s and holds back what follows": {
			[]error{fail(bots.ErrRetry)}, result{Head: "queued", Class: "retry", Wait: 5 * time.Second},
		},
		"a throttle says itself when": {
			[]error{&bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Minute}},
			result{Head: "queued", Class: "throttled", Wait: time.Minute},
		},
		"refused credentials wait until somebody has mended them": {
			[]error{fail(bots.ErrToken)}, result{Head: "queued", Class: "token", Wait: 5 * time.Minute},
		},
		"what is refused is dead and holds nothing back": {
			[]error{fail(bots.ErrRejected)}, result{Taken: []string{"hai"}},
		},
		"outside the window it is dead": {[]error{fail(bots.ErrWindow)}, result{Taken: []string{"hai"}}},
		"whoever blocked us is marked":  {[]error{fail(bots.ErrBlocked)}, result{Taken: []string{"hai"}, Blocked: true}},
		"an unknown fault may have arrived": {
			[]error{io.ErrUnexpectedEOF}, result{Head: "queued", Class: "retry", Wait: 30 * time.Second, Ambiguous: true},
		},
		"an ambiguous fault says so": {
			[]error{&bots.SendError{Class: bots.ErrRetry, Ambiguous: true}},
			result{Head: "queued", Class: "retry", Wait: 30 * time.Second, Ambiguous: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.say(t, "một", "hai")
				r.fails = tt.fails
				r.deliver(t)
				d := r.head(t)
				got := result{Head: d.Status, Class: d.ErrorClass, Ambiguous: d.Ambiguous, Taken: r.taken}
				if d.ID != "" {
					got.Wait = d.NotBefore.Sub(r.clock.Now())
				}
				r.tx(t, func(tx *store.Tx) error {
					a, _, err := tx.FindAddress("webchat", "web", "lan")
					got.Blocked = a.BlockedAt != nil
					return err
				})
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestCourierGivesUp(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.say(t, "một", "hai")
		for range 16 {
			r.fails = append(r.fails, &bots.SendError{Class: bots.ErrRetry})
		}
		tries := 0
		r.on = func(bots.Outgoing) { tries++ }
		for range 40 {
			r.deliver(t)
			r.clock.Move(2 * time.Hour)
		}
		if diff := cmp.Diff([]string{"hai"}, r.taken); diff != "" || tries != 17 {
			t.Errorf("sixteen tries, then the next message goes; %d tries (-want +got):\n%s", tries, diff)
		}
	})
}

// TestCourierHurriesWhenTheyWrite: after a long outage whoever writes is answered at once, first by what was queued; what
// may have arrived keeps its half minute.
func TestCourierHurriesWhenTheyWrite(t *testing.T) {
	for name, tt := range map[string]struct {
		ambiguous bool
		wait      time.Duration
	}{
		"refused all the time": {},
		"it may have arrived":  {ambiguous: true, wait: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.say(t, "một")
				for i := range 12 {
					r.fails = []error{&bots.SendError{Class: bots.ErrRetry, Ambiguous: tt.ambiguous && i == 0}}
					r.clock.Move(2 * time.Hour)
					r.deliver(t)
				}
				r.wrote(t)
				r.say(t, "hai")
				if got := r.head(t).NotBefore.Sub(r.clock.Now()); got != tt.wait {
					t.Errorf("the next try is to be in %v, is in %v", tt.wait, got)
				}
				r.clock.Move(tt.wait)
				r.deliver(t)
				if diff := cmp.Diff([]string{"một", "hai"}, r.taken); diff != "" {
					t.Errorf("both come, in their order (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestCourierTriesNoMoreThanARefusalAllows: some refusals are worth three tries, and not sixteen.
func TestCourierTriesNoMoreThanARefusalAllows(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.say(t, "một")
		for range 16 {
			r.fails = append(r.fails, &bots.SendError{Class: bots.ErrRetry, Tries: 3})
		}
		for range 20 {
			r.deliver(t)
			r.clock.Move(2 * time.Hour)
		}
		if tries := 16 - len(r.fails); tries != 3 || r.head(t).ID != "" {
			t.Errorf("three tries, then it is dead; tried %d times, then %+v", tries, r.head(t))
		}
	})
}

// TestCourierDiesWhileSending: a sender that is killed between send and record leaves its message as "sending".
func TestCourierDiesWhileSending(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.say(t, "một")
		sends := 0
		r.on = func(bots.Outgoing) { // the lease runs out, somebody else takes it, and what we learn is stale
			sends++
			r.clock.Move(time.Minute)
			r.tx(t, func(tx *store.Tx) error {
				_, held, err := tx.ClaimAddress(r.address.ID)
				if !held {
					t.Error("a lease that has run out can be taken")
				}
				return err
			})
		}
		for i := range 4 {
			r.deliver(t)
			if d := r.head(t); i == 0 && (d.Status != models.DeliverySending || d.Ambiguous || d.SentAt != nil) {
				t.Errorf("who lost the lease records nothing: %+v", d)
			} else if i == 1 && !d.Ambiguous {
				t.Errorf("the second send is marked: %+v", d)
			}
			r.clock.Move(time.Minute)
		}
		if sends != 2 || r.head(t).ID != "" {
			t.Errorf("what may have arrived is sent once more and not a third time; %d sends, then %+v", sends, r.head(t))
		}
	})
}

func TestCourierLeavesAHeldAddressAlone(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.say(t, "một")
		r.tx(t, func(tx *store.Tx) error {
			_, _, err := tx.ClaimAddress(r.address.ID)
			return err
		})
		r.deliver(t)
		if len(r.taken) > 0 {
			t.Errorf("another courier has the address, yet this one sent %v", r.taken)
		}
	})
}

func TestCourierPausesTheClock(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		lead := models.Staff{Email: "lan@example.vn", Name: "Lan", Role: models.RoleHotline}
		var ticket models.Ticket
		r.tx(t, func(tx *store.Tx) (err error) {
			if err = tx.InsertStaff(&lead); err != nil {
				return err
			}
			lat, lon := 10.77, 106.69
			ticket, err = desk.Submit(tx, workflow.SubmitInput{
				Actor: models.System(), ReporterID: r.talk.ReporterID, ConversationID: &r.talk.ID, Channel: "webchat",
				Words: "ổ gà", Lat: &lat, Lon: &lon,
			})
			if err != nil {
				return err
			}
			act := workflow.Act{Actor: lead.Actor(), Ticket: ticket.ID}
			if _, err = desk.Accept(tx, workflow.AcceptInput{Act: act}); err != nil {
				return err
			}
			_, err = desk.Ask(tx, workflow.AskInput{Act: act, Text: "Trước số nhà nào?"})
			return err
		})
		state := func() (s models.ClockState) {
			r.tx(t, func(tx *store.Tx) error {
				clocks, err := tx.Clocks(ticket.ID)
				s = clocks[models.ClockResolve].State
				return err
			})
			return s
		}
		r.fails = []error{nil, &bots.SendError{Class: bots.ErrRetry}}
		r.deliver(t)
		if got := state(); got != models.ClockRunning {
			t.Errorf("a question that was not delivered pauses nothing; the clock is %s", got)
		}
		r.clock.Move(time.Minute)
		r.deliver(t)
		if got := state(); got != models.ClockPaused || len(r.taken) != 2 {
			t.Errorf("delivered, the clock is %s; taken: %q", got, r.taken)
		}
	})
}

// TestCourierResendsOnce: what may have arrived is sent once more; a refusal in between, a throttle or a revoked token,
// is no try, however often it comes.
func TestCourierResendsOnce(t *testing.T) {
	lost := &bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	refused := &bots.SendError{Class: bots.ErrRetry}
	throttled := &bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Second}
	token := &bots.SendError{Class: bots.ErrToken}
	many := func(err error) (all []error) {
		for range 20 {
			all = append(all, err)
		}
		return all
	}
	for name, tt := range map[string]struct {
		fails []error
		want  []string
	}{
		"lost once":                        {[]error{lost}, []string{"một", "hai"}},
		"lost twice":                       {[]error{lost, lost}, []string{"hai"}},
		"refused, then lost":               {[]error{refused, lost}, []string{"một", "hai"}},
		"lost, then refused":               {[]error{lost, refused, refused}, []string{"một", "hai"}},
		"throttled twenty times":           {many(throttled), []string{"một", "hai"}},
		"a token that is mended on Monday": {many(token), []string{"một", "hai"}},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				r.say(t, "một", "hai")
				r.fails = tt.fails
				for range 25 {
					r.deliver(t)
					r.clock.Move(10 * time.Minute)
				}
				if diff := cmp.Diff(tt.want, r.taken); diff != "" {
					t.Errorf("taken (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestCourierAsksForStarsOnce: the question for stars that may have arrived is marked, and never sent again.
func TestCourierAsksForStarsOnce(t *testing.T) {
	for name, fail := range map[string]func(t *testing.T, r *round){
		"the platform does not answer": func(_ *testing.T, r *round) {
			r.fails = []error{&bots.SendError{Class: bots.ErrRetry, Ambiguous: true}}
		},
		"its sender dies": func(t *testing.T, r *round) {
			t.Helper()
			r.tx(t, func(tx *store.Tx) error {
				d, _, err := tx.NextDelivery(r.address.ID)
				if err != nil {
					return err
				}
				d.Status, d.Attempts = models.DeliverySending, 1
				return tx.SaveDelivery(d)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				var id string
				r.tx(t, func(tx *store.Tx) error {
					m, err := tx.Say(models.Message{
						ConversationID: r.talk.ID, Author: "bot", Key: "closed_thanks",
						Buttons: []models.Button{{
							Key: "button_stars", Args: models.Args{"n": 5}, Payload: models.PayloadRate + "481277358:5",
						}},
					})
					id = m.ID
					return err
				})
				fail(t, r)
				r.say(t, "hai")
				for range 3 {
					r.deliver(t)
					r.clock.Move(time.Hour)
				}
				var sent []models.Delivery
				r.tx(t, func(tx *store.Tx) (err error) {
					_, sent, err = tx.ConversationMessages(r.talk.ID, 10)
					return err
				})
				asked := sent[0]
				if asked.MessageID != id || asked.Status != models.DeliveryDead || !asked.Ambiguous {
					t.Errorf("the question is to be given up, and marked: %+v", asked)
				}
				if diff := cmp.Diff([]string{"hai"}, r.taken); diff != "" {
					t.Errorf("what comes after it goes out, and nothing twice (-want +got):\n%s", diff)
				}
			})
		})
	}
}
