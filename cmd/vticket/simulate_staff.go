package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// report makes a ticket that is there before the script begins, and brings it to its state.
func (p *play) report(t scriptTicket) func(context.Context) error {
	return func(ctx context.Context) error {
		who := another
		if t.Own {
			who = lan
		}
		words := cmp.Or(t.Text, p.desk.Catalogue.Category(t.Category).NameVi)
		var made models.Ticket
		var reporter models.Actor
		err := p.store.Tx(ctx, func(tx *store.Tx) error {
			address, err := tx.Address(p.script.Channel, ourAccount, who)
			if err != nil {
				return err
			}
			talk, err := tx.MeetConversation(address)
			if err != nil {
				return err
			}
			reporter = models.Actor{Kind: models.ActorResident, ID: address.ReporterID}
			made, err = p.desk.Submit(tx, workflow.SubmitInput{
				Actor: reporter, ReporterID: address.ReporterID, ConversationID: &talk.ID, Channel: p.script.Channel,
				Words: words, Category: t.Category, Lat: t.Lat, Lon: t.Lon, Address: t.Address,
			})
			return err
		})
		if err == nil {
			p.made[t.Code] = made
			err = p.bring(ctx, made.ID, t.State, reporter)
		}
		if err != nil {
			return fmt.Errorf("ticket %s: %w", t.Code, err)
		}
		return nil
	}
}

// bring brings a new ticket to a state, by the verbs that lead there.
func (p *play) bring(ctx context.Context, id string, state models.State, reporter models.Actor) error {
	var steps []step
	switch state {
	case "":
	case models.StateNew:
		steps = []step{p.giveUp}
	case models.StateAssigned:
		steps = []step{p.assign}
	case models.StateInProgress:
		steps = []step{p.assign, p.accept}
	case models.StateWaiting:
		steps = []step{p.assign, p.accept, p.ask}
	case models.StateWithdrawn:
		steps = []step{func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
			act.Actor = reporter
			_, err := p.desk.Withdraw(tx, workflow.WithdrawInput{Act: act})
			return err
		}}
	default:
		if err := p.answer(ctx, id, ""); err != nil || state == models.StateResolved {
			return err
		}
		steps = []step{func(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
			act.Actor = reporter
			_, err := p.desk.Close(tx, workflow.CloseInput{Act: act})
			return err
		}}
	}
	return p.staff(ctx, id, steps...)
}

// staff do something to a ticket, each step in a transaction of its own.
func (p *play) staff(ctx context.Context, id string, steps ...step) error {
	for _, do := range steps {
		err := p.store.Tx(ctx, func(tx *store.Tx) error {
			t, err := tx.LockTicket(p.admin.Actor(), id)
			if err != nil {
				return err
			}
			return do(tx, t, workflow.Act{Actor: p.admin.Actor(), Ticket: id})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// assign gives a ticket that nobody has to whom dispatch suggests, else to the hotline itself.
func (p *play) assign(tx *store.Tx, t models.Ticket, act workflow.Act) error {
	if t.State != models.StateNew {
		return nil
	}
	hotline, err := tx.DepartmentByCode(models.HotlineCode)
	if err != nil {
		return err
	}
	owner := hotline.ID
	if t.SuggestedID != nil {
		owner = *t.SuggestedID
	}
	_, err = p.desk.Assign(tx, workflow.AssignInput{Act: act, DepartmentID: owner})
	return err
}

func (p *play) accept(tx *store.Tx, t models.Ticket, act workflow.Act) error {
	if t.State != models.StateAssigned {
		return nil
	}
	_, err := p.desk.Accept(tx, workflow.AcceptInput{Act: act})
	return err
}

func (p *play) ask(tx *store.Tx, _ models.Ticket, act workflow.Act) error {
	_, err := p.desk.Ask(tx, workflow.AskInput{Act: act, Text: "Chỗ đó nằm bên số chẵn hay số lẻ của đường ạ?"})
	return err
}

// giveUp returns a ticket that went straight to its department.
func (p *play) giveUp(tx *store.Tx, t models.Ticket, act workflow.Act) error {
	if t.State != models.StateAssigned {
		return nil
	}
	_, err := p.desk.Return(tx, workflow.ReturnInput{Act: act, Text: "Không thuộc đơn vị."})
	return err
}

// resolve lets staff answer a ticket of the script. What the resident has taken back meanwhile is not answered.
func (p *play) resolve(ctx context.Context, e scriptEvent) error {
	id, err := p.named(ctx, e.Ticket)
	if err == nil {
		err = p.answer(ctx, id, e.Text)
	}
	if _, late := errors.AsType[models.IllegalMove](err); late {
		return nil
	}
	return err
}

// named finds a ticket of the script: by what the script calls it, T1 being the oldest of all, else the newest.
func (p *play) named(ctx context.Context, name string) (id string, err error) {
	if t, ok := p.made[name]; ok {
		return t.ID, nil
	}
	var all []models.Ticket
	err = p.store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = p.tickets(tx)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("no ticket %q", name)
	}
	if err != nil {
		return "", err
	}
	if n, err := strconv.Atoi(strings.TrimLeft(name, "Tt")); err == nil && n >= 1 && n <= len(all) {
		return all[n-1].ID, nil
	}
	return all[len(all)-1].ID, nil
}

// answer does the work on a ticket and answers it, with a photo where its type asks for one.
func (p *play) answer(ctx context.Context, id, text string) error {
	if err := p.staff(ctx, id, p.assign, p.accept); err != nil {
		return err
	}
	after, err := p.send(ctx, bots.KindImage, picture("after"))
	if err != nil {
		return err
	}
	return p.staff(ctx, id, func(tx *store.Tx, t models.Ticket, act workflow.Act) error {
		in := workflow.ResolveInput{Act: act, Outcome: models.OutcomeFixed, Text: cmp.Or(text, "Đã xử lý xong.")}
		if p.desk.Catalogue.Category(t.Category).Proof == models.ProofPhoto {
			if in.Photos, err = web.KeepAfter(tx, t.ID, after); err != nil {
				return err
			}
		}
		_, err := p.desk.Resolve(tx, in)
		return err
	})
}
