package notifications_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// TestCourierCutsWhatIsLong: the parts of a message stay together, also when the next message was queued before the
// first was cut.
func TestCourierCutsWhatIsLong(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.limits = bots.Limits{Text: 8}
		r.say(t, "một hai ba bốn", "năm")
		r.fails = []error{nil, &bots.SendError{Class: bots.ErrRetry}}
		r.deliver(t)
		r.clock.Move(time.Minute)
		r.deliver(t)
		if diff := cmp.Diff([]string{"một hai", "ba bốn", "năm"}, r.taken); diff != "" {
			t.Errorf("taken (-want +got):\n%s", diff)
		}
	})
}

// TestCourierSendsPictures: the words of an answer go at once, a picture when it has been fetched and cleaned.
func TestCourierSendsPictures(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.limits = bots.Limits{Photos: 10}
		kept, refused := r.picture(t), r.picture(t)
		r.tx(t, func(tx *store.Tx) error {
			_, err := tx.Say(models.Message{
				ConversationID: r.talk.ID, Author: "bot", Key: models.KeyVerbatim,
				Args: models.Args{"text": "Đã vá", "photos": []string{kept, refused}},
			})
			return err
		})
		r.say(t, "Chào bạn")
		r.deliver(t)
		if diff := cmp.Diff([]string{"Đã vá"}, r.taken); diff != "" {
			t.Errorf("while the picture is on its way (-want +got):\n%s", diff)
		}
		r.fetched(t, kept, models.AttachmentReady)
		r.fetched(t, refused, models.AttachmentRefused)
		r.clock.Move(3 * time.Second)
		r.deliver(t)
		if diff := cmp.Diff([]string{"Đã vá", kept + ".jpg", "Chào bạn"}, r.taken); diff != "" {
			t.Errorf("when it is there (-want +got):\n%s", diff)
		}
	})
}

// TestCourierWithoutPicture: a picture that never comes holds back what follows for two minutes only.
func TestCourierWithoutPicture(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		r.limits = bots.Limits{Photos: 10}
		lost := r.picture(t)
		r.tx(t, func(tx *store.Tx) error {
			_, err := tx.Say(models.Message{
				ConversationID: r.talk.ID, Author: "bot", Key: models.KeyVerbatim,
				Args: models.Args{"text": "Đã vá", "photos": []string{lost}},
			})
			return err
		})
		r.say(t, "Chào bạn")
		for range 45 {
			r.deliver(t)
			r.clock.Move(3 * time.Second)
		}
		if diff := cmp.Diff([]string{"Đã vá", "Chào bạn"}, r.taken); diff != "" {
			t.Errorf("taken (-want +got):\n%s", strings.TrimSpace(diff))
		}
	})
}

// TestCourierWaitsWherePicturesStandBesideTheText: our own page shows a message once, with the pictures it has then.
func TestCourierWaitsWherePicturesStandBesideTheText(t *testing.T) {
	eachRound(t, func(t *testing.T, r *round) {
		t.Helper()
		kept := r.picture(t)
		r.tx(t, func(tx *store.Tx) error {
			_, err := tx.Say(models.Message{
				ConversationID: r.talk.ID, Author: "bot", Key: models.KeyVerbatim,
				Args: models.Args{"text": "Đã vá", "photos": []string{kept}},
			})
			return err
		})
		r.deliver(t)
		if len(r.taken) > 0 {
			t.Errorf("shown without its picture: %q", r.taken)
		}
		r.fetched(t, kept, models.AttachmentReady)
		r.clock.Move(3 * time.Second)
		r.deliver(t)
		if diff := cmp.Diff([]string{"Đã vá"}, r.taken); diff != "" {
			t.Errorf("when it is there (-want +got):\n%s", diff)
		}
	})
}

// picture keeps an attachment that is still to be fetched, and returns its id.
func (r *round) picture(t *testing.T) string {
	t.Helper()
	a := models.Attachment{
		ConversationID: &r.talk.ID, Kind: models.AttachmentAfter, Media: models.MediaImage, Source: "{}",
	}
	r.tx(t, func(tx *store.Tx) error { return tx.InsertAttachment(&a) })
	return a.ID
}

func (r *round) fetched(t *testing.T, id string, status models.AttachmentStatus) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) error {
		a, _, err := tx.ClaimAttachment(id)
		if err != nil {
			return err
		}
		a.Status = status
		return tx.SaveAttachment(&a)
	})
}
