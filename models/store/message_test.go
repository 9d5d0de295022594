package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// say queues messages to a conversation, one transaction each.
func say(t *testing.T, s *store.Store, c models.Conversation, keys ...string) {
	t.Helper()
	for _, key := range keys {
		within(t, s, func(tx *store.Tx) error {
			_, err := tx.Say(models.Message{ConversationID: c.ID, Author: "bot", Key: key})
			return err
		})
	}
}

// claim tries to take the lease of an address.
func claim(t *testing.T, s *store.Store, a models.Address) (got models.Address, ok bool) {
	t.Helper()
	within(t, s, func(tx *store.Tx) (err error) {
		got, ok, err = tx.ClaimAddress(a.ID)
		return err
	})
	return got, ok
}

// next returns the key of the message whose delivery is next, or "", and lets change alter that delivery.
func next(t *testing.T, s *store.Store, a models.Address, change func(*models.Delivery)) (key string) {
	t.Helper()
	within(t, s, func(tx *store.Tx) error {
		d, found, err := tx.NextDelivery(a.ID)
		if err != nil || !found {
			return err
		}
		m, err := tx.Message(d.MessageID)
		if key = m.Key; err != nil || change == nil {
			return err
		}
		change(&d)
		return tx.SaveDelivery(d)
	})
	return key
}

func TestOneSenderPerAddress(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		a, _ := meet(t, s, "lan")
		first, ok := claim(t, s, a)
		if _, again := claim(t, s, a); !ok || again {
			t.Fatalf("of two claims of an address the first is to succeed, the second not: %t, %t", ok, again)
		}
		clock.Move(store.LeaseFor - time.Microsecond)
		within(t, s, func(tx *store.Tx) error { return tx.HoldAddress(first) })
		clock.Move(store.LeaseFor - time.Microsecond)
		if _, ok := claim(t, s, a); ok {
			t.Fatal("a lease that was prolonged is held until its new end")
		}
		clock.Move(time.Microsecond)
		second, ok := claim(t, s, a)
		if !ok || second.LeaseToken == first.LeaseToken {
			t.Fatalf("a lease that has ended is to be taken, under a new token: %t", ok)
		}
		err := s.Tx(t.Context(), func(tx *store.Tx) error { return tx.HoldAddress(first) })
		if !errors.Is(err, models.ErrConflict) {
			t.Errorf("a sender that lost its lease cannot record: want ErrConflict, got %v", err)
		}
		err = s.Tx(t.Context(), func(tx *store.Tx) error { return tx.ReleaseAddress(first, time.Time{}) })
		if _, ok := claim(t, s, a); err == nil || ok {
			t.Errorf("a sender that lost its lease cannot give away the other's: %v, %t", err, ok)
		}
		within(t, s, func(tx *store.Tx) error { return tx.ReleaseAddress(second, time.Time{}) })
		if _, ok := claim(t, s, a); !ok {
			t.Error("a released address is free")
		}
	})
}

func TestOneOfManyClaimsTheAddress(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		a, _ := meet(t, s, "lan")
		winners := make([]bool, 8)
		together(len(winners), func(i int) { _, winners[i] = claim(t, s, a) })
		n := 0
		for _, won := range winners {
			if won {
				n++
			}
		}
		if n != 1 {
			t.Errorf("of 8 claims at once 1 is to succeed; %d did", n)
		}
	})
}

func TestReleaseAsksForWhatWaits(t *testing.T) {
	cases := map[string]struct {
		say     []string
		wait    time.Duration // until the first delivery may go out
		rest    time.Duration // that the address is to be left alone
		wantDue []time.Duration
	}{
		"nothing waits":                {nil, 0, time.Minute, nil},
		"one more waits":               {[]string{"a"}, 0, 0, []time.Duration{0}},
		"the next try is in a while":   {[]string{"a"}, 40 * time.Second, 0, []time.Duration{40 * time.Second}},
		"the head holds back the rest": {[]string{"a", "b"}, 40 * time.Second, 0, []time.Duration{40 * time.Second}},
		"it is too soon for one more":  {[]string{"a"}, 0, 20 * time.Second, []time.Duration{20 * time.Second}},
		"a try is later than too soon": {[]string{"a"}, 40 * time.Second, 20 * time.Second, []time.Duration{40 * time.Second}},
	}
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		for name, tt := range cases {
			t.Run(name, func(t *testing.T) {
				a, c := meet(t, s, name)
				held, _ := claim(t, s, a)
				say(t, s, c, tt.say...)
				next(t, s, a, func(d *models.Delivery) { d.NotBefore = d.NotBefore.Add(tt.wait) })
				within(t, s, func(tx *store.Tx) error { return tx.ReleaseAddress(held, tx.Now.Add(tt.rest)) })
				var due []time.Duration
				for waited := time.Duration(0); waited < time.Minute && due == nil; waited += 5 * time.Second {
					for _, w := range sweep(t, s) {
						if w.ID == a.ID {
							due = append(due, waited)
						}
					}
					clock.Move(5 * time.Second)
				}
				if diff := cmp.Diff(tt.wantDue, due); diff != "" {
					t.Errorf("when a released address is asked for again (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func TestDeliveriesGoOutInOrder(t *testing.T) {
	dead := func(d *models.Delivery) { d.Status = models.DeliveryDead }
	sent := func(d *models.Delivery) { d.Status = models.DeliverySent }
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		a, c := meet(t, s, "lan")
		other, talk := meet(t, s, "minh")
		say(t, s, c, "first", "second", "third")
		say(t, s, talk, "elsewhere")
		for _, step := range []struct {
			name string
			want string
			then func(*models.Delivery)
		}{
			{"the oldest is first", "first", func(d *models.Delivery) { d.NotBefore = d.NotBefore.Add(time.Minute) }},
			{"one that waits for its next try holds back the rest", "", nil},
			{"when its time has come it is still first", "first", dead},
			{"a dead head does not block", "second", func(d *models.Delivery) { d.Status = models.DeliverySending }},
			{"one whose sender died is sent again", "second", sent},
			{"the last follows", "third", sent},
			{"then nothing waits", "", nil},
		} {
			if got := next(t, s, a, step.then); got != step.want {
				t.Errorf("%s: the next delivery is to be %q, it is %q", step.name, step.want, got)
			}
			if step.want == "" {
				clock.Move(time.Minute)
			}
		}
		if got := next(t, s, other, nil); got != "elsewhere" {
			t.Errorf("another address is not held up; its next delivery is %q", got)
		}
	})
}
