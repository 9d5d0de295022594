package dialogue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
)

// depot is a fetcher over a folder, on one database.
type depot struct {
	*dialogue.Fetcher
	clock *modelstest.Clock
	disk  *photos.Disk
}

func eachDepot(t *testing.T, test func(t *testing.T, d *depot)) {
	t.Helper()
	clock := modelstest.NewClock(t, "2026-03-06T09:00:00Z")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		disk, err := photos.OpenDisk(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = disk.Close() })
		d := &depot{clock: clock, disk: disk}
		d.Fetcher = &dialogue.Fetcher{
			Store: s, Desk: desk, Photos: disk, Log: slog.New(slog.DiscardHandler),
			Adapters: map[string]bots.Adapter{webchat.Name: webchat.Adapter{Open: disk.Open, Delete: disk.Delete}},
		}
		test(t, d)
	})
}

// picture is a drawn JPEG.
func picture(t *testing.T) []byte {
	t.Helper()
	return drawing(t, func(x, y int) color.Color { return color.RGBA{uint8(x), uint8(y), uint8(x * y), 255} })
}

// drawing is a JPEG of what a brush paints at each point.
func drawing(t *testing.T, brush func(x, y int) color.Color) []byte {
	t.Helper()
	drawn := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for x := range 640 {
		for y := range 480 {
			drawn.Set(x, y, brush(x, y))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawn, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload stores bytes as the web chat does, and the row that asks for them.
func (d *depot) upload(t *testing.T, media models.AttachmentMedia, raw []byte) (id, key string) {
	t.Helper()
	key = webchat.Uploads + models.NewID()
	if raw != nil {
		if err := d.disk.Put(t.Context(), key, bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
	}
	source, err := json.Marshal(bots.Source{Channel: webchat.Name, Media: bots.Media{Type: bots.Kind(media), FileID: key}})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Store.Tx(t.Context(), func(tx *store.Tx) error {
		c, _, err := tx.LockConversation(webchat.Name, webchat.Account, "lan")
		if err != nil {
			return err
		}
		a := models.Attachment{
			ConversationID: &c.ID, Kind: models.AttachmentEvidence, Media: media, Source: string(source),
		}
		err = tx.InsertAttachment(&a)
		id = a.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, key
}

func (d *depot) fetched(t *testing.T, id string) (a models.Attachment) {
	t.Helper()
	if err := d.FetchPhoto(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	err := d.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
		a, err = tx.Attachment(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (d *depot) has(t *testing.T, key string) bool {
	t.Helper()
	body, err := d.disk.Open(t.Context(), key)
	if err == nil {
		_ = body.Close()
	}
	return err == nil
}

func TestFetchKeepsCleanCopies(t *testing.T) {
	eachDepot(t, func(t *testing.T, d *depot) {
		t.Helper()
		id, key := d.upload(t, models.MediaImage, picture(t))
		a := d.fetched(t, id)
		if !a.Picture() || a.Width != 640 || a.SmallWidth != 320 || len(a.SHA256) != 64 || a.DHash == 0 || a.Bytes == 0 {
			t.Errorf("the row: %+v", a)
		}
		if !d.has(t, a.LargeKey()) || !d.has(t, a.SmallKey()) || d.has(t, key) || d.has(t, a.OriginalKey()) {
			t.Error("both clean copies are kept, and nothing else")
		}
		again := d.fetched(t, id)
		if diff := cmp.Diff(a, again); diff != "" {
			t.Errorf("a task that runs twice changes nothing (-want +got):\n%s", diff)
		}
	})
}

func TestFetchKeepsSoundAsItCame(t *testing.T) {
	eachDepot(t, func(t *testing.T, d *depot) {
		t.Helper()
		id, key := d.upload(t, models.MediaAudio, []byte("not really sound"))
		a := d.fetched(t, id)
		if a.Status != models.AttachmentReady || a.Bytes != 16 || len(a.SHA256) != 64 || d.has(t, key) {
			t.Errorf("the row: %+v", a)
		}
		body, err := d.disk.Open(t.Context(), a.OriginalKey())
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if raw, _ := io.ReadAll(body); string(raw) != "not really sound" {
			t.Errorf("kept %q", raw)
		}
		id, _ = d.upload(t, models.MediaVideo, make([]byte, bots.MaxMedia+1))
		if a := d.fetched(t, id); a.Status != models.AttachmentRefused || a.Fault != "error_media_size" {
			t.Errorf("one byte too many: %s %s", a.Status, a.Fault)
		}
	})
}

// What is no picture is refused once, and the resident is asked for another.
func TestFetchRefusesWhatIsNoPicture(t *testing.T) {
	eachDepot(t, func(t *testing.T, d *depot) {
		t.Helper()
		id, key := d.upload(t, models.MediaImage, []byte("\xff\xd8\xff\xe0 but nothing follows"))
		a := d.fetched(t, id)
		if a.Status != models.AttachmentRefused || a.Fault == "" || a.Attempts != 1 || d.has(t, key) {
			t.Errorf("the row: %+v", a)
		}
		asked := func() (times int) {
			err := d.Store.Read(t.Context(), func(tx *store.Tx) error {
				all, _, err := tx.ConversationMessages(*a.ConversationID, 100)
				for _, m := range all {
					if m.Key == "photo_refused" {
						times++
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return times
		}
		another, _ := d.upload(t, models.MediaImage, []byte("not a picture either"))
		if d.fetched(t, another); asked() != 1 {
			t.Errorf("another picture is asked for %d times, of an album want once", asked())
		}
		d.clock.Move(6 * time.Minute)
		later, _ := d.upload(t, models.MediaImage, []byte("nor this"))
		if d.fetched(t, later); asked() != 2 {
			t.Errorf("another picture is asked for %d times, want again for a later one", asked())
		}
	})
}

// silent is a platform that does not answer.
type silent struct {
	bots.Adapter
	tries int
}

func (s *silent) Fetch(context.Context, bots.Media) (io.ReadCloser, error) {
	s.tries++
	return nil, errors.New("connection refused")
}

func TestFetchTriesAgainAndGivesUp(t *testing.T) {
	eachDepot(t, func(t *testing.T, d *depot) {
		t.Helper()
		platform := &silent{}
		good := d.Adapters
		d.Adapters = map[string]bots.Adapter{webchat.Name: platform}
		id, key := d.upload(t, models.MediaImage, picture(t))
		saved, _ := d.upload(t, models.MediaImage, picture(t))
		var waits []time.Duration
		a := d.fetched(t, id)
		for ; a.Status == models.AttachmentWaiting && len(waits) < 10; a = d.fetched(t, id) {
			waits = append(waits, a.WakeAt.Sub(d.Store.Now()))
			d.clock.Move(waits[len(waits)-1])
		}
		want := []time.Duration{
			10 * time.Second, 40 * time.Second, 160 * time.Second, 640 * time.Second, 2560 * time.Second,
		}
		if diff := cmp.Diff(want, waits); diff != "" {
			t.Errorf("waits (-want +got):\n%s", diff)
		}
		if a.Status != models.AttachmentUnavailable || a.Fault == "" || platform.tries != 6 || !d.has(t, key) {
			t.Errorf("after %d tries: %+v", platform.tries, a)
		}
		d.fetched(t, saved)
		d.Adapters = good
		if a := d.fetched(t, saved); !a.Picture() || a.Attempts != 2 {
			t.Errorf("a platform that came back: %+v", a)
		}
	})
}

// stolen is a fetch during which the lease ends and another worker finishes the work.
type stolen struct {
	bots.Adapter
	meanwhile func()
}

func (s *stolen) Fetch(context.Context, bots.Media) (io.ReadCloser, error) {
	s.meanwhile()
	return nil, errors.New("connection reset")
}

func TestFetchLosesItsLease(t *testing.T) {
	eachDepot(t, func(t *testing.T, d *depot) {
		t.Helper()
		id, _ := d.upload(t, models.MediaImage, picture(t))
		other := *d.Fetcher
		slow := &stolen{meanwhile: func() {
			d.clock.Move(time.Minute)
			if err := other.FetchPhoto(context.Background(), id); err != nil {
				t.Error(err)
			}
		}}
		d.Adapters = map[string]bots.Adapter{webchat.Name: slow}
		if a := d.fetched(t, id); !a.Picture() || a.Attempts != 2 {
			t.Errorf("what the other found stays: %+v", a)
		}
	})
}
