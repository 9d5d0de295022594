package notifications_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// heard keeps a message of whoever writes from an address, under the platform's id.
func (r *round) heard(t *testing.T, sender, external string) (m models.Message) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) error {
		talk, _, err := tx.LockConversation("webchat", "web", sender)
		if err == nil {
			m, err = tx.Heard(models.Message{ConversationID: talk.ID, Author: "resident", ExternalID: external})
		}
		return err
	})
	return m
}

func TestCourierQuotesWhatIsAnswered(t *testing.T) {
	refused := &bots.SendError{Class: bots.ErrRejected, Cause: "quote_message_id is invalid"}
	for name, tt := range map[string]struct {
		asked  string // the platform's id of the message that is answered
		sender string
		unsent bool
		fails  []error
		quotes []string // of every try
		taken  int
	}{
		"what is answered":                       {asked: "m1", sender: "lan", quotes: []string{"m1"}, taken: 1},
		"nothing that was unsent":                {asked: "m1", sender: "lan", unsent: true, quotes: []string{""}, taken: 1},
		"nothing of another chat":                {asked: "m1", sender: "minh", quotes: []string{""}, taken: 1},
		"nothing that the platform has no id of": {asked: "", sender: "lan", quotes: []string{""}, taken: 1},
		"once more without it when that is refused": {
			asked: "m1", sender: "lan", fails: []error{refused}, quotes: []string{"m1", ""}, taken: 1,
		},
		"not a third time": {
			asked: "m1", sender: "lan", fails: []error{refused, refused}, quotes: []string{"m1", ""},
		},
		"again after a fault that has nothing to do with it": {
			asked: "m1", sender: "lan", fails: []error{&bots.SendError{Class: bots.ErrThrottled}},
			quotes: []string{"m1", "m1"}, taken: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				asked := r.heard(t, tt.sender, tt.asked)
				r.tx(t, func(tx *store.Tx) error {
					_, err := tx.Say(models.Message{
						ConversationID: r.talk.ID, Author: "bot", Key: "status_none", QuoteID: &asked.ID,
					})
					if err == nil && tt.unsent {
						_, _, err = tx.HideMessage(r.talk.ID, tt.asked)
					}
					return err
				})
				r.fails = tt.fails
				var quotes []string
				r.on = func(out bots.Outgoing) { quotes = append(quotes, out.Quote) }
				r.deliver(t)
				r.clock.Move(time.Minute)
				r.deliver(t)
				if !slices.Equal(quotes, tt.quotes) || len(r.taken) != tt.taken {
					t.Errorf("the tries are to quote %q and %d to be taken; they quoted %q, taken %q",
						tt.quotes, tt.taken, quotes, r.taken)
				}
			})
		})
	}
}
