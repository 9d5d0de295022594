package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// hear brings the program what a resident sends, as a platform would, and lets it be read at once.
func (d *demo) hear(ctx context.Context, who *reporter, in bots.Incoming) error {
	who.said++
	id := fmt.Sprintf("%s:%d", who.external, who.said)
	in.Channel, in.User, in.Message, in.Actionable = who.channel, who.external, &id, true
	row, err := in.Inbox(who.account)
	if err != nil {
		return err
	}
	if err := d.put(ctx, row); err != nil {
		return err
	}
	return d.talk.Converse(ctx, row.ID)
}

// says lets a resident write something.
func (d *demo) says(who *reporter, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		return d.hear(ctx, who, bots.Incoming{Kind: bots.KindText, Text: &text})
	}
}

// calls lets a resident ask for a person: nobody has answered yet.
func (d *demo) calls(ctx context.Context) error {
	who := &reporter{channel: webchat.Name, account: webchat.Account, external: models.TokenKey(models.NewToken())}
	d.at(d.clock.now().Add(50*time.Second), d.says(who,
		"Tuần trước tôi gọi 1022 báo ống nước rỉ trước nhà, tới nay chưa thấy ai gọi lại, nhờ anh chị xem giúp"))
	return d.says(who, "gặp nhân viên")(ctx)
}

// presses lets a resident choose: by the button, or by its number as most people do.
func (d *demo) presses(l *life, number, payload string) func(context.Context) error {
	return func(ctx context.Context) error {
		if l.who.reports == 1 && number != "" && d.chance(50) { // of several a bare number would not say which
			return d.says(l.who, number)(ctx)
		}
		t, err := d.see(ctx, l)
		if err != nil {
			return err
		}
		return d.hear(ctx, l.who, bots.Incoming{Kind: bots.KindPostback, Payload: fmt.Sprintf(payload, t.Code)})
	}
}

// report lets a resident report something: words, photos and place, in the order in which people send them.
func (d *demo) report(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		if l.who.channel == "phone" {
			return d.call(ctx, l)
		}
		pieces := d.pieces(l)
		if err := pieces[0](ctx); err != nil {
			return err
		}
		var wait time.Duration
		for i, piece := range pieces[1:] {
			if i+2 == len(pieces) && l.asksWhere {
				wait += d.span(15*time.Second, 40*time.Second) // the bot asks first
			}
			wait += d.span(700*time.Millisecond, 2*time.Second) // within what the bot waits for
			d.at(d.clock.now().Add(wait), piece)
		}
		d.at(d.clock.now().Add(wait+asksBy), d.find(l))
		return nil
	}
}

// pieces are the messages of a report; the place is the last one.
func (d *demo) pieces(l *life) []func(context.Context) error {
	pieces := []func(context.Context) error{d.says(l.who, l.words)}
	for i, s := range l.evidence {
		pieces = append(pieces, d.shows(l, s, i == 0 && d.chance(25)))
	}
	if len(l.evidence) > 0 && d.chance(40) {
		pieces[0], pieces[1] = pieces[1], pieces[0]
	}
	if l.noPlace {
		return pieces
	}
	return append(pieces, func(ctx context.Context) error {
		return d.hear(ctx, l.who, bots.Incoming{Kind: bots.KindLocation, Lat: &l.lat, Lon: &l.lon})
	})
}

// shows sends a photo, with a word under it or without.
func (d *demo) shows(l *life, s *sketch, captioned bool) func(context.Context) error {
	return func(ctx context.Context) error {
		raw, err := s.take(ctx)
		if err != nil || raw == nil { // nil: it was sent, and the report is made again
			return err
		}
		media, err := d.upload(ctx, raw)
		if err != nil {
			return err
		}
		in := bots.Incoming{Kind: bots.KindImage, Media: []bots.Media{media}}
		if captioned {
			in.Text = new("Hình chụp lúc nãy nha")
		}
		return d.hear(ctx, l.who, in)
	}
}

// call is a report by telephone, written down at the hotline.
func (d *demo) call(ctx context.Context, l *life) error {
	who := pick(d, d.cast.hotline)
	in := workflow.SubmitInput{
		Actor: who.Actor(), Channel: l.who.channel, Words: l.words, Address: l.address, Lat: &l.lat, Lon: &l.lon,
	}
	if l.noPlace {
		in.Lat, in.Lon, in.Address = nil, nil, l.address+", Phường "+l.ward.Name
	}
	if d.chance(70) {
		in.Category = l.category.Key
	}
	if d.chance(10) {
		in.ExternalRefs = fmt.Sprintf("1022-%06d", d.random.IntN(1_000_000))
	}
	var made models.Ticket
	err := d.store.Tx(ctx, func(tx *store.Tx) (err error) {
		in := in
		if in.ReporterID, err = tx.PhoneReporter(l.who.external); err != nil {
			return err
		}
		if err = tx.NameReporter(in.ReporterID, l.who.name); err != nil {
			return err
		}
		made, err = d.desk.Submit(tx, in)
		return err
	})
	if err != nil {
		return err
	}
	l.ticket = made.ID
	return d.unfold(l, made)
}

