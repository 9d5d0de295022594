package zalo

import (
	"context"
	"fmt"
	"io"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

// errSize refuses what is said to be larger than we take.
var errSize = models.Invalid{Field: "media", Key: "error_media_size"}

// Fetch opens what a resident sent, from Zalo's own hosts only.
func (o *OA) Fetch(ctx context.Context, m bots.Media) (io.ReadCloser, error) {
	return fetch(ctx, o.media, m)
}

// Fetch opens what a resident sent, from Zalo's own hosts only.
func (b *Bot) Fetch(ctx context.Context, m bots.Media) (io.ReadCloser, error) {
	return fetch(ctx, b.media, m)
}

func fetch(ctx context.Context, client *bots.MediaClient, m bots.Media) (io.ReadCloser, error) {
	if m.Size > bots.MaxMedia {
		return nil, fmt.Errorf("fetch media: %w", errSize)
	}
	return client.Open(ctx, m.URL)
}
