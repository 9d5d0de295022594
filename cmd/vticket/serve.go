package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
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

// drain is how long requests may finish after a stop signal.
const drain = 10 * time.Second

func serve(ctx context.Context, c Config, role string, out io.Writer) error {
	s, err := newStack(ctx, c)
	if err != nil {
		return err
	}
	defer s.close()
	if c.DatabaseURL == "" {
		if err := firstRun(ctx, s.store, out); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { s.store.KeepTime(ctx) })
	if role != "api" {
		running.Go(func() {
			if err := s.worker.Run(ctx); err != nil {
				s.log.ErrorContext(ctx, "worker stopped", "error", err)
				cancel()
			}
		})
	}
	if role == "worker" {
		<-ctx.Done()
		return nil
	}
	return s.listen(ctx, out)
}

// listen serves until ctx ends; the inbox outlives the last request.
func (s *stack) listen(ctx context.Context, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.ListenAddr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	inboxCtx, stopInbox := context.WithCancel(context.WithoutCancel(ctx))
	var inbox sync.WaitGroup
	inbox.Go(func() { s.inbox.Run(inboxCtx) })
	defer func() { stopInbox(); inbox.Wait() }()

	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 1 << 16,
	}
	fmt.Fprintf(out, "Vticket: http://%s\n", listener.Addr())
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

// firstRun prepares an empty embedded database: the hotline, and an admin whose password is shown once, here.
func firstRun(ctx context.Context, s *store.Store, out io.Writer) error {
	password := models.NewToken()[:16]
	hash, err := web.HashPassword(password)
	if err != nil {
		return err
	}
	made := false
	err = s.Tx(ctx, func(tx *store.Tx) error {
		made = false
		_, err := tx.SaveDepartment(models.Department{Code: models.HotlineCode, Name: "Tổ điều phối 1022"})
		if err != nil {
			return err
		}
		n, err := tx.CountStaff()
		if err != nil || n > 0 {
			return err
		}
		made = true
		return tx.InsertStaff(&models.Staff{
			Email: "admin@localhost", Name: "Admin", Role: models.RoleAdmin, PasswordHash: hash,
		})
	})
	if err == nil && made {
		fmt.Fprintf(out, "First admin: admin@localhost, password %s (shown once)\n", password)
	}
	return err
}