const (
	// maxReports is how often a report is made that went to a ticket already there.
	maxReports = 6

	// asksBy is when the bot has asked what it has to ask, after the last piece of a report or the last answer.
	asksBy = 15 * time.Second
)

// find looks for the ticket that the report became. A question of the bot is answered first. Words that came while
// another ticket was spoken of went to that one: then it is reported again, later.
func (d *demo) find(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		var made models.Ticket
		err := d.store.Read(ctx, func(tx *store.Tx) error {
			from, known, err := tx.FindAddress(l.who.channel, l.who.account, l.who.external)
			if err != nil || !known {
				return err
			}
			all, err := tx.ReporterTickets(from.ReporterID, 1)
			if err == nil && len(all) > 0 && !d.known[all[0].ID] {
				made = all[0]
			}
			return err
		})
		if err != nil {
			return err
		}
		if made.ID != "" {
			l.ticket = made.ID
			return d.unfold(l, made)
		}
		if l.tries++; l.tries == maxReports {
			return fmt.Errorf("nothing became of the report %q", l.words)
		}
		if asked, err := d.decides(ctx, l); asked || err != nil {
			d.at(d.clock.now().Add(asksBy), d.find(l))
			return err
		}
		d.schedule(scheduled{at: d.clock.now().Add(25 * time.Minute), begins: true, do: d.report(l)})
		return nil
	}
}

// decides lets a resident answer the bot's question about a report that is no ticket yet; false when none stands.
func (d *demo) decides(ctx context.Context, l *life) (bool, error) {
	var question models.Message
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		from, known, err := tx.FindAddress(l.who.channel, l.who.account, l.who.external)
		if err != nil || !known {
			return err
		}
		talk, err := tx.ConversationWith(from.ID)
		if err != nil {
			return err
		}
		if _, open, err := tx.OpenDraft(talk.ID); err != nil || !open {
			return err
		}
		question, _, err = tx.LastQuestion(talk.ID)
		return err
	})
	payload := l.choice(question.Buttons)
	if err != nil || payload == "" {
		return false, err
	}
	return true, d.hear(ctx, l.who, bots.Incoming{Kind: bots.KindPostback, Payload: payload})
}

// choice is what a resident chooses: it is of the story's type, one thing, no other's, and there.
func (l *life) choice(buttons []models.Button) string {
	for _, wanted := range []string{
		"type:" + l.category.Key, "type:other", "split:no", "other:", "place:meant", "send:yes",
	} {
		for _, b := range buttons {
			if strings.HasPrefix(b.Payload, wanted) {
				return b.Payload
			}
		}
	}
	return ""
}

// see returns the ticket as it is now.
func (d *demo) see(ctx context.Context, l *life) (t models.Ticket, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		t, err = tx.Ticket(l.ticket)
		return err
	})
	return t, err
}

// step is what a colleague does to a ticket, in one transaction.
type step func(tx *store.Tx, t models.Ticket, act workflow.Act) error

// hotline lets a colleague of the hotline do something.
func (d *demo) hotline(l *life, do step) func(context.Context) error {
	return func(ctx context.Context) error { return d.doAs(ctx, l, pick(d, d.cast.hotline), do) }
}

// works lets a colleague of the ticket's department do something.
func (d *demo) works(l *life, do step) func(context.Context) error {
	return func(ctx context.Context) error {
		t, err := d.see(ctx, l)
		if err != nil {
			return err
		}
		if t.DepartmentID == nil {
			return d.doAs(ctx, l, pick(d, d.cast.hotline), do)
		}
		who, err := d.colleague(ctx, *t.DepartmentID)
		if err != nil {
			return err
		}
		return d.doAs(ctx, l, who, do)
	}
}

func (d *demo) doAs(ctx context.Context, l *life, who models.Staff, do step) error {
	err := d.store.Tx(ctx, func(tx *store.Tx) error {
		t, err := tx.LockTicket(who.Actor(), l.ticket)
		if err != nil {
			return err
		}
		return do(tx, t, workflow.Act{Actor: who.Actor(), Ticket: l.ticket})
	})
	if _, late := errors.AsType[models.IllegalMove](err); late {
		return nil // the resident was quicker: as in life
	}
	if err != nil {
		return fmt.Errorf("%s, %s: %w", l.Key, l.category.Key, err)
	}
	return nil
}
