// Package notifications knows how to reach people: which words go to which address, what a failed send means and
// when to try again. It never decides what is said, and never changes a ticket.
package notifications

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// sendTimeout ends every call to a platform 5 s before the lease does (design §4).
const sendTimeout = store.LeaseFor - 5*time.Second

// maxAttempts is how often a delivery is tried before it is dead: with the waits of retryAfter, in about 11 hours.
const maxAttempts = 16

// tokenWait is for credentials that are refused: until somebody has mended them.
const tokenWait = 5 * time.Minute

// Courier sends what is queued: it is what the task "deliver" calls.
type Courier struct {
	Store     *store.Store
	Desk      *workflow.Desk
	Adapters  map[string]bots.Adapter
	Photos    photos.Store
	Catalogue models.Catalogue
	PublicURL string // how the world reaches our pages; empty: it does not
	Ladder    Ladder
	Record    bots.Record // hears what every try came to that failed; nil: nobody does
	Log       *slog.Logger

	pace pace
}

// Deliver sends what waits for one address, in order, under the address's lease. When another courier holds the lease
// it returns at once: that one looks again before it gives the lease back.
func (c *Courier) Deliver(ctx context.Context, addressID string) error {
	var address models.Address
	var p parcel
	var more bool
	err := c.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		more = false
		var held bool
		if address, held, err = tx.ClaimAddress(addressID); err != nil || !held {
			return err
		}
		p, more, err = c.next(ctx, tx, address)
		return err
	})
	for err == nil && more {
		p, more, err = c.send(ctx, address, p)
	}
	if errors.Is(err, models.ErrConflict) {
		return nil // the lease was lost while we slept: somebody else goes on
	}
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	return nil
}

// parcel is one delivery with all that is needed to send it.
type parcel struct {
	message  models.Message
	talk     models.Conversation // with the address
	delivery models.Delivery
	out      bots.Outgoing
	lost     bool  // whoever sent it before died: it may have arrived
	price    int64 // in đồng, to be booked once it may have arrived; 0: free, or booked
}

// next claims what is to be sent next; false when that is nothing, it is too soon for this resident, or we are being
// stopped: the lease is given back, and no worker waits.
func (c *Courier) next(ctx context.Context, tx *store.Tx, a models.Address) (p parcel, found bool, err error) {
	adapter, ok := c.Adapters[a.Channel]
	if !ok {
		return p, false, fmt.Errorf("no adapter for channel %s", a.Channel)
	}
	again := c.pace.again(a.ID)
	if ctx.Err() == nil && !again.After(tx.Now) {
		p, found, err = c.claim(tx, a, adapter.Limits())
	}
	if err != nil || found {
		return p, found, err
	}
	return p, false, tx.ReleaseAddress(a, again)
}

// send sends one parcel outside of any transaction, records what came of it under the same lease, and claims the next.
func (c *Courier) send(ctx context.Context, a models.Address, p parcel) (following parcel, more bool, err error) {
	sent, sendErr := c.hand(ctx, a.Channel, p)
	c.pace.sent(a.ID, c.Adapters[a.Channel].Limits(), c.Store.Now())
	if sendErr != nil {
		level := slog.LevelInfo
		switch failed, _ := errors.AsType[*bots.SendError](sendErr); {
		case failed == nil:
		case failed.Class == bots.ErrToken:
			level = slog.LevelError // until a person mends it nobody is answered
		case failed.Cause == ownPace:
			level = slog.LevelDebug
		}
		c.Log.Log(ctx, level, "message not delivered", "delivery_id", p.delivery.ID, "channel", a.Channel,
			"error", sendErr)
	}
	keepCtx := context.WithoutCancel(ctx) // what the platform said is kept even if we are being stopped
	err = c.Store.Tx(keepCtx, func(tx *store.Tx) (err error) {
		if err = c.keep(tx, a, p, sent, sendErr); err != nil {
			return err
		}
		following, more, err = c.next(ctx, tx, a)
		return err
	})
	if err != nil && !errors.Is(err, models.ErrConflict) { // what is wrong with the next must not send this one again
		alone := c.Store.Tx(keepCtx, func(tx *store.Tx) error { return c.keep(tx, a, p, sent, sendErr) })
		err = errors.Join(err, alone)
	}
	return following, more, err
}

