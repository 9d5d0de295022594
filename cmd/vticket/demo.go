package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// demoOptions is what a demo is asked for.
type demoOptions struct {
	Seed     uint64
	Tickets  int
	Again    bool
	Password string        // of every account; empty: one is made
	Listen   time.Duration // how long to look whether somebody else works on the database
}

// fewestDemoTickets is one or more of every fate, and some that end well.
const fewestDemoTickets = 24

func demoCommand() *cobra.Command {
	options := demoOptions{Listen: 6 * time.Second} // the worker sweeps every 5 s
	var fromStdin bool
	cmd := &cobra.Command{
		Use: "demo", Args: cobra.NoArgs,
		Short: "Fill an empty database with two months of a city's tickets",
		Long: "Fill an empty database with two months of a city's tickets: residents, photos, staff of every role.\n" +
			"It works on the configured database and folder of photos and does not touch Redis: end vticket serve\n" +
			"before, start it afterwards; its sweep goes on with what is open. Nothing is sent to anybody.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if options.Tickets < fewestDemoTickets {
				return fmt.Errorf("--tickets must be %d or more: one of every kind", fewestDemoTickets)
			}
			c, err := loadConfig(environ())
			if err != nil {
				return err
			}
			if fromStdin {
				if options.Password, err = readPassword(cmd.InOrStdin()); err != nil {
					return err
				}
			}
			return runDemo(cmd.Context(), c, options, cmd.OutOrStdout())
		},
	}
	cmd.Flags().Uint64Var(&options.Seed, "seed", 1, "another number is another city life")
	cmd.Flags().IntVar(&options.Tickets, "tickets", 300, "how many tickets")
	cmd.Flags().BoolVar(&options.Again, "again", false, "add to a database that has tickets already")
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password of the staff from standard input")
	cmd.AddCommand(demoPhotoCommand())
	return cmd
}

// demo is one run: the stage, and who plays on it.
type demo struct {
	*stage

	random dice
	cast   demoCast
	known  map[string]bool // tickets that a life has found
	made   int
}

// demoSpan is how far back a demo begins: its oldest report, and some hours to hire staff.
const demoSpan = 61 * demoDay

func runDemo(ctx context.Context, c Config, options demoOptions, out io.Writer) error {
	began := time.Now()
	end := began.UTC().Truncate(time.Microsecond)
	s, err := openStage(ctx, c, end.Add(-demoSpan))
	if err != nil {
		return err
	}
	defer func() { s.close() }()
	s.end = end
	d := &demo{stage: s, random: dice{rand.NewPCG(options.Seed, 61)}, known: map[string]bool{}}
	if err := d.mayBegin(ctx, options, c); err != nil {
		return err
	}
	lives, err := d.plan(options.Tickets)
	if err != nil {
		return err
	}
	drawing, stop := context.WithCancel(context.WithoutCancel(ctx))
	wait := draw(drawing, lives, 2)
	defer func() { stop(); wait() }()
	if err := d.alone(ctx, options.Listen); err != nil {
		return err
	}
	if err := d.engage(ctx, options.Password); err != nil {
		return err
	}
	for _, l := range lives {
		d.schedule(scheduled{at: l.born, begins: true, do: d.report(l)})
	}
	d.schedule(scheduled{at: end.Add(-20 * time.Minute), begins: true, do: d.calls})
	show := newProgress(out, began, end.Add(-demoSpan), end, options.Tickets)
	err = d.run(ctx, func(at time.Time) { show.reach(at, d.made) })
	if err == nil {
		show.reach(end, d.made)
	}
	show.done()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted after %d of %d tickets, all of them whole; "+
			"go on with --again; to begin anew %s", d.made, options.Tickets, emptying(c))
	}
	if err != nil {
		return fmt.Errorf("the demo broke off after %d of %d tickets, to begin anew %s: %w", d.made, options.Tickets,
			emptying(c), err)
	}
	d.clock.moveTo(time.Now())
	return d.summary(ctx, out, time.Since(began))
}

// emptying says how to make room for a demo.
func emptying(c Config) string {
	photos := filepath.Join(c.DataDir, "photos")
	if c.DatabaseURL == "" {
		return "remove " + filepath.Join(c.DataDir, "vticket.db*") + " and " + photos
	}
	return "empty the database and remove " + photos
}

// mayBegin refuses a database that has tickets: what is made up must not stand among what is true. What a demo that
// broke off has left is not removed here: nothing tells it from what people have added.
func (d *demo) mayBegin(ctx context.Context, options demoOptions, c Config) error {
	var there []models.Ticket
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		there, err = tx.Tickets(models.System(), store.TicketFilter{Limit: 1})
		return err
	})
	if err == nil && len(there) > 0 && !options.Again {
		err = fmt.Errorf("this database has tickets already: give an empty one (DATA_DIR=some/new/folder, or another "+
			"DATABASE_URL), or --again to add to it; if they are all of a demo, %s to begin anew", emptying(c))
	}
	return err
}

// alone finds out whether a worker works on this database: it would do at once what the demo means for last month. An
// event that says nothing is put there; whoever sweeps takes it.
func (d *demo) alone(ctx context.Context, listen time.Duration) error {
	if listen == 0 {
		return nil
	}
	id := models.NewID()
	row, err := bots.Incoming{
		Channel: webchat.Name, User: "demo " + id, Message: &id, Kind: bots.KindIgnored,
	}.Inbox(webchat.Account)
	if err != nil {
		return err
	}
	if err := d.put(ctx, row); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(listen):
	}
	taken := false
	err = d.store.Tx(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		now, err := tx.InboxEvent(row.ID)
		if err != nil {
			return err
		}
		taken = now.DoneAt != nil || now.Wakes > 1
		return tx.Quarantine(row.ID, "demo")
	})
	switch {
	case err != nil:
		return err
	case taken:
		return errors.New("vticket serve is working on this database: end it, run the demo, start it again")
	case ctx.Err() != nil:
		return errors.New("interrupted before the first ticket")
	default:
		return nil
	}
}
