package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// draft keeps an open draft that is due after a while: a row that was never asked for.
func draft(t *testing.T, s *store.Store, name string, due time.Duration) models.Draft {
	t.Helper()
	_, c := meet(t, s, name)
	d := models.Draft{ConversationID: c.ID, Status: models.DraftOpen, Slots: "{}"}
	within(t, s, func(tx *store.Tx) error {
		at := tx.Now.Add(due)
		d.WakeAt = &at
		return tx.SaveDraft(&d)
	})
	return d
}

func sweep(t *testing.T, s *store.Store) []models.Wake {
	t.Helper()
	wakes, err := s.Sweep(t.Context())
	if err != nil {
		t.Errorf("sweep: %v", err)
	}
	return wakes
}

func TestSweepClaimsOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		var want []string
		for _, name := range []string{"an", "binh", "chi", "dung", "em", "giang"} {
			want = append(want, draft(t, s, name, time.Second).ID)
		}
		draft(t, s, "later", time.Hour)
		clock.Move(time.Second)
		var mu sync.Mutex
		var got []string
		together(2, func(int) {
			for _, w := range sweep(t, s) {
				mu.Lock()
				got = append(got, w.ID)
				mu.Unlock()
			}
		})
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("two sweeps at once bring each due row once, and no other (-want +got):\n%s", diff)
		}
	})
}

// TestSweepAsksAgain follows rows that nobody finishes: when each is asked for, and under which epoch.
func TestSweepAsksAgain(t *testing.T) {
	type asked struct {
		After time.Duration
		Epoch int64
	}
	for name, tt := range map[string]struct {
		make func(t *testing.T, s *store.Store)
		want []asked
	}{
		"a row whose time has come keeps its epoch at first": {
			func(t *testing.T, s *store.Store) { t.Helper(); draft(t, s, "lan", 5*time.Second) },
			[]asked{{5 * time.Second, 1}, {25 * time.Second, 2}, {45 * time.Second, 3}, {85 * time.Second, 4}},
		},
		"a row that was rung for gets a new epoch, and doubles its wait up to 5 min": {
			func(t *testing.T, s *store.Store) {
				t.Helper()
				b, work := inbox(t, s)
				work()
				if err := b.Put(t.Context(), event("one")); err != nil {
					t.Fatal(err)
				}
			},
			[]asked{
				{20 * time.Second, 1},
				{40 * time.Second, 2},
				{80 * time.Second, 3},
				{160 * time.Second, 4},
				{320 * time.Second, 5},
				{620 * time.Second, 6},
				{920 * time.Second, 7},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
				t.Helper()
				tt.make(t, s)
				began := clock.Now()
				var got []asked
				for !t.Failed() && len(got) < len(tt.want) && clock.Now().Sub(began) < time.Hour {
					for _, w := range sweep(t, s) {
						got = append(got, asked{clock.Now().Sub(began), w.Epoch})
					}
					clock.Move(5 * time.Second)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("when a row is asked for, and under which epoch (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestSweepLeavesWhatIsDone(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		b, work := inbox(t, s)
		work()
		if err := b.Put(t.Context(), event("read"), event("set aside")); err != nil {
			t.Fatal(err)
		}
		within(t, s, func(tx *store.Tx) error {
			if err := tx.Quarantine(event("set aside").ID, "payload"); err != nil {
				return err
			}
			return tx.ReadEvents([]string{event("read").ID})
		})
		clock.Move(time.Hour)
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("events that are done are not asked for again: %v", wakes)
		}
	})
}

func TestRearmNamesTheRowAnew(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
		t.Helper()
		d := draft(t, s, "lan", 0)
		if err := s.Rearm(t.Context(), models.KindSettle, d.ID); err != nil {
			t.Fatal(err)
		}
		if wakes := sweep(t, s); len(wakes) > 0 {
			t.Errorf("a row whose task was archived is asked for in a minute, not now: %v", wakes)
		}
		clock.Move(time.Minute)
		want := []models.Wake{{Kind: models.KindSettle, ID: d.ID, Epoch: d.Epoch + 1}}
		if diff := cmp.Diff(want, sweep(t, s)); diff != "" {
			t.Errorf("after a minute it is asked for under its new epoch (-want +got):\n%s", diff)
		}
	})
}
