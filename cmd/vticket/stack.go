package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/api"
	"github.com/vticket/vticket/api/console"
	"github.com/vticket/vticket/api/public"
	"github.com/vticket/vticket/api/rest"
	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
	"github.com/vticket/vticket/workflow"
	"github.com/vticket/vticket/workflow/geocode"
	"github.com/vticket/vticket/workflow/tasks"
)

// stack is the program put together: the same code on the embedded and on the configured database and Redis.
type stack struct {
	config  Config
	log     *slog.Logger
	store   *store.Store
	desk    *workflow.Desk
	inbox   *store.Inbox
	photos  *photos.Disk
	bell    *tasks.Bell
	worker  *tasks.Worker
	handler http.Handler
	closers []func()

	adapters  map[string]bots.Adapter
	receivers map[string]*dialogue.Receiver // of the platforms
	consent   zalo.Consent
	journal   *notifications.Journal
	tokens    *notifications.Tokens // of Zalo's Official Account, the only ones that end
}

// openStore connects to the configured database, or to SQLite under the data folder.
func openStore(c Config, log *slog.Logger) (*store.Store, error) {
	return openStoreWith(c, store.Options{Now: time.Now, Log: log})
}

func openStoreWith(c Config, opt store.Options) (*store.Store, error) {
	dsn := c.DatabaseURL
	if dsn == "" {
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		dsn = "sqlite:" + filepath.Join(c.DataDir, "vticket.db")
	}
	return store.Open(dsn, opt)
}

// prepare migrates the embedded database. A configured one it asks whether it was migrated: on any other schema every
// turn of a worker would fail, and events be given up that are readable afterwards.
func prepare(ctx context.Context, c Config, s *store.Store) error {
	if c.DatabaseURL == "" {
		return s.Migrate(ctx)
	}
	return ready(ctx, s)
}

// ready says why a database cannot be worked with, and what to do about it.
func ready(ctx context.Context, s *store.Store) error {
	err := s.Ping(ctx)
	if errors.Is(err, store.ErrNotMigrated) {
		return fmt.Errorf("the database is not ready: %w: run vticket migrate", err)
	}
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// newStack connects, migrates the embedded database and wires everything; nothing runs yet.
func newStack(ctx context.Context, c Config) (*stack, error) { return newStackAt(ctx, c, time.Now) }

// newStackAt is newStack under a clock of its own.
func newStackAt(ctx context.Context, c Config, now func() time.Time) (_ *stack, err error) {
	s := &stack{config: c, log: c.logger()}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.store, err = openStoreWith(c, store.Options{Now: now, Log: s.log}); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = s.store.Close() })
	if err = prepare(ctx, c, s.store); err != nil {
		return nil, err
	}
	if _, unknown, err := s.store.Schema(ctx); err == nil && unknown > 0 {
		s.log.WarnContext(ctx, "the database was migrated by a newer program: this one is too old to serve it for long",
			"migrations_unknown", unknown)
	}
	if s.photos, err = photos.OpenDisk(filepath.Join(c.DataDir, "photos")); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = s.photos.Close() })
	redisURL, err := s.redis(ctx)
	if err != nil {
		return nil, err
	}
	if s.bell, err = tasks.NewBell(redisURL, s.store.Now, s.log); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = s.bell.Close() })
	s.store.OnCommit = s.bell.Ring
	armStore(s.store)
	s.inbox = store.NewInbox(s.store)
	if s.desk, err = newDesk(ctx, s.store); err != nil {
		return nil, err
	}
	s.desk.Geocode = c.GeocoderURL != ""
	s.journal = notifications.NewJournal(s.store, s.log)
	if err = s.wireChannels(); err != nil {
		return nil, err
	}
	if err = s.wireWorker(redisURL); err != nil {
		return nil, err
	}
	return s, s.wireDoor()
}

// newDesk returns the desk of the areas that a database has.
func newDesk(ctx context.Context, s *store.Store) (*workflow.Desk, error) {
	areas, err := loadAreas(ctx, s)
	if err != nil {
		return nil, err
	}
	return workflow.NewDesk(areas)
}

