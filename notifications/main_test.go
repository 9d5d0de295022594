package notifications_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
)

var desk *workflow.Desk

var discard = slog.New(slog.DiscardHandler)

func TestMain(m *testing.M) {
	areas, err := places.Approximate()
	if err == nil {
		desk, err = workflow.NewDesk(areas)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// platform is a chat platform in memory: it keeps what it took and fails as it is told.
type platform struct {
	limits bots.Limits
	taken  []string            // texts, and the names of pictures
	fails  []error             // for the next sends; nil takes the message
	on     func(bots.Outgoing) // called in every send
}

func (p *platform) Name() string                                             { return "webchat" }
func (p *platform) Verify(http.Header, []byte) error                         { return nil }
func (p *platform) Parse([]byte) ([]bots.Incoming, error)                    { return nil, io.EOF }
func (p *platform) Limits() bots.Limits                                      { return p.limits }
func (p *platform) Fetch(context.Context, bots.Media) (io.ReadCloser, error) { return nil, io.EOF }

func (p *platform) Send(_ context.Context, out bots.Outgoing) (bots.Sent, error) {
	if p.on != nil {
		p.on(out)
	}
	if len(p.fails) > 0 {
		err := p.fails[0]
		p.fails = p.fails[1:]
		if err != nil {
			return bots.Sent{}, err
		}
	}
	if out.Text != "" {
		p.taken = append(p.taken, out.Text)
	}
	for _, photo := range out.Photos {
		p.taken = append(p.taken, photo.Name)
	}
	return bots.Sent{ID: fmt.Sprintf("p%d", len(p.taken))}, nil
}

// round is a courier, the platform it brings to, and one resident.
type round struct {
	*notifications.Courier
	*platform
	clock   *modelstest.Clock
	address models.Address
	talk    models.Conversation
}

func eachRound(t *testing.T, test func(t *testing.T, r *round)) {
	t.Helper()
	clock := modelstest.NewClock(t, "2026-03-06T02:00:00Z")
	modelstest.EachStore(t, clock.Now, func(t *testing.T, s *store.Store) {
		t.Helper()
		r := &round{platform: &platform{}, clock: clock}
		r.Courier = &notifications.Courier{
			Store: s, Desk: desk, Adapters: map[string]bots.Adapter{"webchat": r.platform}, Catalogue: desk.Catalogue,
			Log: discard,
		}
		r.tx(t, func(tx *store.Tx) (err error) {
			if _, err = workflow.SeedDepartments(tx, desk.Catalogue, nil); err != nil {
				return err
			}
			if r.talk, _, err = tx.LockConversation("webchat", "web", "lan"); err != nil {
				return err
			}
			r.address, _, err = tx.FindAddress("webchat", "web", "lan")
			return err
		})
		test(t, r)
	})
}

func (r *round) tx(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := r.Store.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// say queues a colleague's words.
func (r *round) say(t *testing.T, words ...string) {
	t.Helper()
	for _, text := range words {
		r.tx(t, func(tx *store.Tx) error {
			_, err := tx.Say(models.Message{
				ConversationID: r.talk.ID, Author: "bot", Key: models.KeyVerbatim, Args: models.Args{"text": text},
			})
			return err
		})
	}
}

func (r *round) deliver(t *testing.T) {
	t.Helper()
	if err := r.Deliver(t.Context(), r.address.ID); err != nil {
		t.Fatalf("the round is to succeed: %v", err)
	}
}

// head is the first delivery that is neither sent nor dead; a far look ahead, so that one that waits is seen.
func (r *round) head(t *testing.T) (d models.Delivery) {
	t.Helper()
	r.tx(t, func(tx *store.Tx) (err error) {
		tx.Now = tx.Now.Add(100 * time.Hour)
		d, _, err = tx.NextDelivery(r.address.ID)
		return err
	})
	return d
}
