package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

const simulateHelp = `Play conversations, one script (JSON) a line, through the bot and the desk: what people would be
shown, which tickets come of it. Each script has an empty city of its own, in a temporary folder, on Monday 2 March
2026 at 9:00; time is simulated, nothing is sent to anybody, no database and no configuration is needed.

A script has an id, a channel (telegram, zalo, zalo_bot, messenger, webchat), initial_tickets and messages: at_s seconds
from the start, and a type: text, photo, album, location, sticker, voice, video, edit, unsend, button, system_resolved.
A script is over when nothing is due any more within 26 hours after its last message. The answer to each is one line:

  tickets   all, the oldest first: code (of an initial ticket: as the script calls it), category, priority, state,
            location_known (a point or an address), address (as the receipt words it), photos (clean ones that were not
            unsent), public (others may see type and place), withdrawn, rating (of this resident, 0 for none)
  said      what the resident was shown since the start: at_s, key (of the sentence), text, buttons
  prompts   how many of those were questions of the bot; turns: how often the resident began to write until the first
            receipt, without a word of ours between; 0 without a receipt

A line that is no script is named on standard error; the others are played, and the command ends with 1.`

func simulateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "simulate", Args: cobra.NoArgs,
		Short: "Play scripted conversations in simulated time", Long: simulateHelp,
		Example: `  vticket simulate < dialogues.jsonl`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			theatre, err := openTheatre(cmd.Context())
			if err != nil {
				return err
			}
			err = answerLines(cmd, func(line []byte) (any, error) {
				if len(bytes.TrimSpace(line)) == 0 {
					return nil, errNoAnswer
				}
				s, err := parseScript(line, theatre.desk.Catalogue)
				if err != nil {
					return nil, err
				}
				return theatre.play(cmd.Context(), s)
			})
			return errors.Join(err, theatre.close())
		},
	}
}

// curtain is when every script begins: on a working day, in working hours.
func curtain() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, models.Zone) }

const (
	before   = 2 * time.Hour  // the script's own tickets were reported
	lingers  = 26 * time.Hour // after the last message: a draft expires after 24
	pagesURL = "https://1022.example"
)

// theatre is what all scripts have in common: the desk, and a city where nothing has happened yet.
type theatre struct {
	folder string
	desk   *workflow.Desk
	admin  models.Staff // does what staff do
}

// emptyCity is the folder of the database that every script gets a copy of.
const emptyCity = "city"

func openTheatre(ctx context.Context) (*theatre, error) {
	t := &theatre{admin: models.Staff{Email: "admin@1022.example", Name: "1022", Role: models.RoleAdmin}}
	areas, err := places.Approximate()
	if err != nil {
		return nil, err
	}
	if t.desk, err = workflow.NewDesk(areas); err != nil {
		return nil, err
	}
	if t.folder, err = os.MkdirTemp(memory(), "vticket-simulate-"); err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	if err := t.found(ctx, Config{DataDir: filepath.Join(t.folder, emptyCity)}); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// memory is a folder that lies in memory where the system has one (Linux), else the one for temporary files: a script's
// database is gone when it has been played, and no disk has to be waited for.
func memory() string {
	const folder = "/dev/shm"
	if probe, err := os.CreateTemp(folder, "vticket-"); err == nil {
		_ = probe.Close()
		_ = os.Remove(probe.Name())
		return folder
	}
	return os.TempDir()
}

// found makes an empty city.
func (t *theatre) found(ctx context.Context, c Config) error {
	s, err := openStoreWith(c, store.Options{
		Now: func() time.Time { return curtain().Add(-before) }, Log: c.logger(),
	})
	if err != nil {
		return err
	}
	err = s.Migrate(ctx)
	if err == nil {
		err = s.Tx(ctx, func(tx *store.Tx) error {
			if err := workflow.FoundDepartments(tx, t.desk.Catalogue, t.desk.Areas.All()); err != nil {
				return err
			}
			t.admin.ID = ""
			return tx.InsertStaff(&t.admin)
		})
	}
	return errors.Join(err, s.Close())
}

func (t *theatre) close() error { return os.RemoveAll(t.folder) }

// play plays one script in a city of its own.
func (t *theatre) play(ctx context.Context, s script) (outcome, error) {
	p, err := t.raise(ctx, s, nil)
	if err != nil {
		return outcome{}, fmt.Errorf("script %s: %w", s.ID, err)
	}
	defer func() { p.close() }()
	p.plan()
	if err := p.run(ctx, func(time.Time) {}); err != nil {
		return outcome{}, fmt.Errorf("script %s: %w", s.ID, err)
	}
	return p.review(ctx)
}

// raise makes a city for a script; closing the play removes it. fault is that of store.Options.
func (t *theatre) raise(ctx context.Context, s script, fault func(string) error) (*play, error) {
	c := Config{DataDir: filepath.Join(t.folder, models.NewID())}
	if err := os.CopyFS(c.DataDir, os.DirFS(filepath.Join(t.folder, emptyCity))); err != nil {
		return nil, err
	}
	p, err := t.enter(ctx, c, s, fault)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.DataDir))
	}
	end := p.close
	p.close = func() {
		end()
		_ = os.RemoveAll(c.DataDir)
	}
	return p, nil
}

// enter opens a city for a script.
func (t *theatre) enter(ctx context.Context, c Config, s script, fault func(string) error) (*play, error) {
	p := &play{stage: &stage{desk: t.desk}, script: s, admin: t.admin}
	if err := p.open(ctx, c, curtain().Add(-before), fault); err != nil {
		return nil, err
	}
	p.cast()
	return p, nil
}