// hand gives a parcel to its platform, at the pace that the platform allows.
func (c *Courier) hand(ctx context.Context, channel string, p parcel) (bots.Sent, error) {
	adapter := c.Adapters[channel]
	wait, err := c.pace.enter(channel, p.delivery.ID, adapter.Limits(), c.Store.Now())
	if err != nil {
		return bots.Sent{}, err
	}
	defer func() { c.pace.leave(channel, adapter.Limits(), err, c.Store.Now()) }()
	rest(ctx, wait)
	ctx, cancel := context.WithTimeout(bots.WithDelivery(ctx, p.delivery.ID), sendTimeout)
	defer cancel()
	var sent bots.Sent
	began := c.Store.Now()
	if sent, err = adapter.Send(ctx, p.out); err != nil {
		err = bots.Unsaid(err, p.out)
		c.judged(channel, p, err, began)
	}
	return sent, err
}

// judged tells what a try that failed came to: some fail before the platform is asked anything.
func (c *Courier) judged(channel string, p parcel, err error, began time.Time) {
	if c.Record == nil {
		return
	}
	failed := &bots.SendError{Class: bots.ErrRetry, Cause: bots.Redact(err.Error(), nil, p.out.Text)}
	errors.As(err, &failed)
	c.Record(bots.Exchange{
		Delivery: p.delivery.ID, Channel: channel, Class: failed.Class, Error: failed.Cause,
		Began: c.Store.Now(), Took: c.Store.Now().Sub(began),
	})
}

func rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// keep records what became of a parcel. The ticket comes before the address: the order in which verbs take them.
func (c *Courier) keep(tx *store.Tx, a models.Address, p parcel, sent bots.Sent, sendErr error) error {
	if sendErr == nil && p.delivery.Part == 0 {
		if err := c.Desk.Delivered(tx, p.message); err != nil {
			return err
		}
	}
	if err := tx.HoldAddress(a); err != nil {
		return err
	}
	d := outcome(p, sent, sendErr, tx.Now)
	if quoteRefused(d, p.out) { // it goes once more, at once and without
		d.Status, d.NotBefore = models.DeliveryQueued, tx.Now
		if err := tx.DropQuote(p.message.ID); err != nil {
			return err
		}
	}
	if p.price > 0 && (d.Status == models.DeliverySent || d.Ambiguous) {
		if err := tx.Spend(a.Channel, today(tx.Now), p.price); err != nil {
			return err
		}
	}
	d, err := c.byPhone(tx, p, d, sendErr)
	if err != nil {
		return err
	}
	if d.ErrorClass == string(bots.ErrBlocked) {
		if err := tx.BlockAddress(a.ID, true); err != nil {
			return err
		}
	}
	return c.save(tx, a, d, p.message)
}

// save keeps what became of a delivery, and climbs on when it could not go by this step. When they write, an approved
// text that has to wait is not needed any more, and who had to be tried again is in reach.
func (c *Courier) save(tx *store.Tx, a models.Address, d models.Delivery, m models.Message) error {
	if err := tx.SaveDelivery(d); err != nil {
		return err
	}
	switch {
	case climbs(d):
		return c.climb(tx, a, d, m)
	case d.Status == models.DeliveryQueued && (d.Step == models.StepTemplate || d.ErrorClass == string(bots.ErrRetry)):
		return tx.Hold(a.ID)
	}
	return nil
}

func (c *Courier) claim(tx *store.Tx, a models.Address, limits bots.Limits) (parcel, bool, error) {
	for {
		d, found, err := c.firstAlive(tx, a)
		if err != nil || !found {
			return parcel{}, false, err
		}
		p, err := c.pack(tx, d, limits)
		p.lost = d.Status == models.DeliverySending
		if err == nil && p.delivery.Status == models.DeliverySending {
			err = c.route(tx, a, &p)
		}
		if err != nil {
			return p, false, err
		}
		if err := c.save(tx, a, p.delivery, p.message); err != nil {
			return p, false, err
		}
		switch p.delivery.Status {
		case models.DeliverySending:
			return p, true, nil
		case models.DeliveryQueued:
			return p, false, nil // its picture is on its way, or it is night
		default:
		}
	}
}

