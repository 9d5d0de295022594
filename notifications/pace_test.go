package notifications

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
)

// TestPaceGivesEachItsTurn has a hundred deliveries wait for an account of ten a second: each is told once when to
// come, and goes then, so that nobody asks again and again.
func TestPaceGivesEachItsTurn(t *testing.T) {
	var p pace
	limits := bots.Limits{Rate: 10}
	now := time.Date(2026, 3, 6, 2, 0, 0, 0, time.UTC)
	asked, gone := 0, 0
	due := map[string]time.Time{}
	for i := range 100 {
		due[fmt.Sprint(i)] = now
	}
	for end := now.Add(12 * time.Second); len(due) > 0 && now.Before(end); now = now.Add(100 * time.Millisecond) {
		for id, at := range due {
			if at.After(now) {
				continue
			}
			asked++
			_, err := p.enter("telegram", id, limits, now)
			if failed, ok := errors.AsType[*bots.SendError](err); ok {
				due[id] = now.Add(failed.RetryAfter)
				continue
			}
			p.leave("telegram", limits, nil, now)
			delete(due, id)
			gone++
		}
	}
	if gone != 100 || asked > 220 {
		t.Errorf("a hundred at ten a second are gone in ten seconds, each asked about once or twice: %d gone, %d times asked",
			gone, asked)
	}
}

// TestPaceStopsForTheAccountAlone: three that were too fast stop the account, three whose own quota is spent do not.
func TestPaceStopsForTheAccountAlone(t *testing.T) {
	now := time.Date(2026, 3, 6, 2, 0, 0, 0, time.UTC)
	for alone, stops := range map[bool]bool{false: true, true: false} {
		var p pace
		for i := range laneStops {
			if _, err := p.enter("zalo", fmt.Sprint(i), bots.Limits{}, now); err != nil {
				t.Fatal(err)
			}
			refused := &bots.SendError{Class: bots.ErrThrottled, RetryAfter: time.Hour, Alone: alone}
			p.leave("zalo", bots.Limits{}, refused, now)
		}
		if _, err := p.enter("zalo", "another", bots.Limits{}, now); (err != nil) != stops {
			t.Errorf("refusals that concern one message each (%v) are to stop the account: %v; it gave %v", alone, stops, err)
		}
	}
}
