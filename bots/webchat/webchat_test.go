package webchat_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/botstest"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
)

const upload = webchat.Uploads + "01980000-0000-7000-8000-000000000001"

func TestConformance(t *testing.T) {
	adapter := webchat.Adapter{
		Open: func(_ context.Context, key string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("bytes of " + key)), nil
		},
	}
	botstest.Run(t, botstest.Case{
		Name: "webchat",
		New:  func(string) bots.Adapter { return adapter },
		Bare: func() bots.Adapter { return webchat.Adapter{} },
		Sends: map[string]botstest.Send{
			"is done when it is recorded": {Out: bots.Outgoing{Delivery: "d1", To: "u1", Text: "Xin chào"}, ID: "d1"},
		},
		Fetches: map[string]botstest.Fetch{
			"gives what was uploaded":         {Media: bots.Media{FileID: upload}, Bytes: "bytes of " + upload},
			"gives nothing else of the store": {Media: bots.Media{FileID: "clean/a"}, Err: models.ErrNotFound},
			"climbs no folder":                {Media: bots.Media{FileID: webchat.Uploads + "../a"}, Err: models.ErrNotFound},
			"opens no address":                {Media: bots.Media{URL: "https://example.org/a"}, Err: models.ErrNotFound},
		},
	})
}
