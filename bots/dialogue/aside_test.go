package dialogue_test

import (
	"testing"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models/store"
)

// TestTalkLeavesToAPersonWhatItCannotRead: an event whose turns fail is given up, what it says is kept, and a person is
// called; where not even that can be done its sender's next ones are read all the same.
func TestTalkLeavesToAPersonWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		known  bool // they have written before
		broken string
		event  *bots.Incoming
		want   outcome
		talks  int64
	}{
		"somebody's first words": {
			broken: "drafts", event: said("ổ gà to"), talks: 1,
			want: outcome{Heard: 1, Said: []string{"person_called"}, Faults: []string{"turn failed"}},
		},
		"somebody's next words": {
			known: true, broken: "drafts", event: said("ổ gà to"), talks: 1,
			want: outcome{Heard: 2, Said: []string{"welcome", "person_called"}, Faults: []string{"turn failed"}},
		},
		"a button": {
			known: true, broken: "drafts", event: press("done"),
			want: outcome{Heard: 1, Said: []string{"welcome"}, Faults: []string{"turn failed"}},
		},
		"words that cannot be kept": {
			known: true, broken: "messages", event: said("ổ gà to"),
			want: outcome{Heard: 1, Said: []string{"welcome"}, Faults: []string{"turn failed"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachChat(t, func(t *testing.T, c *chat) {
				t.Helper()
				if tt.known {
					c.says(t, said("chào"))
				}
				c.change(t, "ALTER TABLE "+tt.broken+" RENAME TO broken")
				id := c.put(t, tt.event)
				for range 5 {
					if err := c.Converse(t.Context(), id); err == nil {
						t.Fatal("a turn that cannot be written is to fail")
					}
				}
				c.change(t, "ALTER TABLE broken RENAME TO "+tt.broken)
				c.expect(t, "set aside", tt.want)
				c.within(t, func(tx *store.Tx) error {
					n, err := tx.CountTalks()
					if n != tt.talks {
						t.Errorf("%d conversations are to wait for a person, got %d", tt.talks, n)
					}
					return err
				})
			})
		})
	}
}
