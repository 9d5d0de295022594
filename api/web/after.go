package web

import (
	"encoding/json"
	"fmt"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// KeepAfter keeps pictures of finished work for a ticket, and asks for them to be cleaned; it returns their ids. The
// web chat's adapter finds uploads again.
func KeepAfter(tx *store.Tx, ticketID string, all []bots.Media) ([]string, error) {
	ids := make([]string, 0, len(all))
	for _, m := range all {
		source, err := json.Marshal(bots.Source{
			Channel: models.ChannelWebchat, Account: models.AccountWebchat, Media: m,
		})
		if err != nil {
			return nil, fmt.Errorf("encode source: %w", err)
		}
		row := models.Attachment{
			TicketID: &ticketID, Kind: models.AttachmentAfter, Media: models.MediaImage, Source: string(source),
		}
		if err := tx.InsertAttachment(&row); err != nil {
			return nil, err
		}
		ids = append(ids, row.ID)
	}
	return ids, nil
}
