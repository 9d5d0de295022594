package notifications_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func TestQuietHours(t *testing.T) {
	for name, tt := range map[string]struct {
		at    string
		awake time.Duration // since they wrote
		want  string        // when it goes out, by the clock of the city
		key   string        // of the message; empty: words of the bot
		by    string        // its author
	}{
		"by day at once":                   {at: "2026-03-06T12:00:00+07:00", awake: day, want: "12:00"},
		"by night in the morning":          {at: "2026-03-06T23:10:00+07:00", awake: day, want: "06:30"},
		"before dawn the same morning":     {at: "2026-03-06T04:00:00+07:00", awake: day, want: "06:30"},
		"in a running conversation always": {at: "2026-03-06T23:10:00+07:00", awake: 5 * time.Minute, want: "23:10"},
		"a colleague in a talk always": {
			at: "2026-03-06T02:31:00+07:00", awake: 31 * time.Minute, want: "02:31", key: "person_answer", by: staff,
		},
		"a danger always":                {at: "2026-03-06T02:31:00+07:00", awake: day, want: "02:31", key: "danger"},
		"somebody in despair always":     {at: "2026-03-06T02:31:00+07:00", awake: day, want: "02:31", key: "self_harm"},
		"that a person is called always": {at: "2026-03-06T02:31:00+07:00", awake: day, want: "02:31", key: "person_called"},
	} {
		t.Run(name, func(t *testing.T) {
			eachRound(t, func(t *testing.T, r *round) {
				t.Helper()
				at, err := time.Parse(time.RFC3339, tt.at)
				if err != nil {
					t.Fatal(err)
				}
				r.move(t, "telegram")
				r.clock.Move(at.Sub(r.clock.Now()) - tt.awake)
				r.tx(t, func(tx *store.Tx) error {
					r.talk.LastInteractionAt = tx.Now
					return tx.SaveConversation(r.talk)
				})
				r.clock.Move(tt.awake)
				m := models.Message{
					ConversationID: r.talk.ID, Author: "bot", Key: models.KeyVerbatim,
					Args: models.Args{"text": "xong rồi", "number": "114", "department": "1022"},
				}
				if tt.key != "" {
					m.Key = tt.key
				}
				if tt.by != "" {
					m.Author = tt.by
				}
				r.tx(t, func(tx *store.Tx) error {
					_, err := tx.Say(m)
					return err
				})
				r.deliver(t)
				for len(r.taken) == 0 && r.clock.Now().Sub(at) < day {
					r.clock.Move(10 * time.Minute)
					r.deliver(t)
				}
				if got := r.clock.Now().In(models.Zone).Format("15:04"); got != tt.want {
					t.Errorf("a message of %s is to go out at %s, went at %s", tt.at, tt.want, got)
				}
			})
		})
	}
}

// TestADangerPassesWhatWaitsForTheMorning: what is said first may sleep, what follows it may not.
func TestADangerPassesWhatWaitsForTheMorning(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		night, err := time.Parse(time.RFC3339, "2026-03-06T23:10:00+07:00")
		if err != nil {
			t.Fatal(err)
		}
		r.move(t, "telegram")
		r.clock.Move(night.Sub(r.clock.Now()) - day)
		r.tx(t, func(tx *store.Tx) error {
			r.talk.LastInteractionAt = tx.Now
			return tx.SaveConversation(r.talk)
		})
		r.clock.Move(day)
		say := func(key string) {
			r.tx(t, func(tx *store.Tx) error {
				_, err := tx.Say(models.Message{
					ConversationID: r.talk.ID, Author: "bot", Key: key, Args: models.Args{"text": "đã xong", "number": "114"},
				})
				return err
			})
		}
		say(models.KeyVerbatim)
		r.deliver(t)
		say("danger")
		say(models.KeyVerbatim)
		r.deliver(t)
		if len(r.taken) != 1 || !strings.Contains(r.taken[0], "114") {
			t.Fatalf("by night the danger alone is to go out: %+v", r.taken)
		}
		for len(r.taken) < 3 && r.clock.Now().Sub(night) < day {
			r.clock.Move(10 * time.Minute)
			r.deliver(t)
		}
		if at := r.clock.Now().In(models.Zone).Format("15:04"); len(r.taken) != 3 || at != "06:30" {
			t.Errorf("the others are to follow at 06:30, not at %s: %+v", at, r.taken)
		}
	})
}

// move makes the round's resident one of another channel.
func (r *round) move(t *testing.T, channel string) {
	t.Helper()
	r.Adapters = map[string]bots.Adapter{channel: r.platform}
	r.tx(t, func(tx *store.Tx) (err error) {
		if r.talk, _, err = tx.LockConversation(channel, "1", "lan"); err != nil {
			return err
		}
		r.address, _, err = tx.FindAddress(channel, "1", "lan")
		return err
	})
}
