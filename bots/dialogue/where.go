package dialogue

import (
	"time"

	"github.com/vticket/vticket/models"
)

// receiptRoom is how much of a platform's window is left when a link ends: the receipt has to go out within it.
const receiptRoom = 2 * time.Hour

// offerPage adds to the question for the place a link to the page on which it can be given, where the platform has no
// button for it. The link is good for one place, while that is missing: a danger goes to the hotline without, and can
// get it later.
func (s *scene) offerPage(e *Effect) error {
	adapter, ok := s.talk.Adapters[s.conversation.Channel]
	if !ok || !s.talk.Links || s.row.ID == "" {
		return nil
	}
	limits := adapter.Limits()
	if limits.Location {
		return nil
	}
	until := s.draft.FirstAt.Add(expireAfter)
	end := s.conversation.LastInteractionAt.Add(limits.Window - receiptRoom)
	if limits.Window > 0 && end.Before(until) {
		until = end
	}
	token := models.NewToken()
	e.Args = models.Args{"where": token}
	return s.tx.InsertPlaceLink(models.PlaceLink{
		TokenHash: models.TokenKey(token), DraftID: s.row.ID, ExpiresAt: until, CreatedAt: s.tx.Now,
	})
}
