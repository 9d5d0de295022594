package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func serveCommand() *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve pages, API and webhooks, and do the work behind them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if role != "all" && role != "api" && role != "worker" {
				return fmt.Errorf("--role must be all, api or worker, not %q", role)
			}
			c, err := loadConfig(environ())
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, role, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&role, "role", "all", "all, api (door only) or worker (tasks only)")
	return cmd
}

// collectAt is the garbage, in per cent of what is in use, at which it is collected beside servers of its own, where
// speed counts: the more, the less processor time and the more memory a webhook takes. Embedded, on small machines, it
// is Go's 100. GOGC in the environment says otherwise.
const collectAt = 400

// settled is when a start is over.
const settled = 10 * time.Second

// drain is how long requests may finish after a stop signal.
const drain = 10 * time.Second

func serve(ctx context.Context, c Config, role string, out io.Writer) error {
	s, err := newStack(ctx, c)
	if err != nil {
		return err
	}
	defer s.close()
	if c.DatabaseURL != "" && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	started := time.AfterFunc(settled, debug.FreeOSMemory) // what only the start needed goes back to the system
	defer started.Stop()
	if c.DatabaseURL == "" && role != "all" {
		s.log.WarnContext(ctx, "for trying only: without DATABASE_URL this is SQLite and an embedded Redis",
			"role", role, "data_dir", c.DataDir)
	}
	var listener net.Listener
	if role != "worker" { // before anything is begun, or shown that is shown once
		if listener, err = listen(ctx, c.ListenAddr); err != nil {
			return err
		}
		defer func() { _ = listener.Close() }()
	}
	if err := s.firstRun(ctx, out); err != nil {
		return err
	}
	keepCtx, stopKeeping := context.WithCancel(context.WithoutCancel(ctx)) // they outlive all that fills them
	var keeping sync.WaitGroup
	keeping.Go(func() { s.inbox.Run(keepCtx) })
	keeping.Go(func() { s.journal.Run(keepCtx) })
	defer func() { stopKeeping(); keeping.Wait() }()

	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer func() { cancel(); running.Wait() }()
	running.Go(func() { s.store.KeepTime(ctx) })
	if role != "api" {
		s.work(ctx, &running, cancel)
	}
	if role == "worker" {
		<-ctx.Done()
		return nil
	}
	for name := range s.receivers {
		running.Go(func() { s.register(ctx, name) })
	}
	fmt.Fprintf(out, "Vticket: http://%s\n", listener.Addr())
	return s.answer(ctx, listener)
}

// work begins what a worker does; failed is called when it cannot go on.
func (s *stack) work(ctx context.Context, running *sync.WaitGroup, failed func()) {
	running.Go(func() { s.journal.Forget(ctx) })
	running.Go(func() { s.forgetUploads(ctx) })
	s.log.InfoContext(ctx, "worker started")
	running.Go(func() {
		if err := s.worker.Run(ctx); err != nil {
			s.log.ErrorContext(ctx, "worker stopped", "error", err)
			failed()
		}
	})
	for name := range s.receivers {
		running.Go(func() { s.poll(ctx, name) })
	}
}

// uploadsKept is how long an upload waits that became no picture of a report: of a form that was refused and never
// sent again, or a picture that could not be read.
const uploadsKept = 30 * 24 * time.Hour

// forgetUploads removes such uploads, once an hour until ctx ends.
func (s *stack) forgetUploads(ctx context.Context) {
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()
	for ctx.Err() == nil {
		gone, err := s.photos.Forget(ctx, strings.TrimSuffix(webchat.Uploads, "/"), time.Now().Add(-uploadsKept))
		if err != nil {
			s.log.WarnContext(ctx, "old uploads not removed, next try follows", "error", err)
		} else if gone > 0 {
			s.log.InfoContext(ctx, "old uploads removed", "count", gone)
		}
		select {
		case <-ctx.Done():
		case <-hour.C:
		}
	}
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("%w: end the program that has it, or set another port", err)
	}
	if err != nil {
		return nil, fmt.Errorf("LISTEN_ADDR=%s: %w", address, err)
	}
	return listener, nil
}

// answer serves until ctx ends.
func (s *stack) answer(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 1 << 16,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(stopCtx); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// firstRun prepares an empty embedded database: departments for every role and area, and an admin whose password is
// shown once, here. Each is looked for by itself: other commands may have come before the first start.
func (s *stack) firstRun(ctx context.Context, out io.Writer) error {
	if s.config.DatabaseURL != "" {
		return nil
	}
	var staff int64
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		staff, err = tx.CountStaff()
		return err
	})
	if err != nil {
		return err
	}
	first := models.Staff{Email: "admin@localhost", Name: "Admin", Role: models.RoleAdmin}
	password := models.NewToken()[:16]
	if staff == 0 {
		if first.PasswordHash, err = web.HashPassword(password); err != nil {
			return err
		}
	}
	err = s.store.Tx(ctx, func(tx *store.Tx) error {
		if err := workflow.FoundDepartments(tx, s.desk.Catalogue, s.desk.Areas.All()); err != nil {
			return err
		}
		if staff > 0 {
			return nil
		}
		return tx.InsertStaff(&first)
	})
	if err == nil && staff == 0 {
		fmt.Fprintf(out, "First admin: admin@localhost, password %s (shown once)\n", password)
	}
	return err
}
