package dialogue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// fetchTimeout ends a fetch 5 s before the lease does (design §4).
const fetchTimeout = store.LeaseFor - 5*time.Second

// maxFetches is how often an attachment is tried before it is unavailable: with the waits of fetchAfter, in an hour.
const maxFetches = 6

// Fetcher brings attachments home: it is what the task "fetch" calls.
type Fetcher struct {
	Store    *store.Store
	Desk     *workflow.Desk
	Adapters map[string]bots.Adapter
	Photos   photos.Store
	Log      *slog.Logger
}

// FetchPhoto fetches one attachment, under its lease: the bytes outside of any transaction, what came of it in another
// under the same token. An image is kept as its clean copies only; sound, film and files are kept as they came.
func (f *Fetcher) FetchPhoto(ctx context.Context, attachmentID string) error {
	var a models.Attachment
	var held bool
	err := f.Store.Tx(ctx, func(tx *store.Tx) error {
		var err error
		a, held, err = tx.ClaimAttachment(attachmentID)
		return err
	})
	if err != nil || !held {
		return err
	}
	var source bots.Source
	fetched, err := a, json.Unmarshal([]byte(a.Source), &source)
	if err == nil && a.Attempts <= maxFetches { // beyond: each try ended its worker
		fetched, err = f.fetch(ctx, a, source)
	}
	if err != nil {
		f.Log.InfoContext(ctx, "attachment not fetched", "attachment_id", a.ID, "channel", source.Channel,
			"attempt", a.Attempts, "error", err)
	}
	kept := f.fetchOutcome(fetched, err)
	// What came of it is kept even if we are being stopped.
	ctx = context.WithoutCancel(ctx)
	err = f.Store.Tx(ctx, func(tx *store.Tx) error {
		return f.keep(tx, kept)
	})
	if errors.Is(err, models.ErrConflict) {
		return nil // the lease was lost while we slept: somebody else goes on
	}
	if err != nil {
		return fmt.Errorf("fetch photo: %w", err)
	}
	if kept.Status == models.AttachmentReady || kept.Status == models.AttachmentRefused {
		f.release(ctx, source) // of what is unavailable to us the upload may be the only copy
	}
	return nil
}

// keep writes what became of an attachment, and lets the ticket know whose finished work it shows: its lock comes
// before the row's.
func (f *Fetcher) keep(tx *store.Tx, row models.Attachment) error {
	var ticketID *string
	if row.Kind == models.AttachmentAfter && row.Status != models.AttachmentWaiting {
		now, err := tx.Attachment(row.ID) // another ticket's, when the one that it came to was merged meanwhile
		if ticketID = now.TicketID; err == nil && ticketID != nil {
			_, err = tx.LockTicket(models.System(), *ticketID)
		}
		if err != nil {
			return err
		}
	}
	if err := tx.SaveAttachment(&row); err != nil {
		return err
	}
	if ticketID != nil {
		act := workflow.Act{Actor: models.System(), Ticket: *ticketID}
		_, err := f.Desk.Inspect(tx, workflow.InspectInput{Act: act, Photo: row.ID})
		return err
	}
	return f.tellRefused(tx, row)
}

// fetch keeps the bytes and returns the row that describes them.
func (f *Fetcher) fetch(ctx context.Context, a models.Attachment, source bots.Source) (models.Attachment, error) {
	adapter, ok := f.Adapters[source.Channel]
	if !ok {
		return a, fmt.Errorf("no adapter for channel %q", source.Channel)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	body, err := adapter.Fetch(ctx, source.Media)
	if err != nil {
		return a, err
	}
	defer func() { _ = body.Close() }()
	if a.Media == models.MediaImage {
		return f.keepImage(ctx, a, body)
	}
	return f.keepOriginal(ctx, a, body)
}

func (f *Fetcher) keepImage(ctx context.Context, a models.Attachment, body io.Reader) (models.Attachment, error) {
	p, err := photos.Clean(body)
	if err != nil {
		return a, err
	}
	if err := f.Photos.Put(ctx, a.LargeKey(), bytes.NewReader(p.Large)); err != nil {
		return a, err
	}
	if err := f.Photos.Put(ctx, a.SmallKey(), bytes.NewReader(p.Small)); err != nil {
		return a, err
	}
	a.SHA256, a.DHash, a.Bytes = p.SHA256, int64(p.DHash), int64(len(p.Large))
	a.Width, a.Height, a.SmallWidth, a.SmallHeight = p.Width, p.Height, p.SmallWidth, p.SmallHeight
	a.TakenAt, a.Lat, a.Lon = p.TakenAt, p.Lat, p.Lon
	a.Status = models.AttachmentReady
	return a, nil
}

func (f *Fetcher) keepOriginal(ctx context.Context, a models.Attachment, body io.Reader) (models.Attachment, error) {
	sum := sha256.New()
	read := &meter{from: io.TeeReader(body, sum)}
	if err := f.Photos.Put(ctx, a.OriginalKey(), read); err != nil {
		return a, err
	}
	a.SHA256, a.Bytes, a.Status = hex.EncodeToString(sum.Sum(nil)), read.size, models.AttachmentReady
	return a, nil
}

// meter counts what is read and refuses more than bots.MaxMedia.
type meter struct {
	from io.Reader
	size int64
}

// Read reads on, or fails with models.Invalid.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	if m.size += int64(n); m.size > bots.MaxMedia {
		return 0, models.Invalid{Field: "media", Key: "error_media_size"}
	}
	return n, err
}

// fetchOutcome is what an attachment becomes by what its fetch gave.
func (f *Fetcher) fetchOutcome(a models.Attachment, err error) models.Attachment {
	invalid, refused := errors.AsType[models.Invalid](err)
	switch {
	case refused:
		a.Status, a.Fault = models.AttachmentRefused, invalid.Key
	case a.Status == models.AttachmentReady:
		a.Fault = ""
	case a.Attempts >= maxFetches:
		a.Status, a.Fault = models.AttachmentUnavailable, "fault_media_unavailable"
	default:
		at := f.Store.Now().Add(fetchAfter(a.Attempts))
		a.WakeAt = &at
	}
	return a
}

// fetchAfter is the wait before the next try: 10 s, four times as long each time.
func fetchAfter(attempts int) time.Duration { return 10 * time.Second << (2 * min(attempts-1, 5)) }

const photoRefused = "photo_refused"

// refusedEvery is the time between two requests for another picture: those of an album are refused together.
const refusedEvery = 5 * time.Minute

// tellRefused asks the resident for another picture; without it they would wait for an answer to one we do not have.
func (f *Fetcher) tellRefused(tx *store.Tx, a models.Attachment) error {
	if a.Status != models.AttachmentRefused || a.Media != models.MediaImage || a.ConversationID == nil {
		return nil
	}
	told, err := tx.ToldLately(*a.ConversationID, photoRefused, tx.Now.Add(-refusedEvery))
	if err != nil || told {
		return err
	}
	_, err = tx.Say(models.Message{ConversationID: *a.ConversationID, Author: "bot", Key: photoRefused})
	return err
}

func (f *Fetcher) release(ctx context.Context, source bots.Source) {
	releaser, ok := f.Adapters[source.Channel].(bots.Releaser)
	if !ok {
		return
	}
	if err := releaser.Release(ctx, source.Media); err != nil {
		f.Log.WarnContext(ctx, "upload not removed", "error", err)
	}
}
