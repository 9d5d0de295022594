package telegram

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

var (
	errSize = models.Invalid{Field: "media", Key: "error_media_size"}
	errPath = models.Invalid{Field: "media", Key: "error_media_host"}
)

// Fetch asks where a file is and opens it there. Its address holds the token, so it is made anew each time and never
// kept; the library would make it for Telegram's own servers only.
func (a *Adapter) Fetch(ctx context.Context, m bots.Media) (io.ReadCloser, error) {
	if m.Size > bots.MaxMedia {
		return nil, fmt.Errorf("fetch file: %w", errSize)
	}
	result, err := a.request(ctx, "getFile", tgbotapi.Params{"file_id": m.FileID})
	if refused(err, "file is too big") {
		return nil, fmt.Errorf("fetch file: %w", errSize)
	}
	if err != nil {
		return nil, fmt.Errorf("ask for file: %w", err)
	}
	var file tgbotapi.File
	if err := bots.Decode(result, &file); err != nil {
		return nil, fmt.Errorf("read answer of getFile: %w", err)
	}
	if file.FileSize > bots.MaxMedia {
		return nil, fmt.Errorf("fetch file: %w", errSize)
	}
	address, err := a.fileAddress(file.FilePath)
	if err != nil {
		return nil, fmt.Errorf("fetch file: %w", err)
	}
	return a.media.Open(ctx, address)
}

// fileAddress is where a file is, if its path stays below that of our files.
func (a *Adapter) fileAddress(path string) (string, error) {
	base, err := url.Parse(a.base)
	if err != nil || !fs.ValidPath(path) || path == "." || strings.ContainsAny(path, `:\?#%`) {
		return "", errPath
	}
	return base.JoinPath("file", "bot"+a.token, path).String(), nil
}
