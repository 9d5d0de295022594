package store_test

import (
	"testing"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// TestOnlyWhatMayHaveBeenReadIsSaid: a bare number answers the last message that its sender can have read.
func TestOnlyWhatMayHaveBeenReadIsSaid(t *testing.T) {
	const waits, queued = time.Hour, models.DeliveryQueued
	for name, tt := range map[string]struct {
		before models.Delivery // what became of the message before the answer
		answer models.Delivery // and of the answer; NotBefore is set to wait later
		wait   time.Duration
		said   bool
	}{
		"queued a moment ago": {answer: models.Delivery{Status: queued}, said: true},
		"being sent":          {answer: models.Delivery{Status: models.DeliverySending, Attempts: 1}, said: true},
		"sent":                {answer: models.Delivery{Status: models.DeliverySent, Attempts: 1}, said: true},
		"may have arrived": {
			answer: models.Delivery{Status: models.DeliveryDead, Attempts: 1, ErrorClass: "retry", Ambiguous: true}, said: true,
		},
		"the window is closed":         {answer: models.Delivery{Status: models.DeliveryHeld, ErrorClass: "window"}},
		"night":                        {answer: models.Delivery{Status: queued, ErrorClass: models.QuietHours}, wait: waits},
		"they wrote, and it goes out":  {answer: models.Delivery{Status: queued, ErrorClass: models.QuietHours}},
		"throttled":                    {answer: models.Delivery{Status: queued, ErrorClass: "throttled"}, wait: waits},
		"tried again later":            {answer: models.Delivery{Status: queued, Attempts: 1, ErrorClass: "retry"}, wait: waits},
		"its picture is on its way":    {answer: models.Delivery{Status: queued}, wait: waits},
		"given up":                     {answer: models.Delivery{Status: models.DeliveryDead, ErrorClass: "rejected"}},
		"behind one that waits":        {before: models.Delivery{Status: queued, ErrorClass: "quiet"}, answer: models.Delivery{Status: queued}},
		"behind one that was given up": {before: models.Delivery{Status: models.DeliveryDead, ErrorClass: "rejected"}, answer: models.Delivery{Status: queued}, said: true},
	} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s *store.Store, clock *modelstest.Clock) {
				t.Helper()
				_, c := meet(t, s, "lan")
				ticket := submit(t, s)
				tell := func(key string, became models.Delivery) {
					within(t, s, func(tx *store.Tx) error {
						m, err := tx.Say(models.Message{ConversationID: c.ID, TicketID: &ticket.ID, Author: "bot", Key: key})
						if err != nil {
							return err
						}
						var d models.Delivery
						if err := tx.DB().Take(&d, "message_id = ?", m.ID).Error; err != nil {
							return err
						}
						became.ID, became.NotBefore = d.ID, d.NotBefore.Add(tt.wait)
						return tx.SaveDelivery(became)
					})
				}
				tell("receipt", models.Delivery{Status: models.DeliverySent})
				if tt.before.Status != "" {
					tell("reply", tt.before)
				}
				clock.Move(time.Minute)
				exec(t, s, "UPDATE tickets SET state = 'resolved', resolved_at = ? WHERE id = ?", clock.Now(), ticket.ID)
				tell("answer", tt.answer)
				within(t, s, func(tx *store.Tx) error {
					told, waiting, err := tx.LastTold(c.ID)
					if err != nil || told == nil {
						return err
					}
					spoken, _, err := tx.SpokenOf(c.ID, "")
					if (told.Key == "answer") != tt.said || (waiting == nil) != tt.said ||
						spoken.Key != told.Key || spoken.Answered != tt.said {
						t.Errorf("that the answer was said is to be %t: said last is %q, spoken of %+v, waiting %+v",
							tt.said, told.Key, spoken, waiting)
					}
					return err
				})
			})
		})
	}
}