func (s *stack) redis(ctx context.Context) (string, error) {
	tasks.LogRedis(s.log)
	if s.config.RedisURL != "" {
		return s.config.RedisURL, tasks.CheckRedis(ctx, s.config.RedisURL)
	}
	embedded, err := tasks.StartEmbedded()
	if err != nil {
		return "", err
	}
	s.closers = append(s.closers, embedded.Close)
	return embedded.URL(), nil
}

func (s *stack) wireWorker(redisURL string) error {
	talk := &dialogue.Talk{
		Store: s.store, Desk: s.desk, Adapters: s.adapters, Links: s.config.PublicURL != "", Log: s.log,
	}
	fetcher := &dialogue.Fetcher{
		Store: s.store, Desk: s.desk, Photos: armPhotos(s.photos), Log: s.log, Adapters: s.adapters,
	}
	eraser := &dialogue.Eraser{Store: s.store, Desk: s.desk, Photos: s.photos, Log: s.log}
	locator := &geocode.Locator{Store: s.store, Desk: s.desk, Client: s.config.geocoder(), Log: s.log}
	courier := &notifications.Courier{
		Store: s.store, Desk: s.desk, Catalogue: s.desk.Catalogue, Photos: s.photos, PublicURL: s.config.PublicURL,
		Log: s.log, Adapters: armAdapters(s.adapters), Ladder: s.config.ladder(),
		Record: s.journal.Record,
	}
	var err error
	s.worker, err = tasks.NewWorker(redisURL, tasks.Options{
		Sweep: s.store.Sweep, Bell: s.bell, Archived: func(ctx context.Context, kind, id string) {
			if err := s.store.Rearm(ctx, kind, id); err != nil {
				s.log.ErrorContext(ctx, "row not armed again", "kind", kind, "row_id", id, "error", err)
			}
		},
	}, s.log)
	if err != nil {
		return err
	}
	s.worker.Handle(models.KindConverse, talk.Converse)
	s.worker.Handle(models.KindSettle, talk.Settle)
	s.worker.Handle(models.KindReturn, talk.Return)
	s.worker.Handle(models.KindErase, eraser.Erase)
	s.worker.Handle(models.KindLocate, locator.Locate)
	s.worker.Handle(models.KindDeliver, courier.Deliver)
	s.worker.Handle(models.KindFetch, fetcher.FetchPhoto)
	s.worker.Handle(models.KindFire, func(ctx context.Context, id string) error {
		return s.desk.Fire(ctx, s.store, id)
	})
	return nil
}

func (s *stack) wireDoor() error {
	signin, err := web.NewSignin(s.store)
	if err != nil {
		return err
	}
	pages, err := web.NewPages(web.Tiles{URL: s.config.MapTileURL, Credit: s.config.MapTileCredit}, s.log)
	if err != nil {
		return err
	}
	cookies := web.Cookies{Secure: strings.HasPrefix(s.config.PublicURL, "https://")}
	folder := filepath.Join(s.config.DataDir, "photos")
	intake := web.NewIntake(s.store.Now, func() (uint64, error) { return diskFree(folder) })
	s.handler, err = api.New(api.Options{
		REST: &rest.API{
			Store: s.store, Inbox: s.inbox, Desk: s.desk, Signin: signin, Photos: s.photos, Intake: intake, Log: s.log,
		},
		Public: &public.Pages{
			Store: s.store, Desk: s.desk, Photos: s.photos, Intake: intake, Web: pages, Cookies: cookies, Log: s.log,
		},
		Console: &console.Pages{
			Store: s.store, Desk: s.desk, Photos: s.photos, Signin: signin, Web: pages, Cookies: cookies, Log: s.log,
		},
		Pages: pages, PublicURL: s.config.PublicURL, Proxies: s.config.Proxies,
		DomainFile: api.DomainFile{Path: s.config.ZaloPath, Content: s.config.ZaloContent},
		Webhooks:   s.webhooks(), Log: s.log, Ready: s.ready,
	})
	return err
}

// ready says whether a request can be served; Redis is not asked: it plays no part in an answer.
func (s *stack) ready(ctx context.Context) error {
	err := ready(ctx, s.store)
	if err == nil || errors.Is(err, store.ErrNotMigrated) {
		return err
	}
	s.log.WarnContext(ctx, "not ready", "error", err)
	return errors.New("the database does not answer") // anybody may ask: its address is nobody's business
}

func (s *stack) close() {
	for _, end := range slices.Backward(s.closers) {
		end()
	}
}
