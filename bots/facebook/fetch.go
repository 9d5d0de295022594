package facebook

import (
	"context"
	"fmt"
	"io"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

var errSize = models.Invalid{Field: "media", Key: "error_media_size"}

// Fetch opens an attachment at its signed address, which is good for a short time only. It asks nothing of the Graph
// API, and tells no token.
func (a *Adapter) Fetch(ctx context.Context, m bots.Media) (io.ReadCloser, error) {
	if m.Size > bots.MaxMedia {
		return nil, fmt.Errorf("fetch attachment: %w", errSize)
	}
	return a.media.Open(ctx, m.URL)
}
