package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models/store"
)

func channelStatus() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status CHANNEL", Args: cobra.ExactArgs(1),
		Short: "Ask the platform how our account is; fails when somebody must act",
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := channelNamed(args[0])
			if err != nil {
				return err
			}
			c, err := loadConfig(environ())
			if err != nil {
				return err
			}
			return tellChannel(cmd.Context(), c, name, cmd.OutOrStdout(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// tellChannel prints how our account on a platform is.
func tellChannel(ctx context.Context, c Config, name string, out io.Writer, asJSON bool) error {
	ctx, cancel := context.WithTimeout(ctx, doctorLimit)
	defer cancel()
	d := &doctor{config: c, now: time.Now, check: name}
	var findings []finding
	failed := 0
	d.tell = func(f finding) {
		findings = append(findings, f)
		if f.Level == levelFail {
			failed++
		}
		if !asJSON {
			writeFinding(out, f, false)
		}
	}
	state, err := d.lookAt(ctx, name)
	if err != nil {
		return err
	}
	if asJSON {
		state.Findings = findings
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		if err := lines.Encode(state); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("channel %s: %d to act on", pathOf(name), failed)
	}
	return nil
}

// lookAt asks a platform about our account; a token that has ended is renewed. An account that is not set up is a
// fault for whoever asks about it.
func (d *doctor) lookAt(ctx context.Context, name string) (channelState, error) {
	if !accountOn(name, d.config, d.now, &keptToken{}).configured {
		d.fail("vticket channel setup "+pathOf(name), "%s is empty: no %s", spoken[name].setting, spoken[name].title)
		return channelState{Channel: name}, nil
	}
	if name == zalo.OAName {
		d.run(ctx, doctorCheck{name: checkDatabase, run: d.database}, false)
		d.check = name
		if d.store != nil {
			defer d.store.Close()
		}
		if d.without != "" {
			d.fail("vticket doctor --only database", "not looked at: the database is not ready")
			return channelState{Channel: name}, nil
		}
		s, err := channelStack(d.config, d.store)
		if err != nil {
			return channelState{}, err
		}
		d.renews = s.tokens
	}
	return d.channel(ctx, name), nil
}

// channelStack is a stack of which only the channels are put together: enough to ask the platforms.
func channelStack(c Config, db *store.Store) (*stack, error) {
	s := &stack{config: c, log: quietly(), store: db}
	return s, s.wireChannels()
}
