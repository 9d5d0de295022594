package main

import (
	"context"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// unfold begins what becomes of a ticket that is there now.
func (d *demo) unfold(l *life, t models.Ticket) error {
	d.known[t.ID] = true
	d.made++
	now := d.clock.now()
	switch l.Key {
	case fateWithdrawn:
		d.at(now.Add(d.span(2*time.Minute, 8*time.Minute)), d.says(l.who, "huỷ"))
		return nil
	case fateNew, fateNewLate:
		return nil
	case fateMerged:
		d.at(now.Add(d.span(2*time.Minute, 9*time.Minute)), d.join(l))
		return nil
	default:
	}
	if l.who.channel != "phone" && d.chance(12) {
		d.at(now.Add(d.span(30*time.Second, 3*time.Minute)), d.says(l.who, pick(d, []string{
			"cảm ơn", "Chỗ gần cây xăng nha", "trạng thái", "cảm ơn nhiều",
		})))
	}
	pace := d.span(40*time.Second, 4*time.Minute)
	if d.chance(6) {
		pace = d.span(6*time.Minute, 25*time.Minute)
	}
	sent := now.Add(pace)
	d.at(sent, d.dispatch(l))
	if l.Key == fateAssigned || l.Key == fateForgotten {
		return nil
	}
	if l.Key == fateReturned {
		d.at(sent.Add(d.span(20*time.Minute, 90*time.Minute)), d.giveBack(l))
		sent = sent.Add(3 * time.Hour)
	}
	d.at(later(l.accept, sent.Add(4*time.Minute)), d.begin(l))
	return nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// dispatch is what the hotline does about a ticket that nobody has yet: what it is, where it is, whose it is.
func (d *demo) dispatch(l *life) func(context.Context) error {
	return d.hotline(l, func(tx *store.Tx, t models.Ticket, act workflow.Act) error {
		if t.State != models.StateNew {
			return nil
		}
		in := workflow.TriageInput{Act: act}
		if t.Category != l.category.Key {
			in.Category = l.category.Key
		}
		if t.AreaCode == "" {
			in.Lat, in.Lon, in.Address = &l.lat, &l.lon, &l.address
		}
		var err error
		if in.Category != "" || in.Lat != nil || t.Hops > 0 {
			if t.Hops > 0 {
				in.Address = new("hẻm " + l.address) // a second look: the alley is the ward's
			}
			if t, err = d.desk.Triage(tx, in); err != nil {
				return err
			}
		}
		owner := d.cast.hotlineID
		if t.SuggestedID != nil {
			owner = *t.SuggestedID
		}
		_, err = d.desk.Assign(tx, workflow.AssignInput{Act: act, DepartmentID: owner})
		return err
	})
}

// join lets the hotline see that two tickets are about the same thing, once both are there.
func (d *demo) join(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		if l.twin.ticket == "" {
			d.at(d.clock.now().Add(10*time.Minute), d.join(l))
			return nil
		}
		return d.hotline(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
			_, err := d.desk.Merge(tx, workflow.MergeInput{Act: act, Into: l.twin.ticket})
			return err
		})(ctx)
	}
}

// giveBack returns a ticket to the hotline, which gives it to another.
func (d *demo) giveBack(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		err := d.works(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
			_, err := d.desk.Return(tx, workflow.ReturnInput{
				Act: act, Text: "Đoạn này là hẻm do phường quản lý, không thuộc danh mục đường của đơn vị.",
			})
			return err
		})(ctx)
		d.at(d.clock.now().Add(d.span(5*time.Minute, 50*time.Minute)), d.dispatch(l))
		return err
	}
}

// begin lets the department take a ticket on, and plans the rest of its work.
func (d *demo) begin(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		err := d.works(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
			_, err := d.desk.Accept(tx, workflow.AcceptInput{Act: act})
			return err
		})(ctx)
		now := d.clock.now()
		if d.chance(28) {
			d.at(now.Add(d.span(10*time.Minute, 2*time.Hour)), d.writes(l, pick(d, demoNotes()), false))
		}
		if d.chance(22) && l.Key != fateWaiting && l.who.channel != "phone" {
			d.at(now.Add(d.span(5*time.Minute, 40*time.Minute)), d.writes(l, pick(d, demoReplies()), true))
		}
		switch l.Key {
		case fateWorking, fateOverdue, fateCritical:
			return err
		case fateWaiting:
			d.at(later(now.Add(10*time.Minute), d.end.Add(-d.span(2*time.Hour, 18*time.Hour))), d.asks(l))
			return err
		case fateUnanswered:
			d.at(now.Add(20*time.Minute), d.asks(l))
			l.settle = later(l.settle, now.Add(13*demoDay)) // working days that the question waits, and two more
		default:
			if l.Talks && l.settle.Sub(now) > 6*time.Hour && d.chance(14) {
				d.at(now.Add(d.span(10*time.Minute, 40*time.Minute)), d.asks(l))
				d.at(now.Add(d.span(time.Hour, 4*time.Hour)), d.replies(l))
			}
		}
		d.at(later(l.settle, now.Add(15*time.Minute)), d.resolve(l))
		return err
	}
}

