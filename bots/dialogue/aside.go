package dialogue

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// setAside gives up on an event whose turns fail, so that its sender's next ones are not held up. What it says is left
// to a person, unless that fails too: `vticket doctor` counts it in either case.
func (t *Talk) setAside(ctx context.Context, e models.InboxEvent) error {
	aside := func(tx *store.Tx) error { return tx.Quarantine(e.ID, "turn failed") }
	err := t.Store.Tx(ctx, func(tx *store.Tx) error {
		if err := aside(tx); err != nil {
			return err
		}
		return t.leave(tx, e)
	})
	if err == nil {
		return nil
	}
	t.Log.ErrorContext(ctx, "words of an event set aside not kept", "inbox_id", e.ID, "error", err)
	return t.Store.Tx(ctx, aside)
}

// told are the kinds of event that tell us something.
var told = []bots.Kind{
	bots.KindText, bots.KindImage, bots.KindVideo, bots.KindAudio, bots.KindFile, bots.KindLocation,
}

// leave keeps what an event says that no turn can read, and calls a person to its conversation. Of what is no message
// to us, or cannot be decoded, nothing is kept.
func (t *Talk) leave(tx *store.Tx, e models.InboxEvent) error {
	var in bots.Incoming
	if err := bots.Decode([]byte(e.Payload), &in); err != nil {
		return nil //nolint:nilerr // there is nothing to keep, and doctor counts it
	}
	if in.ChatType != "" || in.Edited || !slices.Contains(told, in.Kind) ||
		strings.HasPrefix(e.Sender, bots.CommentPrefix) {
		return nil
	}
	if in.Text != nil {
		in.Text = new(models.Clean(*in.Text, 10_000))
	}
	address, err := tx.Address(e.Channel, e.Account, e.Sender)
	if err != nil {
		return err
	}
	talk, err := tx.MeetConversation(address)
	if err != nil {
		return err
	}
	s := &scene{talk: t, tx: tx, conversation: talk, turn: store.Turn{
		Conversation: talk, Account: e.Account, ExternalID: e.Sender, BlockedAt: address.BlockedAt, Held: address.Held,
	}}
	if err := s.keep(e, &in, &Input{}); err != nil {
		return err
	}
	if err := s.callPerson(time.Hour); err != nil {
		return err
	}
	return s.save()
}
