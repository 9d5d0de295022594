package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
)

func channelSetup() *cobra.Command {
	return &cobra.Command{
		Use: "setup CHANNEL", Args: cobra.ExactArgs(1),
		Short: "Check a channel's settings, register its webhook, print what to do in its console, try the round trip",
		Long: "Set a channel up: " + channelNames + ".\n" +
			"It can be run as often as you like, and fails while something is left to do. Steps that only a person\n" +
			"can take are numbered, in Vietnamese, with the words of the platform's console.",
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := channelNamed(args[0])
			if err != nil {
				return err
			}
			c, faults, err := readConfig(environ())
			if err = errors.Join(append(faults, err)...); err != nil {
				return fmt.Errorf("configuration: %w", err)
			}
			return newSetup(c, name, cmd.OutOrStdout()).run(cmd.Context())
		},
	}
}

// setup takes one channel from what is set to a round trip that works. Its findings are told as the doctor's.
type setup struct {
	*doctor
	name   string
	out    io.Writer
	steps  int // that were printed
	failed int
	stack  *stack // of a channel that keeps something
}

func newSetup(c Config, name string, out io.Writer) *setup {
	s := &setup{doctor: &doctor{config: c, now: time.Now, renews: &keptToken{}}, name: name, out: out}
	s.tell = func(f finding) {
		if f.Level == levelFail {
			s.failed++
		}
		writeFinding(out, f, false)
	}
	return s
}

// step prints what a person has to do.
func (s *setup) step(format string, args ...any) {
	s.steps++
	fmt.Fprintf(s.out, "%2d. %s\n", s.steps, fmt.Sprintf(format, args...))
}

// line prints a line of its own.
func (s *setup) line(text string) { fmt.Fprintf(s.out, "\n%s\n", text) }

// more prints what belongs to the step before.
func (s *setup) more(format string, args ...any) {
	fmt.Fprintf(s.out, "    %s\n", fmt.Sprintf(format, args...))
}

func (s *setup) run(ctx context.Context) error {
	if !s.settings() {
		return fmt.Errorf("channel setup %s: set what is missing, then run it again", pathOf(s.name))
	}
	s.check = s.name
	if s.name == zalo.OAName {
		if err := s.open(ctx); err != nil {
			return err
		}
		defer s.store.Close()
	}
	a := accountOn(s.name, s.config, s.now, s.renews)
	s.account(ctx, a)
	if err := s.console(); err != nil {
		return err
	}
	if s.config.PublicURL != "" {
		s.check = "round trip"
		s.trip(ctx, a)
	}
	if s.failed > 0 {
		return fmt.Errorf("channel setup %s: %d to act on, then run it again", pathOf(s.name), s.failed)
	}
	return nil
}

// settings says which settings are missing, and where one gets them; false when there are some.
func (s *setup) settings() bool {
	s.check = "settings"
	var there, missing []string
	for _, x := range s.config.channelSettings(s.name) {
		switch {
		case x.value != "":
			there = append(there, x.name)
		case x.needed:
			missing = append(missing, x.name)
		}
	}
	if len(there) > 0 {
		s.ok("%s: set", strings.Join(there, ", "))
	}
	for _, x := range s.config.channelSettings(s.name) {
		if x.value == "" && x.needed {
			s.step("%s: %s", x.name, x.where)
		}
	}
	if len(missing) > 0 {
		s.fail("the steps above say where each is had", "missing: %s", strings.Join(missing, ", "))
		return false
	}
	faults := s.config.validate()
	for _, fault := range faults {
		s.fail("set it right, vticket config shows what is in force", "%v", fault)
	}
	return len(faults) == 0
}

// open connects to the database: an Official Account keeps its tokens there.
func (s *setup) open(ctx context.Context) error {
	var err error
	if s.store, err = openStore(s.config, quietly()); err != nil {
		return err
	}
	if err = prepare(ctx, s.config, s.store); err == nil {
		s.stack, err = channelStack(s.config, s.store)
	}
	if err != nil {
		return errors.Join(err, s.store.Close())
	}
	s.renews = s.stack.tokens
	return nil
}

// account checks the token, and registers the webhook where the platform lets a program do that.
func (s *setup) account(ctx context.Context, a account) {
	ctx, cancel := context.WithTimeout(ctx, 3*platformLimit)
	defer cancel()
	state := channelState{Channel: s.name}
	defer s.templates(s.name, &state)
	if s.name == zalo.OAName && !s.grant(ctx, &state, s.renews) {
		return
	}
	status, ok := s.taken(ctx, a, &state)
	if !ok {
		return
	}
	platform, registers := a.Adapter.(bots.Registrar)
	if !registers || s.config.PublicURL == "" {
		if registers && s.config.PublicURL == "" {
			s.ok("PUBLIC_URL is empty: the worker asks for updates, there is no webhook to set")
		}
		s.webhook(a, status, &state)
		return
	}
	if err := platform.Register(ctx, s.config.webhookAddress(s.name)); err != nil {
		s.fail("see what the platform says", "the webhook is not registered: %v", because(err))
		return
	}
	s.ok("registered")
	if status, err := a.Adapter.(bots.Inspector).Status(ctx); err != nil {
		s.fail("can this machine reach the platform?", "%v", because(err))
	} else {
		s.webhook(a, status, &state)
	}
}