// writes keeps a note for colleagues, or tells the resident.
func (d *demo) writes(l *life, text string, aloud bool) func(context.Context) error {
	return d.works(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) (err error) {
		if aloud {
			_, err = d.desk.Reply(tx, workflow.ReplyInput{Act: act, Text: text})
		} else {
			_, err = d.desk.Note(tx, workflow.NoteInput{Act: act, Text: text})
		}
		return err
	})
}

func (d *demo) asks(l *life) func(context.Context) error {
	return d.works(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
		_, err := d.desk.Ask(tx, workflow.AskInput{Act: act, Text: pick(d, demoQuestions())})
		return err
	})
}

// replies lets the resident answer the question, as a reply to it.
func (d *demo) replies(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		t, err := d.see(ctx, l)
		if err != nil || t.State != models.StateWaiting {
			return err
		}
		var last string
		err = d.store.Read(ctx, func(tx *store.Tx) error {
			deliveries, err := tx.TicketDeliveries(l.ticket)
			for _, one := range deliveries {
				last = one.PlatformID
			}
			return err
		})
		if err != nil {
			return err
		}
		return d.answers(ctx, l, last)
	}
}

// resolve answers a ticket, with a photo of the finished work where the type asks for one.
func (d *demo) resolve(l *life) func(context.Context) error {
	return func(ctx context.Context) error {
		in, err := d.answer(ctx, l)
		if err != nil {
			return err
		}
		err = d.works(l, func(tx *store.Tx, t models.Ticket, act workflow.Act) error {
			in := in
			in.Act = act
			if in.Photos, err = keepDemoAfter(tx, t.ID, l, in.Outcome); err != nil {
				return err
			}
			_, err := d.desk.Resolve(tx, in)
			return err
		})(ctx)
		if err != nil {
			return err
		}
		l.rounds++
		if l.who.channel == models.ChannelPhone {
			d.at(d.clock.now().Add(d.span(4*time.Hour, 40*time.Hour)), d.callBack(l))
		}
		d.verdict(l)
		return nil
	}
}

// callBack lets the hotline tell the answer to who telephoned.
func (d *demo) callBack(l *life) func(context.Context) error {
	return d.hotline(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
		_, err := d.desk.Note(tx, workflow.NoteInput{Act: act, Text: "Đã gọi báo câu trả lời, người dân cảm ơn."})
		return err
	})
}

// verdict lets the resident say what they think of the answer.
func (d *demo) verdict(l *life) {
	now := d.clock.now()
	at := now.Add(d.span(12*time.Minute, 26*time.Hour))
	if last := d.end.Add(-20 * time.Minute); at.After(last) {
		at = now.Add(d.span(2*time.Minute, 12*time.Minute))
	}
	switch l.Key {
	case fateClosed:
		d.at(at, d.presses(l, "1", "done:%s"))
		if d.chance(65) {
			d.at(at.Add(40*time.Second), d.presses(l, "", "rate:%s:"+pick(d, []string{"5", "5", "5", "4", "4", "3"})))
		}
	case fateUnhappy:
		d.at(at, d.presses(l, "", "rate:%s:"+pick(d, []string{"1", "2", "2", "3"})))
	case fateReopened, fateDisputed:
		if l.rounds > 1 {
			d.at(at, d.presses(l, "1", "done:%s"))
			return
		}
		d.dispute(l, at)
	default:
	}
}

// dispute lets the resident disagree, and the department begin again.
func (d *demo) dispute(l *life, at time.Time) {
	if l.Key == fateDisputed { // lately: what is open again has time left
		at = later(at, d.end.Add(-d.span(3*time.Hour, 9*time.Hour)))
	}
	d.at(at, d.presses(l, "2", "not_done:%s"))
	d.at(at.Add(50*time.Second), d.says(l.who, pick(d, []string{
		"Chưa xong đâu, hôm nay tôi ra coi vẫn y như cũ", "Mới làm một nửa, nửa còn lại vẫn vậy",
	})))
	if l.Key == fateDisputed && d.chance(50) {
		return
	}
	again := at.Add(d.span(20*time.Minute, 90*time.Minute))
	d.at(again, d.works(l, func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
		_, err := d.desk.Accept(tx, workflow.AcceptInput{Act: act})
		return err
	}))
	if l.Key == fateReopened {
		d.at(again.Add(d.span(3*time.Hour, 20*time.Hour)), d.resolve(l))
	}
}