// route decides when and by which means a parcel goes.
func (c *Courier) route(tx *store.Tx, a models.Address, p *parcel) error {
	var err error
	if p.talk.AddressID != a.ID {
		if p.talk, err = tx.ConversationWith(a.ID); err != nil {
			return err
		}
	}
	if p.message.ConversationID != p.talk.ID { // what is answered stands in another chat
		p.out.Quote = ""
	}
	p.out.To, p.out.Comment = a.ExternalID, comment(a)
	if err := c.charge(tx, a.Channel, p); err != nil {
		return err
	}
	morning, err := c.quiet(tx, a, p.message, p.talk)
	if err != nil {
		return err
	}
	if !morning.IsZero() {
		p.delivery.Status, p.delivery.Attempts = models.DeliveryQueued, p.delivery.Attempts-1
		p.delivery.NotBefore, p.delivery.ErrorClass = morning, models.QuietHours
		return tx.Hold(a.ID)
	}
	class, err := c.reach(tx, a, p, p.talk)
	if class != "" {
		p.delivery.Status, p.delivery.ErrorClass = models.DeliveryDead, class
	}
	return err
}

// firstAlive returns the next delivery of an address. One whose sender died before it could tell us may have arrived:
// it is sent once more, not a third time, and not at all if it asks for stars. Nothing is sent to somebody who blocked
// us.
func (c *Courier) firstAlive(tx *store.Tx, a models.Address) (models.Delivery, bool, error) {
	for {
		d, found, err := tx.NextDelivery(a.ID)
		if err != nil || !found {
			return d, found, err
		}
		lost := d.Status == models.DeliverySending
		blocked := a.BlockedAt != nil && d.Step != models.StepTemplate
		if !lost && !blocked {
			return d, true, nil
		}
		m, err := tx.Message(d.MessageID)
		if err != nil {
			return d, false, err
		}
		resent := lost && (d.Ambiguous || m.AsksStars())
		d.Ambiguous = d.Ambiguous || lost
		switch {
		case blocked:
			d.ErrorClass = string(bots.ErrBlocked)
		case !resent:
			return d, true, nil
		}
		d.Status = models.DeliveryDead
		if err := c.save(tx, a, d, m); err != nil {
			return d, false, err
		}
	}
}

// outcome is what a delivery becomes by what its send gave. What may have arrived is tried once more, but for the
// question for stars: nobody is to be asked twice how it was (design §7).
func outcome(p parcel, sent bots.Sent, err error, now time.Time) models.Delivery {
	d := p.delivery
	if err == nil {
		d.Status, d.PlatformID, d.SentAt, d.ErrorClass = models.DeliverySent, sent.ID, &now, ""
		return d
	}
	failed := &bots.SendError{Class: bots.ErrRetry, Ambiguous: true}
	errors.As(err, &failed)
	d.ErrorClass = string(failed.Class)
	d.Status, d.NotBefore = models.DeliveryQueued, now.Add(retryAfter(d.Attempts))
	switch {
	case failed.Class == bots.ErrThrottled: // no try: nobody has looked at the message
		d.Attempts, d.NotBefore = d.Attempts-1, now.Add(max(failed.RetryAfter, time.Second))
	case failed.Class == bots.ErrToken && failed.Template && d.Step == models.StepTemplate:
		d.Status, d.ErrorClass = models.DeliveryDead, classTemplate
	case failed.Class == bots.ErrToken:
		d.Attempts, d.NotBefore = d.Attempts-1, now.Add(tokenWait)
	case failed.Class != bots.ErrRetry || d.Attempts >= maxAttempts,
		failed.Tries > 0 && d.Attempts >= failed.Tries:
		d.Status = models.DeliveryDead
	case failed.Ambiguous && (d.Ambiguous || p.message.AsksStars()): // it may be there, or there twice, already
		d.Status = models.DeliveryDead
	case failed.Ambiguous:
		d.NotBefore = now.Add(max(store.AmbiguousWait, retryAfter(d.Attempts)))
	}
	d.Ambiguous = d.Ambiguous || failed.Ambiguous
	return d
}

// quoteRefused tells whether a delivery died of what it quoted: that may be gone, or be nothing that the platform lets
// us quote, and the words count more.
func quoteRefused(d models.Delivery, out bots.Outgoing) bool {
	return out.Quote != "" && d.Status == models.DeliveryDead && d.ErrorClass == string(bots.ErrRejected) &&
		d.Attempts < maxAttempts
}

// retryAfter is the wait before the next try: 5 s, doubling to two hours.
func retryAfter(attempts int) time.Duration {
	return min(5*time.Second<<min(attempts-1, 11), 2*time.Hour)
}
