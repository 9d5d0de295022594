package notifications_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
)

// TestStormOfOneChannel has a platform that throttles everybody: it is left alone for as long as it says, and the
// other one is not.
func TestStormOfOneChannel(t *testing.T) {
	clock := modelstest.NewClock(t, "2026-03-06T02:00:00Z")
	s := modelstest.SQLite(t, clock.Now)
	var guard sync.Mutex
	asked := map[string]int{}
	busy, calm := &stormy{name: "busy", throttle: time.Minute}, &stormy{name: "calm"}
	for _, p := range []*stormy{busy, calm} {
		p.on = func() { guard.Lock(); asked[p.name]++; guard.Unlock() }
	}
	c := &notifications.Courier{
		Store: s, Desk: desk, Catalogue: desk.Catalogue, Log: discard,
		Adapters: map[string]bots.Adapter{"busy": busy, "calm": calm},
	}
	var addresses []string
	err := s.Tx(t.Context(), func(tx *store.Tx) error {
		for _, channel := range []string{"busy", "calm"} {
			for i := range 20 {
				talk, _, err := tx.LockConversation(channel, "1", fmt.Sprint(i))
				if err != nil {
					return err
				}
				if _, err = tx.Say(models.Message{ConversationID: talk.ID, Author: "bot", Key: "welcome"}); err != nil {
					return err
				}
				addresses = append(addresses, talk.AddressID)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, id := range addresses {
			if err := c.Deliver(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		clock.Move(15 * time.Second)
	}
	if asked["busy"] > 5 || asked["calm"] != 20 {
		t.Errorf("a platform that says: wait a minute, is asked by a few chats only, the other by all 20: %v", asked)
	}
	busy.throttle = 0
	clock.Move(2 * time.Minute)
	for _, id := range addresses {
		if err := c.Deliver(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if busy.took != 20 {
		t.Errorf("after the storm everything is brought: want 20, got %d", busy.took)
	}
}

// TestChatIsNotHurried has more to say to somebody than their platform takes at once: no worker waits for the second
// message, which goes when its time has come and not when it is asked for before.
func TestChatIsNotHurried(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.limits.ChatEvery = time.Minute // a courier that waited would be stopped by the test's end
		for _, tt := range []struct {
			move time.Duration
			say  []string
			want int
		}{{0, []string{"một", "hai"}, 1}, {30 * time.Second, []string{"ba"}, 1}, {30 * time.Second, nil, 2}, {time.Minute, nil, 3}} {
			r.clock.Move(tt.move)
			r.say(t, tt.say...)
			r.deliver(t)
			if len(r.taken) != tt.want {
				t.Errorf("one message a minute: %d are to be there now, there are %q", tt.want, r.taken)
			}
		}
	})
}

type stormy struct {
	platform
	name     string
	throttle time.Duration
	took     int
	on       func()
}

func (s *stormy) Send(context.Context, bots.Outgoing) (bots.Sent, error) {
	s.on()
	if s.throttle > 0 {
		return bots.Sent{}, &bots.SendError{Class: bots.ErrThrottled, RetryAfter: s.throttle, Cause: "429"}
	}
	s.took++
	return bots.Sent{ID: "1"}, nil
}
